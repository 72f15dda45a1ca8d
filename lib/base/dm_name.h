/*
 * Names of device-mapper devices: limits of the kernel's interface and the mangling that
 * libdevmapper does for nodes under /dev/mapper.
 */
#ifndef BASE_DM_NAME_H
#define BASE_DM_NAME_H

#include <stddef.h>

#include "base/arena.h"

#define DM_NAME_MAX 127 /* bytes, as DM_NAME_LEN - 1 */
#define DM_UUID_MAX 128

/*
 * How a name goes to the kernel. AUTO is libdevmapper's default, so that both tools and
 * udev's rules see the same devices.
 */
enum dm_mangling {
	DM_MANGLE_AUTO, /* as HEX, but a name that holds \xNN is mangled already and kept */
	DM_MANGLE_HEX,  /* all bytes but 0-9 A-Z a-z # + - . : = @ _ become \xNN */
	DM_MANGLE_NONE, /* names are sent as they are */
};

/*
 * Into `buf` (size bytes), terminated. -ENAMETOOLONG: does not fit. -EINVAL: AUTO, and the
 * name holds \xNN beside bytes that would have to be mangled, or is mangled twice.
 */
int dm_name_mangle(const char *name, enum dm_mangling mode, char *buf, size_t size);

/*
 * The way back; \xNN becomes the byte. -EINVAL: not NONE, and the name holds bytes that
 * would have been mangled, so it came into the kernel past libdevmapper.
 */
int dm_name_unmangle(const char *name, enum dm_mangling mode, char *buf, size_t size);

/* "my vol" -> "my\x20vol": AUTO, and HEX where AUTO refuses the name. */
const char *dm_mangle(struct arena *a, const char *name);

/* "/dev/mapper/" and the mangled name. */
const char *dm_path(struct arena *a, const char *name);

#endif
