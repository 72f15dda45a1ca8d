/*
 * What must not be done: names and devices that are somebody else's, loops that the kernel
 * would take, types that it would not.
 */
#include <errno.h>
#include <fcntl.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/size.h"
#include "plan/internal.h"

struct safety {
	struct plan *p;
	struct diag *diag;
	const struct plan_change *c;
};

/* ---- removals ---- */

static bool loads(const struct plan_change *c)
{
	return c->action == PLAN_CREATE || (c->what & CHANGE_RELOADS);
}

struct holder {
	const struct plan *p;
	dev_t dev;
	bool stays; /* the new table holds the device, too */
};

static void look_for_device(void *priv, struct devref *ref, const struct word *repeat, size_t item,
			    const struct word *row)
{
	struct holder *h = priv;

	(void)repeat;
	(void)item;
	if (!(row->flags & WORD_LAYOUT_ONLY) && plan_dev(h->p, ref->dev) == h->dev)
		h->stays = true;
}

static bool lets_go(const struct plan *p, const struct plan_change *c, const struct running_device *d)
{
	struct holder h = {p, d->dev, false};

	if (c->action == PLAN_REMOVE)
		return true;
	for (size_t i = 0; i < c->volume->table.nr && loads(c); i++)
		line_devices(&c->volume->table.lines[i], look_for_device, &h);
	return loads(c) && !h.stays;
}

/* Holders that are gone, or elsewhere, before a device is removed are no hindrance. */
static void count_holders(const struct plan *p)
{
	for (size_t i = 0; i < p->changes.nr; i++) {
		const struct plan_change *c = p->changes.v[i];

		for (size_t k = 0; c->running && k < c->running->deps.nr; k++) {
			struct running_device *d = running_by_dev(p->running, c->running->deps.v[k]);

			if (d && d->change && d->change->action == PLAN_REMOVE && lets_go(p, c, d))
				d->own_holders++;
		}
	}
}

static void check_removal(const struct safety *s)
{
	const struct running_device *d = s->c->running;
	struct finding *f;

	if (s->p->o->open_too || d->open_count <= d->own_holders)
		return;
	f = diag_add(s->diag, &F_PLAN_OPEN, (struct span){0},
		     "cannot be removed: it is in use (open count %d)", d->open_count);
	f->subject = d->name;
	finding_fix(s->diag, f, "unmount it or stop its user (lsof /dev/mapper/%s, dmsetup ls --tree)", d->name);
}

/* ---- tables ---- */

static bool immutable(const struct plan *p, const char *target)
{
	const struct target *t = target_find(p->layout->targets, target, strlen(target));

	return t && (target_flags_on(t, p->running->kernel) & TARGET_IMMUTABLE);
}

/* table_load(), drivers/md/dm-ioctl.c: an immutable target's device keeps its type. */
static void check_type(const struct safety *s)
{
	const struct dm_lines *live = &s->c->running->table;
	const struct table *want = &s->c->volume->table;
	const char *have = live->nr ? live->v[0].target : "", *name = want->lines[0].target->name;
	struct finding *f;

	if (!live->nr || !strcmp(have, name) || !immutable(s->p, have))
		return;
	f = diag_add(s->diag, &F_PLAN_TYPE, s->c->volume->span,
		     "runs as a %s, which cannot become a %s while it is there", have, name);
	f->subject = s->c->volume->name;
	finding_fix(s->diag, f, "stop its users, `dmc remove` it and apply again");
}

bool plan_allows(const struct plan *p, const char *what, const char *volume)
{
	size_t len = strlen(what);

	for (size_t i = 0; i < p->o->nr_allow; i++) {
		const char *a = p->o->allow[i];

		if (!strncmp(a, what, len) && a[len] == ':' && !strcmp(a + len + 1, volume))
			return true;
	}
	return false;
}

static void check_shrink(const struct safety *s)
{
	struct strbuf from = STRBUF_INIT, to = STRBUF_INIT;
	struct finding *f;

	if (s->c->new_sectors >= s->c->old_sectors || !s->c->running->live ||
	    plan_allows(s->p, "shrink", s->c->volume->name))
		return;
	size_format(&from, s->c->old_sectors * 512);
	size_format(&to, s->c->new_sectors * 512);
	f = diag_add(s->diag, &F_PLAN_SHRINK, s->c->volume->span,
		     "would shrink from %s to %s: what is stored behind that would be cut off",
		     strbuf_str(&from), strbuf_str(&to));
	f->subject = s->c->volume->name;
	finding_fix(s->diag, f, "shrink what it holds first, then --allow=shrink:%s", s->c->volume->name);
	strbuf_release(&from);
	strbuf_release(&to);
}

/* ---- loops through devices that run already ---- */

/* From a device downwards, in the form that all will have. */
struct walk {
	const struct safety *s;
	struct strmap seen; /* names */
	bool found;         /* the volume at hand */
};

static void walk_number(struct walk *w, dev_t dev);

