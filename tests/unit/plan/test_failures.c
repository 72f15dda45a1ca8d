/*
 * A failure or a death anywhere leaves nothing half done that the next run cannot tell; what
 * must not be done is refused; what is printed holds no key.
 */
#include "world.h"

static const struct change {
	const char *before, *after;
} changes[] = {
	{"  x: {target: zero, size: 1MiB}\n", SMALL "  x: {target: zero, size: 1MiB}\n"},
	{SMALL, LARGE},
	{SMALL, "  low: {target: linear, device: a, size: 8MiB}\n"
		"  mid: {target: striped, chunk_size: 4KiB, stripes: [low], size: 8MiB}\n"
		"  high: {target: linear, device: mid}\n"},
	{POOL, POOL "  t2: {target: thin, pool: pool, id: 2, snapshot_of: t1}\n"},
	{"  data: {target: linear, device: a, size: 8MiB}\n",
	 "  pair: {target: mirror, log: {type: core, region_size: 512KiB}, mirrors: [a, b], size: 8MiB}\n"
	 "  data: {target: linear, device: pair}\n"},
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

			world_teardown();
			world_setup();
			world_run(c->before);
			before = world_everything();
			world_plan(&w, c->after);
			dm_fake_fail(world_fake, requests[k], NULL, nth, -ENOMEM);
			r = world_apply(&w);
			if (r) {
				ck_assert_int_eq(r, -ENOMEM);
				ck_assert_ptr_nonnull(test_finding(&w.t, "apply.failed"));
				ck_assert_ptr_null(test_finding(&w.t, "apply.undo-failed"));
			}
			world_forget(&w);
			after = world_everything();
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
		world_teardown();
		world_setup();
		world_run(c->before);
		world_plan(&w, c->after);
		w.mortal.left = left;
		died = world_apply(&w) != 0;
		ck_assert(died || w.mortal.changes <= (unsigned)left);
		world_forget(&w);
		if (!died)
			break;
		world_run(c->after);
		world_expect_settled(c->after);
	}
	ck_assert_int_ge(left, 2);
}
END_TEST

START_TEST(interrupted)
{
	static const volatile sig_atomic_t yes = 1;
	struct apply_options o = {.interrupted = &yes};
	struct world w;

	world_plan(&w, SMALL);
	o.dm = w.dm;
	ck_assert_int_eq(plan_apply(&w.plan, &o, &w.t.diag), -EINTR);
	ck_assert_ptr_nonnull(test_finding(&w.t, "apply.interrupted"));
	ck_assert_uint_eq(w.mortal.changes, 0);
	world_forget(&w);
}
END_TEST

/* ---- refusals ---- */

static void expect_refusal(const char *before, const char *after, const char *id, const struct plan_options *o)
{
	struct world w;

	if (before)
		world_run(before);
	world_see(&w, after, o, plan_make);
	ck_assert_msg(test_finding(&w.t, id) != NULL, "%s was expected", id);
	world_forget(&w);
}

START_TEST(name_of_somebody_else)
{
	dm_fake_populate(world_fake, 1, "low", "LVM-", DISK_B);
	expect_refusal(NULL, "  low0: {target: zero, size: 1MiB}\n", "plan.name-taken", NULL);
}
END_TEST

/* Two layouts, of which one's name begins with the other's: s and s-2. */
START_TEST(devices_of_another_layout)
{
	struct dm *dm = dm_new(dm_fake_backend(world_fake), NULL);
	struct world w;

	ck_assert_int_eq(dm_create(dm, "home", "DMC-s--2-home", -1, NULL), 0);
	world_plan(&w, "  x: {target: zero, size: 1MiB}\n");
	ck_assert_str_eq(world_steps(&w), "create x, load x, resume x");
	world_forget(&w);
	dm_free(dm);
}
END_TEST

START_TEST(uuid_of_somebody_else)
{
	struct dm *dm = dm_new(dm_fake_backend(world_fake), NULL);

	ck_assert_int_eq(dm_create(dm, "mpatha", "mpath-36", -1, NULL), 0);
	expect_refusal(NULL, "  lun: {target: zero, size: 1MiB, dm_uuid: mpath-36}\n", "plan.uuid-taken", NULL);
	dm_free(dm);
}
END_TEST

