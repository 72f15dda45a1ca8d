/*
 * State files: what is written is read back the same, holds no key, and plans made against
 * it are those made against the devices themselves.
 */
#include <stdio.h>
#include <sys/sysmacros.h>

#include "../test.h"
#include "dm/fake.h"
#include "plan/plan.h"
#include "plan/state.h"

#define DISK makedev(8, 0)
#define LOOP makedev(7, 3)
#define KEY "00112233445566778899aabbccddeeff"

static struct dm_fake *fake;
static struct dm *dm;
static struct arena arena;
static struct diag diag;
static struct running live, parsed;
static struct strbuf text;
static struct source src;

static void status(void *priv, const char *name, const struct dm_line *line, struct strbuf *out)
{
	(void)priv;
	(void)name;
	if (!strcmp(line->target, "thin-pool"))
		strbuf_adds(out, "1 2/3 4/5 - rw discard_passdown queue_if_no_space - 1 ");
}

static void run(const char *name, const char *uuid, const char *table, bool read_only)
{
	char *target = NULL, *params = NULL;
	struct dm_line line = {0};
	unsigned long long nr;
	int n;

	ck_assert_int_eq(sscanf(table, "%llu %ms %n", &nr, &target, &n), 2);
	params = arena_strdup(&arena, table + n);
	line = (struct dm_line){0, nr, target, params};
	ck_assert_int_eq(dm_create(dm, name, uuid, -1, NULL), 0);
	ck_assert_msg(!dm_load(dm, dm_by_name(name), &line, 1, read_only ? DM_READ_ONLY : 0, NULL), "%s",
		      dm_fake_log(fake));
	ck_assert_int_eq(dm_resume(dm, dm_by_name(name), 0, NULL), 0);
	free(target);
}

static void setup(void)
{
	struct dm_fake_options o = {.targets = &targets_all, .kernel = kernel_find("6.12"), .status = status};
	struct dm_line more = {0, 64, "zero", ""};

	arena_init(&arena);
	diag_init(&diag, &arena);
	fake = dm_fake_new(&o);
	dm = dm_new(dm_fake_backend(fake), NULL);
	dm_fake_add_disk(fake, "/dev/sda", DISK, 1 << 20);
	dm_fake_add_disk(fake, "/dev/loop3", LOOP, 1 << 20);
	run("meta", NULL, "8192 linear 8:0 0", false);
	run("data", "U-data", "65536 linear 8:0 8192", false);
	run("pool", NULL, "65536 thin-pool 254:0 254:1 128 0", false);
	run("secret", "CRYPT-1", "2048 crypt aes-cbc-plain64 " KEY " 0 7:3 0", true);
	run("my vol", NULL, "128 zero", false);
	ck_assert_int_eq(dm_load(dm, dm_by_name("my vol"), &more, 1, 0, NULL), 0);
	ck_assert_int_eq(dm_suspend(dm, dm_by_name("meta"), 0, NULL), 0);
	ck_assert_int_eq(dm_create(dm, "new", NULL, -1, NULL), 0);
}

static void teardown(void)
{
	running_release(&live);
	running_release(&parsed);
	strbuf_release(&text);
	diag_release(&diag);
	dm_free(dm);
	dm_fake_free(fake);
	arena_release(&arena);
	live = parsed = (struct running){0};
}

/* The fake's devices written and read back. */
static void round_trip(void)
{
	struct state_options o = {.targets = &targets_all};

	ck_assert_int_eq(running_read(&live, dm, &arena, &diag), 0);
	for (size_t i = 0; i < live.devices.nr; i++)
		ck_assert_int_eq(running_status(&live, live.devices.v[i], DM_NOFLUSH, &diag), 0);
	/* This system knows nothing of the fake's disks. */
	vec_push(&live.underneath, (struct blockdev){.dev = DISK, .name = "sda", .nr_sectors = 1 << 20});
	vec_push(&live.underneath, (struct blockdev){.dev = LOOP, .name = "loop3", .nr_sectors = 1 << 20,
						     .backing_file = "/somewhere/else.img", .whole_file = true});
	o.devices = live.devices.v;
	o.nr = live.devices.nr;
	running_print_json(&live, &o, &text);
	src = (struct source){"state.json", strbuf_str(&text), text.len, false};
	ck_assert_msg(!running_parse(&parsed, &src, &arena, &diag), "%s", diag.findings.nr ? diag.findings.v[0].message : "");
}

