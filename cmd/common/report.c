#include "common/report.h"

#include <stdio.h>
#include <unistd.h>

#include "out/out.h"

static void print_sum(const struct diag *d)
{
	size_t errors = d->nr[SEV_ERROR], warnings = d->nr[SEV_WARNING];

	if (errors || warnings)
		fprintf(stderr, "%zu error%s, %zu warning%s\n", errors, errors == 1 ? "" : "s", warnings,
			warnings == 1 ? "" : "s");
}

void report_findings(const struct cli *c, struct diag *d)
{
	struct out_options o = {.color = cli_colored(c, STDERR_FILENO)};
	struct strbuf b = STRBUF_INIT;

	diag_sort(d);
	out_findings(&b, d, OUT_TEXT, &o);
	fputs(strbuf_str(&b), stderr);
	print_sum(d);
	strbuf_release(&b);
}

/*
 * Ordinary errors win, since they must be mended first; then refusals, devices that are
 * absent, and what is busy.
 */
int findings_status(const struct diag *d, bool strict)
{
	bool refused = false, absent = false, busy = false, other = strict && d->nr[SEV_WARNING];

	for (size_t i = 0; i < d->findings.nr; i++) {
		const struct finding_kind *k = d->findings.v[i].kind;

		if (k->severity != SEV_ERROR)
			continue;
		if (k->by == BY_SAFETY)
			refused = true;
		else if (k->by == BY_DEVICE)
			absent = true;
		else if (k->by == BY_BUSY)
			busy = true;
		else
			other = true;
	}
	if (other || d->dropped)
		return EXIT_FINDINGS;
	return refused ? EXIT_REFUSED : absent ? EXIT_ABSENT : busy ? EXIT_BUSY : EXIT_OK;
}
