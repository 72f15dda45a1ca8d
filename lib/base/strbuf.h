/*
 * A growing string on the heap.
 *
 * `buf` is NUL-terminated whenever `len` is not 0; strbuf_str() gives a string in
 * every case. STRBUF_INIT or zeroes make an empty one.
 */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct strbuf {
	char *buf;
	size_t len, alloc;
	bool secret; /* wiped whenever memory is given back: for texts with keys */
};

#define STRBUF_INIT {NULL, 0, 0, false}

void strbuf_release(struct strbuf *b);

/* Forgets the content and keeps the memory. */
void strbuf_reset(struct strbuf *b);

/* Shortens to `len` bytes, which must not be more than there are. */
void strbuf_truncate(struct strbuf *b, size_t len);

void strbuf_addch(struct strbuf *b, char c);
void strbuf_add(struct strbuf *b, const void *p, size_t len);
void strbuf_adds(struct strbuf *b, const char *s);
void strbuf_addu64(struct strbuf *b, uint64_t v);
void strbuf_addf(struct strbuf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void strbuf_vaddf(struct strbuf *b, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

/* Appends `n` times `c`. */
void strbuf_addn(struct strbuf *b, char c, size_t n);

static inline const char *strbuf_str(const struct strbuf *b)
{
	return b->len ? b->buf : "";
}

#endif
