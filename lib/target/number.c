/*
 * sscanf() and kstrto*() of the kernel: lib/vsprintf.c vsscanf(), lib/kstrtox.c. For
 * tables both get plain words, so blanks and prefixes do not come up.
 */
#include "target/number.h"

#include <string.h>

uint64_t number_max(enum num_class num)
{
	switch (num) {
	case NUM_S64:
	case NUM_K64:
		return UINT64_MAX;
	case NUM_S32:
	case NUM_ARG:
	case NUM_K32:
		return UINT32_MAX;
	case NUM_S16:
		return UINT16_MAX;
	case NUM_S8:
		return UINT8_MAX;
	case NUM_SD:
	case NUM_KI:
		return INT32_MAX;
	}
	return UINT64_MAX;
}

/* Only digits; *over: 2^64 or more, then *ret is the value modulo 2^64. */
static bool digits(const char *s, uint64_t *ret, bool *over)
{
	uint64_t v = 0;

	*over = false;
	if (!*s)
		return false;
	for (; *s; s++) {
		unsigned d = (unsigned)(*s - '0');

		if (d > 9)
			return false;
		if (v > (UINT64_MAX - d) / 10)
			*over = true;
		v = v * 10 + d;
	}
	*ret = v;
	return true;
}

static bool read_sscanf(enum num_class num, const char *text, bool saturates, uint64_t *ret)
{
	bool negative = num == NUM_SD && *text == '-', over;
	uint64_t v;

	if (!digits(text + negative, &v, &over))
		return false;
	if (over && saturates)
		v = UINT64_MAX;
	if (num == NUM_SD) {
		v = negative ? -v : v;
		*ret = (uint64_t)(int64_t)(int32_t)(uint32_t)v;
	} else {
		*ret = v & number_max(num);
	}
	return true;
}

static bool read_kstrto(enum num_class num, const char *text, uint64_t *ret)
{
	bool negative = num == NUM_KI && *text == '-', over;
	uint64_t v;

	if (!digits(text + (negative || *text == '+'), &v, &over) || over)
		return false;
	if (v > number_max(num) + negative)
		return false;
	*ret = negative ? -v : v;
	return true;
}

bool number_read(enum num_class num, const char *text, bool saturates, uint64_t *ret)
{
	switch (num) {
	case NUM_K64:
	case NUM_K32:
	case NUM_KI:
		return read_kstrto(num, text, ret);
	default:
		return read_sscanf(num, text, saturates, ret);
	}
}
