/*
 * zoned: zoned disks as a device that takes writes anywhere. drivers/md/dm-zoned-target.c.
 *
 * The kernel never formats: dmzadm does. Its superblocks give the length of the volume,
 * and without any the kernel crashes, so they are looked at where they can be read (dmz.h).
 */
#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"
#include "targets/dmz.h"
#include "targets/targets.h"

enum { DEVICES };

struct member {
	uint64_t given;
	struct devref dev;
};

struct zoned {
	uint64_t given;
	struct repeat devices;
};

static const struct word member_words[] = {
	{
		.kind = WORD_DEVICE, .flags = WORD_MAIN, WORD_FIELD(struct member, dev), .key = "device",
		.error = "Get target device failed", .help = "a zoned disk, or the regular one in front",
	},
	WORD_LAST,
};

static const struct word words[] = {
	[DEVICES] = {
		.kind = WORD_REPEAT, .flags = WORD_UNCOUNTED, WORD_FIELD(struct zoned, devices),
		.rows = member_words, .item_size = sizeof(struct member), .key = "devices",
		.error = "Invalid argument count",
		.help = "one zoned disk, or a regular one (for metadata and fresh data) and zoned ones",
	},
	WORD_LAST,
};

static const struct finding_kind F_ORDER = {
	"zoned.device-order", SEV_ERROR, BY_KERNEL, "regular and zoned devices are in the wrong places",
	"A single device must be zoned. Of several, the first must be a regular one and all others zoned.",
	"devices: {a: {file: a.img, size: 1GiB}}\nvolumes:\n  z: {target: zoned, devices: [a]}\n",
	"Put the regular device first, once.",
};

static const struct finding_kind F_ZONE_SIZE = {
	"zoned.zone-size", SEV_ERROR, BY_KERNEL, "zoned disks have zones of different sizes",
	"A chunk of the volume has the size of a zone, on every disk.",
	"volumes:\n  z: {target: zoned, devices: [ssd, smr256, smr128]}\n",
	"Use disks with equal zones.",
};

static const struct finding_kind F_LENGTH = {
	"zoned.length", SEV_ERROR, BY_KERNEL, "the line is not as long as the disk",
	"Before Linux 5.10 the kernel compares the length with the disk's size, or what of it is whole zones, "
	"although it then replaces it. Later kernels take any length.",
	"requires: {kernel: \"5.4\"}\nvolumes:\n  z: {target: zoned, devices: [smr], size: 1MiB}\n",
	"Give the disk's size.",
};

static const struct finding_kind F_METADATA = {
	"zoned.metadata", SEV_ERROR, BY_KERNEL, "the metadata on the disks cannot be used",
	"The superblocks must be whole, at the place they say, and fit the disks; all disks of a set must be "
	"there in the order in which they were formatted.",
	NULL,
	"Check the devices and their order, and run `dmzadm --check`. `dmzadm --format` makes them anew; "
	"what is on them is lost.",
};

static const struct finding_kind F_CRASH = {
	"zoned.no-metadata-crash", SEV_ERROR, BY_CRASH, "disks without metadata crash the kernel",
	"When it finds no superblock, the kernel reports that for a device that it has not set: a NULL "
	"dereference in dmz_ctr_metadata().",
	"devices: {smr: {file: smr.img, size: 1GiB, zone_size: 64MiB}}\nvolumes:\n"
	"  z: {target: zoned, devices: [smr]}\n",
	"Run `dmzadm --format` on the devices first.",
};

static const struct finding_kind *const findings[] = {
	&F_ORDER, &F_ZONE_SIZE, &F_LENGTH, &F_METADATA, &F_CRASH, NULL,
};

static const struct blkdev *device(const struct zoned *p, size_t i)
{
	const struct member *m = repeat_item(&p->devices, &words[DEVICES], i);

	return m->dev.dev;
}

/* Of the first zoned disk that tells; 0: not known, or impossible. */
static uint64_t zone_sectors(const struct zoned *p)
{
	uint64_t zone = 0;

	for (size_t i = 0; i < p->devices.nr && !zone; i++)
		if (device(p, i) && device(p, i)->flags & BLKDEV_ZONED)
			zone = device(p, i)->zone_sectors;
	return zone & (zone - 1) || zone < DMZ_BLOCK_SECTORS ? 0 : zone;
}

