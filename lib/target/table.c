/*
 * dm_table_add_target(), dm_calculate_queue_limits() and their helpers, drivers/md/dm-table.c.
 */
#include "target/table.h"

#include <string.h>

#include "base/size.h"
#include "target/params.h"
#include "target/table_internal.h"

#define MAX_DEVICE_SECTORS ((UINT64_MAX >> 1 >> 9))
#define MAX_TARGETS 1048576

static struct line_ctx line_ctx(const struct table_ctx *c, const struct table *t, size_t i)
{
	const struct line *l = &t->lines[i];

	return (struct line_ctx){
		.target = l->target,
		.kernel = c->kernel,
		.diag = c->diag,
		.arena = c->arena,
		.start_sectors = l->start_sectors,
		.nr_sectors = l->nr_sectors,
		.read_only = t->read_only,
		.index = i,
		.nr = t->nr,
		.subject = c->subject,
		.locate = c->locate,
		.where = c->where,
	};
}

/* ---- devices and areas of a line ---- */

static void row_devices(const struct word *rows, void *params, const struct word *repeat, size_t item,
			void (*fn)(void *, struct devref *, const struct word *, size_t,
				   const struct word *),
			void *priv)
{
	for (const struct word *row = rows; row->kind != WORD_END; row++) {
		if (row->kind == WORD_REPEAT) {
			struct repeat *rep = word_field(params, row, struct repeat);

			for (size_t i = 0; i < rep->nr; i++)
				row_devices(row->rows, repeat_item(rep, row, i), row, i, fn, priv);
		} else if (row->kind == WORD_STRUCT) {
			row_devices(row->rows, word_field(params, row, char), repeat, item, fn, priv);
		} else if (row->kind == WORD_DEVICE || row->kind == WORD_AREA) {
			struct devref *ref = word_field(params, row, struct devref);

			if (ref->dev)
				fn(priv, ref, repeat, item, row);
		}
	}
}

void line_devices(const struct line *l,
		  void (*fn)(void *priv, struct devref *ref, const struct word *repeat, size_t item,
			     const struct word *row),
		  void *priv)
{
	row_devices(l->target->words, l->params, NULL, 0, fn, priv);
}

struct default_areas {
	const struct line *l;
	area_fn *fn;
	void *priv;
};

static void default_area(void *priv, struct devref *ref, const struct word *repeat, size_t item,
			 const struct word *row)
{
	struct default_areas *d = priv;

	(void)repeat;
	(void)item;
	if (row->kind == WORD_AREA)
		d->fn(d->priv, ref, row, ref->start_sectors, d->l->nr_sectors);
}

void line_areas(const struct line_ctx *c, const struct line *l, area_fn *fn, void *priv)
{
	struct default_areas d = {l, fn, priv};

	if (l->target->areas)
		l->target->areas(c, l->params, fn, priv);
	else
		line_devices(l, default_area, &d);
}

/* ---- rules of dm_table_add_target() ---- */

static void check_line_place(const struct line_ctx *c, const struct table *t, uint64_t expected)
{
	unsigned flags = target_flags_on(c->target, c->kernel);

	if (c->index && (target_flags_on(t->lines[0].target, c->kernel) & TARGET_SINGLETON))
		line_report(c, &F_TABLE_SINGLETON, NULL, "target type must appear alone in table",
			    "a %s must be the only line of its table, and line %zu follows",
			    t->lines[0].target->name, c->index + 1);
	else if (c->index && (flags & TARGET_SINGLETON))
		line_report(c, &F_TABLE_SINGLETON, NULL,
			    "singleton target type must appear alone in table",
			    "a %s must be the only line of its table", c->target->name);
	if (!c->nr_sectors)
		line_report(c, &F_TABLE_ZERO_LENGTH, NULL, "zero-length target",
			    "line %zu has no length", c->index + 1);
	if (c->start_sectors + c->nr_sectors < c->start_sectors ||
	    c->start_sectors + c->nr_sectors > MAX_DEVICE_SECTORS)
		line_report(c, &F_TABLE_TOO_LARGE, NULL, "too large device",
			    "line %zu ends behind 8 EiB, the largest device", c->index + 1);
	if (c->start_sectors != expected)
		line_report(c, &F_TABLE_GAP, NULL, "Gap in table",
			    "line %zu starts at sector %llu, and the one before ends at %llu",
			    c->index + 1, (unsigned long long)c->start_sectors,
			    (unsigned long long)expected);
	if ((flags & TARGET_ALWAYS_WRITEABLE) && c->read_only)
		line_report(c, &F_TABLE_WRITABLE, NULL,
			    "target type may not be included in a read-only table",
			    "a %s cannot be in a read-only table", c->target->name);
	if ((flags & TARGET_READ_ONLY) && !c->read_only)
		line_report(c, &F_TABLE_READ_ONLY, NULL, "Device must be readonly",
			    "a %s must be in a read-only table", c->target->name);
	if ((flags & TARGET_AT_ZERO) && c->start_sectors)
		line_report(c, &F_TABLE_NOT_AT_ZERO, NULL, NULL,
			    "a %s at sector %llu of a table addresses its devices shifted by as much",
			    c->target->name, (unsigned long long)c->start_sectors);
}

