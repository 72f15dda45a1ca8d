/*
 * inlinecrypt: encryption by the storage controller. drivers/md/dm-inlinecrypt.c.
 */
#include <string.h>

#include "targets/targets.h"

enum { CIPHER, KEY, IV_OFFSET, DEVICE, OPTIONS, KEY_TYPE, ALLOW_DISCARDS, SECTOR, LARGE_SECTORS, OPTIONS_END };

struct inlinecrypt {
	uint64_t given;
	const char *cipher;
	struct key key;
	uint64_t iv_offset, sector_bytes;
	unsigned key_type;
	struct devref dev;
};

static const struct choice key_types[] = {
	{"raw", KF_NONE, "the key itself"}, {"hw-wrapped", KF_NONE, "wrapped by the hardware"}, {0},
};

static const struct word words[] = {
	[CIPHER] = {
		.kind = WORD_TEXT, .flags = WORD_OPTIONAL, WORD_FIELD(struct inlinecrypt, cipher),
		.dflt_text = "aes-xts-plain64", .key = "cipher", .error = "Unsupported cipher",
		.help = "aes-xts-plain64, the only one",
	},
	[KEY] = {
		.kind = WORD_KEY, WORD_FIELD(struct inlinecrypt, key), .key = "key", .error = "Malformed key string",
		.help = "the key: by file, fd, keyring (logon) or prompt",
	},
	[IV_OFFSET] = {
		.kind = WORD_SIZE, .flags = WORD_OPTIONAL, .unit = 512, WORD_FIELD(struct inlinecrypt, iv_offset),
		.num = NUM_S64, .key = "iv_offset", .error = "Invalid iv_offset sector",
		.help = "added to the sector number that makes the IV",
	},
	[DEVICE] = {
		.kind = WORD_AREA, WORD_FIELD(struct inlinecrypt, dev), .num = NUM_S64, .key = "device",
		.aux_key = "offset", .error = "Device lookup failed", .aux_error = "Invalid start sector",
		.help = "device that holds the ciphertext, and where it starts",
	},
	[OPTIONS] = {
		.kind = WORD_GROUP, .flags = WORD_TAIL, .max = 4, .error = "Invalid number of feature args",
		.once_error = "Invalid feature arguments", .help = "number of option words",
	},
	[KEY_TYPE] = {
		.kind = WORD_CHOICE, .flags = WORD_COLON, WORD_FIELD(struct inlinecrypt, key_type),
		.choices = key_types, .key = "keytype", .word = "keytype", .error = "Invalid block key type",
		.help = "kind of the key",
	},
	[ALLOW_DISCARDS] = {
		.kind = WORD_FLAG, .key = "allow_discards", .word = "allow_discards",
		.help = "discards pass; they tell which blocks are unused",
	},
	[SECTOR] = {
		.kind = WORD_SIZE, .flags = WORD_COLON | WORD_POWER_OF_2, .unit = 1,
		WORD_FIELD(struct inlinecrypt, sector_bytes), .num = NUM_S32, .min = 512, .max = 4096,
		.key = "sector_size", .word = "sector_size", .error = "Invalid sector_size",
		.dflt_text = "512B", .help = "what is encrypted at a time",
	},
	[LARGE_SECTORS] = {
		.kind = WORD_FLAG, .key = "iv_large_sectors", .word = "iv_large_sectors",
		.help = "the IV counts in sector_size; needed when that is not 512 bytes",
	},
	[OPTIONS_END] = {.kind = WORD_GROUP_END},
	WORD_LAST,
};

static const struct finding_kind F_CIPHER = {
	"inlinecrypt.cipher", SEV_ERROR, BY_KERNEL, "the cipher or key cannot be used",
	"Storage controllers do aes-xts-plain64; a raw key has 64 bytes, a wrapped one up to 128.",
	"volumes:\n  c: {target: inlinecrypt, key: {prompt: true, size: 32B}, device: d}\n",
	"Use a key of 64 bytes, or the target crypt.",
};

static const struct finding_kind F_SECTOR = {
	"inlinecrypt.sector-size", SEV_ERROR, BY_KERNEL, "the sector size cannot be used",
	"With sectors other than 512 bytes iv_large_sectors must be given, and length and iv_offset be multiples.",
	"volumes:\n  c: {target: inlinecrypt, key: {prompt: true, size: 64B}, device: d, sector_size: 4096B}\n",
	"Add iv_large_sectors: true.",
};

