/*
 * switch: regions that go to one of several paths, by a table that messages change.
 * drivers/md/dm-switch.c.
 */
#include "targets/targets.h"

enum { COUNT, REGION_SIZE, OPTIONS, PATHS };

struct path {
	uint64_t given;
	struct devref dev;
};

struct switches {
	uint64_t given;
	uint64_t region_sectors;
	struct repeat paths;
};

static const struct word path_words[] = {
	{
		.kind = WORD_AREA, .flags = WORD_MAIN | WORD_SHARED, WORD_FIELD(struct path, dev),
		.num = NUM_K64, .key = "device", .aux_key = "offset", .error = "Device lookup failed",
		.aux_error = "Invalid device starting offset", .help = "device of the path and where it starts",
	},
	WORD_LAST,
};

/* The limit is what fits struct switch_ctx: (KMALLOC_MAX_SIZE - header) / path, about 262000. */
static const struct word words[] = {
	[COUNT] = {
		.kind = WORD_COUNT, .num = NUM_ARG, .min = 1, .max = 262000, .error = "Invalid number of paths",
		.help = "number of paths",
	},
	[REGION_SIZE] = {
		.kind = WORD_SIZE, .unit = 512, WORD_FIELD(struct switches, region_sectors), .num = NUM_ARG,
		.min = 1, .key = "region_size", .error = "Invalid region size",
		.help = "bytes of a region, all of which go to one path",
	},
	[OPTIONS] = {
		.kind = WORD_FIXED, .word = "0", .error = "Invalid number of optional args",
		.help = "number of optional arguments; there are none",
	},
	[PATHS] = {
		.kind = WORD_REPEAT, WORD_FIELD(struct switches, paths), .rows = path_words,
		.item_size = sizeof(struct path), .key = "paths", .error = "Incorrect number of path arguments",
		.help = "the paths; region N starts on path N modulo their number",
	},
	WORD_LAST,
};

static const struct message messages[] = {
	{"set_region_mappings", "[REGION]:PATH …", KF_NONE,
	 "sends regions to paths; numbers are hexadecimal, RN,M repeats"},
	{0},
};

const struct target target_switch = {
	.name = "switch",
	.summary = "sends each region to one of several paths",
	.description = "For storage arrays that serve each region best over one of their ports. The table of "
		       "regions is set by messages and is lost on reload.",
	.words = words,
	.params_size = sizeof(struct switches),
	.count_error = "Incorrect number of path arguments",
	.messages = messages,
	.example = "lun: {target: switch, region_size: 1MiB, size: 8MiB, paths: [disk, disk2]}\n",
};
