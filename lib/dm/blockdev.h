/*
 * Block devices that are not device-mapper's: what sysfs and /dev/disk tell about a number.
 */
#ifndef DM_BLOCKDEV_H
#define DM_BLOCKDEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"

struct blockdev {
	dev_t dev;
	const char *name;         /* the kernel's: "sda1", "loop0"; NULL: it has gone */
	uint64_t nr_sectors;
	const char *backing_file; /* of a loop device, as its maker saw it; NULL: none */
	bool whole_file;          /* and it has the whole file, not a part of it */
	const char **links;       /* names that stay, under /dev/disk; the best one first */
	size_t nr_links;
};

/* Where to look; for tests. */
struct blockdev_roots {
	const char *sys, *dev; /* NULL: /sys, /dev */
};

/* Everything but links. `roots` may be NULL. */
void blockdev_read(dev_t dev, struct arena *arena, const struct blockdev_roots *roots, struct blockdev *ret);

/* The links of `nr` devices, in one look at /dev/disk. */
void blockdev_read_links(struct blockdev *v, size_t nr, struct arena *arena, const struct blockdev_roots *roots);

/* The first line of a file of sysfs. */
bool sysfs_line(const char *path, char *buf, size_t size);

#endif
