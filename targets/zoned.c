/*
 * zoned: a zoned disk as one that can be written anywhere. drivers/md/dm-zoned-target.c.
 *
 * The kernel never formats: dmzadm does. Its superblocks give the length of the volume, and
 * without any the kernel crashes, so they are looked at where they can be read (dmz.h).
 */
#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"
#include "targets/dmz.h"
#include "targets/targets.h"

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
	"A single device must be zoned. Of several the first must be a regular disk and the others zoned, "
	"all with the same zone size; several came with Linux 5.8.",
	"volumes:\n  z: {target: zoned, devices: [a, b], size: 1GiB}\n",
	"Correct the order of the devices.",
};

static const struct finding_kind F_START = {
	"zoned.start", SEV_ERROR, BY_KERNEL, "the target must start at sector 0",
	"A zoned device is mapped as a whole.",
	"volumes:\n  z:\n    segments:\n      - {target: zero, size: 1MiB}\n"
	"      - {target: zoned, devices: [a], size: 1GiB}\n",
	"Make it a volume of its own.",
};

static const struct finding_kind F_CRASH = {
	"zoned.no-metadata", SEV_ERROR, BY_CRASH, "a zoned disk without metadata crashes the kernel",
	"Linux follows a NULL pointer when it finds no superblock, in all releases up to 7.2.",
	"devices: {z: {path: /dev/zoned, size: 1TiB, zone_size: 256MiB}}\nvolumes:\n"
	"  v: {target: zoned, devices: [z], size: 1TiB}\n",
	"Run dmzadm --format on the devices first.",
};

static const struct finding_kind F_METADATA = {
	"zoned.metadata", SEV_ERROR, BY_KERNEL, "the metadata on the disks cannot be used",
	"The superblocks must be whole, at the place they say, and fit the disks; all disks of a set must be "
	"there in the order in which they were formatted.",
	NULL,
	"Check the devices and their order, and run dmzadm --check. dmzadm --format makes the metadata anew; "
	"what is on the disks is lost then.",
};

static const struct finding_kind F_LENGTH = {
	"zoned.length", SEV_ERROR, BY_KERNEL, "the line is not as long as the disk",
	"Before Linux 5.8 the kernel compares the length with the disk's size, or what of it is whole zones, "
	"although it then replaces it. Later kernels take any length.",
	"requires: {kernel: \"5.4\"}\ndevices: {z: {path: /dev/zoned, size: 1TiB, zone_size: 256MiB}}\nvolumes:\n"
	"  v: {target: zoned, devices: [z], size: 1GiB}\n",
	"Give the disk's size.",
};

static const struct finding_kind *const findings[] = {
	&F_DEVICES, &F_START, &F_CRASH, &F_METADATA, &F_LENGTH, NULL,
};

static const struct blkdev *disk_of(const struct zoned *z, size_t i)
{
	return ((const struct disk *)repeat_item(&z->devices, &words[DEVICES], i))->dev.dev;
}

/* Of the first zoned disk that tells; 0: not known, or impossible. */
static uint64_t zone_sectors(const struct zoned *z)
{
	uint64_t zone = 0;

	for (size_t i = 0; i < z->devices.nr && !zone; i++)
		if (disk_of(z, i) && (disk_of(z, i)->flags & BLKDEV_ZONED))
			zone = disk_of(z, i)->zone_sectors;
	return zone & (zone - 1) || zone < DMZ_BLOCK_SECTORS ? 0 : zone;
}

static bool wrong_device(const struct line_ctx *c, const struct zoned *z, size_t i, const char *text,
			 const char *what)
{
	line_report_item(c, &F_DEVICES, &words[DEVICES], i, NULL, text, "%s %s", disk_of(z, i)->name, what);
	return false;
}

