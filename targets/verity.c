/*
 * verity: a read-only device whose every block is checked against a tree of hashes.
 * drivers/md/dm-verity-target.c, dm-verity-fec.c.
 */
#include <string.h>

#include "targets/algorithms.h"
#include "targets/targets.h"

#define PAGE_BYTES 4096
#define MAX_LEVELS 63

enum {
	VERSION, DATA, HASH, DATA_BLOCK, HASH_BLOCK, DATA_BLOCKS, HASH_START, ALGORITHM, ROOT_HASH, SALT,
	OPTIONS, IGNORE, RESTART, PANIC, RESTART_ERROR, PANIC_ERROR, IGNORE_ZERO, ONCE, TASKLET,
	FEC_DEVICE, FEC_BLOCKS, FEC_START, FEC_ROOTS, SIGNATURE, OPTIONS_END,
};

struct verity {
	uint64_t given;
	struct devref data, hash, fec;
	uint64_t version, data_block, hash_block, data_blocks, hash_start, fec_blocks, fec_start, fec_roots;
	const char *algorithm, *root_hash, *salt, *signature;
};

static const struct max_since limits[] = {{KF_VERITY_ON_ERROR, 15}, {KF_VERITY_TASKLET, 14},
					  {KF_VERITY_PANIC, 13}, {KF_VERITY_SIGNATURE, 12}, {KF_NONE, 10}};

#define CONFLICT "Conflicting error handling parameters"
#define MODE(name, since_, text) \
	{.kind = WORD_FLAG, .flags = WORD_NOCASE | WORD_ONCE, .key = name, .word = name, .since = since_, \
	 .once_error = CONFLICT, .help = text}

