/*
 * unstriped: one stripe of a striped device, alone. drivers/md/dm-unstripe.c.
 */
#include "targets/targets.h"

enum { STRIPES, CHUNK_SIZE, STRIPE, DEVICE };

struct unstriped {
	uint64_t given;
	uint64_t stripes, chunk_sectors, stripe;
	struct devref dev;
};

static const struct word words[] = {
	[STRIPES] = {
		.kind = WORD_U64, WORD_FIELD(struct unstriped, stripes), .num = NUM_K32, .min = 1,
		.key = "stripes", .error = "Invalid stripe count", .help = "number of stripes of the device",
	},
	[CHUNK_SIZE] = {
		.kind = WORD_SIZE, .unit = 512, WORD_FIELD(struct unstriped, chunk_sectors), .num = NUM_K32,
		.min = 1, .key = "chunk_size", .error = "Invalid chunk_size",
		.help = "bytes that go to one stripe before it is the next one's turn",
	},
	[STRIPE] = {
		.kind = WORD_U64, WORD_FIELD(struct unstriped, stripe), .num = NUM_K32, .key = "stripe",
		.error = "Invalid stripe number", .help = "the stripe that is exposed, from 0",
	},
	[DEVICE] = {
		.kind = WORD_AREA, .flags = WORD_SHARED, WORD_FIELD(struct unstriped, dev), .num = NUM_S64,
		.key = "device", .aux_key = "offset", .error = "Couldn't get striped device",
		.aux_error = "Invalid striped device offset", .help = "the striped device",
	},
	WORD_LAST,
};

static const struct finding_kind F_STRIPE = {
	"unstriped.stripe", SEV_ERROR, BY_DATA, "the stripe does not exist",
	"Stripes are counted from 0. The kernel accepts a number one too high (any number when there "
	"is one stripe) and then reads behind the stripes.",
	"volumes:\n  v: {target: unstriped, stripes: 2, chunk_size: 64KiB, stripe: 2, device: d,\n"
	"      size: 1MiB}\n",
	"Use a number below `stripes`.",
};

static const struct finding_kind F_STRIPE_KERNEL = {
	"unstriped.stripe-range", SEV_ERROR, BY_KERNEL, "the stripe's number is above the number of stripes",
	"Stripes are counted from 0.",
	"volumes:\n  v: {target: unstriped, stripes: 2, chunk_size: 64KiB, stripe: 5, device: d,\n"
	"      size: 1MiB}\n",
	"Use a number below `stripes`.",
};

static const struct finding_kind F_LENGTH = {
	"unstriped.length", SEV_ERROR, BY_KERNEL, "the length is not a whole number of chunks",
	"A stripe consists of whole chunks.",
	"volumes:\n  v: {target: unstriped, stripes: 2, chunk_size: 64KiB, stripe: 0, device: d,\n"
	"      size: 100KiB}\n",
	"Round the size down to a multiple of chunk_size.",
};

static const struct finding_kind F_DEVICE = {
	"unstriped.device-small", SEV_ERROR, BY_DATA, "the striped device is too small",
	"The chunks of one stripe lie spread over the device, up to the number of stripes times the length; "
	"the kernel compares only the length, and I/O behind the end fails.",
	"devices: {d: {file: d.img, size: 1MiB}}\nvolumes:\n"
	"  v: {target: unstriped, stripes: 2, chunk_size: 64KiB, stripe: 0, device: d, size: 1MiB}\n",
	"Use a size of at most the device's size divided by the number of stripes.",
};

static const struct finding_kind *const findings[] = {&F_STRIPE, &F_STRIPE_KERNEL, &F_LENGTH, &F_DEVICE,
						       NULL};

/* map_to_core(): the last chunk ends (stripes - 1 - stripe) chunks before stripes * length. */
static bool fits(const struct unstriped *p, uint64_t len, uint64_t left)
{
	uint64_t behind = (p->stripes - 1 - p->stripe) * p->chunk_sectors, all;

	return !__builtin_mul_overflow(p->stripes, len, &all) && all - behind <= left;
}

/* unstripe_ctr(): `stripe > stripes && stripes > 1` lets one too many pass. */
static void check(const struct line_ctx *c, const void *params)
{
	const struct unstriped *p = params;
	uint64_t left = p->dev.dev ? devref_sectors(&p->dev) : UINT64_MAX;

	if (p->stripe > p->stripes && p->stripes > 1)
		line_report(c, &F_STRIPE_KERNEL, &words[STRIPE],
			    "Please provide stripe between [0, # of stripes]",
			    "stripe %llu of %llu, counted from 0", (unsigned long long)p->stripe,
			    (unsigned long long)p->stripes);
	else if (p->stripe >= p->stripes)
		line_report(c, &F_STRIPE, &words[STRIPE], NULL, "stripe %llu of %llu, counted from 0",
			    (unsigned long long)p->stripe, (unsigned long long)p->stripes);
	if (!p->chunk_sectors || !c->nr_sectors)
		return;
	if (c->nr_sectors % p->chunk_sectors) {
		struct finding *f = line_report(c, &F_LENGTH, &words[CHUNK_SIZE],
			"Target length not divisible by chunk size", "%llu sectors are not a multiple of %llu",
			(unsigned long long)c->nr_sectors, (unsigned long long)p->chunk_sectors);

		if (c->nr_sectors > p->chunk_sectors)
			finding_fix(c->diag, f, "size: %llus", (unsigned long long)
				    (c->nr_sectors / p->chunk_sectors * p->chunk_sectors));
		return;
	}
	if (left != UINT64_MAX && p->stripe < p->stripes && c->nr_sectors <= left &&
	    !fits(p, c->nr_sectors, left))
		line_report(c, &F_DEVICE, &words[DEVICE], NULL,
			    "%llu stripes of %llu sectors need more than the %llu of %s",
			    (unsigned long long)p->stripes, (unsigned long long)c->nr_sectors,
			    (unsigned long long)left, p->dev.dev->name);
}

static uint64_t natural_len(const void *params)
{
	const struct unstriped *p = params;
	uint64_t left = devref_sectors(&p->dev);

	if (left == UINT64_MAX || !p->stripes || !p->chunk_sectors)
		return 0;
	return left / p->stripes / p->chunk_sectors * p->chunk_sectors;
}

static enum discard_use discards(const void *params)
{
	(void)params;
	return DISCARD_STOPPED;
}

const struct target target_unstriped = {
	.name = "unstriped",
	.summary = "exposes one stripe of a striped device",
	.description = "The reverse of striped, for devices that stripe internally. Flushes are not forwarded.",
	.since = KF_UNSTRIPED,
	.words = words,
	.params_size = sizeof(struct unstriped),
	.count_error = "Invalid number of arguments",
	.findings = findings,
	.example = "core0: {target: unstriped, stripes: 2, chunk_size: 256KiB, stripe: 0, device: disk,\n"
		   "  size: 8MiB}\n",
	.check = check,
	.natural_len = natural_len,
	.discards = discards,
};
