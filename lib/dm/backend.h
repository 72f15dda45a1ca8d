/*
 * The seam between us and device-mapper: one function.
 *
 * A back end takes one request as ioctl(2) on /dev/mapper/control does and answers in the
 * same memory. There are three: the kernel (kernel.h), a kernel in memory for tests
 * (fake.h), and a recorder that wraps another one (record.h).
 */
#ifndef DM_BACKEND_H
#define DM_BACKEND_H

#include <linux/dm-ioctl.h>

struct dm_backend {
	/*
	 * `cmd` is DM_DEV_CREATE_CMD …; `io` stands at the start of io->data_size bytes, at
	 * least sizeof(*io), aligned for it. 0, or the kernel's -errno; then only
	 * io->version is the kernel's. An answer that does not fit sets DM_BUFFER_FULL_FLAG
	 * and is 0. io->data_size comes back as the answer's size.
	 */
	int (*submit)(struct dm_backend *b, unsigned cmd, struct dm_ioctl *io);
	void (*free)(struct dm_backend *b);
};

/* NULL is fine. */
static inline void dm_backend_free(struct dm_backend *b)
{
	if (b)
		b->free(b);
}

#endif