static const struct word words[] = {
	[VERSION] = {
		.kind = WORD_U64, .flags = WORD_OPTIONAL, WORD_FIELD(struct verity, version), .num = NUM_S32,
		.max = 1, .dflt = 1, .key = "version", .error = "Invalid version",
		.help = "format of the tree: 1, or 0 of the first Chromium OS",
	},
	[DATA] = {
		.kind = WORD_DEVICE, .flags = WORD_READS | WORD_SHARED, WORD_FIELD(struct verity, data),
		.key = "data", .error = "Data device lookup failed", .help = "device that holds the data",
	},
	[HASH] = {
		.kind = WORD_DEVICE, .flags = WORD_READS | WORD_SHARED | WORD_META, WORD_FIELD(struct verity, hash),
		.key = "hash", .error = "Hash device lookup failed", .help = "device that holds the tree",
	},
	[DATA_BLOCK] = {
		.kind = WORD_SIZE, .flags = WORD_OPTIONAL | WORD_POWER_OF_2, .unit = 1,
		WORD_FIELD(struct verity, data_block), .num = NUM_S32, .min = 512, .max = PAGE_BYTES,
		.dflt = 4096, .key = "data_block_size", .error = "Invalid data device block size",
		.help = "size of a data block: 512 bytes to a page",
	},
	[HASH_BLOCK] = {
		.kind = WORD_SIZE, .flags = WORD_OPTIONAL | WORD_POWER_OF_2, .unit = 1,
		WORD_FIELD(struct verity, hash_block), .num = NUM_S32, .min = 512, .max = 1 << 30, .dflt = 4096,
		.key = "hash_block_size", .error = "Invalid hash device block size",
		.help = "size of a block of the tree",
	},
	[DATA_BLOCKS] = {
		.kind = WORD_U64, WORD_FIELD(struct verity, data_blocks), .num = NUM_S64, .key = "data_blocks",
		.error = "Invalid data blocks", .help = "number of data blocks",
	},
	[HASH_START] = {
		.kind = WORD_U64, .flags = WORD_OPTIONAL, WORD_FIELD(struct verity, hash_start), .num = NUM_S64,
		.dflt = 1, .key = "hash_start", .error = "Invalid hash start",
		.help = "first block of the tree on its device; 1 behind a superblock of veritysetup",
	},
	[ALGORITHM] = {
		.kind = WORD_TEXT, .flags = WORD_OPTIONAL, WORD_FIELD(struct verity, algorithm),
		.dflt_text = "sha256", .key = "algorithm", .error = "Cannot initialize hash function",
		.help = "the hash",
	},
	[ROOT_HASH] = {
		.kind = WORD_TEXT, WORD_FIELD(struct verity, root_hash), .key = "root_hash",
		.error = "Invalid root digest", .help = "hash of the tree's top block, in hex: the root of trust",
	},
	[SALT] = {
		.kind = WORD_TEXT, .flags = WORD_DASH, WORD_FIELD(struct verity, salt), .key = "salt",
		.error = "Invalid salt", .help = "salt, in hex; none when left out",
	},
	[OPTIONS] = {
		.kind = WORD_GROUP, .flags = WORD_TAIL, .limits = limits,
		.error = "Invalid number of feature args",
		.aux_error = "FEC feature arguments require a value",
		.once_error = "Unrecognized verity feature request", .help = "number of option words",
	},
	[IGNORE] = MODE("ignore_corruption", KF_NONE, "wrong blocks are logged and returned"),
	[RESTART] = MODE("restart_on_corruption", KF_NONE, "a wrong block reboots the machine"),
	[PANIC] = MODE("panic_on_corruption", KF_VERITY_PANIC, "a wrong block stops the machine"),
	[RESTART_ERROR] = MODE("restart_on_error", KF_VERITY_ON_ERROR, "an I/O error reboots the machine"),
	[PANIC_ERROR] = MODE("panic_on_error", KF_VERITY_ON_ERROR, "an I/O error stops the machine"),
	[IGNORE_ZERO] = {
		.kind = WORD_FLAG, .flags = WORD_NOCASE, .key = "ignore_zero_blocks",
		.word = "ignore_zero_blocks", .help = "blocks that must be zero are not read",
	},
	[ONCE] = {
		.kind = WORD_FLAG, .flags = WORD_NOCASE, .key = "check_at_most_once",
		.word = "check_at_most_once", .since = KF_VERITY_ONCE, .help = "a block is checked the first time only",
	},
	[TASKLET] = {
		.kind = WORD_FLAG, .flags = WORD_NOCASE, .key = "try_verify_in_tasklet",
		.word = "try_verify_in_tasklet", .since = KF_VERITY_TASKLET,
		.help = "checks in softirq when the hashes are cached",
	},
	[FEC_DEVICE] = {
		.kind = WORD_DEVICE, .flags = WORD_NOCASE | WORD_ONCE | WORD_READS | WORD_SHARED | WORD_META,
		WORD_FIELD(struct verity, fec), .key = "use_fec_from_device", .word = "use_fec_from_device",
		.error = "FEC device lookup failed", .once_error = "FEC device already specified",
		.help = "device that holds the error correction",
	},
	[FEC_BLOCKS] = {
		.kind = WORD_U64, .flags = WORD_NOCASE, WORD_FIELD(struct verity, fec_blocks), .num = NUM_S64,
		.key = "fec_blocks", .word = "fec_blocks", .error = "Invalid fec_blocks",
		.help = "blocks that are protected: data, tree and what follows it",
	},
	[FEC_START] = {
		.kind = WORD_U64, .flags = WORD_NOCASE, WORD_FIELD(struct verity, fec_start), .num = NUM_S64,
		.key = "fec_start", .word = "fec_start", .error = "Invalid fec_start",
		.help = "first block of the error correction on its device",
	},
	[FEC_ROOTS] = {
		.kind = WORD_U64, .flags = WORD_NOCASE, WORD_FIELD(struct verity, fec_roots), .num = NUM_S8, .min = 2,
		.max = 24, .key = "fec_roots", .word = "fec_roots", .error = "Invalid fec_roots",
		.help = "parity bytes in 255",
	},
	[SIGNATURE] = {
		.kind = WORD_TEXT, .flags = WORD_NOCASE | WORD_ONCE, WORD_FIELD(struct verity, signature),
		.key = "root_hash_sig_key_desc", .word = "root_hash_sig_key_desc", .since = KF_VERITY_SIGNATURE,
		.error = "root_hash_sig_key_desc option needs a value", .once_error = "root_hash_sig_key_desc option already specified",
		.help = "description of the user key that holds the root hash's signature",
	},
	[OPTIONS_END] = {.kind = WORD_GROUP_END},
	WORD_LAST,
};

static const struct finding_kind F_BLOCK = {
	"verity.block-below-logical", SEV_ERROR, BY_KERNEL, "a block is smaller than its device's logical block",
	"Blocks are read whole.",
	"devices: {d: {file: d.img, size: 1MiB, logical_block_size: 4096}}\nvolumes:\n"
	"  v: {target: verity, data: d, hash: h, data_block_size: 512B, data_blocks: 256, root_hash: \"00\"}\n",
	"Use blocks of 4096 bytes.",
};

static const struct finding_kind F_LENGTH = {
	"verity.data-small", SEV_ERROR, BY_KERNEL, "the volume is longer than its data blocks",
	"Every sector of the volume lies in a data block.",
	"volumes:\n  v: {target: verity, data: d, hash: h, data_blocks: 1, root_hash: \"00\", size: 1MiB}\n",
	"Correct data_blocks, or leave `size` out.",
};

