/*
 * Every descriptor: params that its rows generate are printed, parsed and printed again,
 * and go through a layout's YAML and back; the three tables must be the same.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../test.h"
#include "import/table.h"

#define ROUNDS 300

struct gen {
	struct arena *arena;
	uint64_t state;
};

/* splitmix64: the same params on every machine. */
static uint64_t draw(struct gen *g, uint64_t below)
{
	uint64_t z = (g->state += 0x9e3779b97f4a7c15u);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return below ? (z ^ z >> 31) % below : 0;
}

static const struct blkdev *draw_device(struct gen *g)
{
	struct blkdev *d = arena_new(g->arena, struct blkdev);

	d->word = d->name = arena_printf(g->arena, "/dev/disk%u", (unsigned)draw(g, 9));
	d->logical_block_size = 512;
	return d;
}

static uint64_t draw_number(struct gen *g, const struct word *row)
{
	uint64_t max = word_max(row, kernel_find("7.2")), span;

	if (number_is_signed(row->num) && (int64_t)row->min < 0)
		return draw(g, max + 1);
	span = max - row->min;
	/* A size must stay below 2^64 bytes to be written with a unit. */
	if (span > 1 << 24)
		span = 1 << 24;
	if (row->flags & WORD_POWER_OF_2) {
		uint64_t v = row->min ? row->min : 1;

		while (v <= max / 2 && draw(g, 2))
			v *= 2;
		return v;
	}
	return row->min + draw(g, span + 1);
}

static const char *draw_hex(struct gen *g, size_t digits)
{
	char *s = arena_alloc(g->arena, digits + 1);

	for (size_t i = 0; i < digits; i++)
		s[i] = "0123456789abcdef"[draw(g, 16)];
	return s;
}

static unsigned nr_choices(const struct word *row)
{
	unsigned n = 0;

	while (row->choices[n].word)
		n++;
	return n;
}

static void draw_rows(struct gen *g, const struct word *rows, void *params, size_t size);

static void draw_value(struct gen *g, const struct word *row, void *params)
{
	struct repeat *rep;

	switch (row->kind) {
	case WORD_U64:
	case WORD_SIZE:
	case WORD_TIME:
		*word_field(params, row, uint64_t) = draw_number(g, row);
		break;
	case WORD_CHOICE:
		*word_field(params, row, unsigned) = (unsigned)draw(g, nr_choices(row));
		break;
	case WORD_TEXT:
		*word_field(params, row, const char *) = row->dflt_text ? row->dflt_text : draw_hex(g, 64);
		break;
	case WORD_HEX:
		*word_field(params, row, const char *) = draw_hex(g, 64);
		break;
	case WORD_DEVICE:
	case WORD_AREA:
		word_field(params, row, struct devref)->dev = draw_device(g);
		if (row->kind == WORD_AREA)
			word_field(params, row, struct devref)->start_sectors = draw(g, 1 << 20);
		break;
	case WORD_KEY:
		*word_field(params, row, struct key) = (struct key){.kind = KEY_BYTES, .size = 1 + draw(g, 64)};
		break;
	case WORD_ALG:
		word_field(params, row, struct alg)->name = "sha256";
		break;
	case WORD_BITS:
		word_field(params, row, struct word_bits)->v[0] = 1 + draw(g, 200);
		break;
	case WORD_STRUCT:
		draw_rows(g, row->rows, word_field(params, row, char), row->item_size);
		break;
	case WORD_REPEAT:
		rep = word_field(params, row, struct repeat);
		rep->nr = 2 + draw(g, 3);
		rep->v = arena_alloc(g->arena, rep->nr * row->item_size);
		for (size_t i = 0; i < rep->nr; i++)
			draw_rows(g, row->rows, repeat_item(rep, row, i), row->item_size);
		break;
	default:
		break;
	}
}

/* Optional rows at random; a tail only behind a whole one. */
static void draw_rows(struct gen *g, const struct word *rows, void *params, size_t size)
{
	bool in_group = false, tail = true;

	params_init(rows, params, size);
	for (const struct word *row = rows; row->kind != WORD_END; row++) {
		bool optional;

		in_group = row->kind == WORD_GROUP || (in_group && row->kind != WORD_GROUP_END);
		if (row->kind == WORD_GROUP || row->kind == WORD_GROUP_END || row->kind == WORD_FIXED ||
		    row->kind == WORD_COUNT || row->kind == WORD_LIST || row->kind == WORD_PAIRS ||
		    (row->flags & (WORD_HIDDEN | WORD_LAYOUT_ONLY)))
			continue;
		if (row->flags & WORD_TAIL)
			tail = tail && draw(g, 2);
		optional = (in_group && row->word) || (row->flags & (WORD_DASH | WORD_OPTIONAL));
		if (!tail || (optional && !(row->flags & WORD_TAIL) && draw(g, 2)))
			continue;
		draw_value(g, row, params);
		set_given(params, (unsigned)(row - rows));
	}
}

static char *print_line(struct arena *arena, const struct line *line)
{
	struct emit_ctx c = {.kernel = kernel_find("7.2"), .mode = EMIT_LOAD, .nr_sectors = line->nr_sectors,
			     .arena = arena};
	struct strbuf b = STRBUF_INIT;
	char *s;

	target_emit(&c, line, &b);
	s = arena_printf(arena, "0 %llu %s%s%s", (unsigned long long)line->nr_sectors, line->target->name,
			 b.len ? " " : "", strbuf_str(&b));
	strbuf_release(&b);
	return s;
}

