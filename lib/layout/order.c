/*
 * Depth first from each volume in the order of the file, with a stack of our own: a layout
 * can chain 100,000 volumes.
 */
#include "layout/order.h"

#include <string.h>

enum state { NEW, OPEN, DONE };

struct edges {
	size_t *v; /* indices of the volumes it refers to */
	const struct node **at;
	size_t nr, next;
};

struct vertex {
	struct volume *v;
	enum state state;
	struct edges edges;
};

struct graph {
	struct layout *l;
	struct vertex *v;
	size_t nr;
	struct strmap index; /* name -> vertex */
	VEC(size_t) found;   /* edges of the vertex that is being collected */
	VEC(const struct node *) found_at;
};

static void collect_ref(struct graph *g, const struct node *n)
{
	const struct named *named = ref_named(g->l, n);
	struct vertex *to;

	if (!named || !named->volume)
		return;
	to = strmap_get(&g->index, named->name, strlen(named->name));
	if (!to)
		return;
	vec_push(&g->found, (size_t)(to - g->v));
	vec_push(&g->found_at, n);
}

static bool has_devices(const struct word *rows)
{
	for (; rows->kind != WORD_END; rows++)
		if (rows->kind == WORD_DEVICE || rows->kind == WORD_AREA ||
		    ((rows->kind == WORD_REPEAT || rows->kind == WORD_STRUCT) && has_devices(rows->rows)))
			return true;
	return false;
}

static void collect_rows(struct graph *g, const struct word *rows, const struct node *map)
{
	for (const struct word *row = rows; row->kind != WORD_END; row++) {
		const struct node *n = row->key ? node_get(map, row->key) : NULL;

		if (!n)
			continue;
		if (row->kind == WORD_DEVICE || row->kind == WORD_AREA) {
			collect_ref(g, n);
		} else if (row->kind == WORD_STRUCT) {
			collect_rows(g, row->rows, n);
		} else if (row->kind == WORD_REPEAT && n->kind == NODE_SEQ && has_devices(row->rows)) {
			for (uint32_t i = 0; i < n->nr; i++) {
				collect_ref(g, &n->items[i]);
				collect_rows(g, row->rows, &n->items[i]);
			}
		}
	}
}

static void collect_segment(struct graph *g, const struct node *map)
{
	const struct node *n = node_get(map, "target");
	const struct target *t;

	if (!n || n->kind != NODE_SCALAR)
		return;
	t = target_find(g->l->targets, n->text, n->nr);
	if (t)
		collect_rows(g, t->words, map);
}

static void collect(struct graph *g, struct vertex *x)
{
	const struct node *segments = node_get(x->v->node, "segments");

	g->found.nr = g->found_at.nr = 0;
	collect_segment(g, x->v->node);
	if (segments && segments->kind == NODE_SEQ)
		for (uint32_t i = 0; i < segments->nr; i++)
			collect_segment(g, &segments->items[i]);
	x->edges.nr = g->found.nr;
	x->edges.v = arena_memdup(g->l->arena, g->found.v, g->found.nr * sizeof(*g->found.v));
	x->edges.at = arena_memdup(g->l->arena, g->found_at.v, g->found_at.nr * sizeof(*g->found_at.v));
}

/* stack[from…nr) is the path; its last one refers to its first one at `at`. */
static void report_cycle(struct graph *g, const size_t *stack, size_t from, size_t nr,
			 const struct node *at)
{
	struct strbuf path = STRBUF_INIT;

	for (size_t i = from; i < nr; i++) {
		strbuf_addf(&path, "%s -> ", g->v[stack[i]].v->name);
		g->v[stack[i]].v->failed = true;
	}
	strbuf_adds(&path, g->v[stack[from]].v->name);
	node_report(g->l, at, &F_CYCLE, "volumes refer to each other in a circle: %s", strbuf_str(&path));
	strbuf_release(&path);
}

static size_t find_on_stack(const size_t *stack, size_t nr, size_t x)
{
	while (nr-- > 0)
		if (stack[nr] == x)
			return nr;
	return 0;
}

/* Depth first from volume `root`, lower ones into *out first. */
static void visit(struct graph *g, size_t root, size_t *stack, struct volume **out, size_t *nr_out)
{
	size_t depth = 0;

	stack[depth++] = root;
	g->v[root].state = OPEN;
	collect(g, &g->v[root]);
	while (depth) {
		struct vertex *x = &g->v[stack[depth - 1]];
		size_t to;

		if (x->edges.next == x->edges.nr) {
			x->state = DONE;
			out[(*nr_out)++] = x->v;
			depth--;
			continue;
		}
		to = x->edges.v[x->edges.next++];
		if (g->v[to].state == OPEN) {
			report_cycle(g, stack, find_on_stack(stack, depth, to), depth,
				     x->edges.at[x->edges.next - 1]);
		} else if (g->v[to].state == NEW) {
			g->v[to].state = OPEN;
			collect(g, &g->v[to]);
			stack[depth++] = to;
		}
	}
}

struct volume **order_volumes(struct layout *l, struct volume **all, size_t nr)
{
	struct graph g = {.l = l, .nr = nr, .v = mem_calloc(nr, sizeof(*g.v))};
	struct volume **out = arena_array(l->arena, struct volume *, nr);
	size_t *stack = mem_calloc(nr, sizeof(*stack)), nr_out = 0;

	for (size_t i = 0; i < nr; i++) {
		g.v[i].v = all[i];
		strmap_add(&g.index, all[i]->name, strlen(all[i]->name), &g.v[i]);
	}
	for (size_t i = 0; i < nr; i++)
		if (g.v[i].state == NEW)
			visit(&g, i, stack, out, &nr_out);
	vec_release(&g.found);
	vec_release(&g.found_at);
	strmap_release(&g.index);
	free(stack);
	free(g.v);
	return out;
}
