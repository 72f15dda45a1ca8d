/*
 * thin: a volume that takes its blocks from a pool. drivers/md/dm-thin.c.
 */
#include <string.h>

#include "targets/targets.h"

enum { POOL, ID, ORIGIN, SNAPSHOT_OF };

struct thin {
	uint64_t given;
	struct devref pool, origin, snapshot_of;
	uint64_t id;
};

static const struct word words[] = {
	[POOL] = {
		.kind = WORD_DEVICE, .flags = WORD_SHARED, WORD_FIELD(struct thin, pool), .key = "pool",
		.error = "Error opening pool device", .help = "the thin-pool volume",
	},
	[ID] = {
		.kind = WORD_U64, WORD_FIELD(struct thin, id), .num = NUM_K64, .max = 16777215, .key = "id",
		.error = "Invalid device id", .help = "number of the thin device in its pool",
	},
	[ORIGIN] = {
		.kind = WORD_DEVICE, .flags = WORD_TAIL | WORD_OPTIONAL | WORD_SHARED | WORD_READS,
		WORD_FIELD(struct thin, origin), .key = "origin", .error = "Error opening origin device",
		.help = "external origin: a device outside the pool that is read where nothing was written",
	},
	[SNAPSHOT_OF] = {
		.kind = WORD_DEVICE, .flags = WORD_OPTIONAL | WORD_LAYOUT_ONLY | WORD_SHARED | WORD_READS,
		WORD_FIELD(struct thin, snapshot_of), .key = "snapshot_of",
		.help = "thin volume of the same pool that this one is created as a snapshot of",
	},
	WORD_LAST,
};

static const struct finding_kind F_POOL = {
	"thin.no-pool", SEV_ERROR, BY_KERNEL, "the pool of a thin volume is no thin-pool",
	"A thin volume is loaded over an active thin-pool device.",
	"devices: {d: {file: d.img, size: 1MiB}}\nvolumes:\n  t: {target: thin, pool: d, id: 1, size: 1GiB}\n",
	"Name a volume whose target is thin-pool.",
};

static const struct finding_kind F_ORIGIN = {
	"thin.origin-is-pool", SEV_ERROR, BY_KERNEL, "pool and external origin are the same device",
	"The kernel compares the two words and refuses equal ones.",
	"volumes:\n  t: {target: thin, pool: p, id: 1, origin: p, size: 1GiB}\n",
	"Name the origin, or leave it out.",
};

static const struct finding_kind *const findings[] = {&F_POOL, &F_ORIGIN, NULL};

/* What the layout says of a device: 1 a pool, 0 something else, -1 not known. */
static int is_pool(const struct blkdev *dev)
{
	if (!dev->table || !dev->table->nr)
		return dev->table || (dev->flags & (BLKDEV_ABSENT | BLKDEV_NOT_BLOCK)) ? -1 : 0;
	return !strcmp(dev->table->lines[0].target->name, "thin-pool");
}

/* thin_ctr() */
static void check(const struct line_ctx *c, const void *params)
{
	const struct thin *p = params;

	if (blkdev_same(p->pool.dev, p->origin.dev))
		line_report(c, &F_ORIGIN, &words[ORIGIN], "Error setting origin device", "both are %s",
			    p->pool.dev->word);
	/* What a device of somebody else's is, its name does not tell. */
	if (is_pool(p->pool.dev) == 0 && (p->pool.dev->table || strncmp(p->pool.dev->word, "/dev/mapper/", 12)))
		line_report(c, &F_POOL, &words[POOL],
			    p->pool.dev->table ? "Couldn't find pool object" : "Couldn't get pool mapped device",
			    "%s is no thin-pool", p->pool.dev->name);
}

/* thin_iterate_devices(): all blocks of the pool, whatever the volume's length. */
static void areas(const struct line_ctx *c, const void *params, area_fn *fn, void *priv)
{
	const struct thin *p = params;
	const struct table *t = p->pool.dev->table;

	(void)c;
	if (t && t->nr && is_pool(p->pool.dev) == 1)
		fn(priv, &p->pool, &words[POOL], 0, t->lines[0].nr_sectors);
}

/* Over-provisioned: nothing underneath says how large it is. */
static uint64_t natural_len(const void *params)
{
	const struct thin *p = params;

	return given(p, SNAPSHOT_OF) && blkdev_size_known(p->snapshot_of.dev) ?
		       p->snapshot_of.dev->nr_sectors : 0;
}

static uint64_t thin_id(const struct blkdev *dev)
{
	return ((const struct thin *)dev->table->lines[0].params)->id;
}

/* The pool must know the device first. */
static void before_load(const struct emit_ctx *c, const void *params,
			void (*fn)(void *priv, const struct blkdev *to, const char *message,
				   const char *undo),
			void *priv)
{
	const struct thin *p = params;
	const struct blkdev *of = p->snapshot_of.dev;
	unsigned long long id = p->id;
	const char *message = of && of->table && of->table->nr ?
		arena_printf(c->arena, "create_snap %llu %llu", id, (unsigned long long)thin_id(of)) :
		arena_printf(c->arena, "create_thin %llu", id);

	fn(priv, p->pool.dev, message, arena_printf(c->arena, "delete %llu", id));
}

struct thin_status {
	uint64_t given;
	uint64_t mapped, highest;
};

static const struct word status[] = {
	{.kind = WORD_SIZE, .flags = WORD_BRIEF, .unit = 512, WORD_FIELD(struct thin_status, mapped), .key = "mapped",
	 .help = "what is mapped"},
	{.kind = WORD_U64, .flags = WORD_DASH, WORD_FIELD(struct thin_status, highest),
	 .key = "highest_mapped_sector", .help = "the last sector that is mapped"},
	WORD_LAST,
};

static const char *const states[] = {"Fail", "Error", "-", NULL};

const struct target target_thin = {
	.name = "thin",
	.summary = "a volume that takes its blocks from a pool when they are written",
	.description = "May be larger than the pool. Snapshots share blocks with their origin.",
	.words = words,
	.params_size = sizeof(struct thin),
	.count_error = "Invalid argument count",
	.status = status,
	.status_size = sizeof(struct thin_status),
	.states = states,
	.findings = findings,
	.example = "home: {target: thin, pool: pool, id: 1, size: 64MiB}\n",
	.check = check,
	.areas = areas,
	.natural_len = natural_len,
	.before_load = before_load,
};
