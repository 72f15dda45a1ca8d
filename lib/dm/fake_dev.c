/* Devices of the fake: names, numbers, life and death. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/mem.h"
#include "dm/fake_internal.h"

#define MINORS (1u << 20)

/* event_callback() */
void fake_raise(struct fake_dm *dm)
{
	dm->event_nr++;
}

/* check_name() */
static int check_name(struct dm_fake *f, const char *name)
{
	if (strchr(name, '/')) {
		fake_log(f, "ioctl", "device name cannot contain '/'");
		return -EINVAL;
	}
	if (f->version[1] < 48) /* Linux 6.1 takes those */
		return 0;
	if (!strcmp(name, DM_CONTROL_NODE) || !strcmp(name, ".") || !strcmp(name, "..")) {
		fake_log(f, "ioctl", "device name cannot be \"%s\", \".\", or \"..\"", DM_CONTROL_NODE);
		return -EINVAL;
	}
	return 0;
}

static void add_name(struct dm_fake *f, struct fake_dm *dm, const char *name)
{
	dm->name = mem_strdup(name);
	strmap_add(&f->by_name, dm->name, strlen(dm->name), dm);
}

static void add_uuid(struct dm_fake *f, struct fake_dm *dm, const char *uuid)
{
	dm->uuid = mem_strdup(uuid);
	strmap_add(&f->by_uuid, dm->uuid, strlen(dm->uuid), dm);
}

static void remove_name(struct dm_fake *f, struct fake_dm *dm)
{
	strmap_remove(&f->by_name, dm->name, strlen(dm->name));
	free(dm->name);
}

/* alloc_dev(): NULL where the minor is in use. */
static struct fake_dm *new_device(struct dm_fake *f, unsigned minor_nr)
{
	dev_t dev = makedev(f->o.major, minor_nr);
	struct fake_dm *dm;

	if (fake_blk_find(f, dev))
		return NULL;
	dm = mem_calloc(1, sizeof(*dm));
	dm->blk.dev = dev;
	dm->blk.dm = dm;
	snprintf(dm->blk.word, sizeof(dm->blk.word), "%u:%u", f->o.major, minor_nr);
	dm->blk.blk = (struct blkdev){
		.word = dm->blk.word,
		.name = dm->blk.word,
		.logical_block_size = 512,
		.physical_block_size = 512,
		.flags = BLKDEV_LIMITS_KNOWN | BLKDEV_DISCARD,
		.priv = &dm->blk,
	};
	dm->index = f->devices.nr;
	vec_push(&f->devices, dm);
	strmap_add(&f->by_dev, (const char *)&dm->blk.dev, sizeof(dev), &dm->blk);
	return dm;
}

/* next_free_minor() */
static struct fake_dm *new_device_anywhere(struct dm_fake *f)
{
	struct fake_dm *dm = NULL;

	for (; !dm && f->next_minor < MINORS; f->next_minor++)
		dm = new_device(f, f->next_minor);
	return dm;
}

int fake_create(struct call *c)
{
	struct dm_fake *f = c->f;
	struct fake_dm *dm;
	int err = check_name(f, c->p.name);

	if (err)
		return err;
	if (c->p.flags & DM_PERSISTENT_DEV_FLAG)
		dm = new_device(f, minor(decode_dev(c->p.dev)));
	else
		dm = new_device_anywhere(f);
	if (!dm)
		return -ENXIO;
	if (strmap_get(&f->by_name, c->p.name, strlen(c->p.name)) ||
	    (*c->p.uuid && strmap_get(&f->by_uuid, c->p.uuid, strlen(c->p.uuid)))) {
		fake_destroy(f, dm);
		return -EBUSY;
	}
	add_name(f, dm, c->p.name);
	if (*c->p.uuid)
		add_uuid(f, dm, c->p.uuid);
	c->p.flags &= ~DM_INACTIVE_PRESENT_FLAG;
	fake_dev_status(c, dm);
	return 0;
}

