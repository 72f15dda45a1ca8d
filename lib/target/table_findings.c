/* Kinds of findings that the device-mapper core is the author of. */
#include "target/params.h"
#include "target/table.h"

#define KERNEL SEV_ERROR, BY_KERNEL

const struct finding_kind F_TABLE_EMPTY = {
	"table.empty", KERNEL, "a table has no lines",
	"The kernel refuses to load a table without targets.",
	"volumes:\n  v: {segments: []}\n",
	"Give the volume at least one target.",
};

const struct finding_kind F_TABLE_ZERO_LENGTH = {
	"table.zero-length", KERNEL, "a line of a table has no length",
	"Every line maps at least one sector.",
	"volumes:\n  v: {target: zero, size: 0B}\n",
	"Give the segment a size, or remove it.",
};

const struct finding_kind F_TABLE_TOO_LARGE = {
	"table.too-large", KERNEL, "a table ends behind the largest device size",
	"Sizes are signed 64-bit bytes in the kernel: 8 EiB less one sector at most.",
	"volumes:\n  v: {target: zero, size: 9000PiB}\n",
	"Choose a smaller size.",
};

const struct finding_kind F_TABLE_GAP = {
	"table.gap", KERNEL, "lines of a table do not follow each other",
	"The first line starts at sector 0 and each following one where the one before ended.",
	"table: 0 8 linear /dev/sda 0\ntable: 16 8 linear /dev/sda 8\n",
	"Correct the start; use an `error` or `zero` segment for a hole.",
};

const struct finding_kind F_TABLE_SINGLETON = {
	"table.singleton", KERNEL, "a target must be alone in its table",
	"The target uses the whole device and cannot share it with other lines.",
	"volumes:\n  v:\n    segments:\n      - {target: thin-pool, metadata: a, data: b, block_size: 64KiB}\n"
	"      - {target: zero, size: 1MiB}\n",
	"Make it a volume of its own, and refer to that.",
};

const struct finding_kind F_TABLE_IMMUTABLE = {
	"table.immutable", KERNEL, "targets that cannot be mixed",
	"A table that starts with an immutable target may hold only lines of the same target.",
	"volumes:\n  v:\n    segments:\n      - {target: verity, data: a, hash: b}\n"
	"      - {target: zero, size: 1MiB}\n",
	"Make it a volume of its own, and refer to that.",
};

const struct finding_kind F_TABLE_READ_ONLY = {
	"table.read-only-needed", KERNEL, "the target works in read-only tables only",
	"It has nothing to write to.",
	"volumes:\n  v: {target: verity, read_only: false}\n",
	"Set `read_only: true`, or leave the key out.",
};

const struct finding_kind F_TABLE_WRITABLE = {
	"table.writable-needed", KERNEL, "the target does not work in a read-only table",
	"It writes metadata even when nothing writes to the device.",
	"volumes:\n  p: {target: thin-pool, read_only: true}\n",
	"Remove `read_only`; thin-pool has the feature read_only for a pool that must not change.",
};

const struct finding_kind F_TABLE_LINES = {
	"table.too-many-lines", KERNEL, "a table has too many lines",
	"The kernel takes at most 1048576 targets in a table.",
	"volumes: {v: {segments: [1048577 of them]}}\n",
	"Put part of the segments into a volume of their own and refer to that.",
};

const struct finding_kind F_AREA_TOO_SMALL = {
	"area.too-small", KERNEL, "a device is smaller than what is used of it",
	"The kernel compares start and length with the device's size: at the first load of a device "
	"at once, at a reload only at resume, which then leaves the device suspended.",
	"devices: {d: {file: disk.img, size: 1MiB}}\nvolumes:\n"
	"  v: {target: linear, device: d, size: 2MiB}\n",
	"Use a smaller size or offset, or a larger device.",
};

const struct finding_kind F_AREA_ALIGNMENT = {
	"area.alignment", KERNEL, "a range is not aligned to the logical block size",
	"Start and length of a range must be whole logical blocks of the device (or of the target, "
	"where that is larger).",
	"devices: {d: {file: disk.img, size: 1MiB, logical_block_size: 4096}}\nvolumes:\n"
	"  v: {target: linear, device: d, offset: 1s, size: 8s}\n",
	"Round start and length to the block size in the message.",
};