static const struct finding_kind F_HASH_SMALL = {
	"verity.hash-small", SEV_ERROR, BY_KERNEL, "the hash device is too small for the tree",
	"The size of the tree follows from the number of data blocks, the block sizes and the hash.",
	"devices: {h: {file: h.img, size: 4KiB}}\nvolumes:\n"
	"  v: {target: verity, data: d, hash: h, data_blocks: 1000000, root_hash: \"00\"}\n",
	"Check hash_start and data_blocks, and that it is the right device.",
};

static const struct finding_kind F_ALGORITHM = {
	"verity.algorithm", SEV_ERROR, BY_KERNEL, "the hash cannot be used",
	"The kernel must have the hash, and two of its digests must fit a block of the tree.",
	"volumes:\n  v: {target: verity, data: d, hash: h, data_blocks: 256, algorithm: sha3, root_hash: \"00\"}\n",
	"Use sha256.",
};

static const struct finding_kind F_DIGEST = {
	"verity.root-hash", SEV_ERROR, BY_KERNEL, "the root hash is not as long as the hash makes it",
	"A digest of sha256 has 64 hexadecimal digits, one of sha512 128.",
	"volumes:\n  v: {target: verity, data: d, hash: h, data_blocks: 256, root_hash: abcd}\n",
	"Copy the whole root hash from what veritysetup printed.",
};

static const struct finding_kind F_FEC = {
	"verity.fec", SEV_ERROR, BY_KERNEL, "the error correction cannot be used",
	"fec_roots and fec_blocks must be given, block sizes equal, and the areas must lie on their devices.",
	"volumes:\n  v: {target: verity, data: d, hash: h, data_blocks: 256, root_hash: \"00\", use_fec_from_device: f}\n",
	"Copy the values from what made the error correction.",
};

static const struct finding_kind F_TOO_LARGE = {
	"verity.too-large", SEV_ERROR, BY_KERNEL, "the device is too large",
	"The kernel counts in numbers of fixed size here.",
	"volumes:\n  v: {target: verity, data: d, hash: h, data_blocks: 18446744073709551615, root_hash: \"00\"}\n",
	"Correct data_blocks.",
};

static const struct finding_kind *const findings[] = {
	&F_BLOCK, &F_LENGTH, &F_HASH_SMALL, &F_ALGORITHM, &F_DIGEST, &F_FEC, &F_TOO_LARGE, NULL,
};

static bool is_hex(const char *s)
{
	return strspn(s, "0123456789abcdefABCDEF") == strlen(s);
}

static void check_block(const struct line_ctx *c, const struct devref *ref, const struct word *row,
			uint64_t bytes)
{
	if (ref->dev && bytes < ref->dev->logical_block_size)
		line_report(c, &F_BLOCK, row, row->error, "blocks of %llu bytes, %s has logical blocks of %u",
			    (unsigned long long)bytes, ref->dev->name, ref->dev->logical_block_size);
}

/* Blocks of the whole tree; 0 and a finding: it cannot be. */
static uint64_t tree_blocks(const struct line_ctx *c, const struct verity *p, unsigned digest)
{
	unsigned bits = 0, levels = 0;
	uint64_t total = 0, last = p->data_blocks ? p->data_blocks - 1 : 0;

	while (UINT64_C(2) << bits <= p->hash_block / digest)
		bits++;
	/* verity_ctr(): levels until one block is left. */
	while (bits * levels < 64 && last >> (bits * levels))
		levels++;
	if (levels > MAX_LEVELS)
		line_report(c, &F_TOO_LARGE, &words[DATA_BLOCKS], "Too many tree levels", "%u levels", levels);
	for (unsigned i = 0; i < levels; i++) {
		unsigned shift = bits * (i + 1);

		total += shift > 63 ? 1 : (last >> shift) + 1;
	}
	return total;
}

static uint64_t device_blocks(const struct devref *ref, uint64_t bytes)
{
	return blkdev_size_known(ref->dev) && bytes >= 512 ? ref->dev->nr_sectors / (bytes / 512) : UINT64_MAX;
}

