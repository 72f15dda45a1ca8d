/*
 * zero: reads zeroes, forgets writes. drivers/md/dm-zero.c.
 */
#include "targets/targets.h"

struct zero {
	uint64_t given;
};

static const struct word words[] = {WORD_LAST};

/* No device gives it a size; the layout must. */
static uint64_t natural_len(const void *params)
{
	(void)params;
	return 0;
}

const struct target target_zero = {
	.name = "zero",
	.summary = "reads zeroes and forgets writes",
	.description = "For sparse test devices and holes in a table. Discards are accepted from Linux 6.6 on.",
	.words = words,
	.params_size = sizeof(struct zero),
	.count_error = "No arguments required",
	.example = "hole: {target: zero, size: 8MiB}\n",
	.natural_len = natural_len,
};
