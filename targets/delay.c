/*
 * delay: every request waits; reads, writes and flushes may differ. drivers/md/dm-delay.c.
 */
#include "targets/targets.h"

enum { DEVICE, DELAY, WRITE_DEVICE, WRITE_DELAY, FLUSH_DEVICE, FLUSH_DELAY };

struct delay {
	uint64_t given;
	struct devref read, write, flush;
	uint64_t read_ms, write_ms, flush_ms;
};

static const struct word words[] = {
	[DEVICE] = {
		.kind = WORD_AREA, .flags = WORD_SHARED, WORD_FIELD(struct delay, read), .num = NUM_S64,
		.key = "device",
		.aux_key = "offset", .error = "Device lookup failed", .aux_error = "Invalid device sector",
		.help = "device, and the offset on it where the mapping starts",
	},
	[DELAY] = {
		.kind = WORD_TIME, .unit = 1, WORD_FIELD(struct delay, read_ms), .num = NUM_S32, .key = "delay",
		.error = "Invalid delay", .help = "time a read waits (and a write, without write_device)",
	},
	[WRITE_DEVICE] = {
		.kind = WORD_AREA, .flags = WORD_TAIL | WORD_SHARED, WORD_FIELD(struct delay, write),
		.num = NUM_S64, .key = "write_device", .aux_key = "write_offset",
		.error = "Device lookup failed", .aux_error = "Invalid device sector",
		.help = "device and offset for writes",
	},
	[WRITE_DELAY] = {
		.kind = WORD_TIME, .unit = 1, WORD_FIELD(struct delay, write_ms), .num = NUM_S32,
		.key = "write_delay", .error = "Invalid delay",
		.help = "time a write waits (and a flush, without flush_device)",
	},
	[FLUSH_DEVICE] = {
		.kind = WORD_AREA, .flags = WORD_TAIL | WORD_SHARED, WORD_FIELD(struct delay, flush),
		.num = NUM_S64, .key = "flush_device", .aux_key = "flush_offset", .since = KF_DELAY_FLUSH,
		.error = "Device lookup failed", .aux_error = "Invalid device sector",
		.help = "device and offset for flushes",
	},
	[FLUSH_DELAY] = {
		.kind = WORD_TIME, .unit = 1, WORD_FIELD(struct delay, flush_ms), .num = NUM_S32,
		.key = "flush_delay", .error = "Invalid delay", .help = "time a flush waits",
	},
	WORD_LAST,
};

/* delay_ctr(): 3, 6 or 9 words. */
static int parse(const struct parse_ctx *c, struct words *w, void *params)
{
	size_t nr = words_left(w);

	if (nr != 3 && nr != 6 && nr != 9)
		return parse_error(c, w, &F_WORDS_MISSING, "Requires exactly 3, 6 or 9 arguments",
				   "delay: %zu words; 3, 6 or 9 are possible", nr);
	return params_parse(c, words, w, params);
}

/* A later class needs the earlier ones, and both of its keys. */
static void check(const struct line_ctx *c, const void *params)
{
	static const int pairs[][2] = {{WRITE_DEVICE, WRITE_DELAY}, {FLUSH_DEVICE, FLUSH_DELAY}};
	const char *text = "Requires exactly 3, 6 or 9 arguments";

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		const struct word *dev = &words[pairs[i][0]], *time = &words[pairs[i][1]];

		if (given(params, (unsigned)pairs[i][0]) != given(params, (unsigned)pairs[i][1]))
			line_report(c, &F_REQUIRED, dev, text, "%s and %s go together", dev->key, time->key);
	}
	if (given(params, FLUSH_DEVICE) && !given(params, WRITE_DEVICE))
		line_report(c, &F_REQUIRED, &words[FLUSH_DEVICE], text, "flush_device needs write_device, too");
}

/* The room of the class that has least: all of them are as long as the line. */
static uint64_t natural_len(const void *params)
{
	const struct delay *p = params;
	const struct devref *const refs[] = {&p->read, &p->write, &p->flush};
	uint64_t least = UINT64_MAX;

	for (size_t i = 0; i < ARRAY_SIZE(refs); i++)
		if (refs[i]->dev && devref_sectors(refs[i]) < least)
			least = devref_sectors(refs[i]);
	return least == UINT64_MAX ? 0 : least;
}

static unsigned flags_on(const struct kernel_profile *k)
{
	return TARGET_CMDLINE | (kernel_has(k, KF_DELAY_ZONED) ? TARGET_ZONED : 0);
}

struct delay_status {
	uint64_t given;
	uint64_t reads, writes, flushes;
};

static const struct word status[] = {
	{.kind = WORD_U64, .flags = WORD_BRIEF, WORD_FIELD(struct delay_status, reads), .key = "reads",
	 .help = "reads that wait now"},
	{.kind = WORD_U64, .flags = WORD_BRIEF, WORD_FIELD(struct delay_status, writes), .key = "writes",
	 .help = "writes that wait now"},
	{.kind = WORD_U64, .flags = WORD_BRIEF, WORD_FIELD(struct delay_status, flushes), .key = "flushes",
	 .help = "flushes that wait now"},
	WORD_LAST,
};

const struct target target_delay = {
	.name = "delay",
	.summary = "lets every request wait",
	.description = "For tests of slow disks. Writes and flushes may have a device and a delay of their own.",
	.flags = TARGET_CMDLINE | TARGET_ZONED,
	.words = words,
	.params_size = sizeof(struct delay),
	.count_error = "Requires exactly 3, 6 or 9 arguments",
	.status = status,
	.status_size = sizeof(struct delay_status),
	.example = "slow: {target: delay, device: disk, delay: 500ms, size: 8MiB}\n",
	.parse = parse,
	.flags_on = flags_on,
	.check = check,
	.natural_len = natural_len,
};
