/*
 * Changes into steps, in an order in which the kernel takes them and I/O waits least:
 *
 *	attach image files, create all new devices (their names are taken before anything
 *	else happens), rename
 *	load and resume new devices that stand on nothing that changes; load new tables of
 *	live ones likewise, so that most errors show while everything still runs
 *	suspend what gets a new table, users first, and layers that are taken out from below
 *	from the bottom: messages, the loads that had to wait, resume
 *	remove, users first
 *
 * A table is loaded after what is underneath runs in its new form: constructors look at
 * sizes, and a device has none before its first resume (do_resume(), drivers/md/dm-ioctl.c).
 *
 * Where a layer is put in or taken out, two stacks have the same bytes for a while. A mirror
 * that synchronises, or a snapshot that must see each write, may only run while the other
 * stack stands still.
 */
#include <string.h>

#include "base/size.h"
#include "plan/internal.h"

struct order {
	struct plan *p;
	bool *early;  /* by volume: need not wait for the suspends */
	bool changes; /* look_beneath(): something underneath is not early */
	VEC(struct plan_change *) sharers; /* volumes with TRAIT_SNAPSHOTS */
	struct strmap left;  /* "8:16": devices of live tables that are replaced or removed */
	bool *added;         /* add_late(): by volume */
};

static void add(struct order *o, enum step_kind kind, struct plan_change *c, const char *risk)
{
	vec_push(&o->p->steps, (struct plan_step){.kind = kind, .change = c, .risk = risk});
}

static bool is_new(const struct plan_change *c)
{
	return c->action == PLAN_CREATE || (c->what & CHANGE_UNFINISHED);
}

static bool reloads(const struct plan_change *c)
{
	return c->action == PLAN_CHANGE && !is_new(c) && (c->what & CHANGE_RELOADS);
}

static void for_devices(const struct volume *v,
			void (*fn)(void *, struct devref *, const struct word *, size_t, const struct word *),
			void *priv)
{
	for (size_t i = 0; i < v->table.nr; i++)
		line_devices(&v->table.lines[i], fn, priv);
}

/* ---- loop devices ---- */

static void attach(void *priv, struct devref *ref, const struct word *repeat, size_t item,
		   const struct word *row)
{
	struct order *o = priv;
	const struct device *d;

	(void)repeat;
	(void)item;
	if (row->flags & WORD_LAYOUT_ONLY || ref->dev->table || plan_dev(o->p, ref->dev))
		return;
	d = layout_device(o->p->layout, ref->dev->name);
	if (!d || d->selector != SELECT_FILE || strmap_get(&o->p->attached, d->name, strlen(d->name)))
		return;
	strmap_add(&o->p->attached, d->name, strlen(d->name), (void *)d);
	vec_push(&o->p->steps, (struct plan_step){.kind = STEP_ATTACH, .device = d});
}

/* ---- what must wait for what ---- */

static void first_device(void *priv, struct devref *ref, const struct word *repeat, size_t item,
			 const struct word *row)
{
	const struct blkdev **first = priv;

	(void)repeat;
	(void)item;
	(void)row;
	if (!*first)
		*first = ref->dev;
}

static void look_beneath(void *priv, struct devref *ref, const struct word *repeat, size_t item,
			 const struct word *row)
{
	struct order *o = priv;
	const struct volume *v = plan_volume(o->p, ref->dev);

	(void)repeat;
	(void)item;
	(void)row;
	if (v && !o->early[v->index])
		o->changes = true;
}

static void note_left(struct order *o, const struct running_device *d)
{
	char number[24];

	for (size_t i = 0; i < d->deps.nr; i++) {
		const char *key = arena_strdup(o->p->arena, dev_str(d->deps.v[i], number));

		strmap_add(&o->left, key, strlen(key), (void *)d);
	}
}

static bool is_left(const struct order *o, dev_t dev)
{
	char number[24];

	dev_str(dev, number);
	return strmap_get(&o->left, number, strlen(number));
}

