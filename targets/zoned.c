/*
 * zoned: a zoned disk as one that can be written anywhere. drivers/md/dm-zoned-target.c,
 * dm-zoned-metadata.c.
 */
#include "base/endian.h"
#include "targets/targets.h"

#define DMZ_MAGIC 0x445a4244

enum { DEVICES };

struct disk {
	uint64_t given;
	struct devref dev;
};

struct zoned {
	uint64_t given;
	struct repeat devices;
};

static const struct word disk_words[] = {
	{
		.kind = WORD_DEVICE, .flags = WORD_MAIN, WORD_FIELD(struct disk, dev), .key = "device",
		.error = "Get target device failed", .help = "a zoned disk; the first of several is a regular one",
	},
	WORD_LAST,
};

static const struct word words[] = {
	[DEVICES] = {
		.kind = WORD_REPEAT, .flags = WORD_UNCOUNTED, WORD_FIELD(struct zoned, devices), .rows = disk_words,
		.item_size = sizeof(struct disk), .key = "devices", .error = "Invalid argument count",
		.help = "one zoned disk, or a regular disk as cache and zoned disks",
	},
	WORD_LAST,
};

static const struct finding_kind F_DEVICES = {
	"zoned.devices", SEV_ERROR, BY_KERNEL, "the devices are not of the right kind",
	"A single device must be zoned. Of several the first must be a regular disk and the others zoned, all with the "
	"same zone size; several came with Linux 5.8.",
	"volumes:\n  z: {target: zoned, devices: [a, b], size: 1GiB}\n",
	"Correct the order of the devices.",
};

static const struct finding_kind F_START = {
	"zoned.start", SEV_ERROR, BY_KERNEL, "the target must start at sector 0",
	"A zoned device is mapped as a whole.",
	"volumes:\n  z:\n    segments:\n      - {target: zero, size: 1MiB}\n      - {target: zoned, devices: [a], size: 1GiB}\n",
	"Make it a volume of its own.",
};

static const struct finding_kind F_CRASH = {
	"zoned.no-metadata", SEV_ERROR, BY_CRASH, "a zoned disk without metadata crashes the kernel",
	"Linux follows a NULL pointer when it finds no superblock, in all releases up to 7.2.",
	"devices: {z: {path: /dev/zoned, size: 1TiB, zone_size: 256MiB}}\nvolumes:\n"
	"  v: {target: zoned, devices: [z], size: 1TiB}\n",
	"Run dmzadm --format on the devices first.",
};

static const struct finding_kind *const findings[] = {&F_DEVICES, &F_START, &F_CRASH, NULL};

static const struct blkdev *disk_of(const struct zoned *z, size_t i)
{
	return ((const struct disk *)repeat_item(&z->devices, &words[DEVICES], i))->dev.dev;
}

static bool known(const struct blkdev *dev)
{
	return dev && (dev->flags & (BLKDEV_LIMITS_KNOWN | BLKDEV_ZONED));
}

static void wrong_device(const struct line_ctx *c, size_t i, const char *text, const char *what)
{
	line_report_item(c, &F_DEVICES, &words[DEVICES], i, NULL, text, "%s", what);
}

/* dmz_get_zoned_device(), dmz_fixup_devices() */
static void check_devices(const struct line_ctx *c, const struct zoned *z)
{
	size_t nr = z->devices.nr;
	uint64_t zone = 0;

	if (!nr)
		line_report(c, &F_DEVICES, &words[DEVICES], "Invalid argument count", "no device is given");
	if (nr > 1 && !line_kernel_has(c, KF_ZONED_SEVERAL))
		line_report(c, &F_DEVICES, &words[DEVICES], "Invalid argument count", "this kernel takes one device");
	for (size_t i = 0; i < nr; i++) {
		const struct blkdev *dev = disk_of(z, i);
		bool zoned = dev && (dev->flags & BLKDEV_ZONED);

		if (!known(dev))
			continue;
		if (nr == 1 && !zoned)
			wrong_device(c, i, "Invalid regular device", "a single device must be zoned");
		else if (nr > 1 && (i == 0) == zoned)
			wrong_device(c, i, "First device must be a regular device",
				     i ? "only the first device is a regular one" : "the first of several devices must be regular");
		if (zoned && zone && dev->zone_sectors != zone)
			wrong_device(c, i, "Zone nr sectors mismatch", "the zone sizes differ");
		if (zoned && !zone)
			zone = dev->zone_sectors;
	}
}

