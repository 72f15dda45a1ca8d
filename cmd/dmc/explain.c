/* dmc explain: a finding by its name. */
#include <stdio.h>
#include <string.h>

#include "base/near.h"
#include "dmc/dmc.h"

struct options {
	int format;
};

static const char *const formats[] = {"text", "man", NULL};

static const struct cli_option option_table[] = {
	{0, "format", CLI_CHOICE, "FORMAT", "text, or man: the manual page of all findings", formats,
	 COMPLETE_NONE, offsetof(struct options, format)},
	{0},
};

static const char *by_text(enum finding_by by)
{
	switch (by) {
	case BY_LANGUAGE:
		return "the file cannot be understood";
	case BY_DEVICE:
		return "a device or file is not there";
	case BY_KERNEL:
		return "the kernel refuses the table";
	case BY_CRASH:
		return "the kernel crashes on the table";
	case BY_DATA:
		return "the kernel takes it, and data or I/O suffers";
	case BY_ADVICE:
		return "it works; better is possible";
	case BY_EXPECT:
		return "an expectation of the layout fails";
	case BY_SAFETY:
		return "refused, since something could be lost";
	case BY_BUSY:
		return "somebody else has it";
	case BY_SYSTEM:
		return "the system did not do what was asked of it";
	case BY_DISK:
		return "bytes on disk are damaged";
	}
	return "";
}

static void indented(const char *text, const char *indent)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		printf("%s%.*s\n", indent, (int)len, text);
		text += len + (text[len] == '\n');
	}
}

static void print_text(const struct finding_kind *k)
{
	printf("%s (%s: %s)\n\n%s.\n%s\n", k->id, severity_name(k->severity), by_text(k->by), k->title, k->cause);
	if (k->example) {
		printf("\nExample:\n");
		indented(k->example, "  ");
	}
	printf("\nWhat to do:\n  %s\n", k->fix);
}

/* Roff: backslashes, and dots and quotes that begin a line. */
static void roff(const char *s)
{
	for (bool start = true; *s; start = *s == '\n', s++) {
		if (start && (*s == '.' || *s == '\''))
			printf("\\&");
		if (*s == '\\')
			printf("\\e");
		else if (*s == '-')
			printf("\\-");
		else
			putchar(*s);
	}
}

static void print_man(const struct finding_kind *const *all, size_t nr)
{
	printf(".\\\" made by 'dmc explain --format man'\n.TH DMC\\-FINDINGS 7 \"2026-11-24\" \"dmc %s\" \"dmc\"\n"
	       ".SH NAME\ndmc\\-findings \\- what dmc finds, why, and what to do\n.SH DESCRIPTION\n"
	       "Every finding of dmc has a name that never changes its meaning. It stands in brackets behind\n"
	       "a message, is the rule of a SARIF report, and the argument of\n.BR \"dmc explain\" .\n"
	       ".SH FINDINGS\n", cli_version);
	for (size_t i = 0; i < nr; i++) {
		printf(".SS ");
		roff(all[i]->id);
		printf("\n%s: %s.\n.PP\n", severity_name(all[i]->severity), by_text(all[i]->by));
		roff(all[i]->title);
		printf(".\n");
		roff(all[i]->cause);
		printf("\n");
		if (all[i]->example) {
			printf(".PP\n.nf\n.RS\n");
			roff(all[i]->example);
			printf(".RE\n.fi\n");
		}
		printf(".PP\n");
		roff(all[i]->fix);
		printf("\n");
	}
	printf(".SH SEE ALSO\n.BR dmc (8),\n.BR dmc.yaml (5)\n");
}

static int explain(struct cli *c, const struct finding_kind *const *all, size_t nr, const char *name)
{
	struct near near = NEAR_INIT(name, strlen(name));

	for (size_t i = 0; i < nr; i++) {
		if (!strcmp(all[i]->id, name)) {
			print_text(all[i]);
			return EXIT_OK;
		}
		near_offer(&near, all[i]->id);
	}
	if (near.best)
		return cli_usage(c, "no finding is called '%s'; did you mean '%s'?", name, near.best);
	return cli_usage(c, "no finding is called '%s'; 'dmc explain' lists them", name);
}

static int run(struct cli *c, void *options, int argc, char **argv)
{
	const struct options *o = options;
	size_t nr;
	const struct finding_kind **all = all_findings(&c->arena, &nr);

	if (o->format) {
		print_man(all, nr);
		return EXIT_OK;
	}
	if (argc)
		return explain(c, all, nr, argv[0]);
	for (size_t i = 0; i < nr; i++)
		printf("%-32s %-7s  %s\n", all[i]->id, severity_name(all[i]->severity), all[i]->title);
	return EXIT_OK;
}

const struct cli_verb verb_explain = {
	.name = "explain",
	.args = "[FINDING]",
	.summary = "explain a finding: cause, example and way out",
	.examples = "  dmc explain overlap\n",
	.options = option_table,
	.options_size = sizeof(struct options),
	.max = 1,
	.run = run,
};
