/*
 * striped: chunks dealt out to devices in turn (RAID 0). drivers/md/dm-stripe.c.
 */
#include "targets/targets.h"

enum { COUNT, CHUNK_SIZE, STRIPES };

struct stripe {
	uint64_t given;
	struct devref dev;
};

struct striped {
	uint64_t given;
	uint64_t chunk_sectors;
	struct repeat stripes;
};

static const struct word stripe_words[] = {
	{
		.kind = WORD_AREA, .flags = WORD_MAIN, WORD_FIELD(struct stripe, dev), .num = NUM_S64,
		.key = "device", .aux_key = "offset", .error = "Couldn't parse stripe destination",
		.aux_error = "Couldn't parse stripe destination",
		.help = "device of one stripe, and the offset on it where the stripe starts",
	},
	WORD_LAST,
};

static const struct word words[] = {
	[COUNT] = {
		.kind = WORD_COUNT, .num = NUM_K32, .min = 1, .error = "Invalid stripe count",
		.help = "number of stripes",
	},
	[CHUNK_SIZE] = {
		.kind = WORD_SIZE, .unit = 512, WORD_FIELD(struct striped, chunk_sectors),
		.num = NUM_K32, .min = 1, .key = "chunk_size", .error = "Invalid chunk_size",
		.help = "bytes that go to one device before it is the next one's turn",
	},
	[STRIPES] = {
		.kind = WORD_REPEAT, WORD_FIELD(struct striped, stripes), .rows = stripe_words,
		.item_size = sizeof(struct stripe), .key = "stripes",
		.error = "Not enough destinations specified",
		.help = "the devices, in the order in which chunks go to them",
	},
	WORD_LAST,
};

static const struct finding_kind F_STRIPES = {
	"striped.length", SEV_ERROR, BY_KERNEL,
	"the length is not a whole number of chunks on every stripe",
	"Every stripe holds the same number of whole chunks, so the length must be a multiple of "
	"chunk size times number of stripes.",
	"volumes:\n  v: {target: striped, chunk_size: 64KiB, size: 100KiB, stripes: [a, b]}\n",
	"Round the size down to a multiple of chunk_size times the number of stripes.",
};

static const struct finding_kind F_CHUNK_BLOCK = {
	"striped.chunk-below-block", SEV_ERROR, BY_DATA,
	"the chunk is smaller than the logical block of a device",
	"The kernel loads the table, but cuts requests at chunk boundaries into pieces that the device "
	"refuses.",
	"devices: {a: {file: a.img, size: 1MiB, logical_block_size: 4096}}\nvolumes:\n"
	"  v: {target: striped, chunk_size: 1s, size: 8KiB, stripes: [a]}\n",
	"Use a chunk that is a multiple of the logical block size.",
};

static const struct finding_kind *const findings[] = {&F_STRIPES, &F_CHUNK_BLOCK, NULL};

/* stripe_ctr(): a line too short for both numbers has a text of its own. */
static int parse(const struct parse_ctx *c, struct words *w, void *params)
{
	if (words_left(w) < 2)
		return parse_error(c, w, &F_WORDS_MISSING, "Not enough arguments",
				   "striped: the number of stripes, the chunk size and the stripes are missing");
	return params_parse(c, words, w, params);
}

