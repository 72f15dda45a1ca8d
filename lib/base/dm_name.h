/*
 * Names of device-mapper devices: limits of the kernel's interface and the mangling that
 * libdevmapper does for nodes under /dev/mapper.
 */
#ifndef BASE_DM_NAME_H
#define BASE_DM_NAME_H

#include "base/arena.h"

#define DM_NAME_MAX 127 /* bytes, as DM_NAME_LEN - 1 */
#define DM_UUID_MAX 128

/*
 * "my vol" -> "my\x20vol": bytes other than 0-9 A-Z a-z # + - . : = @ _ become \xNN
 * (libdm's mangling mode "hex" for names without escapes).
 */
const char *dm_mangle(struct arena *a, const char *name);

/* "/dev/mapper/" and the mangled name. */
const char *dm_path(struct arena *a, const char *name);

#endif
