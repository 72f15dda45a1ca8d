/*
 * One word of a table line -> the value of its row: numbers, choices, devices, keys.
 *
 * Ranges are not judged here, see params_check.c.
 */
#include <errno.h>
#include <string.h>

#include "base/near.h"
#include "target/params.h"

int parse_error(const struct parse_ctx *c, const struct words *w, const struct finding_kind *kind,
		const char *kernel_text, const char *fmt, ...)
{
	struct finding *f;
	va_list ap;

	va_start(ap, fmt);
	f = diag_vadd(c->diag, kind, words_span(w), fmt, ap);
	va_end(ap);
	f->kernel_text = kernel_text;
	return -EINVAL;
}

const char *params_row_name(const struct word *row)
{
	if (row->word && row->kind != WORD_FIXED)
		return row->word;
	return row->key ? row->key : row->help ? row->help : "word";
}

const char *params_take(const struct parse_ctx *c, const struct word *row, struct words *w)
{
	const char *word = words_take(w);

	if (!word)
		parse_error(c, w, &F_WORDS_MISSING,
			    c->target->count_error ? c->target->count_error : row->error,
			    "%s: the line ends before %s", c->target->name, params_row_name(row));
	return word;
}

int params_number(const struct parse_ctx *c, const struct word *row, const struct words *w,
		       const char *word, uint64_t *ret)
{
	bool saturates = c->kernel && kernel_has(c->kernel, KF_NUM_SATURATES);

	if (number_read(row->num, word, saturates, ret))
		return 0;
	return parse_error(c, w, &F_NUMBER, row->error, "%s: %s is not a number: '%s'",
			   c->target->name, params_row_name(row), word);
}

int params_choice(const struct parse_ctx *c, const struct word *row, const struct words *w,
			const char *word, unsigned *ret)
{
	struct near near = NEAR_INIT(word, strlen(word));
	int i = choice_find(row, word);

	if (i >= 0) {
		*ret = (unsigned)i;
		return 0;
	}
	for (const struct choice *ch = row->choices; ch->word; ch++)
		near_offer(&near, ch->word);
	return parse_error(c, w, &F_CHOICE,
			   row->kind == WORD_LIST && row->once_error ? row->once_error :
			   row->kind == WORD_PAIRS && row->aux_error ? row->aux_error : row->error,
			   "%s: unknown %s '%s'%s%s%s", c->target->name,
			   params_row_name(row), word, near.best ? "; did you mean '" : "",
			   near.best ? near.best : "", near.best ? "'?" : "");
}

static int parse_area(const struct parse_ctx *c, const struct word *row, struct words *w,
		      const char *word, struct devref *ref)
{
	struct word start = {.error = row->aux_error, .num = row->num, .key = "offset"};

	ref->dev = c->device(c->priv, word, words_span(w));
	if (row->kind == WORD_DEVICE)
		return 0;
	word = params_take(c, &start, w);
	if (!word)
		return -EINVAL;
	return params_number(c, &start, w, word, &ref->start_sectors);
}

static bool is_hex(const char *s, size_t len)
{
	return strspn(s, "0123456789abcdefABCDEF") >= len;
}

static unsigned hex_digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

/* crypt_set_key(): hex digits, an odd last one dropped; or :size:type:description. */
static int parse_key(const struct parse_ctx *c, const struct word *row, const struct words *w,
		     const char *word, struct key *key)
{
	size_t len = strlen(word);
	uint8_t *bytes;

	if (!strcmp(word, "-")) {
		*key = (struct key){.kind = KEY_NONE};
		return 0;
	}
	if (*word == ':') {
		const char *type = strchr(word + 1, ':');
		const char *desc = type ? strchr(type + 1, ':') : NULL;
		uint64_t size;

		if (!desc || !number_read(NUM_S32, arena_strndup(c->arena, word + 1,
					  (size_t)(type - word - 1)), false, &size))
			return parse_error(c, w, &F_KEY, row->error,
					   "%s: a key from the keyring is :SIZE:TYPE:DESCRIPTION",
					   c->target->name);
		*key = (struct key){.kind = KEY_KEYRING, .size = size, .description = desc + 1};
		key->type = arena_strndup(c->arena, type + 1, (size_t)(desc - type - 1));
		return 0;
	}
	if (!is_hex(word, len & ~(size_t)1))
		return parse_error(c, w, &F_KEY, row->error, "%s: the key is not hexadecimal",
				   c->target->name);
	bytes = arena_alloc(c->arena, len / 2 + 1);
	for (size_t i = 0; i < len / 2; i++)
		bytes[i] = (uint8_t)(hex_digit(word[2 * i]) << 4 | hex_digit(word[2 * i + 1]));
	*key = (struct key){.kind = KEY_BYTES, .size = len / 2, .bytes = bytes};
	return 0;
}

