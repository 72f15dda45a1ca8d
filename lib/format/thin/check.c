/*
 * thin_check: trees from the top, then mappings, then both space maps against what was counted.
 */
#include <errno.h>
#include <stdlib.h>

#include "format/thin/thin.h"
#include "pdata/btree.h"
#include "pdata/space_map.h"

struct check {
	struct pdata p; /* its blocks are those of the metadata space map */
	const struct thin_superblock *sb;
	struct thin_superblock held; /* the metadata snapshot's */
	bool have_held;
	const struct thin_check_options *o;
	struct refmap refs; /* users of metadata blocks */
	struct refmap data[PDATA_MAX_THREADS];
	uint64_t nr_data;
	VEC(uint64_t) roots[PDATA_MAX_THREADS]; /* values of distinct leaves of the device tree */
	VEC(uint64_t) all_roots;
	struct thin_devices devices, held_devices;
	struct space_map data_map, metadata_map;
	bool damaged; /* trees are not complete: counts mean nothing */
};

/* ---- devices ---- */

static void note_roots(void *ctx, unsigned worker, const struct btree_node *leaf, struct btree_summary *s,
		       struct pdata_problems *problems)
{
	struct check *c = ctx;

	(void)s;
	(void)problems;
	for (uint32_t i = 0; i < leaf->nr; i++)
		vec_push(&c->roots[worker], node_child(leaf, i));
}

/* A tree that the pool and its metadata snapshot have, and may share in parts. */
static int check_both(struct check *c, const struct btree_type *type, uint64_t live, uint64_t held)
{
	struct btree_check b;
	uint64_t roots[2];
	size_t nr = 0;
	int r = btree_check_init(&b, &c->p, type, &c->refs);

	if (!c->o->snapshot)
		roots[nr++] = live;
	if (c->have_held)
		roots[nr++] = held;
	if (!r)
		btree_check_roots(&b, roots, nr);
	for (size_t i = 0; !r && i < nr; i++)
		c->damaged |= btree_check_summary(&b, roots[i])->damaged;
	btree_check_release(&b);
	return r;
}

static int check_device_trees(struct check *c)
{
	const struct btree_type devices = {"device tree", sizeof(uint64_t), note_roots, c};
	const struct btree_type details = {"device details", sizeof(struct pdata_details), NULL, NULL};
	int r = check_both(c, &devices, c->sb->mapping_root, c->held.mapping_root);

	if (!r)
		r = check_both(c, &details, c->sb->details_root, c->held.details_root);
	if (r || c->damaged)
		return r;
	if (!c->o->snapshot && thin_devices_read(&c->p, c->sb, &c->devices))
		c->damaged = true;
	if (c->have_held && thin_devices_read(&c->p, &c->held, &c->held_devices))
		c->damaged = true;
	return 0;
}

/* ---- mappings ---- */

static void count_mappings(void *ctx, unsigned worker, const struct btree_node *leaf, struct btree_summary *s,
			   struct pdata_problems *problems)
{
	struct check *c = ctx;
	struct refmap *counts = &c->data[worker];
	uint64_t nr_data = c->nr_data;

	for (uint32_t i = 0; i < leaf->nr; i++) {
		uint64_t data = thin_mapping(node_value(leaf, i)).data;

		if (data < nr_data) {
			refmap_inc(counts, data);
			continue;
		}
		if (!s->nr_wrong++)
			pdata_note(problems, &F_THIN_RANGE,
				   "block %" PRIu64 ": virtual block %" PRIu64 " is mapped to data block %" PRIu64
				   ", past the end of the data", leaf->blocknr, node_key(leaf, i), data);
	}
}

static void check_mapped(struct check *c, const struct btree_check *b, const struct thin_devices *devices)
{
	for (size_t i = 0; i < devices->list.nr; i++) {
		const struct thin_device *d = &devices->list.v[i];
		const struct btree_summary *s = btree_check_summary(b, d->root);

		c->damaged |= s->damaged;
		if (!s->damaged && s->nr_keys - s->nr_wrong != d->mapped_blocks)
			pdata_add(&c->p, "device details", &F_THIN_MAPPED,
				  "device %" PRIu64 ": its details say %" PRIu64 " mapped blocks, its tree has %" PRIu64,
				  d->id, d->mapped_blocks, s->nr_keys - s->nr_wrong);
	}
}

