/* Numbers as the kernel reads them. */
#ifndef TARGET_NUMBER_H
#define TARGET_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "target/word.h"

/*
 * Reads `text` as the kernel's sscanf("%llu%c") or kstrto*() would. sscanf wraps: the
 * value is taken modulo 2^64 and then modulo the class; `saturates` is what 7.2 does
 * instead for 2^64 and more. Returns false where the kernel refuses.
 */
bool number_read(enum num_class num, const char *text, bool saturates, uint64_t *ret);

/* The largest value of a class; signed classes: the largest positive one. */
uint64_t number_max(enum num_class num);

static inline bool number_is_signed(enum num_class num)
{
	return num == NUM_SD || num == NUM_KI;
}

#endif
