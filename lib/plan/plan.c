/* Volumes and running devices, side by side. */
#include "plan/plan.h"

#include <errno.h>
#include <string.h>

#include "plan/diff.h"
#include "plan/internal.h"

static uint64_t table_end(const struct dm_lines *t)
{
	return t->nr ? t->v[t->nr - 1].start_sectors + t->v[t->nr - 1].nr_sectors : 0;
}

/* The device that is the volume, or NULL; one that is in its way in *taken. */
static struct running_device *match(const struct plan *p, const struct volume *v,
				    struct running_device **taken)
{
	struct running_device *named = running_by_name(p->running, v->dm_name), *same = NULL;

	*taken = NULL;
	if (v->dm_uuid)
		same = running_by_uuid(p->running, v->dm_uuid);
	else if (named && !named->uuid)
		same = named;
	if (named && named != same)
		*taken = named;
	return same;
}

static void name_taken(const struct plan_change *c, const struct running_device *taken, struct diag *diag)
{
	struct finding *f = diag_add(diag, &F_PLAN_NAME_TAKEN, c->volume->span,
				     "a device of that name runs already, with %s%s",
				     taken->uuid ? "the uuid " : "no uuid", taken->uuid ? taken->uuid : "");

	f->subject = c->volume->name;
	if (c->volume->dm_uuid)
		finding_fix(diag, f, "it is not this layout's: rename or remove it, or give the volume another dm_name");
	else
		finding_fix(diag, f, "give the volume this dm_uuid if it is the same, else another dm_name");
}

/*
 * A volume of another name is renamed where the uuid is one that we give; one that the
 * layout's author has written down may be that of another layer's device.
 */
static void check_uuid(const struct plan_change *c, const struct layout *l, struct diag *diag)
{
	struct finding *f;

	if (!strcmp(c->running->name, c->name) || layout_owns_uuid(l, c->running->uuid))
		return;
	f = diag_add(diag, &F_PLAN_UUID_TAKEN, c->volume->span, "a device with the uuid %s runs already, as %s",
		     c->running->uuid, c->running->name);
	f->subject = c->volume->name;
	finding_fix(diag, f, "if it is this volume, set dm_name: %s; else give the volume another dm_uuid",
		    c->running->name);
}

/* What is to be done to a device that runs. */
static unsigned compare(struct plan *p, struct plan_change *c)
{
	const struct running_device *d = c->running;
	unsigned what = 0;

	c->old_sectors = table_end(&d->table);
	if (strcmp(d->name, c->name))
		what |= CHANGE_NAME;
	if (!d->live)
		what |= CHANGE_UNFINISHED;
	else if (diff_table(p, c, &d->table))
		what |= CHANGE_TABLE;
	if (d->live && d->read_only != c->volume->table.read_only)
		what |= CHANGE_READ_ONLY;
	if (d->live && d->suspended)
		what |= CHANGE_SUSPENDED;
	if (d->inactive)
		what |= CHANGE_LEFTOVER;
	return what;
}

/* A read through a suspended device would wait until somebody resumes it. */
static bool stands_still(const struct plan *p, struct running_device *d, int depth, struct diag *diag)
{
	if (running_know(p->running, d, diag) || d->suspended || !d->live || depth > MAX_DEPTH)
		return true;
	for (size_t i = 0; i < d->deps.nr; i++) {
		struct running_device *under = running_by_dev(p->running, d->deps.v[i]);

		if (under && stands_still(p, under, depth + 1, diag))
			return true;
	}
	return false;
}

static int plan_volume_change(struct plan *p, const struct volume *v, struct diag *diag)
{
	struct plan_change *c = arena_new(p->arena, struct plan_change);
	struct running_device *taken;
	int r = 0;

	*c = (struct plan_change){.name = v->dm_name, .volume = v, .new_sectors = table_sectors(&v->table)};
	c->running = match(p, v, &taken);
	vec_push(&p->changes, c);
	if (taken)
		name_taken(c, taken, diag);
	if (!c->running) {
		c->action = PLAN_CREATE;
		return 0;
	}
	c->running->change = c;
	check_uuid(c, p->layout, diag);
	r = running_know(p->running, c->running, diag);
	if (r)
		return r;
	if (p->running->dm && !stands_still(p, c->running, 0, diag))
		plan_read_running(p, c);
	c->what = compare(p, c);
	c->action = c->what ? PLAN_CHANGE : PLAN_KEEP;
	return 0;
}

