/*
 * writecache: writes go to a fast device first. drivers/md/dm-writecache.c.
 */
#include "base/endian.h"
#include "targets/content.h"
#include "targets/targets.h"

#define MAGIC 0x23489321
/* struct wc_memory_superblock, struct wc_memory_entry */
#define SUPERBLOCK 64
#define ENTRY 16

enum {
	MODE, ORIGIN, CACHE, BLOCK_SIZE, OPTIONS, START_SECTOR, HIGH, LOW, JOBS, BLOCKS, TIME, MAX_AGE,
	CLEANER, FUA, NOFUA, METADATA_ONLY, PAUSE, OPTIONS_END,
};

enum { MODE_S, MODE_P };

struct writecache {
	uint64_t given;
	struct devref origin, cache;
	uint64_t block_bytes, start, high, low, jobs, blocks, time_ms, max_age_ms, pause_ms;
	unsigned mode;
};

static const struct choice modes[] = {
	{"s", KF_NONE, "the cache is a disk"}, {"p", KF_NONE, "the cache is persistent memory (DAX)"}, {0},
};

static const struct max_since limits[] = {{KF_WRITECACHE_PAUSE, 18}, {KF_WRITECACHE_CLEANER, 16},
					  {KF_NONE, 10}};

#define BAD "Invalid optional argument"

static const struct word words[] = {
	[MODE] = {
		.kind = WORD_CHOICE, .flags = WORD_NOCASE, WORD_FIELD(struct writecache, mode),
		.choices = modes, .key = "mode", .error = "Bad arguments", .help = "what the cache is",
	},
	[ORIGIN] = {
		.kind = WORD_DEVICE, WORD_FIELD(struct writecache, origin), .key = "origin",
		.error = "Origin data device lookup failed", .help = "the slow device",
	},
	[CACHE] = {
		.kind = WORD_DEVICE, .flags = WORD_COPIES, WORD_FIELD(struct writecache, cache), .key = "cache",
		.error = "Cache data device lookup failed", .help = "the fast device",
	},
	[BLOCK_SIZE] = {
		.kind = WORD_SIZE, .flags = WORD_POWER_OF_2, .unit = 1,
		WORD_FIELD(struct writecache, block_bytes), .num = NUM_S32, .min = 512, .max = 4096,
		.key = "block_size", .error = "Invalid block size",
		.help = "size of a block: a power of two from 512 bytes to a page; 4096B is best",
	},
	[OPTIONS] = {
		.kind = WORD_GROUP, .flags = WORD_ALWAYS, .limits = limits,
		.error = "Invalid number of feature args", .aux_error = BAD, .once_error = BAD,
		.help = "number of option words",
	},
	[START_SECTOR] = {
		.kind = WORD_SIZE, .flags = WORD_NOCASE, .unit = 512, WORD_FIELD(struct writecache, start),
		.num = NUM_S64, .key = "start_sector", .word = "start_sector", .error = BAD,
		.help = "where the cache starts on its device",
	},
	[HIGH] = {
		.kind = WORD_U64, .flags = WORD_NOCASE, WORD_FIELD(struct writecache, high), .num = NUM_SD,
		.max = 100, .key = "high_watermark", .word = "high_watermark", .error = BAD, .dflt_text = "50",
		.help = "writeback starts above this percentage of blocks in use",
	},
	[LOW] = {
		.kind = WORD_U64, .flags = WORD_NOCASE, WORD_FIELD(struct writecache, low), .num = NUM_SD,
		.max = 100, .key = "low_watermark", .word = "low_watermark", .error = BAD, .dflt_text = "45",
		.help = "writeback stops below this percentage",
	},
	[JOBS] = {
		.kind = WORD_U64, .flags = WORD_NOCASE, WORD_FIELD(struct writecache, jobs), .num = NUM_S32,
		.key = "writeback_jobs", .word = "writeback_jobs", .error = BAD,
		.help = "blocks in flight during writeback",
	},
	[BLOCKS] = {
		.kind = WORD_U64, .flags = WORD_NOCASE, WORD_FIELD(struct writecache, blocks), .num = NUM_S32,
		.key = "autocommit_blocks", .word = "autocommit_blocks", .error = BAD,
		.dflt_text = "65536, persistent memory 64", .help = "blocks written before a commit",
	},
	[TIME] = {
		.kind = WORD_TIME, .flags = WORD_NOCASE, .unit = 1, WORD_FIELD(struct writecache, time_ms),
		.num = NUM_S32, .max = 3600000, .key = "autocommit_time", .word = "autocommit_time",
		.error = BAD, .dflt_text = "1s", .help = "time before a commit",
	},
	[MAX_AGE] = {
		.kind = WORD_TIME, .flags = WORD_NOCASE, .unit = 1, WORD_FIELD(struct writecache, max_age_ms),
		.num = NUM_S32, .max = 86400000, .key = "max_age", .word = "max_age",
		.since = KF_WRITECACHE_CLEANER, .error = BAD, .help = "older blocks are written back",
	},
	[CLEANER] = {
		.kind = WORD_FLAG, .flags = WORD_NOCASE, .key = "cleaner", .word = "cleaner",
		.since = KF_WRITECACHE_CLEANER, .help = "writes all back and takes nothing new",
	},
	[FUA] = {
		.kind = WORD_FLAG, .flags = WORD_NOCASE, .key = "fua", .word = "fua",
		.help = "persistent memory: writeback uses FUA (default)",
	},
	[NOFUA] = {
		.kind = WORD_FLAG, .flags = WORD_NOCASE, .key = "nofua", .word = "nofua",
		.help = "persistent memory: writeback uses flushes",
	},
	[METADATA_ONLY] = {
		.kind = WORD_FLAG, .flags = WORD_NOCASE, .key = "metadata_only", .word = "metadata_only",
		.since = KF_WRITECACHE_PAUSE, .help = "takes only what file systems mark as metadata",
	},
	[PAUSE] = {
		.kind = WORD_TIME, .flags = WORD_NOCASE, .unit = 1, WORD_FIELD(struct writecache, pause_ms),
		.num = NUM_S32, .max = 60000, .key = "pause_writeback", .word = "pause_writeback",
		.since = KF_WRITECACHE_PAUSE, .error = BAD, .dflt_text = "3s",
		.help = "writeback waits this long after I/O that went past the cache",
	},
	[OPTIONS_END] = {.kind = WORD_GROUP_END},
	WORD_LAST,
};

