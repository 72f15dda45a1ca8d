/* UTF-8, checked before libyaml sees the text, so that the place is exact. */
#include <errno.h>
#include <string.h>

#include "layout/yaml_internal.h"

/* Bytes of the well-formed sequence at s (RFC 3629), or 0. */
static size_t sequence(const unsigned char *s, size_t left)
{
	size_t len = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;

	if (!len || len > left)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

static int refuse(const struct source *src, struct diag *diag, size_t off, const char *what)
{
	diag_add(diag, &F_YAML_ENCODING, (struct span){src, (uint32_t)off, 1}, "%s", what);
	return -EINVAL;
}

int yaml_check_encoding(const struct source *src, struct diag *diag, bool *ascii)
{
	const unsigned char *s = (const unsigned char *)src->text;
	size_t i = 0;

	if (src->len >= UINT32_MAX) {
		diag_add(diag, &F_YAML_LARGE, (struct span){0}, "%s has 4 GiB or more", src->name);
		return -EINVAL;
	}
	if (src->len >= 2 && ((s[0] == 0xff && s[1] == 0xfe) || (s[0] == 0xfe && s[1] == 0xff)))
		return refuse(src, diag, 0, "the file is UTF-16; save it as UTF-8");
	*ascii = true;
	while (i < src->len) {
		size_t len = sequence(s + i, src->len - i);

		if (!len)
			return refuse(src, diag, i, "a byte that is not UTF-8");
		if (!s[i])
			return refuse(src, diag, i, "a NUL byte: the file is binary or damaged");
		*ascii = *ascii && len == 1;
		i += len;
	}
	return 0;
}
