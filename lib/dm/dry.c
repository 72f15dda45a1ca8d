#include "dm/dry.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

#define LAST_MINOR 1048575
#define DRY_MAJOR  254

struct dry {
	struct dm_backend backend;
	struct dm_backend *inner;
	unsigned next_minor;
};

static int submit(struct dm_backend *b, unsigned cmd, struct dm_ioctl *io)
{
	struct dry *d = (struct dry *)b;

	switch (cmd) {
	case DM_DEV_CREATE_CMD:
		/* As the kernel encodes a dev_t: new_encode_dev(), include/linux/kdev_t.h. */
		io->dev = (d->next_minor & 0xff) | DRY_MAJOR << 8 | (uint64_t)(d->next_minor & ~0xffu) << 12;
		d->next_minor--;
		/* fall through */
	case DM_TABLE_LOAD_CMD:
	case DM_TABLE_CLEAR_CMD:
	case DM_DEV_SUSPEND_CMD:
	case DM_DEV_RENAME_CMD:
	case DM_DEV_REMOVE_CMD:
	case DM_TARGET_MSG_CMD:
		io->data_size = sizeof(*io);
		return 0;
	default:
		return d->inner->submit(d->inner, cmd, io);
	}
}

static void dry_free(struct dm_backend *b)
{
	struct dry *d = (struct dry *)b;

	dm_backend_free(d->inner);
	free(d);
}

struct dm_backend *dm_dry_new(struct dm_backend *inner)
{
	struct dry *d = mem_calloc(1, sizeof(*d));

	d->backend = (struct dm_backend){submit, dry_free};
	d->inner = inner;
	d->next_minor = LAST_MINOR;
	return &d->backend;
}
