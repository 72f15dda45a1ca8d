/* The layout language: what it understands, and the finding for what it does not. */
#include "../position.h"
#include "../test.h"

#define DISKS "dmc: 1\ndevices: {a: {file: a.img, size: 64MiB}, b: {file: b.img, size: 64MiB}}\n"

static const struct {
	const char *text, *id;
	unsigned long line, column;
} faults[] = {
	{"volumes: {}\n", "layout.version", 1, 1},
	{"dmc: 2\nvolumes: {}\n", "layout.version-unknown", 1, 6},
	{"dmc: 1\nvolume: {}\n", "layout.unknown-key", 2, 1},
	{"dmc: 1\nvolumes: [a]\n", "layout.type", 2, 10},
	{DISKS "volumes:\n  v: {target: linear, device: c}\n", "layout.unknown-name", 4, 31},
	{DISKS "volumes:\n  v: {target: linear, device: a.meta}\n", "layout.unknown-name", 4, 31},
	{DISKS "volumes:\n  v: {target: linaer, device: a}\n", "target.unknown", 4, 15},
	{DISKS "volumes:\n  v: {target: linear, device: a, sizze: 1MiB}\n", "layout.unknown-key", 4, 34},
	{DISKS "volumes:\n  v: {target: linear, device: a, size: 100}\n", "layout.no-unit", 4, 40},
	{DISKS "volumes:\n  v: {target: linear, device: a, size: 100B}\n", "layout.not-sectors", 4, 40},
	{DISKS "volumes:\n  v: {target: linear, device: a, read_only: yes}\n", "layout.boolean", 4, 45},
	{DISKS "volumes:\n  v: {target: linear}\n", "layout.missing-key", 4, 6},
	{DISKS "volumes:\n  v: {device: a}\n", "layout.no-target", 4, 6},
	{DISKS "volumes:\n  v: {target: zero}\n", "layout.no-size", 4, 6},
	{DISKS "volumes:\n  a: {target: zero, size: 1MiB}\n", "layout.name-twice", 4, 3},
	{DISKS "volumes:\n  v: {target: linear, device: {device: a, offset: 65MiB}}\n", "layout.range", 4, 51},
	{DISKS "volumes:\n  v: {target: striped, chunk_size: 64KiB, stripes: a}\n", "layout.type", 4, 52},
	{DISKS "volumes:\n  v: {target: thin-pool, metadata: a, data: b, block_size: 64KiB, low_water: 1KiB}\n",
	 "layout.not-a-multiple", 4, 78},
	{DISKS "volumes:\n  v: {target: thin-pool, metadata: a, data: b, block_size: 64KiB, features: [readonly]}\n",
	 "layout.list-word", 4, 78},
	{DISKS "volumes:\n  v: {target: crypt, cipher: aes-xts-plain64, key: abcd, device: a}\n",
	 "layout.key-in-file", 4, 52},
	{"dmc: 1\ndevices: {a: {size: 1MiB}}\nvolumes: {}\n", "layout.selector", 2, 14},
	{"dmc: 1\ndevices: {a: {file: x, size: 1MiB, slices: {p: 2MiB}}}\nvolumes: {}\n", "layout.slice", 2, 48},
	{"dmc: 1\nvolumes:\n  v: {target: zero, size: $s}\n", "layout.param", 3, 27},
	{"dmc: 1\ninclude: nowhere.yaml\n", "layout.include", 2, 10},
	{"dmc: 1\nvolumes:\n  a: {target: linear, device: b, size: 1s}\n  b: {target: linear, device: a, size: 1s}\n",
	 "layout.cycle", 4, 31},
};

START_TEST(fault)
{
	const struct finding *f;
	struct position at;
	struct test t;

	test_load(&t, faults[_i].text);
	ck_assert_int_ne(t.loaded, 0);
	f = test_finding(&t, faults[_i].id);
	ck_assert_msg(f != NULL, "%s: not found, but %s", faults[_i].id,
		      t.diag.findings.nr ? t.diag.findings.v[0].kind->id : "nothing");
	at = position_of(f->span.src, f->span.off);
	ck_assert_uint_eq(at.line, faults[_i].line);
	ck_assert_uint_eq(at.column, faults[_i].column);
	test_release(&t);
}
END_TEST

/* Every kind's own example provokes it, so that `dmc explain` does not lie. */
static void provoke(const struct finding_kind *k)
{
	struct compile_options concise = {.format = COMPILE_CONCISE, .kernel = kernel_default(), .version = "t"};
	struct test t;

	if (!k->example || strncmp(k->example, "dmc: 1", 6))
		return;
	memset(&t, 0, sizeof(t));
	test_check(&t, k->example);
	check_concise(&t.layout, &concise, &t.diag);
	/* Files that are absent are looked for with devices only. */
	if (strncmp(k->id, "layout.key-unreadable", 21))
		ck_assert_msg(test_finding(&t, k->id) != NULL, "%s: its example does not provoke it", k->id);
	test_release(&t);
}

START_TEST(examples_of_findings)
{
	for (const struct finding_kind *const *k = layout_findings; *k; k++)
		provoke(*k);
	for (const struct finding_kind *const *k = compile_findings; *k; k++)
		provoke(*k);
}
END_TEST

