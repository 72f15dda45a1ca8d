/*
 * The command line of both programs, said once in tables: parsing, --help, man page
 * synopsis and completions come from the same rows.
 */
#ifndef COMMON_CLI_H
#define COMMON_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* Exit statuses; other programs rely on them. */
enum {
	EXIT_OK = 0,
	EXIT_FINDINGS = 1, /* findings, or failure */
	EXIT_CHANGES = 2,  /* changes pending (plan --detailed-exitcode) */
	EXIT_REFUSED = 3,  /* refused for safety */
	EXIT_ABSENT = 4,   /* a device is not there */
	EXIT_BUSY = 5,
	EXIT_USAGE = 64,
	/* Of tools with names of their own, as thin-provisioning-tools 1.x ends. */
	EXIT_TOOL_FAILURE = 64,
	EXIT_TOOL_USAGE = 2,
};

enum cli_kind {
	CLI_FLAG,   /* bool */
	CLI_TEXT,   /* const char * */
	CLI_CHOICE, /* int: index into .choices */
	CLI_LIST,   /* struct cli_list: may be repeated */
	CLI_OPTIONAL, /* const char *: --name or --name=value, "" without one */
};

enum cli_complete { COMPLETE_NONE, COMPLETE_FILES };

struct cli_option {
	char letter;              /* 0: none */
	const char *name;         /* NULL ends an array */
	enum cli_kind kind;
	const char *arg;          /* placeholder of the value */
	const char *help;
	const char *const *choices; /* NULL-terminated; also completes a text */
	enum cli_complete complete;
	size_t offset;            /* of its field in the verb's options struct */
};

struct cli_list {
	const char **v;
	size_t nr;
};

struct cli;

struct cli_verb {
	const char *name;         /* NULL ends an array */
	const char *args;         /* synopsis of the operands: "LAYOUT…" */
	const char *summary;      /* one line */
	const char *help;         /* paragraphs, or NULL */
	const char *examples;     /* lines, or NULL */
	const struct cli_option *options;
	size_t options_size;      /* of the options struct */
	int min, max;             /* operands; max -1: any number */
	enum cli_complete complete;
	const char *const *operands; /* words that an operand may be, for completions */
	bool hidden;
	bool tool;                /* known by its own name, too, and fails as the tool it stands in for */
	bool keys;                /* its texts may hold keys: `arena` is a secret one */
	int (*run)(struct cli *c, void *options, int argc, char **argv);
};

struct cli_program {
	const char *name, *summary;
	const struct cli_verb *const *verbs; /* NULL-terminated */
};

enum cli_color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* What every verb is given. */
struct cli {
	const struct cli_program *program;
	const struct cli_verb *verb;
	struct arena arena;       /* the verb's; released when it returns */
	int color;                /* enum cli_color */
	bool quiet, verbose;
};

/*
 * Parses, runs the verb, flushes standard output; the result is the exit status. Where the
 * program was called by the name of a tool, that is the verb.
 */
int cli_main(const struct cli_program *p, int argc, char **argv);

/* True where standard error (or output) should be coloured. */
bool cli_colored(const struct cli *c, int fd);

/* "dmc: …" on standard error. */
void cli_error(const struct cli *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same, and EXIT_USAGE. */
int cli_usage(const struct cli *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Talk that -q silences. */
void cli_note(const struct cli *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* help.c, complete.c */
void cli_help(const struct cli *c, const struct cli_verb *v);
bool cli_complete(const struct cli_program *p, const char *shell);
extern const struct cli_option cli_global_options[];

/* version.c */
extern const char cli_version[];
void cli_print_version(const struct cli_program *p);

extern const struct cli_verb verb_completions, verb_help;

#endif
