/* Kinds of findings over a whole layout. */
#include "compile/check.h"

const struct finding_kind F_OVERLAP = {
	"overlap", SEV_ERROR, BY_DATA,
	"two users of a device share sectors",
	"Both write to the same place and destroy each other's data. The kernel does not look"
	" for overlaps.",
	"dmc: 1\n"
	"devices: {a: {file: a.img, size: 64MiB}, b: {file: b.img, size: 64MiB}}\n"
	"volumes:\n"
	"  x: {target: linear, device: a, size: 8MiB}\n"
	"  y: {target: linear, device: a, offset: 4MiB, size: 8MiB}\n",
	"Move one of them, or use `slices:`, which cannot overlap.",
};

const struct finding_kind F_DEVICE_TWICE = {
	"device.twice", SEV_WARNING, BY_ADVICE,
	"two names stand for one device",
	"Ranges are compared per device all the same, but a reader of the file will take them"
	" for two disks.",
	"dmc: 1\n"
	"devices: {a: {file: a.img, size: 1MiB}, b: {file: a.img, size: 1MiB}}\n"
	"volumes: {}\n",
	"Use one name.",
};

const struct finding_kind F_DM_NAME_TWICE = {
	"volume.dm-name-twice", SEV_ERROR, BY_KERNEL,
	"two volumes would have the same device name",
	"Names of device-mapper devices are unique in the kernel.",
	"dmc: 1\n"
	"volumes:\n"
	"  a: {target: zero, size: 1MiB}\n"
	"  b: {target: zero, size: 1MiB, dm_name: a}\n",
	"Change one `dm_name`.",
};

const struct finding_kind F_DM_UUID_TWICE = {
	"volume.dm-uuid-twice", SEV_ERROR, BY_KERNEL,
	"two volumes would have the same device uuid",
	"Uuids of device-mapper devices are unique in the kernel.",
	"dmc: 1\n"
	"volumes:\n"
	"  a: {target: zero, size: 1MiB, dm_uuid: U}\n"
	"  b: {target: zero, size: 1MiB, dm_uuid: U}\n",
	"Change one `dm_uuid`.",
};

const struct finding_kind F_DM_NAME_RESERVED = {
	"volume.dm-name-reserved", SEV_ERROR, BY_KERNEL,
	"a device name is reserved",
	"/dev/mapper/control is the kernel's own node; `.` and `..` are directories. Linux "
	"refuses the three names from 6.8 on.",
	"dmc: 1\n"
	"volumes:\n"
	"  control: {target: zero, size: 1MiB}\n",
	"Choose another name.",
};

const struct finding_kind F_DM_NAME_MANGLED = {
	"volume.dm-name-mangled", SEV_ERROR, BY_DATA,
	"a device name is too long for its node",
	"Bytes other than 0-9 A-Z a-z # + - . : = @ _ are written as \\xNN in /dev/mapper, and"
	" the result must fit 127 bytes.",
	"dmc: 1\n"
	"volumes:\n"
	"  \"                                        \": {target: zero, size: 1MiB}\n",
	"Use a shorter name, or plainer letters.",
};

const struct finding_kind F_DM_NAME_ESCAPED = {
	"volume.dm-name-escaped", SEV_ERROR, BY_DATA,
	"a device name is escaped in part",
	"A name with \\xNN in it is taken as escaped already, as dmsetup does it. Then no byte that"
	" would have to be escaped may stand beside it, each \\x needs two digits, and nothing may"
	" be escaped twice.",
	"dmc: 1\n"
	"volumes:\n"
	"  data: {target: zero, size: 1MiB, dm_name: 'my\\x20other vol'}\n",
	"Write the name as it is meant, without escapes.",
};

const struct finding_kind F_UNSTABLE_NAME = {
	"device.name-unstable", SEV_WARNING, BY_ADVICE,
	"a device is named by the order of its discovery",
	"/dev/sdX, /dev/vdX and /dev/nvmeN are given out anew at every boot; the table could "
	"be loaded on another disk.",
	"dmc: 1\n"
	"devices: {d: {path: /dev/sdz, size: 1GiB}}\n"
	"volumes: {}\n",
	"Use a name under /dev/disk/by-id, or another selector.",
};

