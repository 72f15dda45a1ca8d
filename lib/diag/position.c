#include "diag/position.h"

#include <string.h>

#define STRIDE 1024 /* bytes between marks */

/* Newlines before a byte, and characters between the last of them and the byte. */
struct mark {
	uint32_t line, column;
};

/* Marks of every STRIDEth byte, as far as they were needed. */
struct marked_source {
	const struct source *src;
	VEC(struct mark) marks;
};

static struct mark walk(const struct source *src, struct mark m, size_t from, size_t to)
{
	/* A byte order mark has no column. */
	if (!from && to >= 3 && !memcmp(src->text, "\xef\xbb\xbf", 3))
		from = 3;
	for (size_t i = from; i < to; i++) {
		if (src->text[i] == '\n') {
			m.line++;
			m.column = 0;
		} else {
			m.column += ((unsigned char)src->text[i] & 0xc0) != 0x80;
		}
	}
	return m;
}

static struct marked_source *find_source(struct positions *p, const struct source *src)
{
	for (size_t i = 0; i < p->sources.nr; i++)
		if (p->sources.v[i].src == src)
			return &p->sources.v[i];
	vec_push(&p->sources, (struct marked_source){.src = src});
	return &p->sources.v[p->sources.nr - 1];
}

struct position positions_find(struct positions *p, const struct source *src, size_t off)
{
	struct marked_source *s = find_source(p, src);
	struct mark m = {0, 0};

	if (off > src->len)
		off = src->len;
	if (!s->marks.nr)
		vec_push(&s->marks, m);
	while (s->marks.nr <= off / STRIDE) {
		size_t last = s->marks.nr - 1;

		m = walk(src, s->marks.v[last], last * STRIDE, (last + 1) * STRIDE);
		vec_push(&s->marks, m);
	}
	m = walk(src, s->marks.v[off / STRIDE], off / STRIDE * STRIDE, off);
	return (struct position){m.line + 1UL, m.column + 1UL};
}

void positions_release(struct positions *p)
{
	for (size_t i = 0; i < p->sources.nr; i++)
		vec_release(&p->sources.v[i].marks);
	vec_release(&p->sources);
}
