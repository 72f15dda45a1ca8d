/*
 * volumes: names first, then dependency order, then each volume's segments, so that a
 * reference always finds a volume whose size is known.
 */
#include <string.h>

#include "base/dm_name.h"
#include "base/near.h"
#include "layout/internal.h"
#include "layout/order.h"

static const char *const volume_keys[] = {
	"segments", "dm_name", "dm_uuid", "minor", "read_only", "description", NULL,
};

static bool name_ok(struct layout *l, const struct node *key)
{
	if (key->nr && key->nr <= DM_NAME_MAX && !memchr(key->text, '/', key->nr))
		return true;
	node_report(l, key, &F_NAME, "'%.*s' is no name: 1 to %d bytes, without /", (int)key->nr,
		    key->text, DM_NAME_MAX);
	return false;
}

/* Adds a name; reports it where the name is taken. */
static bool add_name(struct layout *l, const char *name, struct span span, struct device *d,
		     struct volume *v)
{
	struct named *n = arena_new(l->arena, struct named), *other;
	struct finding *f;

	*n = (struct named){name, d, v, span};
	other = strmap_add(&l->names, name, strlen(name), n);
	if (!other)
		return true;
	f = diag_add(l->diag, &F_NAME_TWICE, span, "the name '%s' is taken", name);
	finding_note(l->diag, f, other->span, "by this %s", other->device ? "device" : "volume");
	return false;
}

bool add_device_name(struct layout *l, struct device *d, const struct node *key)
{
	return name_ok(l, key) && add_name(l, d->name, node_span(&l->tree, key), d, NULL);
}

static void name_volume(struct layout *l, struct volume *v)
{
	if (!v->dm_name)
		v->dm_name = v->name;
	if (!v->dm_uuid && l->uuid_prefix)
		v->dm_uuid = arena_printf(l->arena, "%s%s", l->uuid_prefix, v->dm_name);
	v->blk.name = v->name;
	v->blk.word = dm_path(l->arena, v->dm_name);
	v->blk.table = &v->table;
	v->blk.logical_block_size = v->blk.physical_block_size = 512;
}

static struct volume *new_volume(struct layout *l, const struct node *key, const struct node *node)
{
	struct volume *v = arena_new(l->arena, struct volume);

	v->name = node_dup(l->arena, key);
	v->node = node;
	v->span = node_span(&l->tree, key);
	v->minor = -1;
	name_volume(l, v);
	return v;
}

/* ---- one segment ---- */

static void no_target(struct layout *l, const struct node *map)
{
	struct finding *f = node_report(l, map, &F_NO_TARGET, "`target` is missing");

	for (uint32_t i = 0; i < map->nr; i++) {
		struct near near = NEAR_INIT(map->items[2 * i].text, map->items[2 * i].nr);

		near_offer(&near, "target");
		near_offer(&near, "segments");
		if (near.best)
			finding_fix(l->diag, f, "did you mean '%s' by '%.*s'?", near.best, (int)near.len, near.word);
	}
}

static const struct target *segment_target(struct layout *l, const struct node *map)
{
	const struct node *n = node_get(map, "target");
	struct near near;
	const struct target *t;
	struct finding *f;

	if (!n) {
		no_target(l, map);
		return NULL;
	}
	if (!node_expect(l, n, NODE_SCALAR, "target"))
		return NULL;
	t = target_find(l->targets, n->text, n->nr);
	if (t)
		return t;
	near = (struct near)NEAR_INIT(n->text, n->nr);
	f = node_report(l, n, &F_TARGET_UNKNOWN, "no kernel has a target '%.*s'", (int)n->nr, n->text);
	for (size_t i = 0; i < l->targets->nr; i++)
		near_offer(&near, l->targets->v[i]->name);
	if (near.best)
		finding_fix(l->diag, f, "did you mean '%s'?", near.best);
	return NULL;
}

/* The first device of a line: `size: 50%` counts from it. */
static void first_device(void *priv, struct devref *ref, const struct word *repeat, size_t item,
			 const struct word *row)
{
	const struct devref **first = priv;

	(void)repeat;
	(void)item;
	(void)row;
	if (!*first)
		*first = ref;
}

