/* devices: selectors, given facts and slices. */
#include <string.h>

#include "base/size.h"
#include "layout/internal.h"

static const char *const device_keys[] = {
	"path", "file", "dev", "uuid", "partuuid", "label", "partlabel", "serial", "wwn", "size",
	"slices", "logical_block_size", "physical_block_size", "zone_size", "read_only", "description",
	NULL,
};

/* In the order of enum selector: the first keys of device_keys. */
#define NR_SELECTORS (SELECT_WWN + 1)

static bool load_selector(struct layout *l, struct device *d)
{
	unsigned nr = 0;

	for (unsigned i = 0; i < NR_SELECTORS; i++) {
		const struct node *n = node_get(d->node, device_keys[i]);

		if (!n)
			continue;
		nr++;
		d->selector = (enum selector)i;
		if (!node_text(l, n, device_keys[i], &d->value))
			return false;
	}
	if (nr == 1)
		return true;
	node_report(l, d->node, &F_SELECTOR, "device %s: expected one of path, file, dev, uuid, partuuid, "
		    "label, partlabel, serial, wwn; found %u", d->name, nr);
	return false;
}

static bool block_size(struct layout *l, const struct node *map, const char *key, uint32_t *ret)
{
	const struct node *n = node_get(map, key);
	uint64_t v;

	if (!n)
		return true;
	/* A block size is always bytes; a bare number says what sysfs says. */
	if (n->kind == NODE_SCALAR && number_parse(n->text, n->nr, &v))
		;
	else if (!node_size(l, n, key, 0, &v))
		return false;
	if (v < 512 || v > 1 << 20 || (v & (v - 1))) {
		node_report(l, n, &F_SIZE, "%s: %llu is not a power of two from 512", key,
			    (unsigned long long)v);
		return false;
	}
	*ret = (uint32_t)v;
	return true;
}

/* Facts that the layout states itself; they win over what the system says. */
static bool load_facts(struct layout *l, struct device *d)
{
	const struct node *zone = node_get(d->node, "zone_size"), *ro = node_get(d->node, "read_only");
	bool read_only = false;

	if (!block_size(l, d->node, "logical_block_size", &d->blk.logical_block_size) ||
	    !block_size(l, d->node, "physical_block_size", &d->blk.physical_block_size))
		return false;
	if (d->blk.physical_block_size < d->blk.logical_block_size)
		d->blk.physical_block_size = d->blk.logical_block_size;
	if (zone && !node_sectors(l, zone, "zone_size", 0, &d->blk.zone_sectors))
		return false;
	if (zone)
		d->blk.flags |= BLKDEV_ZONED;
	if (ro && !node_flag(l, ro, "read_only", &read_only))
		return false;
	if (read_only)
		d->blk.flags |= BLKDEV_READ_ONLY;
	return true;
}

static bool load_slice(struct layout *l, struct device *d, const struct node *key, uint64_t *next)
{
	const struct node *n = key + 1, *offset = node_get(n, "offset");
	const struct node *size = n->kind == NODE_MAP ? node_get(n, "size") : n;
	static const char *const keys[] = {"offset", "size", NULL};
	struct slice *s = &d->slices[d->nr_slices];
	uint64_t whole = blkdev_size_known(&d->blk) ? d->blk.nr_sectors : 0;

	*s = (struct slice){.name = node_dup(l->arena, key), .span = node_span(&l->tree, key)};
	s->start_sectors = *next;
	if (n->kind == NODE_MAP && !node_check_keys(l, n, keys, "a slice"))
		return false;
	if (offset && !node_sectors(l, offset, "offset", whole, &s->start_sectors))
		return false;
	if (s->start_sectors < *next) {
		node_report(l, offset, &F_SLICES, "slice %s starts inside the one before, which ends at %llus",
			    s->name, (unsigned long long)*next);
		return false;
	}
	if (size && !node_is(size, "rest")) {
		if (!node_sectors(l, size, s->name, whole, &s->nr_sectors))
			return false;
	} else if (whole > s->start_sectors) {
		s->nr_sectors = whole - s->start_sectors;
	}
	if (!s->nr_sectors || (whole && s->nr_sectors > whole - s->start_sectors)) {
		node_report(l, size ? size : key, &F_SLICES,
			    "slice %s needs %llus from %llus on, and %s has %llus", s->name,
			    (unsigned long long)s->nr_sectors, (unsigned long long)s->start_sectors, d->name,
			    (unsigned long long)whole);
		return false;
	}
	*next = s->start_sectors + s->nr_sectors;
	d->nr_slices++;
	return true;
}

static void load_slices(struct layout *l, struct device *d)
{
	const struct node *map = node_get(d->node, "slices");
	uint64_t next = 0;

	if (!map || !node_expect(l, map, NODE_MAP, "slices"))
		return;
	d->slices = arena_array(l->arena, struct slice, map->nr);
	for (uint32_t i = 0; i < map->nr; i++)
		if (!load_slice(l, d, &map->items[2 * i], &next))
			return;
}

/* What the layout says, what the system knows, and the slices. */
static void read_device(struct layout *l, struct device *d, const struct layout_options *o)
{
	const struct node *size;
	uint64_t sectors;

	d->blk.flags = BLKDEV_ABSENT;
	if (!node_expect(l, d->node, NODE_MAP, "a device") ||
	    !node_check_keys(l, d->node, device_keys, "a device") || !load_selector(l, d))
		return;
	d->blk.flags = 0;
	d->blk.word = d->value;
	if (!load_facts(l, d))
		return;
	size = node_get(d->node, "size");
	if (size && node_sectors(l, size, "size", 0, &sectors)) {
		d->blk.nr_sectors = sectors;
		d->blk.flags |= BLKDEV_SIZE_KNOWN;
	}
	if (!o->no_devices)
		device_lookup(l, d, size);
	load_slices(l, d);
}

static void load_device(struct layout *l, const struct node *key, const struct layout_options *o)
{
	struct device *d = arena_new(l->arena, struct device);

	d->name = node_dup(l->arena, key);
	d->node = key + 1;
	d->blk.name = d->name;
	d->blk.word = d->name;
	if (!add_device_name(l, d, key))
		return;
	vec_push(&l->devices, d);
	read_device(l, d, o);
	if (!d->blk.logical_block_size)
		d->blk.logical_block_size = 512;
	if (!d->blk.physical_block_size)
		d->blk.physical_block_size = d->blk.logical_block_size;
}

void load_devices(struct layout *l, const struct node *map, const struct layout_options *o)
{
	if (!node_expect(l, map, NODE_MAP, "devices"))
		return;
	for (uint32_t i = 0; i < map->nr; i++)
		load_device(l, &map->items[2 * i], o);
}
