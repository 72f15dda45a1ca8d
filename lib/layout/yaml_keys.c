/* Keys of a map: each a word, each once. */
#include <errno.h>
#include <string.h>

#include "base/strmap.h"
#include "layout/yaml_internal.h"

#define SMALL_MAP 16 /* pairs that are compared one by one */

bool yaml_is_nothing(const struct node *n)
{
	return n->kind == NODE_SCALAR && !n->nr && !(n->flags & NODE_QUOTED);
}

static struct span span_of(const struct source *src, const struct node *n)
{
	return (struct span){src, n->off, n->len};
}

static void missing_key(const struct node *key, const struct source *src, struct diag *diag)
{
	struct finding *f = diag_add(
		diag, &F_YAML_KEY, span_of(src, key), "the key before the colon is missing");

	finding_fix(diag, f, "write the key; a value that begins with ':' needs quotes");
}

/* `{{ name }}` of template languages is a map with a map for a key. */
static void not_a_word(const struct node *map, const struct node *key, const struct source *src,
	struct diag *diag)
{
	struct finding *f = diag_add(diag, &F_YAML_KEY, span_of(src, key),
		"a key must be a word, found %s", node_kind_name(key));

	if (key->kind == NODE_MAP && (key->flags & NODE_FLOW) && key->off == map->off + 1)
		finding_fix(
			diag, f, "layouts have no templates: define `params:` and write $name");
	else
		finding_fix(diag, f, "write a word before the colon");
}

static void duplicate(const struct node *first, const struct node *again,
	const struct source *src, struct diag *diag)
{
	struct finding *f = diag_add(diag, &F_YAML_DUPLICATE, span_of(src, again),
		"the key '%.*s' stands twice in this map", (int)again->nr, again->text);

	finding_fix(diag, f, "remove or rename one of the two");
	finding_note(diag, f, span_of(src, first), "first here");
}

static const struct node *earlier_key(const struct node *pairs, uint32_t i)
{
	const struct node *key = &pairs[2 * i];

	for (uint32_t k = 0; k < i; k++) {
		const struct node *n = &pairs[2 * k];

		if (n->nr == key->nr && n->kind == NODE_SCALAR &&
			!memcmp(n->text, key->text, key->nr))
			return n;
	}
	return NULL;
}

int yaml_check_keys(const struct node *map, const struct source *src, struct diag *diag)
{
	struct strmap seen = {0};
	int err = 0;

	for (uint32_t i = 0; i < map->nr; i++) {
		struct node *key = &map->items[2 * i];
		const struct node *first = NULL;

		if (key->kind != NODE_SCALAR)
			not_a_word(map, key, src, diag);
		else if (yaml_is_nothing(key))
			missing_key(key, src, diag);
		else if (map->nr <= SMALL_MAP)
			first = earlier_key(map->items, i);
		else
			first = strmap_add(&seen, key->text, key->nr, key);
		if (first)
			duplicate(first, key, src, diag);
		if (first || key->kind != NODE_SCALAR || yaml_is_nothing(key))
			err = -EINVAL;
	}
	strmap_release(&seen);
	return err;
}