void fake_destroy(struct dm_fake *f, struct fake_dm *dm)
{
	struct fake_dm *last = f->devices.v[--f->devices.nr];

	f->devices.v[dm->index] = last;
	last->index = dm->index;
	fake_drop_table(f, dm, &dm->inactive);
	fake_drop_table(f, dm, &dm->live);
	vec_release(&dm->holds);
	if (dm->name)
		remove_name(f, dm);
	if (dm->uuid)
		strmap_remove(&f->by_uuid, dm->uuid, strlen(dm->uuid));
	free(dm->uuid);
	strmap_remove(&f->by_dev, (const char *)&dm->blk.dev, sizeof(dm->blk.dev));
	if (minor(dm->blk.dev) < f->next_minor)
		f->next_minor = minor(dm->blk.dev);
	free(dm);
}

int fake_remove(struct call *c)
{
	struct fake_dm *dm = fake_find(c);

	if (!dm)
		return -ENXIO;
	if (dm->blk.opens) {
		if (!(c->p.flags & DM_DEFERRED_REMOVE))
			return -EBUSY;
		dm->deferred = true;
		return 0;
	}
	c->p.flags &= ~DM_DEFERRED_REMOVE;
	if (dm->node)
		c->p.flags |= DM_UEVENT_GENERATED_FLAG;
	fake_destroy(c->f, dm);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(struct fake_dm *const *)a)->name, (*(struct fake_dm *const *)b)->name);
}

/* In the order of the kernel's tree of names. The caller frees it. */
static struct fake_dm **sorted(const struct dm_fake *f)
{
	struct fake_dm **v = mem_alloc((f->devices.nr + 1) * sizeof(*v));

	if (f->devices.nr)
		memcpy(v, f->devices.v, f->devices.nr * sizeof(*v));
	qsort(v, f->devices.nr, sizeof(*v), by_name);
	return v;
}

/* Removes the first device in order that is not open, and says whether there was one. */
static bool remove_one(struct dm_fake *f, bool only_deferred, bool mark)
{
	CLEANUP_FREE struct fake_dm **v = sorted(f);

	for (size_t i = 0; i < f->devices.nr; i++) {
		if (v[i]->blk.opens)
			v[i]->deferred |= mark;
		else if (!only_deferred || v[i]->deferred) {
			fake_destroy(f, v[i]);
			return true;
		}
	}
	return false;
}

int fake_remove_all(struct call *c)
{
	while (remove_one(c->f, false, c->p.flags & DM_DEFERRED_REMOVE))
		;
	if (c->f->devices.nr)
		fake_log(c->f, "ioctl", "remove_all left %zu open device(s)", c->f->devices.nr);
	c->silent = true;
	return 0;
}

/* deferred_remove_work: on each last close, all that wait are tried. */
void fake_run_deferred(struct dm_fake *f)
{
	while (f->closed) {
		f->closed = false;
		for (size_t i = 0; i < f->devices.nr; i++)
			if (f->devices.v[i]->deferred && !f->devices.v[i]->blk.opens) {
				fake_destroy(f, f->devices.v[i]);
				f->closed = true;
				break;
			}
	}
}

/* dm_hash_rename() */
static int rename_device(struct call *c, const char *text)
{
	struct dm_fake *f = c->f;
	bool uuid = c->p.flags & DM_UUID_FLAG;
	struct fake_dm *dm = strmap_get(&f->by_name, c->p.name, strlen(c->p.name));

	if (strmap_get(uuid ? &f->by_uuid : &f->by_name, text, strlen(text))) {
		fake_log(f, "ioctl", "Unable to change %s on mapped device %s to one that already exists: %s",
			 uuid ? "uuid" : "name", c->p.name, text);
		return -EBUSY;
	}
	if (!dm) {
		fake_log(f, "ioctl", "Unable to rename non-existent device, %s to %s%s", c->p.name,
			 uuid ? "uuid " : "", text);
		return -ENXIO;
	}
	if (uuid && dm->uuid) {
		fake_log(f, "ioctl", "Unable to change uuid of mapped device %s to %s because uuid is already set to %s",
			 c->p.name, text, dm->uuid);
		return -EINVAL;
	}
	if (uuid) {
		add_uuid(f, dm, text);
	} else {
		remove_name(f, dm);
		add_name(f, dm, text);
	}
	if (dm->live)
		fake_raise(dm);
	if (dm->node)
		c->p.flags |= DM_UEVENT_GENERATED_FLAG;
	fake_dev_status(c, dm);
	return 0;
}

