/*
 * era: remembers in which era each block was written last. drivers/md/dm-era-target.c.
 */
#include "targets/content.h"
#include "targets/superblock.h"

#define ERA_MAGIC 2126579579
#define ERA_CSUM_XOR 146538381
#define OFF_DATA_BLOCK_SIZE 172

enum { METADATA, ORIGIN, BLOCK_SIZE };

struct era {
	uint64_t given;
	struct devref metadata, origin;
	uint64_t block_sectors;
};

static const struct word words[] = {
	[METADATA] = {
		.kind = WORD_DEVICE, .flags = WORD_META, WORD_FIELD(struct era, metadata), .key = "metadata",
		.error = "Error opening metadata device", .help = "device that remembers the eras",
	},
	[ORIGIN] = {
		.kind = WORD_DEVICE, WORD_FIELD(struct era, origin), .key = "origin",
		.error = "Error opening data device", .help = "the device whose writes are tracked",
	},
	[BLOCK_SIZE] = {
		.kind = WORD_SIZE, .unit = 512, WORD_FIELD(struct era, block_sectors), .num = NUM_S32,
		.key = "block_size", .error = "Error parsing block size",
		.help = "size of the blocks that are told apart: a multiple of 4 KiB",
	},
	WORD_LAST,
};

static const struct finding_kind F_BLOCK = {
	"era.block-size", SEV_ERROR, BY_KERNEL, "the block size is no multiple of 4 KiB",
	"Blocks are multiples of 8 sectors, and at least 8.",
	"volumes:\n  e: {target: era, metadata: m, origin: o, block_size: 6KiB}\n",
	"Round the block size to a multiple of 4 KiB.",
};

static const struct finding_kind F_LONG = {
	"era.longer-than-origin", SEV_ERROR, BY_DATA, "the volume is longer than its origin",
	"The kernel does not compare the two, and I/O behind the origin's end fails.",
	"devices: {m: {file: m.img, size: 4MiB}, o: {file: o.img, size: 1MiB}}\nvolumes:\n"
	"  e: {target: era, metadata: m, origin: o, block_size: 4KiB, size: 2MiB}\n",
	"Use at most the origin's size.",
};

static const struct finding_kind F_SAME = {
	"era.same-device", SEV_ERROR, BY_DATA, "metadata and origin are the same device",
	"The kernel takes it, and the metadata overwrites the data.",
	"volumes:\n  e: {target: era, metadata: d, origin: d, block_size: 4KiB}\n",
	"Use slices of the device, or two devices.",
};

static const struct finding_kind *const findings[] = {&F_BLOCK, &F_LONG, &F_SAME, NULL};

/* era_ctr(), metadata_open() */
static void check(const struct line_ctx *c, const void *params)
{
	static const struct superblock_fields fields = {.version = 40, .min_version = 1, .max_version = 1};
	const struct era *p = params;
	struct superblock sb;

	if (!p->block_sectors || p->block_sectors % 8)
		line_report(c, &F_BLOCK, &words[BLOCK_SIZE], "Invalid block size",
			    "%llu sectors are no multiple of 8", (unsigned long long)p->block_sectors);
	superblock_read(p->metadata.dev, ERA_MAGIC, ERA_CSUM_XOR, &sb);
	if (sb.state == SB_BAD)
		superblock_report_bad(c, &words[METADATA], &p->metadata, "Error reading metadata");
	if (sb.state == SB_FOUND)
		superblock_check_fields(c, &words[METADATA], &p->metadata, &sb, &fields, "Error reading metadata");
	if (sb.state == SB_FOUND && sb_le32(&sb, OFF_DATA_BLOCK_SIZE) != p->block_sectors)
		line_report(c, &F_METADATA_OTHER, &words[BLOCK_SIZE], "Error reading metadata",
			    "the metadata on %s was made for blocks of %u sectors, the layout says %llu",
			    p->metadata.dev->name, sb_le32(&sb, OFF_DATA_BLOCK_SIZE),
			    (unsigned long long)p->block_sectors);
	if (blkdev_size_known(p->origin.dev) && c->nr_sectors > p->origin.dev->nr_sectors)
		line_report(c, &F_LONG, NULL, NULL, "%s has %llu sectors, and the volume %llu",
			    p->origin.dev->name, (unsigned long long)p->origin.dev->nr_sectors,
			    (unsigned long long)c->nr_sectors);
	if (blkdev_same(p->metadata.dev, p->origin.dev))
		line_report(c, &F_SAME, &words[ORIGIN], NULL, "both are %s", p->origin.dev->name);
}

/* era_iterate_devices(): the whole origin, whatever the line's length. */
static void areas(const struct line_ctx *c, const void *params, area_fn *fn, void *priv)
{
	const struct era *p = params;

	(void)c;
	fn(priv, &p->origin, &words[ORIGIN], 0,
	   blkdev_size_known(p->origin.dev) ? p->origin.dev->nr_sectors : 0);
}

static uint64_t natural_len(const void *params)
{
	const struct era *p = params;
	uint64_t left = devref_sectors(&p->origin);

	return left == UINT64_MAX ? 0 : left;
}

struct era_status {
	uint64_t given;
	uint64_t metadata_block, era, held_root;
	struct ratio metadata;
};

static const struct word status[] = {
	{.kind = WORD_SIZE, .unit = 512, WORD_FIELD(struct era_status, metadata_block),
	 .key = "metadata_block_size", .help = "size of a metadata block"},
	{.kind = WORD_RATIO, .flags = WORD_BRIEF, .unit_row = &status[0], WORD_FIELD(struct era_status, metadata),
	 .key = "metadata", .help = "metadata blocks in use, and all"},
	{.kind = WORD_U64, .flags = WORD_BRIEF, WORD_FIELD(struct era_status, era), .key = "era", .help = "the current era"},
	{.kind = WORD_U64, .flags = WORD_DASH, WORD_FIELD(struct era_status, held_root),
	 .key = "held_root", .help = "block of the metadata snapshot"},
	WORD_LAST,
};

static const char *const states[] = {"Error", NULL};

static const struct message messages[] = {
	{"checkpoint", "", KF_NONE, "starts a new era"},
	{"take_metadata_snap", "", KF_NONE, "makes a copy of the metadata's roots for tools to read"},
	{"drop_metadata_snap", "", KF_NONE, "gives that copy up"},
	{0},
};

/* superblock_all_zeroes(), drivers/md/dm-era-target.c */
static enum content content(const void *params, size_t i, struct content_place *where)
{
	const struct era *p = params;

	return i ? CONTENT_NONE : content_marked(&p->metadata, 0, METADATA_BLOCK, 32, ERA_MAGIC, where);
}

const struct target target_era = {
	.name = "era",
	.summary = "remembers which blocks were written since when",
	.description = "For incremental backup and for cache invalidation after a snapshot is rolled back.",
	.words = words,
	.params_size = sizeof(struct era),
	.count_error = "Invalid argument count",
	.status = status,
	.status_size = sizeof(struct era_status),
	.states = states,
	.messages = messages,
	.findings = findings,
	.example = "tracked: {target: era, metadata: meta, origin: disk, block_size: 64KiB}\n",
	.check = check,
	.areas = areas,
	.natural_len = natural_len,
	.content = content,
};
