/*
 * Both tables are brought to what the kernel prints back (STATUSTYPE_TABLE), with devices
 * named as in the layout, and compared as words. Only where they differ are the rows of the
 * target walked, to say which ones.
 */
#include "plan/diff.h"

#include <string.h>

#include "base/size.h"
#include "plan/internal.h"
#include "target/reader.h"

struct diff {
	const struct plan *p;
	struct plan_change *change;
	VEC(struct word_change) words;
	struct emit_ctx emit;
	bool key_unknown; /* a key of the layout cannot be had here: keys are not compared */
};

/* ---- live words as params ---- */

static const struct blkdev *live_device(void *priv, const char *word, struct span span)
{
	(void)span;
	return plan_blkdev(priv, word);
}

/* False where the line is none that we can read; `diag` is thrown away. */
static bool read_live(const struct plan *p, const struct dm_line *live, struct line *ret)
{
	struct diag diag;
	struct reader r = {.targets = p->layout->targets, .kernel = p->running->kernel, .diag = &diag,
			   .arena = p->arena, .device = live_device, .priv = (void *)p};
	struct source *src = arena_new(p->arena, struct source);
	struct span params;
	bool ok;

	src->name = "table";
	src->keys = true;
	src->text = arena_printf(p->arena, "%llu %llu %s %s", (unsigned long long)live->start_sectors,
				 (unsigned long long)live->nr_sectors, live->target, live->params);
	src->len = strlen(src->text);
	diag_init(&diag, p->arena);
	ok = !line_read(&r, src, 0, src->len, ret, &params);
	diag_release(&diag);
	return ok;
}

/* ---- words ---- */

static const char *note_key(const struct emit_ctx *c, const struct key *key)
{
	struct diff *d = c->priv;

	if (!key->bytes)
		d->key_unknown = true;
	return NULL;
}

static void emit(const struct diff *d, const struct line *line, struct strbuf *out)
{
	struct emit_ctx c = d->emit;

	c.start_sectors = line->start_sectors;
	c.nr_sectors = line->nr_sectors;
	strbuf_reset(out);
	target_emit(&c, line, out);
}

static bool same_words(struct diff *d, const struct line *want, const struct line *have)
{
	struct strbuf a = {.secret = true}, b = {.secret = true};
	bool same;

	d->key_unknown = false;
	d->emit.show_keys = true;
	emit(d, want, &a);
	if (d->key_unknown || !d->p->running->dm) {
		d->emit.show_keys = false;
		emit(d, want, &a);
	}
	emit(d, have, &b);
	same = !strcmp(strbuf_str(&a), strbuf_str(&b));
	strbuf_release(&a);
	strbuf_release(&b);
	return same;
}

static void add_change(struct diff *d, const char *word, const char *before, const char *after, bool moves)
{
	if (d->words.nr == DIFF_MAX_WORDS) {
		d->change->nr_words_left_out++;
		return;
	}
	vec_push(&d->words, (struct word_change){word, before, after, moves});
}

/* ---- row by row ---- */

struct row_place {
	const struct word *rows;
	const struct word *repeat; /* NULL: not in an item */
	size_t item;
};

static const char *row_label(const struct diff *d, const struct row_place *at, const struct word *row)
{
	const char *name = params_row_name(row);

	if (!at->repeat)
		return name;
	return arena_printf(d->p->arena, "%s[%zu].%s", params_row_name(at->repeat), at->item, name);
}

static void device_text(const struct devref *ref, bool area, struct strbuf *out)
{
	strbuf_adds(out, ref->dev ? ref->dev->name : "none");
	if (area) {
		strbuf_adds(out, " from ");
		size_format(out, ref->start_sectors * 512);
	}
}

/* The value of a row for people, without keys; NULL where it is not given. */
static const char *row_text(const struct diff *d, const struct row_place *at, const struct word *row,
			    const void *params)
{
	struct strbuf b = STRBUF_INIT;
	struct emit_ctx c = d->emit;
	const char *text;

	c.show_keys = false;
	if (!given(params, (unsigned)(row - at->rows)))
		return NULL;
	if (row->kind == WORD_SIZE || row->kind == WORD_TIME)
		word_value_str(row, params, word_number(params, row), &b);
	else if (row->kind == WORD_DEVICE || row->kind == WORD_AREA)
		device_text(word_cfield(params, row, struct devref), row->kind == WORD_AREA, &b);
	else if (row->kind == WORD_FLAG)
		strbuf_adds(&b, "yes");
	else if (row->kind == WORD_KEY)
		strbuf_adds(&b, "a key");
	else
		params_emit_row(&c, at->rows, row, params, &b);
	text = arena_strdup(d->p->arena, strbuf_str(&b));
	strbuf_release(&b);
	return text;
}

static bool keys_differ(const struct key *a, const struct key *b)
{
	if (a->kind != b->kind || a->size != b->size)
		return true;
	return a->kind == KEY_BYTES && a->bytes && b->bytes && memcmp(a->bytes, b->bytes, a->size);
}

static bool row_keys_differ(const struct word *row, const void *want, const void *have)
{
	if (row->kind == WORD_KEY)
		return keys_differ(word_cfield(want, row, struct key), word_cfield(have, row, struct key));
	if (row->kind == WORD_ALG)
		return keys_differ(&word_cfield(want, row, struct alg)->key, &word_cfield(have, row, struct alg)->key);
	return false;
}

/* True where another value of the word means that addresses lead elsewhere. */
static bool moves(const struct word *row)
{
	if (row->kind == WORD_AREA || row->kind == WORD_KEY)
		return true;
	return row->kind == WORD_DEVICE && !(row->flags & (WORD_META | WORD_COPIES));
}

static void diff_rows(struct diff *d, const struct row_place *at, const void *want, const void *have);

