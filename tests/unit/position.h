/* The place of one byte, for tests. */
#ifndef UNIT_POSITION_H
#define UNIT_POSITION_H

#include "diag/position.h"

static inline struct position position_of(const struct source *src, size_t off)
{
	struct positions p = {0};
	struct position r = positions_find(&p, src, off);

	positions_release(&p);
	return r;
}

#endif
