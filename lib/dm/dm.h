/*
 * Device-mapper as calls: one function per request of linux/dm-ioctl.h, over any back end.
 *
 * Every function returns 0 or the kernel's own -errno, untouched; none prints, none waits
 * but dm_wait() and those that wait for udev (nodes.h). `ret_…` and `info` are written on
 * success only; `info` may be NULL wherever it is an argument. Errors that any of them can
 * give beside those named:
 *
 *	-EACCES        no CAP_SYS_ADMIN
 *	-ENXIO         no such device
 *	-EINVAL        an id that is not exactly one of name, uuid and number
 *	-ENAMETOOLONG  ours: a name over 127 bytes (mangled), a uuid over 128, a target's name
 *	               over 15
 *	-E2BIG         ours: a request or an answer over 1 GiB, the kernel's limit
 *	-EBADMSG       ours: the answer does not hold together; nothing of it was used
 *
 * Names are as people write them; on the way to the kernel they are mangled and on the way
 * back unmangled, as libdevmapper does (base/dm_name.h), so that both see the same devices.
 * Numbers of sectors are of 512 bytes. Requests send version 4.0.0, which every kernel with
 * this interface takes.
 */
#ifndef DM_DM_H
#define DM_DM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/dm_name.h"
#include "base/secret.h"
#include "dm/backend.h"

struct dm;
struct dm_nodes;

struct dm_options {
	enum dm_mangling mangling; /* 0: DM_MANGLE_AUTO */
	struct dm_nodes *nodes;    /* keeps /dev/mapper; NULL: nobody does (fakes). Not owned */
};

/*
 * `backend` becomes the object's own. `o` may be NULL. Sends nothing. Not for use by two
 * threads at once.
 */
struct dm *dm_new(struct dm_backend *backend, const struct dm_options *o);
void dm_free(struct dm *dm);

/* Which device: exactly one is set. */
struct dm_id {
	const char *name, *uuid;
	dev_t dev; /* 0: not by number */
};

static inline struct dm_id dm_by_name(const char *name)
{
	return (struct dm_id){.name = name};
}

static inline struct dm_id dm_by_uuid(const char *uuid)
{
	return (struct dm_id){.uuid = uuid};
}

static inline struct dm_id dm_by_dev(dev_t dev)
{
	return (struct dm_id){.dev = dev};
}

/*
 * What the kernel says about a device in the answer to every request about it. After
 * dm_rename() and dm_set_uuid() name and uuid are still the old ones; after dm_remove()
 * the rest is empty.
 */
struct dm_info {
	char name[DM_NAME_LEN];
	char uuid[DM_UUID_LEN]; /* "" for none */
	dev_t dev;
	int32_t open_count;
	uint32_t event_nr;
	uint32_t nr_targets;    /* of the live table, or of the one asked about */
	bool suspended, live_table, inactive_table, read_only, deferred_remove;
	bool internal_suspended;
	bool uevent;            /* a uevent went out for this request */
	uint32_t flags;         /* DM_…_FLAG, all of them */
};

/* A line of a table, or of a status: then `params` is the status text. */
struct dm_line {
	uint64_t start_sectors, nr_sectors;
	const char *target;
	const char *params;
};

struct dm_lines {
	struct dm_line *v;
	size_t nr;
};

enum dm_flags {
	DM_READ_ONLY = 1 << 0,    /* load */
	DM_SECURE = 1 << 1,       /* load, message: wiped by us and by the kernel after use */
	DM_NOFLUSH = 1 << 2,      /* suspend, resume; status: do not commit a thin pool */
	DM_SKIP_LOCKFS = 1 << 3,  /* suspend, resume: do not freeze a filesystem */
	DM_DEFERRED = 1 << 4,     /* remove: when the last user closes it */
	DM_INACTIVE = 1 << 5,     /* info, table, status, deps: of the inactive table */
};

/* The interface's version, {4, 48, 0}. */
int dm_version(struct dm *dm, uint32_t ret_version[3]);

struct dm_name {
	const char *name;
	const char *uuid; /* "" for none */
	dev_t dev;
	uint32_t event_nr; /* 0 where the kernel does not tell (before 4.38.0) */
};

struct dm_names {
	struct dm_name *v;
	size_t nr;
};

/* All devices in the kernel's order; strings and array live in `arena`. */
int dm_list(struct dm *dm, struct arena *arena, struct dm_names *ret_names);

/*
 * `uuid` may be NULL or "". `minor` -1 takes the next free one.
 *	-EBUSY   name or uuid in use
 *	-ENXIO   minor in use
 *	-EINVAL  name empty, "control", ".", "..", or with '/'; minor out of range
 * Before interface 4.48.0 the kernel takes "control", "." and "..".
 */
