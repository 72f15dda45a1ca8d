#include "import/kernel.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/devno.h"
#include "import/internal.h"

/* Who made a device: subsystems begin their uuids with a word of their own. */
static const struct {
	const char *prefix, *comment;
} owners[] = {
	{"LVM-", "made by LVM2: change it with its tools"},
	{"CRYPT-", "made by cryptsetup: change it with its tools"},
	{"mpath-", "made by multipathd: change it with its tools"},
	{"part", "a partition, made by kpartx"},
	{"DMRAID-", "made by dmraid: change it with its tools"},
	{"stratis-", "made by Stratis: change it with its tools"},
	{"VDO-", "made by the VDO tools: change it with them"},
};

static const char *owner(const char *uuid)
{
	for (size_t i = 0; uuid && i < ARRAY_SIZE(owners); i++)
		if (!strncmp(uuid, owners[i].prefix, strlen(owners[i].prefix)))
			return owners[i].comment;
	return NULL;
}

static int read_line(const struct reader *r, const char *name, const struct dm_line *l, struct line *line,
		     struct span *span)
{
	struct source *src = arena_new(r->arena, struct source);
	char *text = arena_printf(r->arena, "%llu %llu %s %s", (unsigned long long)l->start_sectors,
				  (unsigned long long)l->nr_sectors, l->target, l->params);

	*src = (struct source){name, text, strlen(text), true};
	return line_read(r, src, 0, src->len, line, span);
}

static int read_device(const struct reader *r, const struct import_running *d, bool minors, struct device_text *ret)
{
	int err = 0;

	*ret = (struct device_text){.name = d->name, .uuid = d->uuid, .minor = minors ? (long)minor(d->dev) : -1,
				    .read_only = d->read_only};
	ret->table = (struct table){.nr = d->table.nr, .read_only = d->read_only};
	ret->table.lines = arena_array(r->arena, struct line, d->table.nr);
	ret->lines = arena_array(r->arena, struct span, d->table.nr);
	for (size_t i = 0; i < d->table.nr; i++)
		if (read_line(r, d->name, &d->table.v[i], &ret->table.lines[i], &ret->lines[i]))
			err = -EINVAL;
	return err;
}

/* "7:0", or a node as some targets print it. */
static bool word_dev(const char *word, dev_t *ret)
{
	struct stat st;

	if (*word == '/') {
		if (stat(word, &st) || !S_ISBLK(st.st_mode))
			return false;
		*ret = st.st_rdev;
		return true;
	}
	return dev_parse(word, ret);
}

/* The kernel says behind its name when a file has no name any more. */
static bool is_deleted(const char *file)
{
	static const char tail[] = " (deleted)";
	size_t len = strlen(file);

	return len >= strlen(tail) && !strcmp(file + len - strlen(tail), tail);
}

static void use_stable(struct imported *d, const struct blockdev *under, struct arena *arena)
{
	d->is_file = under->backing_file && under->whole_file && !is_deleted(under->backing_file);
	if (d->is_file)
		d->value = under->backing_file;
	else if (under->nr_links)
		d->value = under->links[0];
	else if (under->name)
		d->value = arena_printf(arena, "/dev/%s", under->name);
}

static void resolve(struct imported *d, const struct import_kernel *k, struct arena *arena)
{
	dev_t dev;

	if (!word_dev(d->blk.word, &dev))
		return;
	for (size_t i = 0; i < k->nr; i++)
		if (k->devices[i].dev == dev)
			d->name = d->blk.name = k->devices[i].name;
	for (size_t i = 0; i < k->nr_underneath; i++)
		if (k->underneath[i].dev == dev)
			use_stable(d, &k->underneath[i], arena);
}

static void write_layout(struct import *im, const struct import_kernel *k, const struct device_texts *texts,
			 struct strbuf *out)
{
	const char **comments = arena_array(im->arena, const char *, k->nr);

	for (size_t i = 0; i < k->nr; i++) {
		comments[i] = owner(k->devices[i].uuid);
		import_name(im, k->devices[i].name);
	}
	for (size_t i = 0; i < im->devices.nr; i++)
		resolve(im->devices.v[i], k, im->arena);
	im->comments = comments;
	import_write(im, texts, out);
}

int import_running(const struct import_kernel *k, const struct import_options *o, struct arena *arena,
		   struct diag *diag, struct strbuf *out)
{
	struct import im = {.arena = arena, .key_file = o->key_file, .priv = o->priv};
	struct reader r = {.targets = o->targets, .kernel = o->kernel, .diag = diag, .arena = arena,
			   .device = import_device, .priv = &im};
	struct device_texts texts = {arena_array(arena, struct device_text, k->nr), k->nr};
	int err = 0;

	for (size_t i = 0; i < k->nr; i++)
		if (read_device(&r, &k->devices[i], k->minors, &texts.v[i]))
			err = -EINVAL;
	if (!err && !import_contiguous(&texts, diag))
		err = -EINVAL;
	if (!err)
		write_layout(&im, k, &texts, out);
	import_release(&im);
	return err;
}
