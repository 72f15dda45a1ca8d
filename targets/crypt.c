/*
 * crypt: encryption of a device. drivers/md/dm-crypt.c. The cipher's name is taken apart
 * in crypt_cipher.c.
 */
#include <stdlib.h>
#include <string.h>

#include "targets/crypt.h"
#include "targets/integrity_layout.h"

enum {
	CIPHER, KEY, IV_OFFSET, DEVICE, OPTIONS, ALLOW_DISCARDS, SAME_CPU, HIGH_PRIORITY, SUBMIT_CPUS,
	NO_READ_WQ, NO_WRITE_WQ, INTEGRITY, SECTOR, LARGE_SECTORS, INTEGRITY_KEY_SIZE, OPTIONS_END,
};

static const struct max_since limits[] = {{KF_CRYPT_HIGH_PRIORITY, 9}, {KF_CRYPT_NO_WORKQUEUE, 8},
					  {KF_NONE, 6}};

#define OPTION(name, text) {.kind = WORD_FLAG, .flags = WORD_NOCASE, .key = name, .word = name, .help = text}

static const struct word words[] = {
	[CIPHER] = {
		.kind = WORD_TEXT, WORD_FIELD(struct crypt, cipher), .key = "cipher",
		.error = "Not enough arguments",
		.help = "CIPHER[:KEYS]-MODE-IV[:OPTIONS], as aes-xts-plain64, or capi:SPEC-IV[:OPTIONS]",
	},
	[KEY] = {
		.kind = WORD_KEY, WORD_FIELD(struct crypt, key), .key = "key",
		.error = "Error decoding and setting key", .help = "the key: by file, fd, keyring or prompt",
	},
	[IV_OFFSET] = {
		.kind = WORD_SIZE, .flags = WORD_OPTIONAL, .unit = 512, WORD_FIELD(struct crypt, iv_offset),
		.num = NUM_S64, .key = "iv_offset", .error = "Invalid iv_offset sector",
		.help = "added to the sector number that makes the IV",
	},
	[DEVICE] = {
		.kind = WORD_AREA, WORD_FIELD(struct crypt, dev), .num = NUM_S64, .key = "device",
		.aux_key = "offset", .error = "Device lookup failed", .aux_error = "Invalid device sector",
		.help = "device that holds the ciphertext, and where it starts",
	},
	[OPTIONS] = {
		.kind = WORD_GROUP, .flags = WORD_TAIL, .limits = limits,
		.error = "Invalid number of feature args", .aux_error = "Invalid feature arguments",
		.once_error = "Invalid feature arguments", .help = "number of option words",
	},
	[ALLOW_DISCARDS] = OPTION("allow_discards", "discards pass; they tell which blocks are unused"),
	[SAME_CPU] = OPTION("same_cpu_crypt", "encrypts on the CPU that submitted the request"),
	[HIGH_PRIORITY] = {
		.kind = WORD_FLAG, .flags = WORD_NOCASE, .key = "high_priority", .word = "high_priority",
		.since = KF_CRYPT_HIGH_PRIORITY, .help = "work queues and writer thread run with high priority",
	},
	[SUBMIT_CPUS] = OPTION("submit_from_crypt_cpus", "writes are not sorted by a thread of their own"),
	[NO_READ_WQ] = {
		.kind = WORD_FLAG, .flags = WORD_NOCASE, .key = "no_read_workqueue", .word = "no_read_workqueue",
		.since = KF_CRYPT_NO_WORKQUEUE, .help = "reads are decrypted at once, without a work queue",
	},
	[NO_WRITE_WQ] = {
		.kind = WORD_FLAG, .flags = WORD_NOCASE, .key = "no_write_workqueue",
		.word = "no_write_workqueue", .since = KF_CRYPT_NO_WORKQUEUE,
		.help = "writes are encrypted at once, without a work queue",
	},
	[INTEGRITY] = {
		.kind = WORD_TEXT, .flags = WORD_COLON, WORD_FIELD(struct crypt, integrity), .key = "integrity",
		.word = "integrity", .error = "Invalid integrity arguments",
		.help = "BYTES:TYPE: metadata per sector in the device underneath; TYPE is aead or none",
	},
	[SECTOR] = {
		.kind = WORD_SIZE, .flags = WORD_COLON | WORD_POWER_OF_2, .unit = 1,
		WORD_FIELD(struct crypt, sector_bytes), .num = NUM_S16, .min = 512, .max = 4096,
		.key = "sector_size", .word = "sector_size", .error = "Invalid feature value for sector_size",
		.dflt_text = "512B", .help = "what is encrypted at a time",
	},
	[LARGE_SECTORS] = OPTION("iv_large_sectors", "the IV counts in sector_size instead of 512 bytes"),
	[INTEGRITY_KEY_SIZE] = {
		.kind = WORD_SIZE, .flags = WORD_COLON, .unit = 1, WORD_FIELD(struct crypt, integrity_key_bytes),
		.num = NUM_S32, .min = 1, .key = "integrity_key_size", .word = "integrity_key_size",
		.since = KF_CRYPT_INTEGRITY_KEY_SIZE, .error = "Invalid integrity_key_size argument",
		.help = "bytes of the key that are the MAC's, when not the digest's size",
	},
	[OPTIONS_END] = {.kind = WORD_GROUP_END},
	WORD_LAST,
};

