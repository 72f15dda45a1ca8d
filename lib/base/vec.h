/*
 * Growable arrays of any type, on the heap.
 *
 *	VEC(struct span) spans = {0};
 *	vec_push(&spans, s);
 *	for (size_t i = 0; i < spans.nr; i++) … spans.v[i] …
 *	vec_release(&spans);
 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include <stdlib.h>

#include "base/mem.h"

#define VEC(type)                                                                                  \
	struct {                                                                                   \
		type *v;                                                                           \
		size_t nr, alloc;                                                                  \
	}

#define vec_push(vec, ...)                                                                         \
	do {                                                                                       \
		if ((vec)->nr == (vec)->alloc) {                                                   \
			(vec)->alloc = (vec)->alloc ? 2 * (vec)->alloc : 8;                        \
			(vec)->v = mem_realloc((vec)->v, (vec)->alloc * sizeof(*(vec)->v));        \
		}                                                                                  \
		(vec)->v[(vec)->nr++] = (__VA_ARGS__);                                             \
	} while (0)

#define vec_release(vec)                                                                           \
	do {                                                                                       \
		free((vec)->v);                                                                    \
		(vec)->v = NULL;                                                                   \
		(vec)->nr = (vec)->alloc = 0;                                                      \
	} while (0)

#endif
