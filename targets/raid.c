/*
 * raid: the kernel's md arrays as a target. drivers/md/dm-raid.c.
 */
#include <string.h>

#include "targets/targets.h"

enum {
	TYPE, PARAMS, CHUNK, SYNC, NOSYNC, REBUILD, DAEMON_SLEEP, MIN_RATE, MAX_RATE, WRITE_MOSTLY,
	WRITE_BEHIND, STRIPE_CACHE, REGION, COPIES, FORMAT, DELTA, DATA_OFFSET, JOURNAL, JOURNAL_MODE,
	NEAR_SETS, PARAMS_END, COUNT, DEVICES,
};

enum { METADATA, DATA, MISSING };

struct pair {
	uint64_t given;
	struct devref metadata, data;
};

struct raid {
	uint64_t given;
	unsigned type, format, journal_mode;
	uint64_t chunk, daemon_sleep_ms, min_rate, max_rate, write_behind, stripe_cache, region, copies, delta,
		data_offset;
	struct word_bits rebuild, write_mostly;
	struct devref journal;
	struct repeat devices;
};

enum level { LEVEL_0 = 1, LEVEL_1 = 2, LEVEL_4 = 4, LEVEL_5 = 8, LEVEL_6 = 16, LEVEL_10 = 32 };
#define LEVEL_456 (LEVEL_4 | LEVEL_5 | LEVEL_6)

/* raid_types[] of dm-raid.c */
static const struct choice types[] = {
	{"raid0", KF_NONE, "striping"},
	{"raid1", KF_NONE, "mirroring"},
	{"raid4", KF_NONE, "parity on the first device"},
	{"raid5_n", KF_NONE, "parity on the last device"},
	{"raid5_la", KF_NONE, "rotating parity, left asymmetric"},
	{"raid5_ra", KF_NONE, "rotating parity, right asymmetric"},
	{"raid5_ls", KF_NONE, "rotating parity, left symmetric: md's usual"},
	{"raid5_rs", KF_NONE, "rotating parity, right symmetric"},
	{"raid6_zr", KF_NONE, "two parities, zero restart"},
	{"raid6_nr", KF_NONE, "two parities, N restart"},
	{"raid6_nc", KF_NONE, "two parities, N continue"},
	{"raid6_n_6", KF_NONE, "two parities on the last devices"},
	{"raid6_la_6", KF_NONE, "raid5_la, and the second parity on the last device"},
	{"raid6_ra_6", KF_NONE, "raid5_ra, and the second parity on the last device"},
	{"raid6_ls_6", KF_NONE, "raid5_ls, and the second parity on the last device"},
	{"raid6_rs_6", KF_NONE, "raid5_rs, and the second parity on the last device"},
	{"raid10", KF_NONE, "striped mirrors; raid10_format says how"},
	{"raid10_near", KF_NONE, "the same as raid10"},
	{"raid10_offset", KF_NONE, "the same as raid10: raid10_format says how"},
	{"raid10_far", KF_NONE, "the same as raid10: raid10_format says how"},
	{0},
};

static const struct choice formats[] = {
	{"near", KF_NONE, "copies beside each other"},
	{"far", KF_NONE, "copies in another part of the devices: reads like raid0"},
	{"offset", KF_NONE, "copies one stripe further"},
	{0},
};

static const struct choice journal_modes[] = {
	{"writethrough", KF_NONE, "a write is done when the array has it"},
	{"writeback", KF_NONE, "a write is done when the journal has it"},
	{0},
};

static const struct word pair_words[] = {
	[METADATA] = {
		.kind = WORD_DEVICE, .flags = WORD_DASH | WORD_META, WORD_FIELD(struct pair, metadata),
		.key = "metadata", .error = "RAID metadata device lookup failure",
		.help = "device for superblock and bitmap; without it nothing is remembered",
	},
	[DATA] = {
		.kind = WORD_DEVICE, .flags = WORD_DASH | WORD_MAIN, WORD_FIELD(struct pair, data), .key = "data",
		.error = "RAID device lookup failure", .help = "device for the data",
	},
	[MISSING] = {
		.kind = WORD_FLAG, .flags = WORD_LAYOUT_ONLY, .key = "missing",
		.help = "the place is empty: the array is degraded",
	},
	WORD_LAST,
};

#define BAD "Bad numerical argument given in raid params"
#define OPTION(name) .word = name, .key = name, .error = BAD