/* The superblock stands at the start of the first device; 0: none, 1: found, -1: not known. */
static int superblock(const struct zoned *z, uint8_t sb[static 512])
{
	const struct blkdev *dev = z->devices.nr ? disk_of(z, 0) : NULL;

	if (blkdev_read(dev, 0, sb, 512))
		return -1;
	return get_le32(sb) == DMZ_MAGIC;
}

/* dmz_ctr() */
static void check(const struct line_ctx *c, const void *params)
{
	const struct zoned *z = params;
	uint8_t sb[512];

	check_devices(c, z);
	if (c->start_sectors)
		line_report(c, &F_START, NULL, "Partial mapping is not supported", "the line starts at sector %llu",
			    (unsigned long long)c->start_sectors);
	if (z->devices.nr && superblock(z, sb) == 0)
		line_report(c, &F_CRASH, &words[DEVICES], NULL, "%s has no metadata", disk_of(z, 0)->name);
}

/* The kernel overwrites the line's length with the capacity in the superblock. */
static uint64_t real_len(const struct line_ctx *c, const void *params)
{
	const struct zoned *z = params;
	uint64_t zone = 0;
	uint8_t sb[512];

	for (size_t i = 0; i < z->devices.nr; i++)
		if (disk_of(z, i) && disk_of(z, i)->zone_sectors)
			zone = disk_of(z, i)->zone_sectors;
	if (!zone || superblock(z, sb) != 1)
		return c->nr_sectors;
	return get_le32(sb + 32) * zone;
}

/* dmz_iterate_devices() */
static void areas(const struct line_ctx *c, const void *params, area_fn *fn, void *priv)
{
	const struct zoned *z = params;

	(void)c;
	for (size_t i = 0; i < z->devices.nr; i++) {
		const struct disk *d = repeat_item(&z->devices, &words[DEVICES], i);
		uint64_t zone = d->dev.dev ? d->dev.dev->zone_sectors : 0;

		if (blkdev_size_known(d->dev.dev))
			fn(priv, &d->dev, &words[DEVICES], 0,
			   zone ? d->dev.dev->nr_sectors / zone * zone : d->dev.dev->nr_sectors);
	}
}

/* dmz_io_hints() */
static void io_hints(const struct line_ctx *c, const void *params, struct limits *l)
{
	(void)c;
	(void)params;
	l->logical_block_size = l->physical_block_size = l->io_min = l->io_opt = 4096;
}

struct zones {
	uint64_t given;
	struct ratio random;
	struct ratio sequential;
};

struct zoned_status {
	uint64_t given;
	uint64_t zones;
	struct ratio cache;
	struct repeat devices;
};

static const struct word zone_rows[] = {
	{.kind = WORD_RATIO, WORD_FIELD(struct zones, random), .key = "random",
	 .help = "conventional zones not in use, and all"},
	{.kind = WORD_FIXED, .word = "random"},
	{.kind = WORD_RATIO, WORD_FIELD(struct zones, sequential), .key = "sequential",
	 .help = "sequential zones not in use, and all"},
	{.kind = WORD_FIXED, .word = "sequential"},
	WORD_LAST,
};

static const struct word status[] = {
	{.kind = WORD_U64, WORD_FIELD(struct zoned_status, zones), .key = "zones", .help = "number of zones"},
	{.kind = WORD_FIXED, .word = "zones"},
	{.kind = WORD_RATIO, WORD_FIELD(struct zoned_status, cache), .key = "cache",
	 .help = "zones of the regular disk not in use, and all"},
	{.kind = WORD_FIXED, .word = "cache"},
	{.kind = WORD_REPEAT, .flags = WORD_UNCOUNTED, WORD_FIELD(struct zoned_status, devices),
	 .rows = zone_rows, .item_size = sizeof(struct zones), .key = "devices", .help = "the zoned disks"},
	WORD_LAST,
};

static const struct message messages[] = {
	{"reclaim", "", KF_NONE, "moves data to sequential zones now"},
	{0},
};

const struct target target_zoned = {
	.name = "zoned",
	.summary = "lets a zoned disk be written anywhere",
	.description = "Formatted by dmzadm. The kernel takes the length from the superblock, whatever the table says.",
	.flags = TARGET_SINGLETON | TARGET_MIXED_ZONED,
	.words = words,
	.params_size = sizeof(struct zoned),
	.count_error = "Invalid argument count",
	.status = status,
	.status_size = sizeof(struct zoned_status),
	.messages = messages,
	.findings = findings,
	.example = "smr: {target: zoned, devices: [smrdisk], size: 1GiB}\n",
	.check = check,
	.real_len = real_len,
	.areas = areas,
	.io_hints = io_hints,
};
