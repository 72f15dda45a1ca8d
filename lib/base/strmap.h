/*
 * A map from strings to pointers.
 *
 * Keys are not copied: they must outlive the map. Order of insertion is not
 * kept; whoever prints walks an array of its own, so that output is the same on
 * every machine.
 */
#ifndef BASE_STRMAP_H
#define BASE_STRMAP_H

#include <stdbool.h>
#include <stddef.h>

struct strmap_entry;

struct strmap {
	struct strmap_entry *entries;
	size_t nr, alloc; /* alloc is 0 or a power of two */
};

void strmap_release(struct strmap *m);

/* NULL where the key is not in the map. */
void *strmap_get(const struct strmap *m, const char *key, size_t len);

/*
 * Adds `value`, which is not NULL, under `key`; returns the value that already
 * stands there, leaving it, or NULL when the new one was added.
 */
void *strmap_add(struct strmap *m, const char *key, size_t len, void *value);

/* Takes the key out; returns its value, or NULL where it was not in the map. */
void *strmap_remove(struct strmap *m, const char *key, size_t len);

#endif
