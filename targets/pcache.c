/*
 * pcache: persistent memory as a write-back cache. drivers/md/dm-pcache/.
 */
#include "targets/targets.h"

enum { CACHE, BACKING, OPTIONS, CACHE_MODE, DATA_CRC, OPTIONS_END };

struct pcache {
	uint64_t given;
	struct devref cache, backing;
	unsigned mode, crc;
};

static const struct choice modes[] = {{"writeback", KF_NONE, "writes go to the cache, and later on"}, {0}};
static const struct choice booleans[] = {{"true", KF_NONE, "yes"}, {"false", KF_NONE, "no"}, {0}};

static const struct word words[] = {
	[CACHE] = {
		.kind = WORD_DEVICE, .flags = WORD_COPIES, WORD_FIELD(struct pcache, cache), .key = "cache",
		.error = "Error opening cache device", .help = "persistent memory (DAX), 512 MiB or more",
	},
	[BACKING] = {
		.kind = WORD_DEVICE, WORD_FIELD(struct pcache, backing), .key = "backing",
		.error = "Error opening backing device", .help = "the slow device",
	},
	[OPTIONS] = {
		.kind = WORD_GROUP, .flags = WORD_TAIL, .max = 4, .error = "Invalid number of cache option arguments",
		.once_error = "Unrecognised cache option requested", .help = "number of option words",
	},
	[CACHE_MODE] = {
		.kind = WORD_CHOICE, WORD_FIELD(struct pcache, mode), .choices = modes, .key = "cache_mode",
		.word = "cache_mode", .error = "Invalid cache mode parameter", .help = "how writes are done",
	},
	[DATA_CRC] = {
		.kind = WORD_CHOICE, WORD_FIELD(struct pcache, crc), .choices = booleans, .dflt = 1, .key = "data_crc",
		.word = "data_crc", .error = "Invalid data crc parameter", .help = "checksums for cached data",
	},
	[OPTIONS_END] = {.kind = WORD_GROUP_END},
	WORD_LAST,
};

static const struct finding_kind F_CACHE = {
	"pcache.cache-device", SEV_ERROR, BY_KERNEL, "the cache device cannot be used",
	"It must be persistent memory that can be mapped (DAX), of 512 MiB or more.",
	"devices: {c: {file: c.img, size: 1GiB}}\nvolumes:\n  p: {target: pcache, cache: c, backing: b}\n",
	"Use a pmem device, or the target cache or writecache.",
};

static const struct finding_kind F_LONG = {
	"pcache.longer-than-backing", SEV_ERROR, BY_DATA, "the volume is longer than its backing device",
	"The kernel does not compare the two, and I/O behind the end fails.",
	"volumes:\n  p: {target: pcache, cache: c, backing: b, size: 1PiB}\n",
	"Use at most the backing device's size.",
};

static const struct finding_kind *const findings[] = {&F_CACHE, &F_LONG, NULL};

static void check(const struct line_ctx *c, const void *params)
{
	const struct pcache *p = params;
	const struct blkdev *cache = p->cache.dev;

	if (cache && (cache->flags & BLKDEV_LIMITS_KNOWN) &&
	    (!(cache->flags & BLKDEV_DAX) || cache->nr_sectors < (512u << 20) / 512))
		line_report(c, &F_CACHE, &words[CACHE], "Failed to start cache dev",
			    "%s is no persistent memory of 512 MiB or more", cache->name);
	if (blkdev_size_known(p->backing.dev) && c->nr_sectors > p->backing.dev->nr_sectors)
		line_report(c, &F_LONG, NULL, NULL, "%s has %llu sectors, and the volume %llu", p->backing.dev->name,
			    (unsigned long long)p->backing.dev->nr_sectors, (unsigned long long)c->nr_sectors);
}

/* No iterate_devices: the core checks nothing. */
static void areas(const struct line_ctx *c, const void *params, area_fn *fn, void *priv)
{
	(void)c;
	(void)params;
	(void)fn;
	(void)priv;
}

/* dm_pcache_status(): always both options, and `crc` where a table wants data_crc. */
static void emit(const struct emit_ctx *c, const void *params, struct strbuf *out)
{
	const struct pcache *p = params;

	if (c->mode == EMIT_LOAD) {
		params_emit(c, words, p, out);
		return;
	}
	params_emit_row(c, words, &words[CACHE], p, out);
	params_emit_row(c, words, &words[BACKING], p, out);
	strbuf_addf(out, " 4 cache_mode %s crc %s", modes[p->mode].word, booleans[p->crc].word);
}

static uint64_t natural_len(const void *params)
{
	uint64_t left = devref_sectors(&((const struct pcache *)params)->backing);

	return left == UINT64_MAX ? 0 : left;
}

struct pcache_status {
	uint64_t given;
	uint64_t v[6];
	const char *head, *dirty, *tail;
};

#define NUMBER(i, flags_, name, text) \
	{.kind = WORD_U64, .flags = flags_, .offset = offsetof(struct pcache_status, v) + 8 * (i), .key = name, .help = text}
#define PLACE(field, text) {.kind = WORD_TEXT, WORD_FIELD(struct pcache_status, field), .key = #field, .help = text}

static const struct word status[] = {
	NUMBER(0, WORD_HEXNUM, "superblock_flags", "flags of the superblock"),
	NUMBER(1, 0, "segments", "segments of 16 MiB"),
	NUMBER(2, WORD_BRIEF, "cache_segments", "of them for the cache"),
	NUMBER(3, WORD_BRIEF, "used_segments", "of those in use"),
	NUMBER(4, 0, "gc_percent", "collection starts above this share in use"),
	NUMBER(5, WORD_HEXNUM, "flags", "flags of the cache"),
	PLACE(head, "SEGMENT:OFFSET where keys are written"),
	PLACE(dirty, "SEGMENT:OFFSET up to where data is written back"),
	PLACE(tail, "SEGMENT:OFFSET up to where space is reclaimed"),
	WORD_LAST,
};

static const struct message messages[] = {
	{"gc_percent", "0-90", KF_NONE, "sets above which share in use space is reclaimed"},
	{0},
};

const struct target target_pcache = {
	.name = "pcache",
	.summary = "persistent memory as a write-back cache",
	.description = "Data that is not written back is in persistent memory alone: the volume needs both.",
	.since = KF_PCACHE,
	.flags = TARGET_SINGLETON | TARGET_EXTRA_WORDS,
	.words = words,
	.params_size = sizeof(struct pcache),
	.count_error = "Insufficient args",
	.status = status,
	.status_size = sizeof(struct pcache_status),
	.messages = messages,
	.findings = findings,
	.example = "fast: {target: pcache, cache: pmem, backing: disk}\n",
	.emit = emit,
	.check = check,
	.areas = areas,
	.natural_len = natural_len,
};