static void walk_device(void *priv, struct devref *ref, const struct word *repeat, size_t item,
			const struct word *row);

static void walk_volume(struct walk *w, const struct volume *v)
{
	w->found |= v == w->s->c->volume;
	if (w->found || strmap_add(&w->seen, v->dm_name, strlen(v->dm_name), (void *)v))
		return;
	for (size_t i = 0; i < v->table.nr; i++)
		line_devices(&v->table.lines[i], walk_device, w);
}

static void walk_device(void *priv, struct devref *ref, const struct word *repeat, size_t item,
			const struct word *row)
{
	struct walk *w = priv;
	const struct volume *v = plan_volume(w->s->p, ref->dev);

	(void)repeat;
	(void)item;
	if (row->flags & WORD_LAYOUT_ONLY)
		return;
	if (v)
		walk_volume(w, v);
	else
		walk_number(w, plan_dev(w->s->p, ref->dev));
}

static void walk_number(struct walk *w, dev_t dev)
{
	struct running_device *d = running_by_dev(w->s->p->running, dev);

	if (!d)
		return;
	if (d->change && d->change->volume) {
		walk_volume(w, d->change->volume);
		return;
	}
	if (strmap_add(&w->seen, d->name, strlen(d->name), d) || running_know(w->s->p->running, d, w->s->diag))
		return;
	for (size_t i = 0; i < d->deps.nr; i++)
		walk_number(w, d->deps.v[i]);
}

static bool leads_back(const struct safety *s, dev_t dev)
{
	struct walk w = {.s = s};

	walk_number(&w, dev);
	strmap_release(&w.seen);
	return w.found;
}

static void check_loop(void *priv, struct devref *ref, const struct word *repeat, size_t item,
		       const struct word *row)
{
	const struct safety *s = priv;
	struct finding *f;

	(void)repeat;
	(void)item;
	/* Volumes as such are in an order, so that none stands on itself. */
	if ((row->flags & WORD_LAYOUT_ONLY) || ref->dev->table || !leads_back(s, plan_dev(s->p, ref->dev)))
		return;
	f = diag_add(s->diag, &F_PLAN_LOOP, s->c->volume->span,
		     "would stand on itself: %s is a running device that leads back to it",
		     ref->dev->word);
	f->subject = s->c->volume->name;
}

/* ---- devices that somebody else has ---- */

/* True where device-mapper alone holds it: that is no hindrance. */
static bool held_by_dm(dev_t dev)
{
	char path[64];
	struct dirent *e;
	DIR *dir;
	bool dm = false, other = false;

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/holders", major(dev), minor(dev));
	dir = opendir(path);
	while (dir && (e = readdir(dir))) {
		dm = dm || !strncmp(e->d_name, "dm-", 3);
		other = other || (*e->d_name != '.' && strncmp(e->d_name, "dm-", 3));
	}
	if (dir)
		closedir(dir);
	return dm && !other;
}

static void check_in_use(const struct safety *s, const struct plan_device *d)
{
	char node[64];
	struct finding *f;
	int fd;

	snprintf(node, sizeof(node), "/dev/block/%u:%u", major(d->dev), minor(d->dev));
	fd = open(d->loop ? d->loop : d->device->path ? d->device->path : node, O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0) {
		close(fd);
		return;
	}
	if (errno != EBUSY || held_by_dm(d->dev))
		return;
	f = diag_add(s->diag, &F_PLAN_IN_USE, (struct span){0},
		     "%s is in use: mounted, swapped on, or held by another driver",
		     d->device->blk.word);
	f->subject = d->device->name;
	finding_fix(s->diag, f, "lsblk %s shows by whom; unmount or stop that first", d->device->blk.word);
}

/*
 * A loop device without a file, a drive without a disk. The kernel takes tables on those
 * (device_area_is_invalid(), drivers/md/dm-table.c).
 */
static bool is_empty(dev_t dev)
{
	unsigned long long sectors = 1;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/size", major(dev), minor(dev));
	f = fopen(path, "re");
	if (f && fscanf(f, "%llu", &sectors) != 1)
		sectors = 1;
	if (f)
		fclose(f);
	return !sectors;
}

static void check_there(const struct safety *s, const struct plan_device *d)
{
	const struct device *device = d->device;
	bool file = device->selector == SELECT_FILE;
	struct strbuf size = STRBUF_INIT;
	struct finding *f;

	if (device->blk.flags & BLKDEV_ABSENT) /* loading the layout has said so */
		return;
	if (file ? device->path && !access(device->path, F_OK) : d->dev && !is_empty(d->dev))
		return;
	if (d->dev && !file) {
		f = diag_add(s->diag, &F_PLAN_NO_DEVICE, (struct span){0},
			     "%s is an empty node: no disk or image is behind it", device->blk.word);
		f->subject = device->name;
		finding_fix(s->diag, f, "attach it (losetup -l lists loop devices), or correct the layout");
		return;
	}
	f = diag_add(s->diag, &F_PLAN_NO_DEVICE, (struct span){0}, "the device is not here: %s",
		     device->path ? device->path : device->value);
	f->subject = device->name;
	size_format(&size, device->blk.nr_sectors * 512);
	if (file && blkdev_size_known(&device->blk))
		finding_fix(s->diag, f, "make the image file: truncate -s %llu %s   (%s)",
			    (unsigned long long)device->blk.nr_sectors * 512, device->path ? device->path : device->value,
			    strbuf_str(&size));
	else
		finding_fix(s->diag, f, "attach it, or correct the layout");
	strbuf_release(&size);
}

