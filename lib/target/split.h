/*
 * A parameter string as words, split as dm_split_args() of drivers/md/dm-table.c does:
 * white space separates; a backslash makes the next byte literal and vanishes; a
 * backslash as the last byte stays.
 */
#ifndef TARGET_SPLIT_H
#define TARGET_SPLIT_H

#include "diag/diag.h"
#include "kernel/kernel.h"
#include "target/blkdev.h"

struct words {
	const char **v;          /* unescaped, terminated */
	struct span *spans;      /* where each stands */
	size_t nr;
	size_t next;             /* the first word not yet taken */
	struct span all;         /* the parameter string */
};

/* The kernel's isspace(): also 0xa0, which its table of Latin-1 counts as blank. */
static inline bool is_word_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || (unsigned char)c == 0xa0;
}

/* `text` (len bytes) stands at byte `off` of `src`; everything lives in `arena`. */
void words_split(struct words *w, struct arena *arena, const struct source *src, size_t off,
		 const char *text, size_t len);

static inline size_t words_left(const struct words *w)
{
	return w->nr - w->next;
}

/* The next word without taking it; NULL at the end. */
static inline const char *words_peek(const struct words *w)
{
	return w->next < w->nr ? w->v[w->next] : NULL;
}

/* Takes the next word; NULL at the end. */
const char *words_take(struct words *w);
/* Span of the word taken last; of the end of the line where there is none. */
struct span words_span(const struct words *w);

#endif