static void check_immutable(const struct line_ctx *c, const struct table *t)
{
	bool first = target_flags_on(t->lines[0].target, c->kernel) & TARGET_IMMUTABLE;
	bool this = target_flags_on(c->target, c->kernel) & TARGET_IMMUTABLE;

	if (c->index && (first || this) && c->target != t->lines[0].target)
		line_report(c, &F_TABLE_IMMUTABLE, NULL,
			    "immutable target type cannot be mixed with other target types",
			    "a %s cannot be in one table with a %s", c->target->name,
			    t->lines[0].target->name);
}

static void check_target_exists(const struct line_ctx *c)
{
	const struct kernel_feature_info *f;
	struct finding *finding;

	if (kernel_target_version(c->kernel, c->target->name))
		return;
	f = kernel_feature_info(c->target->since);
	finding = line_report(c, &F_TARGET_SINCE, NULL, "unknown target type",
			      "Linux %s has no target '%s'", c->kernel->name, c->target->name);
	if (c->target->since)
		finding_fix(c->diag, finding, "it came with Linux %s", f->first);
}

/* ---- devices: open and claim ---- */

struct lookup {
	const struct line_ctx *c;
	const struct table_ctx *t;
};

static void check_lookup(void *priv, struct devref *ref, const struct word *repeat, size_t item,
			 const struct word *row)
{
	const struct lookup *l = priv;

	if (ref->dev->flags & BLKDEV_ABSENT)
		line_report_item(l->c, &F_DEVICE_ABSENT, repeat, item, row, row->error,
				 "%s: there is no device %s", row->key ? row->key : "device",
				 ref->dev->word);
	else if (ref->dev->flags & BLKDEV_NOT_BLOCK)
		line_report_item(l->c, &F_DEVICE_LOOKUP, repeat, item, row, row->error,
				 "%s: %s is not a block device", row->key ? row->key : "device",
				 ref->dev->word);
	else if (l->t->self && blkdev_same(l->t->self, ref->dev) &&
		 line_kernel_has(l->c, KF_SELF_REFERENCE_REFUSED))
		line_report_item(l->c, &F_DEVICE_SELF, repeat, item, row, row->error,
				 "%s: the table refers to its own device %s",
				 row->key ? row->key : "device", ref->dev->word);
}

/* ---- limits: dm_calculate_queue_limits() ---- */

struct stack {
	const struct line_ctx *c;
	struct limits l;
	bool check;
	bool any;
};

