/*
 * error: fails every request. drivers/md/dm-target.c.
 */
#include "targets/targets.h"

enum { DEVICE };

struct error {
	uint64_t given;
	struct devref dev;
};

static const struct word words[] = {
	[DEVICE] = {
		.kind = WORD_AREA, .flags = WORD_TAIL | WORD_OPTIONAL | WORD_SHARED | WORD_READS,
		WORD_FIELD(struct error, dev), .num = NUM_S64, .key = "device", .aux_key = "offset",
		.error = "Device lookup failed",
		.aux_error = "Invalid device sector",
		.help = "device whose limits and zones the volume takes on, from Linux 6.8; it is never read",
	},
	WORD_LAST,
};

/*
 * io_err_ctr(): arguments count only when there are exactly two, and before 6.8 not at all.
 */
static int parse(const struct parse_ctx *c, struct words *w, void *params)
{
	if (words_left(w) == 2 && (!c->kernel || kernel_has(c->kernel, KF_ERROR_ARGS)))
		return params_parse(c, words, w, params);
	w->next = w->nr;
	return 0;
}

static void check(const struct line_ctx *c, const void *params)
{
	if (given(params, DEVICE) && !line_kernel_has(c, KF_ERROR_ARGS))
		line_report(c, &F_WORDS_IGNORED, &words[DEVICE], NULL,
			    "Linux %s takes a device here and forgets it", c->kernel->name);
}

/* io_err_iterate_devices(): the device, where the kernel looks at it. */
static void areas(const struct line_ctx *c, const void *params, area_fn *fn, void *priv)
{
	const struct error *p = params;

	if (given(p, DEVICE) && line_kernel_has(c, KF_ERROR_ARGS))
		fn(priv, &p->dev, &words[DEVICE], p->dev.start_sectors, c->nr_sectors);
}

/* Version 1.5.0 does not know zones. */
static unsigned flags_on(const struct kernel_profile *k)
{
	return TARGET_WILDCARD | (kernel_has(k, KF_ERROR_ARGS) ? TARGET_ZONED : 0);
}

static enum discard_use discards(const void *params)
{
	(void)params;
	return DISCARD_STOPPED;
}

/* io_err_status() does not exist: the device is lost on read-back. */
static void normalize(const struct emit_ctx *c, void *params)
{
	(void)c;
	*(struct error *)params = (struct error){0};
}

static uint64_t natural_len(const void *params)
{
	const struct error *p = params;
	uint64_t left = p->dev.dev ? devref_sectors(&p->dev) : 0;

	return left == UINT64_MAX ? 0 : left;
}

const struct target target_error = {
	.name = "error",
	.summary = "fails every request",
	.description = "For holes that must not be read by mistake, for tests, and to replace a table whose "
		       "device is stuck.",
	.flags = TARGET_WILDCARD | TARGET_ZONED,
	.words = words,
	.params_size = sizeof(struct error),
	.example = "broken: {target: error, size: 8MiB}\n",
	.parse = parse,
	.normalize = normalize,
	.flags_on = flags_on,
	.check = check,
	.areas = areas,
	.natural_len = natural_len,
	.discards = discards,
};