static void join_roots(struct check *c)
{
	for (unsigned w = 0; w < PDATA_MAX_THREADS; w++)
		for (size_t i = 0; i < c->roots[w].nr; i++)
			vec_push(&c->all_roots, c->roots[w].v[i]);
}

static int check_mappings(struct check *c)
{
	const struct btree_type type = {"mapping tree", sizeof(uint64_t), count_mappings, c};
	struct btree_check b;
	int r = btree_check_init(&b, &c->p, &type, &c->refs);

	for (unsigned w = 0; !r && w < c->p.threads; w++)
		r = refmap_init(&c->data[w], c->nr_data);
	if (!r) {
		join_roots(c);
		btree_check_roots(&b, c->all_roots.v, c->all_roots.nr);
		check_mapped(c, &b, &c->devices);
		check_mapped(c, &b, &c->held_devices);
		for (unsigned w = 1; w < c->p.threads; w++)
			refmap_merge(&c->data[0], &c->data[w]);
	}
	btree_check_release(&b);
	return r;
}

/* ---- all of it ---- */

static int check_trees(struct check *c)
{
	int r = refmap_init(&c->refs, c->p.nr_blocks);

	if (r)
		return r;
	if (c->p.nr_blocks)
		refmap_inc(&c->refs, 0);
	if (c->have_held && c->sb->held_root < c->p.nr_blocks)
		refmap_inc(&c->refs, c->sb->held_root);
	r = check_device_trees(c);
	if (r || c->o->skip_mappings)
		return r;
	r = space_map_load(&c->p, &c->data_map, &c->refs);
	/* Without a map that could be right there is no end of the data to speak of. */
	c->nr_data = c->data_map.bitmaps ? c->data_map.nr_blocks : 0;
	if (!r && c->data_map.bitmaps)
		r = check_mappings(c);
	if (r || c->o->snapshot)
		return r;
	r = space_map_load(&c->p, &c->metadata_map, &c->refs);
	if (r || c->damaged)
		return r;
	space_map_compare(&c->p, &c->data_map, &c->data[0]);
	/* What is missing of the other map was not counted either. */
	if (!c->data_map.damaged)
		space_map_compare(&c->p, &c->metadata_map, &c->refs);
	return 0;
}

static void release(struct check *c)
{
	for (unsigned w = 0; w < PDATA_MAX_THREADS; w++) {
		refmap_release(&c->data[w]);
		vec_release(&c->roots[w]);
	}
	refmap_release(&c->refs);
	vec_release(&c->all_roots);
	thin_devices_release(&c->devices);
	thin_devices_release(&c->held_devices);
	space_map_release(&c->data_map);
	space_map_release(&c->metadata_map);
}

void thin_check(struct pdata *p, const struct thin_superblock *pool, const struct thin_check_options *o)
{
	struct thin_superblock sb = *pool;
	struct check c = {.p = *p, .sb = &sb, .o = o};
	uint64_t nr = le64(pool->metadata_space_map.nr_blocks);

	if (o->mapping_root)
		sb.mapping_root = o->mapping_root;
	if (o->details_root)
		sb.details_root = o->details_root;
	if (o->snapshot && !sb.held_root)
		pdata_add(p, "superblock", &F_THIN_NO_SNAPSHOT,
			  "the pool holds no metadata snapshot");
	c.have_held = sb.held_root && !thin_superblock_read(p, sb.held_root, &c.held);
	if (o->superblock_only)
		return;
	if (nr < c.p.nr_blocks)
		c.p.nr_blocks = nr;
	space_map_init(&c.data_map, &sb.data_space_map, false);
	space_map_init(&c.metadata_map, &sb.metadata_space_map, true);
	if (check_trees(&c))
		diag_add(p->diag, &F_THIN_MEMORY, (struct span){0}, "no memory for %" PRIu64 " data blocks", c.nr_data);
	release(&c);
}
