/* dmc apply: make the kernel run what the layout says. */
#include "dmc/change.h"

struct options {
	int udev;
	bool dry_run;
	const char *lock;
	struct cli_list params, allow;
};

static const struct cli_option option_table[] = {
	{0, "allow", CLI_LIST, "WHAT:VOLUME", "do what may lose data: shrink:VOLUME, format:VOLUME; may be repeated", NULL,
	 COMPLETE_NONE, offsetof(struct options, allow)},
	{0, "dry-run", CLI_FLAG, NULL, "print the requests to the kernel instead of making them", NULL,
	 COMPLETE_NONE, offsetof(struct options, dry_run)},
	{0, "lock", CLI_TEXT, "FILE", "lock against other applies (/run/dmc.lock)", NULL, COMPLETE_FILES,
	 offsetof(struct options, lock)},
	{'p', "param", CLI_LIST, "NAME=VALUE", "set a parameter of the layout; may be repeated", NULL,
	 COMPLETE_NONE, offsetof(struct options, params)},
	{0, "udev", CLI_CHOICE, "HOW", "nodes in /dev/mapper: auto, sync (udev makes them), none (we do)",
	 udev_words, COMPLETE_NONE, offsetof(struct options, udev)},
	{0},
};

static int run(struct cli *c, void *options, int argc, char **argv)
{
	const struct options *o = options;
	struct change_options co = {.udev = o->udev, .dry_run = o->dry_run, .params = o->params,
				    .allow = o->allow, .make = plan_make, .lock = o->lock, .saved = true};

	(void)argc;
	return change_run(c, &co, argv[0]);
}

const struct cli_verb verb_apply = {
	.name = "apply",
	.args = "LAYOUT|PLAN",
	.summary = "make the running kernel have what the layout says",
	.help = "Checks the layout for this kernel, plans, shows the plan and does it. If a step fails or a\n"
		"signal comes, everything done is undone in reverse. Image files get loop devices that go\n"
		"away with their last user. Running it again finishes what was cut off, and does nothing\n"
		"when all is as the layout says. A plan that 'dmc plan --out' saved is done only if everything\n"
		"is as it was then.\n",
	.examples = "  dmc apply volume.yaml\n"
		    "  dmc apply --dry-run volume.yaml\n",
	.options = option_table,
	.options_size = sizeof(struct options),
	.min = 1,
	.max = 1,
	.complete = COMPLETE_FILES,
	.keys = true,
	.run = run,
};
