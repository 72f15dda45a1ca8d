/* Scalars and maps of the tree as values, with a finding for everything that does not fit. */
#include <stdlib.h>
#include <string.h>

#include "base/near.h"
#include "base/size.h"
#include "layout/internal.h"

struct finding *node_report(const struct layout *l, const struct node *n, const struct finding_kind *kind,
			    const char *fmt, ...)
{
	struct span span = n ? node_span(&l->tree, n) : (struct span){0};
	struct finding *f;
	va_list ap;

	va_start(ap, fmt);
	f = diag_vadd(l->diag, kind, span, fmt, ap);
	va_end(ap);
	return f;
}

bool node_expect(const struct layout *l, const struct node *n, enum node_kind kind, const char *what)
{
	static const char *const names[] = {[NODE_SCALAR] = "a word", [NODE_MAP] = "a map (key: value)",
					    [NODE_SEQ] = "a list"};

	if (n && n->kind == kind)
		return true;
	node_report(l, n, &F_TYPE, "%s: expected %s, found %s", what, names[kind], node_kind_name(n));
	return false;
}

bool node_check_keys(const struct layout *l, const struct node *map, const char *const *keys,
		     const char *what)
{
	bool ok = true;

	for (uint32_t i = 0; i < map->nr; i++) {
		const struct node *key = &map->items[2 * i];
		struct near near = NEAR_INIT(key->text, key->nr);
		struct finding *f;
		bool known = false;

		for (const char *const *k = keys; *k; k++) {
			known = known || node_is(key, *k);
			near_offer(&near, *k);
		}
		if (known)
			continue;
		f = node_report(l, key, &F_UNKNOWN_KEY, "%s has no key '%.*s'", what, (int)key->nr,
				key->text);
		if (near.best)
			finding_fix(l->diag, f, "did you mean '%s'?", near.best);
		ok = false;
	}
	return ok;
}

bool node_text(const struct layout *l, const struct node *n, const char *what, const char **ret)
{
	if (!node_expect(l, n, NODE_SCALAR, what))
		return false;
	if (!n->nr) {
		node_report(l, n, &F_WORD, "%s: the value is empty", what);
		return false;
	}
	*ret = node_dup(l->arena, n);
	return true;
}

bool node_u64(const struct layout *l, const struct node *n, const char *what, uint64_t *ret)
{
	if (!node_expect(l, n, NODE_SCALAR, what))
		return false;
	if (number_parse(n->text, n->nr, ret))
		return true;
	node_report(l, n, &F_INTEGER, "%s: expected a number, found '%.*s'", what, (int)n->nr, n->text);
	return false;
}

bool node_flag(const struct layout *l, const struct node *n, const char *what, bool *ret)
{
	struct finding *f;
	int v;

	if (!node_expect(l, n, NODE_SCALAR, what))
		return false;
	v = node_bool(n);
	if (v >= 0) {
		*ret = v;
		return true;
	}
	f = node_report(l, n, &F_BOOLEAN, "%s: expected true or false, found '%.*s'", what, (int)n->nr,
			n->text);
	if (n->nr && strchr("yYoO1", n->text[0]))
		finding_fix(l->diag, f, "%s", n->nr == 3 && (n->text[2] | 32) == 'f' ? "false" : "true");
	else if (n->nr && strchr("nN0", n->text[0]))
		finding_fix(l->diag, f, "false");
	return false;
}

static bool bad_size(const struct layout *l, const struct node *n, const char *what, enum size_error e,
		     uint64_t number)
{
	struct finding *f;

	if (e != SIZE_NO_UNIT) {
		node_report(l, n, &F_SIZE, "%s: '%.*s' %s", what, (int)n->nr, n->text, size_error_str(e));
		return false;
	}
	f = node_report(l, n, &F_NO_UNIT, "%s: %.*s has no unit", what, (int)n->nr, n->text);
	if (number % 512)
		finding_fix(l->diag, f, "%lluB for bytes, or %llus for 512-byte sectors",
			    (unsigned long long)number, (unsigned long long)number);
	else
		finding_fix(l->diag, f, "%lluB for bytes (%llus), or %llus for 512-byte sectors",
			    (unsigned long long)number, (unsigned long long)number / 512,
			    (unsigned long long)number);
	return false;
}

static bool percent_of(const struct layout *l, const struct node *n, const char *what, uint64_t whole,
		       uint64_t *ret)
{
	enum size_error e;
	uint32_t millionths;
	unsigned __int128 v;

	e = percent_parse(n->text, n->nr, &millionths);
	if (e != SIZE_OK)
		return bad_size(l, n, what, e, 0);
	if (!whole) {
		node_report(l, n, &F_PERCENT,
			    "%s: a percentage needs a device whose size is known", what);
		return false;
	}
	/* Whole MiB, downward, as a share is never exact; less than one: whole sectors. */
	v = (unsigned __int128)whole * millionths / 1000000;
	*ret = (uint64_t)v >= 1 << 20 ? (uint64_t)v >> 20 << 20 : (uint64_t)v / 512 * 512;
	return true;
}

bool node_size(const struct layout *l, const struct node *n, const char *what, uint64_t whole,
	       uint64_t *ret)
{
	enum size_error e;
	uint64_t v = 0;

	if (!node_expect(l, n, NODE_SCALAR, what))
		return false;
	if (n->nr && n->text[n->nr - 1] == '%')
		return percent_of(l, n, what, whole, ret);
	e = size_parse(n->text, n->nr, &v);
	if (e != SIZE_OK)
		return bad_size(l, n, what, e, v);
	*ret = v;
	return true;
}

bool node_sectors(const struct layout *l, const struct node *n, const char *what, uint64_t whole_sectors,
		  uint64_t *ret)
{
	uint64_t bytes;

	if (!node_size(l, n, what, whole_sectors * 512, &bytes))
		return false;
	if (bytes % 512) {
		struct finding *f = node_report(l, n, &F_NOT_SECTORS,
						"%s: %llu bytes are no whole 512-byte sectors", what,
						(unsigned long long)bytes);

		finding_fix(l->diag, f, "%llus or %llus", (unsigned long long)bytes / 512,
			    (unsigned long long)bytes / 512 + 1);
		return false;
	}
	*ret = bytes / 512;
	return true;
}

bool node_duration(const struct layout *l, const struct node *n, const char *what, uint64_t *ret_ms)
{
	enum size_error e;
	struct finding *f;
	uint64_t v = 0;

	if (!node_expect(l, n, NODE_SCALAR, what))
		return false;
	e = duration_parse(n->text, n->nr, &v);
	if (e == SIZE_OK) {
		*ret_ms = v;
		return true;
	}
	if (e != SIZE_NO_UNIT)
		return bad_size(l, n, what, e, v);
	f = node_report(l, n, &F_NO_UNIT, "%s: %.*s has no unit", what, (int)n->nr, n->text);
	finding_fix(l->diag, f, "%llums or %llus", (unsigned long long)v, (unsigned long long)v);
	return false;
}
