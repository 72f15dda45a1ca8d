/* dmc apply: make the kernel run what the layout says. */
#include "dmc/change.h"

struct options {
	struct change_command command;
	struct cli_list allow;
};

static const struct cli_option option_table[] = {
	{0, "allow", CLI_LIST, "WHAT:VOLUME", "do what may lose data: shrink:VOLUME, format:VOLUME; may be repeated", NULL,
	 COMPLETE_NONE, offsetof(struct options, allow)},
	CHANGE_OPTIONS,
	{0},
};

static int run(struct cli *c, void *options, int argc, char **argv)
{
	const struct options *o = options;
	struct change_options co = {.command = o->command, .allow = o->allow, .make = plan_make, .saved = true};

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
