#include <check.h>
#include <errno.h>
#include <string.h>

#include "base/strbuf.h"
#include "../position.h"
#include "layout/yaml.h"

struct parsed {
	struct arena arena;
	struct diag diag;
	struct source src;
	struct tree tree;
	int result;
};

static void parse_bytes(struct parsed *p, const char *text, size_t len)
{
	static const struct source *sources[1];

	memset(p, 0, sizeof(*p));
	arena_init(&p->arena);
	diag_init(&p->diag, &p->arena);
	p->src = (struct source){"t.yaml", text, len, false};
	sources[0] = &p->src;
	p->tree = (struct tree){.sources = sources, .nr_sources = 1};
	p->result = yaml_parse(&p->src, 0, &p->arena, &p->diag, &p->tree.root);
}

static void parse(struct parsed *p, const char *text)
{
	parse_bytes(p, text, strlen(text));
}

static void release(struct parsed *p)
{
	diag_release(&p->diag);
	arena_release(&p->arena);
}

START_TEST(spans)
{
	struct parsed p;
	struct node *v;
	struct span s;

	parse(&p, "a: 1\nb: {c: 'x y', d: [1, 2]}\n");
	ck_assert_int_eq(p.result, 0);
	v = node_get(node_get(p.tree.root, "b"), "c");
	ck_assert(node_is(v, "x y"));
	ck_assert_uint_eq(v->off, 12);
	ck_assert_uint_eq(v->len, 5);
	s = node_span(&p.tree, node_get(node_get(p.tree.root, "b"), "d"));
	ck_assert_uint_eq(s.len, 6);
	ck_assert_int_eq(node_get(p.tree.root, "b")->kind, NODE_MAP);
	release(&p);
}
END_TEST

/* libyaml counts characters; spans are bytes. */
START_TEST(spans_behind_umlauts)
{
	struct parsed p;
	struct node *v;

	parse(&p, "ä: \"öü\"\nb: xyz\n");
	ck_assert_int_eq(p.result, 0);
	v = node_get(p.tree.root, "b");
	ck_assert_int_eq(memcmp(p.src.text + v->off, "xyz", 3), 0);
	v = node_get(p.tree.root, "ä");
	ck_assert_int_eq(memcmp(p.src.text + v->off, "\"öü\"", v->len), 0);
	release(&p);
}
END_TEST

START_TEST(booleans_are_those_of_yaml_1_2)
{
	struct parsed p;

	parse(&p, "[true, False, yes, on, 'true', ~, null, '']\n");
	ck_assert_int_eq(node_bool(&p.tree.root->items[0]), 1);
	ck_assert_int_eq(node_bool(&p.tree.root->items[1]), 0);
	ck_assert_int_eq(node_bool(&p.tree.root->items[2]), -1);
	ck_assert_int_eq(node_bool(&p.tree.root->items[3]), -1);
	ck_assert_int_eq(node_bool(&p.tree.root->items[4]), -1);
	ck_assert(node_is_null(&p.tree.root->items[5]));
	ck_assert(node_is_null(&p.tree.root->items[6]));
	ck_assert(!node_is_null(&p.tree.root->items[7]));
	release(&p);
}
END_TEST

/* A span is the value alone: no anchor, no tag, no blank lines behind a block. */
START_TEST(spans_of_values)
{
	static const struct {
		const char *key, *text;
	} values[] = {
		{"a", "one two"}, {"b", "{x: 1}"}, {"c", "*m"}, {"d", "|\n  text\n  more"}, {"e", "- 1\n- [2]"},
		{"f", "x: 1\n  y: 'z'"}, {"g", "'q'"}, {"h", ""}, {"i", "k: v"},
	};
	struct parsed p;

	parse(&p, "a: &a !!str one two   # comment\nb: &m {x: 1}\nc: *m\nd: |\n  text\n  more\n\n\n"
		  "e: &s # comment\n- 1\n- [2]\n\n# comment\nf: !!map\n  x: 1\n  y: 'z'\n\n"
		  "g: !\n  'q'\nh: &empty\ni: [k: v ]\n");
	ck_assert_int_eq(p.result, 0);
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		const struct node *n = node_get(p.tree.root, values[i].key);

		if (*values[i].key == 'i')
			n = n->items;
		ck_assert_uint_eq(n->len, strlen(values[i].text));
		ck_assert_int_eq(memcmp(p.src.text + n->off, values[i].text, n->len), 0);
	}
	release(&p);
}
END_TEST

