/*
 * Plans and their execution on a device-mapper in memory: what is done, in which order, and
 * that a failure or a death anywhere leaves nothing half done that the next run cannot tell.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/sysmacros.h>

#include "../test.h"
#include "dm/fake.h"
#include "plan/apply.h"

#define DISK_A makedev(8, 0)
#define DISK_B makedev(8, 16)
#define HEAD                                                                                       \
	"dmc: 1\nname: s\ndevices: {a: {dev: \"8:0\", size: 64MiB}, b: {dev: \"8:16\", size: 64MiB}, "	\
	"o: {dev: \"254:1\", size: 8MiB}}\n" \
	"volumes:\n"

static struct dm_fake *fake;

/* A process that dies after `left` changes: nothing gets through any more. */
struct mortal {
	struct dm_backend backend;
	int left; /* -1: for ever */
	unsigned changes;
};

static bool is_change(unsigned cmd)
{
	return cmd == DM_DEV_CREATE_CMD || cmd == DM_TABLE_LOAD_CMD || cmd == DM_TABLE_CLEAR_CMD ||
	       cmd == DM_DEV_SUSPEND_CMD || cmd == DM_DEV_RENAME_CMD || cmd == DM_DEV_REMOVE_CMD ||
	       cmd == DM_TARGET_MSG_CMD;
}

static int mortal_submit(struct dm_backend *b, unsigned cmd, struct dm_ioctl *io)
{
	struct mortal *m = (struct mortal *)b;

	if (is_change(cmd)) {
		if (!m->left)
			return -EIO;
		m->left -= m->left > 0;
		m->changes++;
	}
	return dm_fake_backend(fake)->submit(dm_fake_backend(fake), cmd, io);
}

static void mortal_free(struct dm_backend *b)
{
	(void)b;
}

/* A layout, its plan, and the way to the fake. */
struct world {
	struct test t;
	struct arena arena;
	struct mortal mortal;
	struct dm *dm;
	struct running running;
	struct plan plan;
	struct plan_options o;
	int result;
};

static void see(struct world *w, const char *volumes, const struct plan_options *o,
		int (*make)(struct plan *, const struct layout *, struct running *, const struct plan_options *,
			    struct diag *))
{
	char text[4096];

	memset(w, 0, sizeof(*w));
	snprintf(text, sizeof(text), HEAD "%s", volumes);
	test_load(&w->t, text);
	ck_assert_msg(!w->t.loaded, "%s", w->t.diag.findings.nr ? w->t.diag.findings.v[0].message : "?");
	arena_init(&w->arena);
	w->mortal = (struct mortal){{mortal_submit, mortal_free}, -1, 0};
	w->dm = dm_new(&w->mortal.backend, NULL);
	if (o)
		w->o = *o;
	ck_assert_int_eq(running_read(&w->running, w->dm, &w->arena, &w->t.diag), 0);
	w->running.kernel = kernel_find("6.12");
	ck_assert_int_eq(make(&w->plan, &w->t.layout, &w->running, &w->o, &w->t.diag), 0);
}

static void plan(struct world *w, const char *volumes)
{
	see(w, volumes, NULL, plan_make);
}

static int apply(struct world *w)
{
	struct apply_options o = {.dm = w->dm};

	return plan_apply(&w->plan, &o, &w->t.diag);
}

static void forget(struct world *w)
{
	plan_release(&w->plan);
	running_release(&w->running);
	dm_free(w->dm);
	arena_release(&w->arena);
	test_release(&w->t);
}

/* "create v, load v, …": the steps in a line. */
static const char *steps(struct world *w)
{
	struct strbuf b = STRBUF_INIT;
	const char *s;

	for (size_t i = 0; i < w->plan.steps.nr; i++) {
		strbuf_adds(&b, i ? ", " : "");
		plan_print_step(&w->plan.steps.v[i], &b);
	}
	s = arena_strdup(&w->arena, strbuf_str(&b));
	strbuf_release(&b);
	return s;
}

