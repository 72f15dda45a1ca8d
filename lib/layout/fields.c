/*
 * A segment's map -> the target's params, by the target's rows (target/word.h).
 *
 * The map's pairs are walked, not the rows: most segments have a handful of keys, and a
 * layout may have a million of them.
 */
#include <string.h>

#include "base/near.h"
#include "base/size.h"
#include "layout/internal.h"

/* Keys of a volume or segment that belong to the language, not to the target. */
static const char *const language_keys[] = {
	"target", "size", "segments", "dm_name", "dm_uuid", "minor", "read_only", "description", NULL,
};

static bool load_rows(struct segment *s, const struct word *rows, const struct node *map,
		      void *params, const struct word *repeat, size_t item);

bool is_language_key(const struct node *key)
{
	for (const char *const *k = language_keys; *k; k++)
		if (node_is(key, *k))
			return true;
	return false;
}

const struct node *row_node(const struct node *map, const struct word *row)
{
	const struct node *n = row->key ? node_get(map, row->key) : NULL;

	return n ? n : row->list ? node_get(map, row->list) : NULL;
}

static void offer_keys(struct near *near, const struct word *rows)
{
	for (const struct word *row = rows; row->kind != WORD_END; row++) {
		if (row->flags & WORD_HIDDEN)
			continue;
		if (row->key)
			near_offer(near, row->key);
		if (row->aux_key)
			near_offer(near, row->aux_key);
		if (row->list)
			near_offer(near, row->list);
	}
}

static bool unknown_key(struct segment *s, const struct word *rows, const struct node *key, bool top)
{
	struct near near = NEAR_INIT(key->text, key->nr);
	struct finding *f = node_report(s->l, key, &F_UNKNOWN_KEY, "target %s has no key '%.*s'",
					s->target->name, (int)key->nr, key->text);

	offer_keys(&near, rows);
	for (const char *const *k = language_keys; top && *k; k++)
		near_offer(&near, *k);
	if (near.best)
		finding_fix(s->l->diag, f, "did you mean '%s'?", near.best);
	else
		finding_fix(s->l->diag, f, "`dmc targets %s` lists them", s->target->name);
	return false;
}

static bool load_choice(struct segment *s, const struct word *row, const struct node *n, unsigned *ret)
{
	struct near near = NEAR_INIT(n->text, n->nr);
	struct strbuf all = STRBUF_INIT;
	struct finding *f;
	int i;

	if (!node_expect(s->l, n, NODE_SCALAR, row->key))
		return false;
	i = choice_find(row, node_dup(s->l->arena, n));
	if (i >= 0) {
		*ret = (unsigned)i;
		return true;
	}
	for (const struct choice *c = row->choices; c->word; c++) {
		near_offer(&near, c->word);
		strbuf_addf(&all, "%s%s", all.len ? ", " : "", c->word);
	}
	f = node_report(s->l, n, &F_CHOICE, "%s: '%.*s' is none of %s", row->key, (int)n->nr, n->text,
			strbuf_str(&all));
	f->kernel_text = row->error;
	if (near.best)
		finding_fix(s->l->diag, f, "did you mean '%s'?", near.best);
	strbuf_release(&all);
	return false;
}

/* The first device of the segment: what a percentage in it counts from. */
static uint64_t whole_sectors(const struct word *rows, const void *params)
{
	for (const struct word *row = rows; row->kind != WORD_END; row++) {
		const struct devref *ref = word_cfield(params, row, struct devref);

		if ((row->kind == WORD_AREA || row->kind == WORD_DEVICE) && ref->dev)
			return devref_sectors(ref) == UINT64_MAX ? 0 : devref_sectors(ref);
	}
	return 0;
}

/* A size or duration in the row's unit. */
static bool in_units(struct segment *s, const struct word *row, const struct node *n, uint64_t value,
		     uint64_t unit, uint64_t *ret)
{
	struct strbuf b = STRBUF_INIT;
	struct finding *f;

	if (!unit) {
		*ret = 0;
		return true; /* the row that holds the unit was refused */
	}
	if (value % unit == 0) {
		*ret = value / unit;
		return true;
	}
	if (row->kind == WORD_SIZE)
		size_format(&b, unit);
	else
		duration_format(&b, unit);
	f = node_report(s->l, n, &F_UNIT_WHOLE, "%s: '%.*s' is not a multiple of %s", row->key,
			(int)n->nr, n->text, strbuf_str(&b));
	strbuf_reset(&b);
	if (row->kind == WORD_SIZE)
		size_format(&b, value / unit * unit);
	else
		duration_format(&b, value / unit * unit);
	finding_fix(s->l->diag, f, "%s: %s", row->key, strbuf_str(&b));
	strbuf_release(&b);
	return false;
}

