/* Rules over a whole layout. */
#include "../test.h"

#define DISKS "dmc: 1\ndevices: {a: {file: a.img, size: 64MiB}, b: {file: b.img, size: 64MiB}}\nvolumes:\n"

static const struct {
	const char *text, *id; /* id NULL: nothing at all is found */
} rules[] = {
	{DISKS "  x: {target: linear, device: a, size: 4MiB}\n  y: {target: linear, device: a, offset: 4MiB}\n", NULL},
	{DISKS "  x: {target: linear, device: a, size: 4MiB}\n  y: {target: linear, device: a, offset: 2047KiB}\n", "overlap"},
	{DISKS "  x: {target: striped, chunk_size: 64KiB, size: 8MiB, stripes: [a, a]}\n", "overlap"},
	{DISKS "  o: {target: snapshot-origin, origin: a}\n"
	       "  s: {target: snapshot, origin: a, cow: b, persistent: P, chunk_size: 4KiB}\n", NULL},
	{DISKS "  o: {target: linear, device: a}\n"
	       "  s: {target: snapshot, origin: a, cow: b, persistent: P, chunk_size: 4KiB}\n", "overlap"},
	{DISKS "  x: {target: delay, device: a, delay: 5ms, write_device: a, write_delay: 9ms}\n", NULL},
	{DISKS "  p: {target: thin-pool, metadata: a, data: b, block_size: 64KiB}\n"
	       "  x: {target: thin, pool: p, id: 1, size: 1GiB}\n  y: {target: thin, pool: p, id: 2, size: 1GiB}\n", NULL},
	{DISKS "  p: {target: thin-pool, metadata: a, data: b, block_size: 64KiB}\n"
	       "  x: {target: thin, pool: p, id: 7, size: 1GiB}\n  y: {target: thin, pool: p, id: 7, size: 1GiB}\n",
	 "thin.id-twice"},
	{DISKS "  v: {target: linear, device: v, size: 1MiB}\n", "layout.cycle"},
	{DISKS "  v: {target: linear, device: a, size: 65MiB}\n", "area.too-small"},
	{DISKS "  p: {target: thin-pool, metadata: a, data: b, block_size: 96KiB}\n", "thin-pool.block-size"},
	{DISKS "  p: {target: thin-pool, metadata: a, data: b, block_size: 32KiB}\n", "target.range"},
	{DISKS "  v:\n    segments:\n      - {target: zero, size: 1MiB}\n      - {target: snapshot-origin, origin: a}\n",
	 "table.not-at-zero"},
	{"dmc: 1\ndevices: {a: {file: a.img, size: 64MiB, logical_block_size: 4096}}\nvolumes:\n"
	 "  v: {target: linear, device: a, offset: 1s, size: 8s}\n", "area.alignment"},
	{"dmc: 1\nvolumes:\n  v: {target: zero, size: 1MiB, dm_name: 'my\\x20vol'}\n", NULL},
	{"dmc: 1\nvolumes:\n  v: {target: zero, size: 1MiB, dm_name: 'my\\x20other vol'}\n", "volume.dm-name-escaped"},
	{"dmc: 1\nvolumes:\n  v: {target: zero, size: 1MiB}\nexpect: [{volume: v, size: 1MiB, target: zero}]\n", NULL},
	{"dmc: 1\nvolumes:\n  v: {target: zero, size: 1MiB}\nexpect: [{volume: v, max_size: 1023KiB}]\n", "expect.failed"},
};

START_TEST(rule)
{
	struct test t;

	test_check(&t, rules[_i].text);
	if (rules[_i].id)
		ck_assert_msg(test_finding(&t, rules[_i].id) != NULL, "%s is not found", rules[_i].id);
	else
		ck_assert_msg(!t.diag.findings.nr, "unexpected: %s", t.diag.findings.v[0].message);
	test_release(&t);
}
END_TEST

/* A finding names the profiles for which it holds, once. */
START_TEST(profiles_are_joined)
{
	const struct finding *f;
	struct test t;

	test_load(&t, DISKS "  c: {target: crypt, cipher: aes-xts-plain64, key: {prompt: true, size: 64B}, device: a, "
			    "high_priority: true}\n");
	check_kernel(&t.layout, kernel_find("5.10"), &t.diag);
	check_kernel(&t.layout, kernel_find("6.12"), &t.diag);
	check_kernel(&t.layout, kernel_find("6.1.192-amd64"), &t.diag);
	diag_sort(&t.diag);
	f = test_finding(&t, "target.not-in-kernel");
	ck_assert_ptr_nonnull(f);
	ck_assert_ptr_nonnull(strstr(f->message, "1.26.0"));
	ck_assert_ptr_nonnull(strstr(f->message, "6.12"));
	test_release(&t);
}
END_TEST

/* The kernel's isspace() takes the second byte of "à" for a blank: dm_split_args() would split there. */
START_TEST(words_are_escaped)
{
	struct test t;

	test_load(&t, "dmc: 1\ndevices: {d: {path: \"/dev/a b\\\\\xc3\xa0\xc3\xa9\", size: 1MiB}}\nvolumes:\n"
		      "  v: {target: linear, device: d}\n");
	ck_assert_str_eq(test_tables(&t), "v: 0 2048 linear /dev/a\\ b\\\\\xc3\\\xa0\xc3\xa9 0\n");
	test_release(&t);
}
END_TEST

START_TEST(concise_escapes)
{
	struct compile_options o = {.format = COMPILE_CONCISE, .kernel = kernel_default(), .version = "t"};
	struct strbuf b = STRBUF_INIT;
	struct test t;

	test_load(&t, "dmc: 1\ndevices: {d: {path: \"/dev/a,b;c\", size: 1MiB}}\nvolumes:\n"
		      "  v: {target: linear, device: d, dm_name: \"x,y\", dm_uuid: U, read_only: true, minor: 3}\n");
	compile_print(&t.layout, &o, &t.arena, &b);
	ck_assert_str_eq(strbuf_str(&b), "x\\,y,U,3,ro,0 2048 linear /dev/a\\,b\\;c 0\n");
	strbuf_release(&b);
	test_release(&t);
}
END_TEST

Suite *suite_compile_rules(void);

Suite *suite_compile_rules(void)
{
	Suite *s = suite_create("compile/rules");
	TCase *tc = tcase_create("rules");

	tcase_add_loop_test(tc, rule, 0, ARRAY_SIZE(rules));
	tcase_add_test(tc, profiles_are_joined);
	tcase_add_test(tc, words_are_escaped);
	tcase_add_test(tc, concise_escapes);
	suite_add_tcase(s, tc);
	return s;
}
