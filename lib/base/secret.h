/*
 * Memory for keys: locked so that it is not swapped out, left out of core dumps, wiped
 * before it is given back.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stddef.h>

struct secret;

struct secrets {
	struct secret *first;
};

/*
 * `size` zeroed bytes, owned by `s`. Where the limit of locked memory is too low the
 * memory is not locked, and still wiped and not dumped.
 */
void *secret_alloc(struct secrets *s, size_t size);

/* Wipes and frees all. */
void secrets_release(struct secrets *s);

#endif