static bool load_signed(struct segment *s, const struct word *row, const struct node *n, uint64_t *ret)
{
	bool negative = n->kind == NODE_SCALAR && n->nr && n->text[0] == '-';
	struct node digits = *n;

	if (negative && number_is_signed(row->num)) {
		digits.text++;
		digits.nr--;
	}
	if (!node_u64(s->l, &digits, row->key, ret))
		return false;
	if (negative)
		*ret = -*ret;
	return true;
}

static bool load_number(struct segment *s, const struct word *rows, const struct word *row,
			const struct node *n, void *params)
{
	uint64_t value, *field = word_field(params, row, uint64_t);

	switch (row->kind) {
	case WORD_SIZE:
		return node_size(s->l, n, row->key, whole_sectors(rows, params) * 512, &value) &&
		       in_units(s, row, n, value, word_unit(row, params), field);
	case WORD_TIME:
		return node_duration(s->l, n, row->key, &value) &&
		       in_units(s, row, n, value, word_unit(row, params), field);
	default:
		return load_signed(s, row, n, field);
	}
}

static bool load_device(struct segment *s, const struct word *repeat, size_t item,
			const struct word *row, const struct node *n, struct devref *ret)
{
	struct ref ref;

	if (!load_ref(s->l, n, row->key, &ref))
		return false;
	if (row->kind == WORD_AREA) {
		ret->dev = ref.dev;
		ret->start_sectors = ref.start_sectors;
		ret->nr_sectors = ref.nr_sectors;
		return true;
	}
	ret->dev = ref.part ? implicit_volume(s, repeat, item, row, &ref, n) : ref.dev;
	return ret->dev != NULL;
}

/* `offset:` beside `device:`. Comes after the device whatever the order in the file. */
static bool load_offset(struct segment *s, const struct word *row, const struct node *n, void *params)
{
	struct devref *ref = word_field(params, row, struct devref);
	uint64_t start, whole = ref->dev ? devref_sectors(ref) : 0;

	if (!node_sectors(s->l, n, row->aux_key, whole == UINT64_MAX ? 0 : whole, &start))
		return false;
	if (ref->nr_sectors && start > ref->nr_sectors) {
		node_report(s->l, n, &F_REF_RANGE, "%s: the slice has only %llu sectors", row->aux_key,
			    (unsigned long long)ref->nr_sectors);
		return false;
	}
	if (ref->nr_sectors)
		ref->nr_sectors -= start;
	ref->start_sectors += start;
	return true;
}

static bool load_alg(struct segment *s, const struct word *row, const struct node *n, struct alg *alg)
{
	if (!node_text(s->l, n, row->key, &alg->name))
		return false;
	if (strchr(alg->name, ':')) {
		struct finding *f = node_report(s->l, n, &F_KEY_IN_FILE, "%s: keys do not belong into a layout",
						row->key);

		finding_fix(s->l->diag, f, "%s: {file: …}", row->aux_key);
		return false;
	}
	return true;
}

static bool load_list(struct segment *s, const struct word *row, const struct node *n,
		      struct word_list *list)
{
	size_t step = row->kind == WORD_PAIRS ? 2 : 1;
	bool ok = true;

	if (!node_expect(s->l, n, step == 2 ? NODE_MAP : NODE_SEQ, row->key))
		return false;
	list->nr = step * n->nr;
	list->v = arena_array(s->l->arena, const char *, list->nr + 1);
	for (size_t i = 0; i < list->nr; i++) {
		const struct node *item = &n->items[i];
		unsigned ignored;

		if (!node_text(s->l, item, row->key, &list->v[i]))
			ok = false;
		else if (row->choices && !(row->flags & WORD_LENIENT) && i % step == 0)
			ok = load_choice(s, row, item, &ignored) && ok;
	}
	return ok;
}

static bool load_bits(struct segment *s, const struct word *row, const struct node *n,
		      struct word_bits *bits)
{
	bool ok = true;

