#include "pdata/btree.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Blocks of a level that are looked at before their children are noted: bounds memory. */
#define BATCH 8192u

struct btree_worker {
	VEC(uint64_t) children;
	struct pdata_problems problems;
};

static uint64_t nodes_size(const struct btree_check *c)
{
	return c->p->nr_blocks * sizeof(struct btree_summary);
}

int btree_check_init(struct btree_check *c, struct pdata *p, const struct btree_type *type, struct refmap *refs)
{
	*c = (struct btree_check){.p = p, .type = type, .refs = refs};
	/* Only what is written to costs memory: a page for each hundred nodes. */
	c->nodes = mmap(NULL, nodes_size(c), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			-1, 0);
	if (c->nodes == MAP_FAILED) {
		c->nodes = NULL;
		return -ENOMEM;
	}
	c->buffers = blk_buffer(BTREE_MAX_DEPTH * PDATA_BLOCK_SIZE);
	c->workers = mem_calloc(PDATA_MAX_THREADS, sizeof(*c->workers));
	return 0;
}

void btree_check_release(struct btree_check *c)
{
	if (c->nodes)
		munmap(c->nodes, nodes_size(c));
	for (unsigned i = 0; c->workers && i < PDATA_MAX_THREADS; i++) {
		vec_release(&c->workers[i].children);
		vec_release(&c->workers[i].problems.list);
	}
	free(c->workers);
	free(c->buffers);
	vec_release(&c->problems.list);
	*c = (struct btree_check){0};
}

/* ---- a node ---- */

static bool keys_ascend(const struct btree_node *n, uint32_t *ret_at)
{
	uint64_t last = n->nr ? node_key(n, 0) : 0;

	for (uint32_t i = 1; i < n->nr; i++) {
		uint64_t key = node_key(n, i);

		if (key <= last) {
			*ret_at = i;
			return false;
		}
		last = key;
	}
	return true;
}

bool btree_open_node(struct pdata_problems *problems, const uint8_t *block, uint32_t value_size,
		     uint64_t blocknr, struct btree_node *ret)
{
	const char *why = pdata_node_open(block, value_size, ret);
	uint32_t at;

	if (why) {
		pdata_note(problems, &F_PDATA_NODE, why, blocknr, 0, 0);
		return false;
	}
	if (keys_ascend(ret, &at))
		return true;
	pdata_note(problems, &F_PDATA_KEYS,
		   "block %" PRIu64 ": key %" PRIu64 " at index %" PRIu64 " is not above the one before it", blocknr,
		   node_key(ret, at), at);
	return false;
}

/* ---- level by level ---- */

static void visit_leaf(struct btree_check *c, unsigned worker, const struct btree_node *n, struct btree_summary *s)
{
	s->state = BTREE_LEAF;
	s->nr_keys = n->nr;
	if (n->nr) {
		s->low = node_key(n, 0);
		s->high = node_key(n, n->nr - 1);
	}
	if (c->type->leaf)
		c->type->leaf(c->type->ctx, worker, n, s, &c->workers[worker].problems);
}

static void visit_internal(struct btree_check *c, struct btree_worker *w, const struct btree_node *n,
			   struct btree_summary *s)
{
	s->state = BTREE_INTERNAL;
	for (uint32_t i = 0; i < n->nr; i++) {
		uint64_t child = node_child(n, i);

		if (child && child < c->p->nr_blocks) {
			vec_push(&w->children, child);
			continue;
		}
		pdata_note(&w->problems, &F_PDATA_POINTER,
			   "block %" PRIu64 ": a pointer to block %" PRIu64 ", where the metadata has %" PRIu64 " blocks",
			   n->blocknr, child, c->p->nr_blocks);
		s->damaged = true;
	}
}