/* dmz_load() on the devices of the line; -EIO where their zones are not known. */
static int load(const struct zoned *p, struct dmz_found *ret)
{
	struct dmz_devices devs = {.nr = p->devices.nr, .zone_sectors = zone_sectors(p)};
	const struct blkdev **v = mem_calloc(devs.nr + 1, sizeof(*v));
	int r = -EIO;

	for (size_t i = 0; i < devs.nr; i++)
		v[i] = device(p, i);
	devs.v = v;
	if (devs.nr && devs.zone_sectors)
		r = dmz_load(&devs, ret);
	free(v);
	return r;
}

static void check_metadata(const struct line_ctx *c, const struct zoned *p)
{
	const char *text = "Metadata initialization failed", *name = device(p, 0)->name;
	struct dmz_found found;
	int r = load(p, &found);

	if (r == -ENOMSG && line_kernel_has(c, KF_CRASH_ZONED_NO_METADATA))
		line_report(c, &F_CRASH, &words[DEVICES], NULL, "%s holds no dm-zoned superblock", name);
	else if (r == -ENOMSG)
		line_report(c, &F_METADATA, &words[DEVICES], text, "%s holds no dm-zoned superblock", name);
	else if (r && r != -EIO)
		line_report(c, &F_METADATA, &words[DEVICES], text,
			    "the dm-zoned superblocks on %s and the devices behind it do not fit together",
			    name);
	else if (!r && found.version != 1 && !line_kernel_has(c, KF_ZONED_SEVERAL))
		line_report(c, &F_METADATA, &words[DEVICES], text,
			    "%s has metadata of version %u, and Linux %s knows version 1 alone", name,
			    found.version, c->kernel->name);
}

static struct finding *report_device(const struct line_ctx *c, const struct finding_kind *kind, size_t i,
				     const char *text, const char *what, const struct blkdev *dev)
{
	return line_report_item(c, kind, &words[DEVICES], i, &member_words[0], text, "%s %s", dev->name, what);
}

/* dmz_get_zoned_device() for each device, dmz_fixup_devices(); false: refused, or not known. */
static bool check_devices(const struct line_ctx *c, const struct zoned *p)
{
	const char *order = "First device must be a regular device";
	uint64_t zone = 0;

	for (size_t i = 0; i < p->devices.nr; i++) {
		const struct blkdev *dev = device(p, i);
		bool is_zoned = dev && dev->flags & BLKDEV_ZONED;

		if (!dev || !(dev->flags & BLKDEV_LIMITS_KNOWN))
			return false;
		if (p->devices.nr == 1 && !is_zoned) {
			report_device(c, &F_ORDER, i, line_kernel_has(c, KF_ZONED_SEVERAL) ?
				      "Invalid regular device" : "Not a zoned block device",
				      "is a regular device, and it is the only one", dev);
			return false;
		}
		if (p->devices.nr > 1 && is_zoned != (i > 0)) {
			report_device(c, &F_ORDER, i, order, is_zoned ?
				      "is zoned, and the first of several devices must be a regular one" :
				      "is a regular device, and only the first one may be", dev);
			return false;
		}
		if (is_zoned && zone && dev->zone_sectors && dev->zone_sectors != zone) {
			report_device(c, &F_ZONE_SIZE, i, "Zone nr sectors mismatch",
				      "has zones of another size than the disks before it", dev);
			return false;
		}
		if (is_zoned && dev->zone_sectors)
			zone = dev->zone_sectors;
	}
	return true;
}

/* The rules of version 1.0.0 on number of devices and length; false: refused. */
static bool check_single(const struct line_ctx *c, const struct zoned *p)
{
	const struct blkdev *dev = device(p, 0);
	uint64_t zone = zone_sectors(p), whole;

	if (p->devices.nr > 1) {
		line_report_item(c, &F_SINCE, &words[DEVICES], 1, &member_words[0], "Invalid argument count",
				 "several devices need Linux 5.10 or later; Linux %s takes one",
				 c->kernel->name);
		return false;
	}
	if (!blkdev_size_known(dev) || !zone)
		return true;
	whole = dev->nr_sectors / zone * zone;
	if (c->nr_sectors == dev->nr_sectors || c->nr_sectors == whole)
		return true;
	finding_fix(c->diag,
		    line_report(c, &F_LENGTH, NULL, "Partial mapping not supported",
				"the line has %llu sectors, and %s %llu", (unsigned long long)c->nr_sectors,
				dev->name, (unsigned long long)dev->nr_sectors),
		    "size: %llus", (unsigned long long)whole);
	return false;
}

/* dmz_ctr() */
static void check(const struct line_ctx *c, const void *params)
{
	const struct zoned *p = params;

	if (!p->devices.nr)
		line_report(c, &F_REQUIRED, &words[DEVICES], "Invalid argument count", "no device is named");
	else if ((line_kernel_has(c, KF_ZONED_SEVERAL) || check_single(c, p)) && check_devices(c, p))
		check_metadata(c, p);
}

