/* The nearest right spelling, for findings about unknown words. */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include <stddef.h>

struct near {
	const char *word; /* what was written */
	size_t len;
	const char *best; /* nearest candidate so far, or NULL: none is near enough */
	size_t distance;
};

#define NEAR_INIT(word, len) {(word), (len), NULL, 0}

/*
 * Offers one right spelling. A candidate is near when at most a third of the
 * longer word (and at least one letter) is inserted, deleted, replaced or
 * swapped with its neighbour, case not counted; the first of equals stays.
 */
void near_offer(struct near *n, const char *candidate);

#endif