static const struct finding_kind F_LENGTH = {
	"crypt.length", SEV_ERROR, BY_KERNEL, "the length is no multiple of the sector size",
	"Encrypted sectors are whole.",
	"volumes:\n  c: {target: crypt, cipher: aes-xts-plain64, key: {prompt: true, size: 64B}, device: d, "
	"sector_size: 4096B, size: 1000s}\n",
	"Round the size down to a multiple of sector_size.",
};

static const struct finding_kind F_IV_OFFSET = {
	"crypt.iv-offset", SEV_ERROR, BY_KERNEL, "the IV offset is no multiple of the sector size",
	"IVs are counted in whole encrypted sectors.",
	"volumes:\n  c: {target: crypt, cipher: aes-xts-plain64, key: {prompt: true, size: 64B}, device: d, "
	"sector_size: 4096B, iv_offset: 1s}\n",
	"Round iv_offset to a multiple of sector_size.",
};

static const struct finding_kind F_INTEGRITY = {
	"crypt.integrity", SEV_ERROR, BY_KERNEL, "the integrity option cannot be used",
	"It is BYTES:aead or BYTES:none with 1 to 480 bytes, over an integrity volume without a hash of its own "
	"that has as many bytes a sector.",
	"volumes:\n  c: {target: crypt, cipher: aes-xts-plain64, key: {prompt: true, size: 64B}, device: d, "
	"integrity: \"0:none\"}\n",
	"Put an integrity volume underneath, and give its tag size.",
};

static const struct finding_kind F_INTEGRITY_CRASH = {
	"crypt.integrity-crash", SEV_ERROR, BY_CRASH, "integrity without a type crashes the kernel",
	"The kernel follows a wrong pointer when the second colon is missing, in all releases up to 7.2.",
	"volumes:\n  c: {target: crypt, cipher: aes-xts-plain64, key: {prompt: true, size: 64B}, device: d, "
	"integrity: \"16\"}\n",
	"Write BYTES:aead or BYTES:none.",
};

static const struct finding_kind *const findings[] = {
	&F_LENGTH, &F_IV_OFFSET, &F_INTEGRITY, &F_INTEGRITY_CRASH, &F_CRYPT_CIPHER, &F_CRYPT_IV,
	&F_CRYPT_KEY, NULL,
};

/* crypt_ctr_optional(): "%u%c" up to the colon, then aead or none. */
static void check_integrity_option(const struct line_ctx *c, const struct crypt *p)
{
	const char *colon = strchr(p->integrity, ':');
	uint64_t bytes;

	if (!colon) {
		line_report(c, &F_INTEGRITY_CRASH, &words[INTEGRITY], NULL, "integrity:%s has no type", p->integrity);
		return;
	}
	if (!number_read(NUM_S32, arena_strndup(c->arena, p->integrity, (size_t)(colon - p->integrity)), false,
			 &bytes) || bytes < 1 || bytes > 480)
		line_report(c, &F_INTEGRITY, &words[INTEGRITY], "Invalid integrity arguments",
			    "integrity:%s: the first number is not between 1 and 480", p->integrity);
	else if (strcasecmp(colon + 1, "aead") && strcasecmp(colon + 1, "none"))
		line_report(c, &F_INTEGRITY, &words[INTEGRITY], "Unknown integrity profile",
			    "integrity:%s: the type is aead or none", p->integrity);
}

bool crypt_is_aead(const struct crypt *p)
{
	const char *colon = given(p, INTEGRITY) ? strchr(p->integrity, ':') : NULL;

	return colon && !strcasecmp(colon + 1, "aead");
}

static void fail_profile(const struct line_ctx *c, const struct crypt *p, const char *text, const char *what)
{
	line_report(c, &F_INTEGRITY, given(p, INTEGRITY) ? &words[INTEGRITY] : &words[CIPHER], text, "%s %s",
		    p->dev.dev->name, what);
}

