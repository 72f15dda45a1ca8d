/*
 * A device-mapper in memory that behaves as recorded kernels do, so that plans are tried
 * without root.
 *
 * It has the core's behaviour (drivers/md/dm-ioctl.c, dm.c, dm-table.c): slots, suspend and
 * resume, names, uuids, minors, events, deferred removal, messages to the core, flags. Of
 * the targets it knows only what the core sees: the devices a line opens and the sectors it
 * needs of them, whether the type is immutable, singleton or request-based. What a target's
 * constructor would say comes from a hook.
 */
#ifndef DM_FAKE_H
#define DM_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/strbuf.h"
#include "dm/dm.h"

struct dm_fake;

struct dm_fake_options {
	uint32_t version[3];     /* of the interface; zeroes: 4.48.0 */
	unsigned major;          /* 0: 254 */
	/*
	 * What the constructor of a line says at load: 0 or -errno; may be NULL. Lines that
	 * the fake itself refuses do not get there.
	 */
	int (*load)(void *priv, const char *name, const struct dm_line *line);
	/* What a target says to a message: 0, -errno, or 1 with an answer in `answer`. */
	int (*message)(void *priv, const char *name, const struct dm_line *line,
		       const char *message, char *answer, size_t size);
	/* Status of a line into `out`; NULL: every status is empty. */
	void (*status)(void *priv, const char *name, const struct dm_line *line, struct strbuf *out);
	void *priv;
};

/* `o` may be NULL. */
struct dm_fake *dm_fake_new(const struct dm_fake_options *o);
void dm_fake_free(struct dm_fake *f);

/* Its requests; owned by the fake, dm_backend_free() of it does nothing. */
struct dm_backend *dm_fake_backend(struct dm_fake *f);

/*
 * A block device that tables may name by `path` (NULL: none) or by number. Changing the
 * size of one that is there is fine.
 */
void dm_fake_add_disk(struct dm_fake *f, const char *path, dev_t dev, uint64_t nr_sectors);

/*
 * Opens a disk or a dm device by number: 0, -ENXIO, -EBUSY. An exclusive one keeps tables
 * off it, and is refused where a table has it.
 */
int dm_fake_open(struct dm_fake *f, dev_t dev, bool exclusive);
void dm_fake_close(struct dm_fake *f, dev_t dev, bool exclusive);

/* Sectors of a dm device or disk now; 0 where there is none. */
uint64_t dm_fake_sectors(const struct dm_fake *f, dev_t dev);

/* Whether the block device (/dev/dm-N) exists: from the first load on. */
bool dm_fake_has_node(const struct dm_fake *f, dev_t dev);

/* A target raises an event. */
void dm_fake_event(struct dm_fake *f, const char *name);

/*
 * The `nth` (from 1) request `cmd` from now on about device `name` (NULL: any) fails with
 * `error` (-errno) instead of being done. A resume fails as a swap does: its inactive
 * table is dropped and the device stays suspended with the old one.
 */
void dm_fake_fail(struct dm_fake *f, unsigned cmd, const char *name, unsigned nth, int error);

/* The kernel's log since the last call; lines end in '\n'. Holds until the next request. */
const char *dm_fake_log(struct dm_fake *f);

/* Requests so far, `cmd` only or all (-1). */
size_t dm_fake_requests(const struct dm_fake *f, int cmd);

/* `nr` running devices "PREFIX0", … of one linear line on `dev`, with uuid "UUID0", …. */
void dm_fake_populate(struct dm_fake *f, size_t nr, const char *prefix, const char *uuid, dev_t dev);

#endif