	if (!node_expect(s->l, n, NODE_SEQ, row->key))
		return false;
	for (uint32_t i = 0; i < n->nr; i++) {
		uint64_t v;

		if (!node_u64(s->l, &n->items[i], row->key, &v)) {
			ok = false;
		} else if (v >= WORD_BITS_MAX) {
			node_report(s->l, &n->items[i], &F_RANGE, "%s: %llu is not between 0 and %d", row->key,
				    (unsigned long long)v, WORD_BITS_MAX - 1);
			ok = false;
		} else {
			bits->v[v / 64] |= ROW(v % 64);
		}
	}
	return ok;
}

/* The one row that stands for a whole item when it is no map of the item's keys. */
static const struct word *main_row(const struct word *rows)
{
	while (rows->kind != WORD_END && !(rows->flags & WORD_MAIN))
		rows++;
	return rows->kind == WORD_END ? NULL : rows;
}

/* A map that is a reference ({device:, offset:, size:}) and not an item's own keys. */
static bool is_plain_item(const struct word *main, const struct node *n)
{
	if (n->kind != NODE_MAP)
		return true;
	return (main->kind == WORD_AREA || main->kind == WORD_DEVICE) && node_get(n, "device") &&
	       (strcmp(main->key, "device") || node_get(n, "size"));
}

static bool load_value(struct segment *s, const struct word *rows, const struct word *row,
		       const struct node *n, void *params, const struct word *repeat, size_t item);

static bool load_item(struct segment *s, const struct word *row, size_t i, const struct node *n,
		      void *item)
{
	const struct word *main = main_row(row->rows);

	params_init(row->rows, item, row->item_size);
	if (main && is_plain_item(main, n))
		return load_value(s, row->rows, main, n, item, row, i);
	return node_expect(s->l, n, NODE_MAP, row->key) && load_rows(s, row->rows, n, item, row, i);
}

static bool load_items(struct segment *s, const struct word *row, const struct node *n,
		       struct repeat *rep)
{
	bool ok = true;
	char *items;

	if (!node_expect(s->l, n, NODE_SEQ, row->key))
		return false;
	items = arena_alloc(s->l->arena, (size_t)n->nr * row->item_size + 1);
	rep->v = items;
	rep->nr = n->nr;
	for (uint32_t i = 0; i < n->nr; i++)
		ok = load_item(s, row, i, &n->items[i], items + (size_t)i * row->item_size) && ok;
	return ok;
}

static bool load_field(struct segment *s, const struct word *rows, const struct word *row,
		       const struct node *n, void *params, const struct word *repeat, size_t item)
{
	switch (row->kind) {
	case WORD_U64:
	case WORD_SIZE:
	case WORD_TIME:
		return load_number(s, rows, row, n, params);
	case WORD_CHOICE:
		return load_choice(s, row, n, word_field(params, row, unsigned));
	case WORD_TEXT:
	case WORD_HEX:
		return node_text(s->l, n, row->key, word_field(params, row, const char *));
	case WORD_DEVICE:
	case WORD_AREA:
		return load_device(s, repeat, item, row, n, word_field(params, row, struct devref));
	case WORD_KEY:
		return load_key(s->l, n, row->key, word_field(params, row, struct key));
	case WORD_ALG:
		return load_alg(s, row, n, word_field(params, row, struct alg));
	case WORD_LIST:
	case WORD_PAIRS:
		return load_list(s, row, n, word_field(params, row, struct word_list));
	case WORD_BITS:
		return load_bits(s, row, n, word_field(params, row, struct word_bits));
	case WORD_REPEAT:
		return load_items(s, row, n, word_field(params, row, struct repeat));
	case WORD_STRUCT:
		return node_expect(s->l, n, NODE_MAP, row->key) &&
		       load_rows(s, row->rows, n, word_field(params, row, char), repeat, item);
	default:
		return true;
	}
}

static bool load_value(struct segment *s, const struct word *rows, const struct word *row,
		       const struct node *n, void *params, const struct word *repeat, size_t item)
{
	bool on = true;

	if (row->kind == WORD_FLAG && !node_flag(s->l, n, row->key, &on))
		return false;
	if (!on)
		return true;
	set_given(params, (unsigned)(row - rows));
	if (!load_field(s, rows, row, n, params, repeat, item))
		return false;
	if (row->kind == WORD_HEX &&
	    (strspn(*word_field(params, row, const char *), "0123456789abcdefABCDEF") != n->nr ||
	     n->nr % 2)) {
		node_report(s->l, n, &F_HEX, "%s: expected an even number of hexadecimal digits", row->key);
		return false;
	}
	return true;
}

