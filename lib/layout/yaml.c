/*
 * libyaml's events -> tree.
 *
 * Children of an open collection are gathered on one growing stack and copied into the
 * arena when the collection ends, so a node costs its 24 bytes and nothing else. libyaml
 * counts characters where we need bytes; its marks are converted on the way, as events
 * come in the order of the text.
 */
#include "layout/yaml.h"

#include <errno.h>
#include <string.h>
#include <yaml.h>

#include "base/strmap.h"
#include "layout/yaml_internal.h"

#define MAX_EXPANSION 1000000 /* nodes that aliases may add */
#define SMALL_MAP     16      /* pairs that are compared one by one */

struct anchor {
	const char *name;
	struct node *node;
	uint64_t size;   /* nodes, aliases in it expanded */
	unsigned depth;
	bool open;       /* its collection has not ended */
};

/* A collection that has not ended. */
struct level {
	struct node node;   /* without items */
	size_t first;       /* of its children on the stack */
	uint64_t size;
	unsigned depth;     /* of what is below */
	size_t anchor;      /* index + 1 into anchors, 0: none */
};

struct builder {
	const struct source *src;
	uint16_t src_index;
	struct arena *arena;
	struct diag *diag;
	bool ascii;
	size_t chars, bytes; /* the mark that was converted last */
	VEC(struct node) stack;
	VEC(struct anchor) anchors;
	struct level levels[NODE_MAX_DEPTH + 1];
	unsigned nr_levels;
	uint64_t expanded;
	struct node *root;
	bool failed;
};

/* Byte offset of a mark; marks may step back a little (a key is scanned before it is sent). */
static size_t byte_offset(struct builder *b, const yaml_mark_t *mark)
{
	const char *t = b->src->text;

	if (b->ascii)
		return mark->index < b->src->len ? mark->index : b->src->len;
	while (b->chars < mark->index && b->bytes < b->src->len) {
		do
			b->bytes++;
		while (b->bytes < b->src->len && ((unsigned char)t[b->bytes] & 0xc0) == 0x80);
		b->chars++;
	}
	while (b->chars > mark->index && b->bytes) {
		do
			b->bytes--;
		while (b->bytes && ((unsigned char)t[b->bytes] & 0xc0) == 0x80);
		b->chars--;
	}
	return b->bytes;
}

static struct span span_at(const struct builder *b, size_t off, size_t len)
{
	return (struct span){b->src, (uint32_t)off, (uint32_t)len};
}

static struct finding *fail(struct builder *b, const struct finding_kind *kind, size_t off, size_t len,
			    const char *message)
{
	b->failed = true;
	return diag_add(b->diag, kind, span_at(b, off, len), "%s", message);
}

static struct node node_of(struct builder *b, const yaml_event_t *e, enum node_kind kind)
{
	size_t off = byte_offset(b, &e->start_mark), end = byte_offset(b, &e->end_mark);

	return (struct node){.off = (uint32_t)off, .len = (uint32_t)(end - off), .kind = (uint8_t)kind,
			     .src = b->src_index};
}

/* ---- adding nodes to what is open ---- */

static void add_anchor(struct builder *b, const yaml_char_t *name, struct node *node, uint64_t size,
		       unsigned depth, bool open)
{
	vec_push(&b->anchors, (struct anchor){arena_strdup(b->arena, (const char *)name), node, size, depth,
					      open});
}

static bool is_key_place(const struct builder *b)
{
	const struct level *l = &b->levels[b->nr_levels - 1];

	return l->node.kind == NODE_MAP && (b->stack.nr - l->first) % 2 == 0;
}

static void add_node(struct builder *b, const struct node *n, uint64_t size, unsigned depth)
{
	struct level *l;

	if (!b->nr_levels) {
		b->root = arena_memdup(b->arena, n, sizeof(*n));
		return;
	}
	l = &b->levels[b->nr_levels - 1];
	if (n->kind != NODE_SCALAR && is_key_place(b)) {
		fail(b, &F_YAML_KEY, n->off, n->len, "a key must be a word, not a list or map");
		return;
	}
	l->size += size;
	if (depth + 1 > l->depth)
		l->depth = depth + 1;
	vec_push(&b->stack, *n);
}

