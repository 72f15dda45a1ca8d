/*
 * Btrees: checking them, and reading them in the order of their keys.
 *
 * A check of trees (struct btree_check) visits every node that roots given to it lead to, once, level
 * by level in ascending order of blocks. Then it sums up each tree: keys below a pointer, depth, how full
 * nodes are, number of values. Nodes that several trees share are looked at once and counted in each.
 */
#ifndef PDATA_BTREE_H
#define PDATA_BTREE_H

#include "pdata/pdata.h"
#include "pdata/refmap.h"

#define BTREE_MAX_DEPTH 32 /* a pool of 2^40 blocks is 8 deep */

/* What is known of the tree below a node. */
struct btree_summary {
	uint64_t low, high;  /* lowest and highest key, where nr_keys is not 0 */
	uint64_t nr_keys;    /* entries of leaves */
	uint64_t nr_wrong;   /* of them: values that are wrong */
	uint64_t nr_marked;  /* of them: what the caller marks; all, below a node with several users */
	uint8_t state;       /* enum btree_state */
	uint8_t height;      /* 0: a leaf */
	bool underfull;      /* less than a third full */
	bool damaged;        /* it or something below it cannot be used */
	bool entered;        /* being summed up: to come here again is a cycle */
	bool reported;       /* an error in where it is in a tree was found */
	bool told_underfull;
};

enum btree_state { BTREE_UNSEEN, BTREE_BAD, BTREE_LEAF, BTREE_INTERNAL, BTREE_SUMMED };

struct btree_type {
	const char *name;    /* what it is, for findings: "mapping tree" */
	uint32_t value_size; /* of leaves */
	/*
	 * Looks at the values of a leaf whose keys are in order, and may set nr_wrong, after noting why,
	 * and nr_marked; several threads at a time. NULL: nothing to look at.
	 */
	void (*leaf)(void *ctx, unsigned worker, const struct btree_node *leaf, struct btree_summary *s,
		     struct pdata_problems *problems);
	void *ctx;
};

struct btree_check {
	struct pdata *p;
	const struct btree_type *type;
	struct refmap *refs;          /* users of metadata blocks; the caller's */
	struct btree_summary *nodes;  /* by block */
	uint8_t *buffers;             /* a block for each level of a descent */
	struct pdata_problems problems;
	struct btree_worker *workers;
};

/* Returns 0 or -ENOMEM. `refs` counts users of metadata blocks and has p->nr_blocks. */
int btree_check_init(struct btree_check *c, struct pdata *p, const struct btree_type *type, struct refmap *refs);
void btree_check_release(struct btree_check *c);

/* Counts a user of each root and checks the trees; findings go to p->diag. */
void btree_check_roots(struct btree_check *c, const uint64_t *roots, size_t nr);

/* Of a root given to it, after btree_check_roots(). */
const struct btree_summary *btree_check_summary(const struct btree_check *c, uint64_t root);

/*
 * Reads a tree in the order of its keys and gives each leaf to `fn`, which returns 0 to go on; every
 * node is verified. Returns 0, what fn returned, or -EUCLEAN after a finding.
 */
int btree_read(struct pdata *p, const struct btree_type *type, uint64_t root,
	       int (*fn)(void *ctx, const struct btree_node *leaf), void *ctx);

/* The same for the numbers of the leaves alone, which are not read where the tree has internal nodes. */
int btree_read_leaves(struct pdata *p, const struct btree_type *type, uint64_t root,
		      int (*fn)(void *ctx, uint64_t blocknr), void *ctx);

/* True for a node that can be used: its header fits, its keys ascend. Else the reason is noted. */
bool btree_open_node(struct pdata_problems *problems, const uint8_t *block, uint32_t value_size,
		     uint64_t blocknr, struct btree_node *ret);

#endif
