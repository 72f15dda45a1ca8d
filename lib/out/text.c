/*
 * Findings for people:
 *
 *	volume.yaml:7:30: error: size: 2048 has no unit [layout.no-unit]
 *	      v: {target: zero, size: 2048}
 *	                              ^~~~
 *	  fix: 2048B for bytes (4s), or 2048s for 512-byte sectors
 */
#include <string.h>

#include "out/print.h"

#define EXCERPT 110 /* columns of a source line that are shown */

struct colors {
	const char *error, *warning, *note, *bold, *dim, *off;
};

static const struct colors plain = {"", "", "", "", "", ""};
static const struct colors ansi = {"\033[1;31m", "\033[1;35m", "\033[1;36m", "\033[1m", "\033[32m",
				   "\033[0m"};

static const char *severity_color(const struct colors *c, enum severity s)
{
	return s == SEV_ERROR ? c->error : s == SEV_WARNING ? c->warning : c->note;
}

/* One character of UTF-8 (the text was checked, or a byte stands for itself). */
static size_t next_char(const char *s, size_t len, uint32_t *ret)
{
	unsigned char c = (unsigned char)*s;
	size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

	if (n == 1 || n > len || c < 0xc0) {
		*ret = c;
		return 1;
	}
	*ret = c & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++)
		*ret = *ret << 6 | ((unsigned char)s[i] & 0x3f);
	return n;
}

/* Columns on a terminal; East Asian wide ranges by hand, as the locale may be C. */
static unsigned width_of(uint32_t c)
{
	if (c < 0x20 || c == 0x7f || (c >= 0x300 && c < 0x370) || c == 0x200b || c == 0xfeff)
		return 0;
	return (c >= 0x1100 && c < 0x1160) || (c >= 0x2e80 && c < 0xa4d0) || (c >= 0xac00 && c < 0xd7a4) ||
	       (c >= 0xf900 && c < 0xfb00) || (c >= 0xfe30 && c < 0xfe70) || (c >= 0xff00 && c < 0xff61) ||
	       (c >= 0x1f300 && c < 0x1fa00) || (c >= 0x20000 && c < 0x40000) ? 2 : 1;
}

/* The line of `off` without its newline; no more of a long one than window() could show. */
static void line_bounds(const struct source *src, size_t off, size_t *begin, size_t *end)
{
	size_t reach = 2 * EXCERPT;

	*begin = off < src->len ? off : src->len;
	*end = *begin;
	while (*begin > 0 && off - *begin < reach && src->text[*begin - 1] != '\n')
		--*begin;
	while (*end < src->len && *end - *begin < 2 * reach && src->text[*end] != '\n')
		++*end;
	if (*end > *begin && src->text[*end - 1] == '\r')
		--*end;
}

/* Long lines are cut to a window around the place. */
static void window(const struct source *src, size_t off, size_t *begin, size_t *end)
{
	if (*end - *begin <= EXCERPT)
		return;
	if (off - *begin > EXCERPT / 2)
		*begin = off - EXCERPT / 2;
	while (*begin < off && ((unsigned char)src->text[*begin] & 0xc0) == 0x80)
		++*begin;
	if (*end - *begin > EXCERPT)
		*end = *begin + EXCERPT;
	while (*end < src->len && ((unsigned char)src->text[*end] & 0xc0) == 0x80)
		++*end;
}

static void excerpt_line(struct strbuf *b, const struct source *src, size_t begin, size_t end)
{
	for (size_t i = begin; i < end; i++) {
		unsigned char c = (unsigned char)src->text[i];

		if (source_is_key(src, i))
			c = '*';
		strbuf_addch(b, (c < 0x20 && c != '\t') || c == 0x7f ? '?' : (char)c);
	}
	strbuf_addch(b, '\n');
}

/* Blanks (tabs kept) up to the place, then ^~~~ under the span. */
static void caret_line(struct strbuf *b, const struct colors *c, const char *s, size_t len, size_t at,
		       size_t span)
{
	unsigned width = 0;

	for (size_t i = 0; i < at;) {
		uint32_t ch;
		size_t n = next_char(s + i, len - i, &ch);

		if (ch == '\t')
			strbuf_addch(b, '\t');
		else
			strbuf_addn(b, ' ', width_of(ch));
		i += n;
	}
	for (size_t i = at; i < at + span && i < len;) {
		uint32_t ch;

		i += next_char(s + i, len - i, &ch);
		width += width_of(ch);
	}
	strbuf_adds(b, c->dim);
	strbuf_addch(b, '^');
	if (width > 1)
		strbuf_addn(b, '~', width - 1);
	strbuf_adds(b, c->off);
	strbuf_addch(b, '\n');
}

static void excerpt(struct strbuf *b, const struct colors *c, struct span span)
{
	size_t begin, end;

	line_bounds(span.src, span.off, &begin, &end);
	window(span.src, span.off, &begin, &end);
	if (begin == end)
		return;
	strbuf_adds(b, "    ");
	excerpt_line(b, span.src, begin, end);
	strbuf_adds(b, "    ");
	caret_line(b, c, span.src->text + begin, end - begin,
		   span.off - begin < end - begin ? span.off - begin : end - begin, span.len);
}

/* What is printed with, for all findings. */
struct printer {
	struct strbuf *b;
	const struct colors *c;
	struct positions *at;
};

static void place(const struct printer *p, struct span span)
{
	struct position pos;

	if (!span.src)
		return;
	pos = positions_find(p->at, span.src, span.off);
	strbuf_addf(p->b, "%s:%lu:%lu: ", span.src->name, pos.line, pos.column);
}

static void note(const struct printer *p, const struct finding_note *n)
{
	strbuf_adds(p->b, "  ");
	place(p, n->span);
	strbuf_addf(p->b, "%snote:%s %s\n", p->c->note, p->c->off, n->text);
	if (n->span.src)
		excerpt(p->b, p->c, n->span);
}

static void finding(const struct printer *p, const struct finding *f)
{
	const struct colors *c = p->c;
	struct strbuf *b = p->b;

	place(p, f->span);
	strbuf_addf(b, "%s%s:%s %s%s", severity_color(c, f->kind->severity), severity_name(f->kind->severity),
		    c->off, c->bold, f->subject ? f->subject : "");
	strbuf_addf(b, "%s%s%s [%s]\n", f->subject ? ": " : "", f->message, c->off, f->kind->id);
	if (f->span.src)
		excerpt(b, c, f->span);
	if (f->fix)
		strbuf_addf(b, "  fix: %s\n", f->fix);
	if (f->kernel_text)
		strbuf_addf(b, "  kernel: %s\n", f->kernel_text);
	if (f->profile)
		strbuf_addf(b, "  for: Linux %s\n", f->profile);
	for (size_t i = 0; i < f->notes.nr; i++)
		note(p, &f->notes.v[i]);
}

void out_text(struct strbuf *b, const struct diag *d, const struct out_options *o, struct positions *at)
{
	struct printer p = {b, o->color ? &ansi : &plain, at};

	for (size_t i = 0; i < d->findings.nr; i++)
		finding(&p, &d->findings.v[i]);
	if (d->dropped)
		strbuf_addf(b, "and %zu more\n", d->dropped);
}