static const struct finding_kind *const findings[] = {&F_CIPHER, &F_SECTOR, NULL};

static void check_key(const struct line_ctx *c, const struct inlinecrypt *p)
{
	bool wrapped = given(p, KEY_TYPE) && p->key_type == 1;

	if (strcmp(p->cipher, "aes-xts-plain64"))
		line_report(c, &F_CIPHER, &words[CIPHER], "Unsupported cipher", "'%s' is not aes-xts-plain64", p->cipher);
	if (p->key.kind == KEY_NONE || !p->key.size || p->key.size > 128)
		line_report(c, &F_CIPHER, &words[KEY], "Cannot parse key size", "a key of %zu bytes", p->key.size);
	else if (!wrapped && p->key.size != 64)
		line_report(c, &F_CIPHER, &words[KEY], "Error initializing blk-crypto key",
			    "a raw key has 64 bytes, not %zu", p->key.size);
	if (p->key.kind == KEY_KEYRING && strcmp(p->key.type, "logon"))
		line_report(c, &F_CIPHER, &words[KEY], "Malformed key string", "keys of type %s cannot be used, logon can",
			    p->key.type);
}

/* inlinecrypt_ctr() */
static void check(const struct line_ctx *c, const void *params)
{
	const struct inlinecrypt *p = params;
	uint64_t sectors = given(p, SECTOR) ? p->sector_bytes / 512 : 1;

	check_key(c, p);
	if (sectors > 1 && !given(p, LARGE_SECTORS))
		line_report(c, &F_SECTOR, &words[SECTOR], "iv_large_sectors must be specified",
			    "iv_large_sectors is missing");
	if (sectors > 1 && c->nr_sectors % sectors)
		line_report(c, &F_SECTOR, &words[SECTOR], "Device size is not a multiple of sector_size",
			    "%llu sectors are no multiple of %llu", (unsigned long long)c->nr_sectors,
			    (unsigned long long)sectors);
	if (sectors > 1 && p->iv_offset % sectors)
		line_report(c, &F_SECTOR, &words[IV_OFFSET], "Wrong alignment of iv_offset sector",
			    "%llu sectors are no multiple of %llu", (unsigned long long)p->iv_offset,
			    (unsigned long long)sectors);
}

static void io_hints(const struct line_ctx *c, const void *params, struct limits *l)
{
	const struct inlinecrypt *p = params;
	uint32_t bytes = given(p, SECTOR) ? (uint32_t)p->sector_bytes : 512;

	(void)c;
	if (l->logical_block_size < bytes)
		l->logical_block_size = l->physical_block_size = l->io_min = bytes;
}

/* inlinecrypt_status() puts the numeric type of the key behind it, and leaves keytype out. */
static void emit(const struct emit_ctx *c, const void *params, struct strbuf *out)
{
	struct inlinecrypt p = *(const struct inlinecrypt *)params;

	if (c->mode == EMIT_LOAD) {
		params_emit(c, words, &p, out);
		return;
	}
	for (size_t i = CIPHER; i <= KEY; i++)
		params_emit_row(c, words, &words[i], &p, out);
	emit_number(out, p.key_type + 1);
	for (size_t i = IV_OFFSET; i <= DEVICE; i++)
		params_emit_row(c, words, &words[i], &p, out);
	p.given &= ~ROW(KEY_TYPE);
	if (p.sector_bytes == 512)
		p.given &= ~(ROW(SECTOR) | ROW(LARGE_SECTORS));
	params_emit_group(c, words, &words[OPTIONS], &p, out);
}

static enum discard_use discards(const void *params)
{
	return given(params, ALLOW_DISCARDS) ? DISCARD_PASSED : DISCARD_STOPPED;
}

const struct target target_inlinecrypt = {
	.name = "inlinecrypt",
	.summary = "encrypts by the storage controller's own engine",
	.description = "The format equals crypt with aes-xts-plain64 and iv_large_sectors.",
	.since = KF_INLINECRYPT,
	.flags = TARGET_EXTRA_WORDS | TARGET_ZONED,
	.traits = TRAIT_ENCRYPTS,
	.words = words,
	.params_size = sizeof(struct inlinecrypt),
	.count_error = "Not enough arguments",
	.findings = findings,
	.example = "secret: {target: inlinecrypt, key: {prompt: true, size: 64B}, device: disk, size: 8MiB}\n",
	.emit = emit,
	.check = check,
	.io_hints = io_hints,
	.discards = discards,
};