int fake_rename(struct call *c)
{
	size_t max = c->p.flags & DM_UUID_FLAG ? DM_UUID_LEN : DM_NAME_LEN;
	size_t start = c->p.data_start, len;
	int err;

	len = start < c->size ? strnlen(c->in + start, c->size - start) : 0;
	if (start < offsetof(struct dm_ioctl, data) || !len || len == c->size - start || len >= max) {
		fake_log(c->f, "ioctl", "Invalid new mapped device name or uuid string supplied.");
		return -EINVAL;
	}
	err = c->p.flags & DM_UUID_FLAG ? 0 : check_name(c->f, c->in + start);
	return err ? err : rename_device(c, c->in + start);
}

static bool has_prefix(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

int fake_list(struct call *c)
{
	CLEANUP_FREE struct fake_dm **v = sorted(c->f);
	size_t room = fake_room(c), last = 0;
	uint64_t none = 0;

	for (size_t i = 0; i < c->f->devices.nr; i++) {
		const struct fake_dm *dm = v[i];
		uint32_t next = (uint32_t)(c->data.len - last), event[2] = {dm->event_nr, 0};
		uint64_t dev = dm->blk.dev;

		/* filter_device(): the request's name and uuid are prefixes */
		if (!has_prefix(dm->name, c->p.name) || !has_prefix(dm->uuid ? dm->uuid : "", c->p.uuid))
			continue;
		if (c->data.len)
			memcpy(c->data.buf + last + offsetof(struct dm_name_list, next), &next, sizeof(next));
		last = c->data.len;
		next = 0;
		strbuf_add(&c->data, &dev, sizeof(dev));
		strbuf_add(&c->data, &next, sizeof(next));
		strbuf_add(&c->data, dm->name, strlen(dm->name) + 1);
		fake_align(&c->data);
		if (c->p.flags & DM_UUID_FLAG)
			event[1] = dm->uuid ? DM_NAME_LIST_FLAG_HAS_UUID : DM_NAME_LIST_FLAG_DOESNT_HAVE_UUID;
		strbuf_add(&c->data, event, sizeof(event));
		if ((c->p.flags & DM_UUID_FLAG) && dm->uuid) {
			strbuf_add(&c->data, dm->uuid, strlen(dm->uuid) + 1);
			fake_align(&c->data);
		}
	}
	if (room < c->data.len || room < sizeof(none)) {
		c->p.flags |= DM_BUFFER_FULL_FLAG;
		strbuf_reset(&c->data);
	} else {
		c->p.data_size = c->p.data_start + (uint32_t)c->data.len;
	}
	return 0;
}

int fake_status(struct call *c)
{
	const struct fake_dm *dm = fake_find(c);

	if (!dm)
		return -ENXIO;
	fake_dev_status(c, dm);
	return 0;
}

int fake_wait(struct call *c)
{
	const struct fake_dm *dm = fake_find(c);

	if (!dm)
		return -ENXIO;
	if (c->p.event_nr == dm->event_nr)
		return -EINTR; /* would sleep */
	fake_dev_status(c, dm);
	fake_retrieve_status(c, dm);
	return 0;
}

/* dev_set_geometry(): nothing reads it back. */
int fake_geometry(struct call *c)
{
	size_t start = c->p.data_start;
	unsigned long v[4];
	char more;

	if (!fake_find(c))
		return -ENXIO;
	if (start < offsetof(struct dm_ioctl, data) || start >= c->size ||
	    !memchr(c->in + start, '\0', c->size - start)) {
		fake_log(c->f, "ioctl", "Invalid geometry supplied.");
		return -EINVAL;
	}
	if (sscanf(c->in + start, "%lu %lu %lu %lu%c", &v[0], &v[1], &v[2], &v[3], &more) != 4) {
		fake_log(c->f, "ioctl", "Unable to interpret geometry settings.");
		return -EINVAL;
	}
	if (v[0] > 65535 || v[1] > 255 || v[2] > 255) {
		fake_log(c->f, "ioctl", "Geometry exceeds range limits.");
		return -EINVAL;
	}
	c->silent = true;
	return 0;
}
