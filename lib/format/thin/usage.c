/*
 * What devices map, and how much of it they share, in two walks over the mappings: the first counts the
 * users of data blocks, the second the mappings whose data has more than one. A leaf with several users is
 * shared as a whole.
 */
#include <errno.h>
#include <stdlib.h>

#include "format/thin/thin.h"
#include "pdata/btree.h"

struct usage {
	struct pdata p;
	uint64_t nr_data;
	struct refmap data[PDATA_MAX_THREADS];
	struct refmap refs; /* of metadata blocks, in one walk */
	uint64_t *roots;
	size_t nr;
};

static void count_data(void *ctx, unsigned worker, const struct btree_node *leaf, struct btree_summary *s,
		       struct pdata_problems *problems)
{
	struct usage *u = ctx;

	(void)problems;
	for (uint32_t i = 0; i < leaf->nr; i++) {
		uint64_t data = thin_mapping(node_value(leaf, i)).data;

		if (data < u->nr_data)
			refmap_inc(&u->data[worker], data);
		else
			s->nr_wrong++;
	}
}

static void count_shared(void *ctx, unsigned worker, const struct btree_node *leaf, struct btree_summary *s,
			 struct pdata_problems *problems)
{
	struct usage *u = ctx;

	(void)worker;
	(void)problems;
	for (uint32_t i = 0; i < leaf->nr; i++) {
		uint64_t data = thin_mapping(node_value(leaf, i)).data;

		s->nr_marked += data < u->nr_data && u->data[0].counts[data] > 1;
		s->nr_wrong += data >= u->nr_data;
	}
}

/* Walks the trees; the summaries are in *c until it is released. */
static int walk(struct usage *u, struct btree_check *c, const struct btree_type *type)
{
	int r = refmap_init(&u->refs, u->p.nr_blocks);

	if (!r)
		r = btree_check_init(c, &u->p, type, &u->refs);
	if (!r)
		btree_check_roots(c, u->roots, u->nr);
	return r;
}

static int first_walk(struct usage *u)
{
	const struct btree_type type = {"mapping tree", sizeof(uint64_t), count_data, u};
	struct btree_check c = {0};
	int r = 0;

	for (unsigned w = 0; w < u->p.threads && !r; w++)
		r = refmap_init(&u->data[w], u->nr_data);
	if (!r)
		r = walk(u, &c, &type);
	for (unsigned w = 1; w < u->p.threads && !r; w++)
		refmap_merge(&u->data[0], &u->data[w]);
	btree_check_release(&c);
	refmap_release(&u->refs);
	return r;
}

static int second_walk(struct usage *u, const struct thin_devices *devices, struct thin_usage *ret)
{
	const struct btree_type type = {"mapping tree", sizeof(uint64_t), count_shared, u};
	struct btree_check c = {0};
	int r = walk(u, &c, &type);

	for (size_t i = 0; i < devices->list.nr && !r; i++) {
		const struct btree_summary *s = btree_check_summary(&c, devices->list.v[i].root);

		ret[i] = (struct thin_usage){s->nr_keys - s->nr_wrong, s->nr_marked, s->high};
		if (s->nr_wrong)
			pdata_add(&u->p, "mapping tree", &F_THIN_RANGE, "device %" PRIu64 ": %" PRIu64
				  " mappings lead past the end of the data", devices->list.v[i].id, s->nr_wrong);
	}
	btree_check_release(&c);
	refmap_release(&u->refs);
	return r;
}

int thin_usage_count(struct pdata *p, const struct thin_superblock *pool, const struct thin_devices *devices,
		     struct thin_usage **ret)
{
	struct usage u = {.p = *p, .nr_data = le64(pool->data_space_map.nr_blocks), .nr = devices->list.nr};
	struct thin_usage *usage = mem_calloc(u.nr, sizeof(*usage));
	size_t errors = diag_errors(p->diag);
	int r;

	u.roots = mem_calloc(u.nr, sizeof(*u.roots));
	for (size_t i = 0; i < u.nr; i++)
		u.roots[i] = devices->list.v[i].root;
	r = first_walk(&u);
	/* What is damaged was said: once is enough. */
	if (!r && diag_errors(p->diag) == errors)
		r = second_walk(&u, devices, usage);
	if (r)
		pdata_add(p, "data space map", &F_THIN_MEMORY, "no memory for %" PRIu64 " data blocks", u.nr_data);
	for (unsigned w = 0; w < PDATA_MAX_THREADS; w++)
		refmap_release(&u.data[w]);
	free(u.roots);
	if (diag_errors(p->diag) != errors) {
		free(usage);
		return -EUCLEAN;
	}
	*ret = usage;
	return 0;
}

/* ---- size ---- */

#define MAX_METADATA_BLOCKS (INDEX_ENTRIES * BITMAP_ENTRIES)

uint64_t thin_metadata_size(uint64_t nr_data_blocks, uint64_t nr_devices)
{
	uint64_t per_leaf = pdata_max_entries(sizeof(uint64_t)) / 2; /* leaves half full */
	uint64_t blocks = nr_data_blocks / per_leaf + (nr_data_blocks % per_leaf != 0) + 1;

	if (__builtin_add_overflow(blocks, nr_devices, &blocks) || blocks > MAX_METADATA_BLOCKS)
		blocks = MAX_METADATA_BLOCKS;
	return blocks * PDATA_BLOCK_SIZE;
}
