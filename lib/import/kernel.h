/* `dmc import kernel`: running devices -> layout. */
#ifndef IMPORT_KERNEL_H
#define IMPORT_KERNEL_H

#include "dm/blockdev.h"
#include "dm/dm.h"
#include "import/table.h"

/* A running device with a live table. */
struct import_running {
	const char *name, *uuid; /* uuid NULL: none */
	dev_t dev;
	bool read_only;
	struct dm_lines table;
};

struct import_kernel {
	const struct import_running *devices; /* with all dm devices that they stand on */
	size_t nr;
	const struct blockdev *underneath;    /* the other devices that they stand on */
	size_t nr_underneath;
	bool minors;                          /* keep minor numbers */
};

/*
 * Appends the layout. In it a number of another device of the import is that volume, a loop
 * device over a whole file that file, and any other device the name that stays longest.
 * `o->name` does not matter. Returns 0, or -EINVAL after findings; then nothing is appended.
 */
int import_running(const struct import_kernel *k, const struct import_options *o, struct arena *arena,
		   struct diag *diag, struct strbuf *out);

#endif