START_TEST(empty_collections)
{
	struct parsed p;

	parse(&p, "[]");
	ck_assert_int_eq(p.result, 0);
	ck_assert_int_eq(p.tree.root->kind, NODE_SEQ);
	ck_assert_uint_eq(p.tree.root->nr, 0);
	release(&p);
	parse(&p, "{}");
	ck_assert_int_eq(p.tree.root->kind, NODE_MAP);
	ck_assert_uint_eq(p.tree.root->nr, 0);
	release(&p);
}
END_TEST

START_TEST(byte_order_mark)
{
	struct parsed p;

	parse(&p, "\xef\xbb\xbf" "a: b\n");
	ck_assert_int_eq(p.result, 0);
	ck_assert_uint_eq(node_get_key(p.tree.root, "a")->off, 3);
	ck_assert_uint_eq(node_get(p.tree.root, "a")->off, 6);
	release(&p);
}
END_TEST

/* Text that is the same in the source costs no memory of its own. */
START_TEST(text_stays_in_the_source)
{
	struct parsed p;
	const struct node *items;

	parse(&p, "[plain, 'single', \"double\", 'it''s', \"tab\\t\"]\n");
	items = p.tree.root->items;
	for (int i = 0; i < 3; i++)
		ck_assert(items[i].text > p.src.text && items[i].text < p.src.text + p.src.len);
	ck_assert(node_is(&items[0], "plain"));
	ck_assert(node_is(&items[1], "single"));
	ck_assert(node_is(&items[2], "double"));
	ck_assert(node_is(&items[3], "it's"));
	ck_assert(node_is(&items[4], "tab\t"));
	release(&p);
}
END_TEST

START_TEST(tags_of_the_core_schema)
{
	struct parsed p;
	const struct node *items;

	parse(&p, "[!!str true, ! true, !!bool 'true', !!null '', !!seq [1], !!int 5]\n");
	ck_assert_int_eq(p.result, 0);
	items = p.tree.root->items;
	ck_assert_int_eq(node_bool(&items[0]), -1);
	ck_assert_int_eq(node_bool(&items[1]), -1);
	ck_assert_int_eq(node_bool(&items[2]), 1);
	ck_assert(node_is_null(&items[3]));
	ck_assert(node_is(&items[5], "5"));
	release(&p);
}
END_TEST

START_TEST(aliases)
{
	struct parsed p;
	const struct node *root;

	parse(&p, "a: &x {k: v}\nb: *x\nc: &x new\nd: *x\n*x : as a key\n<<: plain\n");
	ck_assert_int_eq(p.result, 0);
	root = p.tree.root;
	ck_assert_ptr_eq(node_get(root, "a")->items, node_get(root, "b")->items);
	ck_assert(node_is(node_get(root, "d"), "new"));
	ck_assert(node_is(node_get(root, "new"), "as a key"));
	ck_assert(node_is(node_get(root, "<<"), "plain"));
	release(&p);
}
END_TEST