static const struct finding_kind F_DAX = {
	"writecache.no-dax", SEV_ERROR, BY_KERNEL, "mode p needs persistent memory",
	"The cache device must be mappable into memory (DAX).",
	"volumes:\n  w: {target: writecache, mode: p, origin: o, cache: c, block_size: 4096B}\n",
	"Use mode s.",
};

static const struct finding_kind F_DAX_CRASH = {
	"writecache.no-dax-crash", SEV_ERROR, BY_CRASH, "mode p on a device without DAX crashes the kernel",
	"Linux 6.1 and 7.2 follow a NULL pointer in the constructor instead of refusing the table.",
	"requires: {kernel: \"6.1\"}\nvolumes:\n  w: {target: writecache, mode: p, origin: o, cache: c, block_size: 4096B}\n",
	"Use mode s.",
};

static const struct finding_kind F_WATERMARKS = {
	"writecache.watermarks", SEV_ERROR, BY_KERNEL, "the low watermark is above the high one",
	"Writeback runs from the high to the low watermark. What is not given counts as 50 and 45.",
	"volumes:\n  w: {target: writecache, mode: s, origin: o, cache: c, block_size: 4096B, low_watermark: 60}\n",
	"Give both, the high one at least as large as the low one.",
};

static const struct finding_kind F_BLOCK = {
	"writecache.block-below-logical", SEV_ERROR, BY_KERNEL, "the block is smaller than a device's",
	"Blocks are read and written whole, so they hold at least one logical block of both devices.",
	"devices: {o: {file: o.img, size: 1MiB, logical_block_size: 4096}}\nvolumes:\n"
	"  w: {target: writecache, mode: s, origin: o, cache: c, block_size: 512B}\n",
	"Use block_size: 4096B.",
};

static const struct finding_kind F_SMALL = {
	"writecache.device-small", SEV_ERROR, BY_KERNEL, "the cache device has no room for a block",
	"Superblock, one entry and one block must fit.",
	"volumes:\n  w: {target: writecache, mode: s, origin: o, cache: c, block_size: 4096B, start_sector: 1GiB}\n",
	"Use a larger device, or an earlier start.",
};

static const struct finding_kind F_SUPERBLOCK = {
	"writecache.superblock", SEV_ERROR, BY_KERNEL, "the cache device holds something else",
	"The kernel formats a device whose first eight bytes are zero, uses one with its own superblock of the "
	"same block size, and refuses everything else.",
	NULL,
	"Check that it is the right device. To give up what is on it, clear its first block.",
};

static const struct finding_kind F_SAME = {
	"writecache.same-device", SEV_ERROR, BY_DATA, "origin and cache are the same device",
	"The kernel takes it, and the cache overwrites the data.",
	"volumes:\n  w: {target: writecache, mode: s, origin: d, cache: d, block_size: 4096B}\n",
	"Use two devices, or slices.",
};

static const struct finding_kind *const findings[] = {
	&F_DAX, &F_DAX_CRASH, &F_WATERMARKS, &F_BLOCK, &F_SMALL, &F_SUPERBLOCK, &F_SAME, NULL,
};

