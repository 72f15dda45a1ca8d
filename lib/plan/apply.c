#include "plan/apply.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "plan/internal.h"
#include "target/params.h"

struct done {
	struct plan_step *step;
	int fd;            /* STEP_ATTACH; else -1 */
	bool there;        /* STEP_MESSAGE: nothing was done */
	const char *name;  /* STEP_RENAME: the old one */
};

struct apply {
	struct plan *p;
	const struct apply_options *o;
	struct diag *diag;
	VEC(struct done) done;
	bool secret; /* load: a key is on the line at hand */
};

static void event(const struct apply *a, enum apply_event e, const struct plan_step *step, int error)
{
	if (a->o->event)
		a->o->event(a->o->priv, e, step, error);
}

static struct dm_id id_of(const struct plan_change *c)
{
	return dm_by_dev(c->running->dev);
}

/* ---- loading ---- */

static const char *note_key(const struct emit_ctx *c, const struct key *key)
{
	(void)key;
	((struct apply *)c->priv)->secret = true;
	return NULL;
}

/* As plan_dev_text(), whose plan is behind our priv. */
static const char *device_text(const struct emit_ctx *c, const struct blkdev *dev)
{
	struct emit_ctx pc = *c;

	pc.priv = ((struct apply *)c->priv)->p;
	return plan_dev_text(&pc, dev);
}

static const char *line_words(struct apply *a, const struct line *line)
{
	struct emit_ctx c = {.kernel = a->p->running->kernel, .mode = EMIT_LOAD, .show_keys = true,
			     .arena = a->p->arena, .key_text = note_key, .dev_text = device_text,
			     .priv = a, .start_sectors = line->start_sectors, .nr_sectors = line->nr_sectors};
	struct strbuf words = {.secret = true};
	const char *text;

	target_emit(&c, line, &words);
	text = arena_strdup(a->p->arena, strbuf_str(&words));
	strbuf_release(&words);
	return text;
}

static int load(struct apply *a, const struct plan_change *c)
{
	const struct table *t = &c->volume->table;
	struct dm_line *lines = arena_array(a->p->arena, struct dm_line, t->nr);

	a->secret = false;
	for (size_t i = 0; i < t->nr; i++)
		lines[i] = (struct dm_line){t->lines[i].start_sectors, t->lines[i].nr_sectors,
					    t->lines[i].target->name, line_words(a, &t->lines[i])};
	return dm_load(a->o->dm, id_of(c), lines, t->nr,
		       (t->read_only ? DM_READ_ONLY : 0) | (a->secret ? DM_SECURE : 0), NULL);
}

static int load_old(struct apply *a, const struct plan_change *c)
{
	const struct running_device *d = c->running;

	return dm_load(a->o->dm, id_of(c), d->table.v, d->table.nr,
		       DM_SECURE | (d->read_only ? DM_READ_ONLY : 0), NULL);
}

/* ---- one step ---- */

static int attach(struct apply *a, struct done *done)
{
	const struct device *device = done->step->device;
	struct plan_device *d = strmap_get(&a->p->by_name, device->name, strlen(device->name));

	return a->o->attach(device->path, &device->blk, &done->fd, &d->dev);
}

static int create(struct apply *a, struct plan_change *c)
{
	const struct volume *v = c->volume;
	struct dm_info info;
	int r = dm_create(a->o->dm, c->name, v->dm_uuid, (int)v->minor, &info);

	if (r)
		return r;
	c->running = running_add(a->p->running, c->name, v->dm_uuid, info.dev);
	c->running->change = c;
	return 0;
}

static int message(struct apply *a, struct done *done)
{
	int r = dm_message(a->o->dm, id_of(done->step->change), 0, done->step->message, 0, a->p->arena, NULL);

	if (r != -EEXIST)
		return r;
	done->there = true;
	return 0;
}

static int rename_device(struct apply *a, struct done *done)
{
	const struct plan_change *c = done->step->change;

	done->name = c->running->name;
	return dm_rename(a->o->dm, c->running->name, c->name, NULL);
}

