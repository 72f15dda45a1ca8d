/*
 * How many users each block has.
 *
 * A byte a block, and a small hash table for the few with more than 254 users. The bytes are memory
 * that the system gives when it is first written, so blocks that nobody uses cost nothing, however
 * many a space map claims.
 */
#ifndef PDATA_REFMAP_H
#define PDATA_REFMAP_H

#include <stddef.h>
#include <stdint.h>

struct refmap_more {
	uint64_t block; /* + 1; 0: free */
	uint32_t count; /* beyond REFMAP_MAX */
};

#define REFMAP_MAX 255u

struct refmap {
	uint64_t nr_blocks;
	uint8_t *counts; /* REFMAP_MAX: see `more` */
	struct refmap_more *more;
	size_t nr_more, alloc_more; /* alloc: a power of two */
};

/* Returns 0, or -ENOMEM where there is no room in the address space. */
int refmap_init(struct refmap *m, uint64_t nr_blocks);
void refmap_release(struct refmap *m);

/* Adds to the count of a block that has REFMAP_MAX. */
void refmap_add_more(struct refmap *m, uint64_t block, uint32_t n);

/* One user more; `block` is below nr_blocks. Returns how many there were, at most REFMAP_MAX. */
static inline uint32_t refmap_inc(struct refmap *m, uint64_t block)
{
	uint32_t before = m->counts[block];

	if (before < REFMAP_MAX)
		m->counts[block] = (uint8_t)(before + 1);
	else
		refmap_add_more(m, block, 1);
	return before;
}

/* Sets a count that is 0 so far. */
void refmap_set(struct refmap *m, uint64_t block, uint32_t n);

uint32_t refmap_more(const struct refmap *m, uint64_t block);

static inline uint32_t refmap_get(const struct refmap *m, uint64_t block)
{
	return m->counts[block] < REFMAP_MAX ? m->counts[block] : REFMAP_MAX + refmap_more(m, block);
}

/* Adds the counts of `from`, which is of the same size, to those of `to`. */
void refmap_merge(struct refmap *to, const struct refmap *from);

#endif