static void check_dax(const struct line_ctx *c, const struct writecache *p)
{
	if (p->mode != MODE_P || !p->cache.dev || (p->cache.dev->flags & BLKDEV_DAX) ||
	    !(p->cache.dev->flags & BLKDEV_LIMITS_KNOWN))
		return;
	if (line_kernel_has(c, KF_CRASH_WRITECACHE_PMEM))
		line_report(c, &F_DAX_CRASH, &words[MODE], NULL, "%s is no persistent memory", p->cache.dev->name);
	else
		line_report(c, &F_DAX, &words[MODE], "Cache device is not a DAX device",
			    "%s is no persistent memory", p->cache.dev->name);
}

static void check_modes(const struct line_ctx *c, const struct writecache *p)
{
	if (p->mode == MODE_S && (given(p, FUA) || given(p, NOFUA)))
		line_report(c, &F_CONFLICT, &words[given(p, FUA) ? FUA : NOFUA], BAD,
			    "fua and nofua are for mode p");
	if (p->mode == MODE_P && given(p, PAUSE))
		line_report(c, &F_CONFLICT, &words[PAUSE], BAD, "pause_writeback is for mode s");
}

static void check_watermarks(const struct line_ctx *c, const struct writecache *p)
{
	uint64_t high = given(p, HIGH) ? p->high : 50, low = given(p, LOW) ? p->low : 45;

	if (high < low)
		line_report(c, &F_WATERMARKS, &words[given(p, LOW) ? LOW : HIGH],
			    "High watermark must be greater than or equal to low watermark",
			    "low watermark %llu, high watermark %llu", (unsigned long long)low,
			    (unsigned long long)high);
}

static void check_blocks(const struct line_ctx *c, const struct writecache *p)
{
	const struct devref *refs[] = {&p->origin, &p->cache};

	for (size_t i = 0; i < ARRAY_SIZE(refs); i++)
		if (refs[i]->dev && p->block_bytes < refs[i]->dev->logical_block_size)
			line_report(c, &F_BLOCK, &words[BLOCK_SIZE],
				    "Block size is smaller than device logical block size",
				    "blocks of %llu bytes, %s has logical blocks of %u",
				    (unsigned long long)p->block_bytes, refs[i]->dev->name,
				    refs[i]->dev->logical_block_size);
}

/* calculate_memory_size(): superblock, an entry and a block. */
static void check_room(const struct line_ctx *c, const struct writecache *p)
{
	uint64_t sectors = p->cache.dev->nr_sectors, bytes, start = given(p, START_SECTOR) ? p->start : 0;

	if (!blkdev_size_known(p->cache.dev) || !p->block_bytes)
		return;
	if (start >= sectors) {
		line_report(c, &F_SMALL, &words[START_SECTOR], start ? BAD : "Invalid device size",
			    "%s has %llu sectors", p->cache.dev->name, (unsigned long long)sectors);
		return;
	}
	bytes = (sectors - start) * 512;
	if (bytes < (SUPERBLOCK + ENTRY + p->block_bytes - 1) / p->block_bytes * p->block_bytes + p->block_bytes)
		line_report(c, &F_SMALL, &words[CACHE], "Invalid device size",
			    "%llu bytes are left on %s", (unsigned long long)bytes, p->cache.dev->name);
}

/* writecache_ctr(), behind the superblock: the blocks it counts must fit. NULL: they do. */
static const char *stored_blocks(const struct writecache *p, uint64_t nr_blocks)
{
	uint64_t start = given(p, START_SECTOR) ? p->start : 0, block = p->block_bytes, offset;

	if (nr_blocks > (UINT64_MAX - SUPERBLOCK - block) / ENTRY)
		return "Overflow in size calculation";
	offset = (nr_blocks * ENTRY + SUPERBLOCK + block - 1) / block * block;
	if (nr_blocks > (UINT64_MAX - offset) / block)
		return "Overflow in size calculation";
	if (blkdev_size_known(p->cache.dev) &&
	    offset + nr_blocks * block > (p->cache.dev->nr_sectors - start) * 512)
		return "Memory area is too small";
	return NULL;
}

static void check_superblock(const struct line_ctx *c, const struct writecache *p)
{
	const char *text = NULL;
	uint8_t sb[SUPERBLOCK];

	if (blkdev_read(p->cache.dev, (given(p, START_SECTOR) ? p->start : 0) * 512, sb, sizeof(sb)) ||
	    (!get_le32(sb) && !get_le32(sb + 4)))
		return;
	if (get_le32(sb) != MAGIC)
		text = "Invalid magic in the superblock";
	else if (get_le32(sb + 4) != 1)
		text = "Invalid version in the superblock";
	else if (get_le32(sb + 8) != p->block_bytes)
		text = "Block size does not match superblock";
	else if (p->block_bytes)
		text = stored_blocks(p, get_le64(sb + 16));
	if (text)
		line_report(c, &F_SUPERBLOCK, &words[CACHE], text,
			    get_le32(sb) == MAGIC ? "%s was formatted with other parameters" :
						    "%s holds something else", p->cache.dev->name);
}

