/* dmc plan: what apply would do. Looks, and writes nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "dm/loop.h"
#include "dmc/live.h"
#include "plan/saved.h"
#include "targets/targets.h"

struct options {
	int format;
	const char *state, *out;
	struct cli_list params, allow;
	bool detailed;
};

enum { FORMAT_TEXT, FORMAT_JSON };

static const char *const formats[] = {"text", "json", NULL};

static const struct cli_option option_table[] = {
	{0, "allow", CLI_LIST, "WHAT:VOLUME", "plan what may lose data: shrink:VOLUME, format:VOLUME; may be repeated", NULL,
	 COMPLETE_NONE, offsetof(struct options, allow)},
	{0, "detailed-exitcode", CLI_FLAG, NULL, "exit with 2 when there is something to do", NULL,
	 COMPLETE_NONE, offsetof(struct options, detailed)},
	{0, "format", CLI_CHOICE, "FORMAT", "text or json", formats, COMPLETE_NONE,
	 offsetof(struct options, format)},
	{0, "out", CLI_TEXT, "FILE", "save the plan for 'dmc apply FILE'", NULL, COMPLETE_FILES,
	 offsetof(struct options, out)},
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

/* The layout by its whole path: the plan may be done from elsewhere. */
static bool save(struct session *s, const struct options *o, const struct plan *p, const char *layout)
{
	struct saved_plan how = {.params = o->params.v, .nr_params = o->params.nr, .allow = o->allow.v,
				 .nr_allow = o->allow.nr};
	CLEANUP_FREE char *path = realpath(layout, NULL);
	struct strbuf b = STRBUF_INIT;
	bool ok;

	if (!path) {
		cli_error(s->c, "--out: the layout must be a file, so that apply finds it again");
		return false;
	}
	how.layout = path;
	saved_plan_print(p, &how, &b);
	ok = !io_write(s->c, o->out, &b, 0600);
	strbuf_release(&b);
	return ok;
}

static int make(struct session *s, const struct options *o, struct live *l, const char *layout)
{
	struct plan_options po = {.find_loop = o->state ? NULL : loop_find, .allow = o->allow.v,
				  .nr_allow = o->allow.nr};
	struct plan p;
	int status = EXIT_OK;

	if (!plan_make(&p, &s->layout, &l->running, &po, &s->diag)) {
		/* What is in the way of the plan comes first; its tables may be right. */
		if (!diag_errors(&s->diag))
			live_check(l);
		print(s, o, &p);
		if (o->out && !diag_errors(&s->diag) && !save(s, o, &p, layout))
			status = EXIT_FINDINGS;
		else if (o->detailed && !plan_is_empty(&p))
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
	if (o->out && o->state)
		return cli_usage(c, "plan: --out needs the running kernel, not a --state file");
	session_init(&s, c);
	if (!load_layout(&s, argv[0], &lo)) {
		status = s.loaded ? findings_status(&s.diag, false) : EXIT_FINDINGS;
		session_release(&s);
		return status;
	}
	status = live_open(&l, &s, &no) ? make(&s, o, &l, argv[0]) : EXIT_FINDINGS;
	print_findings(&s);
	worse = findings_status(&s.diag, false);
	live_close(&l);
	session_release(&s);
	/* What the findings say is more than that it failed. */
	return worse && (status == EXIT_OK || status == EXIT_FINDINGS) ? worse : status;
}

const struct cli_verb verb_plan = {
	.name = "plan",
	.args = "LAYOUT",
	.summary = "show what apply would do to the running kernel",
	.help = "Compares the layout with the devices that run: what would be created, changed (word by word)\n"
		"and removed, and what is at risk. Nothing is written. With -v each step is listed.\n",
	.examples = "  dmc plan volume.yaml\n"
		    "  dmc plan --detailed-exitcode --format json volume.yaml\n"
		    "  dmc plan --out tonight.plan volume.yaml; dmc apply tonight.plan\n",
	.options = option_table,
	.options_size = sizeof(struct options),
	.min = 1,
	.max = 1,
	.complete = COMPLETE_FILES,
	.keys = true,
	.run = run,
};
