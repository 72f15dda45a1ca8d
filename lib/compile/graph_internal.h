/* Between graph.c and svg.c. */
#ifndef COMPILE_GRAPH_INTERNAL_H
#define COMPILE_GRAPH_INTERNAL_H

#include "base/vec.h"
#include "compile/graph.h"

struct graph_node {
	const char *name;
	const char *what;       /* target or kind of device */
	uint64_t nr_sectors;    /* 0: not known */
	bool device;
	bool used;              /* something stands on it */
	unsigned rank;          /* 0 for devices, else one above the highest below */
	unsigned column;        /* among those of its rank */
};

struct graph_edge {
	size_t from, to;        /* the user and what it uses */
	const char *role;
};

struct graph {
	VEC(struct graph_node) nodes;
	VEC(struct graph_edge) edges; /* by user, in the order of its words */
};

void graph_svg(const struct graph *g, struct strbuf *out);

/* "8GiB", "?" */
void graph_size(const struct graph_node *n, struct strbuf *out);

#endif