START_TEST(shrinking)
{
	static const char *const allow[] = {"shrink:low", "shrink:high"};
	struct plan_options o = {.allow = allow, .nr_allow = 2};
	struct world w;

	expect_refusal(LARGE, SMALL, "plan.shrink", NULL);
	world_see(&w, SMALL, &o, plan_make);
	ck_assert_uint_eq(diag_errors(&w.t.diag), 0);
	world_forget(&w);
}
END_TEST

START_TEST(in_use)
{
	world_run(SMALL);
	ck_assert_int_eq(dm_fake_open(world_fake, makedev(254, 1), false), 0);
	expect_refusal(NULL, "  low: {target: linear, device: a, size: 8MiB}\n", "plan.open", NULL);
	dm_fake_close(world_fake, makedev(254, 1), false);
}
END_TEST

/* The kernel would take it, and the first read would never end. */
START_TEST(loop_through_a_running_device)
{
	world_run(SMALL);
	expect_refusal(NULL, "  low: {target: linear, device: o, size: 4MiB}\n", "plan.loop", NULL);
	/* `o` is `high`, which stays on `low` in the new layout, too; or comes to stand on a new one. */
	expect_refusal(NULL, "  low: {target: linear, device: o, size: 8MiB}\n"
			     "  high: {target: linear, device: low}\n", "plan.loop", NULL);
	expect_refusal(NULL, "  low: {target: linear, device: a, size: 8MiB}\n"
			     "  fresh: {target: linear, device: o, size: 8MiB}\n"
			     "  high: {target: linear, device: fresh}\n", "plan.loop", NULL);
}
END_TEST

START_TEST(immutable_type)
{
	world_run(POOL);
	expect_refusal(NULL, "  meta: {target: linear, device: b, size: 4MiB}\n"
			     "  pool: {target: linear, device: a, size: 64MiB}\n", "plan.type", NULL);
}
END_TEST

/* ---- printing ---- */

START_TEST(keys_stay_secret)
{
	struct strbuf out = STRBUF_INIT;
	struct dm *dm = dm_new(dm_fake_backend(world_fake), NULL);
	struct dm_line line = {0, 2048, "crypt",
			       "aes-cbc-plain64 00112233445566778899aabbccddeeff 0 8:0 0"};
	struct world w;

	ck_assert_int_eq(dm_create(dm, "c", "DMC-s-c", -1, NULL), 0);
	ck_assert_int_eq(dm_load(dm, dm_by_name("c"), &line, 1, 0, NULL), 0);
	ck_assert_int_eq(dm_resume(dm, dm_by_name("c"), 0, NULL), 0);
	world_plan(&w, "  c: {target: crypt, cipher: aes-cbc-essiv:sha256, key: {prompt: true, size: 16B}, "
		 "device: a, size: 1MiB}\n");
	plan_print(&w.plan, true, false, &out);
	plan_print_json(&w.plan, &out);
	ck_assert_ptr_nonnull(strstr(strbuf_str(&out), "cipher"));
	ck_assert_ptr_null(strstr(strbuf_str(&out), "0011"));
	strbuf_release(&out);
	world_forget(&w);
	dm_free(dm);
}
END_TEST

Suite *suite_plan_failures(void);

Suite *suite_plan_failures(void)
{
	Suite *s = suite_create("plan/failures");
	TCase *tc = tcase_create("failures");

	tcase_add_checked_fixture(tc, world_setup, world_teardown);
	tcase_add_loop_test(tc, rolls_back, 0, (int)ARRAY_SIZE(changes));
	tcase_add_loop_test(tc, finishes_after_a_death, 0, (int)ARRAY_SIZE(changes));
	tcase_add_test(tc, interrupted);
	tcase_add_test(tc, name_of_somebody_else);
	tcase_add_test(tc, devices_of_another_layout);
	tcase_add_test(tc, uuid_of_somebody_else);
	tcase_add_test(tc, shrinking);
	tcase_add_test(tc, in_use);
	tcase_add_test(tc, loop_through_a_running_device);
	tcase_add_test(tc, immutable_type);
	tcase_add_test(tc, keys_stay_secret);
	suite_add_tcase(s, tc);
	return s;
}
