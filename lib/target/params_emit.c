/*
 * Params -> words of a table line or a status line, by the target's rows. The order of
 * rows is the order in which the kernel prints options.
 */
#include <string.h>

#include "target/params.h"
#include "target/split.h"

void emit_word(struct strbuf *out, const char *word)
{
	if (out->len)
		strbuf_addch(out, ' ');
	for (; *word; word++) {
		if (is_word_blank(*word) || *word == '\\')
			strbuf_addch(out, '\\');
		strbuf_addch(out, *word);
	}
}

static void emit_blank(struct strbuf *out)
{
	if (out->len)
		strbuf_addch(out, ' ');
}

void emit_number(struct strbuf *out, uint64_t v)
{
	emit_blank(out);
	strbuf_addu64(out, v);
}

static void emit_row_number(struct strbuf *out, const struct word *row, uint64_t v)
{
	if (row->flags & WORD_HEXNUM) {
		emit_blank(out);
		strbuf_addf(out, "%llx", (unsigned long long)v);
	} else if (number_is_signed(row->num) && (int64_t)v < 0) {
		emit_blank(out);
		strbuf_addf(out, "%lld", (long long)v);
	} else {
		emit_number(out, v);
	}
}

static void add_key_bytes(const struct emit_ctx *c, const struct key *key, struct strbuf *out)
{
	static const char digits[] = "0123456789abcdef";
	const char *text = c->key_text ? c->key_text(c, key) : NULL;

	if (text) {
		strbuf_adds(out, text);
		return;
	}
	if (!c->show_keys || !key->bytes) {
		strbuf_addn(out, '0', 2 * key->size);
		return;
	}
	for (size_t i = 0; i < key->size; i++) {
		strbuf_addch(out, digits[key->bytes[i] >> 4]);
		strbuf_addch(out, digits[key->bytes[i] & 15]);
	}
}

static void emit_key(const struct emit_ctx *c, const struct key *key, struct strbuf *out)
{
	if (key->kind == KEY_NONE || (key->kind == KEY_BYTES && !key->size)) {
		emit_word(out, "-");
	} else if (key->kind == KEY_KEYRING) {
		char *word = arena_printf(c->arena, ":%zu:%s:%s", key->size, key->type,
					  key->description);

		emit_word(out, word);
	} else {
		emit_blank(out);
		add_key_bytes(c, key, out);
	}
}

void emit_device(const struct emit_ctx *c, const struct blkdev *dev, struct strbuf *out)
{
	const char *text = dev && c->dev_text ? c->dev_text(c, dev) : NULL;

	if (text) {
		emit_blank(out);
		strbuf_adds(out, text);
	} else {
		emit_word(out, dev ? dev->word : "-");
	}
}

static void emit_list(const struct word *row, const struct word_list *list, struct strbuf *out)
{
	if (!(row->flags & WORD_UNCOUNTED) && (list->nr || (row->flags & (WORD_ALWAYS | WORD_TAIL))))
		emit_number(out, list->nr);
	for (size_t i = 0; i < list->nr; i++)
		emit_word(out, list->v[i]);
}

static void emit_repeat(const struct emit_ctx *c, const struct word *row, const struct repeat *rep,
			struct strbuf *out)
{
	for (size_t i = 0; i < rep->nr; i++)
		params_emit(c, row->rows, repeat_item(rep, row, i), out);
}

static void emit_ratio(struct strbuf *out, const struct ratio *r)
{
	emit_number(out, r->a);
	strbuf_addch(out, '/');
	strbuf_addu64(out, r->b);
}

/* The value of a row that is no group, count or fixed word. */
static void emit_value(const struct emit_ctx *c, const struct word *row, const void *params,
		       struct strbuf *out)
{
	const char *text;

	switch (row->kind) {
	case WORD_U64:
	case WORD_SIZE:
	case WORD_TIME:
		emit_row_number(out, row, word_number(params, row));
		break;
	case WORD_CHOICE:
		emit_word(out, row->choices[*word_cfield(params, row, unsigned)].word);
		break;
	case WORD_TEXT:
	case WORD_HEX:
		text = word_text(params, row);
		emit_word(out, text ? text : "-");
		break;
	case WORD_DEVICE:
	case WORD_AREA:
		emit_device(c, word_cfield(params, row, struct devref)->dev, out);
		if (row->kind == WORD_AREA)
			emit_number(out, word_cfield(params, row, struct devref)->start_sectors);
		break;
	case WORD_KEY:
		emit_key(c, word_cfield(params, row, struct key), out);
		break;
	case WORD_RATIO:
		emit_ratio(out, word_cfield(params, row, struct ratio));
		break;
	case WORD_LIST:
	case WORD_PAIRS:
		emit_list(row, word_cfield(params, row, struct word_list), out);
		break;
	case WORD_REPEAT:
		emit_repeat(c, row, word_cfield(params, row, struct repeat), out);
		break;
	case WORD_STRUCT:
		params_emit(c, row->rows, word_cfield(params, row, char), out);
		break;
	default:
		break;
	}
}

static void emit_alg_option(const struct emit_ctx *c, const struct word *row,
			    const struct alg *alg, struct strbuf *out)
{
	emit_word(out, row->word);
	strbuf_addch(out, ':');
	strbuf_adds(out, alg->name);
	if (alg->key.kind == KEY_BYTES) {
		strbuf_addch(out, ':');
		add_key_bytes(c, &alg->key, out);
	}
}