/* verity_fec_ctr() */
static void check_fec(const struct line_ctx *c, const struct verity *p, uint64_t tree)
{
	uint64_t have = device_blocks(&p->fec, p->data_block), rounds;
	const char *text = NULL;

	if (!given(p, FEC_DEVICE))
		return;
	if (p->data_block != p->hash_block)
		text = "Block sizes must match to use FEC";
	else if (!given(p, FEC_ROOTS))
		text = "Missing fec_roots";
	else if (!p->fec_blocks)
		text = "Missing fec_blocks";
	else if (p->fec_blocks < p->data_blocks + tree)
		text = "Invalid fec_blocks";
	else if (device_blocks(&p->hash, p->hash_block) != UINT64_MAX &&
		 device_blocks(&p->hash, p->hash_block) < p->hash_start + p->fec_blocks - p->data_blocks)
		text = "Hash device is too small for fec_blocks";
	if (!text && p->fec_roots >= 2 && p->fec_roots <= 24) {
		rounds = (p->fec_blocks + 254 - p->fec_roots) / (255 - p->fec_roots);
		if (have != UINT64_MAX && (have < p->fec_start || have - p->fec_start < rounds * p->fec_roots))
			text = "FEC device is too small";
		else if (device_blocks(&p->data, p->data_block) < p->data_blocks)
			text = "Data device is too small";
	}
	if (text)
		line_report(c, &F_FEC, &words[FEC_DEVICE], text, "%s", text);
}

static void check_modes(const struct line_ctx *c, const struct verity *p)
{
	unsigned corruption = given(p, IGNORE) + given(p, RESTART) + given(p, PANIC);

	if (corruption > 1)
		line_report(c, &F_CONFLICT, &words[given(p, PANIC) ? PANIC : RESTART], CONFLICT,
			    "only one of ignore_, restart_on_ and panic_on_corruption can hold");
	if (given(p, RESTART_ERROR) && given(p, PANIC_ERROR))
		line_report(c, &F_CONFLICT, &words[PANIC_ERROR], CONFLICT,
			    "only one of restart_on_error and panic_on_error can hold");
}

static bool check_hash(const struct line_ctx *c, const struct verity *p, struct digest *d)
{
	if (!digest_find(p->algorithm, d) || d->keyed) {
		line_report(c, &F_ALGORITHM, &words[ALGORITHM], "Cannot initialize hash function",
			    "the kernel has no hash '%s'", p->algorithm);
		return false;
	}
	if (p->hash_block < 2 * d->size) {
		line_report(c, &F_ALGORITHM, &words[ALGORITHM], "Digest size too big",
			    "two digests of %u bytes do not fit a block of %llu", d->size,
			    (unsigned long long)p->hash_block);
		return false;
	}
	if (strlen(p->root_hash) != 2 * d->size || !is_hex(p->root_hash))
		line_report(c, &F_DIGEST, &words[ROOT_HASH], "Invalid root digest",
			    "%zu characters, and %s makes %u hexadecimal digits", strlen(p->root_hash), p->algorithm,
			    2 * d->size);
	if (p->salt && (strlen(p->salt) % 2 || !is_hex(p->salt)))
		line_report(c, &F_HEX, &words[SALT], "Invalid salt", "the salt is not an even number of hex digits");
	return true;
}

/* verity_ctr() */
static void check(const struct line_ctx *c, const void *params)
{
	const struct verity *p = params;
	unsigned __int128 bytes = (unsigned __int128)p->data_blocks * p->data_block;
	struct digest d;
	uint64_t tree;

	check_block(c, &p->data, &words[DATA_BLOCK], p->data_block);
	check_block(c, &p->hash, &words[HASH_BLOCK], p->hash_block);
	if (bytes / 512 > UINT64_MAX >> 1)
		line_report(c, &F_TOO_LARGE, &words[DATA_BLOCKS], "Invalid data blocks", "more bytes than can be counted");
	else if (c->nr_sectors > bytes / 512)
		line_report(c, &F_LENGTH, &words[DATA_BLOCKS], "Data device is too small",
			    "%llu blocks have %llu sectors, and the volume %llu", (unsigned long long)p->data_blocks,
			    (unsigned long long)(bytes / 512), (unsigned long long)c->nr_sectors);
	check_modes(c, p);
	if (given(p, ONCE) && p->data_blocks > INT32_MAX)
		line_report(c, &F_TOO_LARGE, &words[ONCE], "device too large to use check_at_most_once",
			    "check_at_most_once takes at most 2^31-1 blocks");
	if (!check_hash(c, p, &d))
		return;
	tree = tree_blocks(c, p, d.size);
	if (p->hash_start + tree < p->hash_start ||
	    p->hash_start + tree > device_blocks(&p->hash, p->hash_block))
		line_report(c, &F_HASH_SMALL, &words[HASH], "Hash device is too small",
			    "the tree needs %llu blocks from block %llu on", (unsigned long long)tree,
			    (unsigned long long)p->hash_start);
	check_fec(c, p, tree);
}

