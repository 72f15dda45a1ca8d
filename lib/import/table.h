/* `dmc import table`: table text -> layout. */
#ifndef IMPORT_TABLE_H
#define IMPORT_TABLE_H

#include "base/strbuf.h"
#include "target/reader.h"

struct import_options {
	const struct target_list *targets;
	const struct kernel_profile *kernel; /* how its numbers are read */
	const char *name;                    /* for a table without a name */
	/* As in struct layout_writer; NULL: keys are asked for. */
	const char *(*key_file)(void *priv, const char *volume, const char *row, const struct key *key);
	void *priv;
};

/*
 * Appends the layout of the devices in `src`. Returns 0, or -EINVAL after findings; then
 * nothing is appended.
 */
int import_table(const struct source *src, const struct import_options *o, struct arena *arena,
		 struct diag *diag, struct strbuf *out);

#endif
