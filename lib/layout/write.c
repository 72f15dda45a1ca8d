#include "layout/write.h"

#include <ctype.h>
#include <string.h>

#include "base/size.h"

struct item {
	const struct layout_writer *w;
	const char *volume;
	const struct line *line;
};

/* Where keys go: lines of a block map, or pairs of a flow map. */
struct place {
	struct strbuf *out;
	const char *indent; /* NULL: flow */
	bool first;         /* block: the next key follows "- " */
	size_t nr;
};

static bool is_plain(const char *s)
{
	size_t len = strlen(s);

	if (!len || !(isalnum((unsigned char)*s) || strchr("/._", *s)) || s[len - 1] == ':')
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("/._+=@:()-", *s))
			return false;
	return true;
}

void write_scalar(struct strbuf *out, const char *text)
{
	if (is_plain(text)) {
		strbuf_adds(out, text);
		return;
	}
	strbuf_addch(out, '"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			strbuf_addf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			strbuf_addf(out, "\\x%02x", c);
		else
			strbuf_addch(out, (char)c);
	}
	strbuf_addch(out, '"');
}

static void add_key(struct place *p, const char *key)
{
	if (!p->indent) {
		if (p->nr++)
			strbuf_adds(p->out, ", ");
		strbuf_addf(p->out, "%s: ", key);
		return;
	}
	if (!p->first)
		strbuf_addf(p->out, "\n%s", p->indent);
	p->first = false;
	p->nr++;
	strbuf_addf(p->out, "%s: ", key);
}

static void write_size(struct strbuf *out, uint64_t v, uint64_t unit)
{
	if (v <= UINT64_MAX / unit) {
		size_format(out, v * unit);
	} else {
		/* More than any device: kept as it is, and refused when it is read. */
		strbuf_addu64(out, v);
		strbuf_adds(out, "s");
	}
}

static void write_ref(const struct item *i, const struct devref *ref, bool with_start,
		      struct strbuf *out)
{
	const char *name = i->w->device_name(i->w->priv, ref->dev);

	if (!with_start || !ref->start_sectors) {
		write_scalar(out, name);
		return;
	}
	strbuf_adds(out, "{device: ");
	write_scalar(out, name);
	strbuf_adds(out, ", offset: ");
	write_size(out, ref->start_sectors, SECTOR_SIZE);
	strbuf_addch(out, '}');
}

static bool all_zero(const uint8_t *p, size_t len)
{
	while (len && !*p)
		p++, len--;
	return !len;
}

static void write_key(const struct item *i, const char *row, const struct key *key, struct strbuf *out)
{
	const char *path = NULL;

	if (key->kind == KEY_NONE || (key->kind == KEY_BYTES && !key->size)) {
		strbuf_adds(out, "none");
		return;
	}
	if (key->kind == KEY_KEYRING) {
		strbuf_adds(out, "{keyring: ");
		write_scalar(out, arena_printf(i->w->arena, "%s:%s", key->type, key->description));
		strbuf_addf(out, ", size: %zuB}", key->size);
		return;
	}
	if (key->bytes && !all_zero(key->bytes, key->size) && i->w->key_file)
		path = i->w->key_file(i->w->priv, i->volume, row, key);
	if (path) {
		strbuf_adds(out, "{file: ");
		write_scalar(out, path);
		strbuf_addch(out, '}');
	} else {
		strbuf_addf(out, "{prompt: true, size: %zuB}", key->size);
	}
}

static void write_list(const struct word *row, const struct word_list *list, struct strbuf *out)
{
	bool pairs = row->kind == WORD_PAIRS;

	strbuf_addch(out, pairs ? '{' : '[');
	for (size_t i = 0; i < list->nr; i++) {
		if (i)
			strbuf_adds(out, pairs && i % 2 ? ": " : ", ");
		write_scalar(out, list->v[i]);
	}
	strbuf_addch(out, pairs ? '}' : ']');
}

