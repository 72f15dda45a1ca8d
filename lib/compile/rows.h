/* Values of a line by their layout keys, for rules that concern several volumes. */
#ifndef COMPILE_ROWS_H
#define COMPILE_ROWS_H

#include "target/params.h"

/* The row of a target's key; NULL: it has none. */
static inline const struct word *row_by_key(const struct target *t, const char *key)
{
	for (const struct word *row = t->words; row->kind != WORD_END; row++)
		if (row->key && !strcmp(row->key, key))
			return row;
	return NULL;
}

static inline const struct blkdev *row_device(const struct line *line, const struct word *row)
{
	return row ? word_cfield(line->params, row, struct devref)->dev : NULL;
}

#endif
