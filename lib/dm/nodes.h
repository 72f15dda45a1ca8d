/*
 * The nodes under /dev/mapper: made by us, or by udev while we wait.
 *
 * With udev, each request that sends a uevent carries a cookie: the key of a System V
 * semaphore that udev's rules count down when they are done, as libdevmapper does it. A udev
 * that never answers costs `timeout_ms` and a warning, and the node is made by us.
 *
 * Trouble never changes what a request returned: the kernel's state has changed already. It
 * is a finding in `diag`.
 */
#ifndef DM_NODES_H
#define DM_NODES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "diag/diag.h"

enum dm_udev {
	DM_UDEV_AUTO, /* sync where udevd runs, else none */
	DM_UDEV_SYNC,
	DM_UDEV_NONE,
};

struct dm_nodes_options {
	enum dm_udev udev;
	unsigned timeout_ms;      /* 0: 30 seconds */
	const char *dir;          /* NULL: /dev/mapper */
	const char *udev_control; /* NULL: /run/udev/control */
};

struct dm_nodes;

/* `diag` outlives the object; it may be NULL. `o` may be NULL. */
struct dm_nodes *dm_nodes_new(const struct dm_nodes_options *o, struct diag *diag);
void dm_nodes_free(struct dm_nodes *n);

/* What AUTO has become. */
enum dm_udev dm_nodes_mode(const struct dm_nodes *n);

/* "auto", "sync", "none"; -EINVAL for any other word. */
int dm_udev_parse(const char *word, enum dm_udev *ret_udev);

/*
 * Around a request, by lib/dm: the value for event_nr before it; after it what has
 * happened, with names as the kernel has them (mangled). `uevent` says whether one went
 * out. A failed request is dm_nodes_cancel().
 */
uint32_t dm_nodes_begin(struct dm_nodes *n);
void dm_nodes_cancel(struct dm_nodes *n);
void dm_nodes_resumed(struct dm_nodes *n, const char *name, dev_t dev, bool uevent);
void dm_nodes_renamed(struct dm_nodes *n, const char *old_name, const char *name, dev_t dev, bool uevent);
void dm_nodes_removed(struct dm_nodes *n, const char *name, bool uevent);

extern const struct finding_kind F_DM_UDEV_TIMEOUT, F_DM_UDEV_COOKIE, F_DM_NODE;

#endif
