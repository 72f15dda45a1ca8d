#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "dm/fake.h"
#include "dm/kmsg.h"
#include "dm/record.h"
#include "targets/targets.h"

START_TEST(requests_as_text)
{
	struct dm_fake_options o = {.targets = &targets_all};
	struct dm_line lines[] = {{0, 8, "linear", "8:0 0"}, {8, 8, "zero", ""}};
	struct dm_line crypt = {0, 8, "crypt", "aes-cbc-plain64 00112233445566778899aabbccddeeff 0 8:0 0"};
	struct dm_fake *f = dm_fake_new(&o);
	struct strbuf out = STRBUF_INIT;
	struct dm *dm = dm_new(dm_record_new(dm_fake_backend(f), &out, false), NULL);
	struct dm_id a = dm_by_name("my vol");

	dm_fake_add_disk(f, NULL, makedev(8, 0), 4096);
	ck_assert_int_eq(dm_create(dm, "my vol", "U1", 5, NULL), 0);
	ck_assert_int_eq(dm_info(dm, a, 0, NULL), 0);
	ck_assert_int_eq(dm_load(dm, a, lines, 2, DM_READ_ONLY, NULL), 0);
	ck_assert_int_eq(dm_load(dm, a, &crypt, 1, DM_SECURE, NULL), 0);
	ck_assert_int_eq(dm_clear(dm, dm_by_uuid("U1"), NULL), 0);
	ck_assert_int_eq(dm_suspend(dm, dm_by_dev(makedev(254, 5)), DM_NOFLUSH | DM_SKIP_LOCKFS, NULL), 0);
	ck_assert_int_eq(dm_resume(dm, a, 0, NULL), -EINVAL);
	ck_assert_int_eq(dm_message(dm, a, 7, "hello you", 0, NULL, NULL), -EINVAL);
	ck_assert_int_eq(dm_message(dm, a, 0, "key set 00ff", DM_SECURE, NULL, NULL), -EINVAL);
	ck_assert_int_eq(dm_rename(dm, "my vol", "b", NULL), 0);
	ck_assert_int_eq(dm_set_uuid(dm, "b", "U2", NULL), -EINVAL);
	ck_assert_int_eq(dm_remove(dm, dm_by_name("b"), DM_DEFERRED, NULL), 0);
	ck_assert_str_eq(strbuf_str(&out),
			 "create  my\\x20vol uuid U1 minor 5\n"
			 "load    my\\x20vol read-only\n"
			 "        0 8 linear 8:0 0\n"
			 "        8 8 zero\n"
			 "load    my\\x20vol secret\n"
			 "        0 8 crypt …\n"
			 "clear   uuid U1\n"
			 "suspend 254:5 noflush skip-lockfs\n"
			 "resume  my\\x20vol = EINVAL\n"
			 "message my\\x20vol 7 hello you = EINVAL\n"
			 "message my\\x20vol 0 … = EINVAL\n"
			 "rename  my\\x20vol to b\n"
			 "setuuid b to U2 = EINVAL\n"
			 "remove  b deferred\n");
	dm_free(dm);
	dm_fake_free(f);
	strbuf_release(&out);
}
END_TEST

START_TEST(reads_too)
{
	struct dm_fake_options o = {.targets = &targets_all};
	struct dm_fake *f = dm_fake_new(&o);
	struct strbuf out = STRBUF_INIT;
	struct dm *dm = dm_new(dm_record_new(dm_fake_backend(f), &out, true), NULL);
	struct dm_names names;
	struct arena arena;

	arena_init(&arena);
	ck_assert_int_eq(dm_list(dm, &arena, &names), 0);
	ck_assert_int_eq(dm_info(dm, dm_by_name("a"), DM_INACTIVE, NULL), -ENXIO);
	ck_assert_str_eq(strbuf_str(&out), "list   \ninfo    a inactive = ENXIO\n");
	dm_free(dm);
	dm_fake_free(f);
	strbuf_release(&out);
	arena_release(&arena);
}
END_TEST

/* Records as Documentation/ABI/testing/dev-kmsg describes them. */
START_TEST(kernel_log)
{
	char path[] = "/tmp/kmsgXXXXXX";
	int fd = mkstemp(path);
	static const char old[] = "6,1,0,-;device-mapper: ioctl: old\n";
	static const char fresh[] = "3,2,5,-;device-mapper: table: 254:0: linear: Invalid argument count (-EINVAL)\n"
				    " SUBSYSTEM=block\n DEVICE=+x;device-mapper: no\n"
				    "6,3,6,-;loop0: device-mapper: elsewhere\n"
				    "3,4,7,-;device-mapper: ioctl: error adding target to table\n";
	struct dm_kmsg *k = NULL;
	struct arena arena;

	arena_init(&arena);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, old, strlen(old)), (ssize_t)strlen(old));
	ck_assert_int_eq(dm_kmsg_open(&k, path), 0);
	ck_assert_ptr_null(dm_kmsg_read(k, &arena));
	ck_assert_int_eq(write(fd, fresh, strlen(fresh)), (ssize_t)strlen(fresh));
	ck_assert_str_eq(dm_kmsg_read(k, &arena),
			 "table: 254:0: linear: Invalid argument count (-EINVAL)\n"
			 "ioctl: error adding target to table");
	ck_assert_ptr_null(dm_kmsg_read(k, &arena));
	ck_assert_int_eq(write(fd, fresh, strlen(fresh)), (ssize_t)strlen(fresh));
	dm_kmsg_mark(k);
	ck_assert_ptr_null(dm_kmsg_read(k, &arena));
	ck_assert_ptr_null(dm_kmsg_read(NULL, &arena));
	ck_assert_int_eq(dm_kmsg_open(&k, "/nowhere/kmsg"), -ENOENT);
	dm_kmsg_free(k);
	close(fd);
	unlink(path);
	arena_release(&arena);
}
END_TEST

Suite *suite_dm_record(void);

Suite *suite_dm_record(void)
{
	Suite *s = suite_create("dm/record");
	TCase *tc = tcase_create("record");

	tcase_add_test(tc, requests_as_text);
	tcase_add_test(tc, reads_too);
	tcase_add_test(tc, kernel_log);
	suite_add_tcase(s, tc);
	return s;
}
