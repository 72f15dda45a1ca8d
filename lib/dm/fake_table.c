/* Tables of the fake: load, swap, suspend, resume; who holds which device open. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dm/fake_internal.h"

/* ---- devices under a table: dm_get_table_device(), dm_put_table_device() ---- */

static struct fake_hold *find_hold(struct fake_dm *dm, const struct fake_blk *blk, bool read_only)
{
	for (size_t i = 0; i < dm->holds.nr; i++)
		if (dm->holds.v[i].blk == blk && dm->holds.v[i].read_only == read_only)
			return &dm->holds.v[i];
	return NULL;
}

static int hold(struct fake_dm *dm, struct fake_blk *blk, bool read_only)
{
	struct fake_hold *h = find_hold(dm, blk, read_only);

	if (h) {
		h->refs++;
		return 0;
	}
	if (blk->exclusive)
		return -EBUSY;
	blk->opens++;
	blk->claims++;
	vec_push(&dm->holds, (struct fake_hold){blk, read_only, 1});
	return 0;
}

static void let_go(struct dm_fake *f, struct fake_dm *dm, const struct fake_blk *blk, bool read_only)
{
	struct fake_hold *h = find_hold(dm, blk, read_only);

	if (--h->refs)
		return;
	h->blk->opens--;
	h->blk->claims--;
	f->closed = true;
	*h = dm->holds.v[--dm->holds.nr];
}

static int hold_all(struct dm_fake *f, struct fake_dm *dm, const struct fake_table *t)
{
	/* Back to front: the list begins with what was opened last. */
	for (size_t i = t->nr_devs; i-- > 0;) {
		int err = hold(dm, t->devs[i], t->read_only);

		if (err) {
			fake_log(f, "table", "%s: %s: Device lookup failed (-EBUSY)", dm->blk.word,
				 t->lines[0].target->name);
			fake_log(f, "ioctl", "error adding target to table");
			while (++i < t->nr_devs)
				let_go(f, dm, t->devs[i], t->read_only);
			return err;
		}
	}
	return 0;
}

void fake_drop_table(struct dm_fake *f, struct fake_dm *dm, struct fake_table **t)
{
	if (!*t)
		return;
	for (size_t i = 0; i < (*t)->nr_devs; i++)
		let_go(f, dm, (*t)->devs[i], (*t)->read_only);
	fake_table_free(*t);
	*t = NULL;
}

/* ---- load ---- */

/* The line that begins at `at`, as next_target() and populate_table() look at it. */
static int take_spec(struct call *c, size_t at, struct fake_spec *ret, uint32_t *next, size_t *end)
{
	const struct dm_target_spec *spec = (const struct dm_target_spec *)(c->in + at);
	const char *nul;

	if (at >= c->size || c->size - at <= sizeof(*spec)) {
		fake_log(c->f, "ioctl", "Target spec extends beyond end of parameters");
		return -EINVAL;
	}
	ret->params = (const char *)(spec + 1);
	nul = memchr(ret->params, '\0', c->size - at - sizeof(*spec));
	if (!nul || !memchr(spec->target_type, '\0', sizeof(spec->target_type))) {
		fake_log(c->f, "ioctl", "populate_table: target parameters not NUL-terminated");
		return -EINVAL;
	}
	ret->start_sectors = spec->sector_start;
	ret->nr_sectors = spec->length;
	ret->target = spec->target_type;
	*next = spec->next;
	*end = (size_t)(nul - (const char *)spec) + 1;
	return 0;
}

/* populate_table()'s walk; the caller frees *ret. */
static int take_specs(struct call *c, struct fake_spec **ret)
{
	size_t nr = c->p.target_count, at = 0, least = sizeof(struct dm_ioctl);
	uint32_t next = c->p.data_start;
	CLEANUP_FREE struct fake_spec *specs = NULL;

	if (!nr) {
		fake_log(c->f, "ioctl", "populate_table: no targets specified");
		return -EINVAL;
	}
	if (nr > c->size / sizeof(struct dm_target_spec))
		return -EINVAL;
	specs = mem_calloc(nr, sizeof(*specs));
	for (size_t i = 0; i < nr; i++) {
		int err = next < least || next % 8 ? -EINVAL : 0;

		if (err)
			fake_log(c->f, "ioctl", "populate_table: next target spec (offset %u) overlaps %s",
				 next, i ? "previous target" : "'struct dm_ioctl'");
		at += next;
		if (!err)
			err = take_spec(c, at, &specs[i], &next, &least);
		if (err)
			return err;
	}
	*ret = specs;
	specs = NULL;
	return 0;
}

