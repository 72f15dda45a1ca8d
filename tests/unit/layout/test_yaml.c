#include <check.h>
#include <errno.h>
#include <string.h>

#include "base/strbuf.h"
#include "layout/yaml.h"
#include "layout/yaml_internal.h"

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
	p->src = (struct source){"t.yaml", text, len};
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

static const struct {
	const char *text, *id;
	unsigned long line, column;
} faults[] = {
	{"a: [1, 2\n", "yaml.syntax", 2, 1},
	{"a: 1\n\tb: 2\n", "yaml.syntax", 2, 1},
	{"a: 1\nb: 2\na: 3\n", "yaml.duplicate-key", 3, 1},
	{"{x: 1, y: {z: 1, z: 2}}\n", "yaml.duplicate-key", 1, 18},
	{"? [a]\n: b\n", "yaml.key-not-a-word", 1, 3},
	{"a: 1\n---\nb: 2\n", "yaml.documents", 2, 1},
	{"a: !foo 1\n", "yaml.tag", 1, 4},
	{"a: *b\n", "yaml.alias", 1, 4},
	{"a: &b [1, *b]\n", "yaml.alias", 1, 11},
	{"a: \"\xff\"\n", "yaml.encoding", 1, 5},
	{"\xff\xfe" "a", "yaml.encoding", 1, 1},
	{"a: \"x\\0y\"\n", "yaml.encoding", 1, 4},
};

START_TEST(fault)
{
	struct position at;
	struct parsed p;

	parse(&p, faults[_i].text);
	ck_assert_int_eq(p.result, -EINVAL);
	ck_assert_uint_eq(p.diag.findings.nr, 1);
	ck_assert_str_eq(p.diag.findings.v[0].kind->id, faults[_i].id);
	at = source_position(&p.src, p.diag.findings.v[0].span.off);
	ck_assert_uint_eq(at.line, faults[_i].line);
	ck_assert_uint_eq(at.column, faults[_i].column);
	release(&p);
}
END_TEST

START_TEST(bombs)
{
	struct parsed p;
	char deep[201];

	parse(&p, "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
		  "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
		  "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n"
		  "g: [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\n");
	ck_assert_int_eq(p.result, -EINVAL);
	ck_assert_str_eq(p.diag.findings.v[0].kind->id, "yaml.alias-too-large");
	release(&p);
	memset(deep, '[', 100);
	memset(deep + 100, ']', 100);
	deep[200] = '\0';
	parse(&p, deep);
	ck_assert_str_eq(p.diag.findings.v[0].kind->id, "yaml.too-deep");
	release(&p);
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
	ck_assert_uint_eq(source_position(&p.src, p.diag.findings.v[0].span.off).line, 1001);
	ck_assert_uint_eq(source_position(&p.src, p.diag.findings.v[0].notes.v[0].span.off).line, 501);
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

	tcase_add_test(tc, spans);
	tcase_add_test(tc, spans_behind_umlauts);
	tcase_add_test(tc, booleans_are_those_of_yaml_1_2);
	tcase_add_loop_test(tc, fault, 0, ARRAY_SIZE(faults));
	tcase_add_test(tc, bombs);
	tcase_add_test(tc, duplicate_among_many);
	tcase_add_test(tc, truncated);
	suite_add_tcase(s, tc);
	return s;
}
