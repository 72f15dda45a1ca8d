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

static int parse_bit(const struct parse_ctx *c, const struct word *row, struct words *w,
		     void *params)
{
	struct word_bits *bits = word_field(params, row, struct word_bits);
	const char *word = params_take(c, row, w);
	uint64_t v;
	int r;

	if (!word)
		return -EINVAL;
	r = params_number(c, row, w, word, &v);
	if (r)
		return r;
	if (v >= WORD_BITS_MAX)
		return parse_error(c, w, &F_RANGE, row->error, "%s: %s is out of range: %s",
				   c->target->name, params_row_name(row), word);
	if (word_bit(bits, (unsigned)v) && (row->flags & WORD_ONCE))
		return parse_error(c, w, &F_OPTION_TWICE, row->once_error, "%s: %s %s twice",
				   c->target->name, params_row_name(row), word);
	bits->v[v / 64] |= ROW(v % 64);
	return 0;
}

/* The count in front of a group, a list or a repeat; checked against what is left. */
static int take_count(const struct parse_ctx *c, const struct word *row, struct words *w,
		      size_t *ret)
{
	struct word number = *row;
	const char *word = params_take(c, row, w);
	uint64_t v, max;
	int r;

	if (!word)
		return -EINVAL;
	number.num = NUM_ARG;
	r = params_number(c, &number, w, word, &v);
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
		int r = params_word(c, o, w, word + strlen(o->word) + 1, params);

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
				   c->target->name, params_row_name(row));
	list->v = arena_array(c->arena, const char *, nr + 1);
	for (list->nr = 0; list->nr < nr; list->nr++) {
		const char *word = words_take(w);
		unsigned ignored;

		list->v[list->nr] = word;
		if (row->choices && !(row->flags & WORD_LENIENT) && !(pairs && list->nr % 2) &&
		    params_choice(c, row, w, word, &ignored))
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
					   c->target->name, (unsigned long long)count, params_row_name(row),
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
	const char *word = params_take(c, row, w);

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
	const char *word = params_take(c, row, w);
	uint64_t v = 0, max = word_max(row, c->kernel);
	int r;

	if (!word)
		return -EINVAL;
	r = params_number(c, row, w, word, &v);
	if (!r && (v < row->min || v > max))
		return parse_error(c, w, &F_COUNT, row->error, "%s: %s is not a possible number of %s",
				   c->target->name, word, params_row_name(row));
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
