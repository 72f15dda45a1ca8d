/* dmc check: verdicts on layouts. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dmc/dmc.h"
#include "targets/targets.h"

struct options {
	int format, only;
	struct cli_list kernels, params;
	bool strict;
};

enum { ONLY_ALL, ONLY_KERNEL };

static const char *const formats[] = {"text", "json", "sarif", "junit", NULL};
static const char *const onlys[] = {"all", "kernel", NULL};

static const struct cli_option option_table[] = {
	{0, "format", CLI_CHOICE, "FORMAT", "text, json, sarif or junit", formats, COMPLETE_NONE,
	 offsetof(struct options, format)},
	{'k', "kernel", CLI_LIST, "PROFILE",
	 "check for this kernel (6.1, 6.12 …) or a file made by 'dmsetup targets'; may be repeated", NULL,
	 COMPLETE_FILES, offsetof(struct options, kernels)},
	{0, "only", CLI_CHOICE, "WHAT", "kernel: leave just what the kernel itself would refuse", onlys,
	 COMPLETE_NONE, offsetof(struct options, only)},
	{'p', "param", CLI_LIST, "NAME=VALUE", "set a parameter of the layout; may be repeated", NULL,
	 COMPLETE_NONE, offsetof(struct options, params)},
	{0, "strict", CLI_FLAG, NULL, "fail on warnings, too", NULL, COMPLETE_NONE,
	 offsetof(struct options, strict)},
	{0},
};

/* The command line's kernels, else the layout's, else the default. */
static void check_kernels(struct session *s, const struct options *o)
{
	const struct kernel_profile *k;

	for (size_t i = 0; i < o->kernels.nr; i++) {
		k = find_profile(s, o->kernels.v[i], (struct span){0});
		if (k)
			check_kernel(&s->layout, k, &s->diag);
	}
	if (o->kernels.nr)
		return;
	for (size_t i = 0; i < s->layout.nr_kernels; i++) {
		k = find_profile(s, s->layout.kernels[i], s->layout.kernel_spans[i]);
		if (k)
			check_kernel(&s->layout, k, &s->diag);
	}
	if (!s->layout.nr_kernels)
		check_kernel(&s->layout, kernel_default(), &s->diag);
}

static void keep_kernel(struct diag *d)
{
	size_t nr = 0;

	for (size_t i = 0; i < d->findings.nr; i++) {
		struct finding f = d->findings.v[i];

		if (f.kind->severity == SEV_ERROR && finding_kind_is_kernel(f.kind)) {
			d->findings.v[nr++] = f;
			continue;
		}
		d->nr[f.kind->severity]--;
		vec_release(&f.notes);
	}
	d->findings.nr = nr;
}

static bool check_file(struct session *s, const struct options *o, const struct layout_options *lo,
		       const char *path)
{
	struct source *src = io_read(s->c, path);

	if (!src)
		return false;
	layout_load(&s->layout, src, lo, &s->c->arena, &s->diag);
	check_kernels(s, o);
	if (o->only != ONLY_KERNEL)
		check_layout(&s->layout, &s->diag);
	layout_release(&s->layout);
	return true;
}

static int report(struct session *s, const struct options *o, char **files)
{
	struct out_options oo = {.strict = o->strict, .tool = "dmc", .version = cli_version,
				 .files = (const char *const *)files};
	struct strbuf b = STRBUF_INIT;
	int status = findings_status(&s->diag, o->strict);

	if (o->format == OUT_TEXT) {
		print_findings(s);
		if (status == EXIT_OK && s->c->verbose)
			cli_note(s->c, "no errors");
		return status;
	}
	diag_sort(&s->diag);
	out_findings(&b, &s->diag, (enum out_format)o->format, &oo);
	io_write(s->c, NULL, &b, 0);
	strbuf_release(&b);
	return status;
}

static int run(struct cli *c, void *options, int argc, char **argv)
{
	struct options *o = options;
	struct layout_options lo = {.targets = &targets_all};
	struct session s;
	bool read = true;
	int r = parse_params(c, &o->params, &lo);

	if (r)
		return r;
	session_init(&s, c);
	for (int i = 0; i < argc; i++)
		read = check_file(&s, o, &lo, argv[i]) && read;
	if (o->only == ONLY_KERNEL)
		keep_kernel(&s.diag);
	r = report(&s, o, argv);
	if (!read && r == EXIT_OK)
		r = EXIT_FINDINGS;
	session_release(&s);
	return r;
}

const struct cli_verb verb_check = {
	.name = "check",
	.args = "LAYOUT…",
	.summary = "say what is wrong with layouts, before the kernel does",
	.help = "Every finding has a place, a reason, a way out and a name; 'dmc explain NAME' tells more\n"
		"about it. Without --kernel the layout's own `requires:` counts, or Linux 6.12.\n",
	.examples = "  dmc check volume.yaml\n"
		    "  dmc check --kernel 5.10 --kernel 6.12 --strict *.yaml\n"
		    "  dmc check --format sarif volume.yaml > findings.sarif\n",
	.options = option_table,
	.options_size = sizeof(struct options),
	.min = 1,
	.max = -1,
	.complete = COMPLETE_FILES,
	.run = run,
};
