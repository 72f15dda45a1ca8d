/* What the concise form, and dm-mod.create= in particular, cannot carry. */
#include <stdlib.h>

#include "../test.h"

#define DISK "dmc: 1\ndevices: {d: {path: /dev/sda1, size: 64MiB}, f: {file: f.img, size: 64MiB},\n" \
	     "  p: {path: PARTUUID=0-1, size: 1MiB}, n: {path: \"8:16\", size: 1MiB}, dm: {path: /dev/dm-0, size: 1MiB},\n" \
	     "  l: {path: /dev/disk/by-id/x, size: 1MiB}}\nvolumes:\n"

static void check_text(struct test *t, const char *text)
{
	struct compile_options o = {.format = COMPILE_CONCISE, .kernel = kernel_default(), .version = "t"};

	test_load(t, text);
	ck_assert_int_eq(t->loaded, 0);
	check_concise(&t->layout, &o, &t->diag);
}

static const struct {
	const char *text, *ids; /* of all findings, in order of finding */
} rules[] = {
	{DISK "  v: {target: linear, device: d}\n", ""},
	{DISK "  v: {target: linear, device: p}\n", ""},
	{DISK "  v: {target: linear, device: n}\n", ""},
	{DISK "  v: {target: linear, device: dm, minor: 1}\n", ""},
	{DISK "  v: {target: linear, device: f}\n", "concise.file "},
	{DISK "  v: {target: linear, device: l}\n", "cmdline.device "},
	{DISK "  a: {target: linear, device: d}\n  b: {target: linear, device: a}\n  c: {target: linear, device: b}\n",
	 "cmdline.device "},
	{DISK "  \"a,b\": {target: linear, device: d}\n", "cmdline.character "},
	{DISK "  v: {target: linear, device: d, dm_uuid: \"a;b\"}\n", "cmdline.character "},
	{DISK "  v: {target: linear, device: d, dm_name: \"v \"}\n", "cmdline.character "},
	{DISK "  v: {target: linear, device: d, dm_name: \"a b\"}\n", ""},
	{"dmc: 1\ndevices: {d: {path: \"/dev/a b\", size: 1MiB}}\nvolumes:\n  v: {target: linear, device: d}\n",
	 "cmdline.character "},
	{DISK "  v: {target: crypt, cipher: aes-xts-plain64, key: {prompt: true, size: 64B}, device: d}\n",
	 "cmdline.key "},
	{DISK "  v: {target: crypt, cipher: aes-xts-plain64, key: {keyring: \"logon:k\", size: 64B}, device: d}\n", ""},
	{DISK "  pool: {target: thin-pool, metadata: p, data: d, block_size: 64KiB}\n"
	      "  t: {target: thin, pool: pool, id: 1, size: 1GiB}\n",
	 "cmdline.target cmdline.device concise.message "},
};

START_TEST(rule)
{
	struct strbuf ids = STRBUF_INIT;
	struct test t;

	check_text(&t, rules[_i].text);
	for (size_t i = 0; i < t.diag.findings.nr; i++)
		strbuf_addf(&ids, "%s ", t.diag.findings.v[i].kind->id);
	ck_assert_str_eq(strbuf_str(&ids), rules[_i].ids);
	strbuf_release(&ids);
	test_release(&t);
}
END_TEST

/* The others of a kind are counted at the first. */
START_TEST(others_are_counted)
{
	struct test t;

	check_text(&t, "dmc: 1\nvolumes:\n  a: {target: zero, size: 1MiB}\n  b: {target: zero, size: 1MiB}\n"
		       "  c: {target: error, size: 1MiB}\n");
	ck_assert_uint_eq(t.diag.findings.nr, 1);
	ck_assert_uint_eq(t.diag.findings.v[0].notes.nr, 1);
	ck_assert_str_eq(t.diag.findings.v[0].notes.v[0].text, "and the same for 2 more");
	test_release(&t);
}
END_TEST

/* dm_allowed_targets[] of drivers/md/dm-init.c, Linux 6.12. */
START_TEST(allowed_targets)
{
	static const char *const allowed[] = {"crypt", "delay", "linear", "snapshot-origin", "striped", "verity"};
	unsigned nr = 0;

	for (size_t i = 0; i < targets_all.nr; i++)
		nr += (target_flags_on(targets_all.v[i], kernel_find("6.12")) & TARGET_CMDLINE) != 0;
	ck_assert_uint_eq(nr, ARRAY_SIZE(allowed));
	for (size_t i = 0; i < ARRAY_SIZE(allowed); i++) {
		const struct target *target = target_find(&targets_all, allowed[i], strlen(allowed[i]));

		ck_assert_msg(target_flags_on(target, kernel_find("6.12")) & TARGET_CMDLINE, "%s", allowed[i]);
	}
}
END_TEST

/* strlen(create) >= DM_MAX_STR_SIZE is refused: 4095 bytes pass. */
START_TEST(length)
{
	/* "v,,,rw,0 8 linear /dev/" and " 0" */
	size_t path = 4095 - strlen("v,,,rw,0 8 linear /dev/") - strlen(" 0") + (size_t)_i;
	struct strbuf text = STRBUF_INIT;
	struct test t;

	strbuf_adds(&text, "dmc: 1\ndevices: {d: {path: /dev/");
	strbuf_addn(&text, 'x', path);
	strbuf_adds(&text, ", size: 8s}}\nvolumes:\n  v: {target: linear, device: d}\n");
	check_text(&t, strbuf_str(&text));
	ck_assert_uint_eq(t.diag.findings.nr, (size_t)_i);
	if (_i)
		ck_assert_str_eq(t.diag.findings.v[0].message, "dm-mod.create= takes 4095 bytes, and these are 4096");
	test_release(&t);
	strbuf_release(&text);
}
END_TEST

Suite *suite_compile_concise(void);

Suite *suite_compile_concise(void)
{
	Suite *s = suite_create("compile/concise");
	TCase *tc = tcase_create("concise");

	tcase_add_loop_test(tc, rule, 0, (int)ARRAY_SIZE(rules));
	tcase_add_test(tc, others_are_counted);
	tcase_add_test(tc, allowed_targets);
	tcase_add_loop_test(tc, length, 0, 2);
	suite_add_tcase(s, tc);
	return s;
}
