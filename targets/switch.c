/*
 * switch: regions that go to one of several paths, by a table that messages change.
 * drivers/md/dm-switch.c.
 */
#include "targets/targets.h"

enum { COUNT, REGION_SIZE, OPTIONS, OPTIONS_END, PATHS };

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

/* (KMALLOC_MAX_SIZE - sizeof(struct switch_ctx)) / sizeof(struct switch_path) with 4 KiB pages. */
#define MAX_PATHS ((4 * 1024 * 1024 - 40) / 16)

static const struct max_since no_options[] = {{KF_NONE, 0}};

static const struct word words[] = {
	[COUNT] = {
		.kind = WORD_COUNT, .num = NUM_ARG, .min = 1, .max = MAX_PATHS, .error = "Invalid number of paths",
		.help = "number of paths",
	},
	[REGION_SIZE] = {
		.kind = WORD_SIZE, .unit = 512, WORD_FIELD(struct switches, region_sectors), .num = NUM_ARG,
		.min = 1, .key = "region_size", .error = "Invalid region size",
		.help = "bytes of a region, all of which go to one path",
	},
	[OPTIONS] = {
		.kind = WORD_GROUP, .flags = WORD_ALWAYS, .limits = no_options,
		.error = "Invalid number of optional args",
		.help = "number of optional arguments; there are none",
	},
	[OPTIONS_END] = {.kind = WORD_GROUP_END},
	[PATHS] = {
		.kind = WORD_REPEAT, WORD_FIELD(struct switches, paths), .rows = path_words,
		.item_size = sizeof(struct path), .key = "paths", .error = "Incorrect number of path arguments",
		.help = "the paths; region N starts on path N modulo their number",
	},
	WORD_LAST,
};

/* switch_ctr() counts the words of all paths before it looks at one. */
static int parse(const struct parse_ctx *c, struct words *w, void *params)
{
	const char *const *v = w->v + w->next;
	uint64_t nr, region, options;

	if (words_left(w) > 3 && number_read(NUM_ARG, v[0], false, &nr) && nr && nr <= MAX_PATHS &&
	    number_read(NUM_ARG, v[1], false, &region) && region &&
	    number_read(NUM_ARG, v[2], false, &options) && !options && words_left(w) - 3 != 2 * nr)
		return parse_error(c, w, &F_COUNT, words[PATHS].error,
				   "switch: %llu paths are %llu words, and %zu follow", (unsigned long long)nr,
				   (unsigned long long)(2 * nr), words_left(w) - 3);
	return params_parse(c, words, w, params);
}

/* Every path is as long as the line. */
static uint64_t natural_len(const void *params)
{
	const struct switches *p = params;
	uint64_t least = repeat_sectors(&p->paths, &words[PATHS]);

	return least == UINT64_MAX ? 0 : least;
}

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
	.messages = messages,
	.parse = parse,
	.natural_len = natural_len,
	.example = "lun: {target: switch, region_size: 1MiB, size: 8MiB, paths: [disk, disk2]}\n",
};
