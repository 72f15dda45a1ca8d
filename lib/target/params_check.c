/* What the rows say about values: ranges, powers of two, features, counts. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/size.h"
#include "target/params.h"

struct where {
	const struct line_ctx *c;
	const struct word *repeat; /* NULL: not inside an item */
	size_t item;
};

void params_init(const struct word *rows, void *params, size_t size)
{
	memset(params, 0, size);
	for (const struct word *row = rows; row->kind != WORD_END; row++) {
		switch (row->kind) {
		case WORD_U64:
		case WORD_SIZE:
		case WORD_TIME:
			*word_field(params, row, uint64_t) = row->dflt;
			break;
		case WORD_CHOICE:
			*word_field(params, row, unsigned) = (unsigned)row->dflt;
			break;
		case WORD_TEXT:
		case WORD_HEX:
			if (row->flags & WORD_OPTIONAL)
				*word_field(params, row, const char *) = row->dflt_text;
			break;
		case WORD_STRUCT:
			params_init(row->rows, word_field(params, row, char), row->item_size);
			break;
		default:
			break;
		}
	}
}

uint64_t word_unit(const struct word *row, const void *params)
{
	uint64_t unit = row->unit ? row->unit : 1;

	if (row->unit_row)
		return word_number(params, row->unit_row) * word_unit(row->unit_row, params);
	return unit;
}

uint64_t word_max(const struct word *row, const struct kernel_profile *k)
{
	const struct max_since *m = row->limits;

	if (!m)
		return row->max ? row->max : number_max(row->num);
	/* Without a kernel: what the most generous one takes. */
	while (k && m->since && !kernel_has(k, m->since))
		m++;
	return m->max;
}

int choice_find(const struct word *row, const char *word)
{
	for (int i = 0; row->choices[i].word; i++)
		if (row->flags & WORD_NOCASE ? !strcasecmp(row->choices[i].word, word) :
					       !strcmp(row->choices[i].word, word))
			return i;
	return -1;
}

void word_value_str(const struct word *row, const void *params, uint64_t v, struct strbuf *b)
{
	uint64_t unit = word_unit(row, params);

	if (number_is_signed(row->num) && (int64_t)v < 0)
		strbuf_addf(b, "%lld", (long long)v);
	else if (row->kind == WORD_SIZE && (!unit || v <= UINT64_MAX / unit))
		size_format(b, v * unit);
	else if (row->kind == WORD_TIME && v <= UINT64_MAX / unit)
		duration_format(b, v * unit);
	else
		strbuf_addu64(b, v);
}

static const char *value_str(const struct where *w, const struct word *row, const void *params,
			     uint64_t v)
{
	struct strbuf b = STRBUF_INIT;
	char *s;

	word_value_str(row, params, v, &b);
	s = arena_strdup(w->c->arena, strbuf_str(&b));
	strbuf_release(&b);
	return s;
}

#define report(w, kind, row, text, ...)                                                            \
	line_report_item((w)->c, kind, (w)->repeat, (w)->item, row, text, __VA_ARGS__)

static const char *row_key(const struct word *row)
{
	if (row->key)
		return row->key;
	return row->word ? row->word : "value";
}

static bool above(const struct word *row, uint64_t v, uint64_t max)
{
	return number_is_signed(row->num) ? (int64_t)v > (int64_t)max : v > max;
}

static void check_number(const struct where *w, const struct word *row, const void *params)
{
	uint64_t v = word_number(params, row), max = word_max(row, w->c->kernel);

	if (v > number_max(row->num) && !(number_is_signed(row->num) && (int64_t)v < 0)) {
		report(w, &F_NUMBER, row, row->error, "%s: %s is too large for the table, which holds at most %s",
		       row_key(row), value_str(w, row, params, v),
		       value_str(w, row, params, number_max(row->num)));
		return;
	}
	if (above(row, row->min, v) || above(row, v, max)) {
		report(w, &F_RANGE, row, row->error, "%s: %s is not between %s and %s", row_key(row),
		       value_str(w, row, params, v), value_str(w, row, params, row->min),
		       value_str(w, row, params, max));
		return;
	}
	if ((row->flags & WORD_POWER_OF_2) && (v & (v - 1)))
		report(w, &F_POWER_OF_2, row, row->error, "%s: %s is not a power of two",
		       row_key(row), value_str(w, row, params, v));
}

/*
 * "high_priority needs crypt 1.28.0 (first in Linux 6.12); 6.1 has 1.24.0". `text` is what a
 * kernel without it says to the word.
 */