static void look_at_left(void *priv, struct devref *ref, const struct word *repeat, size_t item,
			 const struct word *row)
{
	struct order *o = priv;

	(void)repeat;
	(void)item;
	if (!(row->flags & WORD_LAYOUT_ONLY) && is_left(o, plan_dev(o->p, ref->dev)))
		o->changes = true;
}

/* Does more than to pass on what it is asked: copies, remembers, counts. */
static bool has_state(const struct volume *v)
{
	for (size_t i = 0; i < v->table.nr; i++) {
		const struct target *t = v->table.lines[i].target;

		if (t->traits || t->content || t->before_load)
			return true;
	}
	return false;
}

/* The origin of a volume that knows others by it; NULL: it is none of those. */
static const struct blkdev *shared_origin(const struct volume *v)
{
	const struct blkdev *origin = NULL;

	if (v->table.nr && (v->table.lines[0].target->traits & TRAIT_SNAPSHOTS))
		line_devices(&v->table.lines[0], first_device, &origin);
	return origin;
}

static void find_sharers(struct order *o)
{
	for (size_t i = 0; i < o->p->layout->volumes.nr; i++)
		if (shared_origin(o->p->layout->volumes.v[i]))
			vec_push(&o->sharers, o->p->changes.v[i]);
}

/* Running volumes that must stand still while `c` comes; with reloads those that will. */
static bool shares(const struct plan_change *c, const struct plan_change *other, bool with_reloads)
{
	return other != c && !is_new(other) && reloads(other) == with_reloads &&
	       shared_origin(c->volume) == shared_origin(other->volume);
}

static bool shares_with_reload(const struct order *o, const struct plan_change *c)
{
	if (!is_new(c) || !shared_origin(c->volume))
		return false;
	for (size_t i = 0; i < o->sharers.nr; i++)
		if (shares(c, o->sharers.v[i], true))
			return true;
	return false;
}

static void find_early(struct order *o)
{
	const struct layout *l = o->p->layout;

	for (size_t i = 0; i < l->volumes.nr; i++) {
		struct plan_change *c = o->p->changes.v[i];

		o->changes = reloads(c) || shares_with_reload(o, c);
		for_devices(l->volumes.v[i], look_beneath, o);
		if (is_new(c) && has_state(c->volume))
			for_devices(c->volume, look_at_left, o);
		o->early[i] = !o->changes;
	}
}

/* A live table may be loaded early when just the device itself is to change. */
static bool loads_early(struct order *o, const struct plan_change *c)
{
	o->changes = false;
	for_devices(c->volume, look_beneath, o);
	return !o->changes;
}

/* ---- one volume ---- */

struct messages {
	struct order *o;
	struct plan_change *c;
	struct plan_change *origin; /* of a snapshot, where it runs */
};

/* A device that the line does not have open: what its message is about. */
static void find_origin(void *priv, struct devref *ref, const struct word *repeat, size_t item,
			const struct word *row)
{
	struct messages *m = priv;
	const struct volume *v = plan_volume(m->o->p, ref->dev);

	(void)repeat;
	(void)item;
	if (v && (row->flags & WORD_LAYOUT_ONLY) && !is_new(plan_change_of(m->o->p, v)))
		m->origin = plan_change_of(m->o->p, v);
}

static void add_message(void *priv, const struct blkdev *to, const char *message, const char *undo)
{
	struct messages *m = priv;
	const struct volume *v = plan_volume(m->o->p, to);

	if (v)
		vec_push(&m->o->p->steps,
			 (struct plan_step){.kind = STEP_MESSAGE, .change = plan_change_of(m->o->p, v),
					    .message = message, .undo = undo, .for_change = m->c});
}

/*
 * Documentation/admin-guide/device-mapper/thin-provisioning.rst: the origin of a snapshot is
 * suspended while the snapshot is made, or it is made of a moving thing.
 */