/* dmz_get_zoned_device() for each, dmz_fixup_devices(); false: refused, or not known. */
static bool check_devices(const struct line_ctx *c, const struct zoned *z)
{
	size_t nr = z->devices.nr;
	uint64_t zone = 0;

	for (size_t i = 0; i < nr; i++) {
		const struct blkdev *dev = disk_of(z, i);
		bool zoned = dev && (dev->flags & BLKDEV_ZONED);

		if (!dev || !(dev->flags & (BLKDEV_LIMITS_KNOWN | BLKDEV_ZONED)))
			return false;
		if (nr == 1 && !zoned)
			return wrong_device(c, z, i, line_kernel_has(c, KF_ZONED_SEVERAL) ?
					    "Invalid regular device" : "Not a zoned block device",
					    "is a regular disk, and a single device must be zoned");
		if (nr > 1 && zoned != (i > 0))
			return wrong_device(c, z, i, "First device must be a regular device", i ?
					    "is a regular disk, and only the first device may be one" :
					    "is zoned, and the first of several devices must be a regular disk");
		if (zoned && zone && dev->zone_sectors && dev->zone_sectors != zone)
			return wrong_device(c, z, i, "Zone nr sectors mismatch",
					    "has zones of another size than the disks before it");
		if (zoned && dev->zone_sectors)
			zone = dev->zone_sectors;
	}
	return true;
}

/* Version 1.0.0, before 5.8, on the number of devices and the length; false: refused. */
static bool check_single(const struct line_ctx *c, const struct zoned *z)
{
	const struct blkdev *dev = disk_of(z, 0);
	uint64_t zone = zone_sectors(z), whole;
	struct finding *f;

	if (z->devices.nr > 1) {
		line_report(c, &F_DEVICES, &words[DEVICES], "Invalid argument count",
			    "%zu devices, and Linux %s takes one", z->devices.nr, c->kernel->name);
		return false;
	}
	if (!blkdev_size_known(dev) || !zone)
		return true;
	whole = dev->nr_sectors / zone * zone;
	if (c->nr_sectors == dev->nr_sectors || c->nr_sectors == whole)
		return true;
	f = line_report(c, &F_LENGTH, NULL, "Partial mapping not supported",
			"the line has %llu sectors, and %s %llu", (unsigned long long)c->nr_sectors,
			dev->name, (unsigned long long)dev->nr_sectors);
	finding_fix(c->diag, f, "size: %llus", (unsigned long long)whole);
	return false;
}

/* dmz_load() on the devices of the line; -EIO where their zones are not known. */
static int load(const struct zoned *z, struct dmz_found *ret)
{
	struct dmz_devices devs = {.nr = z->devices.nr, .zone_sectors = zone_sectors(z)};
	const struct blkdev **v = mem_calloc(devs.nr + 1, sizeof(*v));
	int r = -EIO;

	for (size_t i = 0; i < devs.nr; i++)
		v[i] = disk_of(z, i);
	devs.v = v;
	if (devs.nr && devs.zone_sectors)
		r = dmz_load(&devs, ret);
	free(v);
	return r;
}

/* dmz_ctr_metadata() */
static void check_metadata(const struct line_ctx *c, const struct zoned *z)
{
	const char *text = "Metadata initialization failed", *name = disk_of(z, 0)->name;
	struct dmz_found found;
	int r = load(z, &found);

	if (r == -ENOMSG && line_kernel_has(c, KF_CRASH_ZONED_NO_METADATA))
		line_report(c, &F_CRASH, &words[DEVICES], NULL, "%s has no metadata", name);
	else if (r == -ENOMSG)
		line_report(c, &F_METADATA, &words[DEVICES], text, "%s has no metadata", name);
	else if (r && r != -EIO)
		line_report(c, &F_METADATA, &words[DEVICES], text,
			    "the superblocks on %s and the devices behind it do not fit together", name);
	else if (!r && found.version != 1 && !line_kernel_has(c, KF_ZONED_SEVERAL))
		line_report(c, &F_METADATA, &words[DEVICES], text,
			    "%s has metadata of version %u, and Linux %s knows version 1 alone", name,
			    found.version, c->kernel->name);
}

