/*
 * Words of a table line -> params, by the target's rows.
 *
 * This mirrors what the constructors of the kernel's targets do with dm_arg_set: take
 * words from the left, count them, read numbers. Ranges are left to params_check.c, so
 * that a value from a layout and one from a line are judged in one place.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

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

static const char *row_name(const struct word *row)
{
	if (row->word && row->kind != WORD_FIXED)
		return row->word;
	return row->key ? row->key : row->help ? row->help : "word";
}

static const char *take(const struct parse_ctx *c, const struct word *row, struct words *w)
{
	const char *word = words_take(w);

	if (!word)
		parse_error(c, w, &F_WORDS_MISSING,
			    c->target->count_error ? c->target->count_error : row->error,
			    "%s: the line ends before %s", c->target->name, row_name(row));
	return word;
}

static int read_number(const struct parse_ctx *c, const struct word *row, const struct words *w,
		       const char *word, uint64_t *ret)
{
	bool saturates = c->kernel && kernel_has(c->kernel, KF_NUM_SATURATES);

	if (number_read(row->num, word, saturates, ret))
		return 0;
	return parse_error(c, w, &F_NUMBER, row->error, "%s: %s is not a number: '%s'",
			   c->target->name, row_name(row), word);
}

static int parse_choice(const struct parse_ctx *c, const struct word *row, const struct words *w,
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
			   row->kind == WORD_LIST && row->once_error ? row->once_error : row->error,
			   "%s: unknown %s '%s'%s%s%s", c->target->name,
			   row_name(row), word, near.best ? "; did you mean '" : "",
			   near.best ? near.best : "", near.best ? "'?" : "");
}

static int parse_area(const struct parse_ctx *c, const struct word *row, struct words *w,
		      const char *word, struct devref *ref)
{
	struct word start = {.error = row->aux_error, .num = row->num, .key = "offset"};

	ref->dev = c->device(c->priv, word, words_span(w));
	if (row->kind == WORD_DEVICE)
		return 0;
	word = take(c, &start, w);
	if (!word)
		return -EINVAL;
	return read_number(c, &start, w, word, &ref->start_sectors);
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
				   row_name(row));
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
			   c->target->name, row_name(row), word);
}

static bool read_hexnum(const char *word, uint64_t *ret)
{
	size_t len = strlen(word);

	if (!len || len > 16 || !is_hex(word, len))
		return false;
	*ret = 0;
	for (; *word; word++)
		*ret = *ret << 4 | hex_digit(*word);
	return true;
}

static int parse_word(const struct parse_ctx *c, const struct word *row, struct words *w,
		      const char *word, void *params)
{
	switch (row->kind) {
	case WORD_U64:
	case WORD_SIZE:
	case WORD_TIME:
		if (row->flags & WORD_HEXNUM)
			return read_hexnum(word, word_field(params, row, uint64_t)) ? 0 : -EINVAL;
		return read_number(c, row, w, word, word_field(params, row, uint64_t));
	case WORD_CHOICE:
		return parse_choice(c, row, w, word, word_field(params, row, unsigned));
	case WORD_HEX:
		if (!is_hex(word, strlen(word)) || strlen(word) % 2)
			return parse_error(c, w, &F_HEX, row->error,
					   "%s: %s is not an even number of hex digits: '%s'",
					   c->target->name, row_name(row), word);
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
		word = take(c, row, w);
		if (!word)
			return -EINVAL;
		if ((row->flags & WORD_DASH) && !strcmp(word, "-"))
			return 0;
		r = parse_word(c, row, w, word, params);
	}
	if (!r)
		set_given(params, (unsigned)(row - rows));
	return r;
}

static int parse_bit(const struct parse_ctx *c, const struct word *row, struct words *w,
		     void *params)
{
	struct word_bits *bits = word_field(params, row, struct word_bits);
	const char *word = take(c, row, w);
	uint64_t v;
	int r;

	if (!word)
		return -EINVAL;
	r = read_number(c, row, w, word, &v);
	if (r)
		return r;
	if (v >= WORD_BITS_MAX)
		return parse_error(c, w, &F_RANGE, row->error, "%s: %s is out of range: %s",
				   c->target->name, row_name(row), word);
	if (word_bit(bits, (unsigned)v) && (row->flags & WORD_ONCE))
		return parse_error(c, w, &F_OPTION_TWICE, row->once_error, "%s: %s %s twice",
				   c->target->name, row_name(row), word);
	bits->v[v / 64] |= ROW(v % 64);
	return 0;
}

/* The count in front of a group, a list or a repeat; checked against what is left. */
static int take_count(const struct parse_ctx *c, const struct word *row, struct words *w,
		      size_t *ret)
{
	struct word number = *row;
	const char *word = take(c, row, w);
	uint64_t v, max;
	int r;

	if (!word)
		return -EINVAL;
	number.num = NUM_ARG;
	r = read_number(c, &number, w, word, &v);
	if (r)
		return r;
	max = word_max(row, c->kernel);
	if (v > max || v < row->min)
		return parse_error(c, w, &F_COUNT, row->error,
				   "%s: the count %s is not between %llu and %llu", c->target->name,
				   word, (unsigned long long)row->min, (unsigned long long)max);
	if (v > words_left(w))
		return parse_error(c, w, &F_COUNT, row->error,
				   "%s: the count says %s words, and %zu follow", c->target->name, word,
				   words_left(w));
	*ret = (size_t)v;
	return 0;
}