int dm_create(struct dm *dm, const char *name, const char *uuid, int minor, struct dm_info *info);

/*
 * Puts a table into the inactive slot, over one that is there. DM_READ_ONLY, DM_SECURE.
 * The limits of a first table are checked here; of a later one only by dm_resume().
 *	-EINVAL  the constructor objects, no lines, gap, immutable target, other queue type
 *	-EBUSY   a device under it is held exclusively
 *	any      what constructors return: -ENOENT, -ENOMEM, -EOPNOTSUPP, …
 * After an error the inactive table is what it was. kmsg.h has the kernel's reason.
 */
int dm_load(struct dm *dm, struct dm_id id, const struct dm_line *lines, size_t nr, unsigned flags,
	    struct dm_info *info);

/* Drops the inactive table; fine where there is none. */
int dm_clear(struct dm *dm, struct dm_id id, struct dm_info *info);

/* DM_NOFLUSH, DM_SKIP_LOCKFS. Fine where it is suspended already. */
int dm_suspend(struct dm *dm, struct dm_id id, unsigned flags, struct dm_info *info);

/*
 * Makes an inactive table live (suspending first, with `flags` as of dm_suspend()) and
 * lets I/O go on. Fine where it runs already.
 *	-EINVAL  suspended and no table; or the new table's limits do not fit
 *	-EAGAIN  a crypt line without its key
 * After an error with an inactive table that table is GONE, and the device SUSPENDED with
 * its old one: a second dm_resume() lets the old one run again.
 */
int dm_resume(struct dm *dm, struct dm_id id, unsigned flags, struct dm_info *info);

/*
 * Raises the event number.
 *	-EBUSY   in use, even by itself
 *	-EINVAL  as in dm_create()
 */
int dm_rename(struct dm *dm, const char *name, const char *new_name, struct dm_info *info);

/* Once only: -EINVAL where it has one. -EBUSY: in use. */
int dm_set_uuid(struct dm *dm, const char *name, const char *uuid, struct dm_info *info);

/* DM_DEFERRED: 0 also while open. Else -EBUSY while open. */
int dm_remove(struct dm *dm, struct dm_id id, unsigned flags, struct dm_info *info);

/* DM_INACTIVE counts the inactive table's lines and tells whether that is read-only. */
int dm_info(struct dm *dm, struct dm_id id, unsigned flags, struct dm_info *info);

/*
 * The table as the kernel prints it, or the status; no lines where there is no table.
 * Lines live in `arena`, parameters of dm_table() (which can hold keys) in `secrets`, or
 * in `arena` where that is NULL. DM_INACTIVE, DM_NOFLUSH.
 */
int dm_table(struct dm *dm, struct dm_id id, unsigned flags, struct arena *arena,
	     struct secrets *secrets, struct dm_lines *ret_lines, struct dm_info *info);
int dm_status(struct dm *dm, struct dm_id id, unsigned flags, struct arena *arena,
	      struct dm_lines *ret_lines, struct dm_info *info);

struct dm_devs {
	dev_t *v;
	size_t nr;
};

/* The devices that a table has open, each once. DM_INACTIVE. */
int dm_deps(struct dm *dm, struct dm_id id, unsigned flags, struct arena *arena,
	    struct dm_devs *ret_devs, struct dm_info *info);

/*
 * A message to the line at `sector`, or to the core where it begins with '@'.
 * *ret_answer is NULL where the target says nothing; it may be NULL itself. DM_SECURE.
 *	-EINVAL  no table, sector outside, target without messages, unknown message
 *	any      what the target returns
 */
int dm_message(struct dm *dm, struct dm_id id, uint64_t sector, const char *message,
	       unsigned flags, struct arena *arena, const char **ret_answer);

/*
 * Sleeps until the event number differs from `event_nr`, or the device is removed
 * (-ENXIO from then on). -EINTR: a signal came.
 */
int dm_wait(struct dm *dm, struct dm_id id, uint32_t event_nr, struct dm_info *info);

struct dm_target_version {
	const char *name;
	uint32_t version[3];
};

struct dm_versions {
	struct dm_target_version *v;
	size_t nr;
};

/* The targets that are loaded now. */
int dm_list_versions(struct dm *dm, struct arena *arena, struct dm_versions *ret_versions);

/*
 * One target's, its module loaded for it. Kernels before 4.41.0 do not know the request;
 * there the loaded ones are searched. -EINVAL: this kernel has no such target (not loaded).
 */
int dm_get_target_version(struct dm *dm, const char *target, uint32_t ret_version[3]);

/* "DM_TABLE_LOAD" …; "DM_?" where there is none. */
const char *dm_cmd_name(unsigned cmd);

#endif
