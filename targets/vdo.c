/*
 * vdo: deduplication and compression. drivers/md/dm-vdo/dm-vdo-target.c. Table lines have
 * versions: V4 is today's, older ones have words that are ignored now.
 */
#include <stdlib.h>
#include <string.h>

#include "base/endian.h"
#include "targets/targets.h"

#define BLOCK 4096

enum { VERSION, DEVICE, PHYSICAL, MIN_IO, CACHE, ERA, OLD_WORDS, OPTIONS };

struct vdo {
	uint64_t given;
	unsigned version;
	struct devref dev;
	uint64_t physical, min_io, cache, era;
	struct word_list old, options;
	const char *version_word; /* as it was in a table line: V4x is V4, too */
};

static const struct choice versions[] = {
	{"V4", KF_NONE, "today's"}, {"V3", KF_NONE, "old"}, {"V2", KF_NONE, "old"},
	{"V1", KF_NONE, "old"},     {"V0", KF_NONE, "old"}, {0},
};

static const struct choice option_words[] = {
	{"maxDiscard", KF_NONE, "largest discard, in blocks of 4 KiB: 1 to 1048575 (1)"},
	{"deduplication", KF_NONE, "on or off (on)"},
	{"compression", KF_NONE, "on or off (off)"},
	{"ack", KF_NONE, "threads that acknowledge: 0 to 100 (1)"},
	{"bio", KF_NONE, "threads that submit: 1 to 100 (4)"},
	{"bioRotationInterval", KF_NONE, "requests before the next of those threads: 1 to 1024 (64)"},
	{"cpu", KF_NONE, "threads that hash and compress: 1 to 100 (1)"},
	{"hash", KF_NONE, "hash zones: 0 to 100; with logical and physical all zero or none (0)"},
	{"logical", KF_NONE, "logical zones: 0 to 60 (0)"},
	{"physical", KF_NONE, "physical zones: 0 to 16 (0)"},
	{"indexSparse", KF_VDO_FORMATS, "sparse index when the device is formatted: on or off (off)"},
	{"indexMemory", KF_VDO_FORMATS, "index memory when the device is formatted: 0.25, 0.5, 0.75, 1 … 1024 GB (0.25)"},
	{"slabSize", KF_VDO_FORMATS, "slab size in blocks when the device is formatted: 2^13 to 2^23 (2^19)"},
	{0},
};

static const struct word words[] = {
	[VERSION] = {
		.kind = WORD_CHOICE, .flags = WORD_OPTIONAL, WORD_FIELD(struct vdo, version), .choices = versions,
		.key = "table_version", .error = "Unknown version number detected",
		.help = "version of the table line; leave it out",
	},
	[DEVICE] = {
		.kind = WORD_DEVICE, WORD_FIELD(struct vdo, dev), .key = "storage_device",
		.error = "Unable to open storage device", .help = "device that holds everything",
	},
	[PHYSICAL] = {
		.kind = WORD_SIZE, .flags = WORD_OPTIONAL, .unit = BLOCK, WORD_FIELD(struct vdo, physical),
		.num = NUM_K64, .key = "storage_device_size", .error = "Invalid physical block count",
		.dflt_text = "that of the device", .help = "size of the storage device, as it was formatted",
	},
	[MIN_IO] = {
		.kind = WORD_SIZE, .flags = WORD_OPTIONAL, .unit = 1, WORD_FIELD(struct vdo, min_io), .num = NUM_K32,
		.min = 512, .max = 4096, .dflt = 4096, .key = "minimum_io_size",
		.error = "Invalid logical block size", .help = "512B or 4096B; 4096B is faster",
	},
	[CACHE] = {
		.kind = WORD_SIZE, .flags = WORD_OPTIONAL, .unit = BLOCK, WORD_FIELD(struct vdo, cache),
		.num = NUM_K32, .dflt = 32768, .key = "block_map_cache_size",
		.error = "Invalid block map page cache size", .help = "memory for the block map; 128 MiB or more",
	},
	[ERA] = {
		.kind = WORD_U64, .flags = WORD_OPTIONAL, WORD_FIELD(struct vdo, era), .num = NUM_K32, .dflt = 16380,
		.key = "block_map_period", .error = "Invalid block map maximum age",
		.help = "how long a changed page of the block map may wait; less makes recovery faster",
	},
	[OLD_WORDS] = {
		.kind = WORD_LIST, .flags = WORD_OPTIONAL | WORD_UNCOUNTED, WORD_FIELD(struct vdo, old),
		.key = "ignored_words", .help = "words of old table versions, in order",
	},
	[OPTIONS] = {
		.kind = WORD_PAIRS, .flags = WORD_OPTIONAL | WORD_UNCOUNTED | WORD_LENIENT,
		WORD_FIELD(struct vdo, options), .choices = option_words, .key = "options",
		.error = "Invalid optional argument configuration",
		.once_error = "Odd number of optional arguments given but they should be <key> <value> pairs",
		.help = "threads, deduplication, compression and the like",
	},
	WORD_LAST,
};