static void add_messages(struct order *o, struct plan_change *c)
{
	struct emit_ctx e = {.kernel = o->p->running->kernel, .arena = o->p->arena};
	struct messages m = {o, c, NULL};

	for (size_t i = 0; i < c->volume->table.nr; i++) {
		const struct line *line = &c->volume->table.lines[i];

		if (!line->target->before_load)
			continue;
		line_devices(line, find_origin, &m);
		if (m.origin)
			add(o, STEP_SUSPEND, m.origin, "I/O to it waits while the snapshot is made");
		line->target->before_load(&e, line->params, add_message, &m);
		if (m.origin)
			add(o, STEP_RESUME, m.origin, NULL);
	}
}

static const char *load_risk(const struct order *o, const struct plan_change *c)
{
	struct strbuf b = STRBUF_INIT;
	const char *risk;

	if (c->new_sectors < c->old_sectors) {
		strbuf_adds(&b, "what lies behind ");
		size_format(&b, c->new_sectors * 512);
		strbuf_adds(&b, " can no longer be reached");
	}
	for (size_t i = 0; i < c->nr_words; i++) {
		if (!c->words[i].moves)
			continue;
		strbuf_addf(&b, "%saddresses may show other bytes than before", b.len ? "; " : "");
		break;
	}
	risk = b.len ? arena_strdup(o->p->arena, strbuf_str(&b)) : NULL;
	strbuf_release(&b);
	return risk;
}

static void add_sharers(struct order *o, enum step_kind kind, const struct plan_change *c)
{
	if (!shared_origin(c->volume))
		return;
	for (size_t i = 0; i < o->sharers.nr; i++)
		if (shares(c, o->sharers.v[i], false))
			add(o, kind, o->sharers.v[i],
			    kind == STEP_SUSPEND ? "I/O to it waits while the snapshot is made" : NULL);
}

static void add_formats(struct order *o, struct plan_change *c)
{
	for (size_t i = 0; i < o->p->formats.nr; i++) {
		struct plan_format *f = o->p->formats.v[i];

		if (f->change == c)
			vec_push(&o->p->steps, (struct plan_step){.kind = STEP_FORMAT, .change = c, .format = f,
								  .risk = arena_printf(o->p->arena,
					"%llu bytes of %s are zeroed", (unsigned long long)f->len, f->dev->name)});
	}
}

static void add_new(struct order *o, struct plan_change *c)
{
	add_messages(o, c);
	add_formats(o, c);
	add_sharers(o, STEP_SUSPEND, c);
	add(o, STEP_LOAD, c, NULL);
	add(o, STEP_RESUME, c, NULL);
	add_sharers(o, STEP_RESUME, c);
}

static void add_early(struct order *o)
{
	for (size_t i = 0; i < o->p->layout->volumes.nr; i++) {
		struct plan_change *c = o->p->changes.v[i];

		if (is_new(c) && o->early[i])
			add_new(o, c);
		else if (reloads(c) && loads_early(o, c))
			add(o, STEP_LOAD, c, load_risk(o, c));
	}
}

static void add_late_one(struct order *o, struct plan_change *c);

static void add_beneath(void *priv, struct devref *ref, const struct word *repeat, size_t item,
			const struct word *row)
{
	struct order *o = priv;
	const struct volume *v = plan_volume(o->p, ref->dev);

	(void)repeat;
	(void)item;
	(void)row;
	if (v)
		add_late_one(o, plan_change_of(o->p, v));
}

/* A snapshot must be there before its origin goes on. */
static void add_new_sharers(struct order *o, const struct plan_change *c)
{
	for (size_t i = 0; i < o->sharers.nr; i++) {
		struct plan_change *other = o->sharers.v[i];

		if (is_new(other) && shared_origin(other->volume) == shared_origin(c->volume))
			add_late_one(o, other);
	}
}

