/* Kinds of findings about plans, and about doing them. */
#include "plan/internal.h"

const struct finding_kind F_RUNNING_LIST = {
	"running.list", SEV_ERROR, BY_SYSTEM, "the running devices cannot be listed",
	"The kernel's device-mapper was reached, and refused the first question.",
	NULL,
	"The kernel's log (dmesg) has the reason.",
};

const struct finding_kind F_RUNNING_GONE = {
	"running.gone", SEV_ERROR, BY_DEVICE, "a running device cannot be looked at",
	"It was listed, and did not answer afterwards: somebody removed it at the same time.",
	NULL,
	"Try again; when it happens again find out who else works on these devices.",
};

const struct finding_kind F_RUNNING_ABSENT = {
	"running.absent", SEV_ERROR, BY_DEVICE, "a device that was asked for does not run",
	"No running device has that name, uuid or number: it was not made yet, was removed, or is called "
	"otherwise.",
	NULL,
	"`dmc status` lists what runs; `dmc apply LAYOUT` makes what a layout describes.",
};

const struct finding_kind F_RUNNING_NO_TABLE = {
	"running.no-table", SEV_WARNING, BY_DATA, "a running device has no live table",
	"It was created, and no table was loaded, or the one that was loaded was never resumed.",
	NULL,
	"Resume it (`dmsetup resume`) when its table is the right one, or remove it.",
};

const struct finding_kind F_STATE_SYNTAX = {
	"state.syntax", SEV_ERROR, BY_LANGUAGE, "a state file cannot be read",
	"It must be what `dmc status --format json` writes, whole.",
	NULL,
	"Write it anew with `dmc status --format json`.",
};

const struct finding_kind F_PLAN_NAME_TAKEN = {
	"plan.name-taken", SEV_ERROR, BY_SAFETY, "a device of that name runs and is not the layout's",
	"A volume is known by its uuid, DMC-<layout>-<volume> unless dm_uuid says otherwise. A device with "
	"another uuid is somebody else's, and is left alone.",
	"name: store\nvolumes:\n  home: {target: zero, size: 1MiB}   # while another `home` runs\n",
	"Give the volume another `dm_name`, or rename or remove the other device.",
};

const struct finding_kind F_PLAN_UUID_TAKEN = {
	"plan.uuid-taken", SEV_ERROR, BY_SAFETY, "a device of that uuid runs under another name",
	"A `dm_uuid` that does not begin with DMC-<layout>- was given by another program (multipathd, LVM), "
	"which would not find its device under a new name.",
	"name: san\nvolumes:\n  lun1: {target: zero, size: 1MiB, dm_uuid: mpath-36}   # it runs as `mpatha`\n",
	"Give the volume the `dm_name` under which it runs, or leave `dm_uuid` out.",
};

const struct finding_kind F_PLAN_LOOP = {
	"plan.loop", SEV_ERROR, BY_CRASH, "a table would stand on its own device",
	"The kernel takes tables that lead back to themselves through another device, and the first "
	"I/O never ends.",
	"devices: {d: {path: /dev/mapper/upper}}   # a running device that stands on `lower`\nvolumes:\n"
	"  lower: {target: linear, device: d}\n",
	"Name the device that is meant.",
};

const struct finding_kind F_PLAN_OPEN = {
	"plan.open", SEV_ERROR, BY_BUSY, "a device that is to be removed is in use",
	"It is mounted, swapped on, opened by a program, or another device stands on it.",
	NULL,
	"Stop the user first. `dmc remove --deferred` removes it as soon as it is closed.",
};

const struct finding_kind F_PLAN_TYPE = {
	"plan.type", SEV_ERROR, BY_KERNEL, "a running device cannot become this type",
	"Some targets are immutable: a device that has one of them live keeps it until it is removed.",
	NULL,
	"Remove the device and apply again.",
};

const struct finding_kind F_PLAN_IN_USE = {
	"plan.in-use", SEV_ERROR, BY_BUSY, "a device is held by somebody else",
	"The kernel gives a device that is mounted, swapped on or part of an array to nobody else.",
	NULL,
	"Unmount it or stop the array, if it is the right device at all.",
};

const struct finding_kind F_PLAN_SHRINK = {
	"plan.shrink", SEV_ERROR, BY_SAFETY, "a running device would become smaller",
	"The kernel shrinks a device at once, used or not, and what was stored behind the new end can no "
	"longer be reached.",
	NULL,
	"Shrink the file system first, then allow it by name: --allow=shrink:VOLUME.",
};

const struct finding_kind F_PLAN_NO_DEVICE = {
	"plan.no-device", SEV_ERROR, BY_DEVICE, "a device of the layout is not on this machine",
	"Checking and compiling do without it, since the layout gives its size; tables need the device "
	"itself. Image files are never made on the way: an empty one in place of one that was mislaid would "
	"hide the loss.",
	NULL,
	"Attach the device, correct its name, or make the image file.",
};

