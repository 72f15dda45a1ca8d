/*
 * delay, flakey, dust, ebs, log-writes: rules that the recorded tables do not reach.
 * Expectations were read off the constructors and status functions in dm-delay.c,
 * dm-flakey.c, dm-dust.c, dm-ebs-target.c and dm-log-writes.c of Linux 6.12; for 7.2, whose
 * flakey refuses more, off the error texts recorded there and the upstream dm-flakey.c of that time.
 */
#include <check.h>

#include "lines.h"

#define CORRUPT_W "5 corrupt_bio_byte 1 w 0 0"

static const struct line_case cases[] = {
	{"6.12", "0 1024 delay d 0 4294967295", NULL, NULL, "d 0 4294967295"},
	{"6.12", "0 1024 delay d 0 1 d 8 2 d 16 3", NULL, NULL, "d 0 1 d 8 2 d 16 3"},
	{"6.12", "0 1024 delay d 0 1 d 8", "Requires exactly 3, 6 or 9 arguments", NULL, NULL},
	{"6.12", "0 1024 delay", "Requires exactly 3, 6 or 9 arguments", NULL, NULL},
	{"6.12", "0 1024 delay d 0 1 d 8 2 d 16 -3", "Invalid delay", NULL, NULL},
	{"6.12", "0 1024 delay d 0 1 nowhere 8 2", "Device lookup failed", NULL, NULL},
	{"6.12", "0 1024 delay d 0 1 d 4000 2", "", NULL, NULL},

	{"6.12", "0 1024 flakey d 0 1", "Invalid argument count", NULL, NULL},
	{"6.12", "0 1024 flakey d 0 0 0", "Total (up + down) interval is zero", NULL, NULL},
	{"6.12", "0 1024 flakey d 0 2147483648 2147483648", "Total (up + down) interval is zero", NULL, NULL},
	{"6.12", "0 1024 flakey d 0 4294967295 2", "Interval overflow", NULL, NULL},
	/* Modulo 2^32, before anything is compared. */
	{"6.12", "0 1024 flakey d 0 4294967296 1", NULL, NULL, "d 0 0 1 2 error_reads error_writes"},
	{"6.12", "0 1024 flakey d 0 1 0 12", "Invalid number of feature args", NULL, NULL},
	{"6.1", "0 1024 flakey d 0 1 0 7 " CORRUPT_W, "Invalid number of feature args", NULL, NULL},
	{"6.12", "0 1024 flakey d 0 1 1 2 DROP_writes Error_Reads", NULL, NULL,
	 "d 0 1 1 2 error_reads drop_writes"},
	{"6.12", "0 1024 flakey d 0 1 1 2 drop_writes error_writes",
	 "Feature error_writes conflicts with feature drop_writes", "target.conflict", NULL},
	{"6.12", "0 1024 flakey d 0 1 1 5 corrupt_bio_byte 1 W 255 4294967295 more words", NULL,
	 "target.words-ignored", "d 0 1 1 5 corrupt_bio_byte 1 w 255 4294967295"},
	{"6.12", "0 1024 flakey d 0 1 1 5 corrupt_bio_byte 0 r 0 0", "Invalid corrupt bio byte", NULL, NULL},
	{"6.12", "0 1024 flakey d 0 1 1 1 corrupt_bio_byte", "Feature corrupt_bio_byte requires parameters",
	 NULL, NULL},
	{"6.12", "0 1024 flakey d 0 1 1 1 random_read_corrupt 5",
	 "Feature random_read_corrupt requires a parameter", NULL, NULL},
	{"6.12", "0 1024 flakey d 0 1 1 10 corrupt_bio_byte 1 w 0 0 corrupt_bio_byte 2 r 3 4", NULL, NULL,
	 "d 0 1 1 5 corrupt_bio_byte 2 r 3 4"},
	{"7.2", "0 1024 flakey d 0 1 1 10 corrupt_bio_byte 1 w 0 0 corrupt_bio_byte 2 r 3 4",
	 "Feature corrupt_bio_byte duplicated", NULL, NULL},
	{"7.2", "0 1024 flakey d 0 1 1 4 random_read_corrupt 1 Random_Read_corrupt 2",
	 "Feature random_read_corrupt duplicated", NULL, NULL},
	{"7.2", "0 1024 flakey d 0 1 1 4 random_read_corrupt 0 random_read_corrupt 2", NULL, NULL,
	 "d 0 1 1 2 random_read_corrupt 2"},
	/* A chance of 0 is as if it were not there. */
	{"6.12", "0 1024 flakey d 0 1 1 2 random_read_corrupt 0", NULL, NULL,
	 "d 0 1 1 2 error_reads error_writes"},
	{"7.2", "0 1024 flakey d 0 1 1 3 error_reads random_read_corrupt 0", NULL, NULL,
	 "d 0 1 1 1 error_reads"},
	{"6.12", "0 1024 flakey d 0 1 1 3 error_reads random_read_corrupt 1", NULL, NULL,
	 "d 0 1 1 3 error_reads random_read_corrupt 1"},
	{"7.2", "0 1024 flakey d 0 1 1 3 error_reads random_read_corrupt 1",
	 "error_reads is incompatible with random_read_corrupt or corrupt_bio_byte with the READ flag set",
	 "target.conflict", NULL},
	{"6.12", "0 1024 flakey d 0 1 1 6 error_reads corrupt_bio_byte 1 r 0 0", NULL, NULL, NULL},
	{"7.2", "0 1024 flakey d 0 1 1 6 error_reads corrupt_bio_byte 1 r 0 0",
	 "error_reads is incompatible with random_read_corrupt or corrupt_bio_byte with the READ flag set",
	 NULL, NULL},
	{"7.2", "0 1024 flakey d 0 1 1 6 error_reads corrupt_bio_byte 1 w 0 0", NULL, NULL,
	 "d 0 1 1 6 error_reads corrupt_bio_byte 1 w 0 0"},
	{"6.12", "0 1024 flakey d 0 1 1 3 error_writes random_write_corrupt 1", NULL, NULL, NULL},
	{"7.2", "0 1024 flakey d 0 1 1 3 error_writes random_write_corrupt 1",
	 "error_writes is incompatible with random_write_corrupt or corrupt_bio_byte with the WRITE flag set",
	 NULL, NULL},
	{"6.12", "0 1024 flakey d 0 1 1 6 error_writes corrupt_bio_byte 1 w 0 0",
	 "error_writes is incompatible with corrupt_bio_byte with the WRITE flag set", NULL, NULL},
	{"6.1", "0 1024 flakey d 0 1 1 1 drop_writes", NULL, NULL, "d 0 1 1 1 drop_writes "},
	{"6.1", "0 1024 flakey d 0 1 1 6 error_writes corrupt_bio_byte 1 r 0 0", NULL, NULL,
	 "d 0 1 1 6 error_writes corrupt_bio_byte 1 r 0 0 "},

	{"6.12", "0 1024 dust d 0 512", NULL, NULL, "d 0 512"},
	{"6.12", "0 1024 dust d 0 524288", NULL, NULL, "d 0 524288"},
	{"6.12", "0 1024 dust d 0 1048576", "Block size is too large", "dust.block-size", NULL},
	{"6.12", "0 1024 dust d 0 0", "Invalid block size parameter", NULL, NULL},
	{"6.12", "0 1024 dust d 0 4294967296", "Invalid block size parameter", NULL, NULL},
	{"6.12", "0 1024 dust d 0 256", "Block size must be at least 512", NULL, NULL},
	{"6.12", "0 1024 dust d 0 1536", "Block size must be a power of 2", NULL, NULL},
	{"6.12", "0 1024 dust d -1 512", "Invalid device offset sector", NULL, NULL},
	{"6.12", "0 1024 dust d 0 512 x", "Invalid argument count", NULL, NULL},
	{"4.18", "0 1024 dust d 0 512", "unknown target type", "target.no-such-target", NULL},

	{"6.12", "0 1024 ebs d 0 8", NULL, NULL, "d 0 8"},
	{"6.12", "0 1024 ebs d 8 1 8", NULL, NULL, "d 8 1 8"},
	{"6.12", "0 1024 ebs d 8 1 16", "Device offset must be multiple of underlying block size",
	 "ebs.offset", NULL},
	{"6.12", "0 1024 ebs k 4 1", "Device offset must be multiple of underlying block size", NULL, NULL},
	{"6.12", "0 1024 ebs k 8 1 2", NULL, "ebs.block-below-device", "k 8 1 2"},
	{"6.12", "0 1024 ebs d 0 16", "Invalid emulated block size", NULL, NULL},
	{"6.12", "0 1024 ebs d 0 3", "Invalid emulated block size", NULL, NULL},
	{"6.12", "0 1024 ebs d 0 0 8", "Invalid emulated block size", NULL, NULL},
	{"6.12", "0 1024 ebs d 0 65537", NULL, NULL, "d 0 1"}, /* modulo 2^16 */
	{"6.12", "0 1024 ebs d 0 1 12", "Invalid underlying block size", NULL, NULL},
	{"6.12", "0 1024 ebs d 0", "Invalid argument count", NULL, NULL},
	{"6.12", "0 1024 ebs d 0 1 8 9", "Invalid argument count", NULL, NULL},
	/* The hint lowers the block size of the table: lengths of 512 bytes on a disk of 4096. */
	{"6.12", "0 1017 ebs k 0 1 8", NULL, NULL, NULL},
	{"6.12", "0 1017 ebs d 0 8", "", NULL, NULL},

	{"6.12", "0 1024 log-writes d", "Invalid argument count", NULL, NULL},
	{"6.12", "0 1024 log-writes d nowhere", "Log device lookup failed", NULL, NULL},
	{"6.12", "0 1024 log-writes d k and more", NULL, "target.words-ignored", "d k"},
	{"6.12", "0 1024 log-writes d d", NULL, "log-writes.same-device", "d d"},
	{"6.12", "0 4097 log-writes d k", "", NULL, NULL},
};