static void diff_items(struct diff *d, const struct word *row, const struct repeat *want,
		       const struct repeat *have)
{
	size_t nr = want->nr < have->nr ? want->nr : have->nr;

	if (want->nr != have->nr)
		add_change(d, params_row_name(row), arena_printf(d->p->arena, "%zu", have->nr),
			   arena_printf(d->p->arena, "%zu", want->nr), false);
	for (size_t i = 0; i < nr; i++) {
		struct row_place at = {row->rows, row, i};

		diff_rows(d, &at, repeat_item(want, row, i), repeat_item(have, row, i));
	}
}

static void diff_row(struct diff *d, const struct row_place *at, const struct word *row, const void *want,
		     const void *have)
{
	const char *before = row_text(d, at, row, have), *after = row_text(d, at, row, want);

	if (before && after && row_keys_differ(row, want, have)) {
		before = "one key";
		after = "another key";
	}
	if (before == after || (before && after && !strcmp(before, after)))
		return;
	add_change(d, row_label(d, at, row), before, after, before && after && moves(row));
}

static void diff_rows(struct diff *d, const struct row_place *at, const void *want, const void *have)
{
	for (const struct word *row = at->rows; row->kind != WORD_END; row++) {
		switch (row->kind) {
		case WORD_GROUP:
		case WORD_GROUP_END:
		case WORD_COUNT:
		case WORD_FIXED:
			break;
		case WORD_REPEAT:
			diff_items(d, row, word_cfield(want, row, struct repeat), word_cfield(have, row, struct repeat));
			break;
		case WORD_STRUCT:
			if (given(want, (unsigned)(row - at->rows)) && given(have, (unsigned)(row - at->rows))) {
				struct row_place in = {row->rows, row, 0};

				diff_rows(d, &in, word_cfield(want, row, char), word_cfield(have, row, char));
				break;
			}
			/* fall through */
		default:
			if (!(row->flags & WORD_LAYOUT_ONLY))
				diff_row(d, at, row, want, have);
		}
	}
}

/* ---- lines ---- */

static const void *shown_params(const struct diff *d, const struct line *line)
{
	struct emit_ctx c = d->emit;
	void *params = line->params;

	c.start_sectors = line->start_sectors;
	c.nr_sectors = line->nr_sectors;
	if (line->target->normalize) {
		params = arena_memdup(d->p->arena, params, line->target->params_size);
		line->target->normalize(&c, params);
	}
	return params;
}

static const char *sectors_text(const struct diff *d, uint64_t sectors)
{
	struct strbuf b = STRBUF_INIT;
	const char *text;

	size_format(&b, sectors * 512);
	text = arena_strdup(d->p->arena, strbuf_str(&b));
	strbuf_release(&b);
	return text;
}

static const char *line_label(const struct diff *d, size_t i, size_t nr, const char *word)
{
	return nr > 1 ? arena_printf(d->p->arena, "segments[%zu].%s", i, word) : word;
}

static bool diff_line(struct diff *d, size_t i, const struct line *want, const struct dm_line *live)
{
	size_t nr = d->change->volume->table.nr, words = d->words.nr;
	struct row_place at = {want->target->words, NULL, 0};
	struct line have;

	if (want->nr_sectors != live->nr_sectors)
		add_change(d, line_label(d, i, nr, "size"), sectors_text(d, live->nr_sectors),
			   sectors_text(d, want->nr_sectors), nr > 1);
	if (strcmp(want->target->name, live->target)) {
		add_change(d, line_label(d, i, nr, "target"), arena_strdup(d->p->arena, live->target),
			   want->target->name, true);
		return true;
	}
	if (!read_live(d->p, live, &have)) {
		add_change(d, line_label(d, i, nr, "table"), "words that cannot be read", "the layout's", true);
		return true;
	}
	if (same_words(d, want, &have))
		return want->nr_sectors != live->nr_sectors;
	diff_rows(d, &at, shown_params(d, want), shown_params(d, &have));
	if (d->words.nr == words && !d->change->nr_words_left_out)
		add_change(d, line_label(d, i, nr, "table"), "other words", "the layout's", false);
	return true;
}

bool diff_table(const struct plan *p, struct plan_change *change, const struct dm_lines *live)
{
	const struct table *want = &change->volume->table;
	struct diff d = {.p = p, .change = change};
	size_t nr = want->nr < live->nr ? want->nr : live->nr;
	bool differs = want->nr != live->nr;

	d.emit = (struct emit_ctx){.kernel = p->running->kernel, .mode = EMIT_SHOW, .arena = p->arena,
				   .key_text = note_key, .priv = &d};
	if (differs)
		add_change(&d, "segments", arena_printf(p->arena, "%zu", live->nr),
			   arena_printf(p->arena, "%zu", want->nr), false);
	for (size_t i = 0; i < nr; i++)
		differs |= diff_line(&d, i, &want->lines[i], &live->v[i]);
	change->words = arena_memdup(p->arena, d.words.v, d.words.nr * sizeof(*d.words.v));
	change->nr_words = d.words.nr;
	vec_release(&d.words);
	return differs;
}

void diff_print_public(const struct plan *p, const struct dm_line *live, struct strbuf *out)
{
	struct emit_ctx c = {.kernel = p->running->kernel, .mode = EMIT_SHOW, .arena = p->arena,
			     .start_sectors = live->start_sectors, .nr_sectors = live->nr_sectors};
	struct line line;

	strbuf_addf(out, "%llu %llu %s ", (unsigned long long)live->start_sectors,
		    (unsigned long long)live->nr_sectors, live->target);
	/* Words that we cannot read may be keys for all we know. */
	if (read_live(p, live, &line))
		target_emit(&c, &line, out);
	strbuf_addch(out, '\n');
}