static void add_late_one(struct order *o, struct plan_change *c)
{
	size_t i = c->volume->index;

	if (o->added[i])
		return;
	o->added[i] = true;
	for_devices(c->volume, add_beneath, o);
	if (is_new(c) && !o->early[i]) {
		add_new(o, c);
	} else if (reloads(c)) {
		if (shared_origin(c->volume))
			add_new_sharers(o, c);
		if (!loads_early(o, c))
			add(o, STEP_LOAD, c, load_risk(o, c));
		add(o, STEP_RESUME, c, NULL);
	} else if (c->what & CHANGE_SUSPENDED) {
		add(o, STEP_RESUME, c, NULL);
	}
}

static void add_late(struct order *o)
{
	for (size_t i = 0; i < o->p->layout->volumes.nr; i++)
		add_late_one(o, o->p->changes.v[i]);
}

/*
 * multipath_presuspend(), drivers/md/dm-mpath.c: with a flush, what waits for a path fails.
 * Without one it waits for the new table's paths.
 */
static bool keeps_io(const struct plan_change *c)
{
	const struct target *t = c->volume->table.lines[0].target;

	return t->flags & TARGET_REQUEST_BASED && c->new_sectors >= c->old_sectors;
}

static void add_suspends(struct order *o)
{
	struct plan *p = o->p;

	for (size_t i = p->layout->volumes.nr; i-- > 0;) {
		if (!reloads(p->changes.v[i]) || (p->changes.v[i]->what & CHANGE_SUSPENDED))
			continue;
		add(o, STEP_SUSPEND, p->changes.v[i], "I/O to it waits until it is resumed");
		p->steps.v[p->steps.nr - 1].no_flush = keeps_io(p->changes.v[i]);
	}
	/* Nobody uses these, but they may still copy. */
	for (size_t i = p->layout->volumes.nr; i < p->changes.nr && p->nr[PLAN_CREATE] + p->nr[PLAN_CHANGE]; i++)
		if (p->changes.v[i]->running->live && !p->changes.v[i]->running->suspended)
			add(o, STEP_SUSPEND, p->changes.v[i], NULL);
}

static void add_names(struct order *o)
{
	for (size_t i = 0; i < o->p->changes.nr; i++) {
		struct plan_change *c = o->p->changes.v[i];

		if (c->action == PLAN_CREATE)
			add(o, STEP_CREATE, c, NULL);
		if (c->what & CHANGE_NAME)
			add(o, STEP_RENAME, c, NULL);
		if ((c->what & CHANGE_LEFTOVER) && !(c->what & CHANGE_RELOADS))
			add(o, STEP_CLEAR, c, NULL);
	}
}

static void add_volumes(struct order *o)
{
	size_t nr = o->p->layout->volumes.nr;

	for (size_t i = 0; i < nr; i++)
		if (is_new(o->p->changes.v[i]) || reloads(o->p->changes.v[i]))
			for_devices(o->p->layout->volumes.v[i], attach, o);
	add_names(o);
	find_sharers(o);
	for (size_t i = 0; i < o->p->changes.nr; i++)
		if (reloads(o->p->changes.v[i]) || o->p->changes.v[i]->action == PLAN_REMOVE)
			note_left(o, o->p->changes.v[i]->running);
	find_early(o);
	add_early(o);
	add_suspends(o);
	add_late(o);
}

void plan_order(struct plan *p)
{
	struct order o = {.p = p, .early = mem_calloc(p->layout->volumes.nr + 1, sizeof(bool)),
			  .added = mem_calloc(p->layout->volumes.nr + 1, sizeof(bool))};

	if (!p->removes_all)
		add_volumes(&o);
	for (size_t i = 0; i < p->changes.nr; i++)
		if (p->changes.v[i]->action == PLAN_REMOVE)
			add(&o, STEP_REMOVE, p->changes.v[i], NULL);
	vec_release(&o.sharers);
	strmap_release(&o.left);
	free(o.early);
	free(o.added);
}