START_TEST(constructor)
{
	struct lines l;

	lines_init(&l, "6.12");
	lines_device(&l, "d", 4096);
	lines_device(&l, "k", 4096)->logical_block_size = 4096;
	line_case_play(&l, &cases[_i]);
	lines_release(&l);
}
END_TEST

static const struct {
	const char *target, *text;
	bool known;
} statuses[] = {
	{"delay", "0 3 1", true},
	{"delay", "0 3", false},
	{"flakey", "", true},
	{"dust", "7:0 bypass verbose", true},
	{"dust", "7:0 fail_read_on_bad_block quiet", true},
	{"dust", "7:0 fail quiet", false},
	{"log-writes", "0 0", true},
	{"log-writes", "12 4095 logging_disabled", true},
	{"log-writes", "12 4095 disabled", false},
	{"ebs", "", true},
	{"ebs", "1", false},
};

START_TEST(status)
{
	const char *again;
	struct lines l;

	lines_init(&l, "6.12");
	again = lines_status(&l, statuses[_i].target, statuses[_i].text);
	if (statuses[_i].known)
		ck_assert_pstr_eq(again, statuses[_i].text);
	else
		ck_assert_ptr_null(again);
	lines_release(&l);
}
END_TEST

Suite *suite_targets_faults(void);

Suite *suite_targets_faults(void)
{
	Suite *s = suite_create("targets/faults");
	TCase *tc = tcase_create("faults");

	tcase_add_loop_test(tc, constructor, 0, ARRAY_SIZE(cases));
	tcase_add_loop_test(tc, status, 0, ARRAY_SIZE(statuses));
	suite_add_tcase(s, tc);
	return s;
}
