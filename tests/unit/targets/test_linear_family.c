/*
 * linear, striped, unstriped, switch, zero, error: rules that the recorded tables do not
 * reach. Expectations were read off the constructors in dm-linear.c, dm-stripe.c,
 * dm-unstripe.c, dm-switch.c, dm-zero.c and dm-target.c of Linux 6.12.
 */
#include <check.h>

#include "lines.h"

static const struct line_case cases[] = {
	/* The stripe's number is compared one too high, and not at all with one stripe. */
	{"6.12", "0 1024 unstriped 1 64 9 d 0", NULL, "unstriped.stripe", "1 64 9 d 0"},
	{"6.12", "0 1024 unstriped 4 64 4 d 0", NULL, "unstriped.stripe", "4 64 4 d 0"},
	{"6.12", "0 1024 unstriped 4 64 5 d 0", "Please provide stripe between [0, # of stripes]", NULL, NULL},
	{"6.12", "0 1024 unstriped 0 64 0 d 0", "Invalid stripe count", NULL, NULL},
	{"6.12", "0 1024 unstriped 4 0 0 d 0", "Invalid chunk_size", NULL, NULL},
	{"6.12", "0 1000 unstriped 4 64 0 d 0", "Target length not divisible by chunk size", NULL, NULL},
	{"6.12", "0 1024 unstriped 4 64 0 d", "Invalid number of arguments", NULL, NULL},
	{"6.12", "0 1024 unstriped 4 +64 +0 d 0", NULL, NULL, "4 64 0 d 0"},
	/* 4096 sectors: 2 stripes of 2048 fit, 2112 do not unless the stripe is the first. */
	{"6.12", "0 2048 unstriped 2 64 1 d 0", NULL, NULL, NULL},
	{"6.12", "0 2112 unstriped 2 64 1 d 0", NULL, "unstriped.device-small", NULL},
	{"6.12", "0 64 unstriped 4294967295 64 4294967294 d 0", NULL, "unstriped.device-small", NULL},

	{"6.12", "0 1024 striped 2", "Not enough arguments", NULL, NULL},
	{"6.12", "0 1024 striped 2 64 d 0", "Not enough destinations specified", NULL, NULL},
	{"6.12", "0 1024 striped 1 64 d 0 d 0", "Not enough destinations specified", NULL, NULL},
	{"6.12", "0 1000 striped 3 8 d 0 d 0 d 0", "Target length not divisible by number of stripes", NULL, NULL},
	{"6.12", "0 1000 striped 2 64 d 0 d 512", "Target length not divisible by chunk size", NULL, NULL},
	{"6.12", "0 1536 striped 2 3 d 0 d 768", NULL, NULL, "2 3 d 0 d 768"},
	{"6.12", "0 1024 striped 2 1 k 0 k 512", NULL, "striped.chunk-below-block", NULL},

	{"6.12", "0 1024 switch 1 7 0 d 0", NULL, NULL, "1 7 0 d 0"},
	/* Numbers of dm_read_arg() are taken modulo 2^32. */
	{"6.12", "0 1024 switch 4294967297 7 00 d +3", NULL, NULL, "1 7 0 d 3"},
	{"6.12", "0 1024 switch", "Invalid number of paths", NULL, NULL},
	{"6.12", "0 1024 switch 0 7 0 d 0", "Invalid number of paths", NULL, NULL},
	{"6.12", "0 1024 switch 262142 7 0 d 0", "Invalid number of paths", NULL, NULL},
	{"6.12", "0 1024 switch 262141 7 0 d 0", "Incorrect number of path arguments", NULL, NULL},
	{"6.12", "0 1024 switch 1 0 0 d 0", "Invalid region size", NULL, NULL},
	{"6.12", "0 1024 switch 1 7 1 d 0", "Invalid number of optional args", NULL, NULL},
	{"6.12", "0 1024 switch 2 7 0 d 0 d", "Incorrect number of path arguments", NULL, NULL},
	{"6.12", "0 1024 switch 2 7 0 d 0 d 0 d", "Incorrect number of path arguments", NULL, NULL},
	{"6.12", "0 1024 switch 1 7 0 d 8x", "Invalid device starting offset", NULL, NULL},
	{"6.12", "0 1024 switch 1 7 0 d 18446744073709551616", "Invalid device starting offset", NULL, NULL},

	{"6.12", "0 1024 zero", NULL, NULL, ""},
	{"6.12", "0 1024 zero d", "No arguments required", NULL, NULL},

	/* Two words count from 6.8 on; any other number is ignored everywhere. */
	{"6.12", "0 1024 error", NULL, NULL, ""},
	{"6.12", "0 1024 error d", NULL, NULL, ""},
	{"6.12", "0 1024 error nowhere", NULL, NULL, ""},
	{"6.12", "0 1024 error d 0", NULL, NULL, ""},
	{"6.12", "0 1024 error d x", "Invalid device sector", NULL, NULL},
	{"6.12", "0 1024 error nowhere 0", "Device lookup failed", NULL, NULL},
	{"6.12", "0 1024 error d 4000", "", "area.too-small", NULL},
	{"6.12", "0 1024 error d x y", NULL, NULL, ""},
	{"6.1", "0 1024 error nowhere x", NULL, NULL, ""},
	{"6.1", "0 1024 error d 4000", NULL, NULL, ""},
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

static uint64_t room(struct lines *l, const char *table)
{
	const struct line *line;

	ck_assert(lines_load(l, table));
	line = &l->table.lines[0];
	return line->target->natural_len(line->params);
}

/* What is left of the device that has least, in whole chunks. */
START_TEST(natural_length)
{
	struct lines l;

	lines_init(&l, "6.12");
	lines_device(&l, "d", 4096);
	lines_device(&l, "e", 3000);
	ck_assert_uint_eq(room(&l, "0 64 striped 2 32 d 0 e 8"), 2 * (2992 / 32 * 32));
	ck_assert_uint_eq(room(&l, "0 64 unstriped 3 32 0 e 8"), 2992 / 3 / 32 * 32);
	ck_assert_uint_eq(room(&l, "0 64 switch 2 32 0 d 0 e 8"), 2992);
	ck_assert_uint_eq(room(&l, "0 64 error d 96"), 4000);
	ck_assert_uint_eq(room(&l, "0 64 error"), 0);
	ck_assert_uint_eq(room(&l, "0 64 zero"), 0);
	lines_release(&l);
}
END_TEST

START_TEST(status)
{
	struct lines l;

	lines_init(&l, "6.12");
	ck_assert_str_eq(lines_status(&l, "striped", "2 7:0 7:1 1 AD"), "2 7:0 7:1 1 AD");
	ck_assert_ptr_null(lines_status(&l, "striped", "2 7:0 7:1 2 AD"));
	ck_assert_str_eq(lines_status(&l, "linear", ""), "");
	lines_release(&l);
}
END_TEST

Suite *suite_targets_linear_family(void);

Suite *suite_targets_linear_family(void)
{
	Suite *s = suite_create("targets/linear_family");
	TCase *tc = tcase_create("linear_family");

	tcase_add_loop_test(tc, constructor, 0, ARRAY_SIZE(cases));
	tcase_add_test(tc, natural_length);
	tcase_add_test(tc, status);
	suite_add_tcase(s, tc);
	return s;
}
