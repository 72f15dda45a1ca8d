/* A decoded status for programs. */
#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "base/size.h"
#include "target/params.h"
#include "target/status.h"

static json_t *number(uint64_t v)
{
	/* Larger numbers than jansson's are no sizes; a program sees that they are no integers. */
	return v <= INT64_MAX ? json_integer((json_int_t)v) : json_real((double)v);
}

static json_t *scaled(uint64_t v, uint64_t unit)
{
	uint64_t bytes;

	return number(__builtin_mul_overflow(v, unit ? unit : 1, &bytes) ? UINT64_MAX : bytes);
}

/* A word of a list: a number where it is one. */
static json_t *word_json(const char *s)
{
	uint64_t v;

	return number_parse(s, strlen(s), &v) && v <= INT64_MAX ? number(v) : json_text(s);
}

static json_t *list_json(const struct word *row, const struct word_list *list)
{
	bool pairs = row->kind == WORD_PAIRS;
	json_t *o = pairs ? json_object() : json_array();

	for (size_t i = 0; i < list->nr; i += pairs ? 2 : 1) {
		if (pairs)
			json_object_set_new(o, list->v[i], word_json(list->v[i + 1]));
		else
			json_array_append_new(o, word_json(list->v[i]));
	}
	return o;
}

static json_t *letters_json(const struct word *row, const char *letters)
{
	json_t *o = json_array();

	for (; *letters; letters++) {
		const struct choice *ch = status_letter(row, *letters);
		char unknown[2] = {*letters, '\0'};

		json_array_append_new(o, json_text(ch ? ch->help : unknown));
	}
	return o;
}

static json_t *ratio_json(const struct word *row, const struct ratio *r, uint64_t unit)
{
	json_t *o = json_object();

	json_object_set_new(o, row->aux_key ? row->aux_key : "used", scaled(r->a, unit));
	json_object_set_new(o, "total", scaled(r->b, unit));
	return o;
}

static json_t *rows_json(const struct status *s, const struct word *rows, const void *fields);

static json_t *items_json(const struct status *s, const struct word *row, const struct repeat *rep)
{
	json_t *o = json_array();

	for (size_t i = 0; i < rep->nr; i++)
		json_array_append_new(o, rows_json(s, row->rows, repeat_item(rep, row, i)));
	return o;
}

static json_t *choice_json(const struct word *row, unsigned i)
{
	return status_is_fact(row) ? json_boolean(i == 0) : json_text(status_choice(&row->choices[i]));
}

static json_t *value_json(const struct status *s, const struct word *row, const void *fields)
{
	uint64_t unit = status_unit(s, row, fields);

	switch (row->kind) {
	case WORD_U64:
	case WORD_SIZE:
		return scaled(word_number(fields, row), unit);
	case WORD_TIME:
		return scaled(word_number(fields, row), word_unit(row, fields));
	case WORD_RATIO:
		return ratio_json(row, word_cfield(fields, row, struct ratio), unit);
	case WORD_CHOICE:
		return choice_json(row, *word_cfield(fields, row, unsigned));
	case WORD_TEXT:
	case WORD_HEX:
		return row->choices ? letters_json(row, word_text(fields, row)) : json_text(word_text(fields, row));
	case WORD_LIST:
	case WORD_PAIRS:
		return list_json(row, word_cfield(fields, row, struct word_list));
	case WORD_REPEAT:
		return items_json(s, row, word_cfield(fields, row, struct repeat));
	default:
		return NULL;
	}
}

/* A word that was `-` is null; one of a tail that is not there is left out. */
static json_t *rows_json(const struct status *s, const struct word *rows, const void *fields)
{
	json_t *o = json_object();

	for (const struct word *row = rows; row->kind != WORD_END; row++) {
		char key[64];

		if (!row->key)
			continue;
		snprintf(key, sizeof(key), "%s%s", row->key,
			 (row->flags & WORD_TABLE_UNIT) && !s->table ? "_blocks" : "");
		if (given(fields, (unsigned)(row - rows)))
			json_object_set_new(o, key, value_json(s, row, fields));
		else if (row->flags & WORD_DASH && !(row->flags & WORD_TAIL))
			json_object_set_new(o, key, json_null());
	}
	return o;
}

void status_json(const struct status *s, json_t *object)
{
	json_object_set_new(object, "raw", json_text(s->raw));
	if (s->fields)
		json_object_set_new(object, "decoded", rows_json(s, s->target->status, s->fields));
	if (s->state)
		json_object_set_new(object, "state", json_text(s->state));
	if (s->problem)
		json_object_set_new(object, "problem", json_text(s->problem));
}
