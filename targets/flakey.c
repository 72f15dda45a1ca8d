/*
 * flakey: reliable for a while, then not. drivers/md/dm-flakey.c.
 */
#include "targets/targets.h"

enum {
	DEVICE, UP, DOWN, FEATURES, ERROR_READS, DROP_WRITES, ERROR_WRITES, CORRUPT, RANDOM_READ,
	RANDOM_WRITE, FEATURES_END,
};

enum { NTH, DIRECTION, VALUE, FLAGS };

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
	{"r", KF_NONE, "reads"}, {"w", KF_NONE, "writes"}, {0},
};

static const struct word corrupt_words[] = {
	[NTH] = {
		.kind = WORD_U64, WORD_FIELD(struct corrupt, nth), .num = NUM_ARG, .min = 1, .key = "nth_byte",
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
		.error = "Invalid number of feature args", .aux_error = "Insufficient feature arguments",
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
		.help = "chance, in billionths, that a byte of a read changes while down",
	},
	[RANDOM_WRITE] = {
		.kind = WORD_U64, .flags = WORD_NOCASE, WORD_FIELD(struct flakey, random_write), .num = NUM_ARG,
		.max = 1000000000, .key = "random_write_corrupt", .word = "random_write_corrupt",
		.since = KF_FLAKEY_ERROR_READS, .error = "Invalid random corrupt argument",
		.help = "chance, in billionths, that a byte of a write changes while down",
	},
	[FEATURES_END] = {.kind = WORD_GROUP_END},
	WORD_LAST,
};

static bool corrupts_writes(const struct flakey *p)
{
	return given(p, CORRUPT) && p->corrupt.direction == 1;
}

static void conflict(const struct line_ctx *c, const void *p, int a, int b, bool really, const char *text)
{
	if (given(p, (unsigned)a) && given(p, (unsigned)b) && really)
		line_report(c, &F_CONFLICT, &words[b], text, "%s and %s exclude each other", words[a].word,
			    words[b].word);
}

/* flakey_ctr(), parse_features() */
static void check(const struct line_ctx *c, const void *params)
{
	const struct flakey *p = params;
	bool strict = line_kernel_has(c, KF_FLAKEY_CONFLICTS);

	if (!(uint32_t)(p->up_s + p->down_s) && p->up_s + p->down_s <= UINT32_MAX)
		line_report(c, &F_RANGE, &words[UP], "Total (up + down) interval is zero",
			    "up_interval and down_interval are both zero");
	else if (p->up_s + p->down_s > UINT32_MAX)
		line_report(c, &F_RANGE, &words[UP], "Interval overflow",
			    "up_interval and down_interval together exceed 2^32 seconds");
	conflict(c, p, DROP_WRITES, ERROR_WRITES, true, "Feature error_writes conflicts with feature drop_writes");
	conflict(c, p, DROP_WRITES, CORRUPT, corrupts_writes(p), "drop_writes is incompatible with corrupt_bio_byte with the WRITE flag set");
	conflict(c, p, ERROR_WRITES, CORRUPT, corrupts_writes(p), "error_writes is incompatible with corrupt_bio_byte with the WRITE flag set");
	conflict(c, p, DROP_WRITES, RANDOM_WRITE, strict, "drop_writes is incompatible with random_write_corrupt");
	conflict(c, p, ERROR_WRITES, RANDOM_WRITE, strict, "error_writes is incompatible with random_write_corrupt");
	conflict(c, p, ERROR_READS, CORRUPT, strict && !corrupts_writes(p), "error_reads is incompatible with corrupt_bio_byte with the READ flag set");
	conflict(c, p, ERROR_READS, RANDOM_READ, strict, "error_reads is incompatible with random_read_corrupt");
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
	.count_error = "Invalid argument count",
	.example = "bad: {target: flakey, device: disk, up_interval: 60s, down_interval: 5s, drop_writes: true, size: 8MiB}\n",
	.emit = emit,
	.normalize = normalize,
	.check = check,
};
