/*
 * ebs: emulates a logical block size. drivers/md/dm-ebs-target.c.
 */
#include "targets/targets.h"

enum { DEVICE, EBS, UBS };

struct ebs {
	uint64_t given;
	struct devref dev;
	uint64_t emulated, underlying; /* sectors */
};

static const struct word words[] = {
	[DEVICE] = {
		.kind = WORD_AREA, WORD_FIELD(struct ebs, dev), .num = NUM_S64, .key = "device",
		.aux_key = "offset", .error = "Device lookup failed",
		.aux_error = "Invalid device offset sector",
		.help = "device, and the offset on it where the mapping starts",
	},
	[EBS] = {
		.kind = WORD_SIZE, .flags = WORD_POWER_OF_2, .unit = 512, WORD_FIELD(struct ebs, emulated),
		.num = NUM_S16, .min = 1, .max = 8, .key = "emulated_sectors",
		.error = "Invalid emulated block size",
		.help = "logical block size of the volume, at most a page",
	},
	[UBS] = {
		.kind = WORD_SIZE, .flags = WORD_POWER_OF_2 | WORD_TAIL | WORD_OPTIONAL, .unit = 512,
		WORD_FIELD(struct ebs, underlying), .num = NUM_S16, .min = 1, .key = "underlying_sectors",
		.error = "Invalid underlying block size", .dflt_text = "that of the device",
		.help = "block size of the device",
	},
	WORD_LAST,
};

static const struct finding_kind F_START = {
	"ebs.offset", SEV_ERROR, BY_KERNEL, "the offset is not a multiple of the underlying block size",
	"Blocks of the device are read and written whole.",
	"volumes:\n  v: {target: ebs, device: d, offset: 1s, emulated_sectors: 512B,\n"
	"      underlying_sectors: 4KiB, size: 1MiB}\n",
	"Round the offset to the underlying block size.",
};

static const struct finding_kind F_BLOCK = {
	"ebs.block-below-device", SEV_ERROR, BY_DATA, "the underlying block is smaller than the device's",
	"The kernel takes it, and then reads and writes pieces that the device refuses.",
	"devices: {d: {file: d.img, size: 1MiB, logical_block_size: 4096}}\nvolumes:\n"
	"  v: {target: ebs, device: d, emulated_sectors: 512B, underlying_sectors: 2KiB}\n",
	"Leave underlying_sectors out, or use the device's logical block size.",
};

static const struct finding_kind *const findings[] = {&F_START, &F_BLOCK, NULL};

static uint64_t underlying(const struct ebs *p)
{
	if (given(p, UBS))
		return p->underlying;
	return p->dev.dev ? p->dev.dev->logical_block_size / 512 : 1;
}

/* ebs_ctr() */
static void check(const struct line_ctx *c, const void *params)
{
	const struct ebs *p = params;
	uint64_t ubs = underlying(p);

	if (ubs && p->dev.start_sectors % ubs)
		line_report(c, &F_START, &words[DEVICE],
			    "Device offset must be multiple of underlying block size",
			    "offset %llu, blocks of %llu sectors", (unsigned long long)p->dev.start_sectors,
			    (unsigned long long)ubs);
	if (given(p, UBS) && ubs && p->dev.dev && ubs * 512 < p->dev.dev->logical_block_size)
		line_report(c, &F_BLOCK, &words[UBS], NULL,
			    "underlying_sectors is %llu bytes, and %s has logical blocks of %u",
			    (unsigned long long)ubs * 512, p->dev.dev->name,
			    p->dev.dev->logical_block_size);
}

/* ebs_io_hints(): it may lower the device's logical block size. */
static void io_hints(const struct line_ctx *c, const void *params, struct limits *l)
{
	const struct ebs *p = params;

	(void)c;
	l->logical_block_size = l->io_min = (uint32_t)p->emulated * 512;
	l->physical_block_size = (uint32_t)underlying(p) * 512;
}

const struct target target_ebs = {
	.name = "ebs",
	.summary = "emulates another logical block size",
	.description = "Lets a file system with 512-byte blocks run on a disk with larger ones, by reading, "
		       "changing and writing whole blocks.",
	.since = KF_EBS,
	.words = words,
	.params_size = sizeof(struct ebs),
	.count_error = "Invalid argument count",
	.findings = findings,
	.example = "small: {target: ebs, device: disk, emulated_sectors: 512B, underlying_sectors: 4KiB,\n"
		   "  size: 8MiB}\n",
	.check = check,
	.io_hints = io_hints,
};