/* crypt_integrity_ctr(): the device underneath must offer a place for tags. */
static void check_profile(const struct line_ctx *c, const struct crypt *p, bool needs)
{
	const struct table *t = p->dev.dev ? p->dev.dev->table : NULL;
	uint64_t wanted = given(p, INTEGRITY) ? strtoull(p->integrity, NULL, 10) : 0;
	unsigned tag, block;

	if (!needs || !p->dev.dev || !(p->dev.dev->flags & BLKDEV_LIMITS_KNOWN))
		return;
	if (!t || !t->nr || strcmp(t->lines[0].target->name, "integrity") ||
	    !integrity_profile(&t->lines[0], &tag, &block)) {
		fail_profile(c, p, "Integrity profile not supported.", "has no place for integrity metadata");
		return;
	}
	if (tag && wanted && (line_kernel_has(c, KF_CRYPT_TUPLE_MAY_BE_LARGER) ? tag < wanted : tag != wanted))
		fail_profile(c, p, "Integrity profile tag size mismatch.",
			     arena_printf(c->arena, "has %u bytes a sector for tags, and integrity wants %llu", tag,
					  (unsigned long long)wanted));
	else if (block != (given(p, SECTOR) ? p->sector_bytes : 512))
		fail_profile(c, p, "Integrity profile sector size mismatch.",
			     arena_printf(c->arena, "has sectors of %u bytes, which must be the sector_size", block));
}

/* crypt_set_keyring_key() */
static void check_key_type(const struct line_ctx *c, const struct crypt *p)
{
	static const struct {
		const char *type;
		enum kernel_feature since;
	} types[] = {{"logon", KF_NONE}, {"user", KF_NONE}, {"encrypted", KF_CRYPT_ENCRYPTED_KEYS},
		     {"trusted", KF_CRYPT_TRUSTED_KEYS}};

	if (p->key.kind != KEY_KEYRING || !p->key.type)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (!strcmp(p->key.type, types[i].type) && line_kernel_has(c, types[i].since))
			return;
	line_report(c, &F_CRYPT_KEY, &words[KEY], "Error decoding and setting key",
		    "Linux %s takes no keys of type %s from the keyring", c->kernel->name, p->key.type);
}

/* crypt_ctr() */
static void check(const struct line_ctx *c, const void *params)
{
	const struct crypt *p = params;
	uint64_t sectors = given(p, SECTOR) ? p->sector_bytes / 512 : 1;
	bool random_iv;

	if (given(p, INTEGRITY))
		check_integrity_option(c, p);
	if (sectors > 1 && c->nr_sectors % sectors)
		line_report(c, &F_LENGTH, &words[SECTOR], "Device size is not multiple of sector_size feature",
			    "%llu sectors are no multiple of %llu", (unsigned long long)c->nr_sectors,
			    (unsigned long long)sectors);
	check_key_type(c, p);
	random_iv = crypt_check_cipher(c, p, &words[CIPHER], &words[KEY], sectors);
	if (sectors > 1 && p->iv_offset % sectors)
		line_report(c, &F_IV_OFFSET, &words[IV_OFFSET], "Invalid iv_offset sector",
			    "%llu sectors are no multiple of %llu", (unsigned long long)p->iv_offset,
			    (unsigned long long)sectors);
	check_profile(c, p, random_iv || crypt_is_aead(p));
}

/* crypt_io_hints() */
static void io_hints(const struct line_ctx *c, const void *params, struct limits *l)
{
	const struct crypt *p = params;
	uint32_t bytes = given(p, SECTOR) ? (uint32_t)p->sector_bytes : 512;

	(void)c;
	if (l->logical_block_size < bytes)
		l->logical_block_size = bytes;
	if (l->physical_block_size < bytes)
		l->physical_block_size = bytes;
	if (l->io_min < l->logical_block_size)
		l->io_min = l->logical_block_size;
}

/* crypt_status(): the default sector size is not shown. */
static void normalize(const struct emit_ctx *c, void *params)
{
	struct crypt *p = params;

	(void)c;
	if (p->sector_bytes == 512)
		p->given &= ~ROW(SECTOR);
}

static enum discard_use discards(const void *params)
{
	return given(params, ALLOW_DISCARDS) ? DISCARD_PASSED : DISCARD_STOPPED;
}

static unsigned flags_on(const struct kernel_profile *k)
{
	return TARGET_EXTRA_WORDS | TARGET_CMDLINE | (kernel_has(k, KF_CRYPT_ZONED) ? TARGET_ZONED : 0);
}

static const struct message messages[] = {
	{"key set", "KEY", KF_NONE, "sets a key of the same size, while suspended"},
	{"key wipe", "", KF_NONE, "forgets the key, while suspended"},
	{0},
};

const struct target target_crypt = {
	.name = "crypt",
	.summary = "encrypts a device",
	.description = "What LUKS and plain dm-crypt volumes are made of. Without integrity underneath changed "
		       "ciphertext is not noticed.",
	.flags = TARGET_EXTRA_WORDS | TARGET_CMDLINE | TARGET_ZONED,
	.traits = TRAIT_ENCRYPTS,
	.words = words,
	.params_size = sizeof(struct crypt),
	.count_error = "Not enough arguments",
	.messages = messages,
	.findings = findings,
	.example = "secret: {target: crypt, cipher: aes-xts-plain64, key: {prompt: true, size: 64B}, device: disk, size: 8MiB}\n",
	.normalize = normalize,
	.flags_on = flags_on,
	.check = check,
	.io_hints = io_hints,
	.discards = discards,
};
