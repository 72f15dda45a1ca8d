#include "pdata/space_map.h"

#include <errno.h>
#include <stdlib.h>

#include "pdata/btree.h"

void space_map_init(struct space_map *m, const struct pdata_space_map_root *root, bool metadata)
{
	*m = (struct space_map){
		.name = metadata ? "metadata space map" : "data space map",
		.metadata = metadata,
		.nr_blocks = le64(root->nr_blocks),
		.nr_allocated = le64(root->nr_allocated),
		.bitmap_root = le64(root->bitmap_root),
		.ref_count_root = le64(root->ref_count_root),
	};
}

void space_map_release(struct space_map *m)
{
	free(m->bitmaps);
	refmap_release(&m->high);
	*m = (struct space_map){0};
}

static void __attribute__((format(printf, 4, 5)))
complain(struct pdata *p, struct space_map *m, const struct finding_kind *kind, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_vadd(p->diag, kind, (struct span){0}, fmt, ap)->subject = m->name;
	va_end(ap);
	m->damaged |= kind->severity == SEV_ERROR;
}

/* ---- loading ---- */

/* Checks a tree of the map; false where it cannot be read. */
static int check_tree(struct pdata *p, const struct btree_type *type, uint64_t root, struct refmap *refs,
		      bool *ret_good)
{
	struct btree_check c;
	int r = btree_check_init(&c, p, type, refs);

	if (!r) {
		btree_check_roots(&c, &root, 1);
		*ret_good = !btree_check_summary(&c, root)->damaged;
	}
	btree_check_release(&c);
	return r;
}

struct load {
	struct pdata *p;
	struct space_map *m;
	uint64_t nr;
};

static struct space_map_bitmap read_entry(const struct pdata_index_entry *e)
{
	return (struct space_map_bitmap){le64(e->blocknr), le32(e->nr_free), le32(e->none_free_before)};
}

static int add_entries(void *ctx, const struct btree_node *leaf)
{
	struct load *l = ctx;

	for (uint32_t i = 0; i < leaf->nr; i++) {
		/* Too many of them do no harm: the kernel never looks there. */
		if (node_key(leaf, i) >= l->m->nr_bitmaps)
			break;
		l->m->bitmaps[node_key(leaf, i)] = read_entry((const void *)node_value(leaf, i));
	}
	return 0;
}

static int load_index_tree(struct load *l, struct refmap *refs)
{
	static const struct btree_type type = {.name = "index of the data space map",
					       .value_size = sizeof(struct pdata_index_entry)};
	bool good = false;
	int r = check_tree(l->p, &type, l->m->bitmap_root, refs, &good);

	if (r)
		return r;
	if (!good || btree_read(l->p, &type, l->m->bitmap_root, add_entries, l))
		l->m->damaged = true;
	return 0;
}

static void load_index_block(struct load *l, struct refmap *refs)
{
	struct space_map *m = l->m;
	struct pdata_index_block *b;

	if (!m->bitmap_root || m->bitmap_root >= l->p->nr_blocks) {
		complain(l->p, m, &F_PDATA_POINTER, "the index is block %" PRIu64 ", where the metadata has %" PRIu64
			 " blocks", m->bitmap_root, l->p->nr_blocks);
		return;
	}
	refmap_inc(refs, m->bitmap_root);
	b = blk_buffer(sizeof(*b));
	if (pdata_read(l->p, &pdata_index, m->bitmap_root, m->name, (uint8_t *)b) == PDATA_GOOD)
		for (size_t i = 0; i < m->nr_bitmaps; i++)
			m->bitmaps[i] = read_entry(&b->bitmaps[i]);
	else
		m->damaged = true;
	free(b);
}

static int add_counts(void *ctx, const struct btree_node *leaf)
{
	struct load *l = ctx;

	for (uint32_t i = 0; i < leaf->nr; i++) {
		uint64_t block = node_key(leaf, i);
		uint32_t count = get_le32(node_value(leaf, i));

		if (block < l->m->nr_blocks && count >= 3)
			refmap_set(&l->m->high, block, count);
		else if (block < l->m->nr_blocks)
			complain(l->p, l->m, &F_PDATA_COUNT, "block %" PRIu64 ": a count of %" PRIu32 " for block %" PRIu64
				 ", where only those of 3 and more belong", leaf->blocknr, count, block);
		else
			complain(l->p, l->m, &F_PDATA_COUNT, "block %" PRIu64 ": a count for block %" PRIu64
				 ", where there are %" PRIu64, leaf->blocknr, block, l->m->nr_blocks);
	}
	return 0;
}

static int load_high_counts(struct load *l, struct refmap *refs)
{
	const struct btree_type type = {
		.name = l->m->metadata ? "high counts of the metadata space map" : "high counts of the data space map",
		.value_size = sizeof(uint32_t),
	};
	bool good = false;
	int r = refmap_init(&l->m->high, l->m->nr_blocks);

	if (!r)
		r = check_tree(l->p, &type, l->m->ref_count_root, refs, &good);
	if (r)
		return r;
	if (!good || btree_read(l->p, &type, l->m->ref_count_root, add_counts, l))
		l->m->damaged = true;
	return 0;
}

/* Each bitmap has one user: the index. */
static void count_bitmaps(struct pdata *p, struct space_map *m, struct refmap *refs)
{
	for (size_t i = 0; i < m->nr_bitmaps; i++) {
		uint64_t block = m->bitmaps[i].blocknr;

		if (block && block < p->nr_blocks)
			refmap_inc(refs, block);
		else if (!m->damaged)
			complain(p, m, &F_PDATA_POINTER, "bitmap %zu is said to be block %" PRIu64
				 ", where the metadata has %" PRIu64 " blocks", i, block, p->nr_blocks);
	}
}

int space_map_load(struct pdata *p, struct space_map *m, struct refmap *refs)
{
	struct load l = {.p = p, .m = m};
	uint64_t nr = m->nr_blocks / BITMAP_ENTRIES + (m->nr_blocks % BITMAP_ENTRIES != 0);
	int r = 0;

	if (nr > p->nr_blocks || (m->metadata && nr > INDEX_ENTRIES)) {
		complain(p, m, &F_PDATA_SPACE_MAP, "it claims %" PRIu64 " blocks: %" PRIu64
			 " bitmaps do not fit", m->nr_blocks, nr);
		return 0;
	}
	m->nr_bitmaps = (size_t)nr;
	m->bitmaps = mem_calloc(m->nr_bitmaps, sizeof(*m->bitmaps));
	if (m->metadata)
		load_index_block(&l, refs);
	else
		r = load_index_tree(&l, refs);
	if (!r)
		count_bitmaps(p, m, refs);
	return r ? r : load_high_counts(&l, refs);
}