/* In a worker: each block is visited once, so nobody else writes its summary. */
static void visit(void *ctx, unsigned worker, uint64_t blocknr, const uint8_t *block, enum pdata_verdict v)
{
	struct btree_check *c = ctx;
	struct btree_worker *w = &c->workers[worker];
	struct btree_summary *s = &c->nodes[blocknr];
	struct btree_node n;

	s->state = BTREE_BAD;
	s->damaged = true;
	if (v != PDATA_GOOD) {
		pdata_problem_verdict(&w->problems, &pdata_node, blocknr, v);
		return;
	}
	if (!btree_open_node(&w->problems, block, c->type->value_size, blocknr, &n))
		return;
	s->damaged = false;
	s->underfull = n.nr < n.max / 3;
	if (n.internal)
		visit_internal(c, w, &n, s);
	else
		visit_leaf(c, worker, &n, s);
}

/* Blocks of the next level: those that a pointer led to for the first time. */
struct level {
	VEC(uint64_t) blocks;
};

/* A user more of a block, in the order of pointers. */
static void note_pointer(struct btree_check *c, uint64_t block, struct level *next)
{
	if (!refmap_inc(c->refs, block))
		vec_push(&next->blocks, block);
}

static void collect(struct btree_check *c, struct level *next)
{
	for (unsigned i = 0; i < PDATA_MAX_THREADS; i++) {
		struct btree_worker *w = &c->workers[i];

		for (size_t k = 0; k < w->children.nr; k++)
			note_pointer(c, w->children.v[k], next);
		w->children.nr = 0;
		for (size_t k = 0; k < w->problems.list.nr; k++)
			vec_push(&c->problems.list, w->problems.list.v[k]);
		w->problems.list.nr = 0;
	}
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void sweep_level(struct btree_check *c, struct level *now, struct level *next)
{
	qsort(now->blocks.v, now->blocks.nr, sizeof(*now->blocks.v), by_number);
	for (size_t i = 0; i < now->blocks.nr; i += BATCH) {
		size_t nr = now->blocks.nr - i;

		pdata_sweep(c->p, &pdata_node, now->blocks.v + i, nr < BATCH ? nr : BATCH, visit, c);
		collect(c, next);
	}
	now->blocks.nr = 0;
}

/* ---- summing up ---- */

static void __attribute__((format(printf, 4, 5)))
complain(struct btree_check *c, uint64_t block, const struct finding_kind *kind, const char *fmt, ...)
{
	struct btree_summary *s = &c->nodes[block];
	va_list ap;

	s->damaged = true;
	if (s->reported)
		return;
	s->reported = true;
	va_start(ap, fmt);
	diag_vadd(c->p->diag, kind, (struct span){0}, fmt, ap)->subject = c->type->name;
	va_end(ap);
}

static void sum_up(struct btree_check *c, uint64_t block, unsigned depth);

/* The range of keys below entry `i` of a node, and what the entry itself promises. */
static void check_range(struct btree_check *c, const struct btree_node *n, uint32_t i, uint64_t child)
{
	const struct btree_summary *s = &c->nodes[child];
	uint64_t from = node_key(n, i);

	if (!s->nr_keys)
		return;
	if (s->low < from)
		complain(c, n->blocknr, &F_PDATA_KEYS,
			 "block %" PRIu64 ": key %" PRIu64 " below it is lower than its pointer's key %" PRIu64,
			 n->blocknr, s->low, from);
	else if (i + 1 < n->nr && s->high >= node_key(n, i + 1))
		complain(c, n->blocknr, &F_PDATA_KEYS,
			 "block %" PRIu64 ": key %" PRIu64 " below it belongs to the next pointer, whose key is %" PRIu64,
			 n->blocknr, s->high, node_key(n, i + 1));
}

static void add_child(struct btree_check *c, const struct btree_node *n, uint32_t i, unsigned depth)
{
	struct btree_summary *s = &c->nodes[n->blocknr], *child;
	uint64_t block = node_child(n, i);

	if (!block || block >= c->p->nr_blocks)
		return;
	sum_up(c, block, depth + 1);
	child = &c->nodes[block];
	check_range(c, n, i, block);
	if (child->underfull && !child->told_underfull) {
		child->told_underfull = true;
		pdata_add(c->p, c->type->name, &F_PDATA_UNDERFULL,
			  "block %" PRIu64 ": this node is less than a third full", block);
	}
	s->damaged |= child->damaged;
	if (!child->damaged && s->height && s->height != child->height + 1)
		complain(c, n->blocknr, &F_PDATA_SHAPE, "block %" PRIu64 ": leaves below it lie at different depths",
			 n->blocknr);
	if (!child->damaged)
		s->height = (uint8_t)(child->height + 1);
	if (child->nr_keys) {
		if (!s->nr_keys)
			s->low = child->low;
		s->high = child->high;
	}
	s->nr_keys += child->nr_keys;
	s->nr_wrong += child->nr_wrong;
	s->nr_marked += child->nr_marked;
}

/* Below `block`, once for each block: what was found holds wherever a pointer leads to it. */
static void sum_up(struct btree_check *c, uint64_t block, unsigned depth)
{
	struct btree_summary *s = &c->nodes[block];
	uint8_t *buf = c->buffers + (size_t)(depth % BTREE_MAX_DEPTH) * PDATA_BLOCK_SIZE;
	struct btree_node n;

	if (s->entered) {
		complain(c, block, &F_PDATA_SHAPE, "block %" PRIu64 ": this node leads back to itself", block);
		return;
	}
	if (s->state == BTREE_UNSEEN) {
		complain(c, block, &F_PDATA_SHAPE,
			 "block %" PRIu64 ": a node is expected here, but the block is used in another way, too", block);
		return;
	}
	if (s->state == BTREE_LEAF && c->refs->counts[block] > 1)
		s->nr_marked = s->nr_keys;
	if (s->state != BTREE_INTERNAL)
		return;
	s->state = BTREE_SUMMED;
	if (depth >= BTREE_MAX_DEPTH) {
		complain(c, block, &F_PDATA_SHAPE, "block %" PRIu64 ": more than %d levels of nodes lead here", block,
			 BTREE_MAX_DEPTH);
		return;
	}
	/* Verified before; what changed since is another finding. */
	if (pdata_read(c->p, &pdata_node, block, c->type->name, buf) != PDATA_GOOD ||
	    !btree_open_node(&c->problems, buf, c->type->value_size, block, &n) || !n.internal) {
		s->damaged = true;
		return;
	}
	s->entered = true;
	for (uint32_t i = 0; i < n.nr; i++)
		add_child(c, &n, i, depth);
	s->entered = false;
	if (c->refs->counts[block] > 1)
		s->nr_marked = s->nr_keys;
}

void btree_check_roots(struct btree_check *c, const uint64_t *roots, size_t nr)
{
	struct level now = {0}, next = {0}, swap;

	for (size_t i = 0; i < nr; i++) {
		if (roots[i] && roots[i] < c->p->nr_blocks) {
			note_pointer(c, roots[i], &now);
			continue;
		}
		pdata_add(c->p, c->type->name, &F_PDATA_POINTER,
			  "the root is block %" PRIu64 ", where the metadata has %" PRIu64 " blocks", roots[i],
			  c->p->nr_blocks);
	}
	while (now.blocks.nr) {
		sweep_level(c, &now, &next);
		swap = now;
		now = next;
		next = swap;
	}
	vec_release(&now.blocks);
	vec_release(&next.blocks);
	pdata_report(c->p, &c->problems, c->type->name);
	for (size_t i = 0; i < nr; i++)
		if (roots[i] && roots[i] < c->p->nr_blocks)
			sum_up(c, roots[i], 0);
	pdata_report(c->p, &c->problems, c->type->name);
}

const struct btree_summary *btree_check_summary(const struct btree_check *c, uint64_t root)
{
	static const struct btree_summary nothing = {.state = BTREE_BAD, .damaged = true};

	return root && root < c->p->nr_blocks ? &c->nodes[root] : &nothing;
}
