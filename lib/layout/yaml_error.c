/*
 * Faults that libyaml finds, in words for people.
 *
 * libyaml says what its grammar expected ("did not find expected key"), not what the
 * writer of the file did. Each of its texts that a layout can provoke has a row here; the
 * others are passed on as they are.
 */
#include <string.h>

#include "layout/yaml_internal.h"

struct explanation {
	const char *problem, *context; /* parts of libyaml's texts; NULL: any */
	const char *message, *fix;
	bool at_context; /* the fault is where the context began */
};

#define QUOTE "put the value in quotes"
#define BLOCK "put each `- ` on a line of its own below the key"

static const struct explanation explanations[] = {
	{"could not find expected ':'", NULL,
		"this is no `key: value` pair: the colon is missing",
		"write `key: value`, with a blank behind the colon", true},
	{"mapping values are not allowed", NULL,
		"a colon cannot stand here: the line continues the value above it, or has two "
		"colons",
		"put a blank behind each colon, line the key up with its neighbours, and put a "
		"value with a colon in quotes",
		false},
	{"did not find expected key", NULL,
		"this does not line up with the keys of the map it is in",
		"indent it exactly as the other keys", false},
	{"did not find expected '-' indicator", NULL,
		"this does not line up with the items of the list it is in",
		"begin it with `- `, indented exactly as the other items", false},
	{"did not find expected ',' or '}'", NULL, "expected a comma or the closing '}'",
		"add what is missing; a value with , { } [ ] in it needs quotes", false},
	{"did not find expected ',' or ']'", NULL, "expected a comma or the closing ']'",
		"add what is missing; a value with , { } [ ] in it needs quotes", false},
	{"did not find expected node content", NULL, "expected a value here", "add the value",
		false},
	{"did not find expected <document start>", NULL,
		"this belongs to nothing that stands above it",
		"indent it as its neighbours, or remove it", false},
	{"block sequence entries are not allowed", NULL, "a list item cannot begin here", BLOCK,
		false},
	{"mapping keys are not allowed", NULL, "a key cannot begin here",
		"write it on a line of its own", false},
	{"found unexpected end of stream", NULL, "the quotes are not closed",
		"add the closing quote", false},
	{"found unexpected document indicator", NULL, "a document ends here inside quotes",
		"add the closing quote", false},
	{"found unknown escape character", NULL, "YAML has no such escape",
		"write \\\\ for a backslash, or use single quotes", false},
	{"did not find expected hexdecimal number", NULL,
		"the escapes \\x, \\u and \\U take 2, 4 and 8 hexadecimal digits",
		"add the digits", false},
	{"found invalid Unicode character escape code", NULL,
		"the escape stands for no character", "correct the number", false},
	{"found unexpected ':'", NULL, "a colon cannot stand here", QUOTE, false},
	{"alphabetic or numeric", "alias",
		"a value that begins with '*' is an alias, and its name is missing", QUOTE,
		false},
	{"alphabetic or numeric", "anchor",
		"a value that begins with '&' sets an anchor, and its name is missing", QUOTE,
		false},
	{"found incompatible YAML document", NULL,
		"the file asks for a version of YAML that is not read",
		"remove the line, or write %YAML 1.2", false},
	{"did not find expected comment or line break", "block scalar",
		"'|' or '>' begins a text of several lines, and something stands behind it",
		QUOTE, false},
	{NULL, "tag", "a value that begins with '!' has a tag, and this one cannot be read",
		QUOTE, true},
	{"found undefined tag handle", NULL, "a tag whose prefix is not declared",
		"remove the tag; a value that begins with '!' needs quotes", false},
	{NULL, "directive",
		"a line that begins with '%' is a directive, and this one cannot be read",
		"remove the line, or put the value in quotes", true},
};

/* What was open when the fault was found. */
static const struct {
	const char *context, *note;
} contexts[] = {
	{"block mapping", "the map begins here"},
	{"flow mapping", "the map opens here"},
	{"block collection", "the list begins here"},
	{"flow sequence", "the list opens here"},
	{"quoted scalar", "the quotes open here"},
	{"plain scalar", "the value begins here"},
	{"block scalar", "the text begins here"},
};

