/* Kinds of findings that hold for every target. */
#include "target/params.h"
#include "target/table.h"

#define KERNEL SEV_ERROR, BY_KERNEL

const struct finding_kind F_WORDS_MISSING = {
	"target.words-missing", KERNEL, "a table line ends too early",
	"Every target wants its words in a fixed order and number; the kernel refuses a line that "
	"is cut short.",
	"table: 0 2048 linear /dev/sda\n",
	"Add the missing words; `dmc targets NAME` shows them in order.",
};

const struct finding_kind F_WORDS_EXTRA = {
	"target.words-extra", KERNEL, "a table line has words too many",
	"The target counts its words and refuses more than it knows.",
	"table: 0 2048 linear /dev/sda 0 0\n",
	"Remove the words behind the last known one.",
};

const struct finding_kind F_WORDS_IGNORED = {
	"target.words-ignored", SEV_WARNING, BY_ADVICE, "the kernel ignores words at the end of a line",
	"The target stops reading behind its last counted group. What follows has no effect and is "
	"not printed back, so it is most likely a mistake (an option outside the count).",
	"table: 0 2048 flakey /dev/sda 0 60 5 0 drop_writes\n",
	"Count the words into the option group, or remove them.",
};

const struct finding_kind F_NUMBER = {
	"target.number", KERNEL, "a word that must be a number is none",
	"Numbers in a table are decimal digits without sign, unit or prefix, and must fit the "
	"kernel's variable.",
	"table: 0 2048 linear /dev/sda 0x10\n",
	"Write the number in plain decimal digits.",
};

const struct finding_kind F_RANGE = {
	"target.range", KERNEL, "a value is outside the range that the target takes",
	"The kernel compares the value with fixed limits and refuses the table.",
	"volumes:\n  p: {target: thin-pool, metadata: a, data: b, block_size: 32KiB}\n",
	"Choose a value within the range in the message.",
};

const struct finding_kind F_POWER_OF_2 = {
	"target.power-of-two", KERNEL, "a value must be a power of two",
	"The target computes with shifts and masks instead of divisions.",
	"volumes:\n  m: {target: mirror, log: {type: core, region_size: 768KiB}, mirrors: [a, b]}\n",
	"Take the next lower or higher power of two.",
};

const struct finding_kind F_CHOICE = {
	"target.choice", KERNEL, "a word is none of the words that the target knows here",
	"The kernel compares the word with a fixed list.",
	"volumes:\n  c: {target: cache, metadata: m, cache: f, origin: o, block_size: 64KiB, policy: fast}\n",
	"Use one of the words in the message; `dmc targets NAME` lists them.",
};

const struct finding_kind F_OPTION_UNKNOWN = {
	"target.option-unknown", KERNEL, "the target does not know an option",
	"An option word is compared with a fixed list, and an unknown one refuses the table.",
	"table: 0 2048 crypt aes-xts-plain64 - 0 /dev/sda 0 1 allow_discard\n",
	"Correct the spelling; `dmc targets NAME` lists the options.",
};

const struct finding_kind F_OPTION_TWICE = {
	"target.option-twice", KERNEL, "an option is given twice",
	"The target refuses the second one instead of choosing.",
	"table: 0 2048 flakey /dev/sda 0 60 5 2 drop_writes drop_writes\n",
	"Remove one of them.",
};

const struct finding_kind F_OPTION_VALUE = {
	"target.option-value", KERNEL, "an option lacks its value",
	"The option takes the next word as its value, and the counted group ends before it.",
	"table: 0 2048 writecache s /dev/sda /dev/sdb 4096 1 high_watermark\n",
	"Add the value, and count it.",
};

const struct finding_kind F_OPTION_COUNT = {
	"target.option-count", KERNEL, "more option words than the kernel counts up to",
	"The number of option words has a limit of its own, sometimes lower than the number of "
	"options that exist.",
	"volumes:\n  p: {target: thin-pool, metadata: a, data: b, block_size: 64KiB,\n"
	"      features: [skip_block_zeroing, ignore_discard, no_discard_passdown, read_only, "
	"error_if_no_space]}\n",
	"Leave out options that others imply, or options that equal the default.",
};

