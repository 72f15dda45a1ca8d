/*
 * The tree of a YAML file, with the byte range of every node.
 *
 * Made by yaml_parse() from libyaml's events; nothing behind this header knows
 * libyaml. Compact, as a layout can have a million segments: a node is 24 bytes, a
 * scalar's text stays in the source where it is the same there.
 *
 * Guarantees to the reader: keys of a map are scalars and unique; depth is at most
 * NODE_MAX_DEPTH; an alias is expanded to its anchor's node, with the alias's place and
 * the same items (shared, not copied), and a file whose expanded size is over the limit
 * was refused; text is valid UTF-8 without NUL.
 */
#ifndef LAYOUT_NODE_H
#define LAYOUT_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "diag/diag.h"

#define NODE_MAX_DEPTH 64

enum node_kind { NODE_SCALAR, NODE_MAP, NODE_SEQ };

enum node_flags {
	NODE_QUOTED = 1 << 0,      /* a scalar in quotes or a block scalar: always a string */
	NODE_FLOW = 1 << 1,        /* a map or sequence in flow style */
	NODE_SUBSTITUTED = 1 << 2, /* had its $parameter put in; items of an alias are met twice */
};

struct node {
	uint32_t off;  /* span in its source, quotes included */
	uint32_t len;
	uint32_t nr;   /* text: bytes; map: pairs; sequence: items */
	uint8_t kind;  /* enum node_kind */
	uint8_t flags; /* enum node_flags */
	uint16_t src;  /* index into the tree's sources */
	union {
		const char *text;   /* not terminated */
		struct node *items; /* sequence: nr of them; map: key, value, key, value … */
	};
};

struct tree {
	struct arena *arena;
	const struct source **sources; /* the file and what it includes */
	size_t nr_sources;
	struct node *root; /* NULL: the file could not be read */
};

struct span node_span(const struct tree *t, const struct node *n);

/* The value of a key, or NULL; `n` may be NULL or no map: NULL. */
struct node *node_get(const struct node *n, const char *key);
/* The key node itself, for spans. */
struct node *node_get_key(const struct node *n, const char *key);

bool node_is(const struct node *n, const char *text);      /* a scalar with this text */
bool node_is_null(const struct node *n);                   /* empty, null, ~ (plain) */
int node_bool(const struct node *n);                       /* 1, 0 or -1: no YAML 1.2 boolean */
const char *node_dup(struct arena *a, const struct node *n); /* text, terminated */
const char *node_kind_name(const struct node *n);          /* "a list", "a map", "a word" */

#endif
