/*
 * raid on metadata devices with something on them. Superblocks were recorded
 * (tests/data/raid/README). Tables marked "recorded" were taken by Linux 6.12.117 in the
 * session that left them; the rest was read off dm-raid.c, raid1.c, raid5.c, raid10.c and
 * md-bitmap.c of Linux 6.12.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "targets/raid_superblock.h"

#define PLACES 5

static struct lines l;

static void setup(void)
{
	static const char *const meta[] = {"m0", "m1", "m2", "m3", "m4"}, *const data[] = {"d0", "d1", "d2", "d3", "d4"};

	lines_init(&l, "6.12");
	for (int i = 0; i < PLACES; i++)
		lines_device(&l, meta[i], 1024);
	for (int i = 0; i < PLACES; i++)
		lines_device(&l, data[i], 4096);
	lines_device(&l, "j", 8192);
}

static void teardown(void)
{
	lines_release(&l);
}

static void hex(const char *text, uint8_t *to)
{
	unsigned byte;

	for (; *text; text += 2) {
		ck_assert_int_eq(sscanf(text, "%2x", &byte), 1);
		*to++ = (uint8_t)byte;
	}
}

/* `places`: for each metadata device, the digit of the stored superblock it gets, or '-'. */
static void put_superblocks(const char *set, const char *state, const char *places)
{
	FILE *f = fopen(TESTS_DIR "/data/raid/superblocks.txt", "r");
	char name[32], st[8], sb[300], bitmap[150];
	int place;

	ck_assert_ptr_nonnull(f);
	while (fscanf(f, "%31s %7s %d %299s %149s", name, st, &place, sb, bitmap) == 5) {
		const char *at = strchr(places, '0' + place);

		if (strcmp(name, set) || strcmp(st, state) || !at)
			continue;
		hex(sb, lines_content(&l.devices[at - places]));
		hex(bitmap, lines_content(&l.devices[at - places]) + 4096);
	}
	fclose(f);
}

/* One byte of the superblock (or, from 4096 on, of the bitmap) of every device. */
struct patch {
	unsigned offset;
	uint8_t value;
};