static void same_lines(const struct dm_lines *a, const struct dm_lines *b)
{
	ck_assert_uint_eq(a->nr, b->nr);
	for (size_t i = 0; i < a->nr; i++) {
		ck_assert_uint_eq(a->v[i].start_sectors, b->v[i].start_sectors);
		ck_assert_uint_eq(a->v[i].nr_sectors, b->v[i].nr_sectors);
		ck_assert_str_eq(a->v[i].target, b->v[i].target);
		if (strcmp(a->v[i].target, "crypt"))
			ck_assert_str_eq(a->v[i].params, b->v[i].params);
	}
}

START_TEST(same)
{
	round_trip();
	ck_assert_str_eq(parsed.release, live.release);
	ck_assert_uint_eq(parsed.devices.nr, 6);
	for (size_t i = 0; i < parsed.devices.nr; i++) {
		const struct running_device *a = live.devices.v[i], *b = parsed.devices.v[i];

		ck_assert_str_eq(a->name, b->name);
		ck_assert_pstr_eq(a->uuid, b->uuid);
		ck_assert_uint_eq(a->dev, b->dev);
		ck_assert_uint_eq(a->event_nr, b->event_nr);
		ck_assert_int_eq(a->open_count, b->open_count);
		ck_assert(a->suspended == b->suspended && a->live == b->live && a->inactive == b->inactive &&
			  a->read_only == b->read_only && a->deferred_remove == b->deferred_remove);
		same_lines(&a->table, &b->table);
		same_lines(&a->status, &b->status);
		ck_assert_uint_eq(a->deps.nr, b->deps.nr);
		for (size_t k = 0; k < a->deps.nr; k++)
			ck_assert_uint_eq(a->deps.v[k], b->deps.v[k]);
	}
	ck_assert_uint_eq(parsed.underneath.nr, 2);
	ck_assert_str_eq(running_under(&parsed, LOOP)->backing_file, "/somewhere/else.img");
	/* What the devices were made to be is there at all. */
	ck_assert(running_by_name(&parsed, "meta")->suspended);
	ck_assert(running_by_name(&parsed, "my vol")->inactive);
	ck_assert(running_by_name(&parsed, "secret")->read_only);
	ck_assert(!running_by_name(&parsed, "new")->live);
	ck_assert_int_eq(running_by_name(&parsed, "data")->open_count, 1);
}
END_TEST

START_TEST(no_key)
{
	round_trip();
	ck_assert_ptr_null(strstr(src.text, KEY));
	ck_assert_str_eq(running_by_name(&parsed, "secret")->table.v[0].params,
			 "aes-cbc-plain64 00000000000000000000000000000000 0 7:3 0");
}
END_TEST

/* By hand: the numbers of the status above. */
START_TEST(decoded)
{
	round_trip();
	ck_assert_ptr_nonnull(strstr(src.text, "\"raw\": \"1 2/3 4/5 - rw discard_passdown queue_if_no_space - 1 \""));
	ck_assert_ptr_nonnull(strstr(src.text, "\"size\": 33554432"));
	ck_assert_ptr_nonnull(strstr(src.text, "\"used\": 262144"));
	ck_assert_ptr_nonnull(strstr(src.text, "\"total\": 327680"));
}
END_TEST

/* ---- plans ---- */

static const char layout[] =
	"dmc: 1\n"
	"devices: {a: {path: /dev/sda, size: 512MiB}, img: {file: /somewhere/else.img, size: 512MiB}}\n"
	"volumes:\n"
	"  meta: {target: linear, device: a, size: 4MiB}\n"
	"  data: {dm_uuid: U-data, target: linear, device: a, offset: 5MiB, size: 32MiB}\n"
	"  pool: {target: thin-pool, metadata: meta, data: data, block_size: 64KiB, low_water: 0B, size: 32MiB}\n"
	"  secret: {dm_uuid: CRYPT-1, read_only: true, target: crypt, cipher: aes-cbc-plain64,\n"
	"           key: {prompt: true, size: 16B}, iv_offset: 0B, device: img, size: 1MiB}\n"
	"  more: {target: zero, size: 1MiB}\n";

