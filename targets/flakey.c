/*
 * flakey: reliable for a while, then not. drivers/md/dm-flakey.c.
 */
#include <errno.h>
#include <strings.h>

#include "targets/targets.h"

enum {
	DEVICE, UP, DOWN, FEATURES, ERROR_READS, DROP_WRITES, ERROR_WRITES, CORRUPT, RANDOM_READ,
	RANDOM_WRITE, FEATURES_END,
};

enum { NTH, DIRECTION, VALUE, FLAGS };
enum { READS, WRITES };

struct corrupt {
	uint64_t given;
	uint64_t nth, value, mask;
	unsigned direction;
};

struct flakey {
	uint64_t given;
	struct devref dev;
	uint64_t up_s, down_s, random_read, random_write;
	struct corrupt corrupt;
};

static const struct choice directions[] = {
	[READS] = {"r", KF_NONE, "reads"}, [WRITES] = {"w", KF_NONE, "writes"}, {0},
};

static const struct word corrupt_words[] = {
	[NTH] = {
		.kind = WORD_U64, WORD_FIELD(struct corrupt, nth), .num = NUM_ARG, .min = 1,
		.key = "nth_byte",
		.error = "Invalid corrupt bio byte", .help = "the byte of the request, from 1",
	},
	[DIRECTION] = {
		.kind = WORD_CHOICE, .flags = WORD_NOCASE, WORD_FIELD(struct corrupt, direction),
		.choices = directions, .key = "direction", .error = "Invalid corrupt bio direction (r or w)",
		.help = "which requests",
	},
	[VALUE] = {
		.kind = WORD_U64, WORD_FIELD(struct corrupt, value), .num = NUM_ARG, .max = 255, .key = "value",
		.error = "Invalid corrupt value to write into bio byte (0-255)", .help = "what the byte becomes",
	},
	[FLAGS] = {
		.kind = WORD_U64, .flags = WORD_OPTIONAL, WORD_FIELD(struct corrupt, mask), .num = NUM_ARG,
		.key = "flags", .error = "Invalid corrupt bio flags mask",
		.help = "only requests that have all these flags (bi_opf, decimal)",
	},
	WORD_LAST,
};

static const struct max_since limits[] = {{KF_FLAKEY_ERROR_READS, 11}, {KF_NONE, 6}};

static const struct word words[] = {
	[DEVICE] = {
		.kind = WORD_AREA, WORD_FIELD(struct flakey, dev), .num = NUM_S64, .key = "device",
		.aux_key = "offset", .error = "Device lookup failed", .aux_error = "Invalid device sector",
		.help = "device, and the offset on it where the mapping starts",
	},
	[UP] = {
		.kind = WORD_TIME, .unit = 1000, WORD_FIELD(struct flakey, up_s), .num = NUM_ARG,
		.key = "up_interval", .error = "Invalid up interval", .help = "time the device is reliable",
	},
	[DOWN] = {
		.kind = WORD_TIME, .unit = 1000, WORD_FIELD(struct flakey, down_s), .num = NUM_ARG,
		.key = "down_interval", .error = "Invalid up interval", .help = "time it is not",
	},
	[FEATURES] = {
		.kind = WORD_GROUP, .flags = WORD_TAIL, .limits = limits,
		.error = "Invalid number of feature args",
		.once_error = "Unrecognised flakey feature requested", .help = "number of feature words",
	},
	[ERROR_READS] = {
		.kind = WORD_FLAG, .flags = WORD_ONCE | WORD_NOCASE, .key = "error_reads", .word = "error_reads",
		.since = KF_FLAKEY_ERROR_READS, .once_error = "Feature error_reads duplicated",
		.help = "reads fail while down",
	},
	[DROP_WRITES] = {
		.kind = WORD_FLAG, .flags = WORD_ONCE | WORD_NOCASE, .key = "drop_writes", .word = "drop_writes",
		.once_error = "Feature drop_writes duplicated", .help = "writes are forgotten while down",
	},
	[ERROR_WRITES] = {
		.kind = WORD_FLAG, .flags = WORD_ONCE | WORD_NOCASE, .key = "error_writes",
		.word = "error_writes", .once_error = "Feature error_writes duplicated",
		.help = "writes fail while down",
	},
	[CORRUPT] = {
		.kind = WORD_STRUCT, .flags = WORD_NOCASE, WORD_FIELD(struct flakey, corrupt),
		.rows = corrupt_words, .item_size = sizeof(struct corrupt), .key = "corrupt_bio_byte",
		.word = "corrupt_bio_byte", .error = "Feature corrupt_bio_byte requires parameters",
		.help = "one byte of each request is changed while down",
	},
	[RANDOM_READ] = {
		.kind = WORD_U64, .flags = WORD_NOCASE, WORD_FIELD(struct flakey, random_read), .num = NUM_ARG,
		.max = 1000000000, .key = "random_read_corrupt", .word = "random_read_corrupt",
		.since = KF_FLAKEY_ERROR_READS, .error = "Invalid random corrupt argument",
		.aux_error = "Feature random_read_corrupt requires a parameter",
		.help = "chance, in billionths, that a byte of a read changes while down",
	},
	[RANDOM_WRITE] = {
		.kind = WORD_U64, .flags = WORD_NOCASE, WORD_FIELD(struct flakey, random_write), .num = NUM_ARG,
		.max = 1000000000, .key = "random_write_corrupt", .word = "random_write_corrupt",
		.since = KF_FLAKEY_ERROR_READS, .error = "Invalid random corrupt argument",
		.aux_error = "Feature random_write_corrupt requires a parameter",
		.help = "chance, in billionths, that a byte of a write changes while down",
	},
	[FEATURES_END] = {.kind = WORD_GROUP_END},
	WORD_LAST,
};