static const struct {
	const char *set, *state, *places;
	struct patch patch;
	struct line_case lc;
} cases[] = {
#define R1 "0 4096 raid raid1 3 0 region_size 128 2 m0 d0 m1 d1"
#define R5N "0 8192 raid raid5_n 3 32 region_size 128 3 m0 d0 m1 d1 m2 d2"
#define R6 "0 12288 raid raid6_zr 3 32 region_size 128 5 m0 d0 m1 d1 m2 d2 m3 d3 m4 d4"
#define R10 "0 8192 raid raid10 5 32 raid10_copies 2 raid10_format near 4 m0 d0 m1 d1 m2 d2 m3 d3"
#define INVALID "Unable to assemble array: Invalid superblocks"
#define RUN "Failed to run raid array"
	/* recorded: new sets, sets missing a device, and its rebuild */
	{NULL, NULL, "", {0}, {"6.12", R6, NULL, NULL, NULL}},
	{"raid6_zr", "sync", "01234", {0}, {"6.12", R6, NULL, NULL, NULL}},
	{"raid6_zr", "sync", "01234", {0},
	 {"6.12", "0 12288 raid raid6_zr 3 32 region_size 128 5 m0 d0 - - m2 d2 m3 d3 m4 d4", NULL, NULL, NULL}},
	{"raid6_zr", "deg", "0-234", {0},
	 {"6.12", "0 12288 raid raid6_zr 5 32 region_size 128 rebuild 1 5 m0 d0 m1 d1 m2 d2 m3 d3 m4 d4", NULL, NULL, NULL}},
	{"raid6_zr", "reb", "01234", {0}, {"6.12", R6, NULL, NULL, NULL}},
	{"r1", "sync", "01", {0}, {"6.12", "0 4096 raid raid1 3 0 region_size 128 2 m0 d0 - -", NULL, NULL, NULL}},
	{"r1", "deg", "0-", {0},
	 {"6.12", "0 4096 raid raid1 5 0 region_size 128 rebuild 1 2 m0 d0 m1 d1", NULL, NULL, NULL}},
	{"raid5_n", "sync", "012", {0},
	 {"6.12", "0 8192 raid raid5_n 3 32 region_size 128 3 m0 d0 - - m2 d2", NULL, NULL, NULL}},
	{"r10-near2", "deg", "0-23", {0},
	 {"6.12", "0 8192 raid raid10 7 32 raid10_copies 2 raid10_format near rebuild 1 4 m0 d0 m1 d1 m2 d2 m3 d3", NULL,
	  NULL, NULL}},
	{"r10-far2", "sync", "0123", {0},
	 {"6.12", "0 8192 raid raid10 5 32 raid10_copies 2 raid10_format far 4 m0 d0 m1 d1 m2 d2 m3 d3", NULL, NULL, NULL}},
	/* A device that came back after the others were written to is caught up with. */
	{"raid6_zr", "deg", "01234", {0}, {"6.12", R6, NULL, NULL, NULL}},

	/* new and old devices together */
	{"raid6_zr", "deg", "0-234", {0}, {"6.12", R6, INVALID, "raid.superblocks", NULL}},
	{NULL, NULL, "", {0},
	 {"6.12", "0 8192 raid raid5_ls 1 32 3 m0 d0 m1 d1 - -", INVALID, "raid.superblocks", NULL}},
	{NULL, NULL, "", {0},
	 {"6.12", "0 8192 raid raid5_ls 3 32 rebuild 1 3 m0 d0 m1 d1 m2 d2", RUN, "raid.dirty-degraded", NULL}},
	/* Only parity stands on the last device of raid5_n. */
	{NULL, NULL, "", {0}, {"6.12", "0 8192 raid raid5_n 3 32 rebuild 2 3 m0 d0 m1 d1 m2 d2", NULL, NULL, NULL}},
	{NULL, NULL, "", {0},
	 {"6.12", "0 8192 raid raid10 3 32 rebuild 0 4 m0 d0 m1 d1 m2 d2 m3 d3", NULL, NULL, NULL}},
	{NULL, NULL, "", {0},
	 {"6.12", "0 8192 raid raid10 5 32 rebuild 0 rebuild 1 4 m0 d0 m1 d1 m2 d2 m3 d3", RUN, "raid.devices", NULL}},
	{"raid5_n", "deg", "0-2", {0},
	 {"6.12", "0 8192 raid raid5_n 5 32 rebuild 0 rebuild 1 3 m0 d0 m1 d1 m2 d2", RUN, "raid.devices", NULL}},

	/* places */
	{"raid5_n", "sync", "021", {0},
	 {"6.12", R5N, "Cannot change device positions in raid set", "raid.superblocks", NULL}},
	{"r1", "sync", "10", {0}, {"6.12", R1, NULL, NULL, NULL}},
	{"r10-near2", "sync", "1023", {0}, {"6.12", R10, NULL, NULL, NULL}},
	/* features */
	{"r1", "sync", "01", {144, 1},
	 {"6.12", R1, "Unable to assemble array: No incompatible feature flags supported yet", NULL, NULL}},
	{"r1", "sync", "01", {4, 3},
	 {"6.12", R1, "Unable to assemble array: Unknown flag(s) in compatible feature flags", NULL, NULL}},
	{"raid5_n", "sync", "012", {0, 0}, {"6.12", R5N, NULL, NULL, NULL}},
	/* too many gone */
	{"raid5_n", "sync", "012", {0},
	 {"6.12", "0 8192 raid raid5_n 1 32 3 m0 d0 - - - -", "Insufficient redundancy to activate array", "raid.devices", NULL}},

	/* takeover: raid5_n to raid6_n_6 with a new device; not to raid6_zr */
	{"raid5_n", "sync", "012-", {0},
	 {"6.12", "0 8192 raid raid6_n_6 3 32 rebuild 3 4 m0 d0 m1 d1 m2 d2 m3 d3", NULL, NULL, NULL}},
	{"raid5_n", "sync", "012-", {0},
	 {"6.12", "0 8192 raid raid6_zr 3 32 rebuild 3 4 m0 d0 m1 d1 m2 d2 m3 d3", "takeover not possible", "raid.conversion",
	  NULL}},
	{"raid5_n", "sync", "012", {0},
	 {"6.12", "0 4096 raid raid1 1 0 3 m0 d0 m1 d1 m2 d2", "takeover not possible", "raid.conversion", NULL}},
	{"r1", "sync", "01", {0}, {"6.12", "0 4096 raid raid5_n 1 32 2 m0 d0 m1 d1", NULL, NULL, NULL}},
	{"r1", "sync", "01", {0},
	 {"6.12", "0 4096 raid raid5_n 3 32 journal_dev j 2 m0 d0 m1 d1", "Can't takeover a journaled raid4/5/6 set",
	  "raid.conversion", NULL}},
	/* reshape: without room to do it nothing happens at load */
	{"raid5_n", "sync", "012", {0},
	 {"6.12", "0 8192 raid raid5_ls 1 32 3 m0 d0 m1 d1 m2 d2", NULL, NULL, NULL}},
	{"raid5_n", "sync", "012", {0},
	 {"6.12", "0 8192 raid raid5_ls 3 32 data_offset 32 3 m0 d0 m1 d1 m2 d2", "No space for backward reshape",
	  "raid.conversion", NULL}},
	{"raid5_n", "sync", "012", {0},
	 {"6.12", "0 8192 raid raid5_ls 3 32 journal_dev j 3 m0 d0 m1 d1 m2 d2", "Can't reshape a journaled raid4/5/6 set",
	  "raid.conversion", NULL}},
	/* 60 is the flags, 1 a reshape under way */
	{"raid5_n", "sync", "012", {60, 1},
	 {"6.12", "0 8192 raid raid5_n 3 32 delta_disks 1 3 m0 d0 m1 d1 m2 d2", INVALID, "raid.conversion", NULL}},

	/* the bitmap */
	{"r1", "sync", "01", {4096, 0}, {"6.12", R1, RUN, "raid.bitmap", NULL}},
	{"r1", "sync", "01", {4096 + 8, 1}, {"6.12", R1, RUN, "raid.bitmap", NULL}},
	{"r1", "sync", "01", {4096 + 4, 6}, {"6.12", R1, RUN, "raid.bitmap", NULL}},
	{"r1", "sync", "01", {4096, 0}, {"6.12", "0 4096 raid raid1 2 0 sync 2 m0 d0 m1 d1", NULL, NULL, NULL}},
	/* sync leaves superblocks unread: md gets dm-raid's own layout, from 6.17 on the table's */
	{"r10-near2", "sync", "0123", {0},
	 {"6.12", "0 8192 raid raid10 2 32 sync 4 m0 d0 m1 d1 m2 d2 m3 d3", RUN, "raid.raid10-metadata", NULL}},
	{"r10-near2", "sync", "0123", {0},
	 {"7.2", "0 8192 raid raid10 2 32 sync 4 m0 d0 m1 d1 m2 d2 m3 d3", NULL, NULL, NULL}},
};

