/* What a plan does, and in which order. */
#include "world.h"

#include <stdio.h>

START_TEST(creates)
{
	struct world w;
	char *all;

	world_plan(&w, SMALL);
	ck_assert_str_eq(world_steps(&w), "create low, create high, load low, resume low, load high, resume high");
	ck_assert_int_eq(world_apply(&w), 0);
	world_forget(&w);
	all = world_everything();
	ck_assert_str_eq(all, "high DMC-s-high\n  0 16384 linear 254:0 0\nlow DMC-s-low\n  0 16384 linear 8:0 0\n");
	free(all);
	world_expect_settled(SMALL);
}
END_TEST

/* The upper table can only be loaded when the lower one has its new size. */
START_TEST(grows)
{
	struct world w;

	world_run(SMALL);
	world_plan(&w, LARGE);
	ck_assert_str_eq(world_steps(&w), "load low, suspend high, suspend low, resume low, load high, resume high");
	ck_assert_str_eq(w.plan.changes.v[0]->words[0].word, "size");
	ck_assert_str_eq(w.plan.changes.v[0]->words[0].before, "8MiB");
	ck_assert_str_eq(w.plan.changes.v[0]->words[0].after, "16MiB");
	ck_assert_int_eq(world_apply(&w), 0);
	world_forget(&w);
	world_expect_settled(LARGE);
}
END_TEST

START_TEST(inserts_a_layer)
{
	static const char after[] = "  low: {target: linear, device: a, size: 8MiB}\n"
				    "  mid: {target: striped, chunk_size: 4KiB, stripes: [low], size: 8MiB}\n"
				    "  high: {target: linear, device: mid}\n";
	struct world w;

	world_run(SMALL);
	world_plan(&w, after);
	ck_assert_str_eq(world_steps(&w),
			 "create mid, load mid, resume mid, load high, suspend high, resume high");
	ck_assert_int_eq(world_apply(&w), 0);
	world_forget(&w);
	world_expect_settled(after);
}
END_TEST

/* It would copy from `b` what is still written to `a` past it. */
START_TEST(inserts_a_mirror)
{
	static const char before[] = "  data: {target: linear, device: a, size: 8MiB}\n",
			  after[] = "  pair: {target: mirror, log: {type: core, region_size: 512KiB}, mirrors: [a, b], size: 8MiB}\n"
				    "  data: {target: linear, device: pair}\n";
	struct world w;

	world_run(before);
	world_plan(&w, after);
	ck_assert_str_eq(world_steps(&w), "create pair, suspend data, load pair, resume pair, load data, resume data");
	ck_assert_int_eq(world_apply(&w), 0);
	world_forget(&w);
	world_expect_settled(after);
	/* And would go on to copy to `b`, which is written to past it. */
	world_plan(&w, "  data: {target: linear, device: b, size: 8MiB}\n");
	ck_assert_str_eq(world_steps(&w), "load data, suspend data, suspend pair, resume data, remove pair");
	ck_assert_uint_eq(diag_errors(&w.t.diag), 0);
	ck_assert_int_eq(world_apply(&w), 0);
	world_forget(&w);
}
END_TEST

/* Slices get devices of their own, which must not be mistaken for each other. */
START_TEST(implicit_devices)
{
	struct world w;
	char *all;

	world_plan(&w, "  base: {target: linear, device: a, size: 8MiB}\n"
		 "  snap: {target: snapshot, origin: base, cow: {device: b, size: 8MiB}, persistent: P, "
		 "chunk_size: 4KiB}\n");
	ck_assert_int_eq(world_apply(&w), 0);
	world_forget(&w);
	all = world_everything();
	ck_assert_ptr_nonnull(strstr(all, "snapshot 254:0 254:1 P 8"));
	free(all);
}
END_TEST

START_TEST(removes_what_is_gone)
{
	struct world w;
	char *all;

	world_run(SMALL "  top: {target: linear, device: high}\n");
	world_plan(&w, "  low: {target: linear, device: a, size: 8MiB}\n");
	ck_assert_str_eq(world_steps(&w), "remove top, remove high");
	ck_assert_uint_eq(diag_errors(&w.t.diag), 0);
	ck_assert_int_eq(world_apply(&w), 0);
	world_forget(&w);
	all = world_everything();
	ck_assert_str_eq(all, "low DMC-s-low\n  0 16384 linear 8:0 0\n");
	free(all);
}
END_TEST

START_TEST(removes_all)
{
	struct plan_options o = {0};
	struct world w;
	char *all;

	world_run(SMALL "  top: {target: linear, device: high}\n");
	world_see(&w, SMALL, &o, plan_remove);
	ck_assert_str_eq(world_steps(&w), "remove top, remove high, remove low");
	ck_assert_int_eq(world_apply(&w), 0);
	world_forget(&w);
	all = world_everything();
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

	world_run(SMALL);
	world_plan(&w, after);
	ck_assert_str_eq(world_steps(&w), "rename high to tall");
	ck_assert_int_eq(world_apply(&w), 0);
	world_forget(&w);
	all = world_everything();
	ck_assert_ptr_nonnull(strstr(all, "tall DMC-s-high\n"));
	free(all);
	world_expect_settled(after);
}
END_TEST