static const struct finding_kind F_OPTION = {
	"vdo.option", SEV_ERROR, BY_KERNEL, "an option's value cannot be used",
	"Every option has a range; unknown ones with a number up to 100 are only logged.",
	"volumes:\n  v: {target: vdo, storage_device: d, size: 1GiB, options: {bio: 0}}\n",
	"Use a value in the range that `dmc targets vdo` shows.",
};

static const struct finding_kind F_ZONES = {
	"vdo.zones", SEV_ERROR, BY_KERNEL, "some zone counts are zero and others are not",
	"hash, logical and physical are all zero, or none is; and every logical zone needs 16 MiB of block map cache.",
	"volumes:\n  v: {target: vdo, storage_device: d, size: 1GiB, options: {logical: 1}}\n",
	"Give all three, or none.",
};

static const struct finding_kind F_SIZE = {
	"vdo.size", SEV_ERROR, BY_KERNEL, "a size cannot be used",
	"The logical size is a multiple of 4096 bytes and at most 4 PiB; the physical one is that of the formatted "
	"device.",
	"volumes:\n  v: {target: vdo, storage_device: d, size: 1001s}\n",
	"Correct the size.",
};

static const struct finding_kind F_FORMAT = {
	"vdo.not-formatted", SEV_ERROR, BY_KERNEL, "the storage device holds no vdo",
	"Until Linux 7.2 the device must be formatted by vdoformat; later an empty one is formatted at load.",
	"requires: {kernel: \"6.12\"}\ndevices: {d: {file: empty.img, size: 8GiB}}\nvolumes:\n"
	"  v: {target: vdo, storage_device: d, size: 16GiB}\n",
	"Run vdoformat on the device.",
};

static const struct finding_kind F_STORED = {
	"vdo.stored-size", SEV_ERROR, BY_KERNEL, "the table does not fit what is stored",
	"The physical size must be the stored one, the logical size at least the stored one.",
	NULL,
	"Write the stored values into the layout.",
};

static const struct finding_kind F_ERA = {
	"vdo.block-map-period", SEV_ERROR, BY_KERNEL, "the block map period cannot be used",
	"It is 1 to 22855 for the journal that vdoformat makes.",
	"volumes:\n  v: {target: vdo, storage_device: d, size: 1GiB, block_map_period: 0}\n",
	"Use 16380.",
};

static const struct finding_kind *const findings[] = {&F_OPTION, &F_ZONES, &F_SIZE, &F_FORMAT, &F_STORED,
						       &F_ERA, NULL};

/* ---- words ---- */

enum { V4, V3, V2, V1, V0 };

#define OLD(n) {OLD_WORDS, n}

/* The order of words in each version, old words counted. */
struct place {
	int row;
	unsigned nr;
};

static const struct place orders[][9] = {
	[V4] = {{DEVICE, 1}, {PHYSICAL, 1}, {MIN_IO, 1}, {CACHE, 1}, {ERA, 1}, {-1, 0}},
	[V3] = {{DEVICE, 1}, {PHYSICAL, 1}, {MIN_IO, 1}, {CACHE, 1}, {ERA, 1}, OLD(1), {-1, 0}},
	[V2] = {{DEVICE, 1}, {PHYSICAL, 1}, {MIN_IO, 1}, {CACHE, 1}, {ERA, 1}, OLD(3), {-1, 0}},
	[V1] = {{DEVICE, 1}, {PHYSICAL, 1}, {MIN_IO, 1}, OLD(2), {CACHE, 1}, {ERA, 1}, OLD(4), {-1, 0}},
	[V0] = {{DEVICE, 1}, {MIN_IO, 1}, OLD(2), {CACHE, 1}, {ERA, 1}, OLD(4), {-1, 0}},
};

