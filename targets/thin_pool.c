/*
 * thin-pool: blocks that thin devices share. drivers/md/dm-thin.c.
 */
#include <string.h>

#include "targets/content.h"
#include "targets/superblock.h"

#define THIN_MAGIC 27022010
#define THIN_CSUM_XOR 160774
#define OFF_DATA_SPACE 64      /* root of the space map: its first word is the number of blocks */
#define OFF_METADATA_SPACE 192
#define OFF_DATA_BLOCK_SIZE 336

enum {
	METADATA, DATA, BLOCK_SIZE, LOW_WATER, FEATURES, SKIP_ZEROING, IGNORE_DISCARD, NO_PASSDOWN,
	READ_ONLY, ERROR_NO_SPACE, FEATURES_END,
};

struct pool {
	uint64_t given;
	struct devref metadata, data;
	uint64_t block_sectors, low_water;
};

#define FEATURE(name, text) \
	{.kind = WORD_FLAG, .flags = WORD_NOCASE, .list = "features", .word = name, .help = text}

static const struct word words[] = {
	[METADATA] = {
		.kind = WORD_DEVICE, .flags = WORD_META, WORD_FIELD(struct pool, metadata), .key = "metadata",
		.error = "Error opening metadata block device",
		.help = "device that holds the mappings; at most 15.9 GiB of it are used",
	},
	[DATA] = {
		.kind = WORD_DEVICE, WORD_FIELD(struct pool, data), .key = "data",
		.error = "Error getting data device", .help = "device that holds the blocks",
	},
	[BLOCK_SIZE] = {
		.kind = WORD_SIZE, .unit = 512, WORD_FIELD(struct pool, block_sectors), .num = NUM_K64,
		.min = 128, .max = 2097152, .key = "block_size", .error = "Invalid block size",
		.help = "size of a block: a multiple of 64 KiB",
	},
	[LOW_WATER] = {
		.kind = WORD_SIZE, .flags = WORD_OPTIONAL, .unit_row = &words[BLOCK_SIZE],
		WORD_FIELD(struct pool, low_water), .num = NUM_K64, .key = "low_water",
		.error = "Invalid low water mark",
		.help = "an event is sent when less than this is free; whole blocks",
	},
	[FEATURES] = {
		.kind = WORD_GROUP, .flags = WORD_TAIL | WORD_ALWAYS, .max = 4,
		.error = "Invalid number of pool feature arguments",
		.once_error = "Unrecognised pool feature requested", .help = "number of feature words",
	},
	[SKIP_ZEROING] = FEATURE("skip_block_zeroing", "new blocks are not zeroed first"),
	[IGNORE_DISCARD] = FEATURE("ignore_discard", "discards free nothing"),
	[NO_PASSDOWN] = FEATURE("no_discard_passdown", "discards free blocks and go no further"),
	[READ_ONLY] = FEATURE("read_only", "metadata cannot change"),
	[ERROR_NO_SPACE] = FEATURE("error_if_no_space", "writes fail at once when the pool is full"),
	[FEATURES_END] = {.kind = WORD_GROUP_END},
	WORD_LAST,
};

static const struct finding_kind F_BLOCK = {
	"thin-pool.block-size", SEV_ERROR, BY_KERNEL, "the block size is not a multiple of 64 KiB",
	"Blocks are 64 KiB to 1 GiB in steps of 64 KiB; a power of two is not needed.",
	"volumes:\n  p: {target: thin-pool, metadata: m, data: d, block_size: 96KiB}\n",
	"Round the block size to a multiple of 64 KiB.",
};

static const struct finding_kind F_SAME = {
	"thin-pool.same-device", SEV_ERROR, BY_KERNEL, "metadata and data are the same device",
	"The kernel compares the two words and refuses equal ones.",
	"volumes:\n  p: {target: thin-pool, metadata: d, data: d, block_size: 64KiB}\n",
	"Use slices of the device, or two devices.",
};

static const struct finding_kind F_EMPTY = {
	"thin-pool.no-blocks", SEV_ERROR, BY_DATA, "the pool has no whole block",
	"The kernel loads a pool of zero blocks, and every write to its thin volumes waits for space.",
	"devices: {m: {file: m.img, size: 4MiB}, d: {file: d.img, size: 1MiB}}\nvolumes:\n"
	"  p: {target: thin-pool, metadata: m, data: d, block_size: 2MiB}\n",
	"Use smaller blocks or a larger device.",
};

static const struct finding_kind F_READ_ONLY_EMPTY = {
	"thin-pool.read-only-unformatted", SEV_ERROR, BY_KERNEL, "a read-only pool has no metadata",
	"An empty metadata device must be formatted, which a read-only pool cannot do.",
	"volumes:\n  p: {target: thin-pool, metadata: m, data: d, block_size: 64KiB, features: [read_only]}\n",
	"Load the pool once without read_only.",
};