/* ---- what the layout has no longer ---- */

struct sorted {
	VEC(struct plan_change *) v;
	const struct running *running;
};

/* What it uses first; depth is the number of layers. A device is visited once. */
static void visit(struct sorted *s, struct plan_change *c)
{
	c->running->change = NULL;
	for (size_t i = 0; i < c->running->deps.nr; i++) {
		struct running_device *d = running_by_dev(s->running, c->running->deps.v[i]);

		if (d && d->change && d->change->action == PLAN_REMOVE)
			visit(s, d->change);
	}
	vec_push(&s->v, c);
}

/* Users before what they use. */
static void sort_from_top(const struct plan *p, struct plan_change **v, size_t nr)
{
	struct sorted s = {.running = p->running};

	for (size_t i = 0; i < nr; i++)
		if (v[i]->running->change)
			visit(&s, v[i]);
	for (size_t i = 0; i < nr; i++) {
		v[i] = s.v.v[nr - 1 - i];
		v[i]->running->change = v[i];
	}
	vec_release(&s.v);
}

static int add_removal(struct plan *p, struct running_device *d, const struct volume *v, struct diag *diag)
{
	struct plan_change *c = arena_new(p->arena, struct plan_change);
	int r = running_know(p->running, d, diag);

	*c = (struct plan_change){.action = PLAN_REMOVE, .name = d->name, .volume = v, .running = d,
				  .old_sectors = table_end(&d->table)};
	d->change = c;
	vec_push(&p->changes, c);
	return r;
}

static int plan_orphans(struct plan *p, struct diag *diag)
{
	for (size_t i = 0; i < p->running->devices.nr; i++) {
		struct running_device *d = p->running->devices.v[i];
		int r;

		if (!layout_owns_uuid(p->layout, d->uuid) || d->change)
			continue;
		r = add_removal(p, d, NULL, diag);
		if (r)
			return r;
	}
	return 0;
}

static void begin(struct plan *ret, const struct layout *l, struct running *running,
		  const struct plan_options *o)
{
	*ret = (struct plan){.layout = l, .running = running, .arena = running->arena, .o = o};
	plan_find_devices(ret);
}

static void count(struct plan *p)
{
	for (size_t i = 0; i < p->changes.nr; i++)
		p->nr[p->changes.v[i]->action]++;
}

int plan_make(struct plan *ret, const struct layout *l, struct running *running,
	      const struct plan_options *o, struct diag *diag)
{
	int r = 0;

	begin(ret, l, running, o);
	for (size_t i = 0; i < l->volumes.nr && !r; i++)
		r = l->volumes.v[i]->failed ? -EINVAL : plan_volume_change(ret, l->volumes.v[i], diag);
	if (!r)
		r = plan_orphans(ret, diag);
	if (r)
		return r;
	sort_from_top(ret, ret->changes.v + l->volumes.nr, ret->changes.nr - l->volumes.nr);
	count(ret);
	plan_check(ret, diag);
	plan_order(ret);
	return 0;
}

int plan_remove(struct plan *ret, const struct layout *l, struct running *running,
		const struct plan_options *o, struct diag *diag)
{
	struct running_device *taken;
	int r = 0;

	begin(ret, l, running, o);
	ret->removes_all = true;
	for (size_t i = l->volumes.nr; i-- > 0 && !r;) {
		struct running_device *d = match(ret, l->volumes.v[i], &taken);

		if (d)
			r = add_removal(ret, d, l->volumes.v[i], diag);
	}
	if (!r)
		r = plan_orphans(ret, diag);
	if (r)
		return r;
	sort_from_top(ret, ret->changes.v, ret->changes.nr);
	count(ret);
	plan_check(ret, diag);
	plan_order(ret);
	return 0;
}

void plan_release(struct plan *p)
{
	vec_release(&p->changes);
	vec_release(&p->steps);
	vec_release(&p->formats);
	strmap_release(&p->by_number);
	strmap_release(&p->by_name);
	strmap_release(&p->attached);
}
