/*
 * Table text -> tables: what `dmsetup table`, `dmsetup create` and
 * `dmsetup table --concise` read and print.
 */
#ifndef TARGET_READER_H
#define TARGET_READER_H

#include "target/params.h"
#include "target/table.h"

struct reader {
	const struct target_list *targets;
	const struct kernel_profile *kernel; /* how numbers are read; NULL: 6.12 */
	struct diag *diag;
	struct arena *arena;
	/* As in struct parse_ctx. */
	const struct blkdev *(*device)(void *priv, const char *word, struct span span);
	void *priv;
};

/* One device of a table text. */
struct device_text {
	const char *name; /* NULL: the text has none */
	const char *uuid; /* NULL or empty: none */
	long minor;       /* -1: any */
	bool read_only;
	struct span span;    /* all its lines */
	struct span *lines;  /* parameters of each line of the table */
	struct table table;
};

struct device_texts {
	struct device_text *v;
	size_t nr;
};

/*
 * Reads `START LENGTH TARGET PARAMS` lines, with `NAME: ` in front when there are several
 * devices, or the concise form (a line without such a beginning, with commas). Blank lines
 * and lines starting with # are skipped; "No devices found" is an empty list. Reads on
 * after errors. Returns 0, or -EINVAL when findings with errors were added; then *ret has
 * what could be read.
 */
int tables_read(const struct reader *r, const struct source *src, struct device_texts *ret);

/* One line's parameters (words `off` … of src): for scripts and tests. */
int line_read(const struct reader *r, const struct source *src, size_t off, size_t len,
	      struct line *ret, struct span *params);

extern const struct finding_kind F_TABLE_SYNTAX, F_TABLE_NAME, F_TABLE_CONCISE;
extern const struct finding_kind *const reader_findings[]; /* NULL-terminated */

#endif