static bool keyword_matches(const struct word *row, const char *word)
{
	size_t len;

	if (!row->word)
		return false;
	if (!(row->flags & WORD_COLON))
		return row->flags & WORD_NOCASE ? !strcasecmp(row->word, word) :
						  !strcmp(row->word, word);
	len = strlen(row->word);
	return !strncmp(row->word, word, len) && word[len] == ':';
}

static int unknown_option(const struct parse_ctx *c, const struct word *group, const struct words *w,
			  const char *word)
{
	struct near near = NEAR_INIT(word, strcspn(word, ":"));

	for (const struct word *o = group + 1; o->kind != WORD_GROUP_END; o++)
		if (o->word)
			near_offer(&near, o->word);
	return parse_error(c, w, &F_OPTION_UNKNOWN, group->once_error ? group->once_error : group->error,
			   "%s: unknown option '%s'%s%s%s", c->target->name, word,
			   near.best ? "; did you mean '" : "", near.best ? near.best : "",
			   near.best ? "'?" : "");
}

static int parse_option(const struct parse_ctx *c, const struct word *rows, const struct word *group,
			struct words *w, void *params)
{
	const char *word = words_take(w);
	const struct word *o = group + 1;

	while (o->kind != WORD_GROUP_END && !keyword_matches(o, word))
		o++;
	if (o->kind == WORD_GROUP_END)
		return unknown_option(c, group, w, word);
	if ((o->flags & WORD_ONCE) && o->kind != WORD_BITS && given(params, (unsigned)(o - rows)))
		return parse_error(c, w, &F_OPTION_TWICE, o->once_error, "%s: option '%s' twice",
				   c->target->name, o->word);
	if (o->kind == WORD_FLAG) {
		set_given(params, (unsigned)(o - rows));
		return 0;
	}
	if (o->flags & WORD_COLON) {
		int r = parse_word(c, o, w, word + strlen(o->word) + 1, params);

		if (!r)
			set_given(params, (unsigned)(o - rows));
		return r;
	}
	if (!words_left(w))
		return parse_error(c, w, &F_OPTION_VALUE,
				   group->aux_error ? group->aux_error :
				   o->aux_error && o->kind != WORD_AREA ? o->aux_error : o->error,
				   "%s: option '%s' wants a value", c->target->name, o->word);
	if (o->kind == WORD_BITS) {
		set_given(params, (unsigned)(o - rows));
		return parse_bit(c, o, w, params);
	}
	return params_parse_value(c, rows, o, w, params);
}

/* rows[i] is a WORD_GROUP. */
static int parse_group(const struct parse_ctx *c, const struct word *rows, const struct word *group,
		       struct words *w, void *params)
{
	const struct word *row = group + 1;
	size_t nr = words_left(w), end;
	int r = 0;

	if (!(group->flags & WORD_UNCOUNTED)) {
		r = take_count(c, group, w, &nr);
		if (r)
			return r;
	}
	end = w->nr;
	w->nr = w->next + nr;
	for (; !r && row->kind != WORD_GROUP_END && !row->word; row++)
		r = params_parse_value(c, rows, row, w, params);
	while (!r && words_left(w))
		r = parse_option(c, rows, group, w, params);
	w->nr = end;
	return r;
}

static int parse_list(const struct parse_ctx *c, const struct word *row, struct words *w,
		      void *params)
{
	struct word_list *list = word_field(params, row, struct word_list);
	bool pairs = row->kind == WORD_PAIRS;
	size_t nr = words_left(w);

	if (!(row->flags & WORD_UNCOUNTED)) {
		int r = take_count(c, row, w, &nr);

		if (r)
			return r;
	}
	if (pairs && nr % 2)
		return parse_error(c, w, &F_COUNT, row->once_error, "%s: %s wants pairs of words",
				   c->target->name, row_name(row));
	list->v = arena_array(c->arena, const char *, nr + 1);
	for (list->nr = 0; list->nr < nr; list->nr++) {
		const char *word = words_take(w);
		unsigned ignored;

		list->v[list->nr] = word;
		if (row->choices && !(row->flags & WORD_LENIENT) && !(pairs && list->nr % 2) &&
		    parse_choice(c, row, w, word, &ignored))
			return -EINVAL;
	}
	return 0;
}

