#include "compile/graph.h"

#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "compile/graph_internal.h"

struct maker {
	const struct layout *l;
	struct graph g;
	struct strmap index; /* name -> node number + 1 */
	size_t from;
};

void graph_size(const struct graph_node *n, struct strbuf *out)
{
	if (n->nr_sectors)
		size_format(out, n->nr_sectors * SECTOR_SIZE);
	else
		strbuf_addch(out, '?');
}

static size_t node_of(const struct maker *m, const char *name)
{
	return (size_t)(uintptr_t)strmap_get(&m->index, name, strlen(name));
}

static void add_node(struct maker *m, struct graph_node n)
{
	vec_push(&m->g.nodes, n);
	strmap_add(&m->index, n.name, strlen(n.name), (void *)(uintptr_t)m->g.nodes.nr);
}

static void add_edge(void *priv, struct devref *ref, const struct word *repeat, size_t item,
		     const struct word *row)
{
	struct maker *m = priv;
	size_t to = node_of(m, ref->dev->name);
	struct graph_node *from = &m->g.nodes.v[m->from];

	(void)item;
	if (!to--)
		return;
	for (size_t i = m->g.edges.nr; i-- > 0 && m->g.edges.v[i].from == m->from;)
		if (m->g.edges.v[i].to == to)
			return;
	m->g.nodes.v[to].used = true;
	if (from->rank <= m->g.nodes.v[to].rank)
		from->rank = m->g.nodes.v[to].rank + 1;
	vec_push(&m->g.edges, (struct graph_edge){m->from, to, repeat && repeat->key ? repeat->key : row->key});
}

static const char *target_name(const struct volume *v)
{
	const char *name = v->table.nr ? v->table.lines[0].target->name : "?";

	for (size_t i = 1; i < v->table.nr; i++)
		if (strcmp(v->table.lines[i].target->name, name))
			return "several targets";
	return name;
}

static void make(struct maker *m)
{
	unsigned *columns;

	for (size_t i = 0; i < m->l->devices.nr; i++) {
		const struct device *d = m->l->devices.v[i];

		add_node(m, (struct graph_node){.name = d->name, .what = d->blk.word, .device = true,
						.nr_sectors = d->blk.nr_sectors});
	}
	for (size_t i = 0; i < m->l->volumes.nr; i++) {
		const struct volume *v = m->l->volumes.v[i];

		m->from = m->g.nodes.nr;
		add_node(m, (struct graph_node){.name = v->name, .what = target_name(v), .rank = 1,
						.nr_sectors = v->blk.nr_sectors});
		for (size_t k = 0; k < v->table.nr; k++)
			line_devices(&v->table.lines[k], add_edge, m);
	}
	columns = mem_calloc(m->g.nodes.nr + 1, sizeof(*columns));
	for (size_t i = 0; i < m->g.nodes.nr; i++)
		m->g.nodes.v[i].column = columns[m->g.nodes.v[i].rank]++;
	free(columns);
}

/* ---- tree ---- */

struct walk {
	const struct graph *g;
	struct strbuf *out;
	struct strbuf prefix;
	bool *shown; /* nodes whose own parts were printed */
	size_t *first; /* of each node's edges */
};

static void node_line(const struct walk *t, const struct graph_edge *e, const struct graph_node *n, bool again)
{
	strbuf_addf(t->out, "%s  %s  ", n->name, n->what);
	graph_size(n, t->out);
	if (e && e->role)
		strbuf_addf(t->out, "  (%s)", e->role);
	strbuf_adds(t->out, again ? "  see above\n" : "\n");
}

static void print_below(struct walk *t, size_t node)
{
	size_t length = t->prefix.len, end = t->first[node + 1];

	for (size_t i = t->first[node]; i < end; i++) {
		const struct graph_edge *e = &t->g->edges.v[i];
		bool last = i + 1 == end, again = t->shown[e->to] && t->first[e->to] < t->first[e->to + 1];

		strbuf_addf(t->out, "%s%s", strbuf_str(&t->prefix), last ? "└─ " : "├─ ");
		node_line(t, e, &t->g->nodes.v[e->to], again);
		if (again)
			continue;
		t->shown[e->to] = true;
		strbuf_adds(&t->prefix, last ? "   " : "│  ");
		print_below(t, e->to);
		strbuf_truncate(&t->prefix, length);
	}
}

static void print_tree(const struct graph *g, struct strbuf *out)
{
	struct walk t = {.g = g, .out = out, .shown = mem_calloc(g->nodes.nr, sizeof(bool)),
			 .first = mem_calloc(g->nodes.nr + 2, sizeof(size_t))};

	for (size_t i = 0; i < g->edges.nr; i++)
		t.first[g->edges.v[i].from + 1]++;
	for (size_t i = 0; i < g->nodes.nr; i++)
		t.first[i + 1] += t.first[i];
	for (size_t i = 0; i < g->nodes.nr; i++) {
		if (g->nodes.v[i].used)
			continue;
		node_line(&t, NULL, &g->nodes.v[i], false);
		t.shown[i] = true;
		print_below(&t, i);
	}
	strbuf_release(&t.prefix);
	free(t.shown);
	free(t.first);
}

/* ---- dot ---- */

static void quoted(struct strbuf *out, const char *s)
{
	strbuf_addch(out, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			strbuf_addch(out, '\\');
		strbuf_addch(out, *s);
	}
	strbuf_addch(out, '"');
}

static void print_dot(const struct graph *g, struct strbuf *out)
{
	strbuf_adds(out, "digraph layout {\n\trankdir=TB;\n\tnode [fontname=\"sans-serif\"];\n");
	for (size_t i = 0; i < g->nodes.nr; i++) {
		const struct graph_node *n = &g->nodes.v[i];
		struct strbuf label = STRBUF_INIT;

		strbuf_addf(&label, "%s\n%s ", n->name, n->what);
		graph_size(n, &label);
		strbuf_addf(out, "\tn%zu [shape=%s, label=", i, n->device ? "cylinder" : "box");
		quoted(out, strbuf_str(&label));
		strbuf_adds(out, "];\n");
		strbuf_release(&label);
	}
	for (size_t i = 0; i < g->edges.nr; i++) {
		strbuf_addf(out, "\tn%zu -> n%zu [label=", g->edges.v[i].from, g->edges.v[i].to);
		quoted(out, g->edges.v[i].role ? g->edges.v[i].role : "");
		strbuf_adds(out, "];\n");
	}
	strbuf_adds(out, "}\n");
}

void graph_print(const struct layout *l, enum graph_format format, struct strbuf *out)
{
	struct maker m = {.l = l};

	make(&m);
	if (format == GRAPH_TREE)
		print_tree(&m.g, out);
	else if (format == GRAPH_DOT)
		print_dot(&m.g, out);
	else
		graph_svg(&m.g, out);
	vec_release(&m.g.nodes);
	vec_release(&m.g.edges);
	strmap_release(&m.index);
}