/* ---- thin volumes ---- */


START_TEST(thin_by_message)
{
	struct world w;

	world_run(POOL);
	ck_assert_str_eq(strbuf_str(&world_messages), "create_thin 1\n");
	strbuf_reset(&world_messages);
	/* The origin stands still while its snapshot is made. */
	world_plan(&w, POOL "  t2: {target: thin, pool: pool, id: 2, snapshot_of: t1}\n");
	ck_assert_str_eq(world_steps(&w), "create t2, suspend t1, message pool: create_snap 2 1, resume t1, load t2, resume t2");
	ck_assert_int_eq(world_apply(&w), 0);
	ck_assert_str_eq(strbuf_str(&world_messages), "create_snap 2 1\n");
	world_forget(&w);
}
END_TEST

/* Id 7 is in the pool already: fine, and not deleted when something later fails. */
START_TEST(thin_there_already)
{
	struct world w;
	char *all;

	world_plan(&w, POOL "  t7: {target: thin, pool: pool, id: 7, size: 1GiB}\n");
	dm_fake_fail(world_fake, DM_TABLE_LOAD_CMD, "t7", 1, -ENOMEM);
	ck_assert_int_eq(world_apply(&w), -ENOMEM);
	ck_assert_str_eq(strbuf_str(&world_messages), "create_thin 1\ncreate_thin 7\ndelete 1\n");
	world_forget(&w);
	all = world_everything();
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
	world_run(before);
	world_plan(&w, after);
	ck_assert_str_eq(world_steps(&w), "create snap, suspend data, load snap, resume snap, resume data");
	ck_assert_int_eq(world_apply(&w), 0);
	world_forget(&w);
	world_expect_settled(after);
}
END_TEST

/* No write may pass between the origin's new table and its first snapshot. */
START_TEST(first_snapshot)
{
	static const char before[] = "  base: {target: linear, device: a, size: 8MiB}\n"
				     "  data: {target: linear, device: base}\n";
	static const char after[] = "  base: {target: linear, device: a, size: 8MiB}\n"
				    "  data: {target: snapshot-origin, origin: base}\n"
				    "  cow: {target: linear, device: b, size: 4MiB}\n"
				    "  snap: {target: snapshot, origin: base, cow: cow, persistent: P, chunk_size: 4KiB}\n";
	struct world w;

	world_run(before);
	world_plan(&w, after);
	ck_assert_str_eq(world_steps(&w), "create cow, create snap, load data, load cow, resume cow, suspend data, "
				    "load snap, resume snap, resume data");
	ck_assert_int_eq(world_apply(&w), 0);
	world_forget(&w);
	world_expect_settled(after);
}
END_TEST

/* With a flush, I/O that waits for a path would fail. */
START_TEST(replaces_a_path)
{
	static const char before[] = "  lun: {target: multipath, queue_if_no_path: true, size: 8MiB, priority_groups: "
				     "[{path_selector: round-robin, paths: [a]}]}\n",
			  after[] = "  lun: {target: multipath, queue_if_no_path: true, size: 8MiB, priority_groups: "
				    "[{path_selector: round-robin, paths: [b]}]}\n";
	struct world w;

	world_run(before);
	world_plan(&w, after);
	ck_assert_str_eq(world_steps(&w), "load lun, suspend lun, resume lun");
	ck_assert(w.plan.steps.v[1].no_flush);
	ck_assert_int_eq(world_apply(&w), 0);
	world_forget(&w);
	world_expect_settled(after);
}
END_TEST

Suite *suite_plan_order(void);

Suite *suite_plan_order(void)
{
	Suite *s = suite_create("plan/order");
	TCase *tc = tcase_create("order");

	tcase_add_checked_fixture(tc, world_setup, world_teardown);
	tcase_add_test(tc, creates);
	tcase_add_test(tc, grows);
	tcase_add_test(tc, inserts_a_layer);
	tcase_add_test(tc, inserts_a_mirror);
	tcase_add_test(tc, implicit_devices);
	tcase_add_test(tc, removes_what_is_gone);
	tcase_add_test(tc, removes_all);
	tcase_add_test(tc, renames);
	tcase_add_test(tc, thin_by_message);
	tcase_add_test(tc, thin_there_already);
	tcase_add_test(tc, snapshot_of_a_running_device);
	tcase_add_test(tc, first_snapshot);
	tcase_add_test(tc, replaces_a_path);
	suite_add_tcase(s, tc);
	return s;
}
