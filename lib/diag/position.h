/*
 * Lines and columns of bytes in sources.
 *
 * Findings carry byte offsets; who prints them looks their places up here. Sources are
 * walked once, as far as the last place, however many places there are.
 */
#ifndef DIAG_POSITION_H
#define DIAG_POSITION_H

#include "diag/diag.h"

/* Line and column of a byte, both from 1; columns count characters of UTF-8. */
struct position {
	unsigned long line, column;
};

/* What is known about sources so far; zeroes make an empty one. Sources must not change. */
struct marked_source;
struct positions {
	VEC(struct marked_source) sources;
};

/* A byte behind the end counts as the end. */
struct position positions_find(struct positions *p, const struct source *src, size_t off);

void positions_release(struct positions *p);

#endif