static uint64_t natural_len(const struct line *line)
{
	const struct devref *first = NULL;
	uint64_t left;

	if (line->target->natural_len)
		return line->target->natural_len(line->params);
	line_devices(line, first_device, &first);
	left = first ? devref_sectors(first) : UINT64_MAX;
	return left == UINT64_MAX ? 0 : left;
}

static bool segment_size(struct segment *s, struct line *line)
{
	const struct node *n = node_get(s->node, "size");
	const struct devref *first = NULL;
	uint64_t whole;

	if (!n) {
		line->nr_sectors = natural_len(line);
		if (line->nr_sectors)
			return true;
		node_report(s->l, s->node, &F_NO_SIZE,
			    "`size` is missing, and what is left of the devices underneath is not known");
		return false;
	}
	line_devices(line, first_device, &first);
	whole = first ? devref_sectors(first) : 0;
	return node_sectors(s->l, n, "size", whole == UINT64_MAX ? 0 : whole, &line->nr_sectors);
}

static bool load_segment(struct segment *s, uint64_t start_sectors, struct line *ret)
{
	struct line line = {.start_sectors = start_sectors};

	if (!node_expect(s->l, s->node, NODE_MAP, "a segment"))
		return false;
	s->target = line.target = segment_target(s->l, s->node);
	if (!line.target)
		return false;
	line.params = arena_alloc(s->l->arena, line.target->params_size);
	if (!load_params(s, line.params) || !segment_size(s, &line))
		return false;
	*ret = line;
	return true;
}

static bool load_segments(struct layout *l, struct volume *v, const struct node *list)
{
	struct segment s = {.l = l, .v = v};
	uint64_t start = 0;
	bool ok = true;

	if (!node_expect(l, list, NODE_SEQ, "segments") || !node_check_keys(l, v->node, volume_keys, "a volume with segments"))
		return false;
	v->table.lines = arena_array(l->arena, struct line, list->nr);
	v->lines = arena_array(l->arena, const struct node *, list->nr);
	for (uint32_t i = 0; i < list->nr; i++) {
		s.node = &list->items[i];
		s.index = i;
		v->lines[i] = s.node;
		if (load_segment(&s, start, &v->table.lines[i]))
			start += v->table.lines[i].nr_sectors;
		else
			ok = false;
	}
	v->table.nr = list->nr;
	if (!list->nr)
		node_report(l, list, &F_TABLE_EMPTY, "volume %s has no segments", v->name);
	return ok && list->nr;
}

/* ---- a volume ---- */

static bool volume_names(struct layout *l, struct volume *v)
{
	const struct node *name = node_get(v->node, "dm_name"), *uuid = node_get(v->node, "dm_uuid");
	const struct node *minor = node_get(v->node, "minor");
	uint64_t n;

	if (name && (!node_text(l, name, "dm_name", &v->dm_name) || !name_ok(l, name)))
		return false;
	if (uuid && !node_text(l, uuid, "dm_uuid", &v->dm_uuid))
		return false;
	if (v->dm_uuid && strlen(v->dm_uuid) > DM_UUID_MAX) {
		node_report(l, uuid ? uuid : v->node, &F_NAME, "the uuid has more than %d bytes", DM_UUID_MAX);
		return false;
	}
	if (minor && !node_u64(l, minor, "minor", &n))
		return false;
	if (minor && n >= 1 << 20) {
		node_report(l, minor, &F_INTEGER, "minor: %llu is too large; minors end at 1048575",
			    (unsigned long long)n);
		return false;
	}
	if (minor)
		v->minor = (long)n;
	if (name)
		name_volume(l, v);
	return true;
}

static bool volume_read_only(struct layout *l, struct volume *v)
{
	const struct node *n = node_get(v->node, "read_only");

	if (n)
		return node_flag(l, n, "read_only", &v->table.read_only);
	v->table.read_only = v->table.nr && (v->table.lines[0].target->flags & TARGET_READ_ONLY);
	return true;
}

static bool load_table(struct layout *l, struct volume *v)
{
	const struct node *segments = node_get(v->node, "segments");
	struct segment s = {.l = l, .v = v, .node = v->node};

	if (segments)
		return load_segments(l, v, segments);
	v->table.lines = arena_new(l->arena, struct line);
	v->table.nr = 1;
	return load_segment(&s, 0, &v->table.lines[0]);
}

