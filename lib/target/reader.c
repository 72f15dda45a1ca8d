/*
 * The plain form is read as dmsetup's _parse_line() does: sscanf "%llu %llu %s %n". A
 * '#' in the parameters ends them there, so it does here.
 */
#include "target/reader.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/near.h"
#include "target/reader_internal.h"

const struct finding_kind F_TABLE_SYNTAX = {
	"table.syntax", SEV_ERROR, BY_LANGUAGE, "a line is not a line of a table",
	"A table line is START LENGTH TARGET PARAMETERS, with start and length in 512-byte sectors.",
	"table: linear 0 2048 /dev/sda 0\n",
	"Write start and length first, in sectors.",
};

const struct finding_kind F_TABLE_NAME = {
	"table.name", SEV_ERROR, BY_LANGUAGE, "devices of a table text cannot be told apart",
	"With several devices every line starts with the device's name and a colon; a name may come "
	"once.",
	"table: a: 0 8 zero\ntable: b: 0 8 zero\ntable: a: 8 8 zero\n",
	"Print all devices at once with `dmsetup table`, which writes the names.",
};

const struct finding_kind F_TABLE_CONCISE = {
	"table.concise", SEV_ERROR, BY_LANGUAGE, "a text is not in the concise form",
	"The concise form is NAME,UUID,MINOR,FLAGS,TABLE[,TABLE…][;NAME,…] with FLAGS ro, rw or "
	"nothing.",
	"table: data,,,rw\n",
	"Print it with `dmsetup table --concise`.",
};

const struct finding_kind *const reader_findings[] = {&F_TABLE_SYNTAX, &F_TABLE_NAME,
						      &F_TABLE_CONCISE, NULL};

static struct span span_of(const struct source *src, size_t off, size_t len)
{
	return (struct span){src, (uint32_t)off, (uint32_t)len};
}

static size_t skip_blanks(const char *s, size_t i, size_t end)
{
	while (i < end && (s[i] == ' ' || s[i] == '\t' || s[i] == '\r'))
		i++;
	return i;
}

static size_t skip_word(const char *s, size_t i, size_t end)
{
	while (i < end && !isspace((unsigned char)s[i]))
		i++;
	return i;
}

/* A decimal number at *i; moves behind it and the blanks that follow. */
static bool take_sectors(const struct source *src, size_t *i, size_t end, uint64_t *ret)
{
	size_t stop = skip_word(src->text, *i, end);

	if (!number_parse(src->text + *i, stop - *i, ret))
		return false;
	*i = skip_blanks(src->text, stop, end);
	return true;
}

static int unknown_target(const struct reader *r, struct span span, const char *name, size_t len)
{
	struct near near = NEAR_INIT(name, len);
	struct finding *f;

	for (size_t i = 0; i < r->targets->nr; i++)
		near_offer(&near, r->targets->v[i]->name);
	f = diag_add(r->diag, &F_TARGET_UNKNOWN, span, "no kernel has a target '%.*s'", (int)len, name);
	f->kernel_text = "unknown target type";
	if (near.best)
		finding_fix(r->diag, f, "did you mean '%s'?", near.best);
	return -EINVAL;
}

int line_read(const struct reader *r, const struct source *src, size_t off, size_t len,
	      struct line *ret, struct span *params)
{
	size_t i = skip_blanks(src->text, off, off + len), end = off + len, type;
	struct parse_ctx c = {.kernel = r->kernel, .diag = r->diag, .arena = r->arena,
			      .device = r->device, .priv = r->priv};
	struct line line = {0};
	struct words w;
	int err;

	if (!take_sectors(src, &i, end, &line.start_sectors) ||
	    !take_sectors(src, &i, end, &line.nr_sectors) || i == end) {
		diag_add(r->diag, &F_TABLE_SYNTAX, span_of(src, off, len),
			 "expected START LENGTH TARGET PARAMETERS, start and length in sectors");
		return -EINVAL;
	}
	type = i;
	i = skip_word(src->text, i, end);
	line.target = target_find(r->targets, src->text + type, i - type);
	if (!line.target)
		return unknown_target(r, span_of(src, type, i - type), src->text + type, i - type);
	i = skip_blanks(src->text, i, end);
	words_split(&w, r->arena, src, i, src->text + i, end - i);
	line.params = arena_alloc(r->arena, line.target->params_size);
	c.target = line.target;
	c.nr_sectors = line.nr_sectors;
	err = target_parse(&c, &w, line.params);
	if (err)
		return err;
	*ret = line;
	*params = w.all;
	return 0;
}

