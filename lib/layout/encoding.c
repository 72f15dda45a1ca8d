/* Bytes that are no text, found before libyaml sees them, so that the place is exact. */
#include <errno.h>
#include <string.h>

#include "layout/yaml_internal.h"

/* Bytes of the well-formed sequence at s (RFC 3629), or 0. */
static size_t sequence(const unsigned char *s, size_t left)
{
	size_t len = s[0] < 0x80   ? 1
		     : s[0] < 0xc2 ? 0
		     : s[0] < 0xe0 ? 2
		     : s[0] < 0xf0 ? 3
		     : s[0] < 0xf5 ? 4
				   : 0;

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

/* What YAML 1.2 (c-printable) leaves out: controls, and the code points that are none. */
static bool is_printable(const unsigned char *s, size_t len)
{
	if (len == 1)
		return (*s >= 0x20 && *s != 0x7f) || *s == '\t' || *s == '\n' || *s == '\r';
	if (len == 2)
		return s[0] != 0xc2 || s[1] >= 0xa0 || s[1] == 0x85;
	return s[0] != 0xef || s[1] != 0xbf || s[2] < 0xbe;
}

/* Eight bytes from 0x20 to 0x7e: nearly all of a file. */
static bool is_plain(const unsigned char *s)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones * 0x80;
	uint64_t v, del;

	memcpy(&v, s, sizeof(v));
	del = v ^ ones * 0x7f;
	return !((v | (v - ones * 0x20) | ((del - ones) & ~del)) & high);
}

static struct finding *refuse(
	const struct source *src, struct diag *diag, size_t off, size_t len, const char *what)
{
	return diag_add(diag, &F_YAML_ENCODING, (struct span){src, (uint32_t)off, (uint32_t)len},
		"%s", what);
}

static void refuse_byte(const struct source *src, struct diag *diag, size_t off)
{
	const unsigned char *s = (const unsigned char *)src->text + off;
	size_t len = sequence(s, src->len - off);
	struct finding *f;

	if (!len) {
		f = diag_add(diag, &F_YAML_ENCODING, (struct span){src, (uint32_t)off, 1},
			"the byte 0x%02x is not UTF-8 text", *s);
		finding_fix(diag, f,
			"save the file as UTF-8; from Latin-1: iconv -f latin1 -t utf-8");
	} else if (!*s && off < 2) {
		f = refuse(src, diag, off, 1, "the file is UTF-16, or no text at all");
		finding_fix(diag, f, "save the file as UTF-8");
	} else if (!*s) {
		f = refuse(src, diag, off, 1, "a NUL byte: the file is no text, or was damaged");
		finding_fix(diag, f, "restore the file from a copy");
	} else {
		f = refuse(src, diag, off, len,
			"a control character stands here, which YAML does not allow");
		finding_fix(
			diag, f, "remove it; in double quotes it can be written as an escape");
	}
}

int yaml_check_encoding(const struct source *src, struct diag *diag, bool *ascii)
{
	const unsigned char *s = (const unsigned char *)src->text;
	size_t i = 0;

	if (src->len >= UINT32_MAX) {
		diag_add(
			diag, &F_YAML_LARGE, (struct span){0}, "%s has 4 GiB or more", src->name);
		return -EINVAL;
	}
	if (src->len >= 2 && ((s[0] == 0xff && s[1] == 0xfe) || (s[0] == 0xfe && s[1] == 0xff))) {
		finding_fix(diag, refuse(src, diag, 0, 2, "the file is UTF-16"),
			"save the file as UTF-8");
		return -EINVAL;
	}
	*ascii = true;
	while (i < src->len) {
		size_t len;

		if (src->len - i >= 8 && is_plain(s + i)) {
			i += 8;
			continue;
		}
		len = sequence(s + i, src->len - i);
		if (!len || !is_printable(s + i, len)) {
			refuse_byte(src, diag, i);
			return -EINVAL;
		}
		*ascii = *ascii && len == 1;
		i += len;
	}
	return 0;
}