/* What others see of the volume: size and limits of its table. */
static void volume_publish(struct layout *l, struct volume *v)
{
	struct table_ctx c = {.kernel = kernel_default(), .diag = l->diag, .arena = l->arena};
	struct limits limits;

	v->blk.nr_sectors = table_sectors(&v->table);
	v->blk.flags = BLKDEV_SIZE_KNOWN | BLKDEV_LIMITS_KNOWN | BLKDEV_DISCARD;
	if (v->table.read_only)
		v->blk.flags |= BLKDEV_READ_ONLY;
	if (!(v->table.lines[0].target->flags & TARGET_REQUEST_BASED))
		v->blk.flags |= BLKDEV_BIO_BASED;
	table_limits(&c, &v->table, &limits);
	v->blk.logical_block_size = limits.logical_block_size;
	v->blk.physical_block_size = limits.physical_block_size;
	if (limits.zoned) {
		v->blk.flags |= BLKDEV_ZONED;
		v->blk.zone_sectors = limits.zone_sectors;
	}
	volume_set_reader(v);
}

static void load_volume(struct layout *l, struct volume *v)
{
	v->failed = v->failed || !node_expect(l, v->node, NODE_MAP, "a volume") || !volume_names(l, v) ||
		    !load_table(l, v) || !volume_read_only(l, v);
	if (!v->failed)
		volume_publish(l, v);
	else
		v->table = (struct table){0};
	v->index = l->volumes.nr;
	vec_push(&l->volumes, v);
}

/* All files' volumes are named before any is read: one may refer to another file's. */
void load_all_volumes(struct layout *l, const struct node *const *maps, size_t nr)
{
	struct volume **order;
	VEC(struct volume *) all = {0};

	for (size_t m = 0; m < nr; m++) {
		if (!node_expect(l, maps[m], NODE_MAP, "volumes"))
			continue;
		for (uint32_t i = 0; i < maps[m]->nr; i++) {
			const struct node *key = &maps[m]->items[2 * i];
			struct volume *v = new_volume(l, key, key + 1);

			if (name_ok(l, key) && add_name(l, v->name, v->span, NULL, v))
				vec_push(&all, v);
		}
	}
	order = order_volumes(l, all.v, all.nr);
	for (size_t i = 0; i < all.nr; i++)
		load_volume(l, order[i]);
	vec_release(&all);
}

/* ---- linear devices beneath whole-device words ---- */

static const char *implicit_name(const struct segment *s, const struct word *repeat, size_t item,
				 const struct word *row)
{
	struct arena *a = s->l->arena;
	const char *role = arena_strdup(a, row->key);
	const char *seg = s->v->lines ? arena_printf(a, "%zu-", s->index) : "";

	for (char *p = strchr(role, '_'); p; p = strchr(p, '_'))
		*p = '-';
	if (repeat)
		return arena_printf(a, "%s-%s%s-%zu", s->v->name, seg, role, item);
	return arena_printf(a, "%s-%s%s", s->v->name, seg, role);
}

const struct blkdev *implicit_volume(struct segment *s, const struct word *repeat, size_t item,
				     const struct word *row, const struct ref *ref,
				     const struct node *at)
{
	const struct target *linear = target_find(s->l->targets, "linear", 6);
	struct volume *v = arena_new(s->l->arena, struct volume);
	struct devref dev = {ref->dev, ref->start_sectors, ref->nr_sectors};
	struct line *line = arena_new(s->l->arena, struct line);

	v->name = implicit_name(s, repeat, item, row);
	v->span = node_span(&s->l->tree, at);
	v->user = s->v;
	v->minor = -1;
	line->nr_sectors = devref_sectors(&dev);
	if (line->nr_sectors == UINT64_MAX || !line->nr_sectors) {
		node_report(s->l, at, &F_NO_SIZE, "%s: the size is not known; give it", row->key);
		return NULL;
	}
	if (strlen(v->name) > DM_NAME_MAX || !add_name(s->l, v->name, v->span, NULL, v))
		return NULL;
	name_volume(s->l, v);
	line->target = linear;
	line->params = arena_alloc(s->l->arena, linear->params_size);
	params_init(linear->words, line->params, linear->params_size);
	*word_field(line->params, &linear->words[0], struct devref) = dev;
	set_given(line->params, 0);
	v->table = (struct table){line, 1, false};
	volume_publish(s->l, v);
	v->index = s->l->volumes.nr;
	vec_push(&s->l->volumes, v);
	return &v->blk;
}