static void write_bits(const struct word_bits *bits, struct strbuf *out)
{
	bool any = false;

	strbuf_addch(out, '[');
	for (unsigned i = 0; i < WORD_BITS_MAX; i++) {
		if (!word_bit(bits, i))
			continue;
		strbuf_addf(out, "%s%u", any ? ", " : "", i);
		any = true;
	}
	strbuf_addch(out, ']');
}

static void write_rows(const struct item *i, const struct word *rows, const void *params,
		       struct place *p);

static void write_map(const struct item *i, const struct word *rows, const void *params,
		      struct strbuf *out)
{
	struct place p = {.out = out};

	strbuf_addch(out, '{');
	write_rows(i, rows, params, &p);
	strbuf_addch(out, '}');
}

/* An item whose one given row is the main one is written as its value alone. */
static const struct word *only_main(const struct word *rows, const void *item)
{
	const struct word *main = NULL;

	for (const struct word *row = rows; row->kind != WORD_END; row++) {
		if (row->flags & WORD_MAIN)
			main = row;
		else if (given(item, (unsigned)(row - rows)))
			return NULL;
	}
	return main && given(item, (unsigned)(main - rows)) ? main : NULL;
}

static void write_value(const struct item *i, const struct word *row, const void *params,
			struct strbuf *out);

static void write_items(const struct item *i, const struct word *row, const struct repeat *rep,
			struct strbuf *out)
{
	strbuf_addch(out, '[');
	for (size_t n = 0; n < rep->nr; n++) {
		const void *item = repeat_item(rep, row, n);
		const struct word *main = only_main(row->rows, item);

		if (n)
			strbuf_adds(out, ", ");
		if (main && main->kind == WORD_AREA)
			write_ref(i, word_cfield(item, main, struct devref), true, out);
		else if (main)
			write_value(i, main, item, out);
		else
			write_map(i, row->rows, item, out);
	}
	strbuf_addch(out, ']');
}

static void write_number(const struct word *row, const void *params, struct strbuf *out)
{
	uint64_t v = word_number(params, row), unit = word_unit(row, params);

	if (row->kind == WORD_SIZE)
		write_size(out, v, unit ? unit : 1);
	else if (row->kind == WORD_TIME && v <= UINT64_MAX / unit)
		duration_format(out, v * unit);
	else if (number_is_signed(row->num) && (int64_t)v < 0)
		strbuf_addf(out, "%lld", (long long)v);
	else
		strbuf_addu64(out, v);
}

static void write_value(const struct item *i, const struct word *row, const void *params,
			struct strbuf *out)
{
	switch (row->kind) {
	case WORD_U64:
	case WORD_SIZE:
	case WORD_TIME:
		write_number(row, params, out);
		break;
	case WORD_CHOICE:
		write_scalar(out, row->choices[*word_cfield(params, row, unsigned)].word);
		break;
	case WORD_TEXT:
	case WORD_HEX:
		write_scalar(out, word_text(params, row));
		break;
	case WORD_FLAG:
		strbuf_adds(out, "true");
		break;
	case WORD_DEVICE:
	case WORD_AREA:
		write_ref(i, word_cfield(params, row, struct devref), false, out);
		break;
	case WORD_KEY:
		write_key(i, row->key, word_cfield(params, row, struct key), out);
		break;
	case WORD_ALG:
		write_scalar(out, word_cfield(params, row, struct alg)->name);
		break;
	case WORD_LIST:
	case WORD_PAIRS:
		write_list(row, word_cfield(params, row, struct word_list), out);
		break;
	case WORD_BITS:
		write_bits(word_cfield(params, row, struct word_bits), out);
		break;
	case WORD_REPEAT:
		write_items(i, row, word_cfield(params, row, struct repeat), out);
		break;
	case WORD_STRUCT:
		write_map(i, row->rows, word_cfield(params, row, char), out);
		break;
	default:
		break;
	}
}

