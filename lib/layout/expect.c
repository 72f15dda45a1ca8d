/* expect: reads what is asserted; compile/expect.c judges it. */
#include <string.h>

#include "layout/expect.h"
#include "layout/internal.h"

const char *const expect_keys[] = {
	"volume", "size", "min_size", "max_size", "overcommit", "target", "read_only",
	"logical_block_size", "root_hash", NULL,
};

static void load_expect(struct layout *l, const struct node *n)
{
	const struct node *name = node_get(n, "volume");
	const char *text;
	struct expect e = {.node = n};

	if (!node_expect(l, n, NODE_MAP, "an expectation") ||
	    !node_check_keys(l, n, expect_keys, "an expectation"))
		return;
	if (!name) {
		node_report(l, n, &F_MISSING_KEY, "an expectation needs `volume`");
		return;
	}
	if (!node_text(l, name, "volume", &text))
		return;
	e.volume = layout_volume(l, text);
	if (!e.volume)
		node_report(l, name, &F_UNKNOWN_NAME, "no volume is called '%s'", text);
	else if (!e.volume->failed)
		vec_push(&l->expects, e);
}

void load_expects(struct layout *l, const struct node *list)
{
	if (!node_expect(l, list, NODE_SEQ, "expect"))
		return;
	for (uint32_t i = 0; i < list->nr; i++)
		load_expect(l, &list->items[i]);
}
