/* dmc graph: the stack as a picture. */
#include "compile/graph.h"
#include "dmc/dmc.h"
#include "targets/targets.h"

struct options {
	int format;
	const char *output;
	struct cli_list params;
};

static const char *const formats[] = {"tree", "dot", "svg", NULL};

static const struct cli_option option_table[] = {
	{0, "format", CLI_CHOICE, "FORMAT", "tree, dot or svg", formats, COMPLETE_NONE,
	 offsetof(struct options, format)},
	{'o', "output", CLI_TEXT, "FILE", "write to FILE instead of standard output", NULL, COMPLETE_FILES,
	 offsetof(struct options, output)},
	{'p', "param", CLI_LIST, "NAME=VALUE", "set a parameter of the layout; may be repeated", NULL,
	 COMPLETE_NONE, offsetof(struct options, params)},
	{0},
};

static int run(struct cli *c, void *options, int argc, char **argv)
{
	const struct options *o = options;
	struct layout_options lo = {.targets = &targets_all};
	struct strbuf b = STRBUF_INIT;
	struct session s;
	int r = parse_params(c, &o->params, &lo);

	(void)argc;
	if (r)
		return r;
	session_init(&s, c);
	if (load_layout(&s, argv[0], &lo)) {
		graph_print(&s.layout, (enum graph_format)o->format, &b);
		r = io_write(c, o->output, &b, 0644) ? EXIT_FINDINGS : EXIT_OK;
	} else {
		r = s.loaded ? findings_status(&s.diag, false) : EXIT_FINDINGS;
	}
	strbuf_release(&b);
	session_release(&s);
	return r;
}

const struct cli_verb verb_graph = {
	.name = "graph",
	.args = "LAYOUT",
	.summary = "show the stack as a tree, for graphviz, or as SVG",
	.examples = "  dmc graph volume.yaml\n  dmc graph --format svg -o volume.svg volume.yaml\n",
	.options = option_table,
	.options_size = sizeof(struct options),
	.min = 1,
	.max = 1,
	.complete = COMPLETE_FILES,
	.run = run,
};
