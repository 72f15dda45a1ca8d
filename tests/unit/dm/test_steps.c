/* The fake against sessions recorded on real kernels (tests/data/ioctl/README). */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "dm/fake.h"
#include "play.h"
#include "targets/targets.h"

static int host_open(void *priv, dev_t dev, unsigned flags)
{
	return dm_fake_open(priv, dev, flags & OPEN_EXCL);
}

static void host_close(void *priv, dev_t dev, unsigned flags)
{
	dm_fake_close(priv, dev, flags & OPEN_EXCL);
}

static uint64_t host_sectors(void *priv, dev_t dev)
{
	return dm_fake_sectors(priv, dev);
}

static bool host_has_node(void *priv, dev_t dev)
{
	return dm_fake_has_node(priv, dev);
}

static const char *host_log(void *priv)
{
	return dm_fake_log(priv);
}

/* pool_find() of drivers/md/dm-thin.c: a pool is known by its metadata device. */
static int pool_of_same_devices(void *priv, const char *name, const struct dm_line *line,
				const char **reason)
{
	(void)priv;
	(void)name;
	if (strcmp(line->target, "thin-pool") || !strncmp(line->params, "7:1 ", 4))
		return 0;
	*reason = "different pool cannot replace a pool";
	return -EINVAL;
}

/* 6.1 behaves as the later kernels but for the steps that steps.c marks, and says so itself
 * (tests/kernel/dm_ioctl.c). */
static const struct {
	const char *kernel, *records;
	unsigned minor;
	size_t skipped;
} kernels[] = {{"6.12", "6.12", 48, 11}, {"7.2", "7.2", 50, 11}, {"6.1", "6.12", 47, 14}};

START_TEST(recorded)
{
	struct dm_fake_options o = {.targets = &targets_all, .kernel = kernel_find(kernels[_i].kernel),
				    .load = pool_of_same_devices};
	struct dm_fake *f = dm_fake_new(&o);
	struct play_host host = {false, host_open, host_close, host_sectors, host_has_node, host_log,
				 NULL, f};
	struct dm_options none = {.mangling = DM_MANGLE_NONE};
	struct play p = {.backend = dm_fake_backend(f), .host = &host, .major = 254, .minor = kernels[_i].minor,
			 .same_kernel = kernels[_i].minor >= 48};
	char path[512];

	p.dm = dm_new(p.backend, &none);
	for (unsigned i = 0; i < 3; i++)
		dm_fake_add_disk(f, NULL, makedev(7, i), 16384);
	snprintf(path, sizeof(path), TESTS_DIR "/data/ioctl/linux-%s.jsonl", kernels[_i].records);
	play_all(&p, path);
	ck_assert_uint_eq(p.differ, 0);
	ck_assert_uint_eq(p.played + p.skipped, 154);
	ck_assert_uint_eq(p.skipped, kernels[_i].skipped);
	dm_free(p.dm);
	dm_fake_free(f);
}
END_TEST

Suite *suite_dm_steps(void);

Suite *suite_dm_steps(void)
{
	Suite *s = suite_create("dm/steps");
	TCase *tc = tcase_create("steps");

	tcase_add_loop_test(tc, recorded, 0, ARRAY_SIZE(kernels));
	suite_add_tcase(s, tc);
	return s;
}
