/*
 * Blocks of metadata devices and images: read, and a few of them written.
 *
 * Reads are whole: an offset and a length that are multiples of BLK_SIZE, into memory aligned to
 * it (blk_buffer()). So a block device can be read past the page cache, as it must be: the kernel's
 * metadata code writes beneath that cache, and what udev read there a while ago may be stale.
 *
 * Files are read, not mapped. A file that shrinks or a bad sector under a mapping ends the program
 * with SIGBUS; a read that comes back short is an error of that one read (-ENODATA, -EIO), and the
 * caller reports it and goes on. Read in runs, the copy costs less than the checksum.
 */
#ifndef BLK_BLK_H
#define BLK_BLK_H

#include <stddef.h>
#include <stdint.h>

#include "diag/diag.h"

#define BLK_SIZE 4096u

enum blk_flags {
	BLK_EXCLUSIVE = 1, /* refuse a block device that is in use: its metadata would change meanwhile */
	BLK_WRITE = 2,     /* allow blk_write(); wants BLK_EXCLUSIVE, too */
};

struct blk {
	const char *name;
	uint64_t size; /* bytes, as found when opened */
	int (*read)(const struct blk *b, uint64_t offset, void *buf, size_t len);
	int fd;
	const uint8_t *bytes; /* of blk_memory() */
};

/*
 * Opens a regular file or block device. `name` must outlive the source. Returns 0, or -errno
 * after a finding: -ENOENT, -EACCES …, -EBUSY (BLK_EXCLUSIVE), -EINVAL (neither file nor block
 * device).
 */
int blk_open(struct blk *b, const char *name, unsigned flags, struct diag *d);

/* Bytes in memory, which must outlive the source. */
void blk_memory(struct blk *b, const char *name, const void *bytes, uint64_t size);

void blk_close(struct blk *b);

/*
 * May be called by several threads at a time. Returns 0, -ENODATA where the source ends before,
 * or -errno of the device.
 */
static inline int blk_read(const struct blk *b, uint64_t offset, void *buf, size_t len)
{
	return b->read(b, offset, buf, len);
}

/* Writes with the same rules and waits until the device has it. -EBADF without BLK_WRITE. */
int blk_write(const struct blk *b, uint64_t offset, const void *buf, size_t len);

/* Memory for both; the caller frees it with free(3). */
void *blk_buffer(size_t len);

/* Every kind of finding of this folder, NULL-terminated. */
extern const struct finding_kind *const blk_findings[];

#endif
