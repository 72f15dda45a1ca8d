/*
 * libyaml's events -> tree.
 *
 * Children of an open collection are gathered on one growing stack and copied into the
 * arena when the collection ends, so a node costs its 24 bytes and nothing else. libyaml
 * counts characters where we need bytes; its marks are converted on the way, as events
 * come in the order of the text.
 *
 * A fault does not stop the reading unless nothing sensible can follow, so that one run
 * shows them all.
 */
#include "layout/yaml.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/near.h"
#include "base/strmap.h"
#include "layout/yaml_internal.h"

#define MAX_EXPANSION 1000000 /* nodes that aliases may add */
#define SMALL_MAP 16	      /* pairs that are compared one by one */
#define MAX_NEAR 20	      /* unknown aliases for which a near anchor is sought */

struct anchor {
	struct node node; /* when its collection has ended */
	uint64_t size;	  /* nodes, aliases in it expanded */
	unsigned depth;	  /* levels of collections */
	bool open;
};

/* A name may be given again; the last one before the alias counts. */
struct anchor_name {
	const char *name;
	struct anchor *last;
};

/* A collection that has not ended. */
struct level {
	struct node node;      /* without items */
	size_t first;	       /* of its children on the stack */
	uint64_t size_before;  /* builder's `size` when it began */
	unsigned depth;	       /* of what is below */
	struct anchor *anchor; /* or NULL */
};

struct builder {
	const struct source *src;
	uint16_t src_index;
	struct arena *arena;
	struct diag *diag;
	struct yaml_cursor cursor;
	VEC(struct node) stack;
	struct level levels[NODE_MAX_DEPTH];
	unsigned nr_levels;
	struct strmap anchors; /* name -> struct anchor_name */
	VEC(const struct anchor_name *) anchor_names;
	size_t nr_unknown;
	uint64_t size, expanded; /* nodes so far with aliases expanded; what aliases added */
	struct node *root;
	bool document, failed, stop;
};

