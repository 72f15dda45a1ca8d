#include "base/strbuf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Where realloc() would leave a copy behind. */
static void move(struct strbuf *b, size_t alloc)
{
	char *buf = mem_alloc(alloc);

	if (b->buf) {
		memcpy(buf, b->buf, b->len);
		mem_wipe(b->buf, b->alloc);
		free(b->buf);
	}
	b->buf = buf;
}

static void reserve(struct strbuf *b, size_t more)
{
	size_t need = b->len + more + 1, alloc;

	if (need <= b->alloc)
		return;
	alloc = need > 2 * b->alloc ? need : 2 * b->alloc;
	if (alloc < 64)
		alloc = 64;
	if (b->secret)
		move(b, alloc);
	else
		b->buf = mem_realloc(b->buf, alloc);
	b->alloc = alloc;
}

void strbuf_release(struct strbuf *b)
{
	if (b->secret && b->buf)
		mem_wipe(b->buf, b->alloc);
	free(b->buf);
	*b = (struct strbuf)STRBUF_INIT;
}

void strbuf_reset(struct strbuf *b)
{
	if (b->secret && b->buf)
		mem_wipe(b->buf, b->alloc);
	b->len = 0;
}

void strbuf_truncate(struct strbuf *b, size_t len)
{
	b->len = len;
	if (b->buf)
		b->buf[len] = '\0';
}

void strbuf_add(struct strbuf *b, const void *p, size_t len)
{
	reserve(b, len);
	if (len)
		memcpy(b->buf + b->len, p, len);
	b->len += len;
	b->buf[b->len] = '\0';
}

void strbuf_addch(struct strbuf *b, char c)
{
	strbuf_add(b, &c, 1);
}

void strbuf_adds(struct strbuf *b, const char *s)
{
	strbuf_add(b, s, strlen(s));
}

void strbuf_addn(struct strbuf *b, char c, size_t n)
{
	reserve(b, n);
	memset(b->buf + b->len, c, n);
	b->len += n;
	b->buf[b->len] = '\0';
}

/* Tables of a million lines are mostly numbers, and printf is ten times as slow. */
void strbuf_addu64(struct strbuf *b, uint64_t v)
{
	char digits[20], *p = digits + sizeof(digits);

	do
		*--p = (char)('0' + v % 10);
	while (v /= 10);
	strbuf_add(b, p, (size_t)(digits + sizeof(digits) - p));
}

void strbuf_vaddf(struct strbuf *b, const char *fmt, va_list ap)
{
	va_list again;
	int len;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len < 0)
		return;
	reserve(b, (size_t)len);
	vsnprintf(b->buf + b->len, (size_t)len + 1, fmt, ap);
	b->len += (size_t)len;
}

void strbuf_addf(struct strbuf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(b, fmt, ap);
	va_end(ap);
}