static const struct word words[] = {
	[TYPE] = {
		.kind = WORD_CHOICE, .flags = WORD_NOCASE, WORD_FIELD(struct raid, type), .choices = types,
		.key = "raid_type", .error = "Unrecognised raid_type", .help = "level and layout",
	},
	[PARAMS] = {
		.kind = WORD_GROUP, .flags = WORD_ALWAYS, .min = 1, .max = UINT32_MAX,
		.error = "Cannot understand number of raid parameters",
		.aux_error = "Wrong number of raid parameters given",
		.once_error = "Unable to parse RAID parameter", .help = "number of words up to the devices",
	},
	[CHUNK] = {
		.kind = WORD_SIZE, .flags = WORD_OPTIONAL, .unit = 512, WORD_FIELD(struct raid, chunk), .num = NUM_KI,
		.max = INT32_MAX, .key = "chunk_size", .error = "Bad numerical argument given for chunk_size",
		.help = "bytes that go to one device before it is the next one's turn; raid1 has none",
	},
	[SYNC] = {
		.kind = WORD_FLAG, .flags = WORD_NOCASE | WORD_ONCE, .word = "sync", .key = "sync",
		.once_error = "Only one 'sync' argument allowed", .help = "resynchronises at the start",
	},
	[NOSYNC] = {
		.kind = WORD_FLAG, .flags = WORD_NOCASE | WORD_ONCE, .word = "nosync", .key = "nosync",
		.once_error = "Only one 'nosync' argument allowed", .help = "takes the devices as in sync",
	},
	[REBUILD] = {
		.kind = WORD_BITS, .flags = WORD_NOCASE | WORD_ONCE, WORD_FIELD(struct raid, rebuild), .num = NUM_KI,
		OPTION("rebuild"), .once_error = "rebuild for this index already given",
		.help = "devices to be rebuilt, from 0",
	},
	[DAEMON_SLEEP] = {
		.kind = WORD_TIME, .flags = WORD_NOCASE | WORD_ONCE, .unit = 1,
		WORD_FIELD(struct raid, daemon_sleep_ms), .num = NUM_KI, .max = INT32_MAX, OPTION("daemon_sleep"),
		.once_error = "Only one daemon_sleep argument pair allowed", .help = "time between clearings of the bitmap",
	},
	[MIN_RATE] = {
		.kind = WORD_U64, .flags = WORD_NOCASE | WORD_ONCE, WORD_FIELD(struct raid, min_rate), .num = NUM_KI,
		.max = INT32_MAX, OPTION("min_recovery_rate"),
		.once_error = "Only one min_recovery_rate argument pair allowed", .help = "least speed of a rebuild, KiB/s a device",
	},
	[MAX_RATE] = {
		.kind = WORD_U64, .flags = WORD_NOCASE | WORD_ONCE, WORD_FIELD(struct raid, max_rate), .num = NUM_KI,
		.max = INT32_MAX, OPTION("max_recovery_rate"),
		.once_error = "Only one max_recovery_rate argument pair allowed", .help = "highest speed of a rebuild, KiB/s a device",
	},
	[WRITE_MOSTLY] = {
		.kind = WORD_BITS, .flags = WORD_NOCASE, WORD_FIELD(struct raid, write_mostly), .num = NUM_KI,
		OPTION("write_mostly"), .help = "raid1: devices that are read last, from 0",
	},
	[WRITE_BEHIND] = {
		.kind = WORD_SIZE, .flags = WORD_NOCASE | WORD_ONCE, .unit = 512, WORD_FIELD(struct raid, write_behind),
		.num = NUM_KI, .max = INT32_MAX, OPTION("max_write_behind"),
		.once_error = "Only one max_write_behind argument pair allowed",
		.help = "raid1: how far write_mostly devices may lag",
	},
	[STRIPE_CACHE] = {
		.kind = WORD_U64, .flags = WORD_NOCASE | WORD_ONCE, WORD_FIELD(struct raid, stripe_cache),
		.num = NUM_KI, .max = INT32_MAX, OPTION("stripe_cache"),
		.once_error = "Only one stripe_cache argument pair allowed", .help = "raid4/5/6: stripes in memory (256)",
	},
	[REGION] = {
		.kind = WORD_SIZE, .flags = WORD_NOCASE | WORD_ONCE, .unit = 512, WORD_FIELD(struct raid, region),
		.num = NUM_KI, .max = INT32_MAX, OPTION("region_size"),
		.once_error = "Only one region_size argument pair allowed", .help = "what one bit of the bitmap stands for",
	},
	[COPIES] = {
		.kind = WORD_U64, .flags = WORD_NOCASE | WORD_ONCE, WORD_FIELD(struct raid, copies), .num = NUM_KI,
		.min = 2, .max = INT32_MAX, .dflt = 2, .word = "raid10_copies", .key = "raid10_copies",
		.error = "Bad value for 'raid10_copies'", .once_error = "Only one raid10_copies argument pair allowed",
		.help = "raid10: number of copies (2)",
	},
	[FORMAT] = {
		.kind = WORD_CHOICE, .flags = WORD_NOCASE | WORD_ONCE, WORD_FIELD(struct raid, format),
		.choices = formats, .word = "raid10_format", .key = "raid10_format",
		.error = "Invalid 'raid10_format' value given",
		.once_error = "Only one raid10_format argument pair allowed", .help = "raid10: where copies are",
	},
	[DELTA] = {
		.kind = WORD_U64, .flags = WORD_NOCASE | WORD_ONCE, WORD_FIELD(struct raid, delta), .num = NUM_KI,
		.min = (uint64_t)-251, .max = 251, .word = "delta_disks", .key = "delta_disks",
		.error = "Too many delta_disk requested", .once_error = "Only one delta_disks argument pair allowed",
		.help = "devices that are added (or taken away) by a reshape",
	},
	[DATA_OFFSET] = {
		.kind = WORD_SIZE, .flags = WORD_NOCASE | WORD_ONCE, .unit = 512, WORD_FIELD(struct raid, data_offset),
		.num = NUM_KI, .max = INT32_MAX, .word = "data_offset", .key = "data_offset",
		.error = "Bogus data_offset value", .once_error = "Only one data_offset argument pair allowed",
		.help = "free space at the start of each data device, for a reshape",
	},
	[JOURNAL] = {
		.kind = WORD_DEVICE, .flags = WORD_NOCASE | WORD_ONCE | WORD_META, WORD_FIELD(struct raid, journal),
		.word = "journal_dev", .key = "journal_dev", .error = "raid4/5/6 journal device lookup failure",
		.once_error = "Only one raid4/5/6 set journaling device allowed",
		.help = "raid4/5/6: device that closes the write hole",
	},
	[JOURNAL_MODE] = {
		.kind = WORD_CHOICE, .flags = WORD_NOCASE | WORD_ONCE, WORD_FIELD(struct raid, journal_mode),
		.choices = journal_modes, .word = "journal_mode", .key = "journal_mode",
		.error = "Invalid 'journal_mode' argument",
		.once_error = "Only one raid4/5/6 'journal_mode' argument allowed", .help = "how the journal is used",
	},
	[NEAR_SETS] = {
		.kind = WORD_FLAG, .flags = WORD_NOCASE | WORD_ONCE | WORD_NOT_SHOWN, .word = "raid10_use_near_sets",
		.key = "raid10_use_near_sets", .once_error = "Only one 'raid10_use_newer_sets' argument in raid10 set allowed",
		.help = "raid10 far and offset: copies are dealt over all devices, as md does by itself",
	},
	[PARAMS_END] = {.kind = WORD_GROUP_END},
	[COUNT] = {
		.kind = WORD_COUNT, .num = NUM_ARG, .min = 1, .max = 253,
		.error = "Cannot understand number of raid devices parameters", .help = "number of devices",
	},
	[DEVICES] = {
		.kind = WORD_REPEAT, WORD_FIELD(struct raid, devices), .rows = pair_words,
		.item_size = sizeof(struct pair), .key = "devices", .error = "Invalid number of supplied raid devices",
		.help = "the devices in order; a plain one is data without metadata",
	},
	WORD_LAST,
};

