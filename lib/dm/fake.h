/*
 * A device-mapper in memory that behaves as recorded kernels do, so that plans are tried
 * without root.
 *
 * The core's behaviour is its own (drivers/md/dm-ioctl.c, dm.c, dm-table.c): slots, suspend
 * and resume, names, uuids, minors, events, open counts, deferred removal, messages to the
 * core, flags, what goes to the log. What targets say to a line, which devices they open
 * and what they need of them comes from their descriptors (lib/target), of one kernel; a
 * hook can add to that. No I/O, no uevents, no dm-stats (@stats_…), and nothing sleeps:
 * DM_DEV_WAIT fails with -EINTR where the kernel would wait.
 */
#ifndef DM_FAKE_H
#define DM_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/strbuf.h"
#include "dm/dm.h"
#include "kernel/kernel.h"
#include "target/target.h"

struct dm_fake;

struct dm_fake_options {
	const struct target_list *targets;   /* never NULL */
	const struct kernel_profile *kernel; /* NULL: kernel_default() */
	unsigned major;                      /* 0: 254 */

	/* What else a constructor says at load: 0, or -errno and its reason. NULL: nothing. */
	int (*load)(void *priv, const char *name, const struct dm_line *line, const char **reason);
	/*
	 * What a target says to a message: 0, -errno, or 1 after adding an answer. NULL: 0 to
	 * messages that its descriptor lists, -EINVAL to others.
	 */
	int (*message)(void *priv, const char *name, const struct dm_line *line,
		       const char *message, struct strbuf *answer);
	/* Adds the status of a line. NULL: every status is empty. */
	void (*status)(void *priv, const char *name, const struct dm_line *line, struct strbuf *out);
	void *priv;
};

struct dm_fake *dm_fake_new(const struct dm_fake_options *o);
void dm_fake_free(struct dm_fake *f);

/* Takes requests; owned by the fake: dm_backend_free() of it does nothing. */
struct dm_backend *dm_fake_backend(struct dm_fake *f);

/*
 * A block device that tables may name by `path` (NULL: none) or by number. Again for one
 * that is there: a new size.
 */
void dm_fake_add_disk(struct dm_fake *f, const char *path, dev_t dev, uint64_t nr_sectors);

/* Of a disk; 512 when not set. */
void dm_fake_set_block_size(struct dm_fake *f, dev_t dev, uint32_t bytes);

/*
 * Opens a disk or a dm device by number: 0, -ENXIO, -EBUSY. An exclusive opening keeps
 * tables off it, and is refused where a table has it.
 */
int dm_fake_open(struct dm_fake *f, dev_t dev, bool exclusive);
void dm_fake_close(struct dm_fake *f, dev_t dev, bool exclusive);

/* Sectors of a dm device or disk now; 0 where there is none. */
uint64_t dm_fake_sectors(const struct dm_fake *f, dev_t dev);

/* Whether the block device (/dev/dm-N) exists: from the first load on. */
bool dm_fake_has_node(const struct dm_fake *f, dev_t dev);

/* A target of the device raises an event. */
void dm_fake_event(struct dm_fake *f, const char *name);

/*
 * DM_DEV_SUSPEND_CMD is two requests; here that number means suspend and this one resume.
 */
#define DM_FAKE_RESUME 32

/*
 * The `nth` (from 1) request `cmd` from now on about device `name` (NULL: any) fails with
 * `error` (-errno) instead of being done. A resume fails as a swap does: its inactive
 * table is gone and the device stays suspended with the old one.
 */
void dm_fake_fail(struct dm_fake *f, unsigned cmd, const char *name, unsigned nth, int error);

/* The kernel's log since the last call; lines end in '\n'. Holds until the next call. */
const char *dm_fake_log(struct dm_fake *f);

/* How many requests `cmd` have come so far. */
size_t dm_fake_requests(const struct dm_fake *f, unsigned cmd);

/*
 * `nr` running devices PREFIX0, PREFIX1, …, each of one linear line on `dev`, with uuid
 * UUID0, … (`uuid` NULL: none). 0, or the first request's error.
 */
int dm_fake_populate(struct dm_fake *f, size_t nr, const char *prefix, const char *uuid, dev_t dev);

#endif
