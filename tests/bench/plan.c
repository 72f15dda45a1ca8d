/*
 * Plans against many running devices, on a device-mapper in memory: seconds, and requests for
 * each volume that is created.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "compile/check.h"
#include "dm/fake.h"
#include "plan/apply.h"
#include "targets/targets.h"

#define DISK makedev(8, 0)

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* `nr` volumes named PREFIX0 …, of 8 sectors each. */
static char *layout_text(const char *prefix, unsigned nr)
{
	struct strbuf b = STRBUF_INIT;

	strbuf_adds(&b, "dmc: 1\nname: b\ndevices: {d: {dev: \"8:0\", size: 1TiB}}\nvolumes:\n");
	for (unsigned i = 0; i < nr; i++)
		strbuf_addf(&b, "  %s%u: {target: linear, device: d, offset: %us, size: 8s}\n", prefix, i, 8 * i);
	return b.buf;
}

struct run {
	struct arena arena;
	struct diag diag;
	struct source src;
	struct layout layout;
	struct running running;
	struct plan plan;
	struct dm *dm;
};

static void begin(struct run *r, struct dm_fake *f, const char *text)
{
	static const struct plan_options none;
	struct layout_options lo = {.targets = &targets_all, .no_devices = true};

	memset(r, 0, sizeof(*r));
	arena_init(&r->arena);
	diag_init(&r->diag, &r->arena);
	r->src = (struct source){"bench.yaml", text, strlen(text), false};
	r->dm = dm_new(dm_fake_backend(f), NULL);
	if (layout_load(&r->layout, &r->src, &lo, &r->arena, &r->diag) ||
	    running_read(&r->running, r->dm, &r->arena, &r->diag) ||
	    plan_make(&r->plan, &r->layout, &r->running, &none, &r->diag) || diag_errors(&r->diag)) {
		fprintf(stderr, "the plan failed: %s\n", r->diag.findings.nr ? r->diag.findings.v[0].message : "?");
		exit(1);
	}
}

static void end(struct run *r)
{
	plan_release(&r->plan);
	running_release(&r->running);
	dm_free(r->dm);
	layout_release(&r->layout);
	diag_release(&r->diag);
	arena_release(&r->arena);
}

static void measure(struct dm_fake *f, const char *what, const char *prefix, unsigned nr, bool apply)
{
	char *text = layout_text(prefix, nr);
	double start = now();
	struct run r;

	begin(&r, f, text);
	printf("%-52s %8.3f s %8zu steps\n", what, now() - start, r.plan.steps.nr);
	if (apply) {
		struct apply_options o = {.dm = r.dm};
		size_t before = dm_fake_requests(f, DM_DEV_CREATE_CMD) + dm_fake_requests(f, DM_TABLE_LOAD_CMD) +
				dm_fake_requests(f, DM_FAKE_RESUME), after;

		start = now();
		if (plan_apply(&r.plan, &o, &r.diag))
			exit(1);
		after = dm_fake_requests(f, DM_DEV_CREATE_CMD) + dm_fake_requests(f, DM_TABLE_LOAD_CMD) +
			dm_fake_requests(f, DM_FAKE_RESUME);
		printf("%-52s %8.3f s %8.2f requests a volume\n", "apply it", now() - start,
		       (double)(after - before) / nr);
	}
	end(&r);
	free(text);
}

int main(void)
{
	struct dm_fake_options o = {.targets = &targets_all, .kernel = kernel_find("6.12")};
	struct dm_fake *f = dm_fake_new(&o);

	dm_fake_add_disk(f, NULL, DISK, UINT64_C(1) << 31);
	dm_fake_populate(f, 10000, "other", "LVM-", DISK);
	measure(f, "plan 1 volume, 10,000 other devices run", "one", 1, false);
	measure(f, "plan 10,000 new volumes, 10,000 other devices run", "v", 10000, true);
	measure(f, "plan 10,000 volumes that run, and 10,000 others", "v", 10000, false);
	dm_fake_free(f);
	return 0;
}