static int parse_repeat(const struct parse_ctx *c, const struct word *row, struct words *w,
			uint64_t count, void *params)
{
	struct repeat *rep = word_field(params, row, struct repeat);
	bool counted = !(row->flags & WORD_UNCOUNTED);
	size_t alloc = 0;
	char *items = NULL;

	if (counted) {
		/* An item has a word or more, so the count cannot be larger. */
		if (count > words_left(w))
			return parse_error(c, w, &F_WORDS_MISSING,
					   c->target->count_error ? c->target->count_error : row->error,
					   "%s: the line says %llu %s, and %zu words are left",
					   c->target->name, (unsigned long long)count, row_name(row),
					   words_left(w));
		alloc = (size_t)count;
	} else {
		alloc = words_left(w);
	}
	items = arena_alloc(c->arena, alloc * row->item_size + 1);
	for (rep->v = items, rep->nr = 0; counted ? rep->nr < count : words_left(w) > 0; rep->nr++) {
		void *item = items + rep->nr * row->item_size;
		int r;

		params_init(row->rows, item, row->item_size);
		r = params_parse(c, row->rows, w, item);
		if (r)
			return r;
	}
	return 0;
}

static int parse_fixed(const struct parse_ctx *c, const struct word *row, struct words *w)
{
	const char *word = take(c, row, w);

	if (!word)
		return -EINVAL;
	if (strcmp(word, row->word))
		return parse_error(c, w, &F_CHOICE, row->error, "%s: expected '%s', found '%s'",
				   c->target->name, row->word, word);
	return 0;
}

static int parse_count(const struct parse_ctx *c, const struct word *row, struct words *w,
		       uint64_t *ret)
{
	const char *word = take(c, row, w);
	uint64_t v = 0, max = word_max(row, c->kernel);
	int r;

	if (!word)
		return -EINVAL;
	r = read_number(c, row, w, word, &v);
	if (!r && (v < row->min || v > max))
		return parse_error(c, w, &F_COUNT, row->error, "%s: %s is not a possible number of %s",
				   c->target->name, word, row_name(row));
	*ret = v;
	return r;
}

int params_parse(const struct parse_ctx *c, const struct word *rows, struct words *w, void *params)
{
	uint64_t count = 0;

	for (const struct word *row = rows; row->kind != WORD_END; row++) {
		int r = 0;

		if ((row->flags & WORD_TAIL) && !words_left(w))
			break;
		if (row->flags & WORD_LAYOUT_ONLY)
			continue;
		switch (row->kind) {
		case WORD_GROUP:
			r = parse_group(c, rows, row, w, params);
			while (row->kind != WORD_GROUP_END)
				row++;
			break;
		case WORD_LIST:
		case WORD_PAIRS:
			r = parse_list(c, row, w, params);
			set_given(params, (unsigned)(row - rows));
			break;
		case WORD_COUNT:
			r = parse_count(c, row, w, &count);
			break;
		case WORD_REPEAT:
			r = parse_repeat(c, row, w, count, params);
			set_given(params, (unsigned)(row - rows));
			break;
		case WORD_FIXED:
			r = parse_fixed(c, row, w);
			break;
		default:
			r = params_parse_value(c, rows, row, w, params);
		}
		if (r)
			return r;
	}
	return 0;
}

/* What is left over: an error for most targets, silently forgotten by some. */
static int check_left(const struct parse_ctx *c, struct words *w)
{
	if (!words_left(w))
		return 0;
	words_take(w);
	if (!(c->target->flags & TARGET_EXTRA_WORDS))
		return parse_error(c, w, &F_WORDS_EXTRA, c->target->count_error,
				   "%s: unexpected '%s' at the end of the line",
				   c->target->name, w->v[w->next - 1]);
	parse_error(c, w, &F_WORDS_IGNORED, NULL,
		    "%s: the kernel ignores '%s' and what follows; it is left out", c->target->name,
		    w->v[w->next - 1]);
	return 0;
}

int target_parse(const struct parse_ctx *c, struct words *w, void *params)
{
	int r;

	params_init(c->target->words, params, c->target->params_size);
	r = c->target->parse ? c->target->parse(c, w, params) :
			       params_parse(c, c->target->words, w, params);
	return r ? r : check_left(c, w);
}

/* "Merge failed": the words that are left are those of `state`; takes them. */
static bool state_matches(const char *state, struct words *w)
{
	size_t next = w->next;

	for (; next < w->nr; next++) {
		size_t len = strcspn(state, " ");

		if (strlen(w->v[next]) != len || strncmp(w->v[next], state, len))
			return false;
		state += len + (state[len] == ' ');
	}
	if (*state || next == w->next)
		return false;
	w->next = next;
	return true;
}

int status_parse(const struct parse_ctx *c, struct words *w, void *status, const char **state)
{
	int r;

	*state = NULL;
	for (const char *const *s = c->target->states; s && *s; s++) {
		if (!state_matches(*s, w))
			continue;
		*state = *s;
		return 0;
	}
	if (c->target->parse_status) {
		r = c->target->parse_status(c, w, status);
	} else if (c->target->status) {
		params_init(c->target->status, status, c->target->status_size);
		r = params_parse(c, c->target->status, w, status);
	} else {
		r = 0;
	}
	if (!r && words_left(w)) {
		words_take(w);
		r = parse_error(c, w, &F_WORDS_EXTRA, NULL, "%s: unexpected '%s' in the status",
				c->target->name, w->v[w->next - 1]);
	}
	return r;
}