static const struct finding_kind F_OPTION = {
	"raid.option", SEV_ERROR, BY_KERNEL, "an option does not suit the level",
	"Every option is for certain levels: write_mostly for raid1, stripe_cache for raid4/5/6, raid10_copies "
	"for raid10.",
	"volumes:\n  r: {target: raid, raid_type: raid1, stripe_cache: 512, devices: [a, b], size: 1MiB}\n",
	"Remove the option, or change the level.",
};

static const struct finding_kind F_DEVICES = {
	"raid.devices", SEV_ERROR, BY_KERNEL, "there are not enough devices",
	"raid4 and raid5 need 2 devices, raid6 needs 4, raid10 as many as copies; and no more may be missing or to be "
	"rebuilt than the level can bear.",
	"volumes:\n  r: {target: raid, raid_type: raid6_zr, chunk_size: 64KiB, devices: [a, b, c], size: 1MiB}\n",
	"Add devices, or choose another level.",
};

static const struct finding_kind F_CHUNK = {
	"raid.chunk-size", SEV_ERROR, BY_KERNEL, "the chunk size cannot be used",
	"Except for raid1 it is a power of two from 4 KiB on.",
	"volumes:\n  r: {target: raid, raid_type: raid5_ls, chunk_size: 2KiB, devices: [a, b, c], size: 1MiB}\n",
	"Use 64KiB.",
};

