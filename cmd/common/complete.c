/* Completions for bash, zsh and fish, from the tables. */
#include <stdio.h>
#include <string.h>

#include "common/cli.h"

static void verb_names(const struct cli_program *p)
{
	for (const struct cli_verb *const *v = p->verbs; *v; v++)
		if (!(*v)->hidden)
			printf("%s%s", v == p->verbs ? "" : " ", (*v)->name);
}

static void words(const char *const *w)
{
	for (size_t i = 0; w && w[i]; i++)
		printf("%s%s", i ? " " : "", w[i]);
}

/* ---- bash ---- */

static void bash_options(const struct cli_option *o)
{
	for (; o && o->name; o++)
		printf(" --%s", o->name);
}

static void bash_values(const char *verb, const struct cli_option *o)
{
	for (; o && o->name; o++) {
		if (o->kind == CLI_FLAG || o->kind == CLI_OPTIONAL)
			continue;
		printf("\t%s:--%s)", verb, o->name);
		if (o->choices) {
			printf(" COMPREPLY=($(compgen -W \"");
			words(o->choices);
			printf("\" -- \"$cur\")); return ;;\n");
		} else if (o->complete == COMPLETE_FILES) {
			printf(" COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n");
		} else {
			printf(" return ;;\n");
		}
	}
}

static void bash(const struct cli_program *p)
{
	printf("# bash completion for %s, made by '%s completions bash'\n_%s()\n{\n"
	       "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb= i\n"
	       "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	       "\t\tcase ${COMP_WORDS[i]} in -*) ;; *) verb=${COMP_WORDS[i]}; break ;; esac\n\tdone\n"
	       "\tif [ -z \"$verb\" ]; then\n\t\tCOMPREPLY=($(compgen -W \"", p->name, p->name, p->name);
	verb_names(p);
	bash_options(cli_global_options);
	printf("\" -- \"$cur\"))\n\t\treturn\n\tfi\n\tcase $verb:$prev in\n");
	bash_values("*", cli_global_options);
	for (const struct cli_verb *const *v = p->verbs; *v; v++)
		bash_values((*v)->name, (*v)->options);
	printf("\tesac\n\tcase $verb:$cur in\n");
	for (const struct cli_verb *const *v = p->verbs; *v; v++) {
		printf("\t%s:-*) COMPREPLY=($(compgen -W \"", (*v)->name);
		bash_options((*v)->options);
		bash_options(cli_global_options);
		printf("\" -- \"$cur\")) ;;\n");
		if ((*v)->operands) {
			printf("\t%s:*) COMPREPLY=($(compgen -W \"", (*v)->name);
			words((*v)->operands);
			printf("\" -- \"$cur\")%s) ;;\n",
			       (*v)->complete == COMPLETE_FILES ? " $(compgen -f -- \"$cur\")" : "");
		} else if ((*v)->complete == COMPLETE_FILES) {
			printf("\t%s:*) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n", (*v)->name);
		}
	}
	printf("\tesac\n}\ncomplete -o filenames -F _%s %s\n", p->name, p->name);
}

/* ---- zsh ---- */

/* Single quotes, brackets and colons end a description. */
static void zsh_text(const char *s)
{
	for (; *s; s++) {
		if (*s == '\'')
			printf("'\\''");
		else if (strchr("[]:", *s))
			printf("\\%c", *s);
		else
			putchar(*s);
	}
}

static void zsh_option(const struct cli_option *o)
{
	printf(" \\\n\t\t\t'%s--%s", o->kind == CLI_LIST ? "*" : "", o->name);
	printf("%s[", o->kind == CLI_FLAG ? "" : o->kind == CLI_OPTIONAL ? "=-" : "=");
	zsh_text(o->help);
	printf("]");
	if (o->kind != CLI_FLAG) {
		printf(o->kind == CLI_OPTIONAL ? "::%s:" : ":%s:", o->arg);
		if (o->choices) {
			printf("(");
			words(o->choices);
			printf(")");
		} else if (o->complete == COMPLETE_FILES) {
			printf("_files");
		}
	}
	printf("'");
}

