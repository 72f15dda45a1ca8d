/* What apply and remove share: a plan is shown, then done, on the running kernel. */
#ifndef DMC_CHANGE_H
#define DMC_CHANGE_H

#include "dmc/live.h"
#include "plan/apply.h"

/* What both are asked, first in the options of each; CHANGE_OPTIONS are the rows. */
struct change_command {
	int udev;
	bool dry_run;
	const char *lock; /* NULL: /run/dmc.lock */
	struct cli_list params;
};

#define CHANGE_OPTIONS                                                                             \
	{0, "dry-run", CLI_FLAG, NULL, "print the requests to the kernel instead of making them", NULL,   \
	 COMPLETE_NONE, offsetof(struct change_command, dry_run)},                                     \
	{0, "lock", CLI_TEXT, "FILE", "lock against other applies (/run/dmc.lock)", NULL, COMPLETE_FILES, \
	 offsetof(struct change_command, lock)},                                                       \
	{'p', "param", CLI_LIST, "NAME=VALUE", "set a parameter of the layout; may be repeated", NULL,    \
	 COMPLETE_NONE, offsetof(struct change_command, params)},                                      \
	{0, "udev", CLI_CHOICE, "HOW", "nodes in /dev/mapper: auto, sync (udev's work), none (we do it)", \
	 udev_words, COMPLETE_NONE, offsetof(struct change_command, udev)}

struct change_options {
	struct change_command command;
	unsigned remove_flags; /* DM_DEFERRED */
	bool force;
	struct cli_list allow;
	/* Makes the plan. */
	int (*make)(struct plan *p, const struct layout *l, struct running *running,
		    const struct plan_options *po, struct diag *diag);
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