const struct finding_kind F_PLAN_READ_ONLY = {
	"plan.read-only", SEV_ERROR, BY_SAFETY, "a writable volume would stand on a read-only device",
	"The kernel takes such a table, and fails every write that comes later. A disk can be read-only for a "
	"switch on it, blockdev --setro, losetup -r, or because it is failing.",
	"devices: {d: {path: /dev/loop0}}   # after losetup -r\nvolumes:\n  v: {target: linear, device: d}\n",
	"Say `read_only: true` for the volume, or make the device writable.",
};

const struct finding_kind F_PLAN_NO_TARGET = {
	"plan.no-target", SEV_ERROR, BY_DEVICE, "the running kernel lacks a target",
	"Its release usually has it, but this kernel was built without it, or its module is not installed or "
	"cannot be loaded.",
	NULL,
	"Install the package with the kernel's other modules, or try `modprobe dm-TARGET` to see what is wrong.",
};

const struct finding_kind F_PLAN_FORMAT = {
	"plan.format", SEV_ERROR, BY_SAFETY, "a new volume would write over something",
	"The kernel formats blank metadata when a table is loaded, and with new metadata what the data "
	"devices held is lost. Here a device holds a signature (of a file system, LUKS, LVM …), or bytes "
	"that are not blank where the metadata should be.",
	NULL,
	"Look at the device (blkid -p, wipefs -n). If it may go, allow it by name: --allow=format:VOLUME.",
};

const struct finding_kind F_PLAN_STALE = {
	"plan.stale", SEV_ERROR, BY_SAFETY, "a saved plan is no longer true",
	"Devices, running tables or the layout have changed since it was made; what was looked at and agreed "
	"to is not what would happen now.",
	NULL,
	"Make a new plan with `dmc plan --out`.",
};

const struct finding_kind F_PLAN_SYNTAX = {
	"plan.syntax", SEV_ERROR, BY_LANGUAGE, "a saved plan cannot be read",
	"It must be what `dmc plan --out` writes, whole.",
	NULL,
	"Make a new plan with `dmc plan --out`.",
};

const struct finding_kind F_APPLY_FAILED = {
	"apply.failed", SEV_ERROR, BY_SYSTEM, "the kernel refused a step",
	"What was done before is undone in reverse, so that the devices are as they were.",
	NULL,
	"The kernel's own words say what it objects to.",
};

const struct finding_kind F_APPLY_BUSY = {
	"apply.busy", SEV_ERROR, BY_BUSY, "a step met a device that is in use",
	"Somebody holds the device, or its name, uuid or minor number. What was done before is undone.",
	NULL,
	"Find the user (lsof, lsblk, dmsetup ls --tree) and try again.",
};

const struct finding_kind F_APPLY_ABSENT = {
	"apply.absent", SEV_ERROR, BY_DEVICE, "a step met a device that is not there",
	"It vanished after the plan was made, or the kernel lacks the target's module. What was done "
	"before is undone.",
	NULL,
	"Attach the device, or load the module, and try again.",
};

const struct finding_kind F_APPLY_INTERRUPTED = {
	"apply.interrupted", SEV_ERROR, BY_SYSTEM, "a signal came while changes were made",
	"What was done before is undone in reverse.",
	NULL,
	"Run it again when it may finish.",
};

const struct finding_kind F_APPLY_UNDO = {
	"apply.undo-failed", SEV_ERROR, BY_SYSTEM, "a step could not be undone",
	"After a failure everything that was done is undone in reverse; this one step the kernel refused "
	"to take back.",
	NULL,
	"`dmc plan` shows how the devices stand now; `dmc apply` or `dmc remove` goes on from there.",
};

const struct finding_kind *const plan_findings[] = {
	&F_RUNNING_LIST, &F_RUNNING_GONE, &F_RUNNING_ABSENT, &F_RUNNING_NO_TABLE, &F_STATE_SYNTAX,
	&F_PLAN_NAME_TAKEN, &F_PLAN_UUID_TAKEN, &F_PLAN_LOOP, &F_PLAN_OPEN, &F_PLAN_TYPE, &F_PLAN_IN_USE,
	&F_PLAN_SHRINK, &F_PLAN_NO_DEVICE, &F_PLAN_READ_ONLY, &F_PLAN_NO_TARGET, &F_PLAN_STALE,
	&F_PLAN_SYNTAX, &F_PLAN_FORMAT,
	&F_APPLY_FAILED, &F_APPLY_BUSY, &F_APPLY_ABSENT, &F_APPLY_INTERRUPTED, &F_APPLY_UNDO, NULL,
};
