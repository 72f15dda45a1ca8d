/* dmc plan: what apply would do. Looks, and writes nothing. */
#include <stdio.h>
#include <unistd.h>

#include "dm/loop.h"
#include "dmc/live.h"
#include "targets/targets.h"

struct options {
	int format;
	const char *state;
	struct cli_list params, allow;
	bool detailed;
};

enum { FORMAT_TEXT, FORMAT_JSON };

static const char *const formats[] = {"text", "json", NULL};

static const struct cli_option option_table[] = {
	{0, "allow", CLI_LIST, "WHAT:VOLUME", "plan what may lose data: shrink:VOLUME; may be repeated", NULL,
	 COMPLETE_NONE, offsetof(struct options, allow)},
	{0, "detailed-exitcode", CLI_FLAG, NULL, "exit with 2 when there is something to do", NULL,
	 COMPLETE_NONE, offsetof(struct options, detailed)},
	{0, "format", CLI_CHOICE, "FORMAT", "text or json", formats, COMPLETE_NONE,
	 offsetof(struct options, format)},
	{'p', "param", CLI_LIST, "NAME=VALUE", "set a parameter of the layout; may be repeated", NULL,
	 COMPLETE_NONE, offsetof(struct options, params)},
	{0, "state", CLI_TEXT, "FILE", "compare with what 'dmc status --format json' wrote, not the kernel",
	 NULL, COMPLETE_FILES, offsetof(struct options, state)},
	{0},
};

static void print(const struct session *s, const struct options *o, const struct plan *p)
{
	struct strbuf b = STRBUF_INIT;

	if (o->format == FORMAT_JSON)
		plan_print_json(p, &b);
	else
		plan_print(p, s->c->verbose, cli_colored(s->c, STDOUT_FILENO), &b);
	fputs(strbuf_str(&b), stdout);
	strbuf_release(&b);
}

static int make(struct session *s, const struct options *o, struct live *l)
{
	struct plan_options po = {.find_loop = o->state ? NULL : loop_find, .allow = o->allow.v,
				  .nr_allow = o->allow.nr};
	struct plan p;
	int status = EXIT_OK;

	if (!live_check(l))
		return EXIT_OK; /* the findings say it */
	if (!plan_make(&p, &s->layout, &l->running, &po, &s->diag)) {
		print(s, o, &p);
		if (o->detailed && !plan_is_empty(&p))
			status = EXIT_CHANGES;
	}
	plan_release(&p);
	return status;
}

static int run(struct cli *c, void *options, int argc, char **argv)
{
	const struct options *o = options;
	struct layout_options lo = {.targets = &targets_all};
	struct live_options no = {.state = o->state, .udev = DM_UDEV_NONE};
	struct session s;
	struct live l;
	int status = parse_params(c, &o->params, &lo), worse;

	(void)argc;
	if (status)
		return status;
	session_init(&s, c);
	if (!load_layout(&s, argv[0], &lo)) {
		status = s.loaded ? findings_status(&s.diag, false) : EXIT_FINDINGS;
		session_release(&s);
		return status;
	}
	if (live_open(&l, &s, &no))
		status = make(&s, o, &l);
	print_findings(&s);
	worse = findings_status(&s.diag, false);
	live_close(&l);
	session_release(&s);
	return worse ? worse : status;
}

const struct cli_verb verb_plan = {
	.name = "plan",
	.args = "LAYOUT",
	.summary = "show what apply would do to the running kernel",
	.help = "Compares the layout with the devices that run: what would be created, changed (word by word)\n"
		"and removed, and what is at risk. Nothing is written. With -v each step is listed.\n",
	.examples = "  dmc plan volume.yaml\n"
		    "  dmc plan --detailed-exitcode --format json volume.yaml\n",
	.options = option_table,
	.options_size = sizeof(struct options),
	.min = 1,
	.max = 1,
	.complete = COMPLETE_FILES,
	.keys = true,
	.run = run,
};