START_TEST(order_and_sizes)
{
	struct test t;

	test_load(&t, DISKS "volumes:\n"
			    "  top: {target: linear, device: mid, offset: 1MiB}\n"
			    "  mid: {target: linear, device: a, size: 50%}\n"
			    "  two:\n    segments:\n"
			    "      - {target: linear, device: b, size: 1MiB}\n"
			    "      - {target: striped, chunk_size: 64KiB, size: 4MiB, stripes: [{device: b, offset: 1MiB}, {device: b, offset: 8MiB}]}\n");
	ck_assert_int_eq(t.loaded, 0);
	ck_assert_str_eq(test_tables(&t), "mid: 0 65536 linear a.img 0\n"
					  "top: 0 63488 linear /dev/mapper/mid 2048\n"
					  "two: 0 2048 linear b.img 0\n"
					  "two: 2048 8192 striped 2 128 b.img 2048 b.img 16384\n");
	test_release(&t);
}
END_TEST

/* design: a slice under a word that takes a whole device gets a linear device of its own. */
START_TEST(implicit_linear)
{
	struct test t;

	test_load(&t, "dmc: 1\nname: n\ndevices:\n  ssd: {file: ssd.img, size: 64MiB, slices: {m: 4MiB, d: rest}}\n"
		      "volumes:\n  pool: {target: thin-pool, metadata: ssd.m, data: ssd.d, block_size: 64KiB}\n");
	ck_assert_int_eq(t.loaded, 0);
	ck_assert_str_eq(test_tables(&t), "pool-metadata: 0 8192 linear ssd.img 0\n"
					  "pool-data: 0 122880 linear ssd.img 8192\n"
					  "pool: 0 122880 thin-pool /dev/mapper/pool-metadata /dev/mapper/pool-data 128 0 0 \n");
	ck_assert_str_eq(layout_volume(&t.layout, "pool")->dm_uuid, "DMC-n-pool");
	test_release(&t);
}
END_TEST

/* `a` with a volume `b-v` and `a-b` with a volume `v` are two. */
START_TEST(uuids_tell_layouts_apart)
{
	struct test t;

	test_load(&t, "dmc: 1\nname: a\nvolumes: {b-v: {target: zero, size: 1MiB}}\n");
	ck_assert_str_eq(layout_volume(&t.layout, "b-v")->dm_uuid, "DMC-a-b-v");
	ck_assert(layout_owns_uuid(&t.layout, "DMC-a-b-v"));
	ck_assert(!layout_owns_uuid(&t.layout, "DMC-a--b-v"));
	ck_assert(!layout_owns_uuid(&t.layout, NULL));
	test_release(&t);
	test_load(&t, "dmc: 1\nname: a-b\nvolumes: {v: {target: zero, size: 1MiB}}\n");
	ck_assert_str_eq(layout_volume(&t.layout, "v")->dm_uuid, "DMC-a--b-v");
	ck_assert(layout_owns_uuid(&t.layout, "DMC-a--b-v"));
	ck_assert(!layout_owns_uuid(&t.layout, "DMC-a-b-v"));
	test_release(&t);
}
END_TEST

START_TEST(params_and_names)
{
	struct test t;

	test_load(&t, "dmc: 1\nparams: {s: 1MiB, n: x}\nvolumes:\n"
		      "  v: {target: zero, size: $s, dm_name: \"a b\", dm_uuid: $$u, minor: 7}\n");
	ck_assert_int_eq(t.loaded, 0);
	ck_assert_str_eq(test_tables(&t), "a\\x20b: 0 2048 zero\n");
	ck_assert_str_eq(t.layout.volumes.v[0]->dm_uuid, "$u");
	ck_assert_int_eq(t.layout.volumes.v[0]->minor, 7);
	test_release(&t);
}
END_TEST

START_TEST(deep_chain)
{
	struct strbuf b = STRBUF_INIT;
	struct test t;

	/* In the worst order, each above the next. */
	strbuf_adds(&b, "dmc: 1\ndevices: {d: {file: d.img, size: 1MiB}}\nvolumes:\n");
	for (int i = 0; i < 20000; i++)
		strbuf_addf(&b, "  v%d: {target: linear, device: v%d}\n", i, i + 1);
	strbuf_adds(&b, "  v20000: {target: linear, device: d}\n");
	test_check(&t, strbuf_str(&b));
	ck_assert_uint_eq(diag_errors(&t.diag), 0);
	ck_assert_str_eq(t.layout.volumes.v[0]->name, "v20000");
	test_release(&t);
	strbuf_release(&b);
}
END_TEST

Suite *suite_layout_layout(void);

Suite *suite_layout_layout(void)
{
	Suite *s = suite_create("layout/layout");
	TCase *tc = tcase_create("layout");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, fault, 0, ARRAY_SIZE(faults));
	tcase_add_test(tc, examples_of_findings);
	tcase_add_test(tc, order_and_sizes);
	tcase_add_test(tc, implicit_linear);
	tcase_add_test(tc, uuids_tell_layouts_apart);
	tcase_add_test(tc, params_and_names);
	tcase_add_test(tc, deep_chain);
	suite_add_tcase(s, tc);
	return s;
}
