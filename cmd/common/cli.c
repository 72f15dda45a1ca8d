#include "common/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/near.h"

static const char *const color_words[] = {"auto", "always", "never", NULL};

struct globals {
	bool help, version, quiet, verbose;
	int color;
};

const struct cli_option cli_global_options[] = {
	{'h', "help", CLI_FLAG, NULL, "show help", NULL, COMPLETE_NONE, offsetof(struct globals, help)},
	{'V', "version", CLI_FLAG, NULL, "show the version and what is built in", NULL, COMPLETE_NONE,
	 offsetof(struct globals, version)},
	{'q', "quiet", CLI_FLAG, NULL, "say only what went wrong", NULL, COMPLETE_NONE,
	 offsetof(struct globals, quiet)},
	{'v', "verbose", CLI_FLAG, NULL, "say more", NULL, COMPLETE_NONE, offsetof(struct globals, verbose)},
	{0, "color", CLI_CHOICE, "WHEN", "colour messages: auto, always or never", color_words,
	 COMPLETE_NONE, offsetof(struct globals, color)},
	{0},
};

/* ---- messages ---- */

static void message(const struct cli *c, const char *fmt, va_list ap)
{
	fflush(stdout);
	fprintf(stderr, "%s: ", c->program->name);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

void cli_error(const struct cli *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message(c, fmt, ap);
	va_end(ap);
}

int cli_usage(const struct cli *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message(c, fmt, ap);
	va_end(ap);
	fprintf(stderr, "Try '%s%s%s --help'.\n", c->program->name, c->verb ? " " : "",
		c->verb ? c->verb->name : "");
	return c->verb && c->verb->tool ? EXIT_TOOL_USAGE : EXIT_USAGE;
}

void cli_note(const struct cli *c, const char *fmt, ...)
{
	va_list ap;

	if (c->quiet)
		return;
	va_start(ap, fmt);
	message(c, fmt, ap);
	va_end(ap);
}

bool cli_colored(const struct cli *c, int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (c->color != COLOR_AUTO)
		return c->color == COLOR_ALWAYS;
	return !(no && *no) && isatty(fd) && term && strcmp(term, "dumb");
}

/* ---- options ---- */

struct parser {
	struct cli *c;
	struct globals globals;
	void *options; /* of the verb, once it is known */
	char **operands;
	int nr_operands;
};

static const struct cli_option *find_name(const struct cli_option *o, const char *name, size_t len,
					  struct near *near)
{
	for (; o && o->name; o++) {
		if (strlen(o->name) == len && !memcmp(o->name, name, len))
			return o;
		near_offer(near, o->name);
	}
	return NULL;
}

static const struct cli_option *find_letter(const struct cli_option *o, char letter)
{
	for (; o && o->name; o++)
		if (o->letter == letter)
			return o;
	return NULL;
}

static int set_choice(struct parser *p, const struct cli_option *o, const char *value, int *field)
{
	struct near near = NEAR_INIT(value, strlen(value));

	for (int i = 0; o->choices[i]; i++) {
		if (!strcmp(o->choices[i], value)) {
			*field = i;
			return 0;
		}
		near_offer(&near, o->choices[i]);
	}
	if (near.best)
		return cli_usage(p->c, "--%s: unknown '%s'; did you mean '%s'?", o->name, value, near.best);
	return cli_usage(p->c, "--%s: unknown '%s'", o->name, value);
}

static void add_to_list(struct parser *p, struct cli_list *list, const char *value)
{
	const char **v = arena_array(&p->c->arena, const char *, list->nr + 2);

	if (list->nr)
		memcpy(v, list->v, list->nr * sizeof(*v));
	v[list->nr++] = value;
	list->v = v;
}

static int set_option(struct parser *p, const struct cli_option *o, bool global, const char *value)
{
	char *field = (char *)(global ? (void *)&p->globals : p->options) + o->offset;

	switch (o->kind) {
	case CLI_FLAG:
		*(bool *)field = true;
		return 0;
	case CLI_TEXT:
		*(const char **)field = value;
		return 0;
	case CLI_OPTIONAL:
		*(const char **)field = value ? value : "";
		return 0;
	case CLI_CHOICE:
		return set_choice(p, o, value, (int *)field);
	case CLI_LIST:
		add_to_list(p, (struct cli_list *)field, value);
		return 0;
	}
	return 0;
}

/* --name, --name=value, --name value; *i is moved over a value that is an argument. */
static int long_option(struct parser *p, int argc, char **argv, int *i)
{
	const char *arg = argv[*i] + 2, *eq = strchr(arg, '='), *value = eq ? eq + 1 : NULL;
	size_t len = eq ? (size_t)(eq - arg) : strlen(arg);
	struct near near = NEAR_INIT(arg, len);
	const struct cli_verb *v = p->c->verb;
	const struct cli_option *o = v ? find_name(v->options, arg, len, &near) : NULL;
	bool global = !o;

	if (!o)
		o = find_name(cli_global_options, arg, len, &near);
	if (!o) {
		if (near.best)
			return cli_usage(p->c, "unknown option '--%.*s'; did you mean '--%s'?", (int)len, arg,
					 near.best);
		return cli_usage(p->c, "unknown option '--%.*s'", (int)len, arg);
	}
	if (o->kind == CLI_FLAG && value)
		return cli_usage(p->c, "--%s takes no value", o->name);
	if (o->kind != CLI_FLAG && o->kind != CLI_OPTIONAL && !value) {
		if (*i + 1 >= argc)
			return cli_usage(p->c, "--%s wants a value: %s", o->name, o->arg);
		value = argv[++*i];
	}
	return set_option(p, o, global, value);
}

/* -q, -qv, -o FILE, -oFILE; -m and -m=BLOCK, where the value may be left out */
static int short_options(struct parser *p, int argc, char **argv, int *i)
{
	for (const char *s = argv[*i] + 1; *s; s++) {
		const struct cli_option *o = p->c->verb ? find_letter(p->c->verb->options, *s) : NULL;
		bool global = !o;
		int r;

		if (!o)
			o = find_letter(cli_global_options, *s);
		if (!o)
			return cli_usage(p->c, "unknown option '-%c'", *s);
		if (o->kind == CLI_OPTIONAL && s[1] == '=')
			return set_option(p, o, global, s + 2);
		if (o->kind == CLI_FLAG || o->kind == CLI_OPTIONAL) {
			r = set_option(p, o, global, NULL);
			if (r)
				return r;
			continue;
		}
		if (s[1])
			return set_option(p, o, global, s + 1);
		if (*i + 1 >= argc)
			return cli_usage(p->c, "-%c wants a value: %s", *s, o->arg);
		return set_option(p, o, global, argv[++*i]);
	}
	return 0;
}

static int choose_verb(struct parser *p, const char *name)
{
	struct near near = NEAR_INIT(name, strlen(name));

	for (const struct cli_verb *const *v = p->c->program->verbs; *v; v++) {
		if (!strcmp((*v)->name, name)) {
			p->c->verb = *v;
			p->options = arena_alloc(&p->c->arena, (*v)->options_size);
			return 0;
		}
		if (!(*v)->hidden)
			near_offer(&near, (*v)->name);
	}
	if (near.best)
		return cli_usage(p->c, "unknown command '%s'; did you mean '%s'?", name, near.best);
	return cli_usage(p->c, "unknown command '%s'", name);
}

/*
 * Options may stand before and behind the verb; a global option's own value does not
 * start with a verb's name, so the first operand is the verb.
 */
static int parse(struct parser *p, int argc, char **argv)
{
	bool only_operands = false;

	for (int i = 1; i < argc; i++) {
		int r = 0;

		if (!only_operands && !strcmp(argv[i], "--"))
			only_operands = true;
		else if (!only_operands && argv[i][0] == '-' && argv[i][1] == '-')
			r = long_option(p, argc, argv, &i);
		else if (!only_operands && argv[i][0] == '-' && argv[i][1])
			r = short_options(p, argc, argv, &i);
		else if (!p->c->verb)
			r = choose_verb(p, argv[i]);
		else
			p->operands[p->nr_operands++] = argv[i];
		if (r)
			return r;
	}
	return 0;
}

/* The verb's own memory; that of the words on the command line is apart. */
static int run_verb(struct parser *p, const struct cli_verb *v)
{
	struct arena words = p->c->arena;
	int status;

	if (v->keys)
		arena_init_secret(&p->c->arena);
	else
		arena_init(&p->c->arena);
	status = v->run(p->c, p->options, p->nr_operands, p->operands);
	arena_release(&p->c->arena);
	p->c->arena = words;
	return status;
}

static int run(struct parser *p)
{
	const struct cli_verb *v = p->c->verb;

	p->c->quiet = p->globals.quiet;
	p->c->verbose = p->globals.verbose;
	p->c->color = p->globals.color;
	if (p->globals.version) {
		cli_print_version(p->c->program);
		return EXIT_OK;
	}
	if (p->globals.help) {
		cli_help(p->c, v);
		return EXIT_OK;
	}
	if (!v)
		return cli_usage(p->c, "no command given");
	if (p->nr_operands < v->min)
		return cli_usage(p->c, "%s: expected %s", v->name, v->args);
	if (v->max >= 0 && p->nr_operands > v->max)
		return cli_usage(p->c, "%s: unexpected '%s'", v->name, p->operands[v->max]);
	return run_verb(p, v);
}

/* A full disk or a closed pipe must not look like success. */
static int finish(struct cli *c, int status)
{
	if (fflush(stdout) || ferror(stdout)) {
		if (errno != EPIPE)
			cli_error(c, "cannot write the output: %s", strerror(errno));
		return status ? status : EXIT_FINDINGS;
	}
	return status;
}

/* thin_check as a link to the program is its verb of that name. */
static void choose_tool(struct parser *p, const char *name)
{
	const char *slash = strrchr(name, '/');

	for (const struct cli_verb *const *v = p->c->program->verbs; *v; v++) {
		if ((*v)->tool && !strcmp((*v)->name, slash ? slash + 1 : name)) {
			p->c->verb = *v;
			p->options = arena_alloc(&p->c->arena, (*v)->options_size);
		}
	}
}

int cli_main(const struct cli_program *program, int argc, char **argv)
{
	struct cli c = {.program = program};
	struct parser p = {.c = &c};
	int status;

	arena_init(&c.arena);
	if (argc)
		choose_tool(&p, argv[0]);
	p.operands = arena_array(&c.arena, char *, (size_t)argc + 1);
	status = parse(&p, argc, argv);
	if (!status)
		status = run(&p);
	status = finish(&c, status);
	arena_release(&c.arena);
	return status;
}

static int run_help(struct cli *c, void *options, int argc, char **argv)
{
	struct parser p = {.c = c};
	int r;

	(void)options;
	if (!argc) {
		cli_help(c, NULL);
		return EXIT_OK;
	}
	r = choose_verb(&p, argv[0]);
	if (!r)
		cli_help(c, c->verb);
	return r;
}

const struct cli_verb verb_help = {
	.name = "help",
	.args = "[COMMAND]",
	.summary = "show help",
	.max = 1,
	.run = run_help,
};