/* Everything the kernel would tell about every device. */
static char *everything(void)
{
	struct dm *dm = dm_new(dm_fake_backend(fake), NULL);
	struct strbuf b = STRBUF_INIT;
	struct dm_names names;
	struct arena a;
	char *s;

	arena_init(&a);
	ck_assert_int_eq(dm_list(dm, &a, &names), 0);
	for (size_t i = 0; i < names.nr; i++) {
		struct dm_lines lines;
		struct dm_info info;

		ck_assert_int_eq(dm_table(dm, dm_by_name(names.v[i].name), 0, &a, NULL, &lines, &info), 0);
		strbuf_addf(&b, "%s %s%s%s%s\n", info.name, info.uuid, info.suspended ? " suspended" : "",
			    info.inactive_table ? " inactive" : "", info.read_only ? " ro" : "");
		for (size_t k = 0; k < lines.nr; k++)
			strbuf_addf(&b, "  %llu %llu %s %s\n", (unsigned long long)lines.v[k].start_sectors,
				    (unsigned long long)lines.v[k].nr_sectors, lines.v[k].target, lines.v[k].params);
	}
	s = mem_strdup(strbuf_str(&b));
	strbuf_release(&b);
	dm_free(dm);
	arena_release(&a);
	return s;
}

static void run_layout(const char *volumes)
{
	struct world w;

	plan(&w, volumes);
	ck_assert_msg(apply(&w) == 0, "%s%s", w.t.diag.findings.v[0].message, dm_fake_log(fake));
	forget(&w);
}

static void expect_settled(const char *volumes)
{
	struct world w;

	plan(&w, volumes);
	ck_assert_str_eq(steps(&w), "");
	forget(&w);
}

static int pool_message(void *priv, const char *name, const struct dm_line *line, const char *message,
			struct strbuf *answer)
{
	(void)name;
	(void)answer;
	strbuf_addf(priv, "%s\n", message);
	if (strcmp(line->target, "thin-pool"))
		return -EINVAL;
	return strcmp(message, "create_thin 7") ? 0 : -EEXIST;
}

static struct strbuf messages;

static void setup(void)
{
	struct dm_fake_options o = {.targets = &targets_all, .kernel = kernel_find("6.12"),
				    .message = pool_message, .priv = &messages};

	messages = (struct strbuf)STRBUF_INIT;
	fake = dm_fake_new(&o);
	dm_fake_add_disk(fake, "/dev/sda", DISK_A, 131072);
	dm_fake_add_disk(fake, "/dev/sdb", DISK_B, 131072);
}

static void teardown(void)
{
	dm_fake_free(fake);
	strbuf_release(&messages);
}

/* ---- order ---- */

#define SMALL                                                                                      \
	"  low: {target: linear, device: a, size: 8MiB}\n"                                         \
	"  high: {target: linear, device: low}\n"
#define LARGE                                                                                      \
	"  low: {target: linear, device: a, size: 16MiB}\n"                                        \
	"  high: {target: linear, device: low}\n"

START_TEST(creates)
{
	struct world w;
	char *all;

	plan(&w, SMALL);
	ck_assert_str_eq(steps(&w), "create low, create high, load low, resume low, load high, resume high");
	ck_assert_int_eq(apply(&w), 0);
	forget(&w);
	all = everything();
	ck_assert_str_eq(all, "high DMC-s-high\n  0 16384 linear 254:0 0\nlow DMC-s-low\n  0 16384 linear 8:0 0\n");
	free(all);
	expect_settled(SMALL);
}
END_TEST

/* The upper table can only be loaded when the lower one has its new size. */
START_TEST(grows)
{
	struct world w;

	run_layout(SMALL);
	plan(&w, LARGE);
	ck_assert_str_eq(steps(&w), "load low, suspend high, suspend low, resume low, load high, resume high");
	ck_assert_str_eq(w.plan.changes.v[0]->words[0].word, "size");
	ck_assert_str_eq(w.plan.changes.v[0]->words[0].before, "8MiB");
	ck_assert_str_eq(w.plan.changes.v[0]->words[0].after, "16MiB");
	ck_assert_int_eq(apply(&w), 0);
	forget(&w);
	expect_settled(LARGE);
}
END_TEST

START_TEST(inserts_a_layer)
{
	static const char after[] = "  low: {target: linear, device: a, size: 8MiB}\n"
				    "  mid: {target: striped, chunk_size: 4KiB, stripes: [low], size: 8MiB}\n"
				    "  high: {target: linear, device: mid}\n";
	struct world w;

	run_layout(SMALL);
	plan(&w, after);
	ck_assert_str_eq(steps(&w),
			 "create mid, load mid, resume mid, load high, suspend high, resume high");
	ck_assert_int_eq(apply(&w), 0);
	forget(&w);
	expect_settled(after);
}
END_TEST