static void on_scalar(struct builder *b, const yaml_event_t *e)
{
	struct node n = node_of(b, e, NODE_SCALAR);
	const char *value = (const char *)e->data.scalar.value;

	n.nr = (uint32_t)e->data.scalar.length;
	if (e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		n.flags = NODE_QUOTED;
	if (memchr(value, '\0', n.nr)) {
		fail(b, &F_YAML_ENCODING, n.off, n.len, "a value holds a NUL byte");
		return;
	}
	/* Most values stand in the text as they are. */
	if (n.off + (uint64_t)n.nr <= b->src->len && !memcmp(b->src->text + n.off, value, n.nr))
		n.text = b->src->text + n.off;
	else
		n.text = arena_strndup(b->arena, value, n.nr);
	add_node(b, &n, 1, 0);
	if (e->data.scalar.anchor && !b->failed)
		add_anchor(b, e->data.scalar.anchor, arena_memdup(b->arena, &n, sizeof(n)), 1, 0, false);
}

static void on_start(struct builder *b, const yaml_event_t *e, enum node_kind kind, bool flow,
		     const yaml_char_t *anchor)
{
	struct node n = node_of(b, e, kind);
	struct level *l = &b->levels[b->nr_levels];

	if (flow)
		n.flags = NODE_FLOW;
	if (b->nr_levels == NODE_MAX_DEPTH) {
		fail(b, &F_YAML_DEPTH, n.off, n.len, "more than 64 levels of lists and maps");
		return;
	}
	if (b->nr_levels && is_key_place(b)) {
		fail(b, &F_YAML_KEY, n.off, n.len, "a key must be a word, not a list or map");
		return;
	}
	*l = (struct level){.node = n, .first = b->stack.nr, .size = 1};
	if (anchor) {
		add_anchor(b, anchor, NULL, 0, 0, true);
		l->anchor = b->anchors.nr;
	}
	b->nr_levels++;
}

static void duplicate(struct builder *b, const struct node *first, const struct node *again)
{
	struct finding *f;

	b->failed = true;
	f = diag_add(b->diag, &F_YAML_DUPLICATE, span_at(b, again->off, again->len),
		     "the key '%.*s' stands here twice", (int)again->nr, again->text);
	finding_note(b->diag, f, span_at(b, first->off, first->len), "first here");
}

static void check_duplicates(struct builder *b, struct node *pairs, uint32_t nr)
{
	struct strmap seen = {0};

	if (nr <= SMALL_MAP) {
		for (uint32_t i = 1; i < nr; i++)
			for (uint32_t k = 0; k < i; k++)
				if (pairs[2 * i].nr == pairs[2 * k].nr &&
				    !memcmp(pairs[2 * i].text, pairs[2 * k].text, pairs[2 * i].nr)) {
					duplicate(b, &pairs[2 * k], &pairs[2 * i]);
					break;
				}
		return;
	}
	for (uint32_t i = 0; i < nr; i++) {
		struct node *key = &pairs[2 * i];
		struct node *first = strmap_add(&seen, key->text, key->nr, key);

		if (first)
			duplicate(b, first, key);
	}
	strmap_release(&seen);
}

static void on_end(struct builder *b, const yaml_event_t *e)
{
	struct level l = b->levels[--b->nr_levels];
	size_t nr = b->stack.nr - l.first, end = byte_offset(b, &e->end_mark);

	/* A block collection ends where its last child does, not at the next token. */
	if (l.node.flags & NODE_FLOW)
		l.node.len = (uint32_t)end - l.node.off;
	else if (nr)
		l.node.len = b->stack.v[b->stack.nr - 1].off + b->stack.v[b->stack.nr - 1].len - l.node.off;
	l.node.nr = (uint32_t)(l.node.kind == NODE_MAP ? nr / 2 : nr);
	l.node.items = arena_memdup(b->arena, b->stack.v + l.first, nr * sizeof(struct node));
	b->stack.nr = l.first;
	if (l.node.kind == NODE_MAP)
		check_duplicates(b, l.node.items, l.node.nr);
	add_node(b, &l.node, l.size, l.depth);
	if (l.anchor) {
		struct anchor *a = &b->anchors.v[l.anchor - 1];

		a->node = arena_memdup(b->arena, &l.node, sizeof(l.node));
		a->size = l.size;
		a->depth = l.depth;
		a->open = false;
	}
}

static void on_alias(struct builder *b, const yaml_event_t *e)
{
	struct node at = node_of(b, e, NODE_SCALAR), n;
	const char *name = (const char *)e->data.alias.anchor;
	const struct anchor *a = NULL;

	/* A name may be given again; the last one before the alias counts. */
	for (size_t i = b->anchors.nr; i-- > 0 && !a;)
		if (!strcmp(b->anchors.v[i].name, name))
			a = &b->anchors.v[i];
	if (!a) {
		fail(b, &F_YAML_ALIAS, at.off, at.len, "there is no anchor of this name before it");
		return;
	}
	if (a->open) {
		fail(b, &F_YAML_ALIAS, at.off, at.len, "the alias stands inside its own anchor");
		return;
	}
	b->expanded += a->size;
	if (b->expanded > MAX_EXPANSION) {
		fail(b, &F_YAML_ALIAS_LARGE, at.off, at.len, "aliases expand to more than a million nodes");
		return;
	}
	if (b->nr_levels + a->depth > NODE_MAX_DEPTH) {
		fail(b, &F_YAML_DEPTH, at.off, at.len, "more than 64 levels of lists and maps");
		return;
	}
	n = *a->node;
	add_node(b, &n, a->size, a->depth);
}

static const char *event_tag(const yaml_event_t *e)
{
	if (e->type == YAML_SCALAR_EVENT)
		return (const char *)e->data.scalar.tag;
	if (e->type == YAML_SEQUENCE_START_EVENT)
		return (const char *)e->data.sequence_start.tag;
	if (e->type == YAML_MAPPING_START_EVENT)
		return (const char *)e->data.mapping_start.tag;
	return NULL;
}

static void check_tag(struct builder *b, const yaml_event_t *e)
{
	static const char *const core[] = {"str", "int", "bool", "null", "float", "map", "seq"};
	const char *tag = event_tag(e);
	struct node at;

	if (!tag)
		return;
	if (!strcmp(tag, "!"))
		return;
	if (!strncmp(tag, "tag:yaml.org,2002:", 18))
		for (size_t i = 0; i < ARRAY_SIZE(core); i++)
			if (!strcmp(tag + 18, core[i]))
				return;
	at = node_of(b, e, NODE_SCALAR);
	fail(b, &F_YAML_TAG, at.off, at.len, "tags are not used in layouts");
}

static void on_event(struct builder *b, const yaml_event_t *e, bool *second)
{
	check_tag(b, e);
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (*second)
			fail(b, &F_YAML_DOCUMENTS, byte_offset(b, &e->start_mark), 3,
			     "a second document starts here; a layout is one document");
		*second = true;
		break;
	case YAML_SCALAR_EVENT:
		on_scalar(b, e);
		break;
	case YAML_SEQUENCE_START_EVENT:
		on_start(b, e, NODE_SEQ, e->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE,
			 e->data.sequence_start.anchor);
		break;
	case YAML_MAPPING_START_EVENT:
		on_start(b, e, NODE_MAP, e->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE,
			 e->data.mapping_start.anchor);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		on_end(b, e);
		break;
	case YAML_ALIAS_EVENT:
		on_alias(b, e);
		break;
	default:
		break;
	}
}

