/* dmc compile: a layout as tables. */
#include <string.h>

#include "base/near.h"
#include "dmc/dmc.h"
#include "targets/targets.h"

struct options {
	int format;
	const char *kernel, *output;
	struct cli_list params;
	bool show_keys;
};

static const char *const formats[] = {"table", "concise", "script", "json", "steps", NULL};

static const struct cli_option option_table[] = {
	{0, "format", CLI_CHOICE, "FORMAT", "table, concise, script, json or steps", formats, COMPLETE_NONE,
	 offsetof(struct options, format)},
	{'k', "kernel", CLI_TEXT, "PROFILE", "print tables as this kernel would (6.1, 6.12 …)", NULL,
	 COMPLETE_FILES, offsetof(struct options, kernel)},
	{'o', "output", CLI_TEXT, "FILE", "write to FILE instead of standard output", NULL, COMPLETE_FILES,
	 offsetof(struct options, output)},
	{'p', "param", CLI_LIST, "NAME=VALUE", "set a parameter of the layout; may be repeated", NULL,
	 COMPLETE_NONE, offsetof(struct options, params)},
	{0, "show-keys", CLI_FLAG, NULL, "show keys instead of zeroes", NULL, COMPLETE_NONE,
	 offsetof(struct options, show_keys)},
	{0},
};

static const struct volume *find_volume(struct session *s, const char *name)
{
	const struct volume *v = layout_volume(&s->layout, name);
	struct near near = NEAR_INIT(name, strlen(name));

	if (v)
		return v;
	for (size_t i = 0; i < s->layout.volumes.nr; i++)
		near_offer(&near, s->layout.volumes.v[i]->name);
	if (near.best)
		cli_error(s->c, "the layout has no volume '%s'; did you mean '%s'?", name, near.best);
	else
		cli_error(s->c, "the layout has no volume '%s'", name);
	return NULL;
}

/* Whose read-back is printed: the command line's kernel, the layout's first, the default. */
static const struct kernel_profile *profile(struct session *s, const struct options *o)
{
	const char *name = o->kernel;
	struct span span = {0};

	if (!name && s->layout.nr_kernels) {
		name = s->layout.kernels[0];
		span = s->layout.kernel_spans[0];
	}
	return name ? find_profile(s, name, span) : kernel_default();
}

static int compile(struct session *s, const struct options *o, const char *volume)
{
	struct compile_options co = {.format = (enum compile_format)o->format, .show_keys = o->show_keys,
				     .version = cli_version};
	struct strbuf b = {.secret = o->show_keys};
	int r;

	co.kernel = profile(s, o);
	if (!co.kernel) {
		print_findings(s);
		return EXIT_FINDINGS;
	}
	if (volume) {
		co.only = find_volume(s, volume);
		if (!co.only)
			return EXIT_FINDINGS;
	}
	compile_print(&s->layout, &co, &s->c->arena, &b);
	r = io_write(s->c, o->output, &b, o->show_keys ? 0600 : o->format == COMPILE_SCRIPT ? 0755 : 0644);
	strbuf_release(&b);
	if (!r && co.format == COMPILE_CONCISE) {
		check_concise(&s->layout, &co, &s->diag);
		print_findings(s);
	}
	return r ? EXIT_FINDINGS : EXIT_OK;
}

static int run(struct cli *c, void *options, int argc, char **argv)
{
	const struct options *o = options;
	struct layout_options lo = {.targets = &targets_all};
	struct session s;
	int r = parse_params(c, &o->params, &lo);

	if (r)
		return r;
	session_init(&s, c);
	if (load_layout(&s, argv[0], &lo))
		r = compile(&s, o, argc > 1 ? argv[1] : NULL);
	else
		r = s.loaded ? findings_status(&s.diag, false) : EXIT_FINDINGS;
	session_release(&s);
	return r;
}

const struct cli_verb verb_compile = {
	.name = "compile",
	.args = "LAYOUT [VOLUME]",
	.summary = "print the tables of a layout",
	.help = "table    as 'dmsetup table' prints them once loaded\n"
		"concise  for 'dmsetup create --concise' and dm-mod.create=\n"
		"script   a POSIX shell script of dmsetup calls, in order\n"
		"json     volumes, tables and steps\n"
		"steps    what is done, in order\n"
		"A volume's name limits the output to that volume.\n",
	.examples = "  dmc compile volume.yaml\n"
		    "  dmc compile --format script -o up.sh volume.yaml\n"
		    "  dmc compile volume.yaml home | dmsetup create home\n",
	.options = option_table,
	.options_size = sizeof(struct options),
	.min = 1,
	.max = 2,
	.complete = COMPLETE_FILES,
	.run = run,
};
