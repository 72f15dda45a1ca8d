/* Which number a device of the layout has here, and which device a number of a live table is. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "plan/internal.h"

static void add_number(struct plan *p, dev_t dev, const struct blkdev *blk)
{
	char number[24];
	const char *key = arena_strdup(p->arena, dev_str(dev, number));

	strmap_add(&p->by_number, key, strlen(key), (void *)blk);
}

static void find_loop(const struct plan *p, struct plan_device *d)
{
	char loop[32];

	if (p->o->find_loop && !p->o->find_loop(d->device->path, loop, &d->dev))
		d->loop = arena_strdup(p->arena, loop);
}

/* In a state file, which may be another system's, devices go by their names and files there. */
static bool is_under(const struct blockdev *u, const char *path)
{
	if (!path)
		return false;
	if (u->whole_file && !strcmp(u->backing_file, path))
		return true;
	for (size_t i = 0; i < u->nr_links; i++)
		if (!strcmp(u->links[i], path))
			return true;
	return u->name && !strncmp(path, "/dev/", 5) && !strcmp(path + 5, u->name);
}

static bool find_under(const struct plan *p, struct plan_device *d)
{
	const struct device *device = d->device;
	char *file = device->path ? realpath(device->path, NULL) : NULL;
	const char *value = device->selector != SELECT_PARTUUID ? device->value :
			    arena_printf(p->arena, "/dev/disk/by-partuuid/%s", device->value);

	for (size_t i = 0; i < p->running->underneath.nr && !d->dev; i++) {
		const struct blockdev *u = &p->running->underneath.v[i];

		if (is_under(u, device->path) || is_under(u, file) || is_under(u, value)) {
			d->dev = u->dev;
			if (u->backing_file && u->name)
				d->loop = arena_printf(p->arena, "/dev/%s", u->name);
		}
	}
	free(file);
	return d->dev;
}

static void find_device(const struct plan *p, struct plan_device *d)
{
	const struct device *device = d->device;
	struct stat st;

	if (device->selector == SELECT_DEV) {
		if (!dev_parse(device->value, &d->dev))
			d->dev = 0;
		return;
	}
	if (!p->running->dm && find_under(p, d))
		return;
	if (!device->path || stat(device->path, &st))
		return;
	if (S_ISBLK(st.st_mode))
		d->dev = st.st_rdev;
	else if (S_ISREG(st.st_mode))
		find_loop(p, d);
}

void plan_find_devices(struct plan *p)
{
	p->nr_devices = p->layout->devices.nr;
	p->devices = arena_array(p->arena, struct plan_device, p->nr_devices);
	for (size_t i = 0; i < p->nr_devices; i++) {
		struct plan_device *d = &p->devices[i];

		d->device = p->layout->devices.v[i];
		find_device(p, d);
		strmap_add(&p->by_name, d->device->name, strlen(d->device->name), d);
		if (d->dev)
			add_number(p, d->dev, &d->device->blk);
	}
}

const struct volume *plan_volume(const struct plan *p, const struct blkdev *dev)
{
	const struct volume *v = dev && dev->table ? layout_volume(p->layout, dev->name) : NULL;

	return v && &v->blk == dev ? v : NULL;
}

struct plan_change *plan_change_of(const struct plan *p, const struct volume *v)
{
	/* One for every volume, in the layout's order, before those of removals. */
	return p->changes.v[v->index];
}

static const struct plan_device *device_of(const struct plan *p, const struct blkdev *dev)
{
	const struct plan_device *d = strmap_get(&p->by_name, dev->name, strlen(dev->name));

	return d && &d->device->blk == dev ? d : NULL;
}

dev_t plan_dev(const struct plan *p, const struct blkdev *dev)
{
	const struct volume *v = plan_volume(p, dev);
	const struct plan_device *d;

	if (v) {
		const struct plan_change *c = plan_change_of(p, v);

		return c->running ? c->running->dev : 0;
	}
	d = device_of(p, dev);
	return d ? d->dev : 0;
}

const char *plan_dev_text(const struct emit_ctx *c, const struct blkdev *dev)
{
	dev_t number = plan_dev(c->priv, dev);
	char text[24];

	return number ? arena_strdup(c->arena, dev_str(number, text)) : NULL;
}

const struct blkdev *plan_blkdev(const struct plan *p, const char *word)
{
	const struct running_device *running;
	struct blkdev *blk;
	char number[24];
	struct stat st;
	dev_t dev;

	if (*word == '/') {
		if (!stat(word, &st) && S_ISBLK(st.st_mode))
			word = arena_strdup(p->arena, dev_str(st.st_rdev, number));
	}
	/* A volume is itself, even where the layout names its node as a device, too. */
	running = dev_parse(word, &dev) ? running_by_dev(p->running, dev) : NULL;
	if (running && running->change && running->change->volume)
		return &running->change->volume->blk;
	blk = strmap_get(&p->by_number, word, strlen(word));
	if (blk)
		return blk;
	blk = arena_new(p->arena, struct blkdev);
	*blk = (struct blkdev){.word = word, .name = running ? running->name : word,
			       .logical_block_size = 512, .physical_block_size = 512};
	return blk;
}
