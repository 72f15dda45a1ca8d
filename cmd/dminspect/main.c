/* dminspect: looks and never writes. */
#include "dminspect/dminspect.h"

static const struct cli_verb *const verbs[] = {
	&verb_inspect_check,
	&verb_inspect_dump,
	&verb_inspect_block,
	&verb_inspect_get,
	&verb_completions,
	&verb_help,
	NULL,
};

static const struct cli_program program = {
	.name = "dminspect",
	.summary = "Looks at disks and images, decodes what is on them, and never writes.",
	.verbs = verbs,
};

int main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