static const struct finding_kind F_REGION = {
	"raid.region-size", SEV_ERROR, BY_KERNEL, "the region size cannot be used",
	"A region is a power of two, not smaller than a chunk, not larger than the volume, and there are at most "
	"2^21 of them.",
	"volumes:\n  r: {target: raid, raid_type: raid1, region_size: 1GiB, devices: [a, b], size: 1MiB}\n",
	"Leave region_size out.",
};

static const struct finding_kind F_LENGTH = {
	"raid.length", SEV_ERROR, BY_KERNEL, "the length does not divide among the devices",
	"Every data device holds the same share.",
	"volumes:\n  r: {target: raid, raid_type: raid5_ls, chunk_size: 64KiB, devices: [a, b, c], size: 1001s}\n",
	"Round the size down, to whole chunks on every device.",
};

static const struct finding_kind F_SHARE = {
	"raid.partial-chunk", SEV_ERROR, BY_DATA, "a device's share is no whole number of chunks",
	"md rounds the share down to whole chunks; I/O behind the end fails, and from Linux 6.12 on the device "
	"becomes smaller.",
	"volumes:\n  r: {target: raid, raid_type: raid0, chunk_size: 64KiB, devices: [a, b], size: 1000KiB}\n",
	"Round the size down to a multiple of the chunk size times the number of data devices.",
};

static const struct finding_kind F_SMALL = {
	"raid.device-small", SEV_ERROR, BY_KERNEL, "a data device is smaller than its share",
	"The volume's length divided by the number of data devices must fit every one.",
	"devices: {a: {file: a.img, size: 1MiB}, b: {file: b.img, size: 1MiB}}\nvolumes:\n"
	"  r: {target: raid, raid_type: raid1, devices: [a, b], size: 2MiB}\n",
	"Use a smaller size or larger devices.",
};

static const struct finding_kind F_RAID10_METADATA = {
	"raid.raid10-metadata", SEV_ERROR, BY_KERNEL, "raid10 needs metadata devices",
	"Without them the kernel hands md a layout of zero and fails, in all releases up to 7.2.",
	"volumes:\n  r: {target: raid, raid_type: raid10, chunk_size: 64KiB, devices: [a, b, c, d], size: 1MiB}\n",
	"Give every device a metadata device.",
};

static const struct finding_kind F_NEW_NOSYNC = {
	"raid.raid6-nosync", SEV_ERROR, BY_KERNEL, "a new raid6 must be synchronised",
	"Without a first synchronisation its parities are wrong.",
	"volumes:\n  r: {target: raid, raid_type: raid6_zr, chunk_size: 64KiB, nosync: true, devices: [a, b, c, d], size: 1MiB}\n",
	"Leave nosync out.",
};

static const struct finding_kind F_VALUE = {
	"raid.value", SEV_ERROR, BY_KERNEL, "an option's value cannot be used",
	"The value has limits that depend on the array.",
	"volumes:\n  r: {target: raid, raid_type: raid1, rebuild: [5], devices: [a, b], size: 1MiB}\n",
	"Use a value within the limits in the message.",
};

static const struct finding_kind F_NO_METADATA = {
	"raid.no-metadata", SEV_WARNING, BY_DATA, "the array remembers nothing",
	"Without metadata devices a failed device and an interrupted rebuild are forgotten: after the next activation "
	"old data can be read as good.",
	"volumes:\n  r: {target: raid, raid_type: raid1, devices: [a, b], size: 1MiB}\n",
	"Give every device a metadata device of a few MiB.",
};

static const struct finding_kind *const findings[] = {
	&F_OPTION, &F_DEVICES, &F_CHUNK, &F_REGION, &F_LENGTH, &F_SHARE, &F_SMALL, &F_RAID10_METADATA,
	&F_NEW_NOSYNC, &F_VALUE, &F_NO_METADATA, NULL,
};

/* ---- what follows from the type ---- */