/*
 * A device in use that must go: from now on every request to it fails, and it vanishes with
 * its last user. Nothing is flushed: what is stuck below would never answer.
 */
static int remove_by_force(struct apply *a, const struct plan_change *c)
{
	struct dm_line error = {.nr_sectors = c->old_sectors, .target = "error", .params = ""};
	int r = 0;

	if (c->old_sectors)
		r = dm_load(a->o->dm, id_of(c), &error, 1, 0, NULL);
	if (!r && c->old_sectors)
		r = dm_resume(a->o->dm, id_of(c), DM_NOFLUSH | DM_SKIP_LOCKFS, NULL);
	return r ? r : dm_remove(a->o->dm, id_of(c), DM_DEFERRED, NULL);
}

/* udev and its helpers open a device for a moment whenever it changes. */
static int remove_patiently(struct apply *a, const struct plan_change *c)
{
	const struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
	int r = dm_remove(a->o->dm, id_of(c), a->o->remove_flags, NULL);

	for (unsigned i = 0; r == -EBUSY && i < a->o->retries; i++) {
		nanosleep(&pause, NULL);
		r = dm_remove(a->o->dm, id_of(c), a->o->remove_flags, NULL);
	}
	return r;
}

static int remove_device(struct apply *a, const struct plan_change *c)
{
	int r = remove_patiently(a, c);

	return r == -EBUSY && a->o->force ? remove_by_force(a, c) : r;
}

/* ---- formatting ---- */

static int open_place(const struct apply *a, const struct plan_format *f)
{
	const struct device *d = f->dev->table ? NULL : layout_device(a->p->layout, f->dev->name);
	const char *path = d ? d->path : f->dev->word;
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;

	return fd < 0 ? -errno : fd;
}

static int write_place(const struct apply *a, const struct plan_format *f, const void *bytes, void *old)
{
	int fd = open_place(a, f), r = 0;

	if (fd < 0)
		return fd;
	if (old && pread(fd, old, f->len, (off_t)f->off) != (ssize_t)f->len)
		r = -EIO;
	if (!r && (pwrite(fd, bytes, f->len, (off_t)f->off) != (ssize_t)f->len || fsync(fd)))
		r = -EIO;
	if (close(fd) && !r)
		r = -errno;
	return r;
}

static int format(struct apply *a, struct plan_format *f)
{
	void *zeroes = arena_alloc(a->p->arena, f->len);

	f->old = arena_alloc(a->p->arena, f->len);
	return write_place(a, f, zeroes, f->old);
}

/* A place that could only be seen now; undone like those of the plan. */
static int format_late(struct apply *a, struct plan_format *f)
{
	struct plan_step *step = arena_new(a->p->arena, struct plan_step);
	int r;

	*step = (struct plan_step){.kind = STEP_FORMAT, .change = f->change, .format = f};
	event(a, APPLY_BEGIN, step, 0);
	r = format(a, f);
	if (!r) {
		vec_push(&a->done, (struct done){.step = step, .fd = -1});
		event(a, APPLY_DONE, step, 0);
	}
	return r;
}

/*
 * What is underneath runs now and can be read, which it could not when the plan was made:
 * once more, would something be written over?
 */
static int load_new(struct apply *a, struct plan_change *c)
{
	bool is_new = c->action == PLAN_CREATE || (c->what & CHANGE_UNFINISHED);
	size_t nr = a->p->formats.nr;
	int r = 0;

	if (is_new && a->o->check_content && !plan_check_content(a->p, c, a->diag))
		return -ECANCELED;
	for (; nr < a->p->formats.nr && !r; nr++)
		r = format_late(a, a->p->formats.v[nr]);
	return r ? r : load(a, c);
}

static int resume(struct apply *a, struct plan_change *c)
{
	int r = dm_resume(a->o->dm, id_of(c), 0, NULL);

	if (!r && a->o->check_content)
		plan_read_running(a->p, c);
	return r;
}