/* dmz_ctr() */
static void check(const struct line_ctx *c, const void *params)
{
	const struct zoned *z = params;

	if (c->start_sectors)
		line_report(c, &F_START, NULL, "Partial mapping is not supported",
			    "the line starts at sector %llu", (unsigned long long)c->start_sectors);
	if (!z->devices.nr)
		line_report(c, &F_DEVICES, &words[DEVICES], "Invalid argument count", "no device is given");
	else if ((line_kernel_has(c, KF_ZONED_SEVERAL) || check_single(c, z)) && check_devices(c, z))
		check_metadata(c, z);
}

/* What the superblocks say; 0: not known. */
static uint64_t natural_len(const void *params)
{
	const struct zoned *z = params;
	struct dmz_found found;

	return load(z, &found) ? 0 : found.nr_chunks * zone_sectors(z);
}

/* dmz_ctr() overwrites the line's length: whole zones, also where their number is not known. */
static uint64_t real_len(const struct line_ctx *c, const void *params)
{
	uint64_t len = natural_len(params), zone = zone_sectors(params);

	if (len)
		return len;
	if (!zone)
		zone = DMZ_BLOCK_SECTORS;
	return (c->nr_sectors + zone - 1) / zone * zone;
}

/* Version 1.0.0 wants all devices zoned. */
static unsigned flags_on(const struct kernel_profile *k)
{
	return TARGET_SINGLETON | (kernel_has(k, KF_ZONED_SEVERAL) ? TARGET_MIXED_ZONED : TARGET_ZONED);
}

/* The volume has discards of its own; the disks see none. */
static enum discard_use discards(const void *params)
{
	(void)params;
	return DISCARD_STOPPED;
}

/* dmz_iterate_devices() */
static void areas(const struct line_ctx *c, const void *params, area_fn *fn, void *priv)
{
	const struct zoned *z = params;
	uint64_t zone = zone_sectors(z);

	(void)c;
	for (size_t i = 0; i < z->devices.nr; i++) {
		const struct disk *d = repeat_item(&z->devices, &words[DEVICES], i);

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
	l->zoned = false;
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
	{.kind = WORD_RATIO, .flags = WORD_BRIEF, .aux_key = "free", WORD_FIELD(struct zones, random), .key = "random",
	 .help = "conventional zones not in use, and all"},
	{.kind = WORD_FIXED, .word = "random"},
	{.kind = WORD_RATIO, .flags = WORD_BRIEF, .aux_key = "free", WORD_FIELD(struct zones, sequential), .key = "sequential",
	 .help = "sequential zones not in use, and all"},
	{.kind = WORD_FIXED, .word = "sequential"},
	WORD_LAST,
};

/* Version 1.0.0 prints nothing. */
static const struct word status[] = {
	{.kind = WORD_U64, .flags = WORD_TAIL, WORD_FIELD(struct zoned_status, zones), .key = "zones", .help = "number of zones"},
	{.kind = WORD_FIXED, .word = "zones"},
	{.kind = WORD_RATIO, .flags = WORD_BRIEF, .aux_key = "free", WORD_FIELD(struct zoned_status, cache), .key = "cache",
	 .help = "zones of the regular disk not in use, and all"},
	{.kind = WORD_FIXED, .word = "cache"},
	{.kind = WORD_REPEAT, .flags = WORD_UNCOUNTED | WORD_BRIEF, WORD_FIELD(struct zoned_status, devices),
	 .rows = zone_rows, .item_size = sizeof(struct zones), .key = "devices", .help = "the zoned disks"},
	WORD_LAST,
};

static const struct message messages[] = {
	{"reclaim", "", KF_ZONED_SEVERAL, "moves data to sequential zones now"},
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
	.flags_on = flags_on,
	.check = check,
	.natural_len = natural_len,
	.real_len = real_len,
	.discards = discards,
	.areas = areas,
	.io_hints = io_hints,
};