const struct finding_kind F_PLAINTEXT = {
	"stack.plaintext-copy", SEV_WARNING, BY_DATA,
	"data that is encrypted on one device is written in the clear to another",
	"A cache, a write cache, a snapshot store or a log above an encrypted device sees the"
	" data before encryption and keeps copies of it.",
	"dmc: 1\n"
	"devices: {a: {file: a.img, size: 64MiB}, b: {file: b.img, size: 64MiB}}\n"
	"volumes:\n"
	"  c: {target: crypt, cipher: aes-xts-plain64, key: {prompt: true, size: 64B}, device: a}\n"
	"  w: {target: writecache, mode: s, origin: c, cache: b, block_size: 4096B}\n",
	"Put the crypt volume on top, or encrypt the other device as well.",
};

const struct finding_kind F_UNHEALABLE = {
	"stack.integrity-above-redundancy", SEV_WARNING, BY_ADVICE,
	"integrity stands above redundancy",
	"A checksum error above a mirror or RAID is only an I/O error: the layer underneath "
	"believes all its copies. With integrity below each leg the same error makes the RAID"
	" read the other copy and repair it.",
	"dmc: 1\n"
	"devices: {a: {file: a.img, size: 64MiB}, b: {file: b.img, size: 64MiB}}\n"
	"volumes:\n"
	"  m: {target: mirror, log: {type: core, region_size: 512KiB}, mirrors: [a, b]}\n"
	"  i: {target: integrity, device: m, mode: J, internal_hash: crc32c, size: 32MiB}\n",
	"Put an integrity volume on every leg, and the mirror or RAID on those.",
};

const struct finding_kind F_DISCARD_LOST = {
	"stack.discard-swallowed", SEV_WARNING, BY_ADVICE,
	"discards are sent down and end in a layer below",
	"The upper volume passes freed space down, and a layer underneath does not forward "
	"it, so the disk never learns of it.",
	"dmc: 1\n"
	"devices: {a: {file: a.img, size: 64MiB}, b: {file: b.img, size: 64MiB}}\n"
	"volumes:\n"
	"  c: {target: crypt, cipher: aes-xts-plain64, key: {prompt: true, size: 64B}, device: a}\n"
	"  p: {target: thin-pool, metadata: b, data: c, block_size: 64KiB}\n",
	"Allow discards in the lower layer (crypt: allow_discards), or switch passdown off "
	"above (thin-pool: no_discard_passdown).",
};

const struct finding_kind F_MISALIGNED = {
	"stack.misaligned", SEV_WARNING, BY_ADVICE,
	"a mapping does not start on a physical block",
	"Writes of a whole block then touch two blocks of the disk, which reads and writes "
	"both.",
	"dmc: 1\n"
	"devices: {a: {file: a.img, size: 1MiB, logical_block_size: 512, physical_block_size: 4096}}\n"
	"volumes:\n"
	"  v: {target: linear, device: a, offset: 1s, size: 8s}\n",
	"Use an offset that is a multiple of the physical block size; 1MiB suits all.",
};

const struct finding_kind F_THIN_ID_TWICE = {
	"thin.id-twice", SEV_ERROR, BY_DATA,
	"two volumes are the same thin device",
	"The kernel lets one thin device be opened several times; both then write to the same"
	" blocks.",
	"dmc: 1\n"
	"devices: {a: {file: a.img, size: 64MiB}, b: {file: b.img, size: 64MiB}}\n"
	"volumes:\n"
	"  p: {target: thin-pool, metadata: a, data: b, block_size: 64KiB}\n"
	"  x: {target: thin, pool: p, id: 1, size: 1GiB}\n"
	"  y: {target: thin, pool: p, id: 1, size: 1GiB}\n",
	"Give every thin volume of a pool an id of its own.",
};

