/*
 * raid: the kernel's md arrays as a target. drivers/md/dm-raid.c.
 */
#include "targets/raid.h"

#include <string.h>

#include "targets/content.h"
#include "targets/raid_superblock.h"

/* ---- what follows from the type ---- */

enum level raid_level(const struct raid *r)
{
	const char *name = raid_types[r->type].word;

	if (!strncmp(name, "raid10", 6))
		return LEVEL_10;
	switch (name[4]) {
	case '0':
		return LEVEL_0;
	case '1':
		return LEVEL_1;
	case '4':
		return LEVEL_4;
	case '5':
		return LEVEL_5;
	default:
		return LEVEL_6;
	}
}

unsigned raid_parity(const struct raid *r)
{
	enum level level = raid_level(r);

	return level == LEVEL_6 ? 2 : level & LEVEL_456 ? 1 : 0;
}

uint64_t raid_copies(const struct raid *r)
{
	return given(r, COPIES) && r->copies ? r->copies : 2;
}

const struct pair *raid_pair(const struct raid *r, size_t i)
{
	return repeat_item(&r->devices, &raid_words[DEVICES], i);
}

bool raid_has_metadata(const struct raid *r)
{
	for (size_t i = 0; i < r->devices.nr; i++)
		if (raid_pair(r, i)->metadata.dev)
			return true;
	return false;
}

uint64_t raid_share(const struct raid *r, uint64_t len)
{
	uint64_t nr = r->devices.nr, parity = raid_parity(r), copies = raid_copies(r);

	switch (raid_level(r)) {
	case LEVEL_1:
		return len;
	case LEVEL_10:
		if (!nr || len > UINT64_MAX / copies || len * copies % nr)
			return 0;
		return len * copies / nr;
	default:
		if (nr <= parity || len % (nr - parity))
			return 0;
		return len / (nr - parity);
	}
}

/* raid_iterate_devices() */
static void areas(const struct line_ctx *c, const void *params, area_fn *fn, void *priv)
{
	const struct raid *r = params;
	uint64_t share = raid_share(r, c->nr_sectors);

	for (size_t i = 0; share && i < r->devices.nr; i++)
		if (raid_pair(r, i)->data.dev)
			fn(priv, &raid_pair(r, i)->data, &raid_words[DEVICES], 0, share);
}

static uint64_t natural_len(const void *params)
{
	const struct raid *r = params;
	uint64_t least = UINT64_MAX, nr = r->devices.nr, copies = raid_copies(r);

	for (size_t i = 0; i < nr; i++) {
		uint64_t left = raid_pair(r, i)->data.dev ? devref_sectors(&raid_pair(r, i)->data) : UINT64_MAX;

		if (left < least)
			least = left;
	}
	if (least == UINT64_MAX || nr <= raid_parity(r))
		return 0;
	if (raid_level(r) == LEVEL_1)
		return least;
	if (r->chunk)
		least = least / r->chunk * r->chunk;
	if (raid_level(r) != LEVEL_10)
		return least * (nr - raid_parity(r));
	least = r->chunk ? least / (r->chunk * copies) * r->chunk * copies : least;
	return least * nr / copies;
}

/* raid_status(STATUSTYPE_TABLE): some values are shown as md keeps them. */
static void normalize(const struct emit_ctx *c, void *params)
{
	struct raid *r = params;

	(void)c;
	if (raid_level(r) == LEVEL_1)
		r->chunk = 0;
	r->write_behind /= 2;
	if (given(r, STRIPE_CACHE) && r->stripe_cache < r->chunk / 2)
		r->stripe_cache = r->chunk / 2;
}

struct raid_status {
	uint64_t given;
	const char *type, *health, *action;
	uint64_t devices, mismatches, data_offset;
	struct ratio sync;
	unsigned journal;
};

#define FIELD(kind_, field, text) \
	{.kind = kind_, .flags = WORD_BRIEF, WORD_FIELD(struct raid_status, field), .key = #field, .help = text}

/* __raid_dev_status() */
static const struct choice healths[] = {
	{"A", KF_NONE, "in_sync"}, {"a", KF_NONE, "out_of_sync"}, {"D", KF_NONE, "failed"},
	{"-", KF_NONE, "missing"}, {0},
};
static const struct choice journals[] = {
	{"A", KF_NONE, "write_through"}, {"a", KF_NONE, "write_back"}, {"D", KF_NONE, "failed"},
	{"-", KF_NONE, "none"}, {0},
};

static const struct word status[] = {
	FIELD(WORD_TEXT, type, "level and layout"),
	{.kind = WORD_U64, WORD_FIELD(struct raid_status, devices), .key = "devices", .help = "number of devices"},
	{.kind = WORD_TEXT, .flags = WORD_BRIEF, WORD_FIELD(struct raid_status, health), .choices = healths,
	 .key = "health", .help = "one letter a device: A in sync, a not yet, D failed, - missing"},
	{.kind = WORD_RATIO, .flags = WORD_BRIEF, .unit = 512, WORD_FIELD(struct raid_status, sync), .key = "sync",
	 .aux_key = "done", .help = "sectors in sync, and all"},
	FIELD(WORD_TEXT, action, "idle, frozen, resync, recover, check, repair or reshape"),
	FIELD(WORD_U64, mismatches, "sectors that differed in the last check"),
	{.kind = WORD_SIZE, .unit = 512, WORD_FIELD(struct raid_status, data_offset), .key = "data_offset",
	 .help = "free space at the start of the data devices"},
	{.kind = WORD_CHOICE, WORD_FIELD(struct raid_status, journal), .choices = journals, .key = "journal",
	 .help = "- none, A write-through, a write-back, D failed"},
	WORD_LAST,
};

static const struct message messages[] = {
	{"idle", "", KF_NONE, "stops what runs; what is pending starts again"},
	{"frozen", "", KF_NONE, "stops what runs and lets nothing start"},
	{"resync", "", KF_NONE, "starts or goes on with a synchronisation"},
	{"recover", "", KF_NONE, "starts or goes on with a rebuild"},
	{"check", "", KF_NONE, "compares the copies or parities"},
	{"repair", "", KF_NONE, "compares and corrects"},
	{0},
};

/* super_load(): a metadata device without the mark gets a superblock, whatever it holds. */
static enum content content(const void *params, size_t i, struct content_place *where)
{
	const struct raid *r = params;

	if (!raid_has_metadata(r) || i >= r->devices.nr)
		return CONTENT_NONE;
	if (!raid_pair(r, i)->metadata.dev)
		return CONTENT_UNKNOWN;
	return content_marked(&raid_pair(r, i)->metadata, 0, 4096, 0, RAID_MAGIC, where);
}

const struct target target_raid = {
	.name = "raid",
	.summary = "RAID 0, 1, 4, 5, 6 and 10",
	.description = "The kernel's md arrays. With metadata devices the array remembers failed devices and how far a "
		       "synchronisation got.",
	.flags = TARGET_EXTRA_WORDS | TARGET_AT_ZERO,
	.traits = TRAIT_REDUNDANT | TRAIT_FORMATS,
	.words = raid_words,
	.params_size = sizeof(struct raid),
	.count_error = "Invalid number of supplied raid devices",
	.status = status,
	.status_size = sizeof(struct raid_status),
	.messages = messages,
	.findings = raid_findings,
	.example = "pair: {target: raid, raid_type: raid1, region_size: 1MiB, size: 8MiB, devices: [{metadata: meta, data: "
		   "disk}, {metadata: meta2, data: disk2}]}\n",
	.normalize = normalize,
	.check = raid_check,
	.areas = areas,
	.natural_len = natural_len,
	.content = content,
};
