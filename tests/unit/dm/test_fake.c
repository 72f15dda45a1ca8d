/* What plan and apply rely on in the fake, beyond the recorded session. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "dm/fake.h"
#include "dm/record.h"
#include "targets/targets.h"

#define DISK  makedev(8, 0)
#define SMALL makedev(8, 16)

static struct dm_fake *fake;
static struct dm *dm;
static struct arena arena;

static void setup(void)
{
	struct dm_fake_options o = {.targets = &targets_all, .kernel = kernel_find("6.12")};

	fake = dm_fake_new(&o);
	dm = dm_new(dm_fake_backend(fake), NULL);
	arena_init(&arena);
	dm_fake_add_disk(fake, "/dev/sda", DISK, 1 << 20);
	dm_fake_add_disk(fake, "/dev/sdb", SMALL, 1024);
}

static void teardown(void)
{
	dm_free(dm);
	dm_fake_free(fake);
	arena_release(&arena);
}

static int load(const char *name, uint64_t nr, const char *target, const char *params)
{
	struct dm_line line = {0, nr, target, params};

	return dm_load(dm, dm_by_name(name), &line, 1, 0, NULL);
}

static void make(const char *name, const char *params)
{
	ck_assert_int_eq(dm_create(dm, name, NULL, -1, NULL), 0);
	ck_assert_int_eq(load(name, 512, "linear", params), 0);
	ck_assert_int_eq(dm_resume(dm, dm_by_name(name), 0, NULL), 0);
}

static const char *table(const char *name)
{
	struct dm_lines lines;

	ck_assert_int_eq(dm_table(dm, dm_by_name(name), 0, &arena, NULL, &lines, NULL), 0);
	ck_assert_uint_eq(lines.nr, 1);
	return lines.v[0].params;
}

/* reload-*.json of the corpus: limits are checked at the first load, later only by the swap. */
START_TEST(reload_fails_at_resume)
{
	struct dm_info info;

	ck_assert_int_eq(dm_create(dm, "first", NULL, -1, NULL), 0);
	ck_assert_int_eq(load("first", 2048, "linear", "/dev/sdb 0"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(dm_fake_log(fake), "too small for target"));
	make("a", "/dev/sda 0");
	ck_assert_int_eq(load("a", 2048, "linear", "/dev/sdb 0"), 0);
	ck_assert_int_eq(dm_resume(dm, dm_by_name("a"), 0, NULL), -EINVAL);
	ck_assert_int_eq(dm_info(dm, dm_by_name("a"), 0, &info), 0);
	ck_assert(info.suspended);
	ck_assert(info.live_table);
	ck_assert(!info.inactive_table);
	ck_assert_int_eq(dm_resume(dm, dm_by_name("a"), 0, &info), 0);
	ck_assert(!info.suspended);
	ck_assert_str_eq(table("a"), "8:0 0");
}
END_TEST

START_TEST(ordered_failures)
{
	struct dm_info info;

	dm_fake_fail(fake, DM_TABLE_LOAD_CMD, "a", 2, -ENOMEM);
	dm_fake_fail(fake, DM_FAKE_RESUME, "a", 2, -EIO);
	dm_fake_fail(fake, DM_DEV_CREATE_CMD, NULL, 2, -EBUSY);
	make("a", "/dev/sda 0");
	ck_assert_int_eq(dm_create(dm, "b", NULL, -1, NULL), -EBUSY);
	ck_assert_int_eq(dm_create(dm, "b", NULL, -1, NULL), 0);
	ck_assert_int_eq(load("a", 8, "zero", ""), -ENOMEM);
	ck_assert_int_eq(load("a", 8, "zero", ""), 0);
	ck_assert_int_eq(dm_resume(dm, dm_by_name("a"), 0, NULL), -EIO);
	ck_assert_int_eq(dm_info(dm, dm_by_name("a"), 0, &info), 0);
	ck_assert(info.suspended && info.live_table && !info.inactive_table);
	ck_assert_uint_eq(dm_fake_requests(fake, DM_FAKE_RESUME), 2);
	ck_assert_uint_eq(dm_fake_requests(fake, DM_DEV_SUSPEND_CMD), 0);
}
END_TEST

/* Errnos of dm_devt_from_path(), recorded on 6.12 (kernel-notes: "Device:"). */
START_TEST(missing_devices)
{
	ck_assert_int_eq(dm_create(dm, "a", NULL, -1, NULL), 0);
	ck_assert_int_eq(load("a", 8, "linear", "/dev/sdc 0"), -ENOENT);
	ck_assert_int_eq(load("a", 8, "linear", "8:99 0"), -ENXIO);
	ck_assert_int_eq(load("a", 8, "linear", "/dev/mapper/b 0"), -ENOENT);
	ck_assert_int_eq(load("a", 8, "nosuch", "x"), -EINVAL);
	make("b", "8:0 0");
	ck_assert_int_eq(load("a", 8, "linear", "/dev/mapper/b 0"), 0);
	ck_assert_int_eq(load("a", 8, "linear", "/dev/dm-1 0"), 0);
}
END_TEST

/* Live and inactive tables share one opening; each is let go with its last table. */
START_TEST(open_counts)
{
	struct dm_info info;

	make("low", "/dev/sda 0");
	make("high", "/dev/mapper/low 0");
	ck_assert_int_eq(load("high", 256, "linear", "/dev/mapper/low 0"), 0);
	ck_assert_int_eq(dm_info(dm, dm_by_name("low"), 0, &info), 0);
	ck_assert_int_eq(info.open_count, 1);
	ck_assert_int_eq(load("high", 512, "linear", "/dev/sda 0"), 0);
	ck_assert_int_eq(dm_resume(dm, dm_by_name("high"), 0, NULL), 0);
	ck_assert_int_eq(dm_info(dm, dm_by_name("low"), 0, &info), 0);
	ck_assert_int_eq(info.open_count, 0);
}
END_TEST

START_TEST(deferred_removal_runs_down_a_stack)
{
	struct dm_info info;

	make("low", "/dev/sda 0");
	make("high", "/dev/mapper/low 0");
	ck_assert_int_eq(dm_info(dm, dm_by_name("high"), 0, &info), 0);
	ck_assert_int_eq(dm_fake_open(fake, info.dev, false), 0);
	ck_assert_int_eq(dm_remove(dm, dm_by_name("low"), DM_DEFERRED, &info), 0);
	ck_assert(info.deferred_remove);
	ck_assert_int_eq(dm_remove(dm, dm_by_name("high"), DM_DEFERRED, NULL), 0);
	dm_fake_close(fake, makedev(254, 1), false);
	ck_assert_int_eq(dm_info(dm, dm_by_name("high"), 0, &info), -ENXIO);
	ck_assert_int_eq(dm_info(dm, dm_by_name("low"), 0, &info), -ENXIO);
}
END_TEST

/* The smallest free minor is taken again. */
START_TEST(minors)
{
	struct dm_info info;

	for (int i = 0; i < 3; i++) {
		char name[] = {(char)('a' + i), '\0'};

		ck_assert_int_eq(dm_create(dm, name, NULL, -1, NULL), 0);
	}
	ck_assert_int_eq(dm_remove(dm, dm_by_name("b"), 0, NULL), 0);
	ck_assert_int_eq(dm_create(dm, "d", NULL, -1, &info), 0);
	ck_assert_uint_eq(minor(info.dev), 1);
	ck_assert_int_eq(dm_create(dm, "e", NULL, 1 << 20, &info), -EINVAL);
}
END_TEST

START_TEST(messages)
{
	const char *answer = "untouched";

	ck_assert_int_eq(dm_create(dm, "pool", NULL, -1, NULL), 0);
	dm_fake_add_disk(fake, "/dev/meta", makedev(8, 32), 16384);
	ck_assert_int_eq(load("pool", 65536, "thin-pool", "/dev/meta /dev/sda 128 0"), 0);
	ck_assert_int_eq(dm_message(dm, dm_by_name("pool"), 0, "create_thin 1", 0, &arena, &answer), -EINVAL);
	ck_assert_ptr_nonnull(strstr(dm_fake_log(fake), "The device has no table."));
	ck_assert_int_eq(dm_resume(dm, dm_by_name("pool"), 0, NULL), 0);
	ck_assert_int_eq(dm_message(dm, dm_by_name("pool"), 0, "create_thin 1", 0, &arena, &answer), 0);
	ck_assert_ptr_null(answer);
	ck_assert_int_eq(dm_message(dm, dm_by_name("pool"), 0, "nosuch", 0, &arena, NULL), -EINVAL);
}
END_TEST

START_TEST(events)
{
	struct dm_info info;

	make("a", "/dev/sda 0");
	ck_assert_int_eq(dm_wait(dm, dm_by_name("a"), 0, NULL), -EINTR);
	dm_fake_event(fake, "a");
	ck_assert_int_eq(dm_wait(dm, dm_by_name("a"), 0, &info), 0);
	ck_assert_uint_eq(info.event_nr, 1);
}
END_TEST

/* Ten thousand devices: answers far over the first buffer, and lookups that stay quick. */
START_TEST(many_devices)
{
	struct dm_names names;
	struct dm_versions versions;
	struct dm_info info;

	ck_assert_int_eq(dm_fake_populate(fake, 10000, "vol", "DMC-store-", DISK), 0);
	ck_assert_int_eq(dm_list(dm, &arena, &names), 0);
	ck_assert_uint_eq(names.nr, 10000);
	ck_assert_str_eq(names.v[0].name, "vol0");
	ck_assert_str_eq(names.v[9999].name, "vol9999");
	ck_assert_str_eq(names.v[9999].uuid, "DMC-store-9999");
	ck_assert_int_eq(dm_info(dm, dm_by_uuid("DMC-store-1234"), 0, &info), 0);
	ck_assert_str_eq(info.name, "vol1234");
	ck_assert_int_eq(dm_info(dm, dm_by_dev(info.dev), 0, &info), 0);
	ck_assert_str_eq(info.uuid, "DMC-store-1234");
	ck_assert_int_eq(dm_list_versions(dm, &arena, &versions), 0);
	ck_assert_uint_gt(versions.nr, 20);
}
END_TEST

/* A table of many lines is larger than the first buffer, both ways. */
START_TEST(long_table)
{
	enum { NR = 2000 };
	struct dm_line lines[NR];
	struct dm_lines back;
	struct dm_info info;

	for (size_t i = 0; i < NR; i++)
		lines[i] = (struct dm_line){8 * i, 8, "linear", "8:0 16"};
	ck_assert_int_eq(dm_create(dm, "a", NULL, -1, NULL), 0);
	ck_assert_int_eq(dm_load(dm, dm_by_name("a"), lines, NR, DM_SECURE, NULL), 0);
	ck_assert_int_eq(dm_table(dm, dm_by_name("a"), DM_INACTIVE, &arena, NULL, &back, &info), 0);
	ck_assert_uint_eq(back.nr, NR);
	ck_assert_uint_eq(info.nr_targets, NR);
	ck_assert_uint_eq(back.v[NR - 1].start_sectors, 8 * (NR - 1));
	ck_assert_str_eq(back.v[NR - 1].params, "8:0 16");
	ck_assert_str_eq(back.v[0].target, "linear");
}
END_TEST

/* retrieve_status(): a text that fills the buffer to its last byte counts as cut off. */
START_TEST(full_to_the_last_byte)
{
	struct dm_backend *b = dm_fake_backend(fake);
	union {
		struct dm_ioctl io;
		char room[512];
	} u;

	make("a", "8:0 100"); /* 40 bytes of dm_target_spec and 8 of text */
	for (uint32_t more = 47; more < 50; more++) {
		memset(&u, 0, sizeof(u));
		u.io = (struct dm_ioctl){.version = {4}, .data_size = sizeof(u.io) + more, .name = "a",
					 .flags = DM_STATUS_TABLE_FLAG};
		ck_assert_int_eq(b->submit(b, DM_TABLE_STATUS_CMD, &u.io), 0);
		ck_assert_int_eq(!(u.io.flags & DM_BUFFER_FULL_FLAG), more == 49);
	}
}
END_TEST

START_TEST(mangled_names)
{
	struct dm_names names;
	struct dm_info info;

	ck_assert_int_eq(dm_create(dm, "my vol", "DMC-a b", -1, &info), 0);
	ck_assert_str_eq(info.name, "my vol");
	ck_assert_int_eq(dm_list(dm, &arena, &names), 0);
	ck_assert_str_eq(names.v[0].name, "my vol");
	ck_assert_str_eq(names.v[0].uuid, "DMC-a b");
	/* The kernel has the mangled one. */
	ck_assert_int_eq(dm_info(dm, dm_by_name("my\\x20vol"), 0, &info), 0);
	ck_assert_int_eq(dm_rename(dm, "my vol", "other vol", NULL), 0);
	ck_assert_int_eq(dm_info(dm, dm_by_uuid("DMC-a b"), 0, &info), 0);
	ck_assert_str_eq(info.name, "other vol");
	ck_assert_int_eq(dm_create(dm, "bad\\x20 mix", NULL, -1, NULL), -EINVAL);
}
END_TEST

START_TEST(ids)
{
	struct dm_id both = {.name = "a", .uuid = "b"};
	char name[DM_NAME_LEN + 1];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	ck_assert_int_eq(dm_info(dm, both, 0, NULL), -EINVAL);
	ck_assert_int_eq(dm_info(dm, dm_by_name(""), 0, NULL), -EINVAL);
	ck_assert_int_eq(dm_create(dm, name, NULL, -1, NULL), -ENAMETOOLONG);
	ck_assert_int_eq(load("a", 8, "sixteen-letters-", ""), -ENAMETOOLONG);
}
END_TEST

Suite *suite_dm_fake(void);

Suite *suite_dm_fake(void)
{
	Suite *s = suite_create("dm/fake");
	TCase *tc = tcase_create("fake");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, reload_fails_at_resume);
	tcase_add_test(tc, ordered_failures);
	tcase_add_test(tc, missing_devices);
	tcase_add_test(tc, open_counts);
	tcase_add_test(tc, deferred_removal_runs_down_a_stack);
	tcase_add_test(tc, minors);
	tcase_add_test(tc, messages);
	tcase_add_test(tc, events);
	tcase_add_test(tc, many_devices);
	tcase_add_test(tc, long_table);
	tcase_add_test(tc, full_to_the_last_byte);
	tcase_add_test(tc, mangled_names);
	tcase_add_test(tc, ids);
	suite_add_tcase(s, tc);
	return s;
}
