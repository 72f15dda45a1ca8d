/*
 * What may sit on zoned devices: dm_table_supports_zoned() and validate_hardware_zoned() of
 * drivers/md/dm-table.c. Zoned means host-managed, as in all kernels from 6.9 on; before, host-aware
 * disks passed for regular ones.
 */
#include "target/table_internal.h"

struct zones {
	const struct line_ctx *c;
	uint64_t zone_sectors;
	const struct devref *zoned, *regular; /* one of each, or NULL */
	const struct word *row;               /* of the regular one */
};

static void sort_device(void *priv, const struct devref *ref, const struct word *row, uint64_t start, uint64_t nr)
{
	struct zones *z = priv;
	uint64_t zone;

	(void)start;
	(void)nr;
	/* Whether a disk that is not here has zones is not known, unless the layout says so. */
	if (!ref->dev || !(ref->dev->flags & (BLKDEV_LIMITS_KNOWN | BLKDEV_ZONED)))
		return;
	if (!(ref->dev->flags & BLKDEV_ZONED)) {
		z->regular = ref;
		z->row = row;
		return;
	}
	z->zoned = ref;
	zone = ref->dev->zone_sectors;
	if (zone & (zone - 1))
		line_report(z->c, &F_ZONED_UNSUPPORTED, row, NULL, "%s has zones of %llu sectors, which is no power of two",
			    ref->dev->name, (unsigned long long)zone);
	else if (zone && z->zone_sectors && zone != z->zone_sectors)
		line_report(z->c, &F_ZONED_UNSUPPORTED, row, NULL,
			    "%s has zones of %llu sectors, and others of the table have zones of %llu", ref->dev->name,
			    (unsigned long long)zone, (unsigned long long)z->zone_sectors);
}

void line_check_zoned(const struct line_ctx *c, const struct line *l, uint64_t zone_sectors)
{
	unsigned flags = target_flags_on(c->target, c->kernel);
	struct zones z = {.c = c, .zone_sectors = zone_sectors};

	line_areas(c, l, sort_device, &z);
	if (flags & TARGET_MIXED_ZONED)
		return;
	if (!(flags & TARGET_ZONED) && z.zoned)
		line_report(c, &F_ZONED_UNSUPPORTED, NULL, NULL, "a %s cannot sit on %s, which is zoned", c->target->name,
			    z.zoned->dev->name);
	else if (!(flags & TARGET_ZONED))
		line_report(c, &F_ZONED_UNSUPPORTED, NULL, NULL,
			    "a %s cannot be in one table with zoned devices, which other lines have", c->target->name);
	else if (z.regular)
		line_report(c, &F_ZONED_UNSUPPORTED, z.row, NULL, "%s is not zoned, and other devices of the table are",
			    z.regular->dev->name);
	else if ((flags & TARGET_WILDCARD) && !z.zoned)
		line_report(c, &F_ZONED_UNSUPPORTED, NULL, NULL,
			    "an %s needs a zoned device of its own here: DEVICE START", c->target->name);
}