const struct finding_kind F_THIN_SNAPSHOT = {
	"thin.snapshot-origin", SEV_ERROR, BY_DATA,
	"a thin snapshot has no origin in its pool",
	"snapshot_of names a thin volume of the same pool; a device outside the pool is an "
	"external origin, and its key is `origin`.",
	"dmc: 1\n"
	"devices: {a: {file: a.img, size: 64MiB}, b: {file: b.img, size: 64MiB}}\n"
	"volumes:\n"
	"  p: {target: thin-pool, metadata: a, data: b, block_size: 64KiB}\n"
	"  z: {target: zero, size: 1MiB}\n"
	"  s: {target: thin, pool: p, id: 2, snapshot_of: z, size: 1MiB}\n",
	"Name a thin volume of the same pool, or use `origin`.",
};

const struct finding_kind F_POOL_METADATA = {
	"thin-pool.metadata-small", SEV_WARNING, BY_DATA,
	"a pool's metadata device is small for the pool",
	"About 48 bytes of metadata go to every block of data, and 2 MiB are the least. A "
	"pool without room for metadata becomes read-only and needs repair.",
	"dmc: 1\n"
	"devices: {m: {file: m.img, size: 1MiB}, d: {file: d.img, size: 1GiB}}\n"
	"volumes:\n"
	"  p: {target: thin-pool, metadata: m, data: d, block_size: 64KiB}\n",
	"Make the metadata device larger, or use larger blocks.",
};

const struct finding_kind F_POOL_IN_USE = {
	"thin-pool.device-in-use", SEV_ERROR, BY_KERNEL,
	"two pools share a device",
	"The kernel keeps one pool per metadata and per data device.",
	"dmc: 1\n"
	"devices: {a: {file: a.img, size: 64MiB}, b: {file: b.img, size: 64MiB}}\n"
	"volumes:\n"
	"  p: {target: thin-pool, metadata: a, data: b, block_size: 64KiB}\n"
	"  q: {target: thin-pool, metadata: a, data: b, block_size: 64KiB}\n",
	"Give each pool devices of its own.",
};

const struct finding_kind F_EXPECT = {
	"expect.failed", SEV_ERROR, BY_EXPECT,
	"an expectation of the layout does not hold",
	"The author wrote down what must hold, and the layout has changed so that it does "
	"not.",
	"dmc: 1\n"
	"volumes:\n"
	"  v: {target: zero, size: 1MiB}\n"
	"expect:\n"
	"  - {volume: v, min_size: 1GiB}\n",
	"Correct the volume, or the expectation.",
};

const struct finding_kind F_EXPECT_UNKNOWN = {
	"expect.syntax", SEV_ERROR, BY_LANGUAGE,
	"an expectation cannot be read",
	"Bounds are written as \"<= 20\" or \"< 1.5\".",
	"dmc: 1\n"
	"devices: {a: {file: a.img, size: 64MiB}, b: {file: b.img, size: 64MiB}}\n"
	"volumes:\n"
	"  v: {target: zero, size: 1MiB}\n"
	"expect:\n"
	"  - {volume: v, overcommit: many}\n",
	"Write the bound as in dmc.yaml(5).",
};

const struct finding_kind *const compile_findings[] = {
	&F_OVERLAP, &F_DEVICE_TWICE, &F_DM_NAME_TWICE, &F_DM_UUID_TWICE, &F_DM_NAME_RESERVED,
	&F_DM_NAME_MANGLED, &F_DM_NAME_ESCAPED, &F_UNSTABLE_NAME, &F_PLAINTEXT, &F_UNHEALABLE, &F_DISCARD_LOST,
	&F_MISALIGNED, &F_THIN_ID_TWICE, &F_THIN_SNAPSHOT, &F_POOL_METADATA, &F_POOL_IN_USE,
	&F_EXPECT, &F_EXPECT_UNKNOWN, &F_CONCISE_FILE, &F_CONCISE_MESSAGE, &F_CMDLINE_TARGET,
	&F_CMDLINE_DEVICE, &F_CMDLINE_CHARACTER, &F_CMDLINE_LENGTH, &F_CMDLINE_KEY, NULL,
};