/* Slices get devices of their own, which must not be mistaken for each other. */
START_TEST(implicit_devices)
{
	struct world w;
	char *all;

	plan(&w, "  base: {target: linear, device: a, size: 8MiB}\n"
		 "  snap: {target: snapshot, origin: base, cow: {device: b, size: 8MiB}, persistent: P, "
		 "chunk_size: 4KiB}\n");
	ck_assert_int_eq(apply(&w), 0);
	forget(&w);
	all = everything();
	ck_assert_ptr_nonnull(strstr(all, "snapshot 254:0 254:1 P 8"));
	free(all);
}
END_TEST

START_TEST(removes_what_is_gone)
{
	struct world w;
	char *all;

	run_layout(SMALL "  top: {target: linear, device: high}\n");
	plan(&w, "  low: {target: linear, device: a, size: 8MiB}\n");
	ck_assert_str_eq(steps(&w), "remove top, remove high");
	ck_assert_uint_eq(diag_errors(&w.t.diag), 0);
	ck_assert_int_eq(apply(&w), 0);
	forget(&w);
	all = everything();
	ck_assert_str_eq(all, "low DMC-s-low\n  0 16384 linear 8:0 0\n");
	free(all);
}
END_TEST

START_TEST(removes_all)
{
	struct plan_options o = {0};
	struct world w;
	char *all;

	run_layout(SMALL "  top: {target: linear, device: high}\n");
	see(&w, SMALL, &o, plan_remove);
	ck_assert_str_eq(steps(&w), "remove top, remove high, remove low");
	ck_assert_int_eq(apply(&w), 0);
	forget(&w);
	all = everything();
	ck_assert_str_eq(all, "");
	free(all);
}
END_TEST

START_TEST(renames)
{
	static const char after[] = "  low: {target: linear, device: a, size: 8MiB}\n"
				    "  tall: {target: linear, device: low, dm_uuid: DMC-s-high}\n";
	struct world w;
	char *all;

	run_layout(SMALL);
	plan(&w, after);
	ck_assert_str_eq(steps(&w), "rename high to tall");
	ck_assert_int_eq(apply(&w), 0);
	forget(&w);
	all = everything();
	ck_assert_ptr_nonnull(strstr(all, "tall DMC-s-high\n"));
	free(all);
	expect_settled(after);
}
END_TEST

/* ---- thin volumes ---- */

#define POOL                                                                                       \
	"  meta: {target: linear, device: b, size: 4MiB}\n"                                        \
	"  pool: {target: thin-pool, metadata: meta, data: a, block_size: 64KiB, size: 64MiB}\n"   \
	"  t1: {target: thin, pool: pool, id: 1, size: 1GiB}\n"

START_TEST(thin_by_message)
{
	struct world w;

	run_layout(POOL);
	ck_assert_str_eq(strbuf_str(&messages), "create_thin 1\n");
	strbuf_reset(&messages);
	/* The origin stands still while its snapshot is made. */
	plan(&w, POOL "  t2: {target: thin, pool: pool, id: 2, snapshot_of: t1}\n");
	ck_assert_str_eq(steps(&w), "create t2, suspend t1, message pool: create_snap 2 1, resume t1, load t2, resume t2");
	ck_assert_int_eq(apply(&w), 0);
	ck_assert_str_eq(strbuf_str(&messages), "create_snap 2 1\n");
	forget(&w);
}
END_TEST

/* Id 7 is in the pool already: fine, and not deleted when something later fails. */
START_TEST(thin_there_already)
{
	struct world w;
	char *all;

	plan(&w, POOL "  t7: {target: thin, pool: pool, id: 7, size: 1GiB}\n");
	dm_fake_fail(fake, DM_TABLE_LOAD_CMD, "t7", 1, -ENOMEM);
	ck_assert_int_eq(apply(&w), -ENOMEM);
	ck_assert_str_eq(strbuf_str(&messages), "create_thin 1\ncreate_thin 7\ndelete 1\n");
	forget(&w);
	all = everything();
	ck_assert_str_eq(all, "");
	free(all);
}
END_TEST

