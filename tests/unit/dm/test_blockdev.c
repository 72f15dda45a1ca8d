/* What sysfs and /dev/disk tell, in a tree made for it. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "dm/blockdev.h"

static char root[] = "/tmp/dmc-blockdev-XXXXXX";
static struct arena arena;
static struct blockdev_roots roots;

static const char *in_root(const char *path)
{
	return arena_printf(&arena, "%s/%s", root, path);
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(in_root(path), "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static void setup(void)
{
	static const char *const dirs[] = {
		"sys", "sys/dev", "sys/dev/block", "sys/sda", "sys/sda/sda1", "sys/loop0", "sys/loop0/loop", "sys/loop1",
		"sys/loop1/loop", "dev", "dev/disk", "dev/disk/by-id", "dev/disk/by-partuuid",
	};

	arena_init(&arena);
	strcpy(root, "/tmp/dmc-blockdev-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++)
		ck_assert_int_eq(mkdir(in_root(dirs[i]), 0700), 0);
	ck_assert_int_eq(symlink("../../sda/sda1", in_root("sys/dev/block/8:1")), 0);
	ck_assert_int_eq(symlink("../../loop0", in_root("sys/dev/block/7:0")), 0);
	ck_assert_int_eq(symlink("../../loop1", in_root("sys/dev/block/7:1")), 0);
	put("sys/sda/sda1/size", "204800\n");
	put("sys/loop0/size", "8\n");
	put("sys/loop0/loop/backing_file", "/srv/a file.img\n");
	put("sys/loop0/loop/offset", "0\n");
	put("sys/loop0/loop/sizelimit", "0\n");
	put("sys/loop1/size", "16\n");
	put("sys/loop1/loop/backing_file", "/srv/b.img\n");
	put("sys/loop1/loop/offset", "4096\n");
	put("sys/loop1/loop/sizelimit", "0\n");
	ck_assert_int_eq(symlink("../../sda1", in_root("dev/disk/by-partuuid/aa-bb")), 0);
	ck_assert_int_eq(symlink("../../sda1", in_root("dev/disk/by-id/wwn-1-part1")), 0);
	ck_assert_int_eq(symlink("../../sda1", in_root("dev/disk/by-id/ata-x-part1")), 0);
	ck_assert_int_eq(symlink("../../sda", in_root("dev/disk/by-id/ata-x")), 0);
	roots = (struct blockdev_roots){in_root("sys"), in_root("dev")};
}

static void teardown(void)
{
	ck_assert_int_eq(system(arena_printf(&arena, "rm -r '%s'", root)), 0);
	arena_release(&arena);
}

START_TEST(facts)
{
	struct blockdev d;

	blockdev_read(makedev(8, 1), &arena, &roots, &d);
	ck_assert_str_eq(d.name, "sda1");
	ck_assert_uint_eq(d.nr_sectors, 204800);
	ck_assert_ptr_null(d.backing_file);
	blockdev_read(makedev(7, 0), &arena, &roots, &d);
	ck_assert_str_eq(d.backing_file, "/srv/a file.img");
	ck_assert(d.whole_file);
	/* A part of a file is not the file. */
	blockdev_read(makedev(7, 1), &arena, &roots, &d);
	ck_assert_str_eq(d.backing_file, "/srv/b.img");
	ck_assert(!d.whole_file);
	blockdev_read(makedev(9, 9), &arena, &roots, &d);
	ck_assert_ptr_null(d.name);
	ck_assert_uint_eq(d.dev, makedev(9, 9));
}
END_TEST

START_TEST(links)
{
	struct blockdev d[2];

	blockdev_read(makedev(8, 1), &arena, &roots, &d[0]);
	blockdev_read(makedev(9, 9), &arena, &roots, &d[1]);
	blockdev_read_links(d, 2, &arena, &roots);
	ck_assert_uint_eq(d[0].nr_links, 3);
	ck_assert_str_eq(d[0].links[0], in_root("dev/disk/by-id/ata-x-part1"));
	ck_assert_str_eq(d[0].links[1], in_root("dev/disk/by-id/wwn-1-part1"));
	ck_assert_str_eq(d[0].links[2], in_root("dev/disk/by-partuuid/aa-bb"));
	ck_assert_uint_eq(d[1].nr_links, 0);
}
END_TEST

Suite *suite_dm_blockdev(void);

Suite *suite_dm_blockdev(void)
{
	Suite *s = suite_create("dm/blockdev");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, facts);
	tcase_add_test(tc, links);
	suite_add_tcase(s, tc);
	return s;
}
