/* Kinds of findings of the layout language. */
#include "layout/internal.h"

const struct finding_kind F_VERSION = {
	"layout.version", SEV_ERROR, BY_LANGUAGE,
	"a layout does not say its language version",
	"The first key of a layout is `dmc: 1`, so that later versions of the language cannot"
	" be mistaken for this one.",
	"volumes: {}\n",
	"Write `dmc: 1` as the first line.",
};

const struct finding_kind F_VERSION_NEWER = {
	"layout.version-unknown", SEV_ERROR, BY_LANGUAGE,
	"a layout is written in a language version that this program does not know",
	"A later dmc wrote it, or the number is wrong; guessing could change data.",
	"dmc: 2\n",
	"Use the dmc that the file was written for.",
};

const struct finding_kind F_TYPE = {
	"layout.type", SEV_ERROR, BY_LANGUAGE,
	"a value has the wrong shape",
	"The key takes a word, a list or a map, and found another of the three.",
	"dmc: 1\n"
	"volumes: [a, b]\n",
	"Write the shape that the message names; `dmc schema` and dmc.yaml(5) show it.",
};

const struct finding_kind F_UNKNOWN_KEY = {
	"layout.unknown-key", SEV_ERROR, BY_LANGUAGE,
	"a key is not known here",
	"Keys are never ignored: a mistyped one would silently do nothing.",
	"dmc: 1\n"
	"volume: {}\n",
	"Correct the spelling, or remove the key.",
};

const struct finding_kind F_MISSING_KEY = {
	"layout.missing-key", SEV_ERROR, BY_LANGUAGE,
	"a key is missing",
	"The target (or the language) needs the value and has no default for it.",
	"dmc: 1\n"
	"devices: {d: {file: d.img, size: 1MiB}}\n"
	"volumes:\n"
	"  v: {target: striped, stripes: [d], size: 1MiB}\n",
	"Add the key that the message names.",
};

const struct finding_kind F_BOOLEAN = {
	"layout.boolean", SEV_ERROR, BY_LANGUAGE,
	"a value must be true or false",
	"YAML 1.2 has two booleans. yes, no, on and off are words there, and were booleans in"
	" YAML 1.1.",
	"dmc: 1\n"
	"volumes:\n"
	"  v: {target: zero, size: 1MiB, read_only: yes}\n",
	"Write true or false.",
};

const struct finding_kind F_SIZE = {
	"layout.size", SEV_ERROR, BY_LANGUAGE,
	"a size or duration cannot be read",
	"A size is digits and a unit: s (512-byte sectors), B, KiB, MiB, GiB, TiB, PiB, kB, "
	"MB, GB, TB, PB or %; a duration has ms, s, min or h.",
	"dmc: 1\n"
	"volumes:\n"
	"  v: {target: zero, size: 1Mib}\n",
	"Use one of the units.",
};

const struct finding_kind F_NO_UNIT = {
	"layout.no-unit", SEV_ERROR, BY_LANGUAGE,
	"a size or duration has no unit",
	"A bare number could be bytes, sectors or kilobytes, and tools differ; so none is "
	"accepted.",
	"dmc: 1\n"
	"volumes:\n"
	"  v: {target: zero, size: 2048}\n",
	"Add the unit: s for sectors, B for bytes.",
};

const struct finding_kind F_NOT_SECTORS = {
	"layout.not-sectors", SEV_ERROR, BY_LANGUAGE,
	"a size is no whole number of sectors",
	"Devices and tables count in sectors of 512 bytes, and nothing is rounded silently.",
	"dmc: 1\n"
	"volumes:\n"
	"  v: {target: zero, size: 1000B}\n",
	"Round to a multiple of 512 bytes.",
};

const struct finding_kind F_PERCENT = {
	"layout.percent", SEV_ERROR, BY_LANGUAGE,
	"a percentage has nothing to count from",
	"% counts from the device under the volume, whose size must be known.",
	"dmc: 1\n"
	"volumes:\n"
	"  v: {target: zero, size: 50%}\n",
	"Write an absolute size, or give the device's `size`.",
};

const struct finding_kind F_INTEGER = {
	"layout.integer", SEV_ERROR, BY_LANGUAGE,
	"a value must be a whole number",
	"The key takes decimal digits without a unit.",
	"dmc: 1\n"
	"devices: {p: {file: p.img, size: 1GiB}}\n"
	"volumes:\n"
	"  v: {target: thin, pool: p, id: one, size: 1GiB}\n",
	"Write a number.",
};