/* Writes between the snapshot's start and its origin's would be in neither. */
START_TEST(snapshot_of_a_running_device)
{
	static const char before[] = "  base: {target: linear, device: a, size: 8MiB}\n"
				     "  data: {target: snapshot-origin, origin: base}\n"
				     "  cow: {target: linear, device: b, size: 4MiB}\n";
	char after[512];
	struct world w;

	snprintf(after, sizeof(after), "%s  snap: {target: snapshot, origin: base, cow: cow, "
		 "persistent: P, chunk_size: 4KiB}\n", before);
	run_layout(before);
	plan(&w, after);
	ck_assert_str_eq(steps(&w), "create snap, suspend data, load snap, resume snap, resume data");
	ck_assert_int_eq(apply(&w), 0);
	forget(&w);
	expect_settled(after);
}
END_TEST

/* ---- failures ---- */

static const struct change {
	const char *before, *after;
} changes[] = {
	{"  x: {target: zero, size: 1MiB}\n", SMALL "  x: {target: zero, size: 1MiB}\n"},
	{SMALL, LARGE},
	{SMALL, "  low: {target: linear, device: a, size: 8MiB}\n"
		"  mid: {target: striped, chunk_size: 4KiB, stripes: [low], size: 8MiB}\n"
		"  high: {target: linear, device: mid}\n"},
	{POOL, POOL "  t2: {target: thin, pool: pool, id: 2, snapshot_of: t1}\n"},
	{SMALL, "  low: {target: linear, device: b, size: 32MiB}\n"
		"  tall: {target: linear, device: low, dm_uuid: DMC-s-high}\n"},
};

static const unsigned requests[] = {DM_DEV_CREATE_CMD, DM_TABLE_LOAD_CMD, DM_FAKE_RESUME, DM_DEV_SUSPEND_CMD,
				    DM_TARGET_MSG_CMD, DM_DEV_RENAME_CMD};

/* Whatever request fails, everything is as it was before. */
START_TEST(rolls_back)
{
	const struct change *c = &changes[_i];
	unsigned failures = 0;
	char *before, *after;
	struct world w;

	for (size_t k = 0; k < ARRAY_SIZE(requests); k++)
		for (unsigned nth = 1;; nth++) {
			int r;

			teardown();
			setup();
			run_layout(c->before);
			before = everything();
			plan(&w, c->after);
			dm_fake_fail(fake, requests[k], NULL, nth, -ENOMEM);
			r = apply(&w);
			if (r) {
				ck_assert_int_eq(r, -ENOMEM);
				ck_assert_ptr_nonnull(test_finding(&w.t, "apply.failed"));
				ck_assert_ptr_null(test_finding(&w.t, "apply.undo-failed"));
			}
			forget(&w);
			after = everything();
			if (r)
				ck_assert_str_eq(after, before);
			free(after);
			free(before);
			if (!r)
				break;
			failures++;
		}
	/* One request of each kind that never came, and all others failed once. */
	ck_assert_uint_ge(failures, 2);
}
END_TEST

/* After a death at any point the next apply finishes. */
START_TEST(finishes_after_a_death)
{
	const struct change *c = &changes[_i];
	struct world w;
	int left = 0;
	bool died = true;

	for (; died; left++) {
		teardown();
		setup();
		run_layout(c->before);
		plan(&w, c->after);
		w.mortal.left = left;
		died = apply(&w) != 0;
		ck_assert(died || w.mortal.changes <= (unsigned)left);
		forget(&w);
		if (!died)
			break;
		run_layout(c->after);
		expect_settled(c->after);
	}
	ck_assert_int_ge(left, 2);
}
END_TEST

START_TEST(interrupted)
{
	static const volatile sig_atomic_t yes = 1;
	struct apply_options o = {.interrupted = &yes};
	struct world w;

	plan(&w, SMALL);
	o.dm = w.dm;
	ck_assert_int_eq(plan_apply(&w.plan, &o, &w.t.diag), -EINTR);
	ck_assert_ptr_nonnull(test_finding(&w.t, "apply.interrupted"));
	ck_assert_uint_eq(w.mortal.changes, 0);
	forget(&w);
}
END_TEST

/* ---- refusals ---- */

static void expect_refusal(const char *before, const char *after, const char *id, const struct plan_options *o)
{
	struct world w;

	if (before)
		run_layout(before);
	see(&w, after, o, plan_make);
	ck_assert_msg(test_finding(&w.t, id) != NULL, "%s was expected", id);
	forget(&w);
}