static enum level level_of(const struct raid *r)
{
	const char *name = types[r->type].word;

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

static unsigned parity_of(const struct raid *r)
{
	enum level level = level_of(r);

	return level == LEVEL_6 ? 2 : level & LEVEL_456 ? 1 : 0;
}

static uint64_t copies_of(const struct raid *r)
{
	return given(r, COPIES) && r->copies ? r->copies : 2;
}

static const struct pair *pair_of(const struct raid *r, size_t i)
{
	return repeat_item(&r->devices, &words[DEVICES], i);
}

static bool has_metadata(const struct raid *r)
{
	for (size_t i = 0; i < r->devices.nr; i++)
		if (pair_of(r, i)->metadata.dev)
			return true;
	return false;
}

/* Sectors of each data device; 0: it does not come out even. */
static uint64_t share_of(const struct raid *r, uint64_t len)
{
	uint64_t nr = r->devices.nr, parity = parity_of(r), copies = copies_of(r);

	switch (level_of(r)) {
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

/* ---- rules ---- */

static void fail_option(const struct line_ctx *c, int row, const char *text)
{
	line_report(c, &F_OPTION, &words[row], text, "%s: %s", words[row].key, text);
}

/* __valid_flags() of dm-raid.c, and the texts of those options that have one of their own. */
static void check_levels(const struct line_ctx *c, const struct raid *r)
{
	static const struct {
		int row;
		unsigned levels;
		const char *text;
	} rules[] = {
		{SYNC, ~0u & ~LEVEL_0, NULL},
		{NOSYNC, LEVEL_1 | LEVEL_4 | LEVEL_5 | LEVEL_6 | LEVEL_10, NULL},
		{REBUILD, ~0u & ~LEVEL_0, NULL},
		{DAEMON_SLEEP, ~0u & ~LEVEL_0, NULL},
		{MIN_RATE, ~0u & ~LEVEL_0, NULL},
		{MAX_RATE, ~0u & ~LEVEL_0, NULL},
		{WRITE_MOSTLY, LEVEL_1, "write_mostly option is only valid for RAID1"},
		{WRITE_BEHIND, LEVEL_1, "max_write_behind option is only valid for RAID1"},
		{STRIPE_CACHE, LEVEL_456, "Inappropriate argument: stripe_cache"},
		{REGION, ~0u & ~LEVEL_0, NULL},
		{COPIES, LEVEL_10, NULL},
		{FORMAT, LEVEL_10, "'raid10_format' is an invalid parameter for this RAID type"},
		{DELTA, ~0u & ~LEVEL_0, NULL},
		{JOURNAL, LEVEL_456, "'journal_dev' is an invalid parameter for this RAID type"},
		{JOURNAL_MODE, LEVEL_456, "'journal_mode' is an invalid parameter for this RAID type"},
		{NEAR_SETS, LEVEL_10, NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (given(r, (unsigned)rules[i].row) && !(rules[i].levels & level_of(r)))
			fail_option(c, rules[i].row, rules[i].text ? rules[i].text : "Invalid flags combination");
}

static void check_exclusions(const struct line_ctx *c, const struct raid *r)
{
	if (given(r, SYNC) && given(r, NOSYNC))
		line_report(c, &F_CONFLICT, &words[NOSYNC], "sync and nosync are mutually exclusive",
			    "sync and nosync exclude each other");
	if (given(r, REBUILD) && (given(r, SYNC) || given(r, NOSYNC)))
		line_report(c, &F_CONFLICT, &words[REBUILD], "sync/nosync and rebuild are mutually exclusive",
			    "rebuild excludes sync and nosync");
	if (given(r, NEAR_SETS) && r->format == 0)
		line_report(c, &F_CONFLICT, &words[NEAR_SETS],
			    "RAID10 format 'near' and 'raid10_use_near_sets' are incompatible",
			    "raid10_use_near_sets is for the formats far and offset");
	if (given(r, JOURNAL_MODE) && !given(r, JOURNAL))
		line_report(c, &F_REQUIRED, &words[JOURNAL_MODE],
			    "raid4/5/6 'journal_mode' is invalid without 'journal_dev'", "journal_mode needs journal_dev");
	if (level_of(r) == LEVEL_10 && given(r, DELTA) && (int64_t)r->delta < 0)
		line_report(c, &F_VALUE, &words[DELTA], "Bogus raid10 data copies or delta disks",
			    "raid10 cannot shrink");
}

static unsigned count_bits(const struct word_bits *b, size_t from)
{
	unsigned nr = 0;

	for (unsigned i = (unsigned)from; i < WORD_BITS_MAX; i++)
		nr += word_bit(b, i);
	return nr;
}

static void check_indices(const struct line_ctx *c, const struct raid *r)
{
	size_t nr = r->devices.nr;

	if (count_bits(&r->rebuild, nr))
		line_report(c, &F_VALUE, &words[REBUILD], "Invalid rebuild index given",
			    "devices are counted from 0 to %zu", nr - 1);
	if (count_bits(&r->write_mostly, nr))
		line_report(c, &F_VALUE, &words[WRITE_MOSTLY], "Invalid write_mostly index given",
			    "devices are counted from 0 to %zu", nr - 1);
	else if (given(r, WRITE_MOSTLY) && count_bits(&r->write_mostly, 0) >= nr)
		line_report(c, &F_VALUE, &words[WRITE_MOSTLY], "Can't set all raid1 devices to write_mostly",
			    "at least one device must be read");
	for (size_t i = 0; i < nr; i++)
		if (word_bit(&r->rebuild, (unsigned)i) && !pair_of(r, i)->data.dev)
			line_report_item(c, &F_VALUE, &words[DEVICES], i, NULL,
					 "Drive designated for rebuild not specified", "device %zu is to be rebuilt and missing", i);
}

static void check_values(const struct line_ctx *c, const struct raid *r)
{
	uint64_t cache = r->stripe_cache > r->chunk / 2 ? r->stripe_cache : r->chunk / 2;

	if (given(r, MIN_RATE) && given(r, MAX_RATE) && r->max_rate && r->min_rate > r->max_rate)
		line_report(c, &F_VALUE, &words[MIN_RATE], "Bogus recovery rates", "the least rate is above the highest");
	if (given(r, WRITE_BEHIND) && r->write_behind / 2 > 16383 && !line_kernel_has(c, KF_RAID_WRITE_BEHIND_ANY))
		line_report(c, &F_VALUE, &words[WRITE_BEHIND], "Max write-behind limit out of range",
			    "%llu sectors, and 32767 are possible", (unsigned long long)r->write_behind);
	if (given(r, COPIES) && r->copies > r->devices.nr)
		line_report(c, &F_VALUE, &words[COPIES], "Bad value for 'raid10_copies'", "%llu copies on %zu devices",
			    (unsigned long long)r->copies, r->devices.nr);
	if (given(r, DATA_OFFSET) && r->data_offset && (r->data_offset < 32 || r->data_offset % 8))
		line_report(c, &F_VALUE, &words[DATA_OFFSET], "Bogus data_offset value",
			    "0, or a multiple of 4 KiB from 16 KiB on");
	if (given(r, DELTA) && !r->delta)
		line_report(c, &F_VALUE, &words[DELTA], "Too many delta_disk requested", "0 devices cannot be added");
	if (!given(r, STRIPE_CACHE))
		cache = r->chunk / 2 > 256 ? r->chunk / 2 : 256;
	if ((level_of(r) & LEVEL_456) && cache != 256 && (cache <= 16 || cache > 32768))
		line_report(c, &F_VALUE, &words[given(r, STRIPE_CACHE) ? STRIPE_CACHE : CHUNK],
			    "Failed to set raid4/5/6 stripe cache size",
			    "%llu entries (at least half the chunk's sectors); 17 to 32768 are possible",
			    (unsigned long long)cache);
	if (given(r, JOURNAL) && blkdev_size_known(r->journal.dev) && r->journal.dev->nr_sectors < 8192)
		line_report(c, &F_VALUE, &words[JOURNAL], "No space for raid4/5/6 journal",
			    "%s has %llu sectors, 8192 are needed", r->journal.dev->name,
			    (unsigned long long)r->journal.dev->nr_sectors);
}

static void check_chunk(const struct line_ctx *c, const struct raid *r)
{
	if (level_of(r) == LEVEL_1)
		return;
	if (r->chunk & (r->chunk - 1))
		line_report(c, &F_CHUNK, &words[CHUNK], "Chunk size must be a power of 2", "%llu sectors",
			    (unsigned long long)r->chunk);
	else if (r->chunk < 8)
		line_report(c, &F_CHUNK, &words[CHUNK], "Chunk size value is too small", "%llu sectors, 8 are the least",
			    (unsigned long long)r->chunk);
}

/* validate_region_size() */
static void check_region(const struct line_ctx *c, const struct raid *r)
{
	const char *text = NULL;
	uint64_t chunk = level_of(r) == LEVEL_1 ? 0 : r->chunk;

	if (!given(r, REGION) || !r->region || level_of(r) == LEVEL_0)
		return;
	if (r->region > c->nr_sectors)
		text = "Supplied region size is too large";
	else if (r->region < c->nr_sectors / (1 << 21))
		text = "Supplied region size is too small";
	else if (r->region & (r->region - 1))
		text = "Region size is not a power of 2";
	else if (r->region < chunk)
		text = "Region size is smaller than the chunk size";
	if (text)
		line_report(c, &F_REGION, &words[REGION], text, "%llu sectors: %s", (unsigned long long)r->region, text);
}

static void check_share(const struct line_ctx *c, const struct raid *r)
{
	uint64_t share = share_of(r, c->nr_sectors);

	if (!share) {
		line_report(c, &F_LENGTH, NULL, "Target length not divisible by number of data devices",
			    "%llu sectors do not divide among %zu devices", (unsigned long long)c->nr_sectors, r->devices.nr);
		return;
	}
	for (size_t i = 0; i < r->devices.nr; i++) {
		const struct blkdev *dev = pair_of(r, i)->data.dev;

		if (blkdev_size_known(dev) && dev->nr_sectors < share)
			line_report_item(c, &F_SMALL, &words[DEVICES], i, &pair_words[DATA],
					 "Component device(s) too small", "%s has %llu sectors, its share is %llu", dev->name,
					 (unsigned long long)dev->nr_sectors, (unsigned long long)share);
	}
	if (level_of(r) != LEVEL_1 && r->chunk && share % r->chunk)
		line_report(c, &F_SHARE, &words[CHUNK], NULL, "a share of %llu sectors is no multiple of %llu",
			    (unsigned long long)share, (unsigned long long)r->chunk);
}

/* Devices whose data cannot be used: missing ones, and those to be rebuilt. */
static size_t unusable(const struct raid *r, bool metadata)
{
	size_t nr = 0;

	for (size_t i = 0; i < r->devices.nr; i++) {
		const struct pair *p = pair_of(r, i);

		nr += !p->data.dev || (metadata && !p->metadata.dev) || word_bit(&r->rebuild, (unsigned)i);
	}
	return nr;
}

/* Most of `copies` neighbours may be gone, but not a whole mirror group. */
static bool raid10_group_gone(const struct raid *r, bool metadata)
{
	uint64_t copies = copies_of(r), gone = 0;

	for (size_t i = 0; i < r->devices.nr; i++) {
		const struct pair *p = pair_of(r, i);

		if (i % copies == 0)
			gone = 0;
		gone += !p->data.dev || (metadata && !p->metadata.dev) || word_bit(&r->rebuild, (unsigned)i);
		if (gone >= copies)
			return true;
	}
	return false;
}

/* validate_raid_redundancy(), and md's own minimum. */
static void check_redundancy(const struct line_ctx *c, const struct raid *r)
{
	bool metadata = has_metadata(r), bad = false;
	size_t nr = r->devices.nr, gone = unusable(r, metadata);
	const char *text = metadata ? "Insufficient redundancy to activate array" : "Failed to run raid array";

	switch (level_of(r)) {
	case LEVEL_0:
		bad = gone > 0;
		text = "Failed to run raid array";
		break;
	case LEVEL_1:
		bad = gone >= nr;
		text = metadata ? text : "Invalid rdev size";
		break;
	case LEVEL_10:
		bad = raid10_group_gone(r, metadata);
		break;
	default:
		bad = gone > parity_of(r);
	}
	if (bad)
		line_report(c, &F_DEVICES, &words[DEVICES], text, "%zu of %zu devices are missing or to be rebuilt", gone, nr);
	else if (level_of(r) == LEVEL_6 && nr < 4)
		line_report(c, &F_DEVICES, &words[DEVICES], "Failed to run raid array", "raid6 on %zu devices; 4 are the least", nr);
}

static void check_metadata(const struct line_ctx *c, const struct raid *r)
{
	bool metadata = has_metadata(r);

	for (size_t i = 0; i < r->devices.nr; i++)
		if (pair_of(r, i)->metadata.dev && !pair_of(r, i)->data.dev)
			line_report_item(c, &F_DEVICES, &words[DEVICES], i, NULL,
					 "No data device supplied with metadata device", "device %zu has metadata and no data", i);
	if (level_of(r) == LEVEL_10 && !metadata)
		line_report(c, &F_RAID10_METADATA, &words[DEVICES], "Failed to run raid array", "no device has metadata");
	else if (level_of(r) != LEVEL_0 && !metadata)
		line_report(c, &F_NO_METADATA, &words[DEVICES], NULL, "no device has metadata");
	if (level_of(r) == LEVEL_6 && given(r, NOSYNC) && !metadata)
		line_report(c, &F_NEW_NOSYNC, &words[NOSYNC], "Invalid flags combination", "nosync on a raid6");
}

/* raid_ctr(), parse_raid_params() */
static void check(const struct line_ctx *c, const void *params)
{
	const struct raid *r = params;

	if (r->devices.nr <= parity_of(r)) {
		line_report(c, &F_DEVICES, &words[DEVICES], "Insufficient number of devices",
			    "%zu devices, and %s has %u for parity", r->devices.nr, types[r->type].word, parity_of(r));
		return;
	}
	check_chunk(c, r);
	check_levels(c, r);
	check_indices(c, r);
	check_values(c, r);
	check_exclusions(c, r);
	check_region(c, r);
	if (level_of(r) == LEVEL_10 && copies_of(r) > r->devices.nr)
		line_report(c, &F_DEVICES, &words[DEVICES], "Not enough devices to satisfy specification",
			    "%llu copies on %zu devices", (unsigned long long)copies_of(r), r->devices.nr);
	check_share(c, r);
	check_metadata(c, r);
	check_redundancy(c, r);
}

/* raid_iterate_devices() */
static void areas(const struct line_ctx *c, const void *params, area_fn *fn, void *priv)
{
	const struct raid *r = params;
	uint64_t share = share_of(r, c->nr_sectors);

	for (size_t i = 0; share && i < r->devices.nr; i++)
		if (pair_of(r, i)->data.dev)
			fn(priv, &pair_of(r, i)->data, &words[DEVICES], 0, share);
}

static uint64_t natural_len(const void *params)
{
	const struct raid *r = params;
	uint64_t least = UINT64_MAX, nr = r->devices.nr, copies = copies_of(r);

	for (size_t i = 0; i < nr; i++) {
		uint64_t left = pair_of(r, i)->data.dev ? devref_sectors(&pair_of(r, i)->data) : UINT64_MAX;

		if (left < least)
			least = left;
	}
	if (least == UINT64_MAX || nr <= parity_of(r))
		return 0;
	if (level_of(r) == LEVEL_1)
		return least;
	if (r->chunk)
		least = least / r->chunk * r->chunk;
	if (level_of(r) != LEVEL_10)
		return least * (nr - parity_of(r));
	least = r->chunk ? least / (r->chunk * copies) * r->chunk * copies : least;
	return least * nr / copies;
}

/* raid_status(STATUSTYPE_TABLE): some values are shown as md keeps them. */
static void normalize(const struct emit_ctx *c, void *params)
{
	struct raid *r = params;

	(void)c;
	if (level_of(r) == LEVEL_1)
		r->chunk = 0;
	r->write_behind /= 2;
	if (given(r, STRIPE_CACHE) && r->stripe_cache < r->chunk / 2)
		r->stripe_cache = r->chunk / 2;
}

struct raid_status {
	uint64_t given;
	const char *type, *health, *action, *journal;
	uint64_t devices, mismatches, data_offset;
	struct ratio sync;
};

#define FIELD(kind_, field, text) {.kind = kind_, WORD_FIELD(struct raid_status, field), .key = #field, .help = text}

static const struct word status[] = {
	FIELD(WORD_TEXT, type, "level and layout"),
	FIELD(WORD_U64, devices, "number of devices"),
	FIELD(WORD_TEXT, health, "one letter a device: A in sync, a not yet, D failed, - missing"),
	FIELD(WORD_RATIO, sync, "sectors in sync, and all"),
	FIELD(WORD_TEXT, action, "idle, frozen, resync, recover, check, repair or reshape"),
	FIELD(WORD_U64, mismatches, "sectors that differed in the last check"),
	{.kind = WORD_SIZE, .unit = 512, WORD_FIELD(struct raid_status, data_offset), .key = "data_offset",
	 .help = "free space at the start of the data devices"},
	FIELD(WORD_TEXT, journal, "- none, A write-through, a write-back, D failed"),
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

const struct target target_raid = {
	.name = "raid",
	.summary = "RAID 0, 1, 4, 5, 6 and 10",
	.description = "The kernel's md arrays. With metadata devices the array remembers failed devices and how far a "
		       "synchronisation got.",
	.flags = TARGET_EXTRA_WORDS | TARGET_AT_ZERO,
	.traits = TRAIT_REDUNDANT,
	.words = words,
	.params_size = sizeof(struct raid),
	.count_error = "Invalid number of supplied raid devices",
	.status = status,
	.status_size = sizeof(struct raid_status),
	.messages = messages,
	.findings = findings,
	.example = "pair: {target: raid, raid_type: raid1, region_size: 1MiB, size: 8MiB, devices: [{metadata: meta, data: "
		   "disk}, {metadata: meta2, data: disk2}]}\n",
	.normalize = normalize,
	.check = check,
	.areas = areas,
	.natural_len = natural_len,
};
