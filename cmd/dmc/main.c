/* dmc: makes and changes. */
#include "dmc/dmc.h"

static const struct cli_verb *const verbs[] = {
	&verb_check,
	&verb_compile,
	&verb_plan,
	&verb_apply,
	&verb_remove,
	&verb_status,
	&verb_import,
	&verb_graph,
	&verb_explain,
	&verb_schema,
	&verb_targets,
	&verb_thin_check,
	&verb_thin_dump,
	&verb_thin_ls,
	&verb_thin_metadata_size,
	&verb_completions,
	&verb_help,
	NULL,
};

static const struct cli_program program = {
	.name = "dmc",
	.summary = "Device-mapper stacks from one YAML file: checked and compiled to the kernel's tables.",
	.verbs = verbs,
};

int main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
