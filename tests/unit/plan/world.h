/* A layout, a device-mapper in memory, and the plan between them. */
#ifndef UNIT_PLAN_WORLD_H
#define UNIT_PLAN_WORLD_H

#include <errno.h>
#include <sys/sysmacros.h>

#include "../test.h"
#include "dm/fake.h"
#include "plan/apply.h"

/* Disks: `a` is 8:0 and `b` is 8:16, of 64 MiB each; `o` is 254:1, whatever runs as that. */
#define DISK_A makedev(8, 0)
#define DISK_B makedev(8, 16)

#define SMALL                                                                                      \
	"  low: {target: linear, device: a, size: 8MiB}\n"                                         \
	"  high: {target: linear, device: low}\n"
#define LARGE                                                                                      \
	"  low: {target: linear, device: a, size: 16MiB}\n"                                        \
	"  high: {target: linear, device: low}\n"
#define POOL                                                                                       \
	"  meta: {target: linear, device: b, size: 4MiB}\n"                                        \
	"  pool: {target: thin-pool, metadata: meta, data: a, block_size: 64KiB, size: 64MiB}\n"   \
	"  t1: {target: thin, pool: pool, id: 1, size: 1GiB}\n"

/* A process that dies after `left` changes: nothing gets through any more. */
struct mortal {
	struct dm_backend backend;
	int left; /* -1: for ever */
	unsigned changes;
};

struct world {
	struct test t;
	struct arena arena;
	struct mortal mortal;
	struct dm *dm;
	struct running running;
	struct plan plan;
	struct plan_options o;
};

typedef int make_fn(struct plan *p, const struct layout *l, struct running *running,
		    const struct plan_options *o, struct diag *diag);

extern struct dm_fake *world_fake;
extern struct strbuf world_messages; /* what thin pools were told, a line each; id 7 is there already */

/* A fixture: the fake, made anew. */
void world_setup(void);
void world_teardown(void);

/* Loads the volumes and plans; forget it in every case. `o` may be NULL. */
void world_see(struct world *w, const char *volumes, const struct plan_options *o, make_fn *make);
void world_plan(struct world *w, const char *volumes);
int world_apply(struct world *w);
void world_forget(struct world *w);

/* "create v, load v, …": the steps in a line. */
const char *world_steps(struct world *w);
/* Everything the kernel would tell about every device; free it. */
char *world_everything(void);

/* Applies the layout, which must go well. */
void world_run(const char *volumes);
/* Nothing is left to do for the layout. */
void world_expect_settled(const char *volumes);

#endif
