/*
 * References: `hdd`, `ssd.meta`, another volume, or {device: hdd, offset: 1MiB, size: 8GiB}.
 */
#include <string.h>

#include "base/near.h"
#include "layout/internal.h"

static const struct node *name_node(const struct node *n)
{
	return n && n->kind == NODE_MAP ? node_get(n, "device") : n;
}

/* "ssd.meta": a name may hold dots itself, so the longest that is known wins. */
static const struct named *find_name(const struct layout *l, const char *text, size_t len,
				     size_t *used)
{
	for (size_t n = len; n > 0; n--) {
		const struct named *named;

		if (n < len && text[n] != '.')
			continue;
		named = strmap_get(&l->names, text, n);
		if (named) {
			*used = n;
			return named;
		}
	}
	return NULL;
}

const struct named *ref_named(const struct layout *l, const struct node *n)
{
	size_t used;

	n = name_node(n);
	if (!n || n->kind != NODE_SCALAR)
		return NULL;
	return find_name(l, n->text, n->nr, &used);
}

static bool unknown_name(struct layout *l, const struct node *n, const char *what)
{
	struct near near = NEAR_INIT(n->text, n->nr);
	struct finding *f = node_report(l, n, &F_UNKNOWN_NAME, "%s: no device or volume is called '%.*s'",
					what, (int)n->nr, n->text);

	for (size_t i = 0; i < l->devices.nr; i++)
		near_offer(&near, l->devices.v[i]->name);
	for (size_t i = 0; i < l->volumes.nr; i++)
		near_offer(&near, l->volumes.v[i]->name);
	if (near.best)
		finding_fix(l->diag, f, "did you mean '%s'?", near.best);
	else if (n->nr && n->text[0] == '/')
		finding_fix(l->diag, f, "name it under `devices:`, as {path: %.*s}, and use that name",
			    (int)n->nr, n->text);
	return false;
}

static bool use_slice(struct layout *l, const struct node *n, const struct device *d,
		      const char *slice, size_t len, struct ref *ref)
{
	struct near near = NEAR_INIT(slice, len);
	struct finding *f;

	for (size_t i = 0; i < d->nr_slices; i++) {
		const struct slice *s = &d->slices[i];

		near_offer(&near, s->name);
		if (strlen(s->name) != len || memcmp(s->name, slice, len))
			continue;
		ref->start_sectors = s->start_sectors;
		ref->nr_sectors = s->nr_sectors;
		ref->part = true;
		return true;
	}
	f = node_report(l, n, &F_UNKNOWN_NAME, "device %s has no slice '%.*s'", d->name, (int)len, slice);
	if (near.best)
		finding_fix(l->diag, f, "did you mean '%s.%s'?", d->name, near.best);
	return false;
}

static bool load_name(struct layout *l, const struct node *n, const char *what, struct ref *ref)
{
	const struct named *named;
	size_t used = 0;

	if (!node_expect(l, n, NODE_SCALAR, what))
		return false;
	named = find_name(l, n->text, n->nr, &used);
	if (!named)
		return unknown_name(l, n, what);
	if (named->device) {
		ref->dev = &named->device->blk;
		if (used < n->nr)
			return use_slice(l, n, named->device, n->text + used + 1, n->nr - used - 1, ref);
		return true;
	}
	if (used < n->nr) {
		node_report(l, n, &F_UNKNOWN_NAME, "%s is a volume, and only devices have slices",
			    named->name);
		return false;
	}
	ref->dev = &named->volume->blk;
	/* What is wrong with the volume underneath was said there. */
	return !named->volume->failed;
}

/* Offset and size inside what the name stands for. */
static bool narrow(struct layout *l, const struct node *map, struct ref *ref)
{
	const struct node *offset = node_get(map, "offset"), *size = node_get(map, "size");
	uint64_t whole = ref->nr_sectors, start = 0, nr = 0;

	if (!whole && blkdev_size_known(ref->dev))
		whole = ref->dev->nr_sectors;
	if (offset && !node_sectors(l, offset, "offset", whole, &start))
		return false;
	if (size && !node_sectors(l, size, "size", whole, &nr))
		return false;
	if (whole && (start > whole || nr > whole - start)) {
		node_report(l, size ? size : offset, &F_REF_RANGE,
			    "%s has %llu sectors here; offset %llu and size %llu go past its end",
			    ref->dev->name, (unsigned long long)whole, (unsigned long long)start,
			    (unsigned long long)nr);
		return false;
	}
	if (ref->nr_sectors && !nr)
		nr = ref->nr_sectors - start;
	ref->part = ref->part || start || nr;
	ref->start_sectors += start;
	ref->nr_sectors = nr;
	return true;
}

bool load_ref(struct layout *l, const struct node *n, const char *what, struct ref *ret)
{
	static const char *const keys[] = {"device", "offset", "size", NULL};
	struct ref ref = {0};

	if (n->kind == NODE_MAP) {
		const struct node *name = node_get(n, "device");

		if (!node_check_keys(l, n, keys, what))
			return false;
		if (!name) {
			node_report(l, n, &F_MISSING_KEY, "%s: a reference needs `device`", what);
			return false;
		}
		if (!load_name(l, name, what, &ref) || !narrow(l, n, &ref))
			return false;
	} else if (!load_name(l, n, what, &ref)) {
		return false;
	}
	*ret = ref;
	return true;
}