/* writecache_ctr() */
static void check(const struct line_ctx *c, const void *params)
{
	const struct writecache *p = params;

	check_blocks(c, p);
	check_modes(c, p);
	check_watermarks(c, p);
	check_dax(c, p);
	check_room(c, p);
	check_superblock(c, p);
	if (blkdev_same(p->origin.dev, p->cache.dev))
		line_report(c, &F_SAME, &words[CACHE], NULL, "both are %s", p->cache.dev->name);
}

/* writecache_iterate_devices() */
static void areas(const struct line_ctx *c, const void *params, area_fn *fn, void *priv)
{
	const struct writecache *p = params;

	fn(priv, &p->origin, &words[ORIGIN], 0, c->nr_sectors);
}

/* writecache_io_hints() */
static void io_hints(const struct line_ctx *c, const void *params, struct limits *l)
{
	const struct writecache *p = params;
	uint32_t block = (uint32_t)p->block_bytes;

	(void)c;
	if (l->logical_block_size < block)
		l->logical_block_size = block;
	if (l->physical_block_size < block)
		l->physical_block_size = block;
	if (l->io_min < block)
		l->io_min = block;
}

struct writecache_status {
	uint64_t given;
	uint64_t v[14];
};

#define COUNTER(i, name, text) \
	{.kind = WORD_U64, .num = NUM_K64, .offset = offsetof(struct writecache_status, v) + 8 * (i), \
	 .key = name, .help = text}

#define BLOCKS(i, name, text) \
	{.kind = WORD_SIZE, .flags = WORD_BRIEF | WORD_TABLE_UNIT, .unit_row = &words[BLOCK_SIZE], .num = NUM_K64, \
	 .offset = offsetof(struct writecache_status, v) + 8 * (i), .key = name, .help = text}

static const struct word status[] = {
	{.kind = WORD_U64, .flags = WORD_BRIEF, .num = NUM_K64, WORD_FIELD(struct writecache_status, v), .key = "error",
	 .help = "not 0: the cache failed"},
	BLOCKS(1, "total", "blocks"),
	BLOCKS(2, "free", "free blocks"),
	BLOCKS(3, "writeback", "blocks being written back"),
	COUNTER(4, "reads", "blocks read"),
	COUNTER(5, "read_hits", "blocks read from the cache"),
	COUNTER(6, "writes", "blocks written"),
	COUNTER(7, "write_hits_uncommitted", "blocks written over uncommitted ones"),
	COUNTER(8, "write_hits_committed", "blocks written over committed ones"),
	COUNTER(9, "writes_around", "blocks written past the cache"),
	COUNTER(10, "writes_allocate", "blocks written into new ones"),
	COUNTER(11, "writes_blocked", "writes that waited for a free block"),
	COUNTER(12, "flushes", "flushes"),
	COUNTER(13, "discards", "blocks discarded"),
	WORD_LAST,
};

static const struct message messages[] = {
	{"flush", "", KF_NONE, "writes all back"},
	{"flush_on_suspend", "", KF_NONE, "writes all back at the next suspend"},
	{"cleaner", "", KF_WRITECACHE_CLEANER, "writes all back and takes nothing new"},
	{"clear_stats", "", KF_WRITECACHE_PAUSE, "sets the counters to zero"},
	{0},
};

/* writecache_ctr(): zeroes are formatted by init_memory() */
static enum content content(const void *params, size_t i, struct content_place *where)
{
	const struct writecache *p = params;
	uint64_t start = given(p, START_SECTOR) ? p->start : 0;

	return i ? CONTENT_NONE : content_marked(&p->cache, start * 512, SUPERBLOCK, 0, MAGIC, where);
}

const struct target target_writecache = {
	.name = "writecache",
	.summary = "writes go to a fast device first",
	.description = "Data that is not written back is on the cache device alone: the volume needs both.",
	.since = KF_WRITECACHE,
	.flags = TARGET_EXTRA_WORDS,
	.words = words,
	.params_size = sizeof(struct writecache),
	.count_error = "Bad arguments",
	.status = status,
	.status_size = sizeof(struct writecache_status),
	.messages = messages,
	.findings = findings,
	.example = "buffered: {target: writecache, mode: s, origin: disk, cache: ssd, block_size: 4096B}\n",
	.check = check,
	.areas = areas,
	.io_hints = io_hints,
	.content = content,
};
