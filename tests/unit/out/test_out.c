/* Printers of findings. */
#include <check.h>
#include <jansson.h>
#include <string.h>

#include "out/out.h"

static const struct finding_kind kind = {"some.kind", SEV_ERROR, BY_KERNEL, "title", "cause", NULL, "fix"};

struct printed {
	struct arena arena;
	struct diag diag;
	struct source src;
	struct strbuf b;
};

static void print(struct printed *p, const char *text, size_t off, size_t len, enum out_format format)
{
	static const char *const files[] = {"f.yaml", NULL};
	struct out_options o = {.tool = "dmc", .version = "1", .files = files};

	memset(p, 0, sizeof(*p));
	arena_init(&p->arena);
	diag_init(&p->diag, &p->arena);
	p->src = (struct source){"f.yaml", text, strlen(text), false};
	diag_add(&p->diag, &kind, (struct span){&p->src, (uint32_t)off, (uint32_t)len}, "wrong <&> \"thing\"");
	out_findings(&p->b, &p->diag, format, &o);
}

static void release(struct printed *p)
{
	strbuf_release(&p->b);
	diag_release(&p->diag);
	arena_release(&p->arena);
}

START_TEST(text)
{
	struct printed p;

	print(&p, "a: 1\n\tbö: xyz\n", 11, 3, OUT_TEXT);
	ck_assert_str_eq(strbuf_str(&p.b), "f.yaml:2:6: error: wrong <&> \"thing\" [some.kind]\n"
					   "    \tbö: xyz\n"
					   "    \t    ^~~\n");
	release(&p);
	print(&p, "a: 1\n", 5, 0, OUT_TEXT);
	ck_assert_ptr_nonnull(strstr(strbuf_str(&p.b), "f.yaml:2:1: error:"));
	release(&p);
}
END_TEST

/* 110 columns of a long line are shown, 55 of them before the place; a short rest is shown whole. */
START_TEST(long_lines)
{
	static const struct {
		size_t off, before, behind;
	} cases[] = {{0, 0, 109}, {55, 55, 54}, {56, 55, 54}, {500000, 55, 54}, {999999, 55, 0}};
	static char line[1000001];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct strbuf want = STRBUF_INIT;
		struct printed p;

		memset(line, 'a', sizeof(line) - 1);
		line[cases[i].off] = 'X';
		print(&p, line, cases[i].off, 1, OUT_TEXT);
		strbuf_addf(&want, "f.yaml:1:%zu: error: wrong <&> \"thing\" [some.kind]\n    ", cases[i].off + 1);
		strbuf_addn(&want, 'a', cases[i].before);
		strbuf_addch(&want, 'X');
		strbuf_addn(&want, 'a', cases[i].behind);
		strbuf_adds(&want, "\n    ");
		strbuf_addn(&want, ' ', cases[i].before);
		strbuf_adds(&want, "^\n");
		ck_assert_str_eq(strbuf_str(&p.b), strbuf_str(&want));
		strbuf_release(&want);
		release(&p);
	}
}
END_TEST

START_TEST(json)
{
	json_t *root, *f;
	struct printed p;

	print(&p, "ö: 1\n", 4, 1, OUT_JSON);
	root = json_loads(strbuf_str(&p.b), 0, NULL);
	f = json_array_get(json_object_get(root, "findings"), 0);
	ck_assert_int_eq(json_integer_value(json_object_get(root, "format_version")), 1);
	ck_assert_str_eq(json_string_value(json_object_get(f, "id")), "some.kind");
	ck_assert_int_eq(json_integer_value(json_object_get(f, "column")), 4);
	ck_assert_int_eq(json_integer_value(json_object_get(f, "offset")), 4);
	ck_assert_int_eq(json_integer_value(json_object_get(root, "errors")), 1);
	json_decref(root);
	release(&p);
}
END_TEST

START_TEST(sarif)
{
	json_t *root, *run, *result;
	struct printed p;

	print(&p, "a: 1\n", 3, 1, OUT_SARIF);
	root = json_loads(strbuf_str(&p.b), 0, NULL);
	ck_assert_str_eq(json_string_value(json_object_get(root, "version")), "2.1.0");
	run = json_array_get(json_object_get(root, "runs"), 0);
	result = json_array_get(json_object_get(run, "results"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(result, "ruleId")), "some.kind");
	ck_assert_str_eq(json_string_value(json_object_get(result, "level")), "error");
	json_decref(root);
	release(&p);
}
END_TEST

START_TEST(junit)
{
	struct printed p;

	print(&p, "a: 1\n", 3, 1, OUT_JUNIT);
	ck_assert_ptr_nonnull(strstr(strbuf_str(&p.b), "tests=\"1\" failures=\"1\""));
	ck_assert_ptr_nonnull(strstr(strbuf_str(&p.b), "wrong &lt;&amp;&gt; &quot;thing&quot;"));
	release(&p);
}
END_TEST

Suite *suite_out_out(void);

Suite *suite_out_out(void)
{
	Suite *s = suite_create("out/out");
	TCase *tc = tcase_create("out");

	tcase_add_test(tc, text);
	tcase_add_test(tc, long_lines);
	tcase_add_test(tc, json);
	tcase_add_test(tc, sarif);
	tcase_add_test(tc, junit);
	suite_add_tcase(s, tc);
	return s;
}