/* stripe_ctr() */
static void check(const struct line_ctx *c, const void *params)
{
	const struct striped *p = params;
	uint64_t nr = p->stripes.nr, width = c->nr_sectors / (nr ? nr : 1);

	if (!nr || !p->chunk_sectors)
		return;
	if (c->nr_sectors % nr || width % p->chunk_sectors) {
		uint64_t whole = nr * p->chunk_sectors;
		struct finding *f = line_report(c, &F_STRIPES, &words[CHUNK_SIZE],
			c->nr_sectors % nr ? "Target length not divisible by number of stripes" :
					     "Target length not divisible by chunk size",
			"%llu sectors are not a multiple of %llu (%llu stripes of %llu)",
			(unsigned long long)c->nr_sectors, (unsigned long long)whole,
			(unsigned long long)nr, (unsigned long long)p->chunk_sectors);

		if (c->nr_sectors > whole)
			finding_fix(c->diag, f, "size: %llus",
				    (unsigned long long)(c->nr_sectors / whole * whole));
	}
	for (size_t i = 0; i < nr; i++) {
		const struct stripe *s = repeat_item(&p->stripes, &words[STRIPES], i);

		if (s->dev.dev && p->chunk_sectors * 512 % s->dev.dev->logical_block_size)
			line_report_item(c, &F_CHUNK_BLOCK, &words[STRIPES], i, &stripe_words[0], NULL,
					 "chunk_size is %llu bytes, and %s has logical blocks of %u",
					 (unsigned long long)p->chunk_sectors * 512, s->dev.dev->name,
					 s->dev.dev->logical_block_size);
	}
}

/* stripe_iterate_devices() */
static void areas(const struct line_ctx *c, const void *params, area_fn *fn, void *priv)
{
	const struct striped *p = params;

	for (size_t i = 0; i < p->stripes.nr; i++) {
		const struct stripe *s = repeat_item(&p->stripes, &words[STRIPES], i);

		fn(priv, &s->dev, &words[STRIPES], s->dev.start_sectors, c->nr_sectors / p->stripes.nr);
	}
}

/* stripe_io_hints() */
static void io_hints(const struct line_ctx *c, const void *params, struct limits *l)
{
	const struct striped *p = params;
	uint64_t chunk = p->chunk_sectors * 512;

	(void)c;
	if (chunk * p->stripes.nr > UINT32_MAX)
		return;
	l->io_min = (uint32_t)chunk;
	l->io_opt = (uint32_t)(chunk * p->stripes.nr);
}

/* Whole chunks of the device that has least room. */
static uint64_t natural_len(const void *params)
{
	const struct striped *p = params;
	uint64_t least = repeat_sectors(&p->stripes, &words[STRIPES]);

	if (least == UINT64_MAX || !p->chunk_sectors)
		return 0;
	return least / p->chunk_sectors * p->chunk_sectors * p->stripes.nr;
}

struct striped_status {
	uint64_t given;
	struct repeat devices;
	const char *health;
};

static const struct choice healths[] = {{"A", KF_NONE, "alive"}, {"D", KF_NONE, "failed"}, {0}};

static const struct word status[] = {
	{.kind = WORD_COUNT, .num = NUM_S32, .help = "number of stripes"},
	{.kind = WORD_REPEAT, WORD_FIELD(struct striped_status, devices), .key = "devices",
	 .rows = status_device_words, .item_size = sizeof(struct status_device),
	 .help = "the devices"},
	{.kind = WORD_FIXED, .word = "1", .help = "number of words that follow"},
	{.kind = WORD_TEXT, .flags = WORD_BRIEF, WORD_FIELD(struct striped_status, health), .choices = healths, .key = "health",
	 .help = "one letter a device: A no error yet, D had errors"},
	WORD_LAST,
};

const struct target target_striped = {
	.name = "striped",
	.summary = "deals chunks out to several devices in turn (RAID 0)",
	.description = "Chunk N goes to device N modulo the number of stripes. Losing one device loses "
		       "the volume.",
	.flags = TARGET_CMDLINE,
	.words = words,
	.params_size = sizeof(struct striped),
	.count_error = "Not enough destinations specified",
	.status = status,
	.status_size = sizeof(struct striped_status),
	.findings = findings,
	.example = "fast: {target: striped, chunk_size: 64KiB, size: 8MiB, stripes: [ssd1, ssd2]}\n",
	.parse = parse,
	.check = check,
	.areas = areas,
	.io_hints = io_hints,
	.natural_len = natural_len,
};