static struct finding *fail(struct builder *b, const struct finding_kind *kind,
	const struct node *at, const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static struct finding *fail(struct builder *b, const struct finding_kind *kind,
	const struct node *at, const char *fmt, ...)
{
	struct finding *f;
	va_list ap;

	va_start(ap, fmt);
	f = diag_vadd(b->diag, kind, (struct span){b->src, at->off, at->len}, fmt, ap);
	va_end(ap);
	b->failed = true;
	return f;
}

/* An event's anchor and tag stand before the node and count as its start. */
static size_t skip_properties(const char *text, size_t off, size_t end)
{
	while (off < end && (text[off] == '&' || text[off] == '!')) {
		while (off < end && !strchr(" \t\r\n", text[off]))
			off++;
		while (off < end && strchr(" \t\r\n#", text[off])) {
			if (text[off] == '#')
				while (off < end && text[off] != '\n')
					off++;
			else
				off++;
		}
	}
	return off;
}

static struct node node_of(
	struct builder *b, const yaml_event_t *e, enum node_kind kind, bool properties)
{
	size_t off = yaml_offset(&b->cursor, &e->start_mark);
	size_t end = yaml_offset(&b->cursor, &e->end_mark);

	if (properties)
		off = skip_properties(b->src->text, off, end);
	return (struct node){.off = (uint32_t)off,
		.len = (uint32_t)(end - off),
		.kind = (uint8_t)kind,
		.src = b->src_index};
}

/* ---- tags ---- */

/*
 * The core schema's tags say how a scalar is read: as a string whatever it looks like, or by
 * its looks although it is quoted.
 */
static void apply_tag(
	struct builder *b, struct node *n, const yaml_event_t *e, const yaml_char_t *tag)
{
	static const char prefix[] = "tag:yaml.org,2002:";
	static const struct {
		const char *name;
		enum node_kind kind;
		uint8_t flags;
	} core[] = {
		{"str", NODE_SCALAR, NODE_QUOTED},
		{"int", NODE_SCALAR, 0},
		{"float", NODE_SCALAR, 0},
		{"bool", NODE_SCALAR, 0},
		{"null", NODE_SCALAR, 0},
		{"map", NODE_MAP, 0},
		{"seq", NODE_SEQ, 0},
	};
	const char *t = (const char *)tag;
	struct node at = *n;
	struct finding *f;

	if (!tag)
		return;
	if (!strcmp(t, "!")) {
		n->flags |= n->kind == NODE_SCALAR ? NODE_QUOTED : 0;
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(core); i++)
		if (core[i].kind == n->kind && !strncmp(t, prefix, strlen(prefix)) &&
			!strcmp(t + strlen(prefix), core[i].name)) {
			n->flags = n->kind == NODE_SCALAR ? core[i].flags : n->flags;
			return;
		}
	/* An anchor may stand before the tag, and has no such character. */
	at.off = (uint32_t)yaml_offset(&b->cursor, &e->start_mark);
	at.off += (uint32_t)strcspn(b->src->text + at.off, "!");
	at.len = (uint32_t)strcspn(b->src->text + at.off, " \t\r\n,{}[]");
	f = fail(b, &F_YAML_TAG, &at, "the tag '%s' means nothing here", t);
	finding_fix(b->diag, f, "remove the tag; a value that begins with '!' needs quotes");
}

/* ---- anchors ---- */

static struct anchor *add_anchor(struct builder *b, const yaml_char_t *name)
{
	struct anchor *a = arena_new(b->arena, struct anchor);
	struct anchor_name *n =
		strmap_get(&b->anchors, (const char *)name, strlen((const char *)name));

	if (!n) {
		n = arena_new(b->arena, struct anchor_name);
		n->name = arena_strdup(b->arena, (const char *)name);
		strmap_add(&b->anchors, n->name, strlen(n->name), n);
		vec_push(&b->anchor_names, n);
	}
	n->last = a;
	a->open = true;
	return a;
}

static void close_anchor(struct anchor *a, const struct node *n, uint64_t size, unsigned depth)
{
	a->node = *n;
	a->size = size;
	a->depth = depth;
	a->open = false;
}

static void unknown_alias(struct builder *b, const struct node *at, const char *name)
{
	struct near near = NEAR_INIT(name, strlen(name));
	struct finding *f =
		fail(b, &F_YAML_ALIAS, at, "no anchor '&%s' stands before this alias", name);

	if (b->nr_unknown++ < MAX_NEAR)
		for (size_t i = 0; i < b->anchor_names.nr; i++)
			near_offer(&near, b->anchor_names.v[i]->name);
	if (near.best)
		finding_fix(b->diag, f, "did you mean '*%s'?", near.best);
	else
		finding_fix(b->diag, f, "a value that begins with '*' needs quotes");
}

static void add_node(struct builder *b, const struct node *n, unsigned depth)
{
	struct level *l;

	if (!b->nr_levels) {
		b->root = arena_memdup(b->arena, n, sizeof(*n));
		return;
	}
	l = &b->levels[b->nr_levels - 1];
	if (depth > l->depth)
		l->depth = depth;
	vec_push(&b->stack, *n);
}

static void on_alias(struct builder *b, const yaml_event_t *e)
{
	struct node at = node_of(b, e, NODE_SCALAR, false), n = at;
	const char *name = (const char *)e->data.alias.anchor;
	const struct anchor_name *known = strmap_get(&b->anchors, name, strlen(name));
	const struct anchor *a = known ? known->last : NULL;

	if (!a || a->open) {
		if (a)
			finding_fix(b->diag,
				fail(b, &F_YAML_ALIAS, &at,
					"this alias stands inside its own anchor"),
				"write the value out: it would contain itself without end");
		else
			unknown_alias(b, &at, name);
		/* Something must stand there, so that keys and values stay pairs. */
		n.text = b->src->text + at.off;
		n.nr = at.len;
		n.flags = NODE_QUOTED;
		add_node(b, &n, 0);
		return;
	}
	b->expanded += a->size;
	b->size += a->size;
	if (b->expanded > MAX_EXPANSION || b->nr_levels + a->depth > NODE_MAX_DEPTH) {
		fail(b, &F_YAML_ALIAS_LARGE, &at, "aliases expand to more than %s here",
			b->expanded > MAX_EXPANSION ? "a million values" : "64 levels");
		b->stop = true;
		return;
	}
	/* The value stands where it is used, so that findings point there. */
	n = a->node;
	n.off = at.off;
	n.len = at.len;
	add_node(b, &n, a->depth);
}

/* ---- scalars ---- */

static void trim(struct node *n, const char *text)
{
	while (n->len && strchr(" \t\r\n", text[n->off + n->len - 1]))
		n->len--;
}

/* Most values stand in the text as they are, perhaps behind a quote. */
static const char *scalar_text(struct builder *b, const struct node *n, const char *value)
{
	size_t off = n->off + (size_t)(n->flags & NODE_QUOTED);

	if (off + n->nr <= (size_t)n->off + n->len && !memcmp(b->src->text + off, value, n->nr))
		return b->src->text + off;
	return arena_memdup(b->arena, value, n->nr);
}

static void on_scalar(struct builder *b, const yaml_event_t *e)
{
	const yaml_char_t *anchor = e->data.scalar.anchor, *tag = e->data.scalar.tag;
	struct node n = node_of(b, e, NODE_SCALAR, anchor || tag);
	const char *value = (const char *)e->data.scalar.value;

	_Static_assert(NODE_QUOTED == 1, "scalar_text() takes it for the length of a quote");
	n.nr = (uint32_t)e->data.scalar.length;
	if (e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE) {
		n.flags = NODE_QUOTED;
		trim(&n, b->src->text);
		if (memchr(value, '\0', n.nr))
			finding_fix(b->diag,
				fail(b, &F_YAML_ENCODING, &n,
					"an escape in this value stands for NUL"),
				"remove the escape");
	}
	n.text = scalar_text(b, &n, value);
	apply_tag(b, &n, e, tag);
	b->size++;
	add_node(b, &n, 0);
	if (anchor)
		close_anchor(add_anchor(b, anchor), &n, 1, 0);
}

/* ---- collections ---- */

static void on_start(struct builder *b, const yaml_event_t *e, enum node_kind kind, bool flow,
	const yaml_char_t *anchor, const yaml_char_t *tag)
{
	struct node n = node_of(b, e, kind, anchor || tag);

	n.flags = flow ? NODE_FLOW : 0;
	if (b->nr_levels == NODE_MAX_DEPTH) {
		fail(b, &F_YAML_DEPTH, &n,
			"lists and maps are nested more than 64 levels deep here");
		b->stop = true;
		return;
	}
	apply_tag(b, &n, e, tag);
	b->levels[b->nr_levels++] = (struct level){
		.node = n,
		.first = b->stack.nr,
		.size_before = b->size++,
		.anchor = anchor ? add_anchor(b, anchor) : NULL,
	};
}

/* Without brackets a collection ends where its last child does, not at the next token. */
static size_t collection_end(struct builder *b, const yaml_event_t *e, const struct node *n)
{
	const struct node *last;

	if ((n->flags & NODE_FLOW) && strchr("{[", b->src->text[n->off]))
		return yaml_offset(&b->cursor, &e->end_mark);
	last = &b->stack.v[b->stack.nr - 1];
	return (size_t)last->off + last->len;
}

static void on_end(struct builder *b, const yaml_event_t *e)
{
	struct level l = b->levels[--b->nr_levels];
	size_t nr = b->stack.nr - l.first;

	l.node.len = (uint32_t)collection_end(b, e, &l.node) - l.node.off;
	l.node.nr = (uint32_t)(l.node.kind == NODE_MAP ? nr / 2 : nr);
	l.node.items = arena_memdup(
		b->arena, nr ? b->stack.v + l.first : NULL, nr * sizeof(struct node));
	b->stack.nr = l.first;
	if (l.node.kind == NODE_MAP && yaml_check_keys(&l.node, b->src, b->diag))
		b->failed = true;
	add_node(b, &l.node, l.depth + 1);
	if (l.anchor)
		close_anchor(l.anchor, &l.node, b->size - l.size_before, l.depth + 1);
}

/* ---- the file ---- */

static void on_document(struct builder *b, const yaml_event_t *e)
{
	struct node at = node_of(b, e, NODE_SCALAR, false);

	if (b->document) {
		fail(b, &F_YAML_DOCUMENTS, &at,
			"a second document begins here; a layout is one document");
		b->stop = true;
	}
	b->document = true;
}

static void on_event(struct builder *b, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		on_document(b, e);
		break;
	case YAML_SCALAR_EVENT:
		on_scalar(b, e);
		break;
	case YAML_SEQUENCE_START_EVENT:
		on_start(b, e, NODE_SEQ, e->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE,
			e->data.sequence_start.anchor, e->data.sequence_start.tag);
		break;
	case YAML_MAPPING_START_EVENT:
		on_start(b, e, NODE_MAP, e->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE,
			e->data.mapping_start.anchor, e->data.mapping_start.tag);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		on_end(b, e);
		break;
	case YAML_ALIAS_EVENT:
		on_alias(b, e);
		break;
	case YAML_STREAM_END_EVENT:
		b->stop = true;
		break;
	default:
		break;
	}
}

static void read_events(struct builder *b)
{
	yaml_parser_t parser;
	yaml_event_t event;

	if (!yaml_parser_initialize(&parser))
		abort();
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)b->src->text, b->src->len);
	while (!b->stop) {
		if (!yaml_parser_parse(&parser, &event)) {
			yaml_report_error(&parser, &b->cursor, b->diag);
			b->failed = true;
			break;
		}
		on_event(b, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
}

int yaml_parse(const struct source *src, uint16_t src_index, struct arena *arena,
	struct diag *diag, struct node **ret)
{
	struct builder b = {.src = src,
		.src_index = src_index,
		.arena = arena,
		.diag = diag,
		.cursor.src = src};
	const struct node nowhere = {0};

	if (yaml_check_encoding(src, diag, &b.cursor.ascii))
		return -EINVAL;
	read_events(&b);
	if (!b.failed && (!b.root || yaml_is_nothing(b.root)))
		fail(&b, &F_YAML_EMPTY, &nowhere, "the file holds nothing");
	vec_release(&b.stack);
	vec_release(&b.anchor_names);
	strmap_release(&b.anchors);
	if (b.failed)
		return -EINVAL;
	*ret = b.root;
	return 0;
}