size_t yaml_offset(struct yaml_cursor *c, const yaml_mark_t *mark)
{
	const char *t = c->src->text;

	if (c->ascii)
		return mark->index < c->src->len ? mark->index : c->src->len;
	while (c->chars < mark->index && c->bytes < c->src->len) {
		do
			c->bytes++;
		while (c->bytes < c->src->len && ((unsigned char)t[c->bytes] & 0xc0) == 0x80);
		c->chars++;
	}
	while (c->chars > mark->index && c->bytes) {
		do
			c->bytes--;
		while (c->bytes && ((unsigned char)t[c->bytes] & 0xc0) == 0x80);
		c->chars--;
	}
	return c->bytes;
}

static struct span span_at(const struct source *src, size_t off)
{
	size_t end = off < src->len ? off + 1 : off;

	while (end < src->len && ((unsigned char)src->text[end] & 0xc0) == 0x80)
		end++;
	return (struct span){src, (uint32_t)off, (uint32_t)(end - off)};
}

static const struct explanation *explain(const yaml_parser_t *p)
{
	for (size_t i = 0; i < ARRAY_SIZE(explanations); i++) {
		const struct explanation *x = &explanations[i];

		if ((!x->problem || strstr(p->problem, x->problem)) &&
			(!x->context || (p->context && strstr(p->context, x->context))))
			return x;
	}
	return NULL;
}

static void add_context(
	const yaml_parser_t *p, struct yaml_cursor *c, struct diag *diag, struct finding *f)
{
	for (size_t i = 0; p->context && i < ARRAY_SIZE(contexts); i++)
		if (strstr(p->context, contexts[i].context))
			finding_note(diag, f, span_at(c->src, yaml_offset(c, &p->context_mark)),
				"%s", contexts[i].note);
}

static void report_tab(const struct source *src, size_t off, struct diag *diag)
{
	size_t end = off;
	struct finding *f;

	while (end < src->len && src->text[end] == '\t')
		end++;
	f = diag_add(diag, &F_YAML_SYNTAX,
		(struct span){src, (uint32_t)off, (uint32_t)(end - off)},
		"a tab indents this line; YAML takes spaces only");
	finding_fix(diag, f, "replace the tab with spaces");
}

/* Tabs, and the characters that YAML keeps for itself. */
static void report_start(const struct source *src, size_t off, struct diag *diag)
{
	struct finding *f;

	if (off < src->len && src->text[off] == '\t') {
		report_tab(src, off, diag);
		return;
	}
	f = diag_add(diag, &F_YAML_SYNTAX, span_at(src, off), "a value cannot begin with '%c'",
		off < src->len ? src->text[off] : ' ');
	finding_fix(diag, f, QUOTE);
}

/* Points behind the last word, as the line after it is empty. */
static struct finding *report_end(
	const struct source *src, const char *message, struct diag *diag)
{
	size_t off = src->len;

	while (off && strchr(" \t\r\n", src->text[off - 1]))
		off--;
	return diag_add(diag, &F_YAML_SYNTAX, span_at(src, off),
		"the file ends here too early (was it cut short?): %s", message);
}

void yaml_report_error(const yaml_parser_t *p, struct yaml_cursor *c, struct diag *diag)
{
	const struct explanation *x;
	const char *message;
	struct finding *f;
	size_t off;

	/* The reader stops at bytes, which yaml_check_encoding() has looked at; memory has no
	 * place. */
	if (!p->problem || p->error == YAML_READER_ERROR) {
		diag_add(diag, &F_YAML_SYNTAX, span_at(c->src, 0), "the file cannot be read: %s",
			p->problem ? p->problem : "out of memory");
		return;
	}
	x = explain(p);
	message = x ? x->message : p->problem;
	off = yaml_offset(c, &p->problem_mark);
	if (strstr(p->problem, "tab character")) {
		report_tab(c->src, off, diag);
		return;
	}
	if (strstr(p->problem, "cannot start any token")) {
		report_start(c->src, off, diag);
		return;
	}
	if (x && x->at_context && p->context)
		f = diag_add(diag, &F_YAML_SYNTAX,
			span_at(c->src, yaml_offset(c, &p->context_mark)), "%s", message);
	else if (off >= c->src->len)
		f = report_end(c->src, message, diag);
	else
		f = diag_add(diag, &F_YAML_SYNTAX, span_at(c->src, off), "%s", message);
	if (x)
		finding_fix(diag, f, "%s", x->fix);
	add_context(p, c, diag, f);
}