/* ---- words ---- */

/* parse_features() takes a feature for given when its first number is not 0. */
static bool has_effect(const struct words *w, size_t i)
{
	uint64_t v;

	return i + 1 < w->nr && number_read(NUM_ARG, w->v[i + 1], false, &v) && v;
}

/*
 * parse_features() of 7.2 wants each feature once and all words of corrupt_bio_byte inside
 * the count. Earlier kernels take the last of several, and go on behind the count until
 * words run out, which refuses the line in any case.
 */
static int parse_feature(const struct parse_ctx *c, struct words *w, size_t i, size_t end, unsigned row,
			 uint64_t *seen)
{
	const char *name = words[row].word;

	if (strcasecmp(w->v[i], name))
		return 0;
	w->next = i + 1;
	if (*seen & ROW(row))
		return parse_error(c, w, &F_OPTION_TWICE,
				   arena_printf(c->arena, "Feature %s duplicated", name),
				   "flakey: option '%s' twice", name);
	if (row == CORRUPT && end - i <= 4)
		return parse_error(c, w, &F_OPTION_VALUE, "Feature corrupt_bio_byte requires 4 parameters",
				   "flakey: corrupt_bio_byte wants 4 words, and %zu are counted",
				   end - i - 1);
	if (has_effect(w, i))
		*seen |= ROW(row);
	return 0;
}

static int parse_features(const struct parse_ctx *c, struct words *w, size_t first, size_t end)
{
	static const uint8_t rows[] = {CORRUPT, RANDOM_READ, RANDOM_WRITE};
	size_t next = w->next;
	uint64_t seen = 0;

	for (size_t i = first; i < end; i++)
		for (size_t k = 0; k < ARRAY_SIZE(rows); k++)
			if (parse_feature(c, w, i, end, rows[k], &seen))
				return -EINVAL;
	w->next = next;
	return 0;
}

/* flakey_ctr() */
static int parse(const struct parse_ctx *c, struct words *w, void *params)
{
	size_t first = w->next, left = words_left(w);
	uint64_t nr;

	if (left < 4)
		return parse_error(c, w, &F_WORDS_MISSING, "Invalid argument count",
				   "flakey: %zu words, and at least 4 are needed", left);
	if (left > 4 && c->kernel && kernel_has(c->kernel, KF_FLAKEY_CONFLICTS) &&
	    number_read(NUM_ARG, w->v[first + 4], false, &nr) && nr <= left - 5) {
		int r = parse_features(c, w, first + 5, first + 5 + nr);

		if (r)
			return r;
	}
	return params_parse(c, words, w, params);
}

/* ---- rules ---- */

static void conflict(const struct line_ctx *c, unsigned a, unsigned b, const char *text)
{
	struct finding *f = line_report(c, &F_CONFLICT, &words[a], text, "%s and %s exclude each other",
					words[a].word, words[b].word);

	finding_fix(c->diag, f, "leave out %s or %s", words[a].word, words[b].word);
}