const struct finding_kind F_COUNT = {
	"target.count", KERNEL, "a count does not fit what follows",
	"Groups in a table line start with the number of their words; it must be in range and the "
	"words must be there.",
	"table: 0 2048 cache /dev/a /dev/b /dev/c 128 3 writeback smq 0\n",
	"Correct the count.",
};

const struct finding_kind F_HEX = {
	"target.hex", KERNEL, "a word must be an even number of hexadecimal digits",
	"Digests and salts are given as bytes, two digits each.",
	"expect: []\nvolumes:\n  v: {target: verity, salt: xyz}\n",
	"Copy the value from the tool that made it, without blanks or prefix.",
};

const struct finding_kind F_KEY = {
	"target.key", KERNEL, "a key cannot be used",
	"A key on a table line is hexadecimal digits, or :SIZE:TYPE:DESCRIPTION of a key in the "
	"kernel's keyring.",
	"table: 0 2048 crypt aes-xts-plain64 secret 0 /dev/sda 0\n",
	"In a layout, refer to the key by file, fd, keyring or prompt.",
};

const struct finding_kind F_SINCE = {
	"target.not-in-kernel", KERNEL, "the kernel does not have this word yet",
	"The option came with a later version of the target than the kernel profile has.",
	"requires: {kernel: \"5.4\"}\nvolumes:\n  c: {target: crypt, no_read_workqueue: true}\n",
	"Leave the option out, or raise the kernel that the layout requires.",
};

const struct finding_kind F_TARGET_SINCE = {
	"target.no-such-target", KERNEL, "the kernel does not have this target",
	"The target came with a later kernel than the profile, or is not part of it.",
	"requires: {kernel: \"5.4\"}\nvolumes:\n  v: {target: vdo}\n",
	"Use another target, or raise the kernel that the layout requires.",
};

const struct finding_kind F_TARGET_UNKNOWN = {
	"target.unknown", KERNEL, "no kernel has a target of this name",
	"Target names are exact: lower case, at most 15 bytes.",
	"volumes:\n  v: {target: stripe}\n",
	"Correct the spelling; `dmc targets` lists them.",
};

const struct finding_kind F_DEVICE_LOOKUP = {
	"device.lookup", KERNEL, "a device word does not name a block device",
	"The kernel looks the path or MAJOR:MINOR up when it loads the table.",
	"devices:\n  d: {path: /etc/passwd}\n",
	"Name a block device.",
};

const struct finding_kind F_DEVICE_ABSENT = {
	"device.absent", SEV_ERROR, BY_DEVICE, "a device is not there",
	"The path does not exist, or no device matches the selector, so its size and limits are "
	"unknown and the kernel would refuse the table.",
	"devices:\n  d: {path: /dev/disk/by-id/gone}\n",
	"Attach the device, correct the name, or give its `size` so that the layout can be checked "
	"without it.",
};

const struct finding_kind F_DEVICE_SELF = {
	"device.self", KERNEL, "a table refers to its own device",
	"A device cannot be built on itself. Kernels before 6.8 accept such a table, and the device "
	"can then never be removed.",
	"volumes:\n  v: {target: linear, device: v, size: 1MiB}\n",
	"Name the device underneath.",
};

const struct finding_kind F_REQUIRED = {
	"target.required", KERNEL, "a target lacks something it needs",
	"The kernel takes the words one by one, but refuses this combination without the missing one.",
	"volumes:\n  m: {target: mirror, features: [keep_log]}\n",
	"Add what the message names.",
};

const struct finding_kind F_CONFLICT = {
	"target.conflict", KERNEL, "two words of a target exclude each other",
	"Each is fine alone; the kernel refuses them together.",
	"volumes:\n  f: {target: flakey, drop_writes: true, error_writes: true}\n",
	"Keep one of them.",
};
