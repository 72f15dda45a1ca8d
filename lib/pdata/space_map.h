/*
 * Space maps: how many users each block has, as stored on disk.
 *
 * Two bits a block in bitmaps; counts of three and more in a btree beside them. The map of data
 * blocks finds its bitmaps by a btree, that of the metadata itself by a single index block.
 */
#ifndef PDATA_SPACE_MAP_H
#define PDATA_SPACE_MAP_H

#include "pdata/pdata.h"
#include "pdata/refmap.h"

struct space_map_bitmap {
	uint64_t blocknr; /* 0: there is none */
	uint32_t nr_free, none_free_before;
};

struct space_map {
	const char *name;     /* "data space map", for findings */
	bool metadata;        /* of the metadata itself */
	uint64_t nr_blocks, nr_allocated, bitmap_root, ref_count_root;
	struct space_map_bitmap *bitmaps;
	size_t nr_bitmaps;
	struct refmap high;   /* counts of 3 and more */
	uint64_t nr_leaked;   /* after space_map_compare() */
	bool damaged;         /* what was read is not complete: comparing makes no sense */
};

/* From the bytes of a superblock. */
void space_map_init(struct space_map *m, const struct pdata_space_map_root *root, bool metadata);
void space_map_release(struct space_map *m);

/*
 * Reads index and high counts, and counts the users of the metadata blocks of the map itself.
 * Findings set m->damaged. Returns 0 or -ENOMEM.
 */
int space_map_load(struct pdata *p, struct space_map *m, struct refmap *refs);

/* Compares with the counts that were found, after space_map_load(); `counts` has m->nr_blocks. */
void space_map_compare(struct pdata *p, struct space_map *m, const struct refmap *counts);

#endif
