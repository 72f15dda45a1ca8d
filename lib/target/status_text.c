/* A decoded status for people. */
#include <string.h>

#include "base/size.h"
#include "target/params.h"
#include "target/status.h"

void size_rounded(struct strbuf *out, uint64_t bytes)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	unsigned u = 0, tenth;

	while (u < 6 && bytes >> 10 * u >= 1024)
		u++;
	tenth = u ? (unsigned)((bytes >> 10 * (u - 1)) % 1024 * 10 / 1024) : 0;
	strbuf_addu64(out, bytes >> 10 * u);
	if (tenth)
		strbuf_addf(out, ".%u", tenth);
	strbuf_adds(out, units[u]);
}

/* "metadata_low_water" as people write it. */
static void add_name(struct strbuf *out, const char *key)
{
	for (; *key; key++)
		strbuf_addch(out, *key == '_' ? ' ' : *key);
}

static void add_amount(struct strbuf *out, uint64_t v, uint64_t unit)
{
	uint64_t bytes;

	if (unit && !__builtin_mul_overflow(v, unit, &bytes))
		size_rounded(out, bytes);
	else
		strbuf_addu64(out, v);
}

/* Nothing that is not quite full is called 100%, and nothing that is in use 0%. */
static void add_percent(struct strbuf *out, const struct ratio *r)
{
	double percent = 100.0 * (double)r->a / (double)r->b;

	if (!r->b)
		return;
	if (r->a && percent < 0.1)
		strbuf_adds(out, " (<0.1%)");
	else if (r->a < r->b && percent > 99.9)
		strbuf_adds(out, " (>99.9%)");
	else
		strbuf_addf(out, " (%.*f%%)", percent < 10 && r->a ? 1 : 0, percent);
}

static void add_ratio(struct strbuf *out, const struct word *row, const struct ratio *r, uint64_t unit)
{
	add_amount(out, r->a, unit);
	strbuf_adds(out, " of ");
	add_amount(out, r->b, unit);
	if (row->aux_key) {
		strbuf_addch(out, ' ');
		add_name(out, row->aux_key);
	}
	add_percent(out, r);
}

/* "AaD (1 out of sync, 1 failed)": the first choice is the one that is fine. */
static void add_letters(struct strbuf *out, const struct word *row, const char *letters)
{
	const char *open = " (";

	strbuf_adds(out, letters);
	for (const struct choice *ch = row->choices + 1; ch->word; ch++) {
		unsigned nr = 0;

		for (const char *p = letters; *p; p++)
			nr += *p == *ch->word;
		if (!nr)
			continue;
		strbuf_addf(out, "%s%u ", open, nr);
		add_name(out, ch->help);
		open = ", ";
	}
	if (*open == ',')
		strbuf_addch(out, ')');
}

static void add_list(struct strbuf *out, const struct word_list *list)
{
	for (size_t i = 0; i < list->nr; i++)
		strbuf_addf(out, "%s%s", i ? " " : "", list->v[i]);
	if (!list->nr)
		strbuf_addch(out, '-');
}

struct printer {
	const struct status *s;
	bool all;
};

static void add_rows(const struct printer *p, const struct word *rows, const void *fields, bool item,
		     struct strbuf *out);

static void add_items(const struct printer *p, const struct word *row, const struct repeat *rep,
		      struct strbuf *out)
{
	strbuf_addch(out, '[');
	for (size_t i = 0; i < rep->nr; i++) {
		strbuf_adds(out, i ? "; " : "");
		add_rows(p, row->rows, repeat_item(rep, row, i), true, out);
	}
	strbuf_addch(out, ']');
}

/* Words that speak for themselves stand without their key. */
static bool is_named(const struct word *row, bool item)
{
	return row->kind != WORD_CHOICE && !(item && row->kind == WORD_TEXT);
}

static void add_value(const struct printer *p, const struct word *row, const void *fields,
		      struct strbuf *out)
{
	switch (row->kind) {
	case WORD_U64:
	case WORD_SIZE:
	case WORD_TIME:
		add_amount(out, word_number(fields, row), status_unit(p->s, row, fields));
		break;
	case WORD_RATIO:
		add_ratio(out, row, word_cfield(fields, row, struct ratio), status_unit(p->s, row, fields));
		break;
	case WORD_CHOICE:
		add_name(out, status_choice(&row->choices[*word_cfield(fields, row, unsigned)]));
		break;
	case WORD_TEXT:
	case WORD_HEX:
		if (row->choices)
			add_letters(out, row, word_text(fields, row));
		else
			strbuf_adds(out, word_text(fields, row));
		break;
	case WORD_LIST:
	case WORD_PAIRS:
		add_list(out, word_cfield(fields, row, struct word_list));
		break;
	case WORD_REPEAT:
		add_items(p, row, word_cfield(fields, row, struct repeat), out);
		break;
	default:
		break;
	}
}

static bool is_told(const struct printer *p, const struct word *row, const void *fields, size_t i)
{
	if (!row->key || !(p->all || row->flags & WORD_BRIEF) || !given(fields, (unsigned)i))
		return false;
	if (row->kind == WORD_TEXT && !p->all && !strcmp(word_text(fields, row), "-"))
		return false;
	return !status_is_fact(row) || !*word_cfield(fields, row, unsigned);
}

static void add_rows(const struct printer *p, const struct word *rows, const void *fields, bool item,
		     struct strbuf *out)
{
	bool any = false;

	for (const struct word *row = rows; row->kind != WORD_END; row++) {
		if (!is_told(p, row, fields, (size_t)(row - rows)))
			continue;
		if (any)
			strbuf_adds(out, item ? " " : ", ");
		any = true;
		if (is_named(row, item)) {
			add_name(out, row->key);
			strbuf_addch(out, ' ');
		}
		add_value(p, row, fields, out);
	}
}

void status_text(const struct status *s, bool all, struct strbuf *out)
{
	struct printer p = {s, all};

	if (s->fields)
		add_rows(&p, s->target->status, s->fields, false, out);
	else if (s->problem)
		strbuf_addf(out, "%s (not decoded: %s)", s->raw, s->problem);
	else
		strbuf_adds(out, s->raw);
}