static const struct finding_kind *const findings[] = {&F_BLOCK, &F_SAME, &F_EMPTY, &F_READ_ONLY_EMPTY,
						       &F_METADATA_BAD, &F_METADATA_OTHER, &F_METADATA_NEWER,
						       &F_METADATA_CHECK, &F_METADATA_SHRUNK, NULL};

/* pool_preresume(): maybe_resize_data_dev(), maybe_resize_metadata_dev() */
static void check_sizes(const struct line_ctx *c, const struct pool *p, const struct superblock *sb)
{
	uint64_t data = sb_le64(sb, OFF_DATA_SPACE), metadata = sb_le64(sb, OFF_METADATA_SPACE), sectors;

	if (c->nr_sectors / p->block_sectors < data)
		line_report(c, &F_METADATA_SHRUNK, NULL, NULL,
			    "the pool has %llu blocks; the metadata on %s knows %llu",
			    (unsigned long long)(c->nr_sectors / p->block_sectors), p->metadata.dev->name,
			    (unsigned long long)data);
	if (!blkdev_size_known(p->metadata.dev))
		return;
	sectors = p->metadata.dev->nr_sectors;
	if (sectors > METADATA_MAX_SECTORS)
		sectors = METADATA_MAX_SECTORS;
	if (sectors / (METADATA_BLOCK / 512) < metadata)
		line_report(c, &F_METADATA_SHRUNK, &words[METADATA], NULL,
			    "%s has %llu blocks of 4096 bytes; the metadata on it knows %llu", p->metadata.dev->name,
			    (unsigned long long)(sectors / (METADATA_BLOCK / 512)), (unsigned long long)metadata);
}

/* dm_pool_metadata_open() */
static void check_metadata(const struct line_ctx *c, const struct pool *p)
{
	static const struct superblock_fields fields = {.compat_ro = 356, .incompat = 360};
	const char *text = "Error creating metadata object";
	struct superblock sb;
	struct finding *f;

	superblock_read(p->metadata.dev, THIN_MAGIC, THIN_CSUM_XOR, &sb);
	if (sb.state == SB_BAD)
		superblock_report_bad(c, &words[METADATA], &p->metadata, text);
	if (sb.state == SB_EMPTY && given(p, READ_ONLY))
		line_report(c, &F_READ_ONLY_EMPTY, &words[METADATA], text, "%s is empty", p->metadata.dev->name);
	if (sb.state != SB_FOUND)
		return;
	superblock_check_fields(c, &words[METADATA], &p->metadata, &sb, &fields, text);
	if (p->block_sectors && sb_le32(&sb, OFF_DATA_BLOCK_SIZE) == p->block_sectors) {
		check_sizes(c, p, &sb);
	} else {
		f = line_report(c, &F_METADATA_OTHER, &words[BLOCK_SIZE], text,
				"the metadata on %s was made for blocks of %u sectors, the layout says %llu",
				p->metadata.dev->name, sb_le32(&sb, OFF_DATA_BLOCK_SIZE),
				(unsigned long long)p->block_sectors);
		finding_fix(c->diag, f, "block_size: %us", sb_le32(&sb, OFF_DATA_BLOCK_SIZE));
	}
}

/* pool_ctr() */
static void check(const struct line_ctx *c, const void *params)
{
	const struct pool *p = params;

	if (blkdev_same(p->metadata.dev, p->data.dev))
		line_report(c, &F_SAME, &words[DATA], "Error setting metadata or data device",
			    "both are %s", p->data.dev->word);
	if (p->block_sectors % 128)
		line_report(c, &F_BLOCK, &words[BLOCK_SIZE], "Invalid block size",
			    "%llu sectors are not a multiple of 128", (unsigned long long)p->block_sectors);
	else if (p->block_sectors && c->nr_sectors < p->block_sectors)
		line_report(c, &F_EMPTY, &words[BLOCK_SIZE], NULL, "%llu sectors, blocks of %llu",
			    (unsigned long long)c->nr_sectors, (unsigned long long)p->block_sectors);
	check_metadata(c, p);
}

/* pool_iterate_devices(): the metadata device is not looked at. */
static void areas(const struct line_ctx *c, const void *params, area_fn *fn, void *priv)
{
	const struct pool *p = params;

	fn(priv, &p->data, &words[DATA], 0, c->nr_sectors);
}

static uint64_t natural_len(const void *params)
{
	const struct pool *p = params;
	uint64_t left = devref_sectors(&p->data);

	return left == UINT64_MAX ? 0 : left;
}

static enum discard_use discards(const void *params)
{
	return given(params, IGNORE_DISCARD) || given(params, NO_PASSDOWN) ? DISCARD_STOPPED : DISCARD_WANTED;
}

struct pool_status {
	uint64_t given;
	uint64_t transaction_id, held_root, threshold;
	struct ratio metadata, data;
	unsigned mode, discards, no_space, needs_check;
};

