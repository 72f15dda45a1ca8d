/* dmc remove: take a layout's devices down. */
#include "dmc/change.h"

struct options {
	struct change_command command;
	bool deferred, force;
};

static const struct cli_option option_table[] = {
	{0, "deferred", CLI_FLAG, NULL, "what is in use goes when its last user closes it", NULL,
	 COMPLETE_NONE, offsetof(struct options, deferred)},
	{0, "force", CLI_FLAG, NULL, "what is in use gets a table on which every request fails", NULL,
	 COMPLETE_NONE, offsetof(struct options, force)},
	CHANGE_OPTIONS,
	{0},
};

static int run(struct cli *c, void *options, int argc, char **argv)
{
	const struct options *o = options;
	struct change_options co = {.command = o->command, .remove_flags = o->deferred ? DM_DEFERRED : 0,
				    .force = o->force, .make = plan_remove};

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
