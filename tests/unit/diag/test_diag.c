#include <check.h>

#include "diag/diag.h"

static const struct finding_kind error = {"b.error", SEV_ERROR, BY_KERNEL, "", "", NULL, ""};
static const struct finding_kind warning = {"a.warning", SEV_WARNING, BY_ADVICE, "", "", NULL, ""};

START_TEST(sorted_and_joined)
{
	static const struct source src = {"s", "0123456789", 10};
	struct arena arena;
	struct diag d;

	arena_init(&arena);
	diag_init(&d, &arena);
	d.profile = "6.1";
	diag_add(&d, &error, (struct span){&src, 7, 1}, "late");
	diag_add(&d, &error, (struct span){&src, 3, 1}, "same");
	d.profile = "6.12";
	diag_add(&d, &error, (struct span){&src, 3, 1}, "same");
	d.profile = NULL;
	diag_add(&d, &warning, (struct span){&src, 3, 1}, "first by name");
	ck_assert_uint_eq(diag_errors(&d), 3);
	diag_sort(&d);
	ck_assert_uint_eq(d.findings.nr, 3);
	ck_assert_uint_eq(diag_errors(&d), 2);
	ck_assert_ptr_eq(d.findings.v[0].kind, &warning);
	ck_assert_str_eq(d.findings.v[1].profile, "6.1, 6.12");
	ck_assert_str_eq(d.findings.v[2].message, "late");
	diag_release(&d);
	arena_release(&arena);
}
END_TEST

START_TEST(bounded)
{
	struct arena arena;
	struct diag d;

	arena_init(&arena);
	diag_init(&d, &arena);
	d.max = 2;
	for (int i = 0; i < 5; i++)
		finding_fix(&d, diag_add(&d, &error, (struct span){0}, "%d", i), "do %d", i);
	ck_assert_uint_eq(d.findings.nr, 2);
	ck_assert_uint_eq(d.dropped, 3);
	ck_assert_uint_eq(diag_errors(&d), 5);
	diag_release(&d);
	arena_release(&arena);
}
END_TEST

START_TEST(positions)
{
	struct source src = {"s", "aé\nxyz", 7};

	ck_assert_uint_eq(source_position(&src, 0).column, 1);
	ck_assert_uint_eq(source_position(&src, 3).column, 3);
	ck_assert_uint_eq(source_position(&src, 5).line, 2);
	ck_assert_uint_eq(source_position(&src, 5).column, 2);
	ck_assert_uint_eq(source_position(&src, 99).line, 2);
}
END_TEST

Suite *suite_diag_diag(void);

Suite *suite_diag_diag(void)
{
	Suite *s = suite_create("diag/diag");
	TCase *tc = tcase_create("diag");

	tcase_add_test(tc, sorted_and_joined);
	tcase_add_test(tc, bounded);
	tcase_add_test(tc, positions);
	suite_add_tcase(s, tc);
	return s;
}
