/*
 * dust: reads of listed blocks fail, writes repair them. drivers/md/dm-dust.c.
 */
#include "targets/targets.h"

enum { DEVICE, BLOCK_SIZE };

#define MAX_BLOCK_SECTORS 2097152

struct dust {
	uint64_t given;
	struct devref dev;
	uint64_t block_bytes;
};

static const struct word words[] = {
	[DEVICE] = {
		.kind = WORD_AREA, WORD_FIELD(struct dust, dev), .num = NUM_S64, .key = "device",
		.aux_key = "offset", .error = "Device lookup failed",
		.aux_error = "Invalid device offset sector",
		.help = "device, and the offset on it where the mapping starts",
	},
	[BLOCK_SIZE] = {
		.kind = WORD_SIZE, .unit = 1, WORD_FIELD(struct dust, block_bytes), .num = NUM_K32, .min = 1,
		.key = "blksz", .error = "Invalid block size parameter",
		.help = "size of a block that can be bad: a power of two from 512B to 1GiB",
	},
	WORD_LAST,
};

static const struct finding_kind F_BLOCK = {
	"dust.block-size", SEV_ERROR, BY_KERNEL, "the block size cannot be used",
	"A block is a power of two from 512 bytes, and no larger than the volume or 1 GiB.",
	"volumes:\n  v: {target: dust, device: d, blksz: 64KiB, size: 4KiB}\n",
	"Use 512B, or another power of two.",
};

static const struct finding_kind *const findings[] = {&F_BLOCK, NULL};

/* dust_ctr() */
static void check(const struct line_ctx *c, const void *params)
{
	const struct dust *p = params;

	uint64_t bytes = p->block_bytes;
	uint64_t max = c->nr_sectors < MAX_BLOCK_SECTORS ? c->nr_sectors : MAX_BLOCK_SECTORS;

	if (!bytes)
		return;
	if (bytes < 512)
		line_report(c, &F_BLOCK, &words[BLOCK_SIZE], "Block size must be at least 512",
			    "blksz: %llu bytes are less than 512", (unsigned long long)bytes);
	else if (bytes & (bytes - 1))
		line_report(c, &F_BLOCK, &words[BLOCK_SIZE], "Block size must be a power of 2",
			    "blksz: %llu bytes are not a power of two", (unsigned long long)bytes);
	else if (bytes / 512 > max)
		line_report(c, &F_BLOCK, &words[BLOCK_SIZE], "Block size is too large",
			    "blksz: %llu sectors are more than %llu (%s)", (unsigned long long)bytes / 512,
			    (unsigned long long)max,
			    max == c->nr_sectors ? "the length of the volume" : "1 GiB");
}

struct dust_status {
	uint64_t given;
	const char *device;
	unsigned state, verbose;
};

static const struct choice states[] = {
	{"fail_read_on_bad_block", KF_NONE, "reads of listed blocks fail"},
	{"bypass", KF_NONE, "every request passes"},
	{0},
};

static const struct choice verbosity[] = {
	{"quiet", KF_NONE, "nothing is logged"}, {"verbose", KF_NONE, "changes are logged"}, {0},
};

static const struct word status[] = {
	{.kind = WORD_TEXT, WORD_FIELD(struct dust_status, device), .key = "device", .help = "MAJOR:MINOR"},
	{.kind = WORD_CHOICE, .flags = WORD_BRIEF, WORD_FIELD(struct dust_status, state), .choices = states, .key = "state",
	 .help = "whether listed blocks fail"},
	{.kind = WORD_CHOICE, WORD_FIELD(struct dust_status, verbose), .choices = verbosity,
	 .key = "logging", .help = "whether changes are logged"},
	WORD_LAST,
};

static const struct message messages[] = {
	{"addbadblock", "BLOCK [WRITES]", KF_NONE, "lists a block, with a number of writes that fail, too"},
	{"removebadblock", "BLOCK", KF_NONE, "takes a block off the list"},
	{"queryblock", "BLOCK", KF_NONE, "says whether a block is listed"},
	{"enable", "", KF_NONE, "lets listed blocks fail"},
	{"disable", "", KF_NONE, "lets every request pass"},
	{"countbadblocks", "", KF_NONE, "says how many blocks are listed"},
	{"clearbadblocks", "", KF_NONE, "empties the list"},
	{"listbadblocks", "", KF_DUST_LIST, "prints the list"},
	{"quiet", "", KF_NONE, "switches logging off, and on again"},
	{0},
};

const struct target target_dust = {
	.name = "dust",
	.summary = "lets chosen blocks fail until they are written",
	.description = "For tests of bad sectors: reads of listed blocks fail once it is enabled; a write takes "
		       "the block off the list. Blocks are counted from the start of the device.",
	.since = KF_DUST,
	.words = words,
	.params_size = sizeof(struct dust),
	.count_error = "Invalid argument count",
	.status = status,
	.status_size = sizeof(struct dust_status),
	.messages = messages,
	.findings = findings,
	.example = "worn: {target: dust, device: disk, blksz: 512B, size: 8MiB}\n",
	.check = check,
};
