/* What the verbs of dmc share. */
#ifndef DMC_DMC_H
#define DMC_DMC_H

#include "common/cli.h"
#include "common/io.h"
#include "common/report.h"
#include "compile/check.h"
#include "compile/compile.h"
#include "layout/layout.h"
#include "out/out.h"

/* A layout that is being worked on, with its findings. */
struct session {
	struct cli *c;
	struct diag diag;
	struct layout layout;
	bool loaded;
};

void session_init(struct session *s, struct cli *c);
void session_release(struct session *s);

/* "NAME=VALUE" of --param; EXIT_USAGE after a line. */
int parse_params(struct cli *c, const struct cli_list *list, struct layout_options *o);

/*
 * The profile for --kernel: a known release, or a file with the output of `dmsetup
 * targets`. NULL after a finding.
 */
const struct kernel_profile *find_profile(struct session *s, const char *name, struct span span);

/* Prints the findings to standard error as text; a sum with -v or when there are errors. */
void print_findings(struct session *s);

/*
 * Reads and loads a layout; false after the findings were printed. That devices are absent
 * is no obstacle where the tables are complete without them.
 */
bool load_layout(struct session *s, const char *path, const struct layout_options *o);

/* Every kind of finding there is, sorted by identifier; *nr says how many. */
const struct finding_kind **all_findings(struct arena *a, size_t *nr);

extern const struct cli_verb verb_check, verb_compile, verb_import, verb_explain, verb_schema,
	verb_targets, verb_graph, verb_plan, verb_apply, verb_remove, verb_status,
	verb_thin_check, verb_thin_dump, verb_thin_ls, verb_thin_metadata_size;

#endif