const struct finding_kind F_AREA_ZONES = {
	"area.zones", KERNEL, "a range of a zoned device does not consist of whole zones",
	"On zoned devices start and length must be multiples of the zone size.",
	"devices: {d: {path: /dev/zoned, zone_size: 256MiB}}\nvolumes:\n"
	"  v: {target: linear, device: d, size: 100MiB}\n",
	"Round start and length to whole zones.",
};

const struct finding_kind F_TABLE_ALIGNMENT = {
	"table.alignment", KERNEL, "a line boundary cuts a logical block",
	"A request of one logical block of the table must not fall on two lines that cannot take a "
	"part of it, and the table's length must be whole blocks.",
	"devices: {d: {file: a.img, size: 1MiB, logical_block_size: 4096}, e: {file: b.img, size: 1MiB}}\n"
	"volumes:\n  v:\n    segments:\n      - {target: linear, device: e, size: 4s}\n"
	"      - {target: linear, device: d, size: 8s}\n",
	"Make the segments whole multiples of the largest logical block size.",
};

const struct finding_kind F_TABLE_BLOCK_SIZE = {
	"table.block-size", KERNEL, "the logical block size of a table is larger than a page",
	"Kernels from 6.12 refuse limits with a logical block size above the page size.",
	"devices: {d: {file: a.img, size: 1MiB, logical_block_size: 8192}}\nvolumes:\n"
	"  v: {target: linear, device: d}\n",
	"Use devices or options with blocks of at most 4096 bytes.",
};

const struct finding_kind F_TABLE_NOT_AT_ZERO = {
	"table.not-at-zero", SEV_ERROR, BY_DATA, "a target that cannot stand behind others",
	"The kernel accepts the table, but the target does not subtract the start of its line from the "
	"sectors it is asked for, and reads and writes at the wrong place.",
	"volumes:\n  v:\n    segments:\n      - {target: zero, size: 1MiB}\n"
	"      - {target: snapshot, origin: a, cow: b, chunk_size: 4KiB}\n",
	"Make it a volume of its own, and map that with a linear segment.",
};

const struct finding_kind F_ZONED_UNSUPPORTED = {
	"table.zoned", KERNEL, "zoned devices that cannot be used like this",
	"Zones must be written in order, and few targets pass that on: linear, flakey, crypt (from Linux 5.10), error (from "
	"6.8) and delay (from 6.17) on zoned devices alone, zoned on any. All zones of a table have one size, a power of two.",
	"devices: {d: {path: /dev/zoned, zone_size: 256MiB}}\nvolumes:\n"
	"  v: {target: striped, chunk_size: 64KiB, stripes: [d]}\n",
	"Put a zoned target between the device and this one.",
};

const struct finding_kind *const target_findings[] = {
	&F_WORDS_MISSING, &F_WORDS_EXTRA, &F_WORDS_IGNORED, &F_NUMBER, &F_RANGE, &F_POWER_OF_2,
	&F_CHOICE, &F_OPTION_UNKNOWN, &F_OPTION_TWICE, &F_OPTION_VALUE, &F_OPTION_COUNT, &F_COUNT,
	&F_HEX, &F_KEY, &F_SINCE, &F_TARGET_SINCE, &F_TARGET_UNKNOWN, &F_DEVICE_LOOKUP,
	&F_DEVICE_ABSENT, &F_DEVICE_SELF, &F_REQUIRED, &F_CONFLICT, &F_TABLE_EMPTY,
	&F_TABLE_ZERO_LENGTH, &F_TABLE_TOO_LARGE, &F_TABLE_GAP, &F_TABLE_SINGLETON,
	&F_TABLE_IMMUTABLE, &F_TABLE_READ_ONLY, &F_TABLE_WRITABLE, &F_TABLE_LINES,
	&F_AREA_TOO_SMALL, &F_AREA_ALIGNMENT, &F_AREA_ZONES, &F_TABLE_ALIGNMENT,
	&F_TABLE_BLOCK_SIZE, &F_TABLE_NOT_AT_ZERO, &F_ZONED_UNSUPPORTED, NULL,
};
