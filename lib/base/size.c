#include "base/size.h"

#include <string.h>

struct unit {
	const char *name;
	uint64_t bytes;
};

static const struct unit size_units[] = {
	{"s", SECTOR_SIZE},
	{"B", 1},
	{"KiB", UINT64_C(1) << 10},
	{"MiB", UINT64_C(1) << 20},
	{"GiB", UINT64_C(1) << 30},
	{"TiB", UINT64_C(1) << 40},
	{"PiB", UINT64_C(1) << 50},
	{"EiB", UINT64_C(1) << 60},
	{"kB", UINT64_C(1000)},
	{"MB", UINT64_C(1000000)},
	{"GB", UINT64_C(1000000000)},
	{"TB", UINT64_C(1000000000000)},
	{"PB", UINT64_C(1000000000000000)},
};

static const struct unit time_units[] = {
	{"ms", 1},
	{"s", 1000},
	{"min", 60 * 1000},
	{"h", 60 * 60 * 1000},
};

/* A decimal number with at most 18 digits behind the point, as whole + part / scale. */
struct decimal {
	uint64_t whole, part, scale;
};

static enum size_error take_digits(const char **p, const char *end, uint64_t *ret)
{
	const char *start = *p;
	uint64_t v = 0;

	for (; *p < end && **p >= '0' && **p <= '9'; ++*p) {
		unsigned d = (unsigned)(**p - '0');

		if (v > (UINT64_MAX - d) / 10)
			return SIZE_OVERFLOW;
		v = v * 10 + d;
	}
	*ret = v;
	return *p == start ? SIZE_SYNTAX : SIZE_OK;
}

static enum size_error take_decimal(const char **p, const char *end, struct decimal *ret)
{
	enum size_error e = take_digits(p, end, &ret->whole);
	const char *start;

	ret->part = 0;
	ret->scale = 1;
	if (e || *p == end || **p != '.')
		return e;
	start = ++*p;
	e = take_digits(p, end, &ret->part);
	if (e)
		return SIZE_SYNTAX;
	if (*p - start > 18)
		return SIZE_FRACTION;
	while (start++ < *p)
		ret->scale *= 10;
	return SIZE_OK;
}

static enum size_error multiply(const struct decimal *d, uint64_t unit, uint64_t *ret)
{
	unsigned __int128 part = (unsigned __int128)d->part * unit;
	unsigned __int128 v = (unsigned __int128)d->whole * unit + part / d->scale;

	if (part % d->scale)
		return SIZE_FRACTION;
	if (v > UINT64_MAX)
		return SIZE_OVERFLOW;
	*ret = (uint64_t)v;
	return SIZE_OK;
}

static enum size_error parse(const char *text, size_t len, const struct unit *units, size_t nr,
			     uint64_t *ret)
{
	const char *p = text, *end = text + len;
	struct decimal d;
	enum size_error e = take_decimal(&p, end, &d);

	if (e)
		return e;
	while (p < end && *p == ' ')
		p++;
	if (p == end) {
		if (d.scale > 1)
			return SIZE_SYNTAX;
		*ret = d.whole;
		return d.whole ? SIZE_NO_UNIT : SIZE_OK;
	}
	for (size_t i = 0; i < nr; i++)
		if (strlen(units[i].name) == (size_t)(end - p) &&
		    !memcmp(units[i].name, p, (size_t)(end - p)))
			return multiply(&d, units[i].bytes, ret);
	return SIZE_UNKNOWN_UNIT;
}

enum size_error size_parse(const char *text, size_t len, uint64_t *ret)
{
	return parse(text, len, size_units, sizeof(size_units) / sizeof(*size_units), ret);
}

enum size_error duration_parse(const char *text, size_t len, uint64_t *ret)
{
	return parse(text, len, time_units, sizeof(time_units) / sizeof(*time_units), ret);
}

enum size_error percent_parse(const char *text, size_t len, uint32_t *ret)
{
	const char *p = text, *end = text + len;
	struct decimal d;
	uint64_t v;
	enum size_error e = take_decimal(&p, end, &d);

	if (e)
		return e;
	if (p + 1 != end || *p != '%')
		return SIZE_SYNTAX;
	e = multiply(&d, 10000, &v);
	if (e)
		return e;
	if (v > 1000000)
		return SIZE_OVERFLOW;
	*ret = (uint32_t)v;
	return SIZE_OK;
}

bool number_parse(const char *text, size_t len, uint64_t *ret)
{
	const char *p = text, *end = text + len;
	uint64_t v;

	if (take_digits(&p, end, &v) || p != end)
		return false;
	*ret = v;
	return true;
}

void size_format(struct strbuf *b, uint64_t bytes)
{
	static const char *const names[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	unsigned i = 0;

	if (bytes % 1024 && bytes % SECTOR_SIZE == 0) {
		strbuf_addu64(b, bytes / SECTOR_SIZE);
		strbuf_addch(b, 's');
		return;
	}
	while (bytes && bytes % 1024 == 0 && i + 1 < sizeof(names) / sizeof(*names)) {
		bytes /= 1024;
		i++;
	}
	strbuf_addu64(b, bytes);
	strbuf_adds(b, names[i]);
}

void duration_format(struct strbuf *b, uint64_t ms)
{
	size_t i = sizeof(time_units) / sizeof(*time_units);

	while (i-- > 1)
		if (ms && ms % time_units[i].bytes == 0)
			break;
	i = i == SIZE_MAX ? 0 : i;
	if (!ms || ms % time_units[i].bytes)
		i = 0;
	strbuf_addu64(b, ms / time_units[i].bytes);
	strbuf_adds(b, time_units[i].name);
}

const char *size_error_str(enum size_error e)
{
	switch (e) {
	case SIZE_OK:
		return "is fine";
	case SIZE_SYNTAX:
		return "is no number with a unit";
	case SIZE_NO_UNIT:
		return "has no unit";
	case SIZE_UNKNOWN_UNIT:
		return "has an unknown unit (s, B, KiB, MiB, GiB, TiB, PiB, kB, MB, GB, TB, PB; ms, s, min, h)";
	case SIZE_FRACTION:
		return "is not a whole number";
	case SIZE_OVERFLOW:
		return "is too large";
	}
	return "is wrong";
}
