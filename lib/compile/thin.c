/*
 * Pools and their thin volumes: ids that collide, snapshots of something else, pools whose
 * metadata cannot describe them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "compile/check.h"
#include "compile/rows.h"

struct thin {
	const struct volume *v;
	const struct line *line;
	size_t index;
	const struct blkdev *pool;
	uint64_t id;
};

struct thins {
	const struct layout *l;
	struct diag *diag;
	VEC(struct thin) v;
};

static struct finding *report(const struct thins *s, const struct thin *t, const char *key,
			      const struct finding_kind *kind, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

static struct finding *report(const struct thins *s, const struct thin *t, const char *key,
			      const struct finding_kind *kind, const char *fmt, ...)
{
	struct volume_place place = {s->l, t->v};
	struct line_ctx c = volume_line_ctx(&place, kernel_default(), s->diag, t->index);
	struct finding *f;
	va_list ap;

	va_start(ap, fmt);
	f = diag_vadd(s->diag, kind, layout_locate(&c, NULL, 0, row_by_key(t->line->target, key)), fmt, ap);
	va_end(ap);
	f->subject = t->v->name;
	return f;
}

static void collect(struct thins *s)
{
	for (size_t i = 0; i < s->l->volumes.nr; i++) {
		const struct volume *v = s->l->volumes.v[i];

		for (size_t k = 0; k < v->table.nr; k++) {
			const struct line *line = &v->table.lines[k];
			struct thin t = {v, line, k, NULL, 0};

			if (strcmp(line->target->name, "thin"))
				continue;
			t.pool = row_device(line, row_by_key(line->target, "pool"));
			t.id = word_number(line->params, row_by_key(line->target, "id"));
			vec_push(&s->v, t);
		}
	}
}

static int by_id(const void *a, const void *b)
{
	const struct thin *x = a, *y = b;

	if (x->pool != y->pool)
		return strcmp(x->pool->word, y->pool->word);
	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return x->v->index < y->v->index ? -1 : 1;
}

static void check_ids(const struct thins *s)
{
	for (size_t i = 1; i < s->v.nr; i++) {
		const struct thin *a = &s->v.v[i - 1], *b = &s->v.v[i];

		if (a->pool == b->pool && a->id == b->id)
			report(s, b, "id", &F_THIN_ID_TWICE, "%s and %s are both thin device %llu of pool %s",
			       a->v->name, b->v->name, (unsigned long long)b->id, b->pool->name);
	}
}

static void check_snapshot(const struct thins *s, const struct thin *t)
{
	const struct word *row = row_by_key(t->line->target, "snapshot_of");
	const struct blkdev *dev = row_device(t->line, row);
	const struct volume *origin = dev && dev->table ? layout_volume(s->l, dev->name) : NULL;
	const struct line *line;

	if (!dev)
		return;
	line = origin && origin->table.nr == 1 ? &origin->table.lines[0] : NULL;
	if (!line || strcmp(line->target->name, "thin"))
		report(s, t, "snapshot_of", &F_THIN_SNAPSHOT, "%s is no thin volume", dev->name);
	else if (row_device(line, row_by_key(line->target, "pool")) != t->pool)
		report(s, t, "snapshot_of", &F_THIN_SNAPSHOT, "%s is in another pool than %s", dev->name,
		       t->v->name);
}

/* ---- pools ---- */

static void check_pool(const struct layout *l, const struct volume *v, struct diag *diag)
{
	const struct line *line = &v->table.lines[0];
	const struct word *block = row_by_key(line->target, "block_size");
	const struct word *metadata = row_by_key(line->target, "metadata");
	const struct blkdev *dev = row_device(line, metadata);
	struct volume_place place = {l, v};
	struct line_ctx c = volume_line_ctx(&place, kernel_default(), diag, 0);
	uint64_t sectors = word_number(line->params, block), need;
	struct strbuf have = STRBUF_INIT, want = STRBUF_INIT;

	if (!blkdev_size_known(dev) || !sectors)
		return;
	/* Documentation/admin-guide/device-mapper/thin-provisioning.rst: 48 bytes a block, 2 MiB at least. */
	need = 48 * (line->nr_sectors / sectors);
	if (need < 2 << 20)
		need = 2 << 20;
	if (dev->nr_sectors * 512 < need) {
		size_format(&have, dev->nr_sectors * 512);
		size_format(&want, (need + 4095) / 4096 * 4096);
		line_report(&c, &F_POOL_METADATA, metadata, NULL,
			    "%s has %s; a pool of this size and block size wants %s or more", dev->name,
			    strbuf_str(&have), strbuf_str(&want));
	}
	strbuf_release(&have);
	strbuf_release(&want);
}

/* Two pools on one metadata or data device: pool_find() refuses the second (-EBUSY). */
static void check_pool_devices(struct strmap *used, const struct layout *l, const struct volume *v,
			       const char *key, const char *text, struct diag *diag)
{
	const struct line *line = &v->table.lines[0];
	const struct word *row = row_by_key(line->target, key);
	const struct blkdev *dev = row_device(line, row);
	struct volume_place place = {l, v};
	struct line_ctx c = volume_line_ctx(&place, kernel_default(), diag, 0);
	const struct volume *other;

	if (!dev)
		return;
	other = strmap_add(used, dev->word, strlen(dev->word), (void *)v);
	if (other && other != v)
		line_report(&c, &F_POOL_IN_USE, row, text, "%s is the %s device of pool %s already",
			    dev->name, key, other->name);
}

static void check_pools(const struct layout *l, struct diag *diag)
{
	struct strmap metadata = {0}, data = {0};

	for (size_t i = 0; i < l->volumes.nr; i++) {
		const struct volume *v = l->volumes.v[i];

		if (v->table.nr != 1 || strcmp(v->table.lines[0].target->name, "thin-pool"))
			continue;
		check_pool(l, v, diag);
		check_pool_devices(&metadata, l, v, "metadata", "metadata device already in use by a pool",
				   diag);
		check_pool_devices(&data, l, v, "data", "data device already in use by a pool", diag);
	}
	strmap_release(&metadata);
	strmap_release(&data);
}

void check_thin(const struct layout *l, struct diag *diag)
{
	struct thins s = {.l = l, .diag = diag};

	collect(&s);
	if (s.v.nr)
		qsort(s.v.v, s.v.nr, sizeof(*s.v.v), by_id);
	check_ids(&s);
	for (size_t i = 0; i < s.v.nr; i++)
		check_snapshot(&s, &s.v.v[i]);
	vec_release(&s.v);
	check_pools(l, diag);
}