START_TEST(superblocks)
{
	if (cases[_i].set)
		put_superblocks(cases[_i].set, cases[_i].state, cases[_i].places);
	for (size_t i = 0; cases[_i].patch.offset && i < strlen(cases[_i].places); i++)
		lines_content(&l.devices[i])[cases[_i].patch.offset] = cases[_i].patch.value;
	line_case_play(&l, &cases[_i].lc);
}
END_TEST

/* Whatever else is on a metadata device, the kernel takes it for new. */
START_TEST(garbage)
{
	for (int i = 0; i < 2; i++)
		memset(lines_content(&l.devices[i]), 0xa5, 8192);
	ck_assert(lines_load(&l, R1));
}
END_TEST

/* Where metadata cannot be seen, a set in order is assumed. */
START_TEST(unseen)
{
	for (int i = 0; i < 3; i++)
		l.devices[i].read = NULL;
	ck_assert(lines_load(&l, R5N));
	ck_assert(lines_load(&l, "0 8192 raid raid5_n 1 32 3 m0 d0 - - m2 d2"));
	ck_assert(lines_load(&l, "0 8192 raid raid5_n 3 32 rebuild 1 3 m0 d0 m1 d1 m2 d2"));
	ck_assert(!lines_load(&l, "0 8192 raid raid5_n 1 32 3 m0 d0 - - - -"));
	ck_assert(!lines_load(&l, "0 8192 raid raid5_n 3 32 rebuild 0 3 m0 d0 - - m2 d2"));
}
END_TEST

START_TEST(decoding)
{
	struct raid_superblock sb;

	put_superblocks("raid5_n", "deg", "0-2");
	ck_assert_int_eq(raid_superblock_read(&l.devices[0], &sb), 0);
	ck_assert_uint_eq(sb.magic, RAID_MAGIC);
	ck_assert_uint_eq(sb.num_devices, 3);
	ck_assert_uint_eq(sb.level, 5);
	ck_assert_uint_eq(sb.layout, 5);
	ck_assert_uint_eq(sb.stripe_sectors, 32);
	ck_assert_uint_eq(sb.sectors, 4096);
	ck_assert_uint_eq(sb.failed[0], 2);
	ck_assert(sb.reshape_position == UINT64_MAX);
}
END_TEST

Suite *suite_targets_raid(void);

Suite *suite_targets_raid(void)
{
	Suite *s = suite_create("targets/raid");
	TCase *tc = tcase_create("raid");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, superblocks, 0, sizeof(cases) / sizeof(*cases));
	tcase_add_test(tc, garbage);
	tcase_add_test(tc, unseen);
	tcase_add_test(tc, decoding);
	suite_add_tcase(s, tc);
	return s;
}
