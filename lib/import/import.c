#include "import/internal.h"

#include <ctype.h>
#include <string.h>
#include <sys/stat.h>

#include "layout/write.h"

const struct blkdev *import_device(void *priv, const char *word, struct span span)
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

const char *import_name(struct import *im, const char *base)
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
	const char *selector = "path", *value = d->value ? d->value : d->blk.word;

	if (is_number(value))
		selector = "dev";
	else if (d->is_file || (*value == '/' && !stat(value, &st) && S_ISREG(st.st_mode)))
		selector = "file";
	d->name = d->blk.name = import_name(im, device_base(im->arena, value));
	strbuf_adds(out, "  ");
	write_scalar(out, d->name);
	strbuf_addf(out, ": {%s: ", selector);
	write_scalar(out, value);
	strbuf_adds(out, "}\n");
}

void import_write(struct import *im, const struct device_texts *texts, struct strbuf *out)
{
	struct layout_writer w = {.arena = im->arena, .device_name = device_name, .key_file = im->key_file,
				  .priv = im->priv};
	struct strbuf devices = STRBUF_INIT;

	for (size_t i = 0; i < im->devices.nr; i++)
		if (!im->devices.v[i]->name)
			write_device(im, im->devices.v[i], &devices);
	strbuf_adds(out, "dmc: 1\n");
	if (devices.len)
		strbuf_addf(out, "\ndevices:\n%s", strbuf_str(&devices));
	strbuf_adds(out, texts->nr ? "\nvolumes:\n" : "\nvolumes: {}\n");
	for (size_t i = 0; i < texts->nr; i++) {
		if (im->comments && im->comments[i])
			strbuf_addf(out, "  # %s\n", im->comments[i]);
		write_volume(&w, &texts->v[i], texts->v[i].name, out);
	}
	strbuf_release(&devices);
}

/*
 * A layout has no words for where a line starts: it follows the one before. Lengths out of
 * reach are the checks' business.
 */
bool import_contiguous(const struct device_texts *texts, struct diag *diag)
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

void import_release(struct import *im)
{
	vec_release(&im->devices);
	strmap_release(&im->words);
	strmap_release(&im->names);
}
