/* pdata/refmap.h: counts below and above what a byte holds, and sums of two maps. */
#include "pdata/refmap.h"

#include <check.h>

Suite *suite_pdata_refmap(void);

static void add(struct refmap *m, uint64_t block, unsigned n)
{
	while (n--)
		refmap_inc(m, block);
}

START_TEST(high_counts)
{
	struct refmap m;

	ck_assert_int_eq(refmap_init(&m, 1000), 0);
	for (uint64_t block = 0; block < 1000; block++)
		add(&m, block, (unsigned)block);
	for (uint64_t block = 0; block < 1000; block++)
		ck_assert_uint_eq(refmap_get(&m, block), block);
	refmap_release(&m);
}
END_TEST

START_TEST(merged)
{
	static const unsigned a[] = {0, 0, 3, 100, 100, 200, 255, 256, 1000, 1, 0, 127},
			      b[] = {0, 7, 4, 100, 200, 100, 255, 0, 1000, 0, 254, 127};
	struct refmap x, y;
	size_t nr = sizeof(a) / sizeof(*a);

	ck_assert_int_eq(refmap_init(&x, nr), 0);
	ck_assert_int_eq(refmap_init(&y, nr), 0);
	for (size_t i = 0; i < nr; i++) {
		add(&x, i, a[i]);
		refmap_set(&y, i, b[i]);
	}
	refmap_merge(&x, &y);
	for (size_t i = 0; i < nr; i++)
		ck_assert_uint_eq(refmap_get(&x, i), a[i] + b[i]);
	refmap_release(&x);
	refmap_release(&y);
}
END_TEST

/* Claims of a space map cost address space only. */
START_TEST(huge)
{
	struct refmap m;

	ck_assert_int_eq(refmap_init(&m, (uint64_t)1 << 36), 0);
	ck_assert_uint_eq(refmap_inc(&m, ((uint64_t)1 << 36) - 1), 0);
	ck_assert_uint_eq(refmap_get(&m, ((uint64_t)1 << 36) - 1), 1);
	refmap_release(&m);
}
END_TEST

Suite *suite_pdata_refmap(void)
{
	Suite *s = suite_create("pdata/refmap");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, high_counts);
	tcase_add_test(tc, merged);
	tcase_add_test(tc, huge);
	suite_add_tcase(s, tc);
	return s;
}
