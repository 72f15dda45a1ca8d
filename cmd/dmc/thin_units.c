#include "dmc/thin_units.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "common/metadata.h"

/* The names of two binary ones are those that the tools print, odd as they are. */
static const struct thin_unit units[] = {
	{"b", "b", "byte", "byte", 1},
	{"s", "s", "sector", "sector", 512},
	{"k", "KiB", "kibibyte", "kibibyte", (uint64_t)1 << 10},
	{"m", "MiB", "mebibyte", "mebibyte", (uint64_t)1 << 20},
	{"g", "GiB", "gibibyte", "gibibyte", (uint64_t)1 << 30},
	{"t", "TiB", "terabyte", "tebibyte", (uint64_t)1 << 40},
	{"p", "PiB", "pebibyte", "pebibyte", (uint64_t)1 << 50},
	{"e", "EiB", "exbibyte", "exbibyte", (uint64_t)1 << 60},
	{"K", "kB", "kilobyte", "kilobyte", 1000u},
	{"M", "MB", "megabyte", "megabyte", 1000000u},
	{"G", "GB", "gigabyte", "gigabyte", 1000000000u},
	{"T", "TB", "terabyte", "terabyte", 1000000000000u},
	{"P", "PB", "petabyte", "petabyte", 1000000000000000u},
	{"E", "EB", "exabyte", "exabyte", 1000000000000000000u},
};

const struct thin_unit *thin_unit_find(const char *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (!strcmp(s, units[i].letter) || !strcmp(s, units[i].brief) || !strcmp(s, units[i].input))
			return &units[i];
	return NULL;
}

bool thin_unit_parse_size(const char *s, uint64_t *ret_bytes)
{
	size_t len = strspn(s, "0123456789");
	const struct thin_unit *u = thin_unit_find(s[len] ? s + len : "s");
	char digits[24];
	uint64_t n;

	if (!u || len >= sizeof(digits))
		return false;
	memcpy(digits, s, len);
	digits[len] = '\0';
	return parse_u64(digits, &n) && !__builtin_mul_overflow(n, u->bytes, ret_bytes);
}

void thin_unit_round(struct strbuf *b, uint64_t bytes)
{
	/* Bytes, then binary units: from 1024 of one to 1024 of the next but one. */
	static const char *const brief[] = {"b", "KiB", "MiB", "GiB", "Tib", "PiB", "EiB"};
	int unit = bytes ? (63 - __builtin_clzll(bytes)) / 10 - 1 : 0;
	uint64_t n;

	if (unit < 0)
		unit = 0;
	n = bytes >> 10 * unit;
	if (n > 8192) {
		n = (n + 512) / 1024;
		unit++;
	}
	strbuf_addf(b, "%" PRIu64 "%s", n, brief[unit]);
}

/* The fewest digits that mean this number, without an exponent. */
static void add_fraction(struct strbuf *b, double v)
{
	char text[40];
	int exponent;

	for (int digits = 0; digits < 17; digits++) {
		snprintf(text, sizeof(text), "%.*e", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	exponent = atoi(strchr(text, 'e') + 1);
	strbuf_adds(b, "0.");
	strbuf_addn(b, '0', (size_t)(-exponent - 1));
	for (const char *p = text; *p != 'e'; p++)
		if (*p != '.')
			strbuf_addch(b, *p);
}

void thin_unit_add(struct strbuf *b, uint64_t bytes, const struct thin_unit *u)
{
	double v = (double)bytes / (double)u->bytes;

	if (v < 1 && v > 0)
		add_fraction(b, v);
	else
		strbuf_addf(b, bytes % u->bytes ? "%.2f" : "%.0f", v);
}
