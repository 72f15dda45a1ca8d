/*
 * Does a plan, all of it or nothing.
 *
 * Steps are done in order. When one fails, or a signal comes, what was done is undone in
 * reverse: new devices are removed, live ones get their old tables back and go on, thin
 * devices made by message are deleted, names are given back. Removals come last and are not
 * undone. A process that dies on the way leaves devices that the next plan sees as they are.
 */
#ifndef PLAN_APPLY_H
#define PLAN_APPLY_H

#include <signal.h>

#include "dm/kmsg.h"
#include "plan/plan.h"

enum apply_event {
	APPLY_BEGIN,
	APPLY_DONE,
	APPLY_THERE,       /* a message's object was there before */
	APPLY_FAILED,
	APPLY_UNDONE,
	APPLY_UNDO_FAILED, /* `error` says why; by hand now */
};

struct apply_options {
	struct dm *dm;
	struct dm_kmsg *kmsg; /* the kernel's reasons; NULL: not readable */
	/*
	 * Gives an image file a loop device that vanishes when its last user does. The
	 * descriptor holds it until then. NULL where there can be no STEP_ATTACH.
	 */
	int (*attach)(const char *path, const struct blkdev *dev, int *ret_fd, dev_t *ret_dev);
	void (*event)(void *priv, enum apply_event event, const struct plan_step *step, int error);
	void *priv;
	const volatile sig_atomic_t *interrupted; /* not 0: stop and undo. NULL: never */
	unsigned remove_flags; /* DM_DEFERRED */
	bool check_content;    /* it is real: ask for the targets, look at devices once more before each load */
	unsigned retries;      /* removals of what is busy, 50 ms apart */
	bool force;            /* removals: error tables for what is in use */
};

/*
 * Returns 0; or -errno of the step that failed, after a finding with the kernel's own
 * reason; -EINTR when it was interrupted. Changes the plan's running state as it goes.
 */
int plan_apply(struct plan *p, const struct apply_options *o, struct diag *diag);

/*
 * The keys that the plan's loads need and that are not known yet, in turn: `fn` fills in
 * key->bytes (secret memory) or returns -errno, which ends it.
 */
int plan_keys(const struct plan *p,
	      int (*fn)(void *priv, const struct volume *v, const char *word, struct key *key), void *priv);

/*
 * The lock that keeps two changes of one machine apart. `path` NULL: /run/dmc.lock. A
 * descriptor; -EBUSY with the other's process in *ret_pid (0: not known), or -errno.
 */
int plan_lock(const char *path, int *ret_pid);

#endif