static unsigned order_words(unsigned version)
{
	unsigned nr = 0;

	for (const struct place *p = orders[version]; p->row >= 0; p++)
		nr += p->nr;
	return nr;
}

/* get_version_number(): "V%u" as a prefix; a first word of another form is V0's device. */
static int take_version(const struct parse_ctx *c, struct words *w, struct vdo *v)
{
	const char *word = words_peek(w);

	if (!word)
		return parse_error(c, w, &F_WORDS_MISSING, "Incorrect number of arguments", "vdo: no words");
	if (*word != 'V' || word[1] < '0' || word[1] > '9') {
		v->version = V0;
		set_given(v, VERSION);
		return 0;
	}
	words_take(w);
	if (word[1] < '1' || word[1] > '4' || (word[2] >= '0' && word[2] <= '9'))
		return parse_error(c, w, &F_CHOICE, "Unknown version number detected", "vdo: unknown version '%s'", word);
	v->version = V4 + (unsigned)('4' - word[1]);
	v->version_word = word;
	if (v->version != V4)
		set_given(v, VERSION);
	return 0;
}

static int parse_options(const struct parse_ctx *c, struct words *w, struct vdo *v)
{
	struct word list[] = {words[OPTIONS], WORD_LAST};
	uint64_t given_before = v->given;
	int r;

	if (v->version >= V1)
		return 0; /* threads are the last old word */
	r = params_parse(c, list, w, v);
	v->given = given_before;
	if (v->options.nr)
		set_given(v, OPTIONS);
	return r;
}

static int parse(const struct parse_ctx *c, struct words *w, void *params)
{
	struct vdo *v = params;
	int r = take_version(c, w, v);
	unsigned need;

	if (r)
		return r;
	need = order_words(v->version);
	if (words_left(w) < need || (v->version >= V1 && words_left(w) != need)) {
		words_take(w);
		return parse_error(c, w, &F_WORDS_MISSING, "Incorrect number of arguments for version",
				   "vdo: %s has %u words behind it, not %zu", versions[v->version].word, need, words_left(w));
	}
	v->old.v = arena_array(c->arena, const char *, need);
	for (const struct place *p = orders[v->version]; !r && p->row >= 0; p++) {
		if (p->row != OLD_WORDS)
			r = params_parse_value(c, words, &words[p->row], w, v);
		for (unsigned i = 0; p->row == OLD_WORDS && i < p->nr; i++)
			v->old.v[v->old.nr++] = words_take(w);
	}
	if (v->old.nr)
		set_given(v, OLD_WORDS);
	return r ? r : parse_options(c, w, v);
}

static uint64_t physical_of(const struct vdo *v)
{
	if (given(v, PHYSICAL))
		return v->physical;
	return blkdev_size_known(v->dev.dev) ? v->dev.dev->nr_sectors / 8 : 0;
}

static void emit(const struct emit_ctx *c, const void *params, struct strbuf *out)
{
	const struct vdo *v = params;
	size_t old = 0;

	if (v->version != V0)
		emit_word(out, v->version_word ? v->version_word : versions[v->version].word);
	for (const struct place *p = orders[v->version]; p->row >= 0; p++) {
		if (p->row == PHYSICAL)
			emit_number(out, physical_of(v));
		else if (p->row != OLD_WORDS)
			params_emit_row(c, words, &words[p->row], v, out);
		for (unsigned i = 0; p->row == OLD_WORDS && i < p->nr; i++)
			emit_word(out, old < v->old.nr ? v->old.v[old++] : "unused");
	}
	for (size_t i = 0; i < v->options.nr; i++)
		emit_word(out, v->options.v[i]);
}

/* ---- rules ---- */

struct zones {
	uint64_t hash, logical, physical;
};

