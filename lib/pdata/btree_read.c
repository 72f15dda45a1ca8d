/* Btrees in the order of their keys. */
#include "pdata/btree.h"

#include <errno.h>
#include <stdlib.h>

struct reader {
	struct pdata *p;
	const struct btree_type *type;
	uint8_t *buffers; /* a block for each level */
	int leaf_depth;   /* -1: not known yet */
	bool numbers;     /* leaves are not read */
	int (*leaf)(void *ctx, const struct btree_node *leaf);
	int (*number)(void *ctx, uint64_t blocknr);
	void *ctx;
};

/* Keys that may lie below a pointer: from `low` to `high`, both included. */
struct range {
	uint64_t low, high;
};

static int complain(struct reader *r, uint64_t block, const struct finding_kind *kind, const char *what)
{
	diag_add(r->p->diag, kind, (struct span){0}, "block %" PRIu64 ": %s", block, what)->subject = r->type->name;
	return -EUCLEAN;
}

static int open_node(struct reader *r, uint64_t block, unsigned depth, uint8_t *buf, struct range range,
		     struct btree_node *n)
{
	struct pdata_problems problems = {0};
	bool good;

	if (depth >= BTREE_MAX_DEPTH)
		return complain(r, block, &F_PDATA_SHAPE, "too many levels of nodes lead here");
	if (pdata_read(r->p, &pdata_node, block, r->type->name, buf) != PDATA_GOOD)
		return -EUCLEAN;
	good = btree_open_node(&problems, buf, r->type->value_size, block, n);
	pdata_report(r->p, &problems, r->type->name);
	if (!good)
		return -EUCLEAN;
	if (n->nr && (node_key(n, 0) < range.low || node_key(n, n->nr - 1) > range.high))
		return complain(r, block, &F_PDATA_KEYS, "its keys do not lie between those of the pointers to it");
	return 0;
}

static int read_node(struct reader *r, uint64_t block, unsigned depth, struct range range)
{
	uint8_t *buf = r->buffers + (size_t)(depth % BTREE_MAX_DEPTH) * PDATA_BLOCK_SIZE;
	struct btree_node n;
	int err;

	if (!block || block >= r->p->nr_blocks) {
		pdata_add(r->p, r->type->name, &F_PDATA_POINTER,
			  "a pointer to block %" PRIu64 ", where the metadata has %" PRIu64 " blocks", block,
			  r->p->nr_blocks);
		return -EUCLEAN;
	}
	if (r->numbers && (int)depth == r->leaf_depth)
		return r->number(r->ctx, block);
	err = open_node(r, block, depth, buf, range, &n);
	if (err)
		return err;
	if (r->leaf_depth >= 0 && n.internal != ((int)depth < r->leaf_depth))
		return complain(r, block, &F_PDATA_SHAPE, "leaves lie at different depths");
	if (!n.internal) {
		r->leaf_depth = (int)depth;
		return r->numbers ? r->number(r->ctx, block) : r->leaf(r->ctx, &n);
	}
	/* A range of its own for each child: a node that comes up twice cannot lie in both. */
	for (uint32_t i = 0; i < n.nr && !err; i++) {
		struct range below = {node_key(&n, i), i + 1 < n.nr ? node_key(&n, i + 1) - 1 : range.high};

		err = read_node(r, node_child(&n, i), depth + 1, below);
	}
	return err;
}

static int read_tree(struct reader *r, uint64_t root)
{
	int err;

	r->leaf_depth = -1;
	r->buffers = blk_buffer(BTREE_MAX_DEPTH * PDATA_BLOCK_SIZE);
	err = read_node(r, root, 0, (struct range){0, UINT64_MAX});
	free(r->buffers);
	return err;
}

int btree_read(struct pdata *p, const struct btree_type *type, uint64_t root,
	       int (*fn)(void *ctx, const struct btree_node *leaf), void *ctx)
{
	struct reader r = {.p = p, .type = type, .leaf = fn, .ctx = ctx};

	return read_tree(&r, root);
}

int btree_read_leaves(struct pdata *p, const struct btree_type *type, uint64_t root,
		      int (*fn)(void *ctx, uint64_t blocknr), void *ctx)
{
	struct reader r = {.p = p, .type = type, .numbers = true, .number = fn, .ctx = ctx};

	return read_tree(&r, root);
}
