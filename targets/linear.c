/*
 * linear: a range of one device, unchanged. drivers/md/dm-linear.c.
 */
#include "targets/targets.h"

enum { DEVICE };

struct linear {
	uint64_t given;
	struct devref dev;
};

static const struct word words[] = {
	[DEVICE] = {
		.kind = WORD_AREA, WORD_FIELD(struct linear, dev), .num = NUM_S64,
		.key = "device", .aux_key = "offset", .error = "Device lookup failed",
		.aux_error = "Invalid device sector",
		.help = "device that is mapped, and the offset on it where the mapping starts",
	},
	WORD_LAST,
};

const struct target target_linear = {
	.name = "linear",
	.summary = "maps a range onto a device, unchanged",
	.description = "Sector N of the line is sector offset + N of the device. Several lines make a "
		       "concatenation.",
	.flags = TARGET_CMDLINE | TARGET_ZONED,
	.words = words,
	.count_error = "Invalid argument count",
	.params_size = sizeof(struct linear),
	.example = "data: {target: linear, device: disk, offset: 1MiB, size: 8MiB}\n",
};