const struct finding_kind F_WORD = {
	"layout.empty-value", SEV_ERROR, BY_LANGUAGE,
	"a value is empty",
	"The key was written and its value was not.",
	"dmc: 1\n"
	"name:\n",
	"Write the value, or remove the key.",
};

const struct finding_kind F_LIST_WORD = {
	"layout.list-word", SEV_ERROR, BY_LANGUAGE,
	"a list holds a word that the target does not know",
	"The list takes a fixed set of words.",
	"dmc: 1\n"
	"devices: {m: {file: m.img, size: 16MiB}, d: {file: d.img, size: 1GiB}}\n"
	"volumes:\n"
	"  p: {target: thin-pool, metadata: m, data: d, block_size: 64KiB, features: [readonly]}\n",
	"Correct the spelling; `dmc targets NAME` lists the words.",
};

const struct finding_kind F_NAME = {
	"layout.name", SEV_ERROR, BY_LANGUAGE,
	"a name cannot be used",
	"Names of device-mapper devices have 1 to 127 bytes and no slash, uuids at most 128 "
	"bytes.",
	"dmc: 1\n"
	"volumes:\n"
	"  a/b: {target: zero, size: 1MiB}\n",
	"Choose a shorter name without slashes.",
};

const struct finding_kind F_NAME_TWICE = {
	"layout.name-twice", SEV_ERROR, BY_LANGUAGE,
	"two devices or volumes have the same name",
	"Devices and volumes share one set of names, as a reference must mean one thing. "
	"Linear volumes that a slice gets beneath a whole-device word are called VOLUME-ROLE "
	"and count, too.",
	"dmc: 1\n"
	"devices: {a: {file: a.img, size: 1MiB}}\n"
	"volumes:\n"
	"  a: {target: zero, size: 1MiB}\n",
	"Rename one of them.",
};

const struct finding_kind F_UNKNOWN_NAME = {
	"layout.unknown-name", SEV_ERROR, BY_LANGUAGE,
	"a reference names nothing",
	"A reference is the name of a device, DEVICE.SLICE, or the name of a volume.",
	"dmc: 1\n"
	"volumes:\n"
	"  v: {target: linear, device: disk}\n",
	"Correct the name, or declare the device under `devices:`.",
};

const struct finding_kind F_SELECTOR = {
	"layout.selector", SEV_ERROR, BY_LANGUAGE,
	"a device does not say which one it is",
	"Exactly one of path, file, dev, uuid, partuuid, label, partlabel, serial, wwn "
	"selects a device.",
	"dmc: 1\n"
	"devices:\n"
	"  d: {size: 1GiB}\n",
	"Give one selector.",
};

const struct finding_kind F_SLICES = {
	"layout.slice", SEV_ERROR, BY_LANGUAGE,
	"a slice does not fit",
	"Slices are ranges in order: each starts where the one before ends (or behind, with "
	"`offset`) and all lie on the device.",
	"dmc: 1\n"
	"devices:\n"
	"  d: {file: d.img, size: 1MiB, slices: {a: 2MiB}}\n",
	"Make the slices smaller; `rest` takes all that is left.",
};

const struct finding_kind F_INCLUDE = {
	"layout.include", SEV_ERROR, BY_LANGUAGE,
	"an included file cannot be used",
	"The file cannot be read, or is included already.",
	"dmc: 1\n"
	"include: gone.yaml\n",
	"Correct the path: it is relative to the file that includes it.",
};

const struct finding_kind F_PARAM = {
	"layout.param", SEV_ERROR, BY_LANGUAGE,
	"a parameter is not defined",
	"A whole value of the form $name stands for the entry of `params:`; $$ at its start "
	"stands for a $.",
	"dmc: 1\n"
	"volumes:\n"
	"  v: {target: zero, size: $size}\n",
	"Define it under `params:`, or quote the value.",
};

const struct finding_kind F_CYCLE = {
	"layout.cycle", SEV_ERROR, BY_LANGUAGE,
	"volumes are built on each other in a circle",
	"Every volume must end on devices. The kernel does not detect such loops and hangs on"
	" I/O.",
	"dmc: 1\n"
	"volumes:\n"
	"  a: {target: linear, device: b, size: 1MiB}\n"
	"  b: {target: linear, device: a, size: 1MiB}\n",
	"Break the circle at one of the references in the path.",
};

const struct finding_kind F_NO_TARGET = {
	"layout.no-target", SEV_ERROR, BY_LANGUAGE,
	"a volume or segment has no target",
	"Every volume is one segment, or has a list of `segments`; each names its target.",
	"dmc: 1\n"
	"volumes:\n"
	"  v: {size: 1MiB}\n",
	"Add `target`; `dmc targets` lists them.",
};

