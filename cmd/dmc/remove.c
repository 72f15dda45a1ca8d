/* dmc remove: take a layout's devices down. */
#include "dmc/change.h"

struct options {
	int udev;
	bool dry_run, deferred, force;
	const char *lock;
	struct cli_list params;
};

static const struct cli_option option_table[] = {
	{0, "deferred", CLI_FLAG, NULL, "what is in use goes when its last user closes it", NULL,
	 COMPLETE_NONE, offsetof(struct options, deferred)},
	{0, "dry-run", CLI_FLAG, NULL, "print the requests to the kernel instead of making them", NULL,
	 COMPLETE_NONE, offsetof(struct options, dry_run)},
	{0, "force", CLI_FLAG, NULL, "what is in use gets a table on which every request fails", NULL,
	 COMPLETE_NONE, offsetof(struct options, force)},
	{0, "lock", CLI_TEXT, "FILE", "lock against other applies (/run/dmc.lock)", NULL, COMPLETE_FILES,
	 offsetof(struct options, lock)},
	{'p', "param", CLI_LIST, "NAME=VALUE", "set a parameter of the layout; may be repeated", NULL,
	 COMPLETE_NONE, offsetof(struct options, params)},
	{0, "udev", CLI_CHOICE, "HOW", "nodes in /dev/mapper: auto, sync (udev removes them), none (we do)",
	 udev_words, COMPLETE_NONE, offsetof(struct options, udev)},
	{0},
};

static int run(struct cli *c, void *options, int argc, char **argv)
{
	const struct options *o = options;
	struct change_options co = {.udev = o->udev, .dry_run = o->dry_run, .params = o->params,
				    .remove_flags = o->deferred ? DM_DEFERRED : 0, .force = o->force,
				    .make = plan_remove, .lock = o->lock};

	(void)argc;
	return change_run(c, &co, argv[0]);
}

const struct cli_verb verb_remove = {
	.name = "remove",
	.args = "LAYOUT",
	.summary = "take a layout's devices down, users first",
	.help = "Only mappings go; what is stored stays on the devices underneath. A device that is in use\n"
		"stops it before anything is done (exit status 5), unless --deferred or --force is given.\n"
		"With --force its users get I/O errors at once.\n",
	.examples = "  dmc remove volume.yaml\n"
		    "  dmc remove --deferred volume.yaml\n",
	.options = option_table,
	.options_size = sizeof(struct options),
	.min = 1,
	.max = 1,
	.complete = COMPLETE_FILES,
	.keys = true,
	.run = run,
};