/* parse_features(): what `a` does leaves nothing to corrupt. */
static void check_corrupted(const struct line_ctx *c, const struct flakey *p, unsigned a,
			    unsigned direction, unsigned random, const char *text)
{
	bool strict = line_kernel_has(c, KF_FLAKEY_CONFLICTS);
	uint64_t chance = random == RANDOM_READ ? p->random_read : p->random_write;

	if (!given(p, a))
		return;
	if (given(p, CORRUPT) && p->corrupt.direction == direction && (strict || direction == WRITES))
		conflict(c, a, CORRUPT, text);
	else if (strict && given(p, random) && chance)
		conflict(c, a, random, text);
}

/* flakey_ctr(), parse_features() */
static void check(const struct line_ctx *c, const void *params)
{
	bool strict = line_kernel_has(c, KF_FLAKEY_CONFLICTS);
	const struct flakey *p = params;

	if (!(uint32_t)(p->up_s + p->down_s))
		line_report(c, &F_RANGE, &words[UP], "Total (up + down) interval is zero",
			    "up_interval and down_interval together are zero, or 2^32 seconds");
	else if (p->up_s + p->down_s > UINT32_MAX)
		line_report(c, &F_RANGE, &words[UP], "Interval overflow",
			    "up_interval and down_interval together exceed 2^32 seconds");
	if (given(p, DROP_WRITES) && given(p, ERROR_WRITES))
		conflict(c, ERROR_WRITES, DROP_WRITES,
			 "Feature error_writes conflicts with feature drop_writes");
	check_corrupted(c, p, DROP_WRITES, WRITES, RANDOM_WRITE, strict ?
			"drop_writes is incompatible with random_write_corrupt or corrupt_bio_byte with "
			"the WRITE flag set" :
			"drop_writes is incompatible with corrupt_bio_byte with the WRITE flag set");
	check_corrupted(c, p, ERROR_WRITES, WRITES, RANDOM_WRITE, strict ?
			"error_writes is incompatible with random_write_corrupt or corrupt_bio_byte with "
			"the WRITE flag set" :
			"error_writes is incompatible with corrupt_bio_byte with the WRITE flag set");
	check_corrupted(c, p, ERROR_READS, READS, RANDOM_READ,
			"error_reads is incompatible with random_read_corrupt or corrupt_bio_byte with "
			"the READ flag set");
}

/* flakey_ctr(): a line that does nothing fails reads and writes; random 0 is nothing. */
static void normalize(const struct emit_ctx *c, void *params)
{
	struct flakey *p = params;

	if (!p->random_read)
		p->given &= ~ROW(RANDOM_READ);
	if (!p->random_write)
		p->given &= ~ROW(RANDOM_WRITE);
	if (kernel_has(c->kernel, KF_FLAKEY_ERROR_READS) &&
	    !(p->given & (ROW(ERROR_READS) | ROW(DROP_WRITES) | ROW(ERROR_WRITES) | ROW(CORRUPT) |
			  ROW(RANDOM_READ) | ROW(RANDOM_WRITE))))
		p->given |= ROW(ERROR_READS) | ROW(ERROR_WRITES);
}

/* flakey_status() of 6.1 ends every part in a blank and prints a count of 0. */
static void emit(const struct emit_ctx *c, const void *params, struct strbuf *out)
{
	params_emit(c, words, params, out);
	if (c->mode == EMIT_LOAD || kernel_has(c->kernel, KF_FLAKEY_ERROR_READS))
		return;
	if (!(((const struct flakey *)params)->given & (ROW(DROP_WRITES) | ROW(ERROR_WRITES) | ROW(CORRUPT))))
		strbuf_adds(out, " 0");
	strbuf_addch(out, ' ');
}

const struct target target_flakey = {
	.name = "flakey",
	.summary = "is reliable for a while, then fails or corrupts",
	.description = "For tests of file systems and volume managers. Without features reads and writes fail "
		       "while the device is down.",
	.flags = TARGET_EXTRA_WORDS | TARGET_ZONED,
	.words = words,
	.params_size = sizeof(struct flakey),
	.example = "bad: {target: flakey, device: disk, up_interval: 60s, down_interval: 5s, drop_writes: true, size: 8MiB}\n",
	.parse = parse,
	.emit = emit,
	.normalize = normalize,
	.check = check,
};