static const struct choice modes[] = {
	{"rw", KF_NONE, "read-write"}, {"ro", KF_NONE, "metadata cannot change"},
	{"out_of_data_space", KF_NONE, "no block is free"}, {0},
};
static const struct choice discard_modes[] = {
	{"ignore_discard", KF_NONE, "discards free nothing"},
	{"discard_passdown", KF_NONE, "discards free blocks and go on"},
	{"no_discard_passdown", KF_NONE, "discards free blocks"}, {0},
};
static const struct choice space_modes[] = {
	{"error_if_no_space", KF_NONE, "writes fail when the pool is full"},
	{"queue_if_no_space", KF_NONE, "writes wait when the pool is full"}, {0},
};
static const struct choice check_modes[] = {
	{"needs_check", KF_NONE, "the metadata must be checked"}, {"-", KF_NONE, "the metadata is fine"}, {0},
};

static const struct word status[] = {
	{.kind = WORD_U64, WORD_FIELD(struct pool_status, transaction_id), .key = "transaction_id",
	 .help = "set by user space"},
	{.kind = WORD_RATIO, .flags = WORD_BRIEF, .unit = 4096, WORD_FIELD(struct pool_status, metadata),
	 .key = "metadata", .help = "metadata blocks of 4 KiB in use, and all"},
	{.kind = WORD_RATIO, .flags = WORD_BRIEF | WORD_TABLE_UNIT, .unit_row = &words[BLOCK_SIZE],
	 WORD_FIELD(struct pool_status, data), .key = "data", .help = "data blocks in use, and all"},
	{.kind = WORD_U64, .flags = WORD_DASH, WORD_FIELD(struct pool_status, held_root),
	 .key = "held_root", .help = "block of the metadata snapshot"},
	{.kind = WORD_CHOICE, .flags = WORD_BRIEF, WORD_FIELD(struct pool_status, mode), .choices = modes, .key = "mode",
	 .help = "what the pool can do"},
	{.kind = WORD_CHOICE, WORD_FIELD(struct pool_status, discards), .choices = discard_modes,
	 .key = "discards", .help = "what becomes of discards"},
	{.kind = WORD_CHOICE, .flags = WORD_BRIEF, WORD_FIELD(struct pool_status, no_space), .choices = space_modes,
	 .key = "no_space", .help = "what happens when the pool is full"},
	{.kind = WORD_CHOICE, .flags = WORD_BRIEF, WORD_FIELD(struct pool_status, needs_check), .choices = check_modes,
	 .key = "needs_check", .help = "whether the metadata must be checked"},
	{.kind = WORD_SIZE, .unit = 4096, WORD_FIELD(struct pool_status, threshold), .key = "metadata_low_water",
	 .help = "an event is sent when fewer metadata blocks are free"},
	WORD_LAST,
};

static const char *const states[] = {"Fail", "Error", NULL};

static const struct message messages[] = {
	{"create_thin", "ID", KF_NONE, "makes a thin device"},
	{"create_snap", "ID ORIGIN", KF_NONE, "makes a snapshot of a thin device, which should be suspended"},
	{"delete", "ID", KF_NONE, "deletes a thin device that is not open"},
	{"set_transaction_id", "OLD NEW", KF_NONE, "changes the number that user space keeps in the metadata"},
	{"reserve_metadata_snap", "", KF_NONE, "makes a copy of the metadata's roots for tools to read"},
	{"release_metadata_snap", "", KF_NONE, "gives that copy up"},
	{0},
};

/* __superblock_all_zeroes(), drivers/md/dm-thin-metadata.c */
static enum content content(const void *params, size_t i, struct content_place *where)
{
	const struct pool *p = params;

	return i ? CONTENT_NONE : content_marked(&p->metadata, 0, METADATA_BLOCK, 32, THIN_MAGIC, where);
}

const struct target target_thin_pool = {
	.name = "thin-pool",
	.summary = "blocks that thin volumes share",
	.description = "Thin volumes and their snapshots take blocks from the pool as they are written. About 48 "
		       "bytes of metadata go to a block.",
	.flags = TARGET_SINGLETON | TARGET_IMMUTABLE | TARGET_ALWAYS_WRITEABLE | TARGET_EXTRA_WORDS |
		 TARGET_TABLE_BLANK | TARGET_STATUS_BLANK,
	.traits = TRAIT_FORMATS,
	.words = words,
	.params_size = sizeof(struct pool),
	.count_error = "Invalid argument count",
	.status = status,
	.status_size = sizeof(struct pool_status),
	.states = states,
	.messages = messages,
	.findings = findings,
	.example = "pool: {target: thin-pool, metadata: meta, data: disk, block_size: 64KiB, low_water: 1MiB}\n",
	.check = check,
	.areas = areas,
	.natural_len = natural_len,
	.discards = discards,
	.content = content,
};