/* Writes to it would fail, one by one, when all seems well. */
static void check_read_only(const struct safety *s, const struct devref *ref, const struct word *row)
{
	struct finding *f;

	if (s->c->volume->table.read_only || row->flags & (WORD_READS | WORD_LAYOUT_ONLY) ||
	    !(ref->dev->flags & BLKDEV_READ_ONLY))
		return;
	f = diag_add(s->diag, &F_PLAN_READ_ONLY, s->c->volume->span,
		     "would be writable, and %s under it is read-only: every write would fail", ref->dev->name);
	f->subject = s->c->volume->name;
	finding_fix(s->diag, f, "add read_only: true to the volume, or make it writable (blockdev --getro %s)",
		    ref->dev->word);
}

/* Only devices that a new or changed table opens. */
static void note_used(void *priv, struct devref *ref, const struct word *repeat, size_t item,
		      const struct word *row)
{
	const struct safety *s = priv;
	struct plan_device *d = strmap_get(&s->p->by_name, ref->dev->name, strlen(ref->dev->name));

	(void)repeat;
	(void)item;
	check_read_only(s, ref, row);
	if (!d || &d->device->blk != ref->dev || (row->flags & WORD_LAYOUT_ONLY))
		return;
	d->used = true;
	d->written = d->written || !(row->flags & WORD_READS);
}

static void check_volume(struct safety *s)
{
	const struct table *t = &s->c->volume->table;

	if (s->c->action == PLAN_KEEP)
		return;
	if (s->p->running->dm && (s->c->action == PLAN_CREATE || (s->c->what & CHANGE_UNFINISHED)))
		plan_check_content(s->p, (struct plan_change *)s->c, s->diag);
	if (s->c->action == PLAN_CHANGE && (s->c->what & CHANGE_RELOADS)) {
		check_type(s);
		check_shrink(s);
	}
	/* What is just resumed or renamed is not asked whether it could be made again. */
	for (size_t i = 0; i < t->nr && loads(s->c); i++) {
		line_devices(&t->lines[i], check_loop, s);
		line_devices(&t->lines[i], note_used, s);
	}
}

void plan_check(struct plan *p, struct diag *diag)
{
	struct safety s = {p, diag, NULL};

	count_holders(p);
	for (size_t i = 0; i < p->changes.nr; i++) {
		s.c = p->changes.v[i];
		if (s.c->action == PLAN_REMOVE)
			check_removal(&s);
		else
			check_volume(&s);
	}
	/* A state file tells of another machine, or another time. */
	for (size_t i = 0; i < p->nr_devices && p->running->dm; i++) {
		if (p->devices[i].used)
			check_there(&s, &p->devices[i]);
		if (p->devices[i].written && p->devices[i].dev)
			check_in_use(&s, &p->devices[i]);
	}
}

/* ---- targets ---- */

static bool kernel_has_target(struct dm *dm, const char *name)
{
	uint32_t version[3];

	/* Any other error is none of this question's: the load will tell. */
	return dm_get_target_version(dm, name, version) != -EINVAL;
}

static bool check_targets_of(const struct plan_change *c, struct dm *dm, struct strmap *asked, struct diag *diag)
{
	const struct table *t = &c->volume->table;
	bool all = true;

	for (size_t i = 0; i < t->nr; i++) {
		const char *name = t->lines[i].target->name;
		struct finding *f;

		if (strmap_add(asked, name, strlen(name), (void *)name) || kernel_has_target(dm, name))
			continue;
		f = diag_add(diag, &F_PLAN_NO_TARGET, c->volume->span, "this kernel has no target '%s'", name);
		f->subject = c->volume->name;
		finding_fix(diag, f, "load its module: modprobe dm-%s; where there is none, install it", name);
		all = false;
	}
	return all;
}

bool plan_check_targets(const struct plan *p, struct dm *dm, struct diag *diag)
{
	struct strmap asked = {0};
	uint32_t version[3];
	bool all = true;

	/* Before 4.41.0 one cannot ask for a target, and the load tries to bring its module. */
	if (dm_version(dm, version) || version[1] < 41)
		return true;
	for (size_t i = 0; i < p->changes.nr; i++) {
		const struct plan_change *c = p->changes.v[i];

		if (loads(c))
			all &= check_targets_of(c, dm, &asked, diag);
	}
	strmap_release(&asked);
	return all;
}
