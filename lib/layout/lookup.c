/*
 * What the system knows about a device: stat, sysfs and libblkid. Everything is opened
 * read-only, and only when its bytes are asked for.
 */
#include <blkid/blkid.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/devno.h"
#include "base/size.h"
#include "base/strbuf.h"
#include "layout/internal.h"

/* ---- reading bytes ---- */

static int device_read(const struct blkdev *dev, uint64_t off, void *buf, size_t len)
{
	const char *path = dev->priv;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), r = 0;
	ssize_t n;

	if (fd < 0)
		return -EOPNOTSUPP;
	n = pread(fd, buf, len, (off_t)off);
	if (n < 0)
		r = -EIO;
	else if ((size_t)n < len && off + (size_t)n >= dev->nr_sectors * 512)
		r = -ERANGE;
	else
		/* An image file shorter than the size it will have reads as zeroes. */
		memset((char *)buf + n, 0, len - (size_t)n);
	close(fd);
	return r;
}

/* ---- sysfs ---- */

/* The first line of /sys/dev/block/MAJ:MIN/NAME (or of the disk's, for a partition). */
static bool sysfs_text(dev_t dev, const char *name, char *buf, size_t size)
{
	char path[PATH_MAX];

	for (int up = 0; up < 2; up++) {
		ssize_t n;
		int fd;

		snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/%s%s", major(dev), minor(dev),
			 up ? "../" : "", name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		n = read(fd, buf, size - 1);
		close(fd);
		if (n <= 0)
			continue;
		buf[n] = '\0';
		buf[strcspn(buf, "\n")] = '\0';
		return true;
	}
	return false;
}

static bool sysfs_u64(dev_t dev, const char *name, uint64_t *ret)
{
	char buf[64];

	return sysfs_text(dev, name, buf, sizeof(buf)) && number_parse(buf, strlen(buf), ret);
}

/* device_is_not_rq_stackable() of dm-table.c: a whole disk with a multi-queue driver is. */
static bool request_based(dev_t dev)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/mq", major(dev), minor(dev));
	return !access(path, F_OK);
}

static void block_device_facts(struct device *d, dev_t dev)
{
	char text[64];
	uint64_t v;

	if (!d->blk.logical_block_size && sysfs_u64(dev, "queue/logical_block_size", &v))
		d->blk.logical_block_size = (uint32_t)v;
	if (!d->blk.physical_block_size && sysfs_u64(dev, "queue/physical_block_size", &v))
		d->blk.physical_block_size = (uint32_t)v;
	if (sysfs_u64(dev, "ro", &v) && v)
		d->blk.flags |= BLKDEV_READ_ONLY;
	if (sysfs_u64(dev, "queue/discard_granularity", &v) && v)
		d->blk.flags |= BLKDEV_DISCARD;
	if (!request_based(dev))
		d->blk.flags |= BLKDEV_BIO_BASED;
	if (sysfs_u64(dev, "queue/dax", &v) && v)
		d->blk.flags |= BLKDEV_DAX;
	if (sysfs_text(dev, "device/scsi_level", text, sizeof(text)))
		d->blk.flags |= BLKDEV_SCSI;
	if (sysfs_text(dev, "queue/zoned", text, sizeof(text)) && strcmp(text, "none")) {
		d->blk.flags |= BLKDEV_ZONED;
		if (sysfs_u64(dev, "queue/chunk_sectors", &v))
			d->blk.zone_sectors = v;
	}
	d->blk.flags |= BLKDEV_LIMITS_KNOWN;
}

/* ---- one path ---- */

static void absent(struct layout *l, struct device *d, const struct node *size, const char *what)
{
	struct finding *f;

	if (size)
		return;
	d->blk.flags |= BLKDEV_ABSENT;
	f = node_report(l, d->node, &F_DEVICE_ABSENT, "device %s: %s", d->name, what);
	finding_fix(l->diag, f, "attach it or correct the name; to check the layout without it, add its `size`");
}

static const char *size_text(struct arena *arena, uint64_t sectors)
{
	struct strbuf b = STRBUF_INIT;
	const char *text;

	size_format(&b, sectors * 512);
	text = arena_strdup(arena, strbuf_str(&b));
	strbuf_release(&b);
	return text;
}

static void known_size(struct layout *l, struct device *d, const struct node *size, uint64_t bytes,
		       bool file)
{
	uint64_t sectors = bytes / 512;

	if (size && sectors < d->blk.nr_sectors && !(file && !bytes)) {
		node_report(l, size, &F_DEVICE_SIZE, "device %s: the layout says %s, and %s has %s", d->name,
			    size_text(l->arena, d->blk.nr_sectors), d->blk.word, size_text(l->arena, sectors));
		return;
	}
	if (!size)
		d->blk.nr_sectors = sectors;
	d->blk.flags |= BLKDEV_SIZE_KNOWN;
}

static void use_path(struct layout *l, struct device *d, const struct node *size, const char *path)
{
	struct stat st;
	uint64_t sectors;

	d->path = path;
	d->blk.priv = (void *)path;
	if (stat(path, &st)) {
		absent(l, d, size, arena_printf(l->arena, "%s: %s", path, strerror(errno)));
		return;
	}
	if (S_ISBLK(st.st_mode)) {
		block_device_facts(d, st.st_rdev);
		if (sysfs_u64(st.st_rdev, "size", &sectors))
			known_size(l, d, size, sectors * 512, false);
	} else if (S_ISREG(st.st_mode)) {
		d->blk.flags |= BLKDEV_LIMITS_KNOWN | BLKDEV_DISCARD;
		known_size(l, d, size, (uint64_t)st.st_size, true);
	} else {
		d->blk.flags |= BLKDEV_NOT_BLOCK;
		return;
	}
	d->blk.read = device_read;
}

