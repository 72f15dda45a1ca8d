#include "plan/running.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

struct running_device *running_add(struct running *r, const char *name, const char *uuid, dev_t dev)
{
	struct running_device *d = arena_new(r->arena, struct running_device);
	char number[24];
	const char *key;

	d->name = arena_strdup(r->arena, name);
	d->uuid = uuid && *uuid ? arena_strdup(r->arena, uuid) : NULL;
	d->dev = dev;
	key = arena_strdup(r->arena, dev_str(dev, number));
	vec_push(&r->devices, d);
	strmap_add(&r->by_name, d->name, strlen(d->name), d);
	strmap_add(&r->by_dev, key, strlen(key), d);
	if (d->uuid)
		strmap_add(&r->by_uuid, d->uuid, strlen(d->uuid), d);
	return d;
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(struct running_device *const *)a)->name, (*(struct running_device *const *)b)->name);
}

void running_sort(struct running *r)
{
	if (r->devices.nr)
		qsort(r->devices.v, r->devices.nr, sizeof(*r->devices.v), by_name);
}

/* Before 4.45.0 the list has no uuids. */
static int read_uuids(struct running *r, struct dm *dm, struct dm_names *names)
{
	uint32_t version[3];
	int err = dm_version(dm, version);

	if (err || version[1] >= 45)
		return err;
	for (size_t i = 0; i < names->nr; i++) {
		struct dm_info info;

		err = dm_info(dm, dm_by_dev(names->v[i].dev), 0, &info);
		if (err && err != -ENXIO)
			return err;
		if (!err)
			names->v[i].uuid = arena_strdup(r->arena, info.uuid);
	}
	return 0;
}

int running_read(struct running *ret, struct dm *dm, struct arena *arena, struct diag *diag)
{
	struct dm_names names;
	struct utsname uts;
	int r;

	*ret = (struct running){.arena = arena, .dm = dm};
	uname(&uts);
	ret->release = arena_strdup(arena, uts.release);
	ret->kernel = kernel_nearest(uts.release);
	r = dm_list(dm, arena, &names);
	if (!r)
		r = read_uuids(ret, dm, &names);
	if (r) {
		diag_add(diag, &F_RUNNING_LIST, (struct span){0}, "the kernel does not list its devices: %s",
			 strerror(-r));
		return r;
	}
	for (size_t i = 0; i < names.nr; i++) {
		const struct dm_name *n = &names.v[i];

		running_add(ret, n->name, n->uuid, n->dev)->event_nr = n->event_nr;
	}
	running_sort(ret);
	return 0;
}

void running_release(struct running *r)
{
	vec_release(&r->devices);
	vec_release(&r->underneath);
	strmap_release(&r->by_name);
	strmap_release(&r->by_uuid);
	strmap_release(&r->by_dev);
}

struct running_device *running_by_name(const struct running *r, const char *name)
{
	return strmap_get(&r->by_name, name, strlen(name));
}

struct running_device *running_by_uuid(const struct running *r, const char *uuid)
{
	return strmap_get(&r->by_uuid, uuid, strlen(uuid));
}

struct running_device *running_by_dev(const struct running *r, dev_t dev)
{
	char number[24];

	dev_str(dev, number);
	return strmap_get(&r->by_dev, number, strlen(number));
}

static int gone(struct running_device *d, int err, struct diag *diag)
{
	struct finding *f = diag_add(diag, &F_RUNNING_GONE, (struct span){0}, "cannot be looked at: %s",
				     err == -ENXIO ? "it has been removed meanwhile" : strerror(-err));

	f->subject = d->name;
	return err;
}

static void take_info(struct running_device *d, const struct dm_info *info)
{
	d->event_nr = info->event_nr;
	d->open_count = info->open_count;
	d->suspended = info->suspended;
	d->live = info->live_table;
	d->inactive = info->inactive_table;
	d->read_only = info->read_only;
	d->deferred_remove = info->deferred_remove;
}

int running_know(struct running *r, struct running_device *d, struct diag *diag)
{
	struct dm_info info;
	int err;

	if (d->known)
		return 0;
	err = dm_table(r->dm, dm_by_dev(d->dev), DM_NOFLUSH, r->arena, NULL, &d->table, &info);
	if (!err)
		err = dm_deps(r->dm, dm_by_dev(d->dev), 0, r->arena, &d->deps, NULL);
	if (err)
		return gone(d, err, diag);
	take_info(d, &info);
	d->known = true;
	return 0;
}

int running_status(struct running *r, struct running_device *d, unsigned flags, struct diag *diag)
{
	struct dm_info info;
	int err = running_know(r, d, diag);

	if (err || !r->dm)
		return err;
	err = dm_status(r->dm, dm_by_dev(d->dev), flags, r->arena, &d->status, &info);
	if (err)
		return gone(d, err, diag);
	take_info(d, &info);
	return 0;
}

const struct blockdev *running_under(const struct running *r, dev_t dev)
{
	for (size_t i = 0; i < r->underneath.nr; i++)
		if (r->underneath.v[i].dev == dev)
			return &r->underneath.v[i];
	return NULL;
}

void running_look_underneath(struct running *r)
{
	for (size_t i = 0; r->dm && i < r->devices.nr; i++) {
		const struct dm_devs *deps = &r->devices.v[i]->deps;

		for (size_t k = 0; k < deps->nr; k++) {
			struct blockdev under;

			if (running_by_dev(r, deps->v[k]) || running_under(r, deps->v[k]))
				continue;
			blockdev_read(deps->v[k], r->arena, NULL, &under);
			vec_push(&r->underneath, under);
		}
	}
	if (r->dm)
		blockdev_read_links(r->underneath.v, r->underneath.nr, r->arena, NULL);
}
