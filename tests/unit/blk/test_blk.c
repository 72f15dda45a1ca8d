/* blk/blk.h: whole reads, and errors instead of signals. */
#include "blk/blk.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

Suite *suite_blk_blk(void);

static struct arena arena;
static struct diag diag;

static void setup(void)
{
	arena_init(&arena);
	diag_init(&diag, &arena);
}

static void teardown(void)
{
	diag_release(&diag);
	arena_release(&arena);
}

START_TEST(file_that_shrinks)
{
	char name[] = "/tmp/dmc-blk-XXXXXX";
	int fd = mkstemp(name);
	uint8_t *buf = blk_buffer(2 * BLK_SIZE);
	struct blk b;

	ck_assert(fd >= 0 && !ftruncate(fd, 3 * BLK_SIZE));
	ck_assert_int_eq(pwrite(fd, "x", 1, 2 * BLK_SIZE - 1), 1);
	ck_assert_int_eq(blk_open(&b, name, BLK_EXCLUSIVE, &diag), 0);
	ck_assert_uint_eq(b.size, 3 * BLK_SIZE);
	ck_assert_int_eq(blk_read(&b, BLK_SIZE, buf, 2 * BLK_SIZE), 0);
	ck_assert_int_eq(buf[BLK_SIZE - 1], 'x');
	ck_assert_int_eq(blk_read(&b, 2 * BLK_SIZE, buf, 2 * BLK_SIZE), -ENODATA);
	ck_assert(!ftruncate(fd, BLK_SIZE + 5));
	ck_assert_int_eq(blk_read(&b, 0, buf, BLK_SIZE), 0);
	ck_assert_int_eq(blk_read(&b, BLK_SIZE, buf, BLK_SIZE), -ENODATA);
	blk_close(&b);
	close(fd);
	unlink(name);
	free(buf);
}
END_TEST

START_TEST(what_cannot_be_opened)
{
	struct blk b;

	ck_assert_int_eq(blk_open(&b, "/nowhere/at/all", 0, &diag), -ENOENT);
	ck_assert_str_eq(diag.findings.v[0].kind->id, "blk.cannot-open");
	ck_assert_int_eq(blk_open(&b, "/tmp", 0, &diag), -EINVAL);
	ck_assert_int_eq(blk_open(&b, "/dev/null", 0, &diag), -EINVAL);
	ck_assert_str_eq(diag.findings.v[2].kind->id, "blk.no-file-or-device");
}
END_TEST

START_TEST(memory)
{
	uint8_t *bytes = blk_buffer(2 * BLK_SIZE), *buf = blk_buffer(BLK_SIZE);
	struct blk b;

	memset(bytes, 1, 2 * BLK_SIZE);
	blk_memory(&b, "memory", bytes, 2 * BLK_SIZE - 1);
	ck_assert_int_eq(blk_read(&b, 0, buf, BLK_SIZE), 0);
	ck_assert_int_eq(blk_read(&b, BLK_SIZE, buf, BLK_SIZE), -ENODATA);
	ck_assert_int_eq(blk_read(&b, UINT64_MAX - 4095, buf, BLK_SIZE), -ENODATA);
	blk_close(&b);
	free(bytes);
	free(buf);
}
END_TEST

Suite *suite_blk_blk(void)
{
	Suite *s = suite_create("blk/blk");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, file_that_shrinks);
	tcase_add_test(tc, what_cannot_be_opened);
	tcase_add_test(tc, memory);
	suite_add_tcase(s, tc);
	return s;
}