static void emit_bits(const struct word *row, const struct word_bits *bits, struct strbuf *out)
{
	for (unsigned i = 0; i < WORD_BITS_MAX; i++) {
		if (!word_bit(bits, i))
			continue;
		emit_word(out, row->word);
		emit_number(out, i);
	}
}

void params_emit_option(const struct emit_ctx *c, const struct word *row, const void *params,
			struct strbuf *out)
{
	struct strbuf value = {.secret = out->secret};

	if (row->kind == WORD_BITS) {
		emit_bits(row, word_cfield(params, row, struct word_bits), out);
	} else if (row->kind == WORD_FLAG) {
		emit_word(out, row->word);
	} else if (row->kind == WORD_ALG) {
		emit_alg_option(c, row, word_cfield(params, row, struct alg), out);
	} else if (row->flags & WORD_COLON) {
		emit_value(c, row, params, &value);
		emit_word(out, row->word);
		strbuf_addch(out, ':');
		strbuf_adds(out, strbuf_str(&value));
	} else {
		emit_word(out, row->word);
		emit_value(c, row, params, out);
	}
	strbuf_release(&value);
}

static size_t count_words(const char *s)
{
	size_t nr = *s != '\0';

	for (; *s; s++) {
		if (*s == '\\' && s[1])
			s++;
		else
			nr += *s == ' ';
	}
	return nr;
}

static bool is_shown(const struct emit_ctx *c, const struct word *row)
{
	return c->mode == EMIT_LOAD || !(row->flags & WORD_NOT_SHOWN);
}

const struct word *params_emit_group(const struct emit_ctx *c, const struct word *rows,
				     const struct word *group, const void *params,
				     struct strbuf *out)
{
	struct strbuf words = {.secret = out->secret};
	const struct word *row = group + 1;
	size_t nr = 0;

	for (; row->kind != WORD_GROUP_END; row++) {
		if (!row->word)
			emit_value(c, row, params, &words);
		else if (given(params, (unsigned)(row - rows)) && is_shown(c, row))
			params_emit_option(c, row, params, &words);
		/* An option that is not printed back still counts in the kernel's count. */
		else if (given(params, (unsigned)(row - rows)) && (row->flags & WORD_NOT_SHOWN))
			nr++;
	}
	nr += count_words(strbuf_str(&words));
	if (!(group->flags & WORD_UNCOUNTED) && (nr || (group->flags & WORD_ALWAYS)))
		emit_number(out, nr);
	if (words.len) {
		emit_blank(out);
		strbuf_add(out, words.buf, words.len);
	}
	strbuf_release(&words);
	return row;
}

static size_t next_count(const struct word *row, const void *params)
{
	while (row->kind != WORD_REPEAT)
		row++;
	return word_cfield(params, row, struct repeat)->nr;
}

void params_emit_row(const struct emit_ctx *c, const struct word *rows, const struct word *row,
		     const void *params, struct strbuf *out)
{
	bool is_given = given(params, (unsigned)(row - rows));

	switch (row->kind) {
	case WORD_FIXED:
		emit_word(out, row->word);
		break;
	case WORD_COUNT:
		emit_number(out, next_count(row, params));
		break;
	case WORD_LIST:
	case WORD_PAIRS:
	case WORD_REPEAT:
		emit_value(c, row, params, out);
		break;
	default:
		if (!is_given && (row->flags & WORD_DASH))
			emit_word(out, "-");
		else
			emit_value(c, row, params, out);
	}
}

/* A tail is printed when anything in it or behind it was given, or always is. */
static bool tail_given(const struct word *rows, const struct word *row, const void *params)
{
	for (; row->kind != WORD_END; row++)
		if (!(row->flags & WORD_LAYOUT_ONLY) &&
		    (given(params, (unsigned)(row - rows)) || (row->flags & WORD_ALWAYS)))
			return true;
	return false;
}

void params_emit(const struct emit_ctx *c, const struct word *rows, const void *params,
		 struct strbuf *out)
{
	for (const struct word *row = rows; row->kind != WORD_END; row++) {
		if ((row->flags & WORD_TAIL) && !tail_given(rows, row, params))
			break;
		if (row->flags & WORD_LAYOUT_ONLY)
			continue;
		if (row->kind == WORD_GROUP)
			row = params_emit_group(c, rows, row, params, out);
		else if (is_shown(c, row))
			params_emit_row(c, rows, row, params, out);
	}
}

void target_emit(const struct emit_ctx *c, const struct line *l, struct strbuf *out)
{
	const struct target *t = l->target;
	struct strbuf words = {.secret = out->secret};
	void *params = l->params;

	if (c->mode == EMIT_SHOW && t->normalize) {
		params = arena_memdup(c->arena, params, t->params_size);
		t->normalize(c, params);
	}
	if (t->emit)
		t->emit(c, params, &words);
	else
		params_emit(c, t->words, params, &words);
	strbuf_add(out, strbuf_str(&words), words.len);
	if (c->mode == EMIT_SHOW && (t->flags & TARGET_TABLE_BLANK) && words.len)
		strbuf_addch(out, ' ');
	strbuf_release(&words);
}

void status_emit(const struct emit_ctx *c, const struct target *t, const void *status,
		 const char *state, struct strbuf *out)
{
	struct strbuf words = STRBUF_INIT;

	if (state) {
		strbuf_adds(out, state);
		return;
	}
	if (t->emit_status)
		t->emit_status(c, status, &words);
	else if (t->status)
		params_emit(c, t->status, status, &words);
	strbuf_add(out, strbuf_str(&words), words.len);
	if ((t->flags & TARGET_STATUS_BLANK) && words.len)
		strbuf_addch(out, ' ');
	strbuf_release(&words);
}