static void zsh(const struct cli_program *p)
{
	printf("#compdef %s\n# made by '%s completions zsh'\n_%s()\n{\n\tlocal line state\n"
	       "\t_arguments -C '1:command:->verb' '*::argument:->args'\n\tcase $state in\n"
	       "\tverb)\n\t\tlocal -a verbs\n\t\tverbs=(\n", p->name, p->name, p->name);
	for (const struct cli_verb *const *v = p->verbs; *v; v++) {
		if ((*v)->hidden)
			continue;
		printf("\t\t\t'%s:", (*v)->name);
		zsh_text((*v)->summary);
		printf("'\n");
	}
	printf("\t\t)\n\t\t_describe command verbs\n\t\t;;\n\targs)\n\t\tcase $line[1] in\n");
	for (const struct cli_verb *const *v = p->verbs; *v; v++) {
		printf("\t\t%s)\n\t\t\t_arguments", (*v)->name);
		for (const struct cli_option *o = (*v)->options; o && o->name; o++)
			zsh_option(o);
		for (const struct cli_option *o = cli_global_options; o->name; o++)
			zsh_option(o);
		if ((*v)->operands) {
			printf(" \\\n\t\t\t'1:argument:(");
			words((*v)->operands);
			printf(")'");
		}
		if ((*v)->complete == COMPLETE_FILES)
			printf(" \\\n\t\t\t'*:file:_files'");
		printf("\n\t\t\t;;\n");
	}
	printf("\t\tesac\n\t\t;;\n\tesac\n}\n_%s \"$@\"\n", p->name);
}

/* ---- fish ---- */

static void fish_text(const char *s)
{
	for (; *s; s++) {
		if (*s == '\'' || *s == '\\')
			putchar('\\');
		putchar(*s);
	}
}

static void fish_option(const char *program, const char *condition, const struct cli_option *o)
{
	printf("complete -c %s%s -l %s", program, condition, o->name);
	if (o->letter)
		printf(" -s %c", o->letter);
	if (o->kind != CLI_FLAG && o->kind != CLI_OPTIONAL)
		printf(o->complete == COMPLETE_FILES ? " -r" : " -x");
	if (o->choices) {
		printf(" -a '");
		words(o->choices);
		printf("'");
	}
	printf(" -d '");
	fish_text(o->help);
	printf("'\n");
}

static void fish(const struct cli_program *p)
{
	char condition[160];

	printf("# fish completion for %s, made by '%s completions fish'\n", p->name, p->name);
	for (const struct cli_option *o = cli_global_options; o->name; o++)
		fish_option(p->name, "", o);
	for (const struct cli_verb *const *v = p->verbs; *v; v++) {
		if ((*v)->hidden)
			continue;
		printf("complete -c %s -n __fish_use_subcommand -f -a %s -d '", p->name, (*v)->name);
		fish_text((*v)->summary);
		printf("'\n");
	}
	for (const struct cli_verb *const *v = p->verbs; *v; v++) {
		snprintf(condition, sizeof(condition), " -n '__fish_seen_subcommand_from %s'", (*v)->name);
		for (const struct cli_option *o = (*v)->options; o && o->name; o++)
			fish_option(p->name, condition, o);
		if ((*v)->operands) {
			printf("complete -c %s%s%s -a '", p->name, condition,
			       (*v)->complete == COMPLETE_FILES ? "" : " -f");
			words((*v)->operands);
			printf("'\n");
		}
	}
}

bool cli_complete(const struct cli_program *p, const char *shell)
{
	if (!strcmp(shell, "bash"))
		bash(p);
	else if (!strcmp(shell, "zsh"))
		zsh(p);
	else if (!strcmp(shell, "fish"))
		fish(p);
	else
		return false;
	return true;
}

static const char *const shells[] = {"bash", "zsh", "fish", NULL};

static int run(struct cli *c, void *options, int argc, char **argv)
{
	(void)options;
	(void)argc;
	if (!cli_complete(c->program, argv[0]))
		return cli_usage(c, "completions: unknown shell '%s'; bash, zsh and fish are known", argv[0]);
	return EXIT_OK;
}

const struct cli_verb verb_completions = {
	.name = "completions",
	.args = "bash|zsh|fish",
	.summary = "print completions for a shell",
	.min = 1,
	.max = 1,
	.operands = shells,
	.run = run,
};
