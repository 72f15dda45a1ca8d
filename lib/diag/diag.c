#include "diag/diag.h"

#include <stdlib.h>
#include <string.h>

#include "base/strmap.h"

void diag_init(struct diag *d, struct arena *arena)
{
	*d = (struct diag){.arena = arena};
}

void diag_release(struct diag *d)
{
	for (size_t i = 0; i < d->findings.nr; i++)
		vec_release(&d->findings.v[i].notes);
	vec_release(&d->findings);
}

#define MIN_KEY_DIGITS 16

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

bool source_is_key(const struct source *src, size_t off)
{
	size_t begin = off, end = off;

	if (!src->keys)
		return false;
	while (end < src->len && is_hex(src->text[end]))
		end++;
	while (begin > 0 && begin < end && is_hex(src->text[begin - 1]))
		begin--;
	return end - begin >= MIN_KEY_DIGITS ||
	       (end > begin && begin >= 2 && !strncmp(src->text + begin - 2, "):", 2));
}

/* Messages quote words of the source. */
static void hide_keys(struct arena *a, const char **message)
{
	struct source text = {.name = "", .text = *message, .len = strlen(*message), .keys = true};
	char *hidden = arena_strdup(a, *message);

	for (size_t i = 0; i < text.len; i++)
		if (source_is_key(&text, i))
			hidden[i] = '*';
	*message = hidden;
}

struct finding *diag_vadd(struct diag *d, const struct finding_kind *kind, struct span span,
	const char *fmt, va_list ap)
{
	d->nr[kind->severity]++;
	if (d->max && d->findings.nr >= d->max) {
		d->dropped++;
		d->scratch = (struct finding){.kind = kind, .span = span, .message = ""};
		return &d->scratch;
	}
	vec_push(&d->findings, (struct finding){.kind = kind,
				       .span = span,
				       .profile = d->profile,
				       .message = arena_vprintf(d->arena, fmt, ap)});
	if (span.src && span.src->keys)
		hide_keys(d->arena, &d->findings.v[d->findings.nr - 1].message);
	return &d->findings.v[d->findings.nr - 1];
}

struct finding *diag_add(
	struct diag *d, const struct finding_kind *kind, struct span span, const char *fmt, ...)
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

	if (f == &d->scratch)
		return;
	va_start(ap, fmt);
	f->fix = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
}

void finding_note(struct diag *d, struct finding *f, struct span span, const char *fmt, ...)
{
	struct finding_note note = {span, NULL};
	va_list ap;

	if (f == &d->scratch)
		return;
	va_start(ap, fmt);
	note.text = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
	vec_push(&f->notes, note);
}

bool finding_kind_is_kernel(const struct finding_kind *k)
{
	return k->by == BY_LANGUAGE || k->by == BY_DEVICE || k->by == BY_KERNEL ||
	       k->by == BY_CRASH;
}

const char *severity_name(enum severity s)
{
	static const char *const names[] = {"note", "warning", "error"};

	return names[s];
}

/* ---- order ---- */

struct order {
	size_t source;	/* rank by first appearance; no source comes first */
	size_t profile; /* likewise */
	size_t index;	/* keeps the sort stable */
	struct finding *f;
};

#define ORDER(x, y)                                                                              \
	do {                                                                                     \
		if ((x) != (y))                                                                  \
			return (x) < (y) ? -1 : 1;                                               \
	} while (0)

static int compare(const void *a, const void *b)
{
	const struct order *x = a, *y = b;
	int r;

	ORDER(x->source, y->source);
	ORDER(x->f->span.off, y->f->span.off);
	r = strcmp(x->f->kind->id, y->f->kind->id);
	if (r)
		return r;
	ORDER(x->f->span.len, y->f->span.len);
	r = strcmp(x->f->message, y->f->message);
	if (r)
		return r;
	ORDER(x->profile, y->profile);
	ORDER(x->index, y->index);
	return 0;
}

/* Rank by first appearance, from 1; the key stays where it is until `ranks` is released. */
static size_t rank(struct strmap *ranks, const void *key, size_t len)
{
	void *first = strmap_add(ranks, key, len, (void *)(ranks->nr + 1));

	return first ? (size_t)first : ranks->nr;
}

static struct order *order_of(const struct diag *d)
{
	struct order *order = mem_calloc(d->findings.nr, sizeof(*order));
	struct strmap sources = {0}, profiles = {0};

	for (size_t i = 0; i < d->findings.nr; i++) {
		struct finding *f = &d->findings.v[i];

		order[i] = (struct order){.index = i, .f = f};
		if (f->span.src)
			order[i].source = rank(&sources, &f->span.src, sizeof(f->span.src));
		if (f->profile)
			order[i].profile = rank(&profiles, f->profile, strlen(f->profile));
	}
	strmap_release(&sources);
	strmap_release(&profiles);
	qsort(order, d->findings.nr, sizeof(*order), compare);
	return order;
}

static bool same(const struct finding *a, const struct finding *b)
{
	return a->kind == b->kind && a->span.src == b->span.src && a->span.off == b->span.off &&
	       a->span.len == b->span.len && !strcmp(a->message, b->message);
}

/* Folds f into `into`: the profiles for which it holds are joined. `last` was joined last. */
static void join(struct diag *d, struct finding *into, struct finding *f, const char *last)
{
	d->nr[f->kind->severity]--;
	vec_release(&f->notes);
	if (into->profile && strcmp(last, f->profile))
		into->profile = arena_printf(d->arena, "%s, %s", into->profile, f->profile);
}

void diag_sort(struct diag *d)
{
	size_t nr = d->findings.nr, out = 0;
	struct finding *sorted;
	struct order *order;

	if (!nr)
		return;
	order = order_of(d);
	sorted = mem_calloc(nr, sizeof(*sorted));
	for (size_t i = 0; i < nr; i++) {
		if (out && same(&sorted[out - 1], order[i].f))
			join(d, &sorted[out - 1], order[i].f, order[i - 1].f->profile);
		else
			sorted[out++] = *order[i].f;
	}
	memcpy(d->findings.v, sorted, out * sizeof(*sorted));
	d->findings.nr = out;
	free(order);
	free(sorted);
}