static int do_step(struct apply *a, struct done *done)
{
	struct plan_change *c = done->step->change;

	switch (done->step->kind) {
	case STEP_ATTACH:
		return attach(a, done);
	case STEP_CREATE:
		return create(a, c);
	case STEP_LOAD:
		return load_new(a, c);
	case STEP_RESUME:
		return resume(a, c);
	case STEP_SUSPEND:
		return dm_suspend(a->o->dm, id_of(c), done->step->no_flush ? DM_NOFLUSH | DM_SKIP_LOCKFS : 0, NULL);
	case STEP_CLEAR:
		return dm_clear(a->o->dm, id_of(c), NULL);
	case STEP_MESSAGE:
		return message(a, done);
	case STEP_RENAME:
		return rename_device(a, done);
	case STEP_REMOVE:
		return remove_device(a, c);
	case STEP_FORMAT:
		return format(a, done->step->format);
	}
	return -EINVAL;
}

/* ---- undoing ---- */

static bool was_there(const struct plan_change *c)
{
	return c->action == PLAN_CHANGE && !(c->what & CHANGE_UNFINISHED);
}

/* The old table back; the device ran with it, so the kernel takes it again. */
static int undo_resume(struct apply *a, const struct plan_change *c)
{
	int r;

	if (c->action == PLAN_CREATE)
		return 0; /* undoing its creation removes it */
	if (!was_there(c))
		return c->action == PLAN_KEEP ? 0 : dm_remove(a->o->dm, id_of(c), 0, NULL);
	if (!(c->what & CHANGE_RELOADS))
		return dm_suspend(a->o->dm, id_of(c), 0, NULL);
	r = load_old(a, c);
	return r ? r : dm_resume(a->o->dm, id_of(c), 0, NULL);
}

static int undo_step(struct apply *a, const struct done *done)
{
	const struct plan_change *c = done->step->change;

	switch (done->step->kind) {
	case STEP_CREATE:
		return remove_patiently(a, c);
	case STEP_LOAD:
		return c->action == PLAN_CREATE ? 0 : dm_clear(a->o->dm, id_of(c), NULL);
	case STEP_RESUME:
		return undo_resume(a, c);
	case STEP_SUSPEND:
		/* Also after a failed resume, which has dropped the new table: the old one goes on. */
		return dm_resume(a->o->dm, id_of(c), 0, NULL);
	case STEP_MESSAGE:
		return done->there ? 0 : dm_message(a->o->dm, id_of(c), 0, done->step->undo, 0, a->p->arena, NULL);
	case STEP_RENAME:
		return dm_rename(a->o->dm, c->name, done->name, NULL);
	case STEP_FORMAT:
		return write_place(a, done->step->format, done->step->format->old, NULL);
	case STEP_ATTACH:  /* closing its descriptor detaches it */
	case STEP_CLEAR:   /* nobody's table */
	case STEP_REMOVE:
		break;
	}
	return 0;
}

/* An unfinished device is removed when its resume is undone: its load is gone with it. */
static bool undone_already(const struct apply *a, size_t i)
{
	const struct plan_step *step = a->done.v[i].step;

	if (step->kind != STEP_LOAD)
		return false;
	for (size_t k = i + 1; k < a->done.nr; k++)
		if (a->done.v[k].step->kind == STEP_RESUME && a->done.v[k].step->change == step->change)
			return true;
	return false;
}

/* Another signal breaks off the kernel's waiting again. */
static int undo_at_last(struct apply *a, const struct done *d)
{
	int r;

	do
		r = undo_step(a, d);
	while (r == -EINTR);
	return r;
}

static void undo(struct apply *a)
{
	for (size_t i = a->done.nr; i-- > 0;) {
		const struct done *d = &a->done.v[i];
		int r = undone_already(a, i) ? 0 : undo_at_last(a, d);

		event(a, r ? APPLY_UNDO_FAILED : APPLY_UNDONE, d->step, r);
		if (!r)
			continue;
		diag_add(a->diag, &F_APPLY_UNDO, (struct span){0}, "%s of %s could not be undone: %s",
			 step_kind_name(d->step->kind),
			 d->step->change ? d->step->change->name : d->step->device->name, strerror(-r));
	}
}

