/*
 * A block device as a target sees it, and a reference to one from a table line.
 *
 * Filled in by lib/layout from an image file, a disk or another volume. What is not
 * known (an absent disk in CI) stays unknown, and rules that need it stay silent.
 */
#ifndef TARGET_BLKDEV_H
#define TARGET_BLKDEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct blkdev_blank;
struct table;

enum blkdev_flags {
	BLKDEV_SIZE_KNOWN = 1 << 0,
	BLKDEV_LIMITS_KNOWN = 1 << 1, /* block sizes and the flags below were read or given */
	BLKDEV_READ_ONLY = 1 << 2,
	BLKDEV_ZONED = 1 << 3,
	BLKDEV_DAX = 1 << 4,
	BLKDEV_DISCARD = 1 << 5,
	BLKDEV_ABSENT = 1 << 7,       /* looked for and not found */
	BLKDEV_NOT_BLOCK = 1 << 8,    /* found, and neither a block device nor an image file */
	BLKDEV_SCSI = 1 << 9,         /* can have a hardware handler */
	BLKDEV_BIO_BASED = 1 << 10,   /* takes bios alone (a partition, a volume): no requests of multipath */
};

struct blkdev {
	const char *word;             /* on a table line: a path or MAJOR:MINOR */
	const char *name;             /* in the layout, for messages */
	uint64_t nr_sectors;          /* size, with BLKDEV_SIZE_KNOWN */
	uint64_t zone_sectors;        /* with BLKDEV_ZONED; 0: not known */
	uint32_t logical_block_size;  /* bytes; 512 where nothing is known */
	uint32_t physical_block_size;
	unsigned flags;               /* enum blkdev_flags */
	const struct table *table;    /* of a device-mapper device of the layout, else NULL */

	/*
	 * Reads `len` bytes at byte `off`: 0, or -EOPNOTSUPP where the content cannot be
	 * known without running the stack, -EIO, -ERANGE past the end. NULL: unreadable.
	 */
	int (*read)(const struct blkdev *dev, uint64_t off, void *buf, size_t len);
	void *priv;

	/* What will have been zeroed before the device is used: blkdev_read() shows zeroes. */
	const struct blkdev_blank *blanks;
};

struct blkdev_blank {
	uint64_t off, len; /* bytes */
	const struct blkdev_blank *next;
};

/* A device word of a line, with the start word behind it where the target has one. */
struct devref {
	const struct blkdev *dev;  /* NULL: none given ("-") */
	uint64_t start_sectors;
	uint64_t nr_sectors;       /* of a slice or a map with a size; 0: to the device's end */
};

static inline bool blkdev_size_known(const struct blkdev *dev)
{
	return dev && (dev->flags & BLKDEV_SIZE_KNOWN);
}

/* Sectors that may be used behind the reference's start; UINT64_MAX: not known. */
uint64_t devref_sectors(const struct devref *ref);

/* dev->read() where there is one; -EOPNOTSUPP otherwise. */
int blkdev_read(const struct blkdev *dev, uint64_t off, void *buf, size_t len);

/* True where both are the same device: the same object or the same word. */
bool blkdev_same(const struct blkdev *a, const struct blkdev *b);

#endif
