/* What apply and remove share: a plan is shown, then done, on the running kernel. */
#ifndef DMC_CHANGE_H
#define DMC_CHANGE_H

#include "dmc/live.h"
#include "plan/apply.h"

struct change_options {
	int udev;
	bool dry_run;
	unsigned remove_flags; /* DM_DEFERRED */
	bool force;
	struct cli_list params, allow;
	/* Makes the plan. */
	int (*make)(struct plan *p, const struct layout *l, struct running *running,
		    const struct plan_options *po, struct diag *diag);
	const char *lock; /* NULL: /run/dmc.lock */
	bool saved;       /* the operand may be a saved plan */

	/* Filled in by change_run(): */
	const char *layout;
	const struct source *plan; /* NULL: none */
};

/*
 * Loads the layout (or the layout of the saved plan, which must still hold) at `path`, plans, shows the plan on standard error, and does it. With
 * dry_run the requests that would be made go to standard output instead. The exit status.
 */
int change_run(struct cli *c, struct change_options *o, const char *path);

#endif
