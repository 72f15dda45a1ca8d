/*
 * Heap memory that cannot fail, and cleanup of locals.
 *
 * Running out of memory aborts the program, here and nowhere else: no caller
 * checks for it. Lengths that come from outside are checked against their
 * source before they become sizes, so exhaustion is never an input's doing.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* The caller owns the result and frees it with free(3). */
void *mem_alloc(size_t size);
void *mem_calloc(size_t nr, size_t size);
void *mem_realloc(void *p, size_t size);
void *mem_alloc_aligned(size_t align, size_t size); /* `align` is a power of two */
char *mem_strdup(const char *s);

/* Overwrites `size` bytes at `p` in a way the compiler keeps: for keys. */
void mem_wipe(void *p, size_t size);

/* For `CLEANUP(mem_free_p) char *s = …`: frees at the end of the scope. */
void mem_free_p(void *pp);

#define CLEANUP(fn)  __attribute__((cleanup(fn)))
#define CLEANUP_FREE CLEANUP(mem_free_p)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