/* Where "NAME: " ends, or `off`: no name. */
static size_t name_end(const char *s, size_t off, size_t end)
{
	size_t i = off;

	if (isdigit((unsigned char)s[off])) {
		/* A name of digits alone looks like a start sector; the colon tells. */
		i = skip_word(s, off, end);
		return i > off && s[i - 1] == ':' ? i : off;
	}
	for (; i + 1 < end; i++)
		if (s[i] == ':' && (s[i + 1] == ' ' || s[i + 1] == '\t'))
			return i + 1;
	return i < end && s[i] == ':' ? i + 1 : off;
}

static struct building *find_device(struct builder *b, const char *name, size_t len)
{
	for (size_t i = b->devices.nr; i-- > 0;) {
		const char *have = b->devices.v[i]->name;

		if (!len ? !have : have && strlen(have) == len && !memcmp(have, name, len))
			return b->devices.v[i];
	}
	return NULL;
}

struct building *builder_device(struct builder *b, const char *name)
{
	struct building *d = arena_new(b->r->arena, struct building);

	d->name = name;
	d->minor = -1;
	vec_push(&b->devices, d);
	return d;
}

void builder_line(struct builder *b, struct building *d, size_t off, size_t len)
{
	struct span params;
	struct line line;

	if (line_read(b->r, b->src, off, len, &line, &params)) {
		b->failed = true;
		return;
	}
	vec_push(&d->lines, line);
	vec_push(&d->spans, params);
}

static void read_plain_line(struct builder *b, size_t off, size_t end)
{
	const char *s = b->src->text;
	size_t name = name_end(s, off, end), len = name > off ? name - off - 1 : 0;
	struct building *d = find_device(b, s + off, len);
	const char *hash = memchr(s + name, '#', end - name);

	if (d && d != b->devices.v[b->devices.nr - 1]) {
		diag_add(b->r->diag, &F_TABLE_NAME, span_of(b->src, off, len),
			 "lines of '%.*s' do not stand together", (int)len, s + off);
		b->failed = true;
		return;
	}
	if (!d) {
		d = builder_device(b, len ? arena_strndup(b->r->arena, s + off, len) : NULL);
		d->off = off;
	}
	if (hash)
		end = (size_t)(hash - s);
	d->end = end;
	/* A device without a table: "NAME: " alone. */
	name = skip_blanks(s, name, end);
	if (name < end)
		builder_line(b, d, name, end - name);
}

/* START and LENGTH at the beginning, or NAME: and those. */
static bool is_plain(const char *s, size_t off, size_t end)
{
	uint64_t ignored;
	size_t i = skip_blanks(s, name_end(s, off, end), end), stop;

	if (i == end)
		return true;
	stop = skip_word(s, i, end);
	return number_parse(s + i, stop - i, &ignored) || !memchr(s + off, ',', end - off);
}

static void read_line(struct builder *b, size_t off, size_t end)
{
	const char *s = b->src->text;

	while (end > off && isspace((unsigned char)s[end - 1]))
		end--;
	off = skip_blanks(s, off, end);
	if (off == end || s[off] == '#')
		return;
	if (end - off == 16 && !memcmp(s + off, "No devices found", 16))
		return;
	if (is_plain(s, off, end))
		read_plain_line(b, off, end);
	else
		builder_concise(b, off, end);
}

static void finish(struct builder *b, struct device_texts *ret)
{
	struct arena *a = b->r->arena;

	ret->nr = b->devices.nr;
	ret->v = arena_array(a, struct device_text, ret->nr);
	for (size_t i = 0; i < ret->nr; i++) {
		struct building *d = b->devices.v[i];
		struct table t = {.nr = d->lines.nr, .read_only = d->read_only};

		t.lines = arena_memdup(a, d->lines.v, t.nr * sizeof(*t.lines));
		ret->v[i] = (struct device_text){
			.name = d->name, .uuid = d->uuid, .minor = d->minor, .read_only = d->read_only,
			.span = span_of(b->src, d->off, d->end - d->off),
			.lines = arena_memdup(a, d->spans.v, t.nr * sizeof(*d->spans.v)),
			.table = t,
		};
		vec_release(&d->lines);
		vec_release(&d->spans);
	}
	vec_release(&b->devices);
}

int tables_read(const struct reader *r, const struct source *src, struct device_texts *ret)
{
	struct builder b = {.r = r, .src = src};
	size_t off = 0;

	while (off < src->len) {
		const char *nl = memchr(src->text + off, '\n', src->len - off);
		size_t end = nl ? (size_t)(nl - src->text) : src->len;

		read_line(&b, off, end);
		off = end + 1;
	}
	finish(&b, ret);
	return b.failed ? -EINVAL : 0;
}