static const char *plan_of(struct running *r, struct test *t, const char *yaml)
{
	struct plan_options o = {0};
	struct strbuf b = STRBUF_INIT;
	struct plan p;
	const char *s;

	test_load(t, yaml);
	ck_assert_msg(!t->loaded, "%s", t->diag.findings.v[0].message);
	ck_assert_int_eq(plan_make(&p, &t->layout, r, &o, &t->diag), 0);
	plan_print(&p, true, false, &b);
	for (size_t i = 0; i < t->diag.findings.nr; i++)
		strbuf_addf(&b, "%s\n", t->diag.findings.v[i].message);
	s = arena_strdup(&arena, strbuf_str(&b));
	strbuf_release(&b);
	plan_release(&p);
	return s;
}

/* Devices by number, which both know. */
START_TEST(same_plan)
{
	char *by_number = arena_strdup(&arena, layout), *p;
	struct test a, b;

	/* Both are as long as what they replace. */
	p = strstr(by_number, "path: /dev/sda");
	memcpy(p, "dev: \"8:0\"    ", 14);
	p = strstr(by_number, "file: /somewhere/else.img");
	memcpy(p, "dev: \"7:3\"               ", 25);
	round_trip();
	ck_assert_str_eq(plan_of(&live, &a, by_number), plan_of(&parsed, &b, by_number));
	test_release(&a);
	test_release(&b);
}
END_TEST

/* Devices by name and by file, which only the state can know here. */
START_TEST(other_system)
{
	struct test t;
	const char *plan;

	round_trip();
	plan = plan_of(&parsed, &t, layout);
	ck_assert_msg(strstr(plan, "1 to create, 2 to change") != NULL, "%s", plan);
	ck_assert_msg(strstr(plan, "from 4MiB -> a from 5MiB") != NULL, "%s", plan);
	ck_assert_msg(!strstr(plan, "attach"), "%s", plan);
	test_release(&t);
}
END_TEST

/* ---- what is no state ---- */

static const char *const bad[] = {
	"", "{", "[]", "{}", "{\"format_version\": 1}", "{\"format_version\": 2, \"kernel\": \"6.1\", \"devices\": []}",
	"{\"format_version\": 1, \"kernel\": \"6.1\", \"devices\": [1]}",
	"{\"format_version\": 1, \"kernel\": \"6.1\", \"devices\": [{\"name\": \"a\", \"dev\": \"x\", \"open_count\": 0}]}",
	"{\"format_version\": 1, \"kernel\": \"6.1\", \"devices\": [{\"name\": \"a\", \"dev\": \"1:2\", \"open_count\": 0,"
	" \"table\": [{\"start\": -1, \"length\": 512, \"target\": \"zero\", \"params\": \"\"}]}]}",
	"{\"format_version\": 1, \"kernel\": \"6.1\", \"devices\": [{\"name\": \"a\", \"dev\": \"1:2\", \"open_count\": 0,"
	" \"status\": [{\"start\": 0, \"length\": 512, \"target\": \"zero\"}]}]}",
	"{\"format_version\": 1, \"kernel\": \"6.1\", \"devices\": [], \"underneath\": [{\"dev\": \"7:0\", \"links\": [1]}]}",
	"{\"format_version\": 1, \"kernel\": \"6.1\", \"devices\": [], \"underneath\": [{\"dev\": \"7:0\", \"size\": -1}]}",
};

START_TEST(refused)
{
	src = (struct source){"state.json", bad[_i], strlen(bad[_i]), false};
	ck_assert_int_lt(running_parse(&parsed, &src, &arena, &diag), 0);
	ck_assert_uint_eq(diag.findings.nr, 1);
	ck_assert_str_eq(diag.findings.v[0].kind->id, "state.syntax");
}
END_TEST

Suite *suite_plan_state(void);

Suite *suite_plan_state(void)
{
	Suite *s = suite_create("plan/state");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, same);
	tcase_add_test(tc, no_key);
	tcase_add_test(tc, decoded);
	tcase_add_test(tc, same_plan);
	tcase_add_test(tc, other_system);
	tcase_add_loop_test(tc, refused, 0, ARRAY_SIZE(bad));
	suite_add_tcase(s, tc);
	return s;
}
