/* Any bytes as YAML: a tree that keeps the promises of layout/node.h, or a finding. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "layout/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
	if (!holds)
		abort();
}

static void walk(const struct node *n, const struct source *src, unsigned depth)
{
	require(depth <= NODE_MAX_DEPTH && (size_t)n->off + n->len <= src->len);
	if (n->kind == NODE_SCALAR) {
		require(!n->nr || !memchr(n->text, '\0', n->nr));
		return;
	}
	for (uint32_t i = 0; i < n->nr; i++) {
		if (n->kind == NODE_MAP) {
			const struct node *key = &n->items[2 * i];

			require(key->kind == NODE_SCALAR);
			if (i < 100)
				for (uint32_t k = 0; k < i; k++)
					require(key->nr != n->items[2 * k].nr ||
						memcmp(key->text, n->items[2 * k].text, key->nr));
			walk(key, src, depth);
			walk(key + 1, src, depth + (key[1].kind != NODE_SCALAR));
		} else {
			walk(&n->items[i], src, depth + (n->items[i].kind != NODE_SCALAR));
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct node *root = NULL;
	struct arena arena;
	struct source src;
	struct diag diag;

	arena_init(&arena);
	diag_init(&diag, &arena);
	diag.max = 1000;
	src = (struct source){"fuzz.yaml", arena_strndup(&arena, (const char *)data, size), size, false};
	if (yaml_parse(&src, 0, &arena, &diag, &root))
		require(!root && diag_errors(&diag));
	else
		walk(root, &src, root->kind != NODE_SCALAR);
	diag_sort(&diag);
	for (size_t i = 0; i < diag.findings.nr; i++)
		require((size_t)diag.findings.v[i].span.off + diag.findings.v[i].span.len <= size);
	diag_release(&diag);
	arena_release(&arena);
	return 0;
}
