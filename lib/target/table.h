/*
 * Tables: the rules that the device-mapper core adds to those of the targets.
 */
#ifndef TARGET_TABLE_H
#define TARGET_TABLE_H

#include "target/target.h"

/* A device whose table is checked. */
struct table_ctx {
	const struct kernel_profile *kernel;
	struct diag *diag;
	struct arena *arena;
	const char *subject;
	const struct blkdev *self; /* the device itself; NULL: not known */
	/* As in struct line_ctx; `index` of the context says which line. */
	struct span (*locate)(const struct line_ctx *c, const struct word *repeat, size_t item,
			      const struct word *row);
	const void *where;
	bool reload;               /* the device has a table already */
};

/*
 * Every check the kernel makes at load and at the first resume: the rules of
 * dm_table_add_target(), each target's own, device areas and block size alignment
 * (dm_calculate_queue_limits()). Adds findings; *limits gets the limits of the whole
 * table (may be NULL).
 */
void table_check(const struct table_ctx *c, const struct table *t, struct limits *limits);

/* The limits of the table without checking anything. */
void table_limits(const struct table_ctx *c, const struct table *t, struct limits *limits);

/* Calls fn for every range of every device that a line uses. */
void line_areas(const struct line_ctx *c, const struct line *l, area_fn *fn, void *priv);

/* Calls fn for every device word of the line, whole devices (length 0) too. */
void line_devices(const struct line *l,
		  void (*fn)(void *priv, struct devref *ref, const struct word *repeat, size_t item,
			     const struct word *row),
		  void *priv);

/* The table's length in sectors: the end of its last line. */
static inline uint64_t table_sectors(const struct table *t)
{
	const struct line *last = t->nr ? &t->lines[t->nr - 1] : NULL;

	return last ? last->start_sectors + last->nr_sectors : 0;
}

extern const struct finding_kind F_TABLE_EMPTY, F_TABLE_ZERO_LENGTH, F_TABLE_TOO_LARGE,
	F_TABLE_GAP, F_TABLE_SINGLETON, F_TABLE_IMMUTABLE, F_TABLE_READ_ONLY, F_TABLE_WRITABLE,
	F_TABLE_LINES, F_AREA_TOO_SMALL, F_AREA_ALIGNMENT, F_AREA_ZONES, F_TABLE_ALIGNMENT,
	F_TABLE_BLOCK_SIZE, F_TABLE_NOT_AT_ZERO, F_ZONED_UNSUPPORTED;

#endif
