/* The fake's object, its way in, disks, openings, failures to order. */
#include "dm/fake.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/mem.h"
#include "dm/fake_internal.h"

#define PARAM_SIZE offsetof(struct dm_ioctl, data) /* what commands without data copy back */

/* _ioctls[] of lookup_ioctl(), with IOCTL_FLAGS_NO_PARAMS */
static const struct {
	fake_fn *fn;
	bool no_params;
} commands[] = {
	[DM_REMOVE_ALL_CMD] = {fake_remove_all, true},
	[DM_LIST_DEVICES_CMD] = {fake_list, false},
	[DM_DEV_CREATE_CMD] = {fake_create, true},
	[DM_DEV_REMOVE_CMD] = {fake_remove, true},
	[DM_DEV_RENAME_CMD] = {fake_rename, false},
	[DM_DEV_SUSPEND_CMD] = {fake_suspend, true},
	[DM_DEV_STATUS_CMD] = {fake_status, true},
	[DM_DEV_WAIT_CMD] = {fake_wait, false},
	[DM_TABLE_LOAD_CMD] = {fake_load, false},
	[DM_TABLE_CLEAR_CMD] = {fake_clear, true},
	[DM_TABLE_DEPS_CMD] = {fake_deps, false},
	[DM_TABLE_STATUS_CMD] = {fake_table_status, false},
	[DM_LIST_VERSIONS_CMD] = {fake_versions, false},
	[DM_TARGET_MSG_CMD] = {fake_message, false},
	[DM_DEV_SET_GEOMETRY_CMD] = {fake_geometry, false},
	[DM_DEV_ARM_POLL_CMD] = {NULL, true},
	[DM_GET_TARGET_VERSION_CMD] = {fake_target_version, false},
};

/* ---- what all requests share ---- */

void fake_log(struct dm_fake *f, const char *prefix, const char *fmt, ...)
{
	va_list ap;

	strbuf_addf(&f->log, "device-mapper: %s: ", prefix);
	va_start(ap, fmt);
	strbuf_vaddf(&f->log, fmt, ap);
	va_end(ap);
	strbuf_addch(&f->log, '\n');
}

size_t fake_room(struct call *c)
{
	c->p.data_start = (uint32_t)(sizeof(c->p) < c->size ? sizeof(c->p) : c->size);
	return c->size - c->p.data_start;
}

void fake_align(struct strbuf *b)
{
	strbuf_addn(b, '\0', -b->len & 7);
}

struct fake_blk *fake_blk_find(const struct dm_fake *f, dev_t dev)
{
	return strmap_get(&f->by_dev, (const char *)&dev, sizeof(dev));
}

static struct fake_dm *look_up(const struct call *c)
{
	const struct dm_ioctl *p = &c->p;
	struct fake_blk *blk;

	if (*p->uuid)
		return *p->name || p->dev ? NULL : strmap_get(&c->f->by_uuid, p->uuid, strlen(p->uuid));
	if (*p->name)
		return p->dev ? NULL : strmap_get(&c->f->by_name, p->name, strlen(p->name));
	blk = p->dev ? fake_blk_find(c->f, decode_dev(p->dev)) : NULL;
	return blk ? blk->dm : NULL;
}

struct fake_dm *fake_find(struct call *c)
{
	struct fake_dm *dm = look_up(c);

	if (!dm)
		return NULL;
	memset(c->p.name, 0, sizeof(c->p.name));
	strcpy(c->p.name, dm->name);
	memset(c->p.uuid, 0, sizeof(c->p.uuid));
	strcpy(c->p.uuid, dm->uuid ? dm->uuid : "");
	c->p.flags &= ~DM_INACTIVE_PRESENT_FLAG;
	if (dm->inactive)
		c->p.flags |= DM_INACTIVE_PRESENT_FLAG;
	return dm;
}

void fake_dev_status(struct call *c, const struct fake_dm *dm)
{
	struct dm_ioctl *p = &c->p;
	bool query_inactive = p->flags & DM_QUERY_INACTIVE_TABLE_FLAG;
	const struct fake_table *t = query_inactive ? dm->inactive : dm->live;

	p->flags &= ~(DM_SUSPEND_FLAG | DM_READONLY_FLAG | DM_ACTIVE_PRESENT_FLAG |
		      DM_INTERNAL_SUSPEND_FLAG);
	if (dm->suspended)
		p->flags |= DM_SUSPEND_FLAG;
	if (dm->deferred)
		p->flags |= DM_DEFERRED_REMOVE;
	if (dm->live)
		p->flags |= DM_ACTIVE_PRESENT_FLAG;
	if (t && (query_inactive ? t->read_only : dm->read_only))
		p->flags |= DM_READONLY_FLAG;
	p->dev = dm->blk.dev;
	p->open_count = (int32_t)dm->blk.opens;
	p->event_nr = dm->event_nr;
	p->target_count = t ? (uint32_t)t->nr : 0;
}

/* ---- the way in: ctl_ioctl() ---- */