/* `says` must be part of the message, and `fix` of what to do. */
static const struct {
	const char *text, *id;
	unsigned long line, column;
	const char *says, *fix;
} faults[] = {
	{"a: [1, 2\n", "yaml.syntax", 1, 9, "cut short", "add"},
	{"a:\n  - {x: 1,\n\n\n", "yaml.syntax", 2, 11, "cut short", "add"},
	{"a: \"x\nb: 1\n", "yaml.syntax", 2, 5, "quotes are not closed", "quote"},
	{"a: 1\n\tb: 2\n", "yaml.syntax", 2, 1, "tab", "spaces"},
	{"a:\n \t\tb: 2\n", "yaml.syntax", 2, 2, "tab", "spaces"},
	{"a: |\n\tb\n", "yaml.syntax", 2, 1, "tab", "spaces"},
	{"a: {b: 1\n\tc: 2}\n", "yaml.syntax", 2, 1, "tab", "spaces"},
	{"a: 1\nb\nc: 2\n", "yaml.syntax", 2, 1, "colon is missing", "key: value"},
	{"a:b\nc: 1\n", "yaml.syntax", 2, 2, "colon", "blank behind"},
	{"a: b: c\n", "yaml.syntax", 1, 5, "two colons", "quotes"},
	{"a:\n    b: 1\n  c: 2\n", "yaml.syntax", 3, 3, "line up", "indent"},
	{"a:\n  - b\n  c: 1\n", "yaml.syntax", 3, 3, "line up", "`- `"},
	{"a: {b: 1]\n", "yaml.syntax", 1, 9, "'}'", "quotes"},
	{"a: - b\n", "yaml.syntax", 1, 4, "list item", "line of its own"},
	{"a: @b\n", "yaml.syntax", 1, 4, "begin with '@'", "quotes"},
	{"ä: %b\n", "yaml.syntax", 1, 4, "begin with '%'", "quotes"},
	{"a: *\n", "yaml.syntax", 1, 5, "alias", "quotes"},
	{"a: \"\\q\"\n", "yaml.syntax", 1, 5, "escape", "\\\\"},
	{"a: \"\\xz\"\n", "yaml.syntax", 1, 7, "hexadecimal", "digits"},
	{"a: !x!y z\n", "yaml.syntax", 1, 4, "tag", "quotes"},
	{"%YAML 3.0\n---\na: 1\n", "yaml.syntax", 1, 1, "version of YAML", "1.2"},
	{"%FOO\n---\na: 1\n", "yaml.syntax", 1, 1, "directive", "remove"},
	{"a: |x\n  b\n", "yaml.syntax", 1, 5, "several lines", "quotes"},
	{"a: 1\nb: 2\na: 3\n", "yaml.duplicate-key", 3, 1, "'a'", "remove"},
	{"{x: 1, y: {z: 1, z: 2}}\n", "yaml.duplicate-key", 1, 18, "'z'", "remove"},
	{"a: 1\n\"a\": 2\n", "yaml.duplicate-key", 2, 1, "'a'", "remove"},
	{"? [a]\n: b\n", "yaml.key-not-a-word", 1, 3, "a list", "a word"},
	{"a: {{ b }}\n", "yaml.key-not-a-word", 1, 5, "a map", "params"},
	{"?\n: b\n", "yaml.key-not-a-word", 1, 2, "missing", "write the key"},
	{"a: 1\n---\nb: 2\n", "yaml.documents", 2, 1, "second", NULL},
	{"a: !foo 1\n", "yaml.tag", 1, 4, "!foo", "remove"},
	{"a: &b\n   !!map 1\n", "yaml.tag", 2, 4, "map", "remove"},
	{"abc: &abc 1\na: *abd\n", "yaml.alias-unknown", 2, 4, "&abd", "*abc"},
	{"a: *.img\n", "yaml.syntax", 1, 5, "alias", "quotes"},
	{"a: &b [1, *b]\n", "yaml.alias-unknown", 1, 11, "its own anchor", "write the value out"},
	{"", "yaml.empty", 1, 1, "nothing", NULL},
	{"# only this\n---\n", "yaml.empty", 1, 1, "nothing", NULL},
	{"a: \"\xff\"\n", "yaml.encoding", 1, 5, "0xff", "UTF-8"},
	{"a: 0123456789\xc0\x80\n", "yaml.encoding", 1, 14, "0xc0", "UTF-8"},     /* overlong */
	{"ä: 0123456789\xed\xa0\x80\n", "yaml.encoding", 1, 14, "0xed", "UTF-8"}, /* surrogate */
	{"a: 0123456789\xe2\x82", "yaml.encoding", 1, 14, "0xe2", "UTF-8"},       /* cut off */
	{"a: 0123456789\x1b[0m\n", "yaml.encoding", 1, 14, "control", "remove"},
	{"a: 0123456789\x7f\n", "yaml.encoding", 1, 14, "control", "remove"},
	{"a: \xc2\x9b\n", "yaml.encoding", 1, 4, "control", "remove"},
	{"\xff\xfe" "a", "yaml.encoding", 1, 1, "UTF-16", "UTF-8"},
	{"a: \"x\\0y\"\n", "yaml.encoding", 1, 4, "NUL", "remove"},
};

