/* Where a word of a line was written in the layout. */
#include "layout/internal.h"

static const struct node *item_node(const struct node *map, const struct word *repeat, size_t item)
{
	const struct node *list = row_node(map, repeat);

	if (!list || list->kind != NODE_SEQ || item >= list->nr)
		return list;
	return &list->items[item];
}

struct span layout_locate(const struct line_ctx *c, const struct word *repeat, size_t item,
			  const struct word *row)
{
	const struct volume_place *p = c->where;
	const struct node *map = p->volume->lines ? p->volume->lines[c->index] : p->volume->node;
	const struct node *n;

	if (!map)
		return p->volume->span;
	if (!repeat && !row)
		return p->volume->lines ? node_span(&p->layout->tree, map) : p->volume->span;
	n = repeat ? item_node(map, repeat, item) : map;
	if (n && n->kind == NODE_MAP && row && row_node(n, row))
		n = row_node(n, row);
	if (!n || n == map)
		n = node_get(map, "target");
	return node_span(&p->layout->tree, n ? n : map);
}
