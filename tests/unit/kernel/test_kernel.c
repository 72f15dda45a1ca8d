/* Profiles, against the versions that the kernels' sources declare. */
#include <check.h>
#include <string.h>

#include "../position.h"
#include "kernel/kernel.h"

static const struct {
	const char *kernel, *target;
	unsigned major, minor, patch;
} versions[] = {
	/* As `dmsetup targets` printed them on 6.12.117, 6.1.192 and 7.2.13. */
	{"6.12", "crypt", 1, 28, 0}, {"6.12", "integrity", 1, 14, 0}, {"6.12", "vdo", 9, 1, 0},
	{"6.1", "crypt", 1, 24, 0},  {"6.1", "cache", 2, 3, 0},      {"6.1", "thin-pool", 1, 22, 0},
	{"7.2", "verity", 1, 13, 0}, {"7.2", "inlinecrypt", 1, 0, 0}, {"5.4", "writecache", 1, 1, 1},
	/* As kernel.org's 4.18 and 6.6.17 declare them. */
	{"4.18", "raid", 1, 13, 2}, {"4.18", "writecache", 1, 1, 0}, {"6.6", "error", 1, 6, 0},
};

START_TEST(version)
{
	const struct kernel_profile *k = kernel_find(versions[_i].kernel);

	ck_assert_ptr_nonnull(k);
	ck_assert_uint_eq(kernel_target_version(k, versions[_i].target),
			  TARGET_VERSION(versions[_i].major, versions[_i].minor, versions[_i].patch));
}
END_TEST

START_TEST(absent)
{
	ck_assert_uint_eq(kernel_target_version(kernel_find("6.1"), "vdo"), 0);
	ck_assert_uint_eq(kernel_target_version(kernel_find("5.4"), "ebs"), 0);
	ck_assert_ptr_null(kernel_find("3.10"));
	ck_assert_ptr_null(kernel_find("6.123"));
	ck_assert_ptr_eq(kernel_find("6.12.117+deb12-amd64"), kernel_find("6.12"));
	ck_assert_str_eq(kernel_find("newest")->name, "7.2");
}
END_TEST

/* By version and by profile must say the same wherever a version is said to tell. */
START_TEST(versions_tell)
{
	size_t nr;
	const struct kernel_profile *k = kernel_profiles(&nr);

	for (int f = 1; f < KF_NR; f++) {
		const struct kernel_feature_info *info = kernel_feature_info((enum kernel_feature)f);

		for (size_t i = 0; info->by_version && i < nr; i++) {
			bool by_version = kernel_target_version(&k[i], info->target) >= info->version;

			ck_assert_msg(by_version == kernel_has(&k[i], (enum kernel_feature)f), "%s on %s", info->name,
				      k[i].name);
		}
	}
}
END_TEST

START_TEST(recorded)
{
	static const char text[] = "crypt            v1.24.0\nthin-pool        v1.22.0\nverity v1.9.0\n\n";
	struct source src = {"targets.txt", text, sizeof(text) - 1, false};
	const struct kernel_profile *k;
	struct arena arena;
	struct diag diag;

	arena_init(&arena);
	diag_init(&diag, &arena);
	k = kernel_profile_parse(&src, &arena, &diag);
	ck_assert_ptr_nonnull(k);
	ck_assert_uint_eq(k->nr_targets, 3);
	ck_assert(kernel_has(k, KF_CRYPT_NO_WORKQUEUE));
	ck_assert(!kernel_has(k, KF_CRYPT_HIGH_PRIORITY));
	ck_assert(!kernel_has(k, KF_VDO));
	diag_release(&diag);
	arena_release(&arena);
}
END_TEST

START_TEST(recorded_badly)
{
	static const char text[] = "crypt v1.24.0\ncrypt 1.24\nx v1.2\n";
	struct source src = {"targets.txt", text, sizeof(text) - 1, false};
	struct arena arena;
	struct diag diag;

	arena_init(&arena);
	diag_init(&diag, &arena);
	ck_assert_ptr_null(kernel_profile_parse(&src, &arena, &diag));
	ck_assert_uint_eq(diag.findings.nr, 2);
	ck_assert_uint_eq(position_of(&src, diag.findings.v[0].span.off).line, 2);
	diag_release(&diag);
	arena_release(&arena);
}
END_TEST

/* Releases between two known series, and outside all of them. */
START_TEST(nearest_release)
{
	ck_assert_str_eq(kernel_nearest("6.12.117+deb12-amd64")->name, "6.12");
	ck_assert_str_eq(kernel_nearest("6.1.0-40-amd64")->name, "6.1");
	ck_assert_str_eq(kernel_nearest("6.9.3")->name, "6.8");
	ck_assert_str_eq(kernel_nearest("4.4.0")->name, "4.18");
	ck_assert_str_eq(kernel_nearest("99.1")->name, kernel_find("newest")->name);
	ck_assert_str_eq(kernel_nearest("unknown")->name, kernel_find("newest")->name);
}
END_TEST

Suite *suite_kernel_kernel(void);

Suite *suite_kernel_kernel(void)
{
	Suite *s = suite_create("kernel/kernel");
	TCase *tc = tcase_create("kernel");

	tcase_add_loop_test(tc, version, 0, (int)(sizeof(versions) / sizeof(*versions)));
	tcase_add_test(tc, absent);
	tcase_add_test(tc, versions_tell);
	tcase_add_test(tc, recorded);
	tcase_add_test(tc, recorded_badly);
	tcase_add_test(tc, nearest_release);
	suite_add_tcase(s, tc);
	return s;
}
