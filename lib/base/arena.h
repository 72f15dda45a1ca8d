/*
 * An arena: memory that is given back all at once.
 *
 * One arena per compile owns sources, tree, graph, tables and findings;
 * nothing in it is freed singly. Every allocation is zeroed and aligned for any
 * object. Allocation never fails (base/mem.h).
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena_chunk;
struct secrets;

struct arena {
	struct arena_chunk *chunks;
	char *next, *end;
	struct secrets *secrets; /* arena_init_secret() */
};

void arena_init(struct arena *a);

/* An arena for texts with keys in them: its memory is that of base/secret.h. */
void arena_init_secret(struct arena *a);

/* Frees everything; the arena may be used again. */
void arena_release(struct arena *a);

void *arena_alloc(struct arena *a, size_t size);
void *arena_memdup(struct arena *a, const void *p, size_t size);
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

#define arena_new(a, type)     ((type *)arena_alloc((a), sizeof(type)))
#define arena_array(a, type, nr) ((type *)arena_alloc((a), sizeof(type) * (nr)))

#endif
