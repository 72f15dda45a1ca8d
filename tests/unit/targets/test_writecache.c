/*
 * writecache on a device that has a superblock: rules of writecache_ctr() in Linux 6.12. 1 MiB
 * holds 254 blocks of 4 KiB: the superblock of 64 bytes and 254 entries of 16 take two more.
 */
#include <check.h>
#include <string.h>

#include "lines.h"

#define TABLE "0 4096 writecache s o c 4096 0"

static const struct {
	uint8_t sb[24]; /* magic, version, block size, -, number of blocks */
	struct line_case lc;
} cases[] = {
	{{0}, {"6.12", TABLE, NULL, NULL, NULL}},
	{{0x21, 0x93, 0x48, 0x23, 1, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 254}, {"6.12", TABLE, NULL, NULL, NULL}},
	{{0x21, 0x93, 0x48, 0x23, 1, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 255},
	 {"6.12", TABLE, "Memory area is too small", "writecache.superblock", NULL}},
	{{0x21, 0x93, 0x48, 0x23, 1, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80},
	 {"6.12", TABLE, "Overflow in size calculation", "writecache.superblock", NULL}},
	{{0x21, 0x93, 0x48, 0x23, 1, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 254},
	 {"6.12", TABLE, "Block size does not match superblock", "writecache.superblock", NULL}},
	{{0x21, 0x93, 0x48, 0x23, 2, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 254},
	 {"6.12", TABLE, "Invalid version in the superblock", "writecache.superblock", NULL}},
	{{0, 0, 0, 0, 1}, {"6.12", TABLE, "Invalid magic in the superblock", "writecache.superblock", NULL}},
};

START_TEST(superblock)
{
	struct lines l;

	lines_init(&l, "6.12");
	lines_device(&l, "o", 4096);
	memcpy(lines_content(lines_device(&l, "c", 2048)), cases[_i].sb, sizeof(cases[_i].sb));
	line_case_play(&l, &cases[_i].lc);
	lines_release(&l);
}
END_TEST

Suite *suite_targets_writecache(void);

Suite *suite_targets_writecache(void)
{
	Suite *s = suite_create("targets/writecache");
	TCase *tc = tcase_create("superblock");

	tcase_add_loop_test(tc, superblock, 0, sizeof(cases) / sizeof(*cases));
	suite_add_tcase(s, tc);
	return s;
}
