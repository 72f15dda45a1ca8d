/*
 * Chunks are a linked list; small allocations are carved from the newest one,
 * an allocation larger than a quarter of a chunk gets a chunk of its own so
 * that little is left unused.
 */
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"

#define CHUNK_SIZE (256 * 1024)
#define ALIGN      8

struct arena_chunk {
	struct arena_chunk *next;
	size_t size; /* keeps what follows aligned */
	char data[];
};

void arena_init(struct arena *a)
{
	*a = (struct arena){0};
}

void arena_init_secret(struct arena *a)
{
	*a = (struct arena){.secrets = mem_calloc(1, sizeof(struct secrets))};
}

void arena_release(struct arena *a)
{
	struct arena_chunk *c = a->secrets ? NULL : a->chunks;

	if (a->secrets)
		secrets_release(a->secrets);
	free(a->secrets);
	while (c) {
		struct arena_chunk *next = c->next;

		free(c);
		c = next;
	}
	arena_init(a);
}

static struct arena_chunk *add_chunk(struct arena *a, size_t size)
{
	struct arena_chunk *c = a->secrets ? secret_alloc(a->secrets, sizeof(*c) + size) :
					     mem_calloc(1, sizeof(*c) + size);

	c->size = size;
	c->next = a->chunks;
	a->chunks = c;
	return c;
}

void *arena_alloc(struct arena *a, size_t size)
{
	void *p;

	/* Of nothing, too, there is one: never NULL. */
	size = size ? (size + ALIGN - 1) & ~(size_t)(ALIGN - 1) : ALIGN;
	if (size > CHUNK_SIZE / 4)
		return add_chunk(a, size)->data;
	if (size > (size_t)(a->end - a->next)) {
		struct arena_chunk *c = add_chunk(a, CHUNK_SIZE);

		a->next = c->data;
		a->end = c->data + CHUNK_SIZE;
	}
	p = a->next;
	a->next += size;
	return p;
}

void *arena_memdup(struct arena *a, const void *p, size_t size)
{
	void *q = arena_alloc(a, size);

	if (size)
		memcpy(q, p, size);
	return q;
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *p = arena_alloc(a, len + 1);

	memcpy(p, s, len);
	return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *p;
	int len;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len < 0)
		return arena_strdup(a, "");
	p = arena_alloc(a, (size_t)len + 1);
	vsnprintf(p, (size_t)len + 1, fmt, ap);
	return p;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return p;
}
