/*
 * Nodes and cookies. The part of udev is played by a child that does what `dmsetup
 * udevcomplete COOKIE` does.
 */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dm/fake.h"
#include "dm/nodes.h"
#include "targets/targets.h"

static char dir[] = "/tmp/dmc-nodes-XXXXXX";
static struct arena arena;
static struct diag diag;

static void setup(void)
{
	strcpy(dir, "/tmp/dmc-nodes-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	arena_init(&arena);
	diag_init(&diag, &arena);
}

static void teardown(void)
{
	DIR *d = opendir(dir);

	for (struct dirent *e; d && (e = readdir(d));)
		unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
	rmdir(dir);
	diag_release(&diag);
	arena_release(&arena);
}

static struct dm_nodes *nodes(enum dm_udev udev, unsigned timeout_ms)
{
	struct dm_nodes_options o = {.udev = udev, .timeout_ms = timeout_ms, .dir = dir};

	return dm_nodes_new(&o, &diag);
}

/* Says so where it cannot be shown: only root makes device nodes. */
static bool can_make_nodes(void)
{
	char path[64];
	bool can;

	snprintf(path, sizeof(path), "%s/probe", dir);
	can = !mknod(path, S_IFBLK | 0600, makedev(254, 250));
	unlink(path);
	if (!can)
		fprintf(stderr, "dm/nodes: nodes are not made: mknod: %s\n", strerror(errno));
	return can;
}

static dev_t number_of(const char *name)
{
	struct stat st;
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return lstat(path, &st) || !S_ISBLK(st.st_mode) ? 0 : st.st_rdev;
}

static bool found(const char *id)
{
	for (size_t i = 0; i < diag.findings.nr; i++)
		if (!strcmp(diag.findings.v[i].kind->id, id))
			return true;
	return false;
}

START_TEST(modes)
{
	struct dm_nodes_options o = {.dir = dir, .udev_control = dir};
	struct dm_nodes *n = dm_nodes_new(&o, NULL);
	enum dm_udev mode;

	ck_assert_int_eq(dm_nodes_mode(n), DM_UDEV_SYNC);
	dm_nodes_free(n);
	o.udev_control = "/nowhere/control";
	n = dm_nodes_new(&o, NULL);
	ck_assert_int_eq(dm_nodes_mode(n), DM_UDEV_NONE);
	dm_nodes_free(n);
	ck_assert_int_eq(dm_udev_parse("sync", &mode), 0);
	ck_assert_int_eq(mode, DM_UDEV_SYNC);
	ck_assert_int_eq(dm_udev_parse("yes", &mode), -EINVAL);
}
END_TEST

/* The life of a device through lib/dm, without udev. */
START_TEST(by_hand)
{
	struct dm_fake_options o = {.targets = &targets_all};
	struct dm_fake *f = dm_fake_new(&o);
	struct dm_nodes *n = nodes(DM_UDEV_NONE, 0);
	struct dm_options with = {.nodes = n};
	struct dm *dm = dm_new(dm_fake_backend(f), &with);
	struct dm_line zero = {0, 8, "zero", ""};

	if (can_make_nodes()) {
		ck_assert_int_eq(dm_create(dm, "my vol", NULL, 3, NULL), 0);
		ck_assert_int_eq(dm_load(dm, dm_by_name("my vol"), &zero, 1, 0, NULL), 0);
		ck_assert_uint_eq(number_of("my\\x20vol"), 0);
		ck_assert_int_eq(dm_resume(dm, dm_by_name("my vol"), 0, NULL), 0);
		ck_assert_uint_eq(number_of("my\\x20vol"), makedev(254, 3));
		ck_assert_int_eq(dm_rename(dm, "my vol", "b", NULL), 0);
		ck_assert_uint_eq(number_of("my\\x20vol"), 0);
		ck_assert_uint_eq(number_of("b"), makedev(254, 3));
		ck_assert_int_eq(dm_set_uuid(dm, "b", "U", NULL), 0);
		ck_assert_uint_eq(number_of("b"), makedev(254, 3));
		ck_assert_int_eq(dm_fake_open(f, makedev(254, 3), false), 0);
		ck_assert_int_eq(dm_remove(dm, dm_by_name("b"), DM_DEFERRED, NULL), 0);
		ck_assert_uint_eq(number_of("b"), makedev(254, 3));
		dm_fake_close(f, makedev(254, 3), false);
		ck_assert_int_eq(dm_remove(dm, dm_by_name("b"), 0, NULL), -ENXIO);
	}
	ck_assert_uint_eq(diag.findings.nr, 0);
	dm_free(dm);
	dm_nodes_free(n);
	dm_fake_free(f);
}
END_TEST

START_TEST(what_stands_there)
{
	struct dm_nodes *n = nodes(DM_UDEV_NONE, 0);
	char path[128];
	FILE *f;

	if (!can_make_nodes())
		return;
	/* a stale node and a link are replaced */
	snprintf(path, sizeof(path), "%s/a", dir);
	ck_assert_int_eq(mknod(path, S_IFBLK | 0600, makedev(254, 9)), 0);
	dm_nodes_resumed(n, "a", makedev(254, 1), true);
	ck_assert_uint_eq(number_of("a"), makedev(254, 1));
	snprintf(path, sizeof(path), "%s/b", dir);
	ck_assert_int_eq(symlink("../dm-9", path), 0);
	dm_nodes_resumed(n, "b", makedev(254, 2), true);
	ck_assert_uint_eq(number_of("b"), makedev(254, 2));
	ck_assert_uint_eq(diag.findings.nr, 0);
	/* a file is somebody's */
	snprintf(path, sizeof(path), "%s/c", dir);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fclose(f);
	dm_nodes_resumed(n, "c", makedev(254, 3), true);
	ck_assert(found("dm.node"));
	dm_nodes_removed(n, "c", true);
	ck_assert_int_eq(access(path, F_OK), 0);
	dm_nodes_free(n);
}
END_TEST

/* As `dmsetup udevcomplete`: one less on the semaphore of key 0x0D4D and the low 16 bits. */
static pid_t udev(uint32_t cookie, unsigned after_ms)
{
	pid_t child = fork();

	if (!child) {
		int sem = semget((key_t)(0x0D4Du << 16 | (cookie & 0xffff)), 1, 0);
		struct sembuf minus = {0, -1, IPC_NOWAIT};

		usleep(after_ms * 1000);
		_exit(sem < 0 || semop(sem, &minus, 1) ? 1 : 0);
	}
	return child;
}

static bool semaphore_exists(uint32_t cookie)
{
	return semget((key_t)(0x0D4Du << 16 | (cookie & 0xffff)), 1, 0) >= 0;
}

START_TEST(waits_for_udev)
{
	struct dm_nodes *n = nodes(DM_UDEV_SYNC, 5000);
	uint32_t cookie = dm_nodes_begin(n);
	int status;

	/* DM_UDEV_PRIMARY_SOURCE_FLAG alone */
	ck_assert_uint_eq(cookie >> 16, 0x0040);
	ck_assert_uint_ne(cookie & 0xffff, 0);
	ck_assert(semaphore_exists(cookie));
	udev(cookie, 200);
	dm_nodes_resumed(n, "a", makedev(254, 1), true);
	wait(&status);
	ck_assert_int_eq(status, 0);
	ck_assert(!semaphore_exists(cookie));
	ck_assert_uint_eq(number_of("a"), 0); /* was udev's business */
	ck_assert_uint_eq(diag.findings.nr, 0);

	cookie = dm_nodes_begin(n); /* no uevent: nobody will count */
	dm_nodes_resumed(n, "a", makedev(254, 1), false);
	ck_assert(!semaphore_exists(cookie));
	cookie = dm_nodes_begin(n); /* the request failed */
	dm_nodes_cancel(n);
	ck_assert(!semaphore_exists(cookie));
	cookie = dm_nodes_begin(n); /* nothing is left behind */
	dm_nodes_free(n);
	ck_assert(!semaphore_exists(cookie));
	ck_assert_uint_eq(diag.findings.nr, 0);
}
END_TEST

START_TEST(udev_that_never_answers)
{
	struct dm_nodes *n = nodes(DM_UDEV_SYNC, 200);
	uint32_t cookie = dm_nodes_begin(n);

	dm_nodes_resumed(n, "a", makedev(254, 1), true);
	ck_assert(found("dm.udev-timeout"));
	ck_assert(!semaphore_exists(cookie));
	if (can_make_nodes())
		ck_assert_uint_eq(number_of("a"), makedev(254, 1));
	dm_nodes_free(n);
}
END_TEST

/* The rules are told to leave the nodes alone: flags 0x0001 and 0x0002, no cookie. */
START_TEST(without_udev_flags)
{
	struct dm_nodes *n = nodes(DM_UDEV_NONE, 0);

	ck_assert_uint_eq(dm_nodes_begin(n), 0x00430000);
	dm_nodes_free(n);
}
END_TEST

Suite *suite_dm_nodes(void);

Suite *suite_dm_nodes(void)
{
	Suite *s = suite_create("dm/nodes");
	TCase *tc = tcase_create("nodes");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, modes);
	tcase_add_test(tc, by_hand);
	tcase_add_test(tc, what_stands_there);
	/* qemu's user emulation forgets the timeout of semtimedop(). */
	if (getenv("CHECK_EMULATED")) {
		printf("dm/nodes: not played under emulation: waits_for_udev, udev_that_never_answers\n");
	} else {
		tcase_add_test(tc, waits_for_udev);
		tcase_add_test(tc, udev_that_never_answers);
	}
	tcase_add_test(tc, without_udev_flags);
	suite_add_tcase(s, tc);
	return s;
}