/* process_one_key_value_pair() and its helpers; false where the value is refused. */
static bool option_ok(const struct line_ctx *c, const char *key, const char *value, struct zones *z)
{
	static const struct {
		const char *key;
		uint64_t min, max;
		size_t zone; /* offset + 1 into struct zones */
	} ranges[] = {
		{"maxDiscard", 1, 1048575, 0}, {"ack", 0, 100, 0}, {"bio", 1, 100, 0},
		{"bioRotationInterval", 1, 1024, 0}, {"cpu", 1, 100, 0},
		{"hash", 0, 100, offsetof(struct zones, hash) + 1},
		{"logical", 0, 60, offsetof(struct zones, logical) + 1},
		{"physical", 0, 16, offsetof(struct zones, physical) + 1},
	};
	bool formats = line_kernel_has(c, KF_VDO_FORMATS);
	uint64_t v = 0;
	bool number = number_read(NUM_K32, value, false, &v);

	if (!strcmp(key, "deduplication") || !strcmp(key, "compression") || (formats && !strcmp(key, "indexSparse")))
		return !strcmp(value, "on") || !strcmp(value, "off");
	if (formats && !strcmp(key, "indexMemory"))
		return !strcmp(value, "0.25") || !strcmp(value, "0.5") || !strcmp(value, "0.50") ||
		       !strcmp(value, "0.75") || (number && v && v <= 1024);
	if (formats && !strcmp(key, "slabSize"))
		return number_read(NUM_K64, value, false, &v) && v >= 8192 && v <= 8388608 && !(v & (v - 1));
	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
		if (strcmp(key, ranges[i].key))
			continue;
		if (ranges[i].zone && number)
			*(uint64_t *)((char *)z + ranges[i].zone - 1) = v;
		return number && v >= ranges[i].min && v <= ranges[i].max;
	}
	return number && v <= 100; /* unknown: only logged */
}

static void check_options(const struct line_ctx *c, const struct vdo *v)
{
	struct zones z = {0};

	for (size_t i = 0; i + 1 < v->options.nr; i += 2)
		if (!option_ok(c, v->options.v[i], v->options.v[i + 1], &z))
			line_report(c, &F_OPTION, &words[OPTIONS], "Invalid optional argument configuration",
				    "%s: '%s' cannot be used", v->options.v[i], v->options.v[i + 1]);
	if (!!z.hash != !!z.logical || !!z.hash != !!z.physical)
		line_report(c, &F_ZONES, &words[OPTIONS],
			    "Logical, physical, and hash zones counts must all be zero or all non-zero",
			    "hash %llu, logical %llu, physical %llu", (unsigned long long)z.hash,
			    (unsigned long long)z.logical, (unsigned long long)z.physical);
	else if (v->cache < 4096 * z.logical)
		line_report(c, &F_ZONES, &words[CACHE], "Insufficient block map cache for logical zones",
			    "%llu logical zones need %llu blocks of cache", (unsigned long long)z.logical,
			    (unsigned long long)(4096 * z.logical));
}

/* Geometry and super block: what vdo_load compares. */
static void check_stored(const struct line_ctx *c, const struct vdo *v)
{
	uint8_t geometry[BLOCK], super[512];
	uint64_t start;

	if (blkdev_read(v->dev.dev, 0, geometry, sizeof(geometry)))
		return;
	if (memcmp(geometry, "dmvdo001", 8)) {
		bool empty = !*geometry && !memcmp(geometry, geometry + 1, BLOCK - 1);

		if (!empty || !line_kernel_has(c, KF_VDO_FORMATS))
			line_report(c, &F_FORMAT, &words[DEVICE],
				    empty ? "Could not load geometry block" : "Could not parse geometry block",
				    "%s holds no vdo", v->dev.dev->name);
		return;
	}
	start = get_le64(geometry + (get_le32(geometry + 12) >= 5 ? 80 : 72));
	if (start > UINT64_MAX / BLOCK || blkdev_read(v->dev.dev, start * BLOCK, super, sizeof(super)))
		return;
	if (physical_of(v) != get_le64(super + 68))
		line_report(c, &F_STORED, &words[PHYSICAL], "Cannot load metadata from device",
			    "%llu blocks, and %llu are stored", (unsigned long long)physical_of(v),
			    (unsigned long long)get_le64(super + 68));
	if (c->nr_sectors / 8 < get_le64(super + 60))
		line_report(c, &F_STORED, NULL, "Cannot load metadata from device",
			    "the volume has %llu blocks, and %llu are stored", (unsigned long long)c->nr_sectors / 8,
			    (unsigned long long)get_le64(super + 60));
}