static uint32_t max32(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static void stack_limits(struct limits *to, const struct limits *l)
{
	to->logical_block_size = max32(to->logical_block_size, l->logical_block_size);
	to->physical_block_size = max32(to->physical_block_size, l->physical_block_size);
	to->io_min = max32(to->io_min, l->io_min);
	to->io_opt = max32(to->io_opt, l->io_opt);
	if (l->zoned && !to->zoned) {
		to->zoned = true;
		to->zone_sectors = l->zone_sectors;
	}
}

/* dm_set_device_limits() */
static void stack_area(void *priv, const struct devref *ref, const struct word *row, uint64_t start,
		       uint64_t nr)
{
	struct stack *s = priv;
	struct limits l = {.logical_block_size = 512};

	(void)row;
	(void)start;
	(void)nr;
	if (!ref->dev)
		return;
	l.logical_block_size = max32(ref->dev->logical_block_size, 512);
	l.physical_block_size = max32(ref->dev->physical_block_size, l.logical_block_size);
	l.io_min = l.physical_block_size;
	l.zoned = ref->dev->flags & BLKDEV_ZONED;
	l.zone_sectors = ref->dev->zone_sectors;
	stack_limits(&s->l, &l);
	s->any = true;
}

/* device_area_is_invalid() */
static void check_area(void *priv, const struct devref *ref, const struct word *row, uint64_t start,
		       uint64_t nr)
{
	const struct stack *s = priv;
	const struct blkdev *dev = ref->dev;
	uint64_t block = s->l.logical_block_size / 512;

	if (!dev || !blkdev_size_known(dev) || !dev->nr_sectors)
		return;
	if (start >= dev->nr_sectors || nr > dev->nr_sectors - start) {
		line_report(s->c, &F_AREA_TOO_SMALL, row, "too small for target",
			    "%s has %llu sectors; this needs %llu of them from sector %llu",
			    dev->name, (unsigned long long)dev->nr_sectors, (unsigned long long)nr,
			    (unsigned long long)start);
		return;
	}
	if ((dev->flags & BLKDEV_ZONED) && dev->zone_sectors &&
	    (start % dev->zone_sectors || nr % dev->zone_sectors))
		line_report(s->c, &F_AREA_ZONES, row, NULL,
			    "%s has zones of %llu sectors; start %llu and length %llu must be whole zones",
			    dev->name, (unsigned long long)dev->zone_sectors, (unsigned long long)start,
			    (unsigned long long)nr);
	if (block > 1 && (start % block || nr % block))
		line_report(s->c, &F_AREA_ALIGNMENT, row, "not aligned to h/w logical block size",
			    "%s: start %llu and length %llu must be multiples of %llu sectors, the logical "
			    "block size",
			    dev->name, (unsigned long long)start, (unsigned long long)nr,
			    (unsigned long long)block);
}

/* Device limits of a line in *device, with the target's hints in *hinted. */
static bool line_limits(const struct line_ctx *c, const struct line *l, struct limits *device,
			struct limits *hinted, bool check)
{
	struct stack s = {.c = c, .l = {512, 512, 512, 0, false, 0}};
	bool any;

	line_areas(c, l, stack_area, &s);
	*device = s.l;
	any = s.any;
	if (l->target->io_hints)
		l->target->io_hints(c, l->params, &s.l);
	*hinted = s.l;
	if (check && any)
		line_areas(c, l, check_area, &s);
	return any;
}

/* The length the kernel uses: what the target makes of it. */
static uint64_t line_len(const struct line_ctx *c, const struct line *l)
{
	return l->target->real_len ? l->target->real_len(c, l->params) : l->nr_sectors;
}

/* validate_hardware_logical_block_alignment() */
static void check_boundaries(const struct table_ctx *c, const struct table *t, uint32_t table_lbs,
			     const uint32_t *line_lbs)
{
	uint64_t block = table_lbs / 512, next = 0, rem = 0;
	size_t i;

	for (i = 0; i < t->nr; i++) {
		struct line_ctx lc = line_ctx(c, t, i);
		uint64_t len = line_len(&lc, &t->lines[i]);

		if (rem < len && rem % (line_lbs[i] / 512))
			break;
		next = (next + len) % block;
		rem = next ? block - next : 0;
	}
	if (i < t->nr || rem) {
		size_t bad = i < t->nr ? i : t->nr - 1;
		struct line_ctx lc = line_ctx(c, t, bad);

		line_report(&lc, &F_TABLE_ALIGNMENT, NULL, "not aligned to h/w logical block size",
			    "line %zu (start %llu, length %llu) does not end on a block of %u bytes, the "
			    "largest logical block size underneath",
			    bad + 1, (unsigned long long)lc.start_sectors,
			    (unsigned long long)lc.nr_sectors, table_lbs);
	}
}

static void all_limits(const struct table_ctx *c, const struct table *t, struct limits *limits,
		       bool check)
{
	uint32_t *line_lbs = mem_calloc(t->nr, sizeof(*line_lbs));
	struct limits all = {512, 512, 512, 0, false, 0}, first = {0};

	for (size_t i = 0; i < t->nr; i++) {
		struct line_ctx lc = line_ctx(c, t, i);
		struct limits device, hinted;

		line_limits(&lc, &t->lines[i], &device, &hinted, check);
		line_lbs[i] = device.logical_block_size;
		stack_limits(&all, &hinted);
		if (!first.zoned)
			first = device;
	}
	/* Zones that a target hides from the table must fit all the same. */
	if (check)
		for (size_t i = 0; i < t->nr && (all.zoned || first.zoned); i++) {
			struct line_ctx lc = line_ctx(c, t, i);

			line_check_zoned(&lc, &t->lines[i], all.zoned ? all.zone_sectors : first.zone_sectors);
		}
	if (check && all.logical_block_size)
		check_boundaries(c, t, all.logical_block_size, line_lbs);
	free(line_lbs);
	*limits = all;
}

void table_limits(const struct table_ctx *c, const struct table *t, struct limits *limits)
{
	all_limits(c, t, limits, false);
}

void table_check(const struct table_ctx *c, const struct table *t, struct limits *ret)
{
	struct limits limits;
	uint64_t expected = 0;

	for (size_t i = 0; i < t->nr; i++) {
		struct line_ctx lc = line_ctx(c, t, i);
		struct lookup lookup = {&lc, c};

		check_line_place(&lc, t, expected);
		check_immutable(&lc, t);
		check_target_exists(&lc);
		line_devices(&t->lines[i], check_lookup, &lookup);
		target_check(&lc, t->lines[i].params);
		expected = lc.start_sectors + line_len(&lc, &t->lines[i]);
	}
	if (t->nr > MAX_TARGETS && t->nr && kernel_has(c->kernel, KF_TABLE_MAX_TARGETS)) {
		struct line_ctx lc = line_ctx(c, t, MAX_TARGETS);

		line_report(&lc, &F_TABLE_LINES, NULL, NULL, "%zu lines; the kernel takes at most %d",
			    t->nr, MAX_TARGETS);
	}
	all_limits(c, t, &limits, true);
	if (limits.logical_block_size > 4096 && kernel_has(c->kernel, KF_LIMITS_BLOCK_SIZE_VALIDATED)) {
		struct line_ctx lc = line_ctx(c, t, 0);

		line_report(&lc, &F_TABLE_BLOCK_SIZE, NULL, NULL,
			    "the logical block size of the table is %u bytes; Linux %s takes at most a page",
			    limits.logical_block_size, c->kernel->name);
	}
	if (ret)
		*ret = limits;
}