/* The line through `dmc import` and the layout's loader. */
static char *through_yaml(struct arena *arena, const char *line, bool *ok, bool *too_many)
{
	struct import_options io = {.targets = &targets_all, .kernel = kernel_find("7.2"), .name = "v"};
	struct source src = {"line", line, strlen(line), false};
	struct strbuf yaml = STRBUF_INIT;
	struct diag diag;
	struct test t;
	char *again = NULL;

	diag_init(&diag, arena);
	*ok = !import_table(&src, &io, arena, &diag, &yaml);
	/* All options at once are more than the kernel counts up to. */
	*too_many = !*ok && !strcmp(diag.findings.v[0].kind->id, "target.count");
	if (!*ok && !*too_many)
		fprintf(stderr, "import: %s\n  %s\n", line, diag.findings.v[0].message);
	diag_release(&diag);
	test_load(&t, strbuf_str(&yaml));
	if (*ok && t.loaded)
		fprintf(stderr, "load: %s\n%s\n  %s\n", line, strbuf_str(&yaml), t.diag.findings.v[0].message);
	*ok = *ok && !t.loaded;
	if (*ok)
		again = arena_strdup(arena, print_line(&t.arena, &t.layout.volumes.v[t.layout.volumes.nr - 1]->table.lines[0]));
	test_release(&t);
	strbuf_release(&yaml);
	return again;
}

/*
 * Combinations that no table line can say: the constructor's check() names them, and the
 * printer makes the nearest line of them.
 */
static bool cannot_be_said(const struct target *t, const char *line)
{
	if (!strcmp(t->name, "mirror"))
		return strstr(line, "userspace") || strstr(line, " disk ");
	if (!strcmp(t->name, "vdo"))
		return strncmp(strchr(line, 'v'), "vdo V4", 6);
	return false;
}

START_TEST(round_trip)
{
	const struct target *t = targets_all.v[_i];
	struct arena arena;
	struct gen g = {&arena, 0x1234u + (unsigned)_i};
	unsigned compared = 0;

	for (int round = 0; round < ROUNDS; round++) {
		struct line line = {.nr_sectors = 8 + 8 * draw(&g, 1 << 20), .target = t};
		const char *first, *again;
		bool ok, too_many;

		arena_init(&arena);
		line.params = arena_alloc(&arena, t->params_size);
		draw_rows(&g, t->words, line.params, t->params_size);
		first = print_line(&arena, &line);
		if (!cannot_be_said(t, first)) {
			again = through_yaml(&arena, first, &ok, &too_many);
			ck_assert_msg(ok || too_many, "%s", first);
			if (ok)
				ck_assert_str_eq(again, first);
			compared += ok;
		}
		arena_release(&arena);
	}
	ck_assert_uint_gt(compared, 10);
}
END_TEST

/* The example of each reference page loads, and only devices are missing. */
START_TEST(example)
{
	const struct target *t = targets_all.v[_i];
	struct strbuf b = STRBUF_INIT;
	struct test test;

	strbuf_adds(&b, "dmc: 1\nrequires: {kernel: \"7.2\"}\ndevices:\n");
	for (const char *const *d = (const char *const[]){"disk", "disk2", "ssd", "ssd1", "ssd2", "pmem", NULL}; *d; d++)
		strbuf_addf(&b, "  %s: {file: %s.img, size: 16MiB}\n", *d, *d);
	strbuf_adds(&b, "  meta: {file: meta.img, size: 4MiB}\n  meta2: {file: meta2.img, size: 4MiB}\n"
			"  big: {file: big.img, size: 16GiB}\n  smrdisk: {file: z.img, size: 1GiB, zone_size: 16MiB}\n"
			"volumes:\n");
	if (!strcmp(t->name, "thin"))
		strbuf_addf(&b, "  %s", target_find(&targets_all, "thin-pool", 9)->example);
	strbuf_addf(&b, "  %s", t->example);
	test_load(&test, strbuf_str(&b));
	check_kernel(&test.layout, kernel_find("7.2"), &test.diag);
	for (size_t i = 0; i < test.diag.findings.nr; i++)
		if (test.diag.findings.v[i].kind->severity == SEV_ERROR)
			ck_abort_msg("%s: %s", t->name, test.diag.findings.v[i].message);
	test_release(&test);
	strbuf_release(&b);
}
END_TEST

/* What manuals and schemas are made of is there. */
START_TEST(documented)
{
	const struct target *t = targets_all.v[_i];

	ck_assert_ptr_nonnull(t->summary);
	ck_assert_ptr_nonnull(t->description);
	ck_assert_ptr_nonnull(t->example);
	for (const struct word *row = t->words; row->kind != WORD_END; row++)
		ck_assert_msg(row->kind == WORD_GROUP_END || row->help, "%s: row %zu has no help", t->name,
			      (size_t)(row - t->words));
	for (const struct word *row = t->status; row && row->kind != WORD_END; row++)
		ck_assert_msg(!row->key || row->help, "%s: status %s has no help", t->name, row->key);
	if (_i)
		ck_assert_msg(strcmp(targets_all.v[_i - 1]->name, t->name) < 0, "%s is not in order", t->name);
}
END_TEST

Suite *suite_targets_descriptors(void);

Suite *suite_targets_descriptors(void)
{
	Suite *s = suite_create("targets/descriptors");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, round_trip, 0, (int)targets_all.nr);
	tcase_add_loop_test(tc, example, 0, (int)targets_all.nr);
	tcase_add_loop_test(tc, documented, 0, (int)targets_all.nr);
	suite_add_tcase(s, tc);
	return s;
}
