/*
 * zoned: order of devices, and superblocks as dmz_check_sb() and dmz_load_sb() of Linux 6.12
 * judge them. The checksums were computed with Python's zlib, un-inverted and seeded with
 * the generation; that disks without superblocks crash the kernel was seen on 6.1.192,
 * 6.12.117 and 7.2.13. The rules of 5.4 are those of its dm-zoned-target.c.
 */
#include <check.h>
#include <string.h>

#include "lines.h"

#define ZONE 128 /* sectors: 16 blocks */

struct sb {
	unsigned zone; /* of the device */
	uint32_t version, crc;
	uint64_t gen, sb_block;
	uint32_t nr_meta_blocks, nr_reserved_seq, nr_chunks;
	uint8_t uuid, dev_uuid;
	const char *label;
};

static void put(uint8_t *p, uint64_t v, size_t len)
{
	for (size_t i = 0; i < len; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static void put_sb(const struct blkdev *dev, const struct sb *sb)
{
	uint8_t *b = lines_content(dev) + sb->zone * ZONE * 512ul;

	put(b, 0x445a4244, 4);
	put(b + 4, sb->version, 4);
	put(b + 8, sb->gen, 8);
	put(b + 16, sb->sb_block, 8);
	put(b + 24, sb->nr_meta_blocks, 4);
	put(b + 28, sb->nr_reserved_seq, 4);
	put(b + 32, sb->nr_chunks, 4);
	put(b + 36, 1, 4);
	put(b + 40, 1, 4);
	put(b + 44, sb->crc, 4);
	memcpy(b + 48, sb->label ? sb->label : "", sb->label ? strlen(sb->label) : 0);
	memset(b + 80, sb->uuid, 16);
	memset(b + 96, sb->dev_uuid, 16);
}

/* "z": 32 zones. "y": the same. "h": zones of half the size. "r": 4 zones of a regular device. */
static void devices(struct lines *l)
{
	static const char *const zoned[] = {"z", "y", "h"};

	lines_init(l, "6.12");
	for (size_t i = 0; i < ARRAY_SIZE(zoned); i++) {
		struct blkdev *d = lines_device(l, zoned[i], 32 * ZONE);

		d->flags |= BLKDEV_ZONED;
		d->zone_sectors = *zoned[i] == 'h' ? ZONE / 2 : ZONE;
	}
	lines_device(l, "r", 4 * ZONE);
}

static const struct blkdev *find(const struct lines *l, const char *word)
{
	for (size_t i = 0; i < l->nr; i++)
		if (!strcmp(l->devices[i].word, word))
			return &l->devices[i];
	ck_abort_msg("no device %s", word);
}

#define META "Metadata initialization failed"
#define FIRST "First device must be a regular device"
#define CRASH "zoned.no-metadata"

static const struct line_case orders[] = {
	{"6.12", "0 1 zoned", "Invalid argument count", NULL, NULL},
	{"6.12", "0 1 zoned nowhere", "Get target device failed", NULL, NULL},
	{"6.12", "0 1 zoned r", "Invalid regular device", "zoned.devices", NULL},
	{"6.12", "0 1 zoned z y", FIRST, "zoned.devices", NULL},
	{"6.12", "0 1 zoned r r", FIRST, "zoned.devices", NULL},
	{"6.12", "0 1 zoned r z h", "Zone nr sectors mismatch", "zoned.devices", NULL},
	{"6.12", "0 1 zoned z", "", CRASH, NULL},
	{"6.12", "0 1 zoned r z", "", CRASH, NULL},
	{"6.1", "0 1 zoned z", "", CRASH, NULL},
	{"7.2", "0 1 zoned z", "", CRASH, NULL},
	{"6.12", "0 1 zoned z\n1 8 zero", "target type must appear alone in table", NULL, NULL},
	{"5.4", "0 4096 zoned r z", "Invalid argument count", NULL, NULL},
	{"5.4", "0 4096 zoned r", "Not a zoned block device", NULL, NULL},
	{"5.4", "0 4096 zoned z", META, "zoned.metadata", NULL},
	{"5.4", "0 4095 zoned z", "Partial mapping not supported", "zoned.length", NULL},
};

START_TEST(order)
{
	struct lines l;

	devices(&l);
	line_case_play(&l, &orders[_i]);
	lines_release(&l);
}
END_TEST

/* 32 zones, one for each copy of the metadata, 4 in reserve: 26 chunks at most. */
#define PRIMARY   {0, 1, 0xdf299c9b, 7, 0, 3, 4, 20, 0, 0, NULL}
#define SECONDARY {1, 1, 0x61ff3cfd, 7, 16, 3, 4, 20, 0, 0, NULL}
#define FAR       {2, 1, 0x79f5da16, 7, 32, 3, 4, 20, 0, 0, NULL}
#define BROKEN    {0, 1, 0xdf299c9a, 7, 0, 3, 4, 20, 0, 0, NULL}
#define REGULAR_1 {0, 2, 0x2deabdea, 7, 0, 3, 4, 20, 1, 2, "set"}
#define REGULAR_2 {1, 2, 0x933c1d8c, 7, 16, 3, 4, 20, 1, 2, "set"}
#define MEMBER    {0, 2, 0x63e2e366, 0, 64, 0, 0, 0, 1, 3, "set"}

static const struct {
	struct sb sb[2];    /* on the first device; version 0: none */
	struct sb member;   /* on the second one */
	struct line_case lc;
	uint64_t len;       /* that the line gets, where it is taken */
} metadata[] = {
	{{PRIMARY, SECONDARY}, {0}, {"6.12", "0 1 zoned z", NULL, NULL, "z"}, 20 * ZONE},
	{{PRIMARY}, {0}, {"6.12", "0 1 zoned z", NULL, NULL, "z"}, 20 * ZONE},
	{{PRIMARY, SECONDARY}, {0}, {"5.4", "0 4096 zoned z", NULL, NULL, "z"}, 20 * ZONE},
	{{{0, 1, 0xb19b9ad5, 7, 0, 3, 4, 26, 0, 0, NULL}}, {0},
	 {"6.12", "0 1 zoned z", NULL, NULL, NULL}, 26 * ZONE},
	/* The checksum is seeded with 32 bits of the generation. */
	{{{0, 1, 0xbdd3cfaa, (UINT64_C(1) << 32) + 9, 0, 3, 4, 20, 0, 0, NULL}}, {0},
	 {"6.12", "0 1 zoned z", NULL, NULL, NULL}, 20 * ZONE},
	{{{0, 2, 0x82a6544, 7, 0, 3, 4, 20, 1, 2, NULL}}, {0},
	 {"6.12", "0 1 zoned z", NULL, NULL, NULL}, 20 * ZONE},
	{{{0, 2, 0x82a6544, 7, 0, 3, 4, 20, 1, 2, NULL}}, {0},
	 {"5.4", "0 4096 zoned z", META, "zoned.metadata", NULL}, 0},
	/* One bad superblock alone: the search for another ends in the crash. */
	{{BROKEN}, {0}, {"6.12", "0 1 zoned z", "", CRASH, NULL}, 0},
	{{BROKEN}, {0}, {"5.4", "0 4096 zoned z", META, NULL, NULL}, 0},
	{{{0, 1, 0xfef8f6af, 7, 0, 3, 4, 27, 0, 0, NULL}}, {0}, {"6.12", "0 1 zoned z", "", CRASH, NULL}, 0},
	{{{0, 1, 0xde3bcb7d, 7, 0, 3, 0, 20, 0, 0, NULL}}, {0}, {"6.12", "0 1 zoned z", "", CRASH, NULL}, 0},
	{{{0, 1, 0xb0e6b674, 7, 0, 0, 4, 20, 0, 0, NULL}}, {0}, {"6.12", "0 1 zoned z", "", CRASH, NULL}, 0},
	{{{0, 1, 0x61ff3cfd, 7, 16, 3, 4, 20, 0, 0, NULL}}, {0}, {"6.12", "0 1 zoned z", "", CRASH, NULL}, 0},
	{{{0, 3, 0xf8d0cea7, 7, 0, 3, 4, 20, 0, 0, NULL}}, {0}, {"6.12", "0 1 zoned z", "", CRASH, NULL}, 0},
	{{{0, 2, 0xf72c9c64, 7, 0, 3, 4, 20, 0, 2, NULL}}, {0}, {"6.12", "0 1 zoned z", "", CRASH, NULL}, 0},
	/* The second one saves it in the next zone alone. */
	{{BROKEN, SECONDARY}, {0}, {"6.12", "0 1 zoned z", NULL, NULL, NULL}, 20 * ZONE},
	{{BROKEN, FAR}, {0}, {"6.12", "0 1 zoned z", META, "zoned.metadata", NULL}, 0},
	{{REGULAR_1, REGULAR_2}, MEMBER,
	 {"6.12", "0 1 zoned r z", NULL, NULL, "r z"}, 20 * ZONE},
	/* The disk of another set, one that stood elsewhere, and one without a superblock. */
	{{REGULAR_1, REGULAR_2}, {0, 2, 0xf6113362, 0, 64, 0, 0, 0, 9, 3, "set"},
	 {"6.12", "0 1 zoned r z", META, "zoned.metadata", NULL}, 0},
	{{REGULAR_1, REGULAR_2}, {0, 2, 0xf52b683d, 0, 0, 0, 0, 0, 1, 3, "set"},
	 {"6.12", "0 1 zoned r z", META, "zoned.metadata", NULL}, 0},
	{{REGULAR_1, REGULAR_2}, {0}, {"6.12", "0 1 zoned r z", META, "zoned.metadata", NULL}, 0},
};

START_TEST(superblocks)
{
	bool several = strstr(metadata[_i].lc.table, "r z");
	const struct line *line;
	struct line_ctx c;
	struct lines l;

	devices(&l);
	for (size_t i = 0; i < 2 && metadata[_i].sb[i].version; i++)
		put_sb(find(&l, several ? "r" : "z"), &metadata[_i].sb[i]);
	if (metadata[_i].member.version)
		put_sb(find(&l, "z"), &metadata[_i].member);
	line_case_play(&l, &metadata[_i].lc);
	if (!metadata[_i].lc.refused) {
		line = &l.table.lines[0];
		c = (struct line_ctx){.nr_sectors = line->nr_sectors};
		ck_assert_uint_eq(line->target->real_len(&c, line->params), metadata[_i].len);
		ck_assert_uint_eq(line->target->natural_len(line->params), metadata[_i].len);
	}
	lines_release(&l);
}
END_TEST

/* What cannot be read, or whose zones are not known, is not judged; the length is whole zones. */
START_TEST(unknown)
{
	const struct line *line;
	struct line_ctx c;
	struct lines l;

	devices(&l);
	l.devices[0].read = NULL;
	ck_assert(lines_load(&l, "0 77 zoned z"));
	line = &l.table.lines[0];
	c = (struct line_ctx){.nr_sectors = 77};
	ck_assert_uint_eq(line->target->real_len(&c, line->params), ZONE);
	ck_assert_uint_eq(line->target->natural_len(line->params), 0);
	l.devices[1].zone_sectors = 0;
	ck_assert(lines_load(&l, "0 8 zoned y"));
	l.devices[3].flags &= ~(unsigned)BLKDEV_LIMITS_KNOWN;
	ck_assert(lines_load(&l, "0 8 zoned r"));
	lines_release(&l);
}
END_TEST

/* dmz_status(): a disk alone, with a cache, two with a cache; version 1.0.0 printed nothing. */
START_TEST(status)
{
	static const char *const known[] = {
		"32 zones 0/0 cache 3/4 random 20/26 sequential",
		"36 zones 1/2 cache 0/0 random 20/26 sequential",
		"68 zones 1/2 cache 0/0 random 20/26 sequential 3/3 random 4/5 sequential",
		"",
	};
	struct lines l;

	lines_init(&l, "6.12");
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		ck_assert_pstr_eq(lines_status(&l, "zoned", known[i]), known[i]);
	ck_assert_ptr_null(lines_status(&l, "zoned", "32 zones 0/0 cache 3/4 random"));
	ck_assert_ptr_null(lines_status(&l, "zoned", "32 zones 0 cache"));
	lines_release(&l);
}
END_TEST

Suite *suite_targets_zoned(void);

Suite *suite_targets_zoned(void)
{
	Suite *s = suite_create("targets/zoned");
	TCase *tc = tcase_create("zoned");

	tcase_add_loop_test(tc, order, 0, ARRAY_SIZE(orders));
	tcase_add_loop_test(tc, superblocks, 0, ARRAY_SIZE(metadata));
	tcase_add_test(tc, unknown);
	tcase_add_test(tc, status);
	suite_add_tcase(s, tc);
	return s;
}