/* ---- failing ---- */

static const struct finding_kind *failure_kind(int r)
{
	switch (r) {
	case -EBUSY:
		return &F_APPLY_BUSY;
	case -ENXIO:
	case -ENODEV:
	case -ENOENT:
		return &F_APPLY_ABSENT;
	case -EINTR:
		return &F_APPLY_INTERRUPTED;
	default:
		return &F_APPLY_FAILED;
	}
}

/* Loop devices do not explain themselves. */
static void report_attach(struct apply *a, const struct device *device, int r)
{
	struct finding *f = diag_add(a->diag, failure_kind(r), (struct span){0},
				     r == -EINTR ? "no loop device was made for %s: a signal came" :
						   "no loop device can be made for %s: %s",
				     device->path, strerror(-r));

	f->subject = device->name;
	if (r == -EROFS || r == -EACCES || r == -EPERM)
		finding_fix(a->diag, f, "the file cannot be written; if it need not be: read_only: true for the device");
	else if (!access(device->path, F_OK) && (r == -ENOENT || r == -ENODEV || r == -ENXIO))
		finding_fix(a->diag, f, "the file is there; the loop driver is not: modprobe loop");
	else if (r == -EBUSY)
		finding_fix(a->diag, f, "losetup -l shows who has loop devices");
}

static void report(struct apply *a, const struct plan_step *step, int r)
{
	const struct plan_change *c = step->change;
	struct finding *f;

	if (r == -ECANCELED) /* the finding says why */
		return;
	if (step->kind == STEP_ATTACH) {
		report_attach(a, step->device, r);
		return;
	}
	f = diag_add(a->diag, failure_kind(r), c->volume ? c->volume->span : (struct span){0},
		     r == -EINTR ? "%s was not done: a signal came" : "%s failed: %s",
		     step_kind_name(step->kind), strerror(-r));
	f->subject = c->name;
	f->kernel_text = dm_kmsg_read(a->o->kmsg, a->diag->arena);
	if (!f->kernel_text && r != -EINTR)
		finding_note(a->diag, f, (struct span){0}, "the kernel gave no reason in its log%s",
			     a->o->kmsg ? "" : ", which cannot be read here");
	if (step->kind == STEP_LOAD || step->kind == STEP_RESUME)
		finding_note(a->diag, f, (struct span){0},
			     "`dmc check` foresaw no refusal by Linux %s", a->p->running->kernel->name);
}

static int run_step(struct apply *a, struct plan_step *step)
{
	struct done done = {.step = step, .fd = -1};
	int r;

	if (a->o->interrupted && *a->o->interrupted)
		return -EINTR;
	dm_kmsg_mark(a->o->kmsg);
	event(a, APPLY_BEGIN, step, 0);
	r = do_step(a, &done);
	if (r)
		return r;
	vec_push(&a->done, done);
	event(a, done.there ? APPLY_THERE : APPLY_DONE, step, 0);
	return 0;
}

int plan_apply(struct plan *p, const struct apply_options *o, struct diag *diag)
{
	struct apply a = {.p = p, .o = o, .diag = diag};
	int r = 0;

	if (o->check_content && !plan_check_targets(p, o->dm, diag))
		return -ECANCELED;
	for (size_t i = 0; i < p->steps.nr && !r; i++) {
		struct plan_step *step = &p->steps.v[i];

		r = run_step(&a, step);
		if (!r)
			continue;
		event(&a, APPLY_FAILED, step, r);
		report(&a, step, r);
		if (step->kind != STEP_REMOVE)
			undo(&a);
	}
	/* The tables hold the loop devices now, or nobody does. */
	for (size_t i = 0; i < a.done.nr; i++)
		if (a.done.v[i].fd >= 0)
			close(a.done.v[i].fd);
	vec_release(&a.done);
	return r;
}