/* `features: [a, b]`: every word sets the flag row of that name. */
static bool load_flags(struct segment *s, const struct word *rows, const struct node *key,
		       const struct node *list, void *params)
{
	bool ok = true;

	if (!node_expect(s->l, list, NODE_SEQ, node_dup(s->l->arena, key)))
		return false;
	for (uint32_t i = 0; i < list->nr; i++) {
		const struct node *n = &list->items[i];
		struct near near = NEAR_INIT(n->kind == NODE_SCALAR ? n->text : "", n->nr);
		const struct word *row = rows;
		struct finding *f;

		for (; row->kind != WORD_END; row++) {
			if (!row->list || !node_is(key, row->list))
				continue;
			if (node_is(n, row->word))
				break;
			near_offer(&near, row->word);
		}
		if (row->kind != WORD_END) {
			set_given(params, (unsigned)(row - rows));
			continue;
		}
		f = node_report(s->l, n, &F_LIST_WORD, "%.*s: target %s does not know '%.*s'", (int)key->nr,
				key->text, s->target->name,
				n->kind == NODE_SCALAR ? (int)n->nr : 0, n->kind == NODE_SCALAR ? n->text : "");
		if (near.best)
			finding_fix(s->l->diag, f, "did you mean '%s'?", near.best);
		ok = false;
	}
	return ok;
}

/* One pair of the map; `second` is the pass for keys that need others' values. */
static bool load_pair(struct segment *s, const struct word *rows, const struct node *key,
		      const struct node *value, void *params, const struct word *repeat, size_t item,
		      bool second, bool *known)
{
	for (const struct word *row = rows; row->kind != WORD_END; row++) {
		if (row->flags & WORD_HIDDEN)
			continue;
		if (row->list && node_is(key, row->list)) {
			*known = true;
			return second || load_flags(s, rows, key, value, params);
		}
		if (row->key && node_is(key, row->key)) {
			bool late = row->kind == WORD_SIZE && row->unit_row;

			*known = true;
			return late != second || load_value(s, rows, row, value, params, repeat, item);
		}
		if (row->aux_key && node_is(key, row->aux_key)) {
			*known = true;
			if (!second)
				return true;
			if (row->kind == WORD_ALG)
				return load_key(s->l, value, row->aux_key,
						&word_field(params, row, struct alg)->key);
			return load_offset(s, row, value, params);
		}
	}
	return true;
}

static bool missing(struct segment *s, const struct word *row, const struct node *map)
{
	node_report(s->l, map, &F_MISSING_KEY, "target %s needs `%s`: %s", s->target->name, row->key,
		    row->help);
	return false;
}

/* Positional words must be there; options and what has a default need not. */
static bool check_required(struct segment *s, const struct word *rows, const struct node *map,
			   const void *params)
{
	bool in_group = false, ok = true;

	for (const struct word *row = rows; row->kind != WORD_END; row++) {
		if (row->flags & WORD_TAIL)
			break;
		in_group = row->kind == WORD_GROUP || (in_group && row->kind != WORD_GROUP_END);
		if (!row->key || (row->flags & (WORD_OPTIONAL | WORD_DASH | WORD_HIDDEN)) ||
		    (in_group && row->word) || row->kind == WORD_FLAG || row->kind == WORD_LIST ||
		    row->kind == WORD_PAIRS)
			continue;
		if (!given(params, (unsigned)(row - rows)))
			ok = missing(s, row, map);
	}
	return ok;
}

static bool load_rows(struct segment *s, const struct word *rows, const struct node *map,
		      void *params, const struct word *repeat, size_t item)
{
	bool top = map == s->node, ok = true;

	for (int pass = 0; pass < 2; pass++) {
		for (uint32_t i = 0; i < map->nr; i++) {
			const struct node *key = &map->items[2 * i], *value = key + 1;
			bool known = top && is_language_key(key);

			if (known)
				continue;
			ok = load_pair(s, rows, key, value, params, repeat, item, pass, &known) && ok;
			if (!known && !pass)
				ok = unknown_key(s, rows, key, top);
		}
	}
	return ok && check_required(s, rows, map, params);
}

bool load_params(struct segment *s, void *params)
{
	params_init(s->target->words, params, s->target->params_size);
	return load_rows(s, s->target->words, s->node, params, NULL, 0);
}
