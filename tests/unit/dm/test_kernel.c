/* Opening the control node where it cannot work; tests/kernel has where it does. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dm/kernel.h"

static char dir[64];
static struct arena arena;
static struct diag diag;

static char *in_dir(const char *name)
{
	return arena_printf(&arena, "%s/%s", dir, name);
}

static void setup(void)
{
	FILE *f;

	strcpy(dir, "/tmp/dmc-control-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	arena_init(&arena);
	diag_init(&diag, &arena);
	/* a driver that nobody has: minor 251 of misc is in no kernel's list */
	f = fopen(in_dir("misc"), "w");
	ck_assert_ptr_nonnull(f);
	fputs("200 tun\n251 device-mapper\n", f);
	fclose(f);
	f = fopen(in_dir("devices"), "w");
	ck_assert_ptr_nonnull(f);
	fputs("Character devices:\n  1 mem\n 10 misc\n\nBlock devices:\n 77 misc\n", f);
	fclose(f);
}

static void teardown(void)
{
	unlink(in_dir("misc"));
	unlink(in_dir("devices"));
	unlink(in_dir("mapper/control"));
	rmdir(in_dir("mapper"));
	rmdir(dir);
	diag_release(&diag);
	arena_release(&arena);
}

static int try_open(const char *control)
{
	struct dm_kernel_options o = {control, dir};
	struct dm_backend *b = NULL;
	int err = dm_kernel_open(&b, &o, &diag);

	ck_assert_ptr_null(b);
	ck_assert_uint_eq(diag.findings.nr, 1);
	ck_assert_ptr_nonnull(diag.findings.v[0].fix);
	return err;
}

START_TEST(no_driver)
{
	int err = try_open(in_dir("mapper/control"));

	if (geteuid()) { /* a node cannot even be made */
		ck_assert_int_eq(err, -EPERM);
		ck_assert_ptr_eq(diag.findings.v[0].kind, &F_DM_NO_PERMISSION);
		return;
	}
	ck_assert_int_eq(err, -ENOENT);
	ck_assert_ptr_eq(diag.findings.v[0].kind, &F_DM_NO_DRIVER);
	/* what leads nowhere does not stay */
	ck_assert_int_ne(access(in_dir("mapper/control"), F_OK), 0);
}
END_TEST

START_TEST(another_driver)
{
	ck_assert_int_eq(try_open("/dev/null"), -ENOTTY);
	ck_assert_ptr_eq(diag.findings.v[0].kind, &F_DM_CONTROL);
}
END_TEST

Suite *suite_dm_kernel(void);

Suite *suite_dm_kernel(void)
{
	Suite *s = suite_create("dm/kernel");
	TCase *tc = tcase_create("kernel");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, no_driver);
	tcase_add_test(tc, another_driver);
	suite_add_tcase(s, tc);
	return s;
}