/* ---- faults that libyaml finds ---- */

static bool starts_with_tab(const struct source *src, size_t off)
{
	size_t i = off;

	while (i > 0 && src->text[i - 1] != '\n')
		i--;
	for (; i < src->len && (src->text[i] == ' ' || src->text[i] == '\t'); i++)
		if (src->text[i] == '\t')
			return true;
	return false;
}

static void syntax_error(struct builder *b, const yaml_parser_t *p)
{
	size_t off = byte_offset(b, &p->problem_mark);
	struct finding *f;

	b->failed = true;
	if (starts_with_tab(b->src, off)) {
		f = diag_add(b->diag, &F_YAML_SYNTAX, span_at(b, off, 1), "a tab is used to indent");
		finding_fix(b->diag, f, "indent with spaces");
		return;
	}
	f = diag_add(b->diag, &F_YAML_SYNTAX, span_at(b, off, off < b->src->len), "%s%s",
		     p->problem ? p->problem : "not YAML",
		     off >= b->src->len ? " (the file ends here: is it cut short?)" : "");
	if (p->context)
		finding_note(b->diag, f, span_at(b, byte_offset(b, &p->context_mark), 1), "%s", p->context);
}

int yaml_parse(const struct source *src, uint16_t src_index, struct arena *arena, struct diag *diag,
	       struct node **ret)
{
	struct builder b = {.src = src, .src_index = src_index, .arena = arena, .diag = diag};
	bool second = false, done = false;
	yaml_parser_t parser;
	yaml_event_t event;

	if (yaml_check_encoding(src, diag, &b.ascii))
		return -EINVAL;
	if (!yaml_parser_initialize(&parser))
		abort();
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)src->text, src->len);
	while (!done && !b.failed) {
		if (!yaml_parser_parse(&parser, &event)) {
			syntax_error(&b, &parser);
			break;
		}
		on_event(&b, &event, &second);
		done = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	vec_release(&b.stack);
	vec_release(&b.anchors);
	if (b.failed)
		return -EINVAL;
	*ret = b.root;
	return 0;
}