static void report_since(const struct where *w, const struct word *row, enum kernel_feature since,
			 const char *word, const char *text)
{
	const struct kernel_feature_info *f = kernel_feature_info(since);
	const struct kernel_profile *k = w->c->kernel;
	uint32_t have = kernel_target_version(k, f->target);
	char need_str[16], have_str[16];
	struct finding *finding;

	if (f->version && f->by_version)
		finding = report(w, &F_SINCE, row, text,
				 "'%s' needs %s %s, first in Linux %s; Linux %s has %s", word, f->target,
				 target_version_str(f->version, need_str), f->first, k->name,
				 have ? target_version_str(have, have_str) : "no such target");
	else
		finding = report(w, &F_SINCE, row, text,
				 "'%s' needs Linux %s or later; Linux %s does not have it", word,
				 f->first, k->name);
	finding_fix(w->c->diag, finding, "leave '%s' out, or run Linux %s", word, f->first);
}

static void check_since(const struct where *w, const struct word *row, enum kernel_feature since,
			const char *word, const char *text)
{
	if (since && !kernel_has(w->c->kernel, since))
		report_since(w, row, since, word, text);
}

static void check_list(const struct where *w, const struct word *row, const struct word_list *list)
{
	size_t step = row->kind == WORD_PAIRS ? 2 : 1;

	if (list->nr > word_max(row, w->c->kernel))
		report(w, &F_OPTION_COUNT, row, row->error, "%s: %zu words, and Linux %s takes at most %llu",
		       row_key(row), list->nr, w->c->kernel->name,
		       (unsigned long long)word_max(row, w->c->kernel));
	for (size_t i = 0; row->choices && i < list->nr; i += step) {
		int n = choice_find(row, list->v[i]);

		if (n >= 0)
			check_since(w, row, row->choices[n].since, list->v[i], row->error);
	}
}

static void check_rows(const struct where *w, const struct word *rows, const void *params);

static void check_items(const struct where *w, const struct word *row, const struct repeat *rep)
{
	struct where item = {.c = w->c, .repeat = row};

	for (; item.item < rep->nr; item.item++)
		check_rows(&item, row->rows, repeat_item(rep, row, item.item));
}

static void check_value(const struct where *w, const struct word *row, const void *params)
{
	switch (row->kind) {
	case WORD_U64:
	case WORD_SIZE:
	case WORD_TIME:
		check_number(w, row, params);
		break;
	case WORD_CHOICE: {
		const struct choice *ch = &row->choices[*word_cfield(params, row, unsigned)];

		check_since(w, row, ch->since, ch->word, row->error);
		break;
	}
	case WORD_LIST:
	case WORD_PAIRS:
		check_list(w, row, word_cfield(params, row, struct word_list));
		break;
	case WORD_REPEAT:
		check_items(w, row, word_cfield(params, row, struct repeat));
		break;
	case WORD_STRUCT:
		check_rows(w, row->rows, word_cfield(params, row, char));
		break;
	default:
		break;
	}
}

static size_t group_count(const struct where *w, const struct word *rows, const struct word *group,
			  const void *params)
{
	struct emit_ctx c = {.kernel = w->c->kernel, .arena = w->c->arena};
	struct strbuf b = STRBUF_INIT;
	size_t nr;

	params_emit_group(&c, rows, group, params, &b);
	nr = strtoul(strbuf_str(&b), NULL, 10);
	strbuf_release(&b);
	return nr;
}

static void check_group(const struct where *w, const struct word *rows, const struct word *group,
			const void *params)
{
	uint64_t max = word_max(group, w->c->kernel);
	size_t nr;

	if ((group->flags & WORD_UNCOUNTED) || max == UINT32_MAX)
		return;
	nr = group_count(w, rows, group, params);
	if (nr > max)
		report(w, &F_OPTION_COUNT, NULL, group->error,
		       "%zu option words, and Linux %s takes at most %llu", nr, w->c->kernel->name,
		       (unsigned long long)max);
}

static void check_rows(const struct where *w, const struct word *rows, const void *params)
{
	const struct word *group = NULL; /* that the row stands in */

	for (const struct word *row = rows; row->kind != WORD_END; row++) {
		bool is_given = given(params, (unsigned)(row - rows));

		if (row->kind == WORD_GROUP)
			check_group(w, rows, row, params);
		if (row->kind == WORD_GROUP)
			group = row;
		else if (row->kind == WORD_GROUP_END)
			group = NULL;
		if (is_given)
			check_since(w, row, row->since, row->word ? row->word : row_key(row),
				    group ? group->once_error : NULL);
		/* An option that was not given, or an absent word, has no value to judge. */
		if (is_given || (!(group && row->word) && !(row->flags & (WORD_TAIL | WORD_DASH | WORD_OPTIONAL))))
			check_value(w, row, params);
	}
}

void target_check(const struct line_ctx *c, const void *params)
{
	struct where w = {.c = c};

	check_rows(&w, c->target->words, params);
	if (c->target->check)
		c->target->check(c, params);
}