static int parse_alg(const struct parse_ctx *c, const struct word *row, const struct words *w,
		     const char *word, struct alg *alg)
{
	const char *colon = strchr(word, ':');

	alg->name = arena_strndup(c->arena, word, colon ? (size_t)(colon - word) : strlen(word));
	if (!colon)
		return 0;
	if (strlen(colon + 1) % 2)
		return parse_error(c, w, &F_KEY, row->error,
				   "%s: the key of %s has an odd number of digits", c->target->name,
				   params_row_name(row));
	return parse_key(c, row, w, colon + 1, &alg->key);
}

static int parse_ratio(const struct parse_ctx *c, const struct word *row, const struct words *w,
		       const char *word, struct ratio *r)
{
	const char *slash = strchr(word, '/');

	if (slash && number_read(row->num, arena_strndup(c->arena, word, (size_t)(slash - word)),
				 false, &r->a) && number_read(row->num, slash + 1, false, &r->b))
		return 0;
	return parse_error(c, w, &F_NUMBER, row->error, "%s: %s is not of the form A/B: '%s'",
			   c->target->name, params_row_name(row), word);
}

/* A number in hexadecimal without 0x. */
static int parse_hexnum(const struct parse_ctx *c, const struct word *row, const struct words *w,
			const char *word, uint64_t *ret)
{
	size_t len = strlen(word);

	if (!len || len > 16 || !is_hex(word, len))
		return parse_error(c, w, &F_HEX, row->error, "%s: %s is not hexadecimal: '%s'",
				   c->target->name, params_row_name(row), word);
	*ret = 0;
	for (; *word; word++)
		*ret = *ret << 4 | hex_digit(*word);
	return 0;
}

int params_word(const struct parse_ctx *c, const struct word *row, struct words *w,
		      const char *word, void *params)
{
	switch (row->kind) {
	case WORD_U64:
	case WORD_SIZE:
	case WORD_TIME:
		if (row->flags & WORD_HEXNUM)
			return parse_hexnum(c, row, w, word, word_field(params, row, uint64_t));
		return params_number(c, row, w, word, word_field(params, row, uint64_t));
	case WORD_CHOICE:
		return params_choice(c, row, w, word, word_field(params, row, unsigned));
	case WORD_HEX:
		if (!is_hex(word, strlen(word)) || strlen(word) % 2)
			return parse_error(c, w, &F_HEX, row->error,
					   "%s: %s is not an even number of hex digits: '%s'",
					   c->target->name, params_row_name(row), word);
		/* fall through */
	case WORD_TEXT:
		*word_field(params, row, const char *) = word;
		return 0;
	case WORD_DEVICE:
	case WORD_AREA:
		return parse_area(c, row, w, word, word_field(params, row, struct devref));
	case WORD_KEY:
		return parse_key(c, row, w, word, word_field(params, row, struct key));
	case WORD_ALG:
		return parse_alg(c, row, w, word, word_field(params, row, struct alg));
	case WORD_RATIO:
		return parse_ratio(c, row, w, word, word_field(params, row, struct ratio));
	default:
		return 0;
	}
}

int params_parse_value(const struct parse_ctx *c, const struct word *rows, const struct word *row,
		       struct words *w, void *params)
{
	const char *word;
	int r;

	if (row->kind == WORD_STRUCT) {
		r = params_parse(c, row->rows, w, word_field(params, row, char));
	} else {
		word = params_take(c, row, w);
		if (!word)
			return -EINVAL;
		if ((row->flags & WORD_DASH) && !strcmp(word, "-"))
			return 0;
		r = params_word(c, row, w, word, params);
	}
	if (!r)
		set_given(params, (unsigned)(row - rows));
	return r;
}
