/*
 * integrity: devices that hold a superblock. The superblocks and read-backs are those of
 * Linux 6.1.176, which formatted 16 MiB of zeroes with the table beside each and was given
 * other tables afterwards.
 */
#include <check.h>
#include <string.h>

#include "lines.h"

#define SHOWN "interleave_sectors:32768 buffer_sectors:128 journal_watermark:50 commit_time:10000"

static const struct {
	uint8_t sb[40];
	struct line_case lc;
} formatted[] = {
	/* 0 8 integrity d 0 - J 2 internal_hash:crc32c block_size:4096 */
	{"integrt\0\x01\x0f\x04\0\x01\0\0\0\x70\x7d\0\0\0\0\0\0\0\0\0\0\x03\x0c",
	 {"6.1", "0 8 integrity d 0 - J 2 internal_hash:crc32c block_size:4096", NULL, NULL,
	  "d 0 4 J 7 block_size:4096 journal_sectors:392 " SHOWN " internal_hash:crc32c"}},
	{"integrt\0\x01\x0f\x04\0\x01\0\0\0\x70\x7d\0\0\0\0\0\0\0\0\0\0\x03\x0c",
	 {"6.1", "0 8 integrity d 0 - J 1 internal_hash:crc32c",
	  "Block size doesn't match the information in superblock", "integrity.superblock", NULL}},
	/* 0 8 integrity d 0 - J 2 internal_hash:crc32c fix_padding: remembered */
	{"integrt\0\x04\x0f\x04\0\x01\0\0\0\x48\x7e\0\0\0\0\0\0\x08\0\0\0\0\x0f",
	 {"6.1", "0 8 integrity d 0 - J 1 internal_hash:crc32c", NULL, NULL,
	  "d 0 4 J 7 journal_sectors:176 " SHOWN " fix_padding internal_hash:crc32c"}},
	/* 0 8 integrity d 0 - J 2 internal_hash:crc32c recalculate: goes on */
	{"integrt\0\x02\x0f\x04\0\x01\0\0\0\x48\x7e\0\0\0\0\0\0\x02\0\0\0\0\x0f\0\0\x48\x7e",
	 {"6.1", "0 8 integrity d 0 - J 1 internal_hash:crc32c", NULL, NULL,
	  "d 0 4 J 7 recalculate journal_sectors:176 " SHOWN " internal_hash:crc32c"}},
	/* 0 8 integrity d 0 - J 1 internal_hash:crc32c: padding is not changed later */
	{"integrt\0\x01\x0f\x04\0\x01\0\0\0\x48\x7e\0\0\0\0\0\0\0\0\0\0\0\x0f",
	 {"6.1", "0 8 integrity d 0 - J 2 internal_hash:crc32c fix_padding", NULL, NULL,
	  "d 0 4 J 6 journal_sectors:176 " SHOWN " internal_hash:crc32c"}},
};

START_TEST(superblock)
{
	struct lines l;

	lines_init(&l, "6.1");
	memcpy(lines_content(lines_device(&l, "d", 32768)), formatted[_i].sb, sizeof(formatted[_i].sb));
	line_case_play(&l, &formatted[_i].lc);
	lines_release(&l);
}
END_TEST

Suite *suite_targets_integrity(void);

Suite *suite_targets_integrity(void)
{
	Suite *s = suite_create("targets/integrity");
	TCase *tc = tcase_create("superblock");

	tcase_add_loop_test(tc, superblock, 0, ARRAY_SIZE(formatted));
	suite_add_tcase(s, tc);
	return s;
}
