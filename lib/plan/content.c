/*
 * What a new table would write over. A constructor formats blank metadata, and some format
 * whatever they find; a device that holds a signature, or bytes where metadata should be, is
 * somebody's until --allow=format:VOLUME says otherwise.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/dm_name.h"
#include "base/size.h"
#include "plan/internal.h"
#include "plan/probe.h"

struct look {
	struct plan *p;
	struct diag *diag;
	struct plan_change *c;
	const struct line *line;
	bool fresh; /* some metadata of the line is blank */
	bool found; /* a finding was added */
};

/* ---- where the bytes are ---- */

struct bytes {
	const char *path;
	uint64_t off, len; /* len 0: to the end */
};

/* A volume of one linear line is a part of what it stands on. */
static const struct devref *linear_ref(const struct volume *v)
{
	const struct line *line = v->table.lines;

	if (v->table.nr != 1 || strcmp(line->target->name, "linear"))
		return NULL;
	return word_cfield(line->params, &line->target->words[0], struct devref);
}

static bool find_bytes(const struct plan *p, const struct blkdev *dev, struct bytes *b)
{
	const struct volume *v = plan_volume(p, dev);
	const struct plan_device *d;
	const struct devref *ref;

	if (v && v->blk.priv) {
		b->path = v->blk.priv;
		return true;
	}
	if (v) {
		ref = linear_ref(v);
		if (!ref)
			return false;
		b->off += ref->start_sectors * 512;
		if (!b->len)
			b->len = v->blk.nr_sectors * 512;
		return find_bytes(p, ref->dev, b);
	}
	d = strmap_get(&p->by_name, dev->name, strlen(dev->name));
	b->path = d && &d->device->blk == dev ? d->device->path : NULL;
	return b->path;
}

/* ---- findings ---- */

static bool allowed(const struct look *l)
{
	return plan_allows(l->p, "format", l->c->volume->name);
}

static void refuse(struct look *l, const char *device, const char *what, const char *detail, bool kept)
{
	struct finding *f = diag_add(l->diag, &F_PLAN_FORMAT, l->c->volume->span, "%s %s %s%s", device,
				     kept ? "would be written over, and holds" : "should hold metadata, and holds", what,
				     detail);

	f->subject = l->c->volume->name;
	finding_fix(l->diag, f, "if that may go: --allow=format:%s; else correct the layout", l->c->volume->name);
	l->found = true;
}

static void probe(struct look *l, const struct devref *ref)
{
	struct bytes b = {.off = ref->start_sectors * 512};
	struct probe found;

	if (!find_bytes(l->p, ref->dev, &b) || probe_signature(b.path, b.off, b.len, &found) || !found.found)
		return;
	refuse(l, ref->dev->name, found.type,
	       *found.uuid ? arena_printf(l->p->arena, " (%s)", found.uuid) : "", true);
}

/* Devices that a fresh format makes worthless, beside those of the metadata. */
static void probe_rest(void *priv, struct devref *ref, const struct word *repeat, size_t item,
		       const struct word *row)
{
	struct look *l = priv;
	bool data = l->line->target->traits & TRAIT_FORMATS;

	(void)repeat;
	(void)item;
	if (!(row->flags & (WORD_LAYOUT_ONLY | WORD_READS)) && ((row->flags & WORD_COPIES) || data))
		probe(l, ref);
}

/* ---- one place ---- */

static void add_blank(struct look *l, const struct content_place *at)
{
	struct blkdev *dev = (struct blkdev *)at->ref->dev;
	struct blkdev_blank *b = arena_new(l->p->arena, struct blkdev_blank);
	struct plan_format *f = arena_new(l->p->arena, struct plan_format);

	*f = (struct plan_format){l->c, dev, at->off, at->len, NULL};
	*b = (struct blkdev_blank){at->off, at->len, dev->blanks};
	dev->blanks = b;
	vec_push(&l->p->formats, f);
}

static void look_at_place(struct look *l, enum content content, const struct content_place *at)
{
	switch (content) {
	case CONTENT_BLANK:
		l->fresh = true;
		if (!allowed(l))
			probe(l, at->ref);
		break;
	case CONTENT_SCRATCH:
		if (!allowed(l))
			probe(l, at->ref);
		break;
	case CONTENT_FOREIGN:
		l->fresh = true;
		if (allowed(l))
			add_blank(l, at);
		else
			refuse(l, at->ref->dev->name, "something else", "", false);
		break;
	case CONTENT_NONE:
	case CONTENT_UNKNOWN:
	case CONTENT_OWN:
		break;
	}
}

static void look_at_line(struct look *l)
{
	struct content_place at;
	enum content content;

	l->fresh = false;
	if (!l->line->target->content)
		return;
	for (size_t i = 0; (content = l->line->target->content(l->line->params, i, &at)) != CONTENT_NONE; i++)
		look_at_place(l, content, &at);
	if (l->fresh && !allowed(l))
		line_devices(l->line, probe_rest, l);
}

bool plan_check_content(struct plan *p, struct plan_change *c, struct diag *diag)
{
	struct look l = {p, diag, c, NULL, false, false};

	for (size_t i = 0; i < c->volume->table.nr; i++) {
		l.line = &c->volume->table.lines[i];
		look_at_line(&l);
	}
	return !l.found;
}

void plan_read_running(struct plan *p, struct plan_change *c)
{
	struct volume *v = p->layout->volumes.v[c->volume->index];

	volume_read_from(v, dm_path(p->arena, c->running->name));
}
