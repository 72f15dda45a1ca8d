/*
 * Rules of the core that hang on what kind of devices a table is on. Read off
 * dm_table_supports_zoned(), validate_hardware_zoned() and dm_table_determine_type() of
 * dm-table.c in Linux 6.12; features of targets off the trees named in profiles.c.
 */
#include <check.h>

#include "lines.h"

#define ZONE 128

/* z, y: zoned. h: with zones of half the size. o: with odd zones. r: regular. b: takes bios alone. */
static void devices(struct lines *l)
{
	static const struct {
		const char *word;
		uint64_t zone;
	} zoned[] = {{"z", ZONE}, {"y", ZONE}, {"h", ZONE / 2}, {"o", 96}};

	lines_init(l, "6.12");
	for (size_t i = 0; i < ARRAY_SIZE(zoned); i++) {
		struct blkdev *d = lines_device(l, zoned[i].word, 32 * ZONE);

		d->flags |= BLKDEV_ZONED;
		d->zone_sectors = zoned[i].zone;
	}
	lines_device(l, "r", 32 * ZONE);
	lines_device(l, "b", 32 * ZONE)->flags |= BLKDEV_BIO_BASED;
}

#define CRYPT " crypt aes-xts-plain64 0000000000000000000000000000000011111111111111111111111111111111 0 z 0"
#define ZONED "table.zoned"

static const struct line_case cases[] = {
	{"6.12", "0 256 linear z 0", NULL, NULL, NULL},
	{"6.12", "0 256 linear z 128", NULL, NULL, NULL},
	{"6.12", "0 256 linear z 64", "", "area.zones", NULL},
	{"6.12", "0 200 linear z 0", "", "area.zones", NULL},
	{"6.12", "0 256 flakey z 0 1 1", NULL, NULL, NULL},
	{"6.12", "0 256" CRYPT, NULL, NULL, NULL},
	{"5.4", "0 256" CRYPT, "", ZONED, NULL},
	{"6.12", "0 256 delay z 0 1", "", ZONED, NULL},
	{"6.17", "0 256 delay z 0 1", NULL, NULL, NULL},
	{"6.12", "0 256 error z 0", NULL, NULL, NULL},
	{"6.12", "0 256 striped 2 128 z 0 y 0", "", ZONED, NULL},
	{"6.12", "0 256 snapshot-origin z", "", ZONED, NULL},
	/* One zoned line makes the table zoned, and zero knows no zones. */
	{"6.12", "0 256 linear z 0\n256 256 linear y 0", NULL, NULL, NULL},
	{"6.12", "0 256 linear z 0\n256 256 linear h 0", "", ZONED, NULL},
	{"6.12", "0 256 linear z 0\n256 256 linear r 0", "", ZONED, NULL},
	{"6.12", "0 256 linear r 0\n256 256 linear z 0", "", ZONED, NULL},
	{"6.12", "0 256 linear z 0\n256 256 zero", "", ZONED, NULL},
	{"6.12", "0 256 linear z 0\n256 256 error", "", ZONED, NULL},
	{"6.12", "0 256 linear z 0\n256 256 error z 256", NULL, NULL, NULL},
	{"6.12", "0 192 linear o 0", "", ZONED, NULL},

	/* Requests pass on to whole disks alone. */
	{"6.12", "0 1024 multipath 0 0 1 1 round-robin 0 1 0 r", NULL, NULL, NULL},
	{"6.12", "0 1024 multipath 0 0 1 1 round-robin 0 1 0 b",
	 "table load rejected: including non-request-stackable devices", "multipath.path-takes-no-requests", NULL},
	{"6.12", "0 1024 multipath 2 queue_mode mq 0 1 1 round-robin 0 1 0 b",
	 "table load rejected: including non-request-stackable devices", NULL, NULL},
	{"6.12", "0 1024 multipath 2 queue_mode bio 0 1 1 round-robin 0 1 0 b", NULL, NULL, NULL},
};

START_TEST(kinds)
{
	struct lines l;

	devices(&l);
	line_case_play(&l, &cases[_i]);
	lines_release(&l);
}
END_TEST

Suite *suite_targets_table(void);

Suite *suite_targets_table(void)
{
	Suite *s = suite_create("targets/table");
	TCase *tc = tcase_create("kinds of devices");

	tcase_add_loop_test(tc, kinds, 0, sizeof(cases) / sizeof(*cases));
	suite_add_tcase(s, tc);
	return s;
}
