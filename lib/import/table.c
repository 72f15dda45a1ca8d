/*
 * Words that name devices become entries of `devices:`; a word that is /dev/mapper/NAME of
 * another device of the text becomes a reference to that volume.
 */
#include "import/table.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/dm_name.h"
#include "base/strmap.h"
#include "base/vec.h"
#include "layout/write.h"

struct imported {
	struct blkdev blk; /* first: what the reader is given */
	const char *name;  /* in the layout; NULL: it is a volume of the text */
};

struct import {
	const struct import_options *o;
	struct arena *arena;
	VEC(struct imported *) devices;
	struct strmap words; /* device word -> struct imported */
	struct strmap names; /* names that are taken */
};

static const struct blkdev *get_device(void *priv, const char *word, struct span span)
{
	struct import *im = priv;
	struct imported *d = strmap_get(&im->words, word, strlen(word));

	(void)span;
	if (d)
		return &d->blk;
	d = arena_new(im->arena, struct imported);
	d->blk = (struct blkdev){.word = word, .name = word, .logical_block_size = 512,
				 .physical_block_size = 512};
	strmap_add(&im->words, word, strlen(word), d);
	vec_push(&im->devices, d);
	return &d->blk;
}

/* "/dev/disk/by-id/wwn-1" -> wwn-1, "disk.img" -> disk, "8:16" -> dev-8-16; made unique. */
static const char *device_base(struct arena *a, const char *word)
{
	const char *slash = strrchr(word, '/');
	char *base = arena_strdup(a, slash && slash[1] ? slash + 1 : word), *dot;

	if (isdigit((unsigned char)*word) && strchr(word, ':'))
		base = arena_printf(a, "dev-%s", word);
	dot = strrchr(base, '.');
	if (dot && dot != base)
		*dot = '\0';
	for (char *p = base; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("_-", *p))
			*p = '-';
	return *base ? base : "device";
}

static const char *unique(struct import *im, const char *base)
{
	const char *name = base;

	for (unsigned n = 2; strmap_add(&im->names, name, strlen(name), im); n++)
		name = arena_printf(im->arena, "%s-%u", base, n);
	return name;
}

static const char *device_name(void *priv, const struct blkdev *dev)
{
	(void)priv;
	return dev->name;
}

static bool is_number(const char *word)
{
	size_t a = strspn(word, "0123456789");

	return a && word[a] == ':' && word[a + 1] && strspn(word + a + 1, "0123456789") == strlen(word + a + 1);
}

static void write_device(struct import *im, struct imported *d, struct strbuf *out)
{
	struct stat st;
	const char *selector = "path";

	if (is_number(d->blk.word))
		selector = "dev";
	else if (*d->blk.word == '/' && !stat(d->blk.word, &st) && S_ISREG(st.st_mode))
		selector = "file";
	d->name = unique(im, device_base(im->arena, d->blk.word));
	d->blk.name = d->name;
	strbuf_adds(out, "  ");
	write_scalar(out, d->name);
	strbuf_addf(out, ": {%s: ", selector);
	write_scalar(out, d->blk.word);
	strbuf_adds(out, "}\n");
}

/* Volumes of the text have their names before any device gets one. */
static void name_volumes(struct import *im, struct device_texts *texts)
{
	for (size_t i = 0; i < texts->nr; i++) {
		struct device_text *d = &texts->v[i];
		const char *path;
		struct imported *used;

		if (!d->name)
			d->name = im->o->name;
		strmap_add(&im->names, d->name, strlen(d->name), im);
		path = dm_path(im->arena, d->name);
		used = strmap_get(&im->words, path, strlen(path));
		if (used)
			used->name = used->blk.name = d->name;
	}
}

static void write_layout(struct import *im, struct device_texts *texts, struct strbuf *out)
{
	struct layout_writer w = {.arena = im->arena, .device_name = device_name,
				  .key_file = im->o->key_file, .priv = im->o->priv};
	struct strbuf devices = STRBUF_INIT;

	name_volumes(im, texts);
	for (size_t i = 0; i < im->devices.nr; i++)
		if (!im->devices.v[i]->name)
			write_device(im, im->devices.v[i], &devices);
	strbuf_adds(out, "dmc: 1\n");
	if (devices.len)
		strbuf_addf(out, "\ndevices:\n%s", strbuf_str(&devices));
	strbuf_adds(out, texts->nr ? "\nvolumes:\n" : "\nvolumes: {}\n");
	for (size_t i = 0; i < texts->nr; i++)
		write_volume(&w, &texts->v[i], texts->v[i].name, out);
	strbuf_release(&devices);
}

/*
 * A layout has no words for where a line starts: it follows the one before. Lengths out of
 * reach are the checks' business.
 */
static bool contiguous(struct diag *diag, const struct device_texts *texts)
{
	bool good = true;

	for (size_t i = 0; i < texts->nr; i++) {
		const struct table *t = &texts->v[i].table;
		uint64_t expected = 0;

		for (size_t k = 0; k < t->nr; k++) {
			if (t->lines[k].start_sectors != expected) {
				diag_add(diag, &F_TABLE_GAP, texts->v[i].lines[k],
					 "line %zu starts at sector %llu, and the one before ends at %llu", k + 1,
					 (unsigned long long)t->lines[k].start_sectors,
					 (unsigned long long)expected);
				good = false;
			}
			expected = t->lines[k].start_sectors + t->lines[k].nr_sectors;
		}
	}
	return good;
}

int import_table(const struct source *src, const struct import_options *o, struct arena *arena,
		 struct diag *diag, struct strbuf *out)
{
	struct import im = {.o = o, .arena = arena};
	struct reader r = {.targets = o->targets, .kernel = o->kernel, .diag = diag, .arena = arena,
			   .device = get_device, .priv = &im};
	struct device_texts texts;
	int err = tables_read(&r, src, &texts);

	if (!err && !contiguous(diag, &texts))
		err = -EINVAL;
	if (!err)
		write_layout(&im, &texts, out);
	vec_release(&im.devices);
	strmap_release(&im.words);
	strmap_release(&im.names);
	return err;
}