/* verity_iterate_devices() */
static void areas(const struct line_ctx *c, const void *params, area_fn *fn, void *priv)
{
	const struct verity *p = params;

	fn(priv, &p->data, &words[DATA], 0, c->nr_sectors);
}

/* verity_io_hints() */
static void io_hints(const struct line_ctx *c, const void *params, struct limits *l)
{
	const struct verity *p = params;

	(void)c;
	if (l->logical_block_size < p->data_block)
		l->logical_block_size = (uint32_t)p->data_block;
	if (l->physical_block_size < p->data_block)
		l->physical_block_size = (uint32_t)p->data_block;
	l->io_min = l->logical_block_size;
}

static uint64_t natural_len(const void *params)
{
	const struct verity *p = params;
	unsigned __int128 sectors = (unsigned __int128)p->data_blocks * p->data_block / 512;

	return sectors > UINT64_MAX >> 10 ? 0 : (uint64_t)sectors;
}

static const char *lower(struct arena *a, const char *s)
{
	char *copy = arena_strdup(a, s);

	for (char *p = copy; *p; p++)
		if (*p >= 'A' && *p <= 'F')
			*p = (char)(*p | 0x20);
	return copy;
}

/* verity_status(): digits in lower case; FEC words only with a device, and then all. */
static void normalize(const struct emit_ctx *c, void *params)
{
	struct verity *p = params;

	p->root_hash = lower(c->arena, p->root_hash);
	if (p->salt)
		p->salt = lower(c->arena, p->salt);
	p->given &= ~(ROW(FEC_BLOCKS) | ROW(FEC_START) | ROW(FEC_ROOTS));
	if (given(p, FEC_DEVICE))
		p->given |= ROW(FEC_BLOCKS) | ROW(FEC_START) | ROW(FEC_ROOTS);
}

static unsigned flags_on(const struct kernel_profile *k)
{
	unsigned flags = TARGET_IMMUTABLE | TARGET_READ_ONLY | TARGET_EXTRA_WORDS | TARGET_CMDLINE;

	return kernel_has(k, KF_VERITY_SINGLETON) ? flags | TARGET_SINGLETON : flags;
}

static enum discard_use discards(const void *params)
{
	(void)params;
	return DISCARD_STOPPED;
}

struct verity_status {
	uint64_t given;
	uint64_t corrected;
	unsigned state;
};

static const struct choice states[] = {{"V", KF_NONE, "valid"}, {"C", KF_NONE, "corrupted"}, {0}};

static const struct word status[] = {
	{.kind = WORD_CHOICE, .flags = WORD_BRIEF, WORD_FIELD(struct verity_status, state), .choices = states, .key = "state",
	 .help = "V: no wrong block was seen; C: one was"},
	{.kind = WORD_U64, .flags = WORD_TAIL | WORD_DASH | WORD_BRIEF, WORD_FIELD(struct verity_status, corrected),
	 .key = "corrected_blocks", .since = KF_VERITY_STATUS_FEC, .help = "blocks that FEC corrected"},
	WORD_LAST,
};

/* The second word came with 7.2, and is - without FEC. */
static void emit_status(const struct emit_ctx *c, const void *st, struct strbuf *out)
{
	const struct verity_status *s = st;

	emit_word(out, states[s->state].word);
	if (given(s, 1))
		emit_number(out, s->corrected);
	else if (kernel_has(c->kernel, KF_VERITY_STATUS_FEC))
		emit_word(out, "-");
}

const struct target target_verity = {
	.name = "verity",
	.summary = "checks every block it reads against a tree of hashes",
	.description = "Read-only. Whoever trusts the root hash can trust the data. Made by veritysetup.",
	.flags = TARGET_SINGLETON | TARGET_IMMUTABLE | TARGET_READ_ONLY | TARGET_EXTRA_WORDS | TARGET_CMDLINE,
	.traits = TRAIT_CHECKS,
	.words = words,
	.params_size = sizeof(struct verity),
	.count_error = "Not enough arguments",
	.status = status,
	.status_size = sizeof(struct verity_status),
	.findings = findings,
	.example = "root: {target: verity, data: disk, hash: disk2, data_blocks: 256, root_hash: "
		   "9de18652fe74edfb9b805aaed72ae2aa48f94333f1ba5c452ac33b1c39325174}\n",
	.normalize = normalize,
	.flags_on = flags_on,
	.check = check,
	.areas = areas,
	.io_hints = io_hints,
	.natural_len = natural_len,
	.discards = discards,
	.emit_status = emit_status,
};
