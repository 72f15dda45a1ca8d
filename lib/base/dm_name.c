#include "base/dm_name.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const char *dm_mangle(struct arena *a, const char *name)
{
	char *out = arena_alloc(a, 4 * strlen(name) + 1), *p = out;

	for (; *name; name++) {
		unsigned char c = (unsigned char)*name;

		if (c < 0x80 && (isalnum(c) || strchr("#+-.:=@_", c)))
			*p++ = (char)c;
		else
			p += sprintf(p, "\\x%02x", c);
	}
	return out;
}

const char *dm_path(struct arena *a, const char *name)
{
	return arena_printf(a, "/dev/mapper/%s", dm_mangle(a, name));
}