/* The word behind the main one: an area's start, an algorithm's key. */
static void write_aux(const struct item *i, const struct word *row, const void *params, struct place *p)
{
	if (row->kind == WORD_AREA && word_cfield(params, row, struct devref)->start_sectors) {
		add_key(p, row->aux_key);
		write_size(p->out, word_cfield(params, row, struct devref)->start_sectors, SECTOR_SIZE);
	} else if (row->kind == WORD_ALG && word_cfield(params, row, struct alg)->key.kind != KEY_NONE) {
		add_key(p, row->aux_key);
		write_key(i, row->aux_key, &word_cfield(params, row, struct alg)->key, p->out);
	}
}

/* The flags of one list, at the place of the first that is given. */
static void write_flags(const struct word *rows, const struct word *first, const void *params,
			struct place *p)
{
	bool any = false;

	for (const struct word *row = rows; row < first; row++)
		if (row->list && !strcmp(row->list, first->list) && given(params, (unsigned)(row - rows)))
			return;
	add_key(p, first->list);
	strbuf_addch(p->out, '[');
	for (const struct word *row = first; row->kind != WORD_END; row++) {
		if (!row->list || strcmp(row->list, first->list) || !given(params, (unsigned)(row - rows)))
			continue;
		strbuf_addf(p->out, "%s%s", any ? ", " : "", row->word);
		any = true;
	}
	strbuf_addch(p->out, ']');
}

static bool is_empty_list(const struct word *row, const void *params)
{
	return (row->kind == WORD_LIST || row->kind == WORD_PAIRS) && !(row->flags & WORD_TAIL) &&
	       !word_cfield(params, row, struct word_list)->nr;
}

static void write_rows(const struct item *i, const struct word *rows, const void *params,
		       struct place *p)
{
	for (const struct word *row = rows; row->kind != WORD_END; row++) {
		if (!given(params, (unsigned)(row - rows)) || is_empty_list(row, params))
			continue;
		if (row->list) {
			write_flags(rows, row, params, p);
		} else if (row->key) {
			add_key(p, row->key);
			write_value(i, row, params, p->out);
			if (row->aux_key)
				write_aux(i, row, params, p);
		}
	}
}

static void write_line(const struct item *i, struct place *p)
{
	add_key(p, "target");
	strbuf_adds(p->out, i->line->target->name);
	write_rows(i, i->line->target->words, i->line->params, p);
	add_key(p, "size");
	write_size(p->out, i->line->nr_sectors, SECTOR_SIZE);
}

static void write_head(const struct device_text *d, struct strbuf *out)
{
	bool ro_target = d->table.nr && (d->table.lines[0].target->flags & TARGET_READ_ONLY);

	if (d->uuid && *d->uuid) {
		strbuf_adds(out, "\n    dm_uuid: ");
		write_scalar(out, d->uuid);
	}
	if (d->minor >= 0)
		strbuf_addf(out, "\n    minor: %ld", d->minor);
	if (d->read_only && !ro_target)
		strbuf_adds(out, "\n    read_only: true");
}

void write_volume(const struct layout_writer *w, const struct device_text *d, const char *name,
		  struct strbuf *out)
{
	struct item i = {.w = w, .volume = name};

	strbuf_adds(out, "  ");
	write_scalar(out, name);
	strbuf_addch(out, ':');
	write_head(d, out);
	if (d->table.nr == 1) {
		struct place p = {.out = out, .indent = "    "};

		i.line = &d->table.lines[0];
		write_line(&i, &p);
		strbuf_addch(out, '\n');
		return;
	}
	strbuf_adds(out, d->table.nr ? "\n    segments:\n" : "\n    segments: []\n");
	for (size_t n = 0; n < d->table.nr; n++) {
		struct place p = {.out = out};

		i.line = &d->table.lines[n];
		strbuf_adds(out, "      - {");
		write_line(&i, &p);
		strbuf_adds(out, "}\n");
	}
}
