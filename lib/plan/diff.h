/* How a live table differs from the one that is wanted, word by word. */
#ifndef PLAN_DIFF_H
#define PLAN_DIFF_H

#include "plan/plan.h"
#include "target/params.h"

/* Changes beyond this many in one volume are only counted. */
#define DIFF_MAX_WORDS 64

/*
 * Compares the volume's table with `live`, read as this kernel's words. Fills in
 * change->words and returns true where they differ.
 */
bool diff_table(const struct plan *p, struct plan_change *change, const struct dm_lines *live);

/* A live line with its keys zeroed and devices named as in the layout, and a newline. */
void diff_print_public(const struct plan *p, const struct dm_line *live, struct strbuf *out);

#endif