/* What table_load() asks of a table beside its lines: immutable targets, queue type, limits. */
static int check_fit(struct dm_fake *f, struct fake_dm *dm, const struct fake_table *t)
{
	enum fake_type type = t->request_based ? FAKE_REQUEST_BASED : FAKE_BIO_BASED;
	struct limits limits;
	int err;

	if (dm->immutable && dm->immutable != t->lines[0].target &&
	    !(target_flags_on(t->lines[0].target, f->o.kernel) & TARGET_WILDCARD)) {
		fake_log(f, "ioctl", "can't replace immutable target type %s", dm->immutable->name);
		return -EINVAL;
	}
	if (dm->type != FAKE_NONE && dm->type != type) {
		/* DM_TYPE_BIO_BASED is 1, DM_TYPE_REQUEST_BASED 2 */
		fake_log(f, "ioctl", "can't change device type (old=%d vs new=%d) after initial table load.",
			 dm->type, type);
		return -EINVAL;
	}
	if (dm->type != FAKE_NONE)
		return 0;
	err = fake_table_limits(f, dm, t, &limits);
	if (err) {
		fake_log(f, "ioctl", "unable to set up device queue for new table.");
		return err;
	}
	dm->type = type;
	dm->node = true;
	return 0;
}

int fake_load(struct call *c)
{
	CLEANUP_FREE struct fake_spec *specs = NULL;
	struct fake_dm *dm = fake_find(c);
	struct fake_table *t;
	int err;

	if (!dm)
		return -ENXIO;
	err = take_specs(c, &specs);
	if (!err)
		err = fake_table_new(c->f, dm, specs, c->p.target_count, c->p.flags & DM_READONLY_FLAG, &t);
	if (err)
		return err;
	err = hold_all(c->f, dm, t);
	if (err) {
		fake_table_free(t);
		return err;
	}
	err = check_fit(c->f, dm, t);
	if (err) {
		fake_drop_table(c->f, dm, &t);
		return err;
	}
	fake_drop_table(c->f, dm, &dm->inactive);
	dm->inactive = t;
	c->p.flags |= DM_INACTIVE_PRESENT_FLAG;
	fake_dev_status(c, dm);
	return 0;
}

int fake_clear(struct call *c)
{
	struct fake_dm *dm = fake_find(c);

	if (!dm)
		return -ENXIO;
	fake_drop_table(c->f, dm, &dm->inactive);
	c->p.flags &= ~DM_INACTIVE_PRESENT_FLAG;
	fake_dev_status(c, dm);
	return 0;
}

/* ---- suspend and resume ---- */

int fake_suspend(struct call *c)
{
	struct fake_dm *dm = fake_find(c);

	if (!dm)
		return -ENXIO;
	dm->suspended = true;
	fake_dev_status(c, dm);
	return 0;
}

/* do_resume() took the new map out, suspended, and dm_swap_table() did not like it. */
void fake_resume_failed(struct call *c, struct fake_dm *dm)
{
	if (dm->inactive)
		dm->suspended = true;
	fake_drop_table(c->f, dm, &dm->inactive);
}

/* __bind() */
static void bind_table(struct dm_fake *f, struct fake_dm *dm, const struct limits *limits)
{
	struct blkdev *blk = &dm->blk.blk;
	const struct target *first;

	fake_drop_table(f, dm, &dm->live);
	dm->live = dm->inactive;
	dm->inactive = NULL;
	first = dm->live->lines[0].target;
	dm->immutable = target_flags_on(first, f->o.kernel) & TARGET_IMMUTABLE ? first : NULL;
	dm->read_only = dm->live->read_only;
	blk->table = &dm->live->table;
	blk->nr_sectors = fake_table_sectors(dm->live);
	blk->logical_block_size = limits->logical_block_size;
	blk->physical_block_size = limits->physical_block_size;
	blk->flags |= BLKDEV_SIZE_KNOWN;
}

int fake_resume(struct call *c)
{
	struct fake_dm *dm = fake_find(c);

	if (!dm)
		return -ENXIO;
	c->p.flags &= ~DM_INACTIVE_PRESENT_FLAG;
	if (dm->inactive) {
		struct limits limits;
		int err = fake_table_limits(c->f, dm, dm->inactive, &limits);

		if (err) {
			fake_resume_failed(c, dm);
			return err;
		}
		dm->suspended = true;
		bind_table(c->f, dm, &limits);
	}
	if (dm->suspended) {
		if (!dm->live)
			return -EINVAL;
		dm->suspended = false;
		c->p.flags |= DM_UEVENT_GENERATED_FLAG;
	}
	fake_dev_status(c, dm);
	return 0;
}