/* vdo_ctr() */
static void check(const struct line_ctx *c, const void *params)
{
	const struct vdo *v = params;
	uint64_t age = (v->era * 311 + 433) / 434;

	if (c->nr_sectors % 8)
		line_report(c, &F_SIZE, NULL, "Logical size must be a multiple of 4096", "%llu sectors",
			    (unsigned long long)c->nr_sectors);
	if (c->nr_sectors / 8 > UINT64_C(1) << 40 && line_kernel_has(c, KF_VDO_FORMATS))
		line_report(c, &F_SIZE, NULL, "Logical size exceeds the maximum", "more than 4 PiB");
	if (v->min_io != 512 && v->min_io != 4096)
		line_report(c, &F_SIZE, &words[MIN_IO], "Invalid logical block size", "%llu is neither 512 nor 4096",
			    (unsigned long long)v->min_io);
	check_options(c, v);
	if (age < 1 || age > (32768 - 11) / 2)
		line_report(c, &F_ERA, &words[ERA], NULL, "%llu is not between 1 and 22855", (unsigned long long)v->era);
	check_stored(c, v);
}

/* vdo_iterate_devices() */
static void areas(const struct line_ctx *c, const void *params, area_fn *fn, void *priv)
{
	const struct vdo *v = params;

	(void)c;
	if (physical_of(v) <= UINT64_MAX / 8)
		fn(priv, &v->dev, &words[DEVICE], 0, physical_of(v) * 8);
}

/* vdo_io_hints() */
static void io_hints(const struct line_ctx *c, const void *params, struct limits *l)
{
	(void)c;
	l->logical_block_size = (uint32_t)((const struct vdo *)params)->min_io;
	l->physical_block_size = l->io_min = l->io_opt = BLOCK;
}

/* Deduplicated and compressed: nothing underneath says how large it is. */
static uint64_t natural_len(const void *params)
{
	(void)params;
	return 0;
}

struct vdo_status {
	uint64_t given;
	const char *device, *mode, *recovery, *index, *compression;
	uint64_t used, total;
};

#define TEXT(field, text) {.kind = WORD_TEXT, .flags = WORD_BRIEF, WORD_FIELD(struct vdo_status, field), .key = #field, .help = text}
#define BLOCKS(field, text) \
	{.kind = WORD_SIZE, .flags = WORD_BRIEF, .unit = BLOCK, .num = NUM_K64, WORD_FIELD(struct vdo_status, field), .key = #field, .help = text}

static const struct word status[] = {
	{.kind = WORD_TEXT, WORD_FIELD(struct vdo_status, device), .key = "device", .help = "the storage device"},
	TEXT(mode, "normal, recovering or read-only"),
	TEXT(recovery, "recovering, or -"),
	TEXT(index, "state of the deduplication index"),
	TEXT(compression, "online or offline"),
	BLOCKS(used, "what is in use"),
	BLOCKS(total, "all there is"),
	WORD_LAST,
};

static const struct message messages[] = {
	{"compression", "on|off", KF_NONE, "switches compression"},
	{"index-close", "", KF_NONE, "closes the index"},
	{"index-create", "", KF_NONE, "makes a new index"},
	{"index-disable", "", KF_NONE, "stops deduplication"},
	{"index-enable", "", KF_NONE, "goes on with deduplication"},
	{"stats", "", KF_NONE, "prints statistics"},
	{"config", "", KF_NONE, "prints the configuration"},
	{"dump", "[WHAT …]", KF_NONE, "logs internal state"},
	{"dump-on-shutdown", "", KF_NONE, "logs internal state when the device is stopped"},
	{0},
};

const struct target target_vdo = {
	.name = "vdo",
	.summary = "deduplicates and compresses",
	.description = "Blocks of 4 KiB with the same content are stored once. The volume is usually larger than the "
		       "storage device, which must be watched.",
	.since = KF_VDO,
	.flags = TARGET_SINGLETON | TARGET_EXTRA_WORDS,
	.words = words,
	.params_size = sizeof(struct vdo),
	.count_error = "Incorrect number of arguments for version",
	.status = status,
	.status_size = sizeof(struct vdo_status),
	.messages = messages,
	.findings = findings,
	.example = "small: {target: vdo, storage_device: big, size: 64GiB, options: {compression: on}}\n",
	.parse = parse,
	.emit = emit,
	.check = check,
	.areas = areas,
	.io_hints = io_hints,
	.natural_len = natural_len,
};
