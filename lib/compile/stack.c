/*
 * Rules over the stack: what one volume does to the data of another. Volumes come in
 * dependency order, so one pass from the bottom knows all that is underneath.
 */
#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "compile/check.h"

struct stack {
	const struct layout *l;
	struct diag *diag;
	unsigned *below;  /* traits of a volume and of all underneath, by index */
	bool *stops;      /* a discard ends at or under the volume */
	/* the line at hand */
	const struct volume *v;
	struct line_ctx c;
	unsigned data_traits; /* under its devices that hold data */
	enum discard_use use;
};

static const struct volume *volume_of(const struct stack *s, const struct blkdev *dev)
{
	const struct volume *v = dev->table ? layout_volume(s->l, dev->name) : NULL;

	return v && &v->blk == dev ? v : NULL;
}

static unsigned traits_of(const struct stack *s, const struct blkdev *dev)
{
	const struct volume *v = volume_of(s, dev);

	return v ? s->below[v->index] : 0;
}

static void collect(void *priv, struct devref *ref, const struct word *repeat, size_t item,
		    const struct word *row)
{
	struct stack *s = priv;
	const struct volume *v = volume_of(s, ref->dev);

	(void)repeat;
	(void)item;
	if (row->flags & (WORD_META | WORD_LAYOUT_ONLY))
		return;
	s->below[s->v->index] |= traits_of(s, ref->dev);
	if (row->flags & WORD_COPIES)
		return;
	s->data_traits |= traits_of(s, ref->dev);
	if (v && s->stops[v->index])
		s->stops[s->v->index] = true;
}

static void check_plaintext(struct stack *s, const struct devref *ref, const struct word *repeat,
			    size_t item, const struct word *row)
{
	struct finding *f;

	if (!(row->flags & WORD_COPIES) || !(s->data_traits & TRAIT_ENCRYPTS) ||
	    (traits_of(s, ref->dev) & TRAIT_ENCRYPTS))
		return;
	f = line_report_item(&s->c, &F_PLAINTEXT, repeat, item, row, NULL,
			     "%s gets copies of data in the clear, while the volume's other device is "
			     "encrypted underneath", ref->dev->name);
	finding_fix(s->diag, f, "put the crypt volume above this one, or encrypt %s as well", ref->dev->name);
}

static void check_alignment(struct stack *s, const struct devref *ref, const struct word *repeat,
			    size_t item, const struct word *row)
{
	uint64_t block = ref->dev->physical_block_size / 512;

	if (row->kind != WORD_AREA || block < 2 || ref->start_sectors % block == 0 ||
	    ref->start_sectors % (ref->dev->logical_block_size / 512))
		return;
	line_report_item(&s->c, &F_MISALIGNED, repeat, item, row, NULL,
			 "starts at sector %llu of %s, whose physical blocks have %llu sectors",
			 (unsigned long long)ref->start_sectors, ref->dev->name, (unsigned long long)block);
}

static void check_discards(struct stack *s, const struct devref *ref, const struct word *repeat,
			   size_t item, const struct word *row)
{
	const struct volume *v = volume_of(s, ref->dev);

	if (s->use == DISCARD_WANTED && v && s->stops[v->index] &&
	    !(row->flags & (WORD_META | WORD_COPIES | WORD_LAYOUT_ONLY)))
		line_report_item(&s->c, &F_DISCARD_LOST, repeat, item, row, NULL,
				 "discards that %s sends down end at %s or underneath", s->v->name, v->name);
}

static void check_device(void *priv, struct devref *ref, const struct word *repeat, size_t item,
			 const struct word *row)
{
	struct stack *s = priv;

	check_plaintext(s, ref, repeat, item, row);
	check_alignment(s, ref, repeat, item, row);
	check_discards(s, ref, repeat, item, row);
	if ((s->c.target->traits & TRAIT_CHECKS) && !(row->flags & WORD_META) &&
	    (traits_of(s, ref->dev) & TRAIT_REDUNDANT))
		line_report_item(&s->c, &F_UNHEALABLE, repeat, item, row, NULL,
				 "%s finds damaged blocks, but %s underneath cannot tell which copy is the good one",
				 s->v->name, ref->dev->name);
}

static void check_volume(struct stack *s, const struct volume *v)
{
	struct volume_place place = {s->l, v};
	bool stops = false;

	s->v = v;
	for (size_t i = 0; i < v->table.nr; i++) {
		const struct line *line = &v->table.lines[i];

		s->c = volume_line_ctx(&place, kernel_default(), s->diag, i);
		s->data_traits = 0;
		s->use = line->target->discards ? line->target->discards(line->params) : DISCARD_PASSED;
		line_devices(line, collect, s);
		line_devices(line, check_device, s);
		s->below[v->index] |= line->target->traits;
		stops = stops || s->use == DISCARD_STOPPED;
	}
	s->stops[v->index] = s->stops[v->index] || stops;
}

void check_stack(const struct layout *l, struct diag *diag)
{
	struct stack s = {.l = l, .diag = diag,
			  .below = mem_calloc(l->volumes.nr, sizeof(*s.below)),
			  .stops = mem_calloc(l->volumes.nr, sizeof(*s.stops))};

	for (size_t i = 0; i < l->volumes.nr; i++)
		if (!l->volumes.v[i]->failed)
			check_volume(&s, l->volumes.v[i]);
	free(s.below);
	free(s.stops);
}
