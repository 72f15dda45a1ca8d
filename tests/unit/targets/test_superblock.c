/*
 * First blocks of persistent-data metadata (tests/data/metadata/README), as they are and
 * changed with a new checksum. Expectations were read off sb_check(), __open_metadata() and
 * the preresume functions of Linux 6.12.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc32c.h"
#include "lines.h"

#define BLOCK 4096

static struct lines l;

static void setup(void)
{
	static const char *const data[] = {"d", "e"};

	lines_init(&l, "6.12");
	lines_device(&l, "m", 65536);
	for (int i = 0; i < 2; i++) {
		struct blkdev *d = lines_device(&l, data[i], 8);

		d->nr_sectors = 32000000; /* nobody reads it */
		d->read = NULL;
	}
}

static void teardown(void)
{
	lines_release(&l);
}

static void load_block(const char *kind, uint8_t *to)
{
	FILE *f = fopen(TESTS_DIR "/data/metadata/superblocks.txt", "r");
	char name[16], text[801];
	unsigned byte;

	ck_assert_ptr_nonnull(f);
	do
		ck_assert_int_eq(fscanf(f, "%15s %800s", name, text), 2);
	while (strcmp(name, kind));
	fclose(f);
	for (size_t i = 0; text[2 * i]; i++) {
		ck_assert_int_eq(sscanf(text + 2 * i, "%2x", &byte), 1);
		to[i] = (uint8_t)byte;
	}
}

static void sign(uint8_t *block, uint32_t salt)
{
	uint32_t crc = crc32c(~0u, block + 4, BLOCK - 4) ^ salt;

	for (int i = 0; i < 4; i++)
		block[i] = (uint8_t)(crc >> 8 * i);
}

#define THIN 160774
#define CACHE 9031977
#define ERA 146538381
#define CLONE 257649492

static const struct {
	const char *kind;
	unsigned offset; /* a byte that is changed; 0: none */
	uint8_t value;
	struct line_case lc;
} cases[] = {
#define POOL "0 5120000 thin-pool m d 128 0"
#define CACHED "0 1280000 cache m d e 128 1 metadata2 smq 0"
	{"thin", 0, 0, {"6.12", POOL, NULL, NULL, NULL}},
	{"thin", 0, 0, {"6.12", "0 6400000 thin-pool m d 128 0", NULL, NULL, NULL}},
	{"thin", 0, 0, {"6.12", "0 5119999 thin-pool m d 128 0", "", "metadata.device-shrunk", NULL}},
	{"thin", 193, 0x20, {"6.12", POOL, NULL, NULL, NULL}},       /* 8192 blocks: all of m */
	{"thin", 193, 0x21, {"6.12", POOL, "", "metadata.device-shrunk", NULL}},
	{"thin", 0, 0, {"6.12", "0 5120000 thin-pool m d 256 0", "Error creating metadata object", "metadata.other-geometry", NULL}},
	{"thin", 360, 1, {"6.12", POOL, "Error creating metadata object", "metadata.not-known", NULL}},
	{"thin", 356, 1, {"6.12", POOL, "Error creating metadata object", "metadata.not-known", NULL}},
	{"thin", 4, 1, {"6.12", POOL, NULL, NULL, NULL}},            /* needs a check: becomes read-only */
	{"thin", 8, 1, {"6.12", POOL, "Error creating metadata object", "metadata.not-usable", NULL}},
	{"cache", 0, 0, {"6.12", CACHED, NULL, NULL, NULL}},
	{"cache", 0, 0, {"6.12", "0 1280000 cache m d e 128 0 smq 0", NULL, "cache.metadata-version", NULL}},
	{"cache", 40, 3, {"6.12", CACHED, "Error creating metadata object", "metadata.not-known", NULL}},
	{"cache", 4, 2,
	 {"6.12", CACHED, "Unable to get write access to metadata, please check/repair metadata.", "metadata.needs-check",
	  NULL}},
	{"era", 0, 0, {"6.12", "0 1280000 era m d 128", NULL, NULL, NULL}},
	{"era", 40, 2, {"6.12", "0 1280000 era m d 128", "Error reading metadata", "metadata.not-known", NULL}},
	{"clone", 0, 0, {"6.12", "0 19199978 clone m d e 64 0 0", NULL, NULL, NULL}},
	{"clone", 0, 0, {"6.12", "0 19199970 clone m d e 64 0 0", "Failed to load metadata", "metadata.other-geometry", NULL}},
	{"clone", 40, 2, {"6.12", "0 19199978 clone m d e 64 0 0", "Failed to load metadata", "metadata.not-known", NULL}},
};

START_TEST(superblocks)
{
	static const struct {
		const char *kind;
		uint32_t salt;
	} salts[] = {{"thin", THIN}, {"cache", CACHE}, {"era", ERA}, {"clone", CLONE}};
	uint8_t *block = lines_content(&l.devices[0]);

	load_block(cases[_i].kind, block);
	for (size_t i = 0; cases[_i].offset && i < ARRAY_SIZE(salts); i++)
		if (!strcmp(salts[i].kind, cases[_i].kind)) {
			block[cases[_i].offset] = cases[_i].value;
			sign(block, salts[i].salt);
		}
	line_case_play(&l, &cases[_i].lc);
}
END_TEST

Suite *suite_targets_superblock(void);

Suite *suite_targets_superblock(void)
{
	Suite *s = suite_create("targets/superblock");
	TCase *tc = tcase_create("persistent data");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, superblocks, 0, sizeof(cases) / sizeof(*cases));
	suite_add_tcase(s, tc);
	return s;
}