START_TEST(fault)
{
	const struct finding *f;
	struct position at;
	struct parsed p;

	parse(&p, faults[_i].text);
	ck_assert_int_eq(p.result, -EINVAL);
	ck_assert_uint_eq(p.diag.findings.nr, 1);
	f = &p.diag.findings.v[0];
	ck_assert_str_eq(f->kind->id, faults[_i].id);
	at = position_of(&p.src, f->span.off);
	ck_assert_uint_eq(at.line, faults[_i].line);
	ck_assert_uint_eq(at.column, faults[_i].column);
	ck_assert_msg(strstr(f->message, faults[_i].says) != NULL, "%s", f->message);
	if (faults[_i].fix)
		ck_assert_msg(f->fix && strstr(f->fix, faults[_i].fix), "%s", f->fix);
	release(&p);
}
END_TEST

START_TEST(nul_bytes)
{
	struct parsed p;

	parse_bytes(&p, "a: 0123456789\0b\n", 16);
	ck_assert_str_eq(p.diag.findings.v[0].kind->id, "yaml.encoding");
	ck_assert_uint_eq(p.diag.findings.v[0].span.off, 13);
	release(&p);
	parse_bytes(&p, "a\0:\0 \0b\0", 8);
	ck_assert_ptr_nonnull(strstr(p.diag.findings.v[0].message, "UTF-16"));
	release(&p);
}
END_TEST

/* The length is refused before the text is looked at. */
START_TEST(too_large)
{
	struct parsed p;

	parse_bytes(&p, "a: 1\n", (size_t)UINT32_MAX + 1);
	ck_assert_int_eq(p.result, -EINVAL);
	ck_assert_str_eq(p.diag.findings.v[0].kind->id, "yaml.too-large");
	release(&p);
}
END_TEST

/* One run shows them all, up to where libyaml gives up. */
START_TEST(several_faults)
{
	static const char *const ids[] = {"yaml.duplicate-key", "yaml.alias-unknown", "yaml.tag",
					  "yaml.key-not-a-word", "yaml.syntax"};
	struct parsed p;

	parse(&p, "a: {x: 1, x: 2}\nb: *no\nc: !no d\nd: {[e]: f}\ng: [\n");
	diag_sort(&p.diag);
	ck_assert_uint_eq(p.diag.findings.nr, ARRAY_SIZE(ids));
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		ck_assert_str_eq(p.diag.findings.v[i].kind->id, ids[i]);
	release(&p);
}
END_TEST

/* A note shows what was open. */
START_TEST(context)
{
	struct parsed p;
	const struct finding *f;

	parse(&p, "ä: 1\nb: [1,\n  2\nc: 3\n");
	f = &p.diag.findings.v[0];
	ck_assert_uint_eq(f->notes.nr, 1);
	ck_assert_uint_eq(position_of(&p.src, f->notes.v[0].span.off).line, 2);
	ck_assert_uint_eq(position_of(&p.src, f->notes.v[0].span.off).column, 4);
	release(&p);
}
END_TEST

START_TEST(examples)
{
	const struct finding_kind *k = yaml_findings[_i];
	struct parsed p;

	if (!k->example) {
		ck_assert_str_eq(k->id, "yaml.too-large");
		return;
	}
	parse(&p, k->example);
	ck_assert_int_eq(p.result, -EINVAL);
	ck_assert_str_eq(p.diag.findings.v[0].kind->id, k->id);
	release(&p);
}
END_TEST

static void nested(struct parsed *p, const char *before, int levels, const char *behind)
{
	struct strbuf b = STRBUF_INIT;

	strbuf_adds(&b, before);
	strbuf_addn(&b, '[', (size_t)levels);
	strbuf_adds(&b, behind);
	strbuf_addn(&b, ']', (size_t)levels);
	parse(p, strbuf_str(&b));
	/* The text is gone; what the tests below look at is not in it. */
	strbuf_release(&b);
}