/* dmz_iterate_devices(): whole zones. */
static void areas(const struct line_ctx *c, const void *params, area_fn *fn, void *priv)
{
	const struct zoned *p = params;
	uint64_t zone = zone_sectors(p);

	(void)c;
	for (size_t i = 0; i < p->devices.nr; i++) {
		const struct member *m = repeat_item(&p->devices, &words[DEVICES], i);
		uint64_t nr = blkdev_size_known(m->dev.dev) ? m->dev.dev->nr_sectors : 0;

		fn(priv, &m->dev, &words[DEVICES], 0, zone ? nr / zone * zone : nr);
	}
}

/* dmz_io_hints() */
static void io_hints(const struct line_ctx *c, const void *params, struct limits *l)
{
	(void)c;
	(void)params;
	*l = (struct limits){4096, 4096, 4096, 4096};
}

/* What the superblocks say; 0: not known. */
static uint64_t natural_len(const void *params)
{
	const struct zoned *p = params;
	struct dmz_found found;

	return load(p, &found) ? 0 : found.nr_chunks * zone_sectors(p);
}

/* dmz_ctr() puts the number of chunks in place of the line's length. */
static uint64_t real_len(const struct line_ctx *c, const void *params)
{
	uint64_t len = natural_len(params);

	return len ? len : c->nr_sectors;
}

/* Version 1.0.0 wants all devices zoned. */
static unsigned flags_on(const struct kernel_profile *k)
{
	return TARGET_SINGLETON | (kernel_has(k, KF_ZONED_SEVERAL) ? TARGET_MIXED_ZONED : TARGET_ZONED);
}

/* The volume has its own discards; the disks see none. */
static enum discard_use discards(const void *params)
{
	(void)params;
	return DISCARD_STOPPED;
}

/* ---- status ---- */

struct member_status {
	uint64_t given;
	struct ratio random, sequential;
};

struct zoned_status {
	uint64_t given;
	uint64_t zones;
	struct ratio cache;
	struct repeat devices;
};

static const struct word member_status_words[] = {
	{.kind = WORD_RATIO, .num = NUM_S32, WORD_FIELD(struct member_status, random), .key = "random",
	 .help = "conventional zones that are free, and all"},
	{.kind = WORD_FIXED, .word = "random"},
	{.kind = WORD_RATIO, .num = NUM_S32, WORD_FIELD(struct member_status, sequential),
	 .key = "sequential", .help = "sequential zones that are free, and all"},
	{.kind = WORD_FIXED, .word = "sequential"},
	WORD_LAST,
};

/* Version 1.0.0 prints nothing. */
static const struct word status[] = {
	{.kind = WORD_U64, .flags = WORD_TAIL, .num = NUM_S32, WORD_FIELD(struct zoned_status, zones),
	 .key = "zones", .help = "zones of all devices"},
	{.kind = WORD_FIXED, .word = "zones"},
	{.kind = WORD_RATIO, .num = NUM_S32, WORD_FIELD(struct zoned_status, cache), .key = "cache",
	 .help = "zones of the regular device that are free, and all"},
	{.kind = WORD_FIXED, .word = "cache"},
	{.kind = WORD_REPEAT, .flags = WORD_UNCOUNTED, WORD_FIELD(struct zoned_status, devices),
	 .rows = member_status_words, .item_size = sizeof(struct member_status), .key = "devices",
	 .help = "the zoned disks"},
	WORD_LAST,
};

static const struct message messages[] = {
	{"reclaim", "", KF_ZONED_SEVERAL, "moves data to sequential zones now"},
	{0},
};

const struct target target_zoned = {
	.name = "zoned",
	.summary = "lets writes go anywhere on zoned disks",
	.description = "For host-managed disks under file systems that do not know zones. The disks are formatted "
		       "by dmzadm, and that gives the length: the kernel replaces the line's own. I/O is in "
		       "units of 4096 bytes.",
	.flags = TARGET_SINGLETON | TARGET_MIXED_ZONED,
	.words = words,
	.params_size = sizeof(struct zoned),
	.count_error = "Invalid argument count",
	.status = status,
	.status_size = sizeof(struct zoned_status),
	.messages = messages,
	.findings = findings,
	.example = "smr: {target: zoned, devices: [disk], size: 8MiB}\n",
	.flags_on = flags_on,
	.check = check,
	.areas = areas,
	.io_hints = io_hints,
	.natural_len = natural_len,
	.discards = discards,
	.real_len = real_len,
};