START_TEST(name_of_somebody_else)
{
	dm_fake_populate(fake, 1, "low", "LVM-", DISK_B);
	expect_refusal(NULL, "  low0: {target: zero, size: 1MiB}\n", "plan.name-taken", NULL);
}
END_TEST

START_TEST(shrinking)
{
	static const char *const allow[] = {"shrink:low", "shrink:high"};
	struct plan_options o = {.allow = allow, .nr_allow = 2};
	struct world w;

	expect_refusal(LARGE, SMALL, "plan.shrink", NULL);
	see(&w, SMALL, &o, plan_make);
	ck_assert_uint_eq(diag_errors(&w.t.diag), 0);
	forget(&w);
}
END_TEST

START_TEST(in_use)
{
	run_layout(SMALL);
	ck_assert_int_eq(dm_fake_open(fake, makedev(254, 1), false), 0);
	expect_refusal(NULL, "  low: {target: linear, device: a, size: 8MiB}\n", "plan.open", NULL);
	dm_fake_close(fake, makedev(254, 1), false);
}
END_TEST

/* The kernel would take it, and the first read would never end. */
START_TEST(loop_through_a_running_device)
{
	run_layout(SMALL);
	expect_refusal(NULL, "  low: {target: linear, device: o, size: 4MiB}\n", "plan.loop", NULL);
}
END_TEST

START_TEST(immutable_type)
{
	run_layout(POOL);
	expect_refusal(NULL, "  meta: {target: linear, device: b, size: 4MiB}\n"
			     "  pool: {target: linear, device: a, size: 64MiB}\n", "plan.type", NULL);
}
END_TEST

/* ---- printing ---- */

START_TEST(keys_stay_secret)
{
	struct strbuf out = STRBUF_INIT;
	struct dm *dm = dm_new(dm_fake_backend(fake), NULL);
	struct dm_line line = {0, 2048, "crypt",
			       "aes-cbc-plain64 00112233445566778899aabbccddeeff 0 8:0 0"};
	struct world w;

	ck_assert_int_eq(dm_create(dm, "c", "DMC-s-c", -1, NULL), 0);
	ck_assert_int_eq(dm_load(dm, dm_by_name("c"), &line, 1, 0, NULL), 0);
	ck_assert_int_eq(dm_resume(dm, dm_by_name("c"), 0, NULL), 0);
	plan(&w, "  c: {target: crypt, cipher: aes-cbc-essiv:sha256, key: {prompt: true, size: 16B}, "
		 "device: a, size: 1MiB}\n");
	plan_print(&w.plan, true, false, &out);
	plan_print_json(&w.plan, &out);
	ck_assert_ptr_nonnull(strstr(strbuf_str(&out), "cipher"));
	ck_assert_ptr_null(strstr(strbuf_str(&out), "0011"));
	strbuf_release(&out);
	forget(&w);
	dm_free(dm);
}
END_TEST

Suite *suite_plan_plan(void);

Suite *suite_plan_plan(void)
{
	Suite *s = suite_create("plan/plan");
	TCase *tc = tcase_create("plan");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, creates);
	tcase_add_test(tc, grows);
	tcase_add_test(tc, inserts_a_layer);
	tcase_add_test(tc, implicit_devices);
	tcase_add_test(tc, removes_what_is_gone);
	tcase_add_test(tc, removes_all);
	tcase_add_test(tc, renames);
	tcase_add_test(tc, thin_by_message);
	tcase_add_test(tc, thin_there_already);
	tcase_add_test(tc, snapshot_of_a_running_device);
	tcase_add_loop_test(tc, rolls_back, 0, (int)ARRAY_SIZE(changes));
	tcase_add_loop_test(tc, finishes_after_a_death, 0, (int)ARRAY_SIZE(changes));
	tcase_add_test(tc, interrupted);
	tcase_add_test(tc, name_of_somebody_else);
	tcase_add_test(tc, shrinking);
	tcase_add_test(tc, in_use);
	tcase_add_test(tc, loop_through_a_running_device);
	tcase_add_test(tc, immutable_type);
	tcase_add_test(tc, keys_stay_secret);
	suite_add_tcase(s, tc);
	return s;
}
