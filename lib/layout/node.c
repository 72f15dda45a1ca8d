#include "layout/node.h"

#include <string.h>

struct span node_span(const struct tree *t, const struct node *n)
{
	if (n->src >= t->nr_sources)
		return (struct span){0};
	return (struct span){t->sources[n->src], n->off, n->len};
}

bool node_is(const struct node *n, const char *text)
{
	return n->kind == NODE_SCALAR && strlen(text) == n->nr && !memcmp(n->text, text, n->nr);
}

struct node *node_get_key(const struct node *n, const char *key)
{
	size_t len = strlen(key);

	if (!n || n->kind != NODE_MAP)
		return NULL;
	for (uint32_t i = 0; i < n->nr; i++) {
		struct node *k = &n->items[2 * i];

		if (k->nr == len && !memcmp(k->text, key, len))
			return k;
	}
	return NULL;
}

struct node *node_get(const struct node *n, const char *key)
{
	struct node *k = node_get_key(n, key);

	return k ? k + 1 : NULL;
}

static bool is_one_of(const struct node *n, const char *const *words)
{
	if (n->kind != NODE_SCALAR || (n->flags & NODE_QUOTED))
		return false;
	for (; *words; words++)
		if (node_is(n, *words))
			return true;
	return false;
}

bool node_is_null(const struct node *n)
{
	static const char *const words[] = {"", "~", "null", "Null", "NULL", NULL};

	return is_one_of(n, words);
}

int node_bool(const struct node *n)
{
	static const char *const yes[] = {"true", "True", "TRUE", NULL};
	static const char *const no[] = {"false", "False", "FALSE", NULL};

	return is_one_of(n, yes) ? 1 : is_one_of(n, no) ? 0 : -1;
}

const char *node_dup(struct arena *a, const struct node *n)
{
	return arena_strndup(a, n->text, n->nr);
}

const char *node_kind_name(const struct node *n)
{
	if (!n)
		return "nothing";
	if (n->kind == NODE_SCALAR)
		return n->nr ? "a word" : "nothing";
	return n->kind == NODE_MAP ? "a map" : "a list";
}
