/* Kinds of findings about the way to the kernel: its driver, and the nodes under /dev. */
#include "dm/kernel.h"
#include "dm/nodes.h"

const struct finding_kind F_DM_NO_DRIVER = {
	"dm.no-driver",
	SEV_ERROR,
	BY_DEVICE,
	"the running kernel has no device-mapper",
	"Its module is not loaded and could not be loaded by itself, or the kernel was built"
	" without it; containers often hide it, too.",
	NULL,
	"Load it with `modprobe dm-mod`. In a container, work on the host.",
};

const struct finding_kind F_DM_NO_PERMISSION = {
	"dm.no-permission",
	SEV_ERROR,
	BY_DEVICE,
	"device-mapper may not be used by this user",
	"The kernel takes its requests from processes with CAP_SYS_ADMIN alone.",
	NULL,
	"Run it as root. `dmc check`, `compile` and `simulate` need no rights.",
};

const struct finding_kind F_DM_CONTROL = {
	"dm.control",
	SEV_ERROR,
	BY_DEVICE,
	"the control node of device-mapper cannot be used",
	"/dev/mapper/control is missing and cannot be made, or is something else.",
	NULL,
	"Look at what is there. `dmsetup mknodes` or a restart of udev makes it anew.",
};

const struct finding_kind F_DM_UDEV_TIMEOUT = {
	"dm.udev-timeout",
	SEV_WARNING,
	BY_DEVICE,
	"udev did not report back",
	"Its daemon runs, but has no rule that finishes device-mapper events (95-dm-notify.rules),"
	" is stuck in another event, or was stopped meanwhile.",
	NULL,
	"Install the udev rules of dmsetup, look at `udevadm monitor`, or use --udev=none.",
};

const struct finding_kind F_DM_UDEV_COOKIE = {
	"dm.udev-cookie",
	SEV_WARNING,
	BY_DEVICE,
	"no semaphore for waiting on udev",
	"Each wait needs a System V semaphore; the limit of them is reached or the kernel has none."
	" Programs that died while waiting leave theirs behind.",
	NULL,
	"`dmsetup udevcookies` lists them and `dmsetup udevcomplete_all` removes old ones.",
};

const struct finding_kind F_DM_NODE = {
	"dm.node",
	SEV_ERROR,
	BY_DEVICE,
	"a node under /dev/mapper is not what it should be",
	"Without udev we make and remove the nodes. The directory cannot be written, or a file"
	" that is no node of this device has the name.",
	NULL,
	"Make /dev writable, or move the file away; then `dmsetup mknodes`.",
};

const struct finding_kind *const dm_findings[] = {
	&F_DM_NO_DRIVER, &F_DM_NO_PERMISSION, &F_DM_CONTROL, &F_DM_UDEV_TIMEOUT,
	&F_DM_UDEV_COOKIE, &F_DM_NODE, NULL,
};