const struct finding_kind F_NO_SIZE = {
	"layout.no-size", SEV_ERROR, BY_LANGUAGE,
	"the size of a segment is not known",
	"`size` may be left out where the devices underneath give it: all that is left.",
	"dmc: 1\n"
	"volumes:\n"
	"  v: {target: zero}\n",
	"Add `size`.",
};

const struct finding_kind F_UNIT_WHOLE = {
	"layout.not-a-multiple", SEV_ERROR, BY_LANGUAGE,
	"a value is no multiple of the unit that the table counts in",
	"The table's word counts in sectors, blocks or milliseconds, and nothing is rounded "
	"silently.",
	"dmc: 1\n"
	"devices: {m: {file: m.img, size: 16MiB}, d: {file: d.img, size: 1GiB}}\n"
	"volumes:\n"
	"  p: {target: thin-pool, metadata: m, data: d, block_size: 64KiB, low_water: 100KiB}\n",
	"Round to the unit in the message.",
};

const struct finding_kind F_KEY_SOURCE = {
	"layout.key-source", SEV_ERROR, BY_LANGUAGE,
	"a key's source is not clear",
	"A key is {file: PATH}, {fd: N}, {keyring: TYPE:DESCRIPTION, size: SIZE} or {prompt: "
	"true, size: SIZE}.",
	"dmc: 1\n"
	"devices: {d: {file: d.img, size: 1MiB}}\n"
	"volumes:\n"
	"  v: {target: crypt, cipher: aes-xts-plain64, key: {prompt: true}, device: d}\n",
	"Use one of the forms, with the key's size where it cannot be read now.",
};

const struct finding_kind F_KEY_READ = {
	"layout.key-unreadable", SEV_ERROR, BY_DEVICE,
	"a key cannot be read",
	"The file does not exist, may not be read, or is larger than any key.",
	"dmc: 1\n"
	"devices: {d: {file: d.img, size: 1MiB}}\n"
	"volumes:\n"
	"  v: {target: crypt, cipher: aes-xts-plain64, key: {file: gone.key}, device: d}\n",
	"Make the file readable, or add the key's `size`.",
};

const struct finding_kind F_KEY_IN_FILE = {
	"layout.key-in-file", SEV_ERROR, BY_LANGUAGE,
	"a secret is written into the layout",
	"Layouts are shared, committed and printed. A key in it would be no secret.",
	"dmc: 1\n"
	"devices: {d: {file: d.img, size: 1MiB}}\n"
	"volumes:\n"
	"  v: {target: crypt, cipher: aes-xts-plain64, key: 00ff, device: d}\n",
	"Put the key into a file of mode 0600 and refer to that.",
};

const struct finding_kind F_DEVICE_AMBIGUOUS = {
	"device.ambiguous", SEV_ERROR, BY_DEVICE,
	"several devices match a selector",
	"Copies of disks carry the same uuid or label; picking one could write to the wrong "
	"disk.",
	NULL,
	"Select by path, serial or wwn instead.",
};

const struct finding_kind F_DEVICE_SIZE = {
	"device.size", SEV_ERROR, BY_DEVICE,
	"a device is smaller than the layout says",
	"The size in the layout and that of the device that was found differ.",
	NULL,
	"Correct `size`, or leave it out to take the device's own.",
};

const struct finding_kind F_REF_RANGE = {
	"layout.range", SEV_ERROR, BY_LANGUAGE,
	"a reference goes past the end of its device or slice",
	"Offset and size of a reference must lie inside what it names.",
	"dmc: 1\n"
	"devices: {d: {file: d.img, size: 1MiB}}\n"
	"volumes:\n"
	"  v: {target: linear, device: {device: d, offset: 2MiB}}\n",
	"Use a smaller offset or size.",
};

const struct finding_kind *const layout_findings[] = {
	&F_VERSION, &F_VERSION_NEWER, &F_TYPE, &F_UNKNOWN_KEY, &F_MISSING_KEY, &F_BOOLEAN, &F_SIZE,
	&F_NO_UNIT, &F_NOT_SECTORS, &F_PERCENT, &F_INTEGER, &F_WORD, &F_LIST_WORD, &F_NAME,
	&F_NAME_TWICE, &F_UNKNOWN_NAME, &F_SELECTOR, &F_SLICES, &F_INCLUDE, &F_PARAM, &F_CYCLE,
	&F_NO_TARGET, &F_NO_SIZE, &F_UNIT_WHOLE, &F_KEY_SOURCE, &F_KEY_READ, &F_KEY_IN_FILE,
	&F_DEVICE_AMBIGUOUS, &F_DEVICE_SIZE, &F_REF_RANGE, NULL,
};
