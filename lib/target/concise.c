/*
 * The concise form: NAME,UUID,MINOR,FLAGS,TABLE[,TABLE…][;…]. A backslash quotes the next
 * byte and is removed before the table is read, so the table's text is not a part of the
 * source any more; it gets a source of its own.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "target/reader_internal.h"

struct field {
	char *text;
	size_t off; /* in the source */
	char end;   /* what ended it: ',' ';' or 0 */
};

static struct field take_field(struct builder *b, size_t *i, size_t end, bool skip)
{
	const char *s = b->src->text;
	struct field f;
	char *out;

	while (skip && *i < end && (s[*i] == ' ' || s[*i] == '\t'))
		++*i;
	f.off = *i;
	f.text = out = arena_alloc(b->r->arena, end - *i + 1);
	while (*i < end && s[*i] != ',' && s[*i] != ';') {
		if (s[*i] == '\\' && *i + 1 < end)
			++*i;
		*out++ = s[(*i)++];
	}
	f.end = *i < end ? s[(*i)++] : '\0';
	return f;
}

static void refuse(struct builder *b, const struct field *f, const char *what)
{
	diag_add(b->r->diag, &F_TABLE_CONCISE,
		 (struct span){b->src, (uint32_t)f->off, (uint32_t)strlen(f->text)}, "%s", what);
	b->failed = true;
}

static bool set_flags(struct building *d, const char *flags)
{
	d->read_only = !strcmp(flags, "ro");
	return d->read_only || !*flags || !strcmp(flags, "rw");
}

static void table_line(struct builder *b, struct building *d, const struct field *f)
{
	struct source *src = arena_new(b->r->arena, struct source);
	struct builder sub = {.r = b->r, .src = src};

	*src = (struct source){b->src->name, f->text, strlen(f->text), false};
	builder_line(&sub, d, 0, src->len);
	b->failed |= sub.failed;
}

/* One device; returns false at a fault that leaves no way on. */
static bool read_device(struct builder *b, size_t *i, size_t end)
{
	struct field f = take_field(b, i, end, true);
	struct building *d = builder_device(b, f.text);
	uint64_t minor;

	d->off = f.off;
	for (int n = 0; n < 3; n++) {
		if (f.end != ',') {
			refuse(b, &f, "expected NAME,UUID,MINOR,FLAGS,TABLE");
			return false;
		}
		f = take_field(b, i, end, true);
		if (n == 0)
			d->uuid = f.text;
		else if (n == 1 && *f.text && !number_parse(f.text, strlen(f.text), &minor))
			refuse(b, &f, "the minor number is not a number");
		else if (n == 1 && *f.text)
			d->minor = (long)minor;
		else if (n == 2 && !set_flags(d, f.text))
			refuse(b, &f, "flags are ro, rw or nothing");
	}
	if (f.end != ',') {
		refuse(b, &f, "the device has no table");
		return false;
	}
	do {
		f = take_field(b, i, end, true);
		table_line(b, d, &f);
	} while (f.end == ',');
	d->end = *i;
	return true;
}

void builder_concise(struct builder *b, size_t off, size_t end)
{
	while (off < end && read_device(b, &off, end))
		;
}
