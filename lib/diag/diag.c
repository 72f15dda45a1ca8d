#include "diag/diag.h"

#include <stdlib.h>
#include <string.h>


static struct finding scratch;

struct position source_position(const struct source *src, size_t off)
{
	struct position p = {1, 1};
	const char *line = src->text, *nl;

	if (off > src->len)
		off = src->len;
	while ((nl = memchr(line, '\n', (size_t)(src->text + off - line)))) {
		p.line++;
		line = nl + 1;
	}
	for (; line < src->text + off; line++)
		p.column += ((unsigned char)*line & 0xc0) != 0x80;
	return p;
}

void diag_init(struct diag *d, struct arena *arena)
{
	*d = (struct diag){.arena = arena};
}

void diag_release(struct diag *d)
{
	for (size_t i = 0; i < d->findings.nr; i++)
		vec_release(&d->findings.v[i].notes);
	vec_release(&d->findings);
	vec_release(&scratch.notes);
}

struct finding *diag_vadd(struct diag *d, const struct finding_kind *kind, struct span span,
			  const char *fmt, va_list ap)
{
	d->nr[kind->severity]++;
	if (d->max && d->findings.nr >= d->max) {
		d->dropped++;
		vec_release(&scratch.notes);
		scratch = (struct finding){.kind = kind};
		return &scratch;
	}
	vec_push(&d->findings, (struct finding){.kind = kind, .span = span, .profile = d->profile,
						.message = arena_vprintf(d->arena, fmt, ap)});
	return &d->findings.v[d->findings.nr - 1];
}

struct finding *diag_add(struct diag *d, const struct finding_kind *kind, struct span span,
			 const char *fmt, ...)
{
	struct finding *f;
	va_list ap;

	va_start(ap, fmt);
	f = diag_vadd(d, kind, span, fmt, ap);
	va_end(ap);
	return f;
}

void finding_fix(struct diag *d, struct finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	f->fix = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
}

void finding_note(struct diag *d, struct finding *f, struct span span, const char *fmt, ...)
{
	struct finding_note note = {span, NULL};
	va_list ap;

	va_start(ap, fmt);
	note.text = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
	vec_push(&f->notes, note);
}

bool finding_kind_is_kernel(const struct finding_kind *k)
{
	return k->by == BY_LANGUAGE || k->by == BY_DEVICE || k->by == BY_KERNEL || k->by == BY_CRASH;
}

const char *severity_name(enum severity s)
{
	static const char *const names[] = {"note", "warning", "error"};

	return names[s];
}

/* ---- order ---- */

struct order {
	size_t source; /* rank by first appearance; no source comes first */
	size_t index;  /* keeps the sort stable */
	struct finding *f;
};

static int compare(const void *a, const void *b)
{
	const struct order *x = a, *y = b;
	int r;

	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	if (x->f->span.off != y->f->span.off)
		return x->f->span.off < y->f->span.off ? -1 : 1;
	r = strcmp(x->f->kind->id, y->f->kind->id);
	if (!r)
		r = strcmp(x->f->message, y->f->message);
	return r ? r : x->index < y->index ? -1 : 1;
}

static size_t source_rank(const struct source **sources, size_t *nr, const struct source *src)
{
	size_t i;

	if (!src)
		return 0;
	for (i = 0; i < *nr; i++)
		if (sources[i] == src)
			return i + 1;
	sources[(*nr)++] = src;
	return *nr;
}

static bool same(const struct finding *a, const struct finding *b)
{
	return a->kind == b->kind && a->span.src == b->span.src && a->span.off == b->span.off &&
	       a->span.len == b->span.len && !strcmp(a->message, b->message);
}

static bool lists(const char *list, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = list; (p = strstr(p, name)); p += len)
		if ((p == list || p[-1] == ' ') && (!p[len] || p[len] == ','))
			return true;
	return false;
}

/* Folds f into `into`: the profiles for which it holds are joined. */
static void join(struct diag *d, struct finding *into, struct finding *f)
{
	d->nr[f->kind->severity]--;
	vec_release(&f->notes);
	if (!into->profile || !f->profile)
		into->profile = NULL;
	else if (!lists(into->profile, f->profile))
		into->profile = arena_printf(d->arena, "%s, %s", into->profile, f->profile);
}

void diag_sort(struct diag *d)
{
	size_t nr = d->findings.nr, nr_sources = 0, out = 0;
	const struct source **sources;
	struct finding *sorted;
	struct order *order;

	if (!nr)
		return;
	sources = mem_calloc(nr, sizeof(*sources));
	order = mem_calloc(nr, sizeof(*order));
	sorted = mem_calloc(nr, sizeof(*sorted));
	for (size_t i = 0; i < nr; i++) {
		struct finding *f = &d->findings.v[i];

		order[i] = (struct order){source_rank(sources, &nr_sources, f->span.src), i, f};
	}
	qsort(order, nr, sizeof(*order), compare);
	for (size_t i = 0; i < nr; i++) {
		if (out && same(&sorted[out - 1], order[i].f))
			join(d, &sorted[out - 1], order[i].f);
		else
			sorted[out++] = *order[i].f;
	}
	memcpy(d->findings.v, sorted, out * sizeof(*sorted));
	d->findings.nr = out;
	free(sources);
	free(order);
	free(sorted);
}