/* ---- selectors ---- */

static const char *const blkid_tags[] = {
	[SELECT_UUID] = "UUID",
	[SELECT_PARTUUID] = "PARTUUID",
	[SELECT_LABEL] = "LABEL",
	[SELECT_PARTLABEL] = "PARTLABEL",
};

struct matches {
	struct arena *arena;
	struct strbuf names;
	const char *first;
	size_t nr;
};

static void add_match(struct matches *m, const char *path)
{
	if (!m->nr++)
		m->first = arena_strdup(m->arena, path);
	strbuf_addf(&m->names, "%s%s", m->names.len ? ", " : "", path);
}

static void find_by_tag(struct matches *m, const char *tag, const char *value)
{
	blkid_dev_iterate iter;
	blkid_cache cache;
	blkid_dev dev;

	/* No cache file: a stale one would name devices that are gone. */
	if (blkid_get_cache(&cache, "/dev/null"))
		return;
	blkid_probe_all(cache);
	iter = blkid_dev_iterate_begin(cache);
	blkid_dev_set_search(iter, tag, value);
	while (!blkid_dev_next(iter, &dev))
		if (blkid_verify(cache, dev))
			add_match(m, blkid_dev_devname(dev));
	blkid_dev_iterate_end(iter);
	blkid_put_cache(cache);
}

/* "wwn-0x5000…" and "0x5000…" and "naa.5000…" are the same name. */
static const char *bare_wwn(const char *s)
{
	static const char *const prefixes[] = {"wwn-", "0x", "naa.", "eui.", "nvme.", "t10.", NULL};

	for (const char *const *p = prefixes; *p; p++)
		if (!strncasecmp(s, *p, strlen(*p)))
			s += strlen(*p);
	return s;
}

static bool disk_matches(dev_t dev, enum selector selector, const char *value)
{
	static const char *const serial_files[] = {"device/serial", "serial", NULL};
	static const char *const wwn_files[] = {"wwid", "device/wwid", "device/wwn", NULL};
	const char *const *files = selector == SELECT_SERIAL ? serial_files : wwn_files;
	char text[256];

	for (; *files; files++) {
		char *s = text;

		if (!sysfs_text(dev, *files, text, sizeof(text)))
			continue;
		while (*s == ' ')
			s++;
		s[strcspn(s, " ")] = '\0';
		if (selector == SELECT_SERIAL ? !strcmp(s, value) : !strcasecmp(bare_wwn(s), bare_wwn(value)))
			return true;
	}
	return false;
}

static void find_by_sysfs(struct matches *m, enum selector selector, const char *value)
{
	DIR *dir = opendir("/sys/block");
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		char path[PATH_MAX];
		struct stat st;

		if (*e->d_name == '.')
			continue;
		snprintf(path, sizeof(path), "/dev/%s", e->d_name);
		if (!stat(path, &st) && S_ISBLK(st.st_mode) && disk_matches(st.st_rdev, selector, value))
			add_match(m, path);
	}
	if (dir)
		closedir(dir);
}

static void use_match(struct layout *l, struct device *d, const struct node *size)
{
	static const char *const names[] = {"path", "file", "dev", "uuid", "partuuid", "label",
					    "partlabel", "serial", "wwn"};
	struct matches m = {.arena = l->arena};

	if (d->selector == SELECT_SERIAL || d->selector == SELECT_WWN)
		find_by_sysfs(&m, d->selector, d->value);
	else
		find_by_tag(&m, blkid_tags[d->selector], d->value);
	if (m.nr == 1) {
		d->blk.word = m.first;
		use_path(l, d, size, m.first);
	} else if (!m.nr) {
		absent(l, d, size, arena_printf(l->arena, "nothing has the %s %s", names[d->selector], d->value));
	} else {
		d->blk.flags |= BLKDEV_ABSENT;
		node_report(l, d->node, &F_DEVICE_AMBIGUOUS, "device %s: %zu devices have the %s %s: %s", d->name,
			    m.nr, names[d->selector], d->value, strbuf_str(&m.names));
	}
	strbuf_release(&m.names);
}

/* "8:0": the number itself is the word; its node is found through sysfs. */
static void use_number(struct layout *l, struct device *d, const struct node *size)
{
	char uevent[64];
	dev_t dev;
	uint64_t sectors;

	if (!dev_parse(d->value, &dev)) {
		node_report(l, d->node, &F_SELECTOR, "device %s: dev is MAJOR:MINOR, as \"8:0\"", d->name);
		return;
	}
	if (!sysfs_u64(dev, "size", &sectors)) {
		absent(l, d, size, arena_printf(l->arena, "no block device %s", d->value));
		return;
	}
	block_device_facts(d, dev);
	known_size(l, d, size, sectors * 512, false);
	if (sysfs_text(dev, "dm/name", uevent, sizeof(uevent)))
		return;
	d->blk.priv = arena_printf(l->arena, "/dev/block/%s", d->value);
	d->blk.read = device_read;
}

/* A layout's image files are relative to the layout, not to where dmc was started. */
static const char *file_path(struct layout *l, const char *value)
{
	return *value == '/' || !l->dir ? value : arena_printf(l->arena, "%s/%s", l->dir, value);
}

void device_lookup(struct layout *l, struct device *d, const struct node *size)
{
	switch (d->selector) {
	case SELECT_PATH:
		use_path(l, d, size, d->value);
		break;
	case SELECT_FILE:
		use_path(l, d, size, file_path(l, d->value));
		break;
	case SELECT_DEV:
		use_number(l, d, size);
		break;
	default:
		use_match(l, d, size);
	}
}
