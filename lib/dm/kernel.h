/*
 * The running kernel's device-mapper, through /dev/mapper/control.
 */
#ifndef DM_KERNEL_H
#define DM_KERNEL_H

#include "diag/diag.h"
#include "dm/backend.h"

struct dm_kernel_options {
	const char *control; /* NULL: /dev/mapper/control */
	const char *proc;    /* NULL: /proc */
};

/*
 * Opens the control node; where there is none, makes it with the numbers of /proc/misc and
 * /proc/devices. `o` may be NULL. On failure a finding says why and what to do:
 *	-ENOENT  this kernel has no device-mapper, or its module is not loaded
 *	-EACCES, -EPERM  not root
 *	other    the file system of /dev is at fault
 */
int dm_kernel_open(struct dm_backend **ret_backend, const struct dm_kernel_options *o,
		   struct diag *diag);

extern const struct finding_kind F_DM_NO_DRIVER, F_DM_NO_PERMISSION, F_DM_CONTROL;
extern const struct finding_kind *const dm_findings[]; /* all of lib/dm; NULL-terminated */

#endif
