/* Between the files of lib/plan. */
#ifndef PLAN_INTERNAL_H
#define PLAN_INTERNAL_H

#include "plan/plan.h"

#define MAX_DEPTH 64 /* of a stack of running devices; deeper ones are not followed */

/* devices.c: numbers of the layout's devices on this system. */
void plan_find_devices(struct plan *p);
/*
 * The device that a live table's word means: the layout's own object where it has one, so
 * that two words for one device are the same; else one named after the word. Never NULL.
 */
const struct blkdev *plan_blkdev(const struct plan *p, const char *word);
/* The volume whose device a blkdev is, or NULL. */
const struct volume *plan_volume(const struct plan *p, const struct blkdev *dev);
struct plan_change *plan_change_of(const struct plan *p, const struct volume *v);
/* safety.c: findings about what must not be done. */
void plan_check(struct plan *p, struct diag *diag);

/*
 * Asks the kernel for the targets of all tables to be loaded, which brings their modules.
 * False after a finding for each that it lacks.
 */
bool plan_check_targets(const struct plan *p, struct dm *dm, struct diag *diag);

/* json.c: the whole plan; the caller gives the reference back. */
struct json_t *plan_json(const struct plan *p);

/* True where --allow=WHAT:VOLUME was given. */
bool plan_allows(const struct plan *p, const char *what, const char *volume);

/*
 * content.c: plan.format findings about what loading the volume's new table would write
 * over; false where there are any. Where it is allowed the places to be zeroed join
 * p->formats.
 */
bool plan_check_content(struct plan *p, struct plan_change *c, struct diag *diag);
/* The volume runs: its bytes can be read through its node. */
void plan_read_running(struct plan *p, struct plan_change *c);

/* order.c: changes into steps. */
void plan_order(struct plan *p);

extern const struct finding_kind F_PLAN_NAME_TAKEN, F_PLAN_UUID_TAKEN, F_PLAN_LOOP, F_PLAN_OPEN, F_PLAN_TYPE,
	F_PLAN_IN_USE, F_PLAN_SHRINK, F_PLAN_NO_DEVICE, F_PLAN_READ_ONLY, F_PLAN_NO_TARGET, F_PLAN_STALE,
	F_PLAN_SYNTAX, F_PLAN_FORMAT, F_APPLY_FAILED, F_APPLY_BUSY, F_APPLY_ABSENT, F_APPLY_INTERRUPTED,
	F_APPLY_UNDO;

#endif
