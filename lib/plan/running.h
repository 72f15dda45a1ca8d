/*
 * What runs: the device-mapper devices of a kernel, or of a state file that
 * `dmc status --format json` wrote.
 *
 * The list is read at once; tables, status and dependencies of a device only when they are
 * asked for, so that ten thousand devices that do not matter cost one request. Tables can
 * hold keys: `arena` is a secret one (base/arena.h) and everything lives in it.
 */
#ifndef PLAN_RUNNING_H
#define PLAN_RUNNING_H

#include <sys/types.h>

#include "base/devno.h"
#include "base/strmap.h"
#include "base/vec.h"
#include "dm/blockdev.h"
#include "dm/dm.h"
#include "kernel/kernel.h"

struct plan_change;

struct running_device {
	const char *name, *uuid; /* uuid NULL: none */
	dev_t dev;
	uint32_t event_nr;
	int32_t open_count;
	bool suspended, live, inactive, read_only, deferred_remove;
	bool known;              /* what follows and the flags above were read */
	struct dm_lines table;   /* the live one */
	struct dm_lines status;  /* as many lines, where it was asked for */
	struct dm_devs deps;
	struct plan_change *change; /* what a plan does to it; NULL: nothing */
	int32_t own_holders;     /* devices on it that the plan removes, too */
};

struct running {
	struct arena *arena;
	struct dm *dm;                       /* NULL: from a file */
	const struct kernel_profile *kernel; /* the known one that is nearest */
	const char *release;                 /* of the kernel, "6.12.117" */
	VEC(struct running_device *) devices; /* by name */
	VEC(struct blockdev) underneath;     /* what they stand on and is not device-mapper's */
	struct strmap by_name, by_uuid, by_dev;
};

/*
 * Reads the list. `dm` must outlive *ret. Returns 0 or the kernel's -errno after a finding;
 * release in every case.
 */
int running_read(struct running *ret, struct dm *dm, struct arena *arena, struct diag *diag);

/* The state in a file; -EINVAL after findings with their place. */
int running_parse(struct running *ret, const struct source *src, struct arena *arena,
		  struct diag *diag);

void running_release(struct running *r);

/* NULL where there is none. */
struct running_device *running_by_name(const struct running *r, const char *name);
struct running_device *running_by_uuid(const struct running *r, const char *uuid);
struct running_device *running_by_dev(const struct running *r, dev_t dev);

/*
 * Reads flags, live table and dependencies of a device, once. 0; -ENXIO when it has gone
 * meanwhile, or another -errno of the kernel, both after a finding.
 */
int running_know(struct running *r, struct running_device *d, struct diag *diag);

/* The same with its status, which is read anew each time. DM_NOFLUSH leaves pools alone. */
int running_status(struct running *r, struct running_device *d, unsigned flags,
		   struct diag *diag);

/*
 * Fills `underneath` with the dependencies of the devices that are known by now. A state file
 * has its own.
 */
void running_look_underneath(struct running *r);

/* What is underneath by number; NULL: not known. */
const struct blockdev *running_under(const struct running *r, dev_t dev);

/* By name; running_read() and running_parse() have done it. */
void running_sort(struct running *r);

/* A device that has appeared since: as running_read() would list it. */
struct running_device *running_add(struct running *r, const char *name, const char *uuid, dev_t dev);

extern const struct finding_kind F_RUNNING_LIST, F_RUNNING_GONE, F_RUNNING_ABSENT, F_RUNNING_NO_TABLE,
	 F_STATE_SYNTAX;

#endif
