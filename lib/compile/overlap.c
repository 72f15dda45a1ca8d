/*
 * Overlaps between any two users of a device: every range that any line uses is put into
 * one array, sorted by device and start, and swept once.
 */
#include <stdlib.h>
#include <string.h>

#include "compile/check.h"

struct use {
	uint32_t dev; /* number of the device, in the order they were met */
	uint32_t line;
	uint64_t start, end;
	const struct volume *volume;
	const struct word *repeat, *row;
	uint32_t item;
};

struct area {
	const struct devref *ref;
	uint64_t start, nr;
};

struct sweep {
	const struct layout *l;
	struct diag *diag;
	VEC(struct use) uses;
	VEC(struct area) areas;          /* of the line at hand */
	VEC(const struct blkdev *) devs; /* by number */
	struct strmap numbers;           /* word -> number + 1 */
	const struct blkdev *last;       /* most lines use the device of the line before */
	uint32_t last_nr;
	const struct volume *volume;
	uint32_t line;
};

static uint32_t device_number(struct sweep *s, const struct blkdev *dev)
{
	uintptr_t nr;

	if (dev == s->last)
		return s->last_nr;
	nr = (uintptr_t)strmap_get(&s->numbers, dev->word, strlen(dev->word));
	if (!nr) {
		vec_push(&s->devs, dev);
		nr = s->devs.nr;
		strmap_add(&s->numbers, dev->word, strlen(dev->word), (void *)nr);
	}
	s->last = dev;
	s->last_nr = (uint32_t)nr - 1;
	return s->last_nr;
}

static void add_area(void *priv, const struct devref *ref, const struct word *row, uint64_t start,
		     uint64_t nr)
{
	struct sweep *s = priv;

	(void)row;
	vec_push(&s->areas, (struct area){ref, start, nr});
}

static void add_use(void *priv, struct devref *ref, const struct word *repeat, size_t item,
		    const struct word *row)
{
	struct sweep *s = priv;
	struct use u = {.dev = device_number(s, ref->dev), .line = s->line, .end = UINT64_MAX,
			.volume = s->volume, .repeat = repeat, .row = row, .item = (uint32_t)item};

	if (blkdev_size_known(ref->dev))
		u.end = ref->dev->nr_sectors;
	if (row->kind == WORD_AREA)
		for (size_t i = 0; i < s->areas.nr; i++)
			if (s->areas.v[i].ref == ref) {
				u.start = s->areas.v[i].start;
				u.end = u.start + s->areas.v[i].nr;
			}
	if (u.end > u.start)
		vec_push(&s->uses, u);
}

static void add_volume(struct sweep *s, const struct volume *v)
{
	struct volume_place place = {s->l, v};

	s->volume = v;
	for (size_t i = 0; i < v->table.nr; i++) {
		struct line_ctx c = volume_line_ctx(&place, kernel_default(), s->diag, i);

		s->line = (uint32_t)i;
		s->areas.nr = 0;
		line_areas(&c, &v->table.lines[i], add_area, s);
		line_devices(&v->table.lines[i], add_use, s);
	}
}

static int compare(const void *a, const void *b)
{
	const struct use *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->volume == y->volume && x->line < y->line ? -1 : 1;
}

/* May two users have the same sectors? */
static bool compatible(const struct use *a, const struct use *b)
{
	unsigned x = a->row->flags, y = b->row->flags;

	if ((x & WORD_SHARED) && (y & (WORD_SHARED | WORD_READS)))
		return true;
	return (x & WORD_READS) && (y & (WORD_READS | WORD_SHARED));
}

static struct span use_span(const struct sweep *s, const struct use *u)
{
	struct volume_place place = {s->l, u->volume};
	struct line_ctx c = volume_line_ctx(&place, kernel_default(), s->diag, u->line);

	return layout_locate(&c, u->repeat, u->item, u->row);
}

static void report(const struct sweep *s, const struct use *a, const struct use *b)
{
	uint64_t end = a->end < b->end ? a->end : b->end;
	struct finding *f;

	f = diag_add(s->diag, &F_OVERLAP, use_span(s, b),
		     "sectors %llu to %llu of %s are in use by %s already", (unsigned long long)b->start,
		     (unsigned long long)end - 1, s->devs.v[b->dev]->name,
		     a->volume == b->volume ? "another part of the volume" : a->volume->name);
	f->subject = b->volume->name;
	finding_note(s->diag, f, use_span(s, a), "%s uses sectors %llu to %llu here", a->volume->name,
		     (unsigned long long)a->start, (unsigned long long)a->end - 1);
}

static void sweep(const struct sweep *s)
{
	const struct use *top = NULL; /* reaches farthest among those before */

	for (size_t i = 0; i < s->uses.nr; i++) {
		const struct use *u = &s->uses.v[i];

		if (top && top->dev == u->dev && u->start < top->end && !compatible(top, u))
			report(s, top, u);
		if (!top || top->dev != u->dev || u->end > top->end)
			top = u;
	}
}

/* The uses in file order are mostly sorted by device and start already. */
static bool is_sorted(const struct sweep *s)
{
	for (size_t i = 1; i < s->uses.nr; i++) {
		const struct use *a = &s->uses.v[i - 1], *b = &s->uses.v[i];

		if (a->dev > b->dev || (a->dev == b->dev && a->start > b->start))
			return false;
	}
	return true;
}

void check_overlaps(const struct layout *l, struct diag *diag)
{
	struct sweep s = {.l = l, .diag = diag};

	for (size_t i = 0; i < l->volumes.nr; i++)
		if (!l->volumes.v[i]->failed)
			add_volume(&s, l->volumes.v[i]);
	if (!is_sorted(&s))
		qsort(s.uses.v, s.uses.nr, sizeof(*s.uses.v), compare);
	sweep(&s);
	vec_release(&s.uses);
	vec_release(&s.areas);
	vec_release(&s.devs);
	strmap_release(&s.numbers);
}
