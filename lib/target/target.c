#include "target/target.h"

#include <errno.h>
#include <string.h>

#include "target/params.h"

const struct target *target_find(const struct target_list *l, const char *name, size_t len)
{
	for (size_t i = 0; i < l->nr; i++)
		if (strlen(l->v[i]->name) == len && !memcmp(l->v[i]->name, name, len))
			return l->v[i];
	return NULL;
}

unsigned target_flags_on(const struct target *t, const struct kernel_profile *k)
{
	return t->flags_on ? t->flags_on(k) : t->flags;
}

uint64_t devref_sectors(const struct devref *ref)
{
	uint64_t left;

	if (ref->nr_sectors)
		return ref->nr_sectors;
	if (!blkdev_size_known(ref->dev))
		return UINT64_MAX;
	left = ref->dev->nr_sectors;
	return left > ref->start_sectors ? left - ref->start_sectors : 0;
}

static void show_blanks(const struct blkdev *dev, uint64_t off, char *buf, size_t len)
{
	for (const struct blkdev_blank *b = dev->blanks; b; b = b->next) {
		uint64_t from = b->off > off ? b->off : off, to = b->off + b->len;

		if (to > off + len)
			to = off + len;
		if (from < to)
			memset(buf + (from - off), 0, (size_t)(to - from));
	}
}

int blkdev_read(const struct blkdev *dev, uint64_t off, void *buf, size_t len)
{
	int r;

	if (!dev || !dev->read)
		return -EOPNOTSUPP;
	r = dev->read(dev, off, buf, len);
	if (!r)
		show_blanks(dev, off, buf, len);
	return r;
}

bool blkdev_same(const struct blkdev *a, const struct blkdev *b)
{
	return a && b && (a == b || !strcmp(a->word, b->word));
}

static struct finding *report(const struct line_ctx *c, const struct finding_kind *kind,
			      const struct word *repeat, size_t item, const struct word *row,
			      const char *kernel_text, const char *fmt, va_list ap)
{
	struct span span = {0};
	struct finding *f;

	if (c->locate)
		span = c->locate(c, repeat, item, row);
	f = diag_vadd(c->diag, kind, span, fmt, ap);
	f->subject = c->subject;
	f->kernel_text = kernel_text;
	return f;
}

struct finding *line_report(const struct line_ctx *c, const struct finding_kind *kind,
			    const struct word *row, const char *kernel_text, const char *fmt, ...)
{
	struct finding *f;
	va_list ap;

	va_start(ap, fmt);
	f = report(c, kind, NULL, 0, row, kernel_text, fmt, ap);
	va_end(ap);
	return f;
}

struct finding *line_report_item(const struct line_ctx *c, const struct finding_kind *kind,
				 const struct word *repeat, size_t item, const struct word *row,
				 const char *kernel_text, const char *fmt, ...)
{
	struct finding *f;
	va_list ap;

	va_start(ap, fmt);
	f = report(c, kind, repeat, item, row, kernel_text, fmt, ap);
	va_end(ap);
	return f;
}
