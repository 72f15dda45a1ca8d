/* --help, from the tables. */
#include <stdio.h>
#include <string.h>

#include "common/cli.h"

#define COLUMN 26

/* Text at the column, wrapped at 80; `at` is where the cursor stands. */
static void wrapped(const char *text, int at, int column)
{
	int x = at;

	if (column && x >= column) {
		putchar('\n');
		x = 0;
	}
	printf("%*s", column - x, "");
	x = column;
	while (*text) {
		size_t len = strcspn(text, " ");

		if (x > column && x + 1 + (int)len > 80) {
			printf("\n%*s", column, "");
			x = column;
		} else if (x > column) {
			putchar(' ');
			x++;
		}
		printf("%.*s", (int)len, text);
		x += (int)len;
		text += len + (text[len] == ' ');
	}
	putchar('\n');
}

static void option_line(const struct cli_option *o)
{
	int n = o->letter ? printf("  -%c, --%s", o->letter, o->name) : printf("      --%s", o->name);

	if (o->arg)
		n += printf(o->kind == CLI_OPTIONAL ? "[=%s]" : " %s", o->arg);
	wrapped(o->help, n, COLUMN);
}

static void option_list(const char *title, const struct cli_option *o)
{
	if (!o || !o->name)
		return;
	printf("\n%s:\n", title);
	for (; o->name; o++)
		option_line(o);
}

static void verb_help_text(const struct cli_program *p, const struct cli_verb *v)
{
	printf("Usage: %s %s%s%s%s\n\n", p->name, v->name, v->options ? " [OPTIONS]" : "",
	       v->args && *v->args ? " " : "", v->args ? v->args : "");
	wrapped(v->summary, 0, 0);
	if (v->help)
		printf("\n%s", v->help);
	option_list("Options", v->options);
	option_list("Options of every command", cli_global_options);
	if (v->examples)
		printf("\nExamples:\n%s", v->examples);
}

static void tool_names(const struct cli_program *p)
{
	bool any = false;

	for (const struct cli_verb *const *v = p->verbs; *v; v++) {
		if (!(*v)->tool)
			continue;
		if (!any)
			printf("\nTools, also by their own names:\n");
		any = true;
		wrapped((*v)->summary, printf("  %s", (*v)->name), 22);
	}
}

static void program_help(const struct cli_program *p)
{
	printf("Usage: %s COMMAND [OPTIONS] …\n\n%s\n\nCommands:\n", p->name, p->summary);
	for (const struct cli_verb *const *v = p->verbs; *v; v++) {
		if ((*v)->hidden || (*v)->tool)
			continue;
		wrapped((*v)->summary, printf("  %s", (*v)->name), 16);
	}
	tool_names(p);
	option_list("Options", cli_global_options);
	printf("\n'%s COMMAND --help' tells about a command. Exit status: 0 fine, 1 findings or failure,\n"
	       "2 changes pending, 3 refused for safety, 4 a device is absent, 5 busy, 64 usage.\n", p->name);
}

void cli_help(const struct cli *c, const struct cli_verb *v)
{
	if (v)
		verb_help_text(c->program, v);
	else
		program_help(c->program);
}
