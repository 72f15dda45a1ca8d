/* dmc schema: the JSON Schema of layouts. */
#include "dmc/dmc.h"
#include "layout/schema.h"
#include "targets/targets.h"

static int run(struct cli *c, void *options, int argc, char **argv)
{
	struct strbuf b = STRBUF_INIT;

	(void)options;
	(void)argc;
	(void)argv;
	layout_schema(&targets_all, &b);
	io_write(c, NULL, &b, 0);
	strbuf_release(&b);
	return EXIT_OK;
}

const struct cli_verb verb_schema = {
	.name = "schema",
	.args = "",
	.summary = "print the JSON Schema (draft-07) of layouts, for editors",
	.run = run,
};
