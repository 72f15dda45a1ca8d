#include "blk/blk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

static const struct finding_kind F_ABSENT = {
	"blk.cannot-open", SEV_ERROR, BY_DEVICE, "a device or file cannot be opened",
	"It is not there, or the permissions do not allow it.", NULL,
	"Correct the path; block devices want root.",
};

static const struct finding_kind F_BUSY = {
	"blk.in-use", SEV_ERROR, BY_BUSY, "a device is in use",
	"The kernel has claimed it: a pool or cache that uses this metadata is active, or it is mounted. "
	"What is read from metadata that changes meanwhile makes no sense.",
	NULL, "Deactivate what uses it, or read a metadata snapshot of a thin pool (-m).",
};

static const struct finding_kind F_KIND = {
	"blk.no-file-or-device", SEV_ERROR, BY_DEVICE, "neither a regular file nor a block device",
	"Metadata lies on a block device or in an image of one.", NULL, "Name the device or the image.",
};

const struct finding_kind *const blk_findings[] = {&F_ABSENT, &F_BUSY, &F_KIND, NULL};

static int read_fd(const struct blk *b, uint64_t offset, void *buf, size_t len)
{
	char *to = buf;

	while (len) {
		ssize_t n = pread(b->fd, to, len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return -ENODATA;
		to += n;
		offset += (size_t)n;
		len -= (size_t)n;
	}
	return 0;
}

static int read_memory(const struct blk *b, uint64_t offset, void *buf, size_t len)
{
	if (offset > b->size || len > b->size - offset)
		return -ENODATA;
	memcpy(buf, b->bytes + offset, len);
	return 0;
}

int blk_write(const struct blk *b, uint64_t offset, const void *buf, size_t len)
{
	const char *from = buf;

	while (len) {
		ssize_t n = pwrite(b->fd, from, len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		from += n;
		offset += (size_t)n;
		len -= (size_t)n;
	}
	return fsync(b->fd) ? -errno : 0;
}

/* Past the page cache where the device can. */
static int open_device(struct blk *b, unsigned flags)
{
	int how = O_CLOEXEC | (flags & BLK_WRITE ? O_RDWR : O_RDONLY) | (flags & BLK_EXCLUSIVE ? O_EXCL : 0);

	b->fd = open(b->name, how | O_DIRECT);
	if (b->fd < 0 && errno == EINVAL)
		b->fd = open(b->name, how);
	if (b->fd < 0)
		return -errno;
	return ioctl(b->fd, BLKGETSIZE64, &b->size) ? -errno : 0;
}

static int open_any(struct blk *b, unsigned flags)
{
	struct stat st;

	if (stat(b->name, &st))
		return -errno;
	if (S_ISBLK(st.st_mode))
		return open_device(b, flags);
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	b->fd = open(b->name, O_CLOEXEC | (flags & BLK_WRITE ? O_RDWR : O_RDONLY));
	if (b->fd < 0)
		return -errno;
	b->size = (uint64_t)st.st_size;
	return 0;
}

int blk_open(struct blk *b, const char *name, unsigned flags, struct diag *d)
{
	int r;

	*b = (struct blk){.name = name, .read = read_fd, .fd = -1};
	r = open_any(b, flags);
	if (!r)
		return 0;
	blk_close(b);
	if (r == -EBUSY)
		diag_add(d, &F_BUSY, (struct span){0}, "%s is in use", name);
	else if (r == -EINVAL)
		diag_add(d, &F_KIND, (struct span){0}, "%s is neither a regular file nor a block device", name);
	else
		diag_add(d, &F_ABSENT, (struct span){0}, "cannot open %s: %s", name, strerror(-r));
	return r;
}

void blk_memory(struct blk *b, const char *name, const void *bytes, uint64_t size)
{
	*b = (struct blk){.name = name, .size = size, .read = read_memory, .fd = -1, .bytes = bytes};
}

void blk_close(struct blk *b)
{
	if (b->fd >= 0)
		close(b->fd);
	b->fd = -1;
}

void *blk_buffer(size_t len)
{
	return mem_alloc_aligned(BLK_SIZE, len);
}