/* check_version() */
static int check_version(struct dm_fake *f, unsigned cmd, struct dm_ioctl *io)
{
	uint32_t user[3];

	memcpy(user, io->version, sizeof(user));
	memcpy(io->version, f->version, sizeof(user));
	if (user[0] == f->version[0] && user[1] <= f->version[1])
		return 0;
	fake_log(f, "ioctl", "ioctl interface mismatch: kernel(%u.%u.%u), user(%u.%u.%u), cmd(%u)",
		 f->version[0], f->version[1], f->version[2], user[0], user[1], user[2], cmd);
	return -EINVAL;
}

/* validate_params() */
static int validate(struct call *c, unsigned cmd)
{
	struct dm_ioctl *p = &c->p;

	p->flags &= ~(DM_BUFFER_FULL_FLAG | DM_UEVENT_GENERATED_FLAG | DM_SECURE_DATA_FLAG |
		      DM_DATA_OUT_FLAG);
	if (cmd == DM_REMOVE_ALL_CMD || cmd == DM_LIST_DEVICES_CMD || cmd == DM_LIST_VERSIONS_CMD)
		return 0;
	if (cmd == DM_DEV_CREATE_CMD) {
		if (!*p->name) {
			fake_log(c->f, "ioctl", "name not supplied when creating device");
			return -EINVAL;
		}
	} else if (*p->uuid && *p->name) {
		fake_log(c->f, "ioctl", "only supply one of name or uuid, cmd(%u)", cmd);
		return -EINVAL;
	}
	p->name[DM_NAME_LEN - 1] = '\0';
	p->uuid[DM_UUID_LEN - 1] = '\0';
	return 0;
}

/* The error that was ordered for this request, or 0. */
static int ordered_failure(struct call *c, unsigned cmd)
{
	const struct fake_dm *dm = look_up(c);
	const char *name = dm ? dm->name : c->p.name;

	for (size_t i = 0; i < c->f->failures.nr; i++) {
		struct fake_failure *x = &c->f->failures.v[i];

		if (x->left && x->cmd == cmd && (!x->name || !strcmp(x->name, name)) && !--x->left)
			return x->error;
	}
	return 0;
}

static void copy_back(struct call *c, struct dm_ioctl *io)
{
	if (c->silent)
		return;
	memcpy(io, &c->p, PARAM_SIZE);
	if (c->data.len)
		memcpy((char *)io + c->p.data_start, c->data.buf, c->data.len);
}

static int run(struct call *c, unsigned cmd)
{
	unsigned counted = cmd == DM_DEV_SUSPEND_CMD && !(c->p.flags & DM_SUSPEND_FLAG) ? DM_FAKE_RESUME : cmd;
	int err;

	c->f->requests[counted]++;
	err = ordered_failure(c, counted);
	if (err) {
		struct fake_dm *dm = look_up(c);

		if (counted == DM_FAKE_RESUME && dm)
			fake_resume_failed(c, dm);
		return err;
	}
	c->p.data_size = PARAM_SIZE;
	if (counted == DM_FAKE_RESUME)
		return fake_resume(c);
	return commands[cmd].fn ? commands[cmd].fn(c) : 0;
}

static int fake_submit(struct dm_backend *b, unsigned cmd, struct dm_ioctl *io)
{
	struct dm_fake *f = (struct dm_fake *)b;
	struct call c = {.f = f, .in = (const char *)io, .size = io->data_size};
	int err = check_version(f, cmd, io);

	if (err || cmd == DM_VERSION_CMD)
		return err;
	if (cmd >= ARRAY_SIZE(commands))
		return -ENOTTY;
	if (c.size < PARAM_SIZE) {
		fake_log(f, "ioctl", "Invalid data size in the ioctl structure: %zu", c.size);
		return -EINVAL;
	}
	memcpy(&c.p, io, PARAM_SIZE);
	if (commands[cmd].no_params)
		c.size = PARAM_SIZE;
	err = validate(&c, cmd);
	if (!err)
		err = run(&c, cmd);
	if (!err)
		copy_back(&c, io);
	strbuf_release(&c.data);
	fake_run_deferred(f);
	return err;
}

/* ---- the object ---- */

static void keep(struct dm_backend *b)
{
	(void)b;
}

struct dm_fake *dm_fake_new(const struct dm_fake_options *o)
{
	struct dm_fake *f = mem_calloc(1, sizeof(*f));

	f->backend = (struct dm_backend){fake_submit, keep};
	f->o = *o;
	if (!f->o.kernel)
		f->o.kernel = kernel_default();
	if (!f->o.major)
		f->o.major = 254;
	f->version[0] = f->o.kernel->ioctl_version >> 20;
	f->version[1] = f->o.kernel->ioctl_version >> 10 & 0x3ff;
	f->version[2] = f->o.kernel->ioctl_version & 0x3ff;
	return f;
}

