#include "base/dm_name.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* What libdm's _is_whitelisted_char() lets pass: bytes that udev's rules can handle. */
static bool is_plain(char c)
{
	return ((unsigned char)c < 0x80 && isalnum((unsigned char)c)) || (c && strchr("#+-.:=@_", c));
}

/* AUTO refuses a name that looks mangled twice, and one that is mangled in part. */
static bool is_mixed(const char *name)
{
	bool escapes = false, others = false;

	for (const char *p = name; *p; p++) {
		if (p[0] == '\\' && p[1] == 'x') {
			if (!p[2] || !p[3])
				return true;
			escapes = true;
			p += 3;
		} else if (!is_plain(*p)) {
			others = true;
		}
	}
	return (escapes && others) || strstr(name, "\\x5cx");
}

static bool is_kept(const char *p, enum dm_mangling mode)
{
	return mode == DM_MANGLE_NONE || is_plain(*p) ||
	       (mode == DM_MANGLE_AUTO && p[0] == '\\' && p[1] == 'x');
}

int dm_name_mangle(const char *name, enum dm_mangling mode, char *buf, size_t size)
{
	size_t len = 0;

	if (mode == DM_MANGLE_AUTO && is_mixed(name))
		return -EINVAL;
	for (; *name; name++) {
		/* An escape is kept by its first byte; 'x' and the digits are plain. */
		size_t n = is_kept(name, mode) ? 1 : 4;

		if (len + n >= size)
			return -ENAMETOOLONG;
		if (n == 1)
			buf[len] = *name;
		else
			snprintf(buf + len, size - len, "\\x%02x", (unsigned char)*name);
		len += n;
	}
	if (len >= size)
		return -ENAMETOOLONG;
	buf[len] = '\0';
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int dm_name_unmangle(const char *name, enum dm_mangling mode, char *buf, size_t size)
{
	size_t len = 0;

	for (; *name; name++) {
		char c = *name;

		if (mode != DM_MANGLE_NONE) {
			if (!is_plain(c) && c != '\\')
				return -EINVAL;
			if (c == '\\' && name[1] == 'x' && hex_digit(name[2]) >= 0 &&
			    hex_digit(name[3]) >= 0 && (name[2] != '0' || name[3] != '0')) {
				c = (char)(hex_digit(name[2]) << 4 | hex_digit(name[3]));
				name += 3;
			}
		}
		if (len + 1 >= size)
			return -ENAMETOOLONG;
		buf[len++] = c;
	}
	if (len >= size)
		return -ENAMETOOLONG;
	buf[len] = '\0';
	return 0;
}

const char *dm_mangle(struct arena *a, const char *name)
{
	size_t size = 4 * strlen(name) + 1;
	char *out = arena_alloc(a, size);

	if (dm_name_mangle(name, DM_MANGLE_AUTO, out, size))
		dm_name_mangle(name, DM_MANGLE_HEX, out, size);
	return out;
}

const char *dm_path(struct arena *a, const char *name)
{
	return arena_printf(a, "/dev/mapper/%s", dm_mangle(a, name));
}