START_TEST(depth)
{
	struct parsed p;

	nested(&p, "", NODE_MAX_DEPTH, "x");
	ck_assert_int_eq(p.result, 0);
	release(&p);
	nested(&p, "", NODE_MAX_DEPTH + 1, "x");
	ck_assert_int_eq(p.result, -EINVAL);
	ck_assert_str_eq(p.diag.findings.v[0].kind->id, "yaml.too-deep");
	release(&p);
	/* The map, 61 lists and the alias's two make 64. */
	nested(&p, "a: &a [[1]]\nb: ", NODE_MAX_DEPTH - 3, "*a");
	ck_assert_int_eq(p.result, 0);
	release(&p);
	nested(&p, "a: &a [[1]]\nb: ", NODE_MAX_DEPTH - 2, "*a");
	ck_assert_int_eq(p.result, -EINVAL);
	ck_assert_str_eq(p.diag.findings.v[0].kind->id, "yaml.alias-too-large");
	release(&p);
}
END_TEST

/* A list of 999 is 1000 nodes: a thousand aliases of it are a million, one more is too many. */
START_TEST(expansion)
{
	struct parsed p;

	for (int extra = 0; extra < 2; extra++) {
		struct strbuf b = STRBUF_INIT;

		strbuf_adds(&b, "- &a [x");
		for (int i = 1; i < 999; i++)
			strbuf_adds(&b, ", x");
		strbuf_adds(&b, "]\n");
		for (int i = 0; i < 1000 + extra; i++)
			strbuf_adds(&b, "- *a\n");
		parse(&p, strbuf_str(&b));
		ck_assert_int_eq(p.result, extra ? -EINVAL : 0);
		if (extra)
			ck_assert_str_eq(p.diag.findings.v[0].kind->id, "yaml.alias-too-large");
		release(&p);
		strbuf_release(&b);
	}
}
END_TEST

/* A hash finds duplicates among many keys, comparison among few. */
START_TEST(duplicate_among_many)
{
	struct strbuf b = STRBUF_INIT;
	struct parsed p;

	for (int i = 0; i < 1000; i++)
		strbuf_addf(&b, "k%d: 1\n", i);
	strbuf_adds(&b, "k500: 2\n");
	parse(&p, strbuf_str(&b));
	ck_assert_int_eq(p.result, -EINVAL);
	ck_assert_str_eq(p.diag.findings.v[0].kind->id, "yaml.duplicate-key");
	ck_assert_uint_eq(position_of(&p.src, p.diag.findings.v[0].span.off).line, 1001);
	ck_assert_uint_eq(position_of(&p.src, p.diag.findings.v[0].notes.v[0].span.off).line, 501);
	release(&p);
	strbuf_release(&b);
}
END_TEST

/* Whatever is cut off a file, the answer is a tree or a finding. */
START_TEST(truncated)
{
	static const char text[] = "dmc: 1\nvolumes:\n  a: {target: linear, device: \"x\", size: 1MiB}\n  b: [1, 'two', &c 3, *c]\n";
	struct parsed p;

	for (size_t n = 0; n < sizeof(text); n++) {
		parse_bytes(&p, text, n);
		ck_assert(p.result == 0 || p.diag.findings.nr == 1);
		release(&p);
	}
}
END_TEST

Suite *suite_layout_yaml(void);

Suite *suite_layout_yaml(void)
{
	Suite *s = suite_create("layout/yaml");
	TCase *tc = tcase_create("yaml");
	int nr_kinds = 0;

	while (yaml_findings[nr_kinds])
		nr_kinds++;
	tcase_add_test(tc, spans);
	tcase_add_test(tc, spans_behind_umlauts);
	tcase_add_test(tc, booleans_are_those_of_yaml_1_2);
	tcase_add_test(tc, spans_of_values);
	tcase_add_test(tc, empty_collections);
	tcase_add_test(tc, byte_order_mark);
	tcase_add_test(tc, text_stays_in_the_source);
	tcase_add_test(tc, tags_of_the_core_schema);
	tcase_add_test(tc, aliases);
	tcase_add_loop_test(tc, fault, 0, ARRAY_SIZE(faults));
	tcase_add_test(tc, nul_bytes);
	tcase_add_test(tc, too_large);
	tcase_add_test(tc, several_faults);
	tcase_add_test(tc, context);
	tcase_add_loop_test(tc, examples, 0, nr_kinds);
	tcase_add_test(tc, depth);
	tcase_add_test(tc, expansion);
	tcase_add_test(tc, duplicate_among_many);
	tcase_add_test(tc, truncated);
	suite_add_tcase(s, tc);
	return s;
}