void dm_fake_free(struct dm_fake *f)
{
	if (!f)
		return;
	/* Tables first: each lets go of devices that must still be there. */
	for (size_t i = 0; i < f->devices.nr; i++) {
		fake_drop_table(f, f->devices.v[i], &f->devices.v[i]->inactive);
		fake_drop_table(f, f->devices.v[i], &f->devices.v[i]->live);
	}
	while (f->devices.nr)
		fake_destroy(f, f->devices.v[f->devices.nr - 1]);
	for (size_t i = 0; i < f->disks.nr; i++) {
		free(f->disks.v[i]->path);
		free(f->disks.v[i]);
	}
	for (size_t i = 0; i < f->failures.nr; i++)
		free(f->failures.v[i].name);
	vec_release(&f->devices);
	vec_release(&f->disks);
	vec_release(&f->failures);
	strmap_release(&f->by_name);
	strmap_release(&f->by_uuid);
	strmap_release(&f->by_dev);
	strmap_release(&f->by_path);
	strbuf_release(&f->log);
	strbuf_release(&f->old_log);
	free(f);
}

struct dm_backend *dm_fake_backend(struct dm_fake *f)
{
	return &f->backend;
}

/* ---- block devices ---- */

void dm_fake_add_disk(struct dm_fake *f, const char *path, dev_t dev, uint64_t nr_sectors)
{
	struct fake_blk *d = fake_blk_find(f, dev);

	if (!d) {
		d = mem_calloc(1, sizeof(*d));
		d->dev = dev;
		snprintf(d->word, sizeof(d->word), "%u:%u", major(dev), minor(dev));
		d->blk = (struct blkdev){
			.word = d->word,
			.name = d->word,
			.logical_block_size = 512,
			.physical_block_size = 512,
			.flags = BLKDEV_SIZE_KNOWN | BLKDEV_LIMITS_KNOWN | BLKDEV_DISCARD,
			.priv = d,
		};
		vec_push(&f->disks, d);
		strmap_add(&f->by_dev, (const char *)&d->dev, sizeof(d->dev), d);
		if (path) {
			d->path = mem_strdup(path);
			strmap_add(&f->by_path, d->path, strlen(d->path), d);
		}
	}
	d->blk.nr_sectors = nr_sectors;
}

void dm_fake_set_block_size(struct dm_fake *f, dev_t dev, uint32_t bytes)
{
	struct fake_blk *d = fake_blk_find(f, dev);

	if (d)
		d->blk.logical_block_size = d->blk.physical_block_size = bytes;
}

int dm_fake_open(struct dm_fake *f, dev_t dev, bool exclusive)
{
	struct fake_blk *d = fake_blk_find(f, dev);

	if (!d || (d->dm && !d->dm->node))
		return -ENXIO;
	if (exclusive && (d->claims || d->exclusive))
		return -EBUSY;
	d->opens++;
	d->exclusive += exclusive;
	return 0;
}

void dm_fake_close(struct dm_fake *f, dev_t dev, bool exclusive)
{
	struct fake_blk *d = fake_blk_find(f, dev);

	if (!d || !d->opens)
		return;
	d->opens--;
	d->exclusive -= exclusive;
	f->closed = true;
	fake_run_deferred(f);
}

uint64_t dm_fake_sectors(const struct dm_fake *f, dev_t dev)
{
	const struct fake_blk *d = fake_blk_find(f, dev);

	return d ? d->blk.nr_sectors : 0;
}

bool dm_fake_has_node(const struct dm_fake *f, dev_t dev)
{
	const struct fake_blk *d = fake_blk_find(f, dev);

	return d && (!d->dm || d->dm->node);
}

void dm_fake_event(struct dm_fake *f, const char *name)
{
	struct fake_dm *dm = strmap_get(&f->by_name, name, strlen(name));

	if (dm)
		fake_raise(dm);
}

/* ---- for tests ---- */

void dm_fake_fail(struct dm_fake *f, unsigned cmd, const char *name, unsigned nth, int error)
{
	vec_push(&f->failures, (struct fake_failure){cmd, nth, name ? mem_strdup(name) : NULL, error});
}

const char *dm_fake_log(struct dm_fake *f)
{
	struct strbuf old = f->old_log;

	f->old_log = f->log;
	strbuf_reset(&old);
	f->log = old;
	return strbuf_str(&f->old_log);
}

size_t dm_fake_requests(const struct dm_fake *f, unsigned cmd)
{
	return cmd < ARRAY_SIZE(f->requests) ? f->requests[cmd] : 0;
}

int dm_fake_populate(struct dm_fake *f, size_t nr, const char *prefix, const char *uuid, dev_t dev)
{
	struct dm *dm = dm_new(&f->backend, NULL);
	char name[DM_NAME_LEN], id[DM_UUID_LEN], params[32];
	struct dm_line line = {0, 8, "linear", params};
	int err = 0;

	snprintf(params, sizeof(params), "%u:%u 0", major(dev), minor(dev));
	for (size_t i = 0; i < nr && !err; i++) {
		snprintf(name, sizeof(name), "%s%zu", prefix, i);
		snprintf(id, sizeof(id), "%s%zu", uuid ? uuid : "", i);
		err = dm_create(dm, name, uuid ? id : NULL, -1, NULL);
		if (!err)
			err = dm_load(dm, dm_by_name(name), &line, 1, 0, NULL);
		if (!err)
			err = dm_resume(dm, dm_by_name(name), 0, NULL);
	}
	dm_free(dm);
	return err;
}
