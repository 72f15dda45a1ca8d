/*
 * integrity: a tag for every block, and a journal that keeps both together.
 * drivers/md/dm-integrity.c; its arithmetic is in integrity_layout.c.
 */
#include <string.h>

#include "base/endian.h"
#include "targets/algorithms.h"
#include "targets/integrity_layout.h"
#include "targets/targets.h"

#define SB_BYTES           4096
/* Where the fields of its struct superblock lie. */
#define SB_VERSION         8
#define SB_LOG2_INTERLEAVE 9
#define SB_TAG_SIZE        10
#define SB_SECTIONS        12
#define SB_FLAGS           24
#define SB_LOG2_BLOCK      28
#define FLAG_MAC           1
#define FLAG_RECALC        2
#define FLAG_PADDING       8
#define FLAG_HMAC          0x10
#define FLAG_INLINE        0x20
#define FLAG_KEYED         0x40

enum {
	DEVICE, TAG, MODE, OPTIONS, META_DEVICE, BLOCK, RECALC, RESET_RECALC, DISCARDS, DISCARDS_KEYED,
	JOURNAL, INTERLEAVE, BUFFER, WATERMARK, COMMIT, PER_BIT, FLUSH, PADDING, FIX_HMAC, LEGACY,
	HASH, CRYPT, MAC, OPTIONS_END,
};

enum { MODE_J, MODE_B, MODE_D, MODE_R, MODE_I };

struct integrity {
	uint64_t given;
	struct devref dev, meta;
	uint64_t tag, block_bytes, journal, interleave, buffer, watermark, commit_ms, per_bit, flush_ms;
	unsigned mode;
	struct alg hash, crypt, mac;
};

static const struct choice modes[] = {
	{"J", KF_NONE, "journal: data and tags change together"},
	{"B", KF_INTEGRITY_BITMAP, "bitmap: faster; after a crash dirty regions are recalculated"},
	{"D", KF_NONE, "direct: a crash may leave wrong tags"},
	{"R", KF_NONE, "recovery: read-only, nothing is checked or replayed"},
	{"I", KF_INTEGRITY_INLINE, "inline: tags go to the device's own integrity metadata"},
	{0},
};

static const struct max_since limits[] = {{KF_INTEGRITY_FIX_HMAC, 18}, {KF_INTEGRITY_DISCARDS, 16},
					  {KF_NONE, 9}};

#define BAD "Invalid argument"
#define FLAG(name, since_, text) {.kind = WORD_FLAG, .key = name, .word = name, .since = since_, .help = text}
#define NUMBER(name, field) \
	.kind = WORD_U64, .flags = WORD_COLON, WORD_FIELD(struct integrity, field), .num = NUM_S32, .key = name, \
	.word = name, .error = BAD
#define SECTORS(name, field) \
	.kind = WORD_SIZE, .unit = 512, .flags = WORD_COLON, WORD_FIELD(struct integrity, field), \
	.num = NUM_S32, .key = name, .word = name, .error = BAD
#define ALG(name, field, err, text) \
	{.kind = WORD_ALG, .flags = WORD_COLON, WORD_FIELD(struct integrity, field), .key = name, \
	 .aux_key = name "_key", .word = name, .error = err, .help = text}

static const struct word words[] = {
	[DEVICE] = {
		.kind = WORD_AREA, WORD_FIELD(struct integrity, dev), .num = NUM_S64, .key = "device",
		.aux_key = "offset", .error = "Device lookup failed", .aux_error = "Invalid starting offset",
		.help = "device that holds the data, and where the superblock is",
	},
	[TAG] = {
		.kind = WORD_U64, .flags = WORD_DASH, WORD_FIELD(struct integrity, tag), .num = NUM_S32, .min = 1,
		.key = "tag_size", .error = "Invalid tag size",
		.help = "bytes of a tag; left out: the size of internal_hash",
	},
	[MODE] = {
		.kind = WORD_CHOICE, .flags = WORD_OPTIONAL, WORD_FIELD(struct integrity, mode), .choices = modes,
		.key = "mode", .error = "Invalid mode (expecting J, B, D, R, I)", .help = "how writes are done",
	},
	[OPTIONS] = {
		.kind = WORD_GROUP, .flags = WORD_ALWAYS, .limits = limits,
		.error = "Invalid number of feature args", .aux_error = "Not enough feature arguments",
		.once_error = BAD, .help = "number of option words",
	},
	[META_DEVICE] = {
		.kind = WORD_DEVICE, .flags = WORD_COLON | WORD_META, WORD_FIELD(struct integrity, meta),
		.key = "meta_device", .word = "meta_device", .since = KF_INTEGRITY_BITMAP,
		.error = "Device lookup failed", .help = "device for tags and journal; the data stays in one piece",
	},
	[BLOCK] = {
		.kind = WORD_SIZE, .flags = WORD_COLON | WORD_POWER_OF_2, .unit = 1,
		WORD_FIELD(struct integrity, block_bytes), .num = NUM_S32, .min = 512, .max = 4096,
		.key = "block_size", .word = "block_size", .error = "Invalid block_size argument",
		.dflt_text = "512B", .help = "what one tag is for",
	},
	[RECALC] = FLAG("recalculate", KF_INTEGRITY_BITMAP, "tags are computed in the background"),
	[RESET_RECALC] = FLAG("reset_recalculate", KF_INTEGRITY_FIX_HMAC, "all tags are computed anew, for a changed hash or key"),
	[DISCARDS] = FLAG("allow_discards", KF_INTEGRITY_DISCARDS, "discards pass; discarded blocks have a tag of their own"),
	[DISCARDS_KEYED] = FLAG("allow_discards_keyed", KF_INTEGRITY_KEYED_DISCARD, "the same, with tags that a keyed hash makes"),
	[JOURNAL] = {SECTORS("journal_sectors", journal), .help = "size of the journal when it is formatted"},
	[INTERLEAVE] = {SECTORS("interleave_sectors", interleave), .dflt_text = "16MiB",
			.help = "data between two runs of tags, rounded down to a power of two"},
	[BUFFER] = {SECTORS("buffer_sectors", buffer), .dflt_text = "64KiB",
		    .help = "size of a metadata buffer, rounded down to a power of two"},
	[WATERMARK] = {NUMBER("journal_watermark", watermark), .max = 100, .dflt_text = "50",
		       .help = "percentage of the journal in use at which it is written back"},
	[COMMIT] = {
		.kind = WORD_TIME, .flags = WORD_COLON, .unit = 1, WORD_FIELD(struct integrity, commit_ms),
		.num = NUM_S32, .key = "commit_time", .word = "commit_time", .error = BAD, .dflt_text = "10s",
		.help = "time after which the journal is committed",
	},
	[PER_BIT] = {
		.kind = WORD_SIZE, .flags = WORD_COLON, .unit = 512, WORD_FIELD(struct integrity, per_bit),
		.num = NUM_S64, .key = "sectors_per_bit", .word = "sectors_per_bit", .since = KF_INTEGRITY_BITMAP,
		.error = BAD, .dflt_text = "16MiB", .help = "mode B: what one bit of the bitmap stands for",
	},
	[FLUSH] = {
		.kind = WORD_TIME, .flags = WORD_COLON, .unit = 1, WORD_FIELD(struct integrity, flush_ms),
		.num = NUM_S32, .key = "bitmap_flush_interval", .word = "bitmap_flush_interval",
		.since = KF_INTEGRITY_BITMAP, .error = "Invalid bitmap_flush_interval argument", .dflt_text = "10s",
		.help = "mode B: time after which the bitmap is written",
	},
	[PADDING] = FLAG("fix_padding", KF_INTEGRITY_DISCARDS, "tags take less room; for new devices"),
	[FIX_HMAC] = FLAG("fix_hmac", KF_INTEGRITY_FIX_HMAC, "keyed hashes cover sector numbers and superblock; for new devices"),
	[LEGACY] = FLAG("legacy_recalculate", KF_INTEGRITY_DISCARDS, "recalculates with a keyed hash although it is not safe"),
	[HASH] = ALG("internal_hash", hash, "Invalid internal_hash argument", "the hash that makes the tags; without it the target above does"),
	[CRYPT] = ALG("journal_crypt", crypt, "Invalid journal_crypt argument", "cipher of the journal"),
	[MAC] = ALG("journal_mac", mac, "Invalid journal_mac argument", "protects the journal against changes"),
	[OPTIONS_END] = {.kind = WORD_GROUP_END},
	WORD_LAST,
};

static const struct finding_kind F_HASH = {
	"integrity.hash", SEV_ERROR, BY_KERNEL, "a hash, MAC or cipher cannot be used",
	"The kernel must have the algorithm; a keyed one needs its key, and others take none.",
	"volumes:\n  i: {target: integrity, device: d, internal_hash: hmac(sha256), size: 1MiB}\n",
	"Use crc32c, sha256 or hmac(sha256) with a key.",
};

static const struct finding_kind F_TAG = {
	"integrity.tag-size", SEV_ERROR, BY_KERNEL, "the tag size cannot be used",
	"Without internal_hash it must be given; it is at most 255 bytes.",
	"volumes:\n  i: {target: integrity, device: d, size: 1MiB}\n",
	"Give internal_hash or tag_size.",
};

static const struct finding_kind F_MODE = {
	"integrity.mode", SEV_ERROR, BY_KERNEL, "the mode does not go with an option",
	"Bitmaps and discards need internal_hash; inline tags need a device with integrity metadata, and go "
	"neither with a metadata device nor a journal.",
	"volumes:\n  i: {target: integrity, device: d, mode: B, tag_size: 4, size: 1MiB}\n",
	"Add what is missing, or use mode J.",
};

static const struct finding_kind F_SMALL = {
	"integrity.device-small", SEV_ERROR, BY_KERNEL, "the device has no room for superblock, journal and tags",
	"The superblock takes 4 KiB, the journal at least one section, and every run of tags 128 KiB (4 KiB with "
	"fix_padding).",
	"devices: {d: {file: d.img, size: 64KiB}}\nvolumes:\n"
	"  i: {target: integrity, device: d, internal_hash: crc32c, size: 4KiB}\n",
	"Use a larger device, a smaller journal, or fix_padding.",
};

static const struct finding_kind F_LENGTH = {
	"integrity.length", SEV_ERROR, BY_KERNEL, "the volume is longer than what the device provides",
	"Tags and journal take a part of the device.",
	"devices: {d: {file: d.img, size: 16MiB}}\nvolumes:\n"
	"  i: {target: integrity, device: d, internal_hash: crc32c, size: 16MiB}\n",
	"Leave `size` out to use all that is provided.",
};

static const struct finding_kind F_SUPERBLOCK = {
	"integrity.superblock", SEV_ERROR, BY_KERNEL, "the superblock does not fit the table",
	"The kernel formats a device whose first 4 KiB (at the offset) are zero; a superblock that exists must agree "
	"with tag size, block size, mode and keys.",
	NULL,
	"Correct the layout. To give up what is on the device, clear its superblock.",
};

static const struct finding_kind F_RECALC = {
	"integrity.recalculate", SEV_ERROR, BY_KERNEL, "tags cannot be recalculated",
	"Recalculation needs internal_hash. With a keyed one it would make valid tags for changed data, so it is "
	"refused without legacy_recalculate.",
	"volumes:\n  i: {target: integrity, device: d, tag_size: 4, recalculate: true, size: 1MiB}\n",
	"Leave recalculate out; write the data through the volume instead.",
};

static const struct finding_kind *const findings[] = {
	&F_HASH, &F_TAG, &F_MODE, &F_SMALL, &F_LENGTH, &F_SUPERBLOCK, &F_RECALC, NULL,
};

/* ---- sizes ---- */

enum sb_state { SB_UNKNOWN, SB_EMPTY, SB_FOUND, SB_OTHER };

static const struct devref *meta_of(const struct integrity *p)
{
	return given(p, META_DEVICE) ? &p->meta : &p->dev;
}

static enum sb_state read_sb(const struct integrity *p, uint8_t sb[static SB_BYTES])
{
	if (blkdev_read(meta_of(p)->dev, p->dev.start_sectors * 512, sb, SB_BYTES))
		return SB_UNKNOWN;
	if (!memcmp(sb, "integrt\0", 8))
		return SB_FOUND;
	return !*sb && !memcmp(sb, sb + 1, SB_BYTES - 1) ? SB_EMPTY : SB_OTHER;
}

static unsigned log2_of(uint64_t v)
{
	unsigned n = 0;

	while (v >>= 1)
		n++;
	return n;
}

/* The tag size that counts, or 0: it is not known. */
static unsigned tag_size(const struct integrity *p)
{
	struct digest d;

	if (given(p, TAG))
		return (unsigned)p->tag;
	return given(p, HASH) && digest_find(p->hash.name, &d) ? d.size : 0;
}

static bool config_of(const struct integrity *p, const uint8_t *sb, struct integrity_config *c)
{
	const struct blkdev *meta = meta_of(p)->dev;
	uint64_t journal = p->journal;

	if (!blkdev_size_known(p->dev.dev) || !blkdev_size_known(meta) || !tag_size(p) || tag_size(p) > 255)
		return false;
	if (!given(p, JOURNAL)) {
		journal = p->dev.dev->nr_sectors >> 7;
		if (journal > 131072)
			journal = 131072;
	}
	*c = (struct integrity_config){
		.start = p->dev.start_sectors,
		.data_sectors = p->dev.dev->nr_sectors,
		.meta_sectors = meta->nr_sectors,
		.meta_device = given(p, META_DEVICE),
		.tag_size = tag_size(p),
		.log2_block = given(p, BLOCK) ? log2_of(p->block_bytes / 512) : 0,
		.journal_mac = sb ? get_le32(sb + SB_FLAGS) & FLAG_MAC : given(p, MAC),
		.fix_padding = sb ? get_le32(sb + SB_FLAGS) & FLAG_PADDING : given(p, PADDING),
		.inline_tags = p->mode == MODE_I,
		.journal_sectors = journal,
		.interleave_sectors = given(p, INTERLEAVE) ? p->interleave : 0,
		.buffer_sectors = given(p, BUFFER) ? p->buffer : 128,
	};
	/* Without a metadata device the padding does not matter, and is not stored. */
	return c->log2_block <= 3;
}

/* False: it is not known, or the device is too small. */
static bool layout_of(const struct integrity *p, struct integrity_layout *l)
{
	struct integrity_config c;
	uint8_t sb[SB_BYTES];
	bool found = read_sb(p, sb) == SB_FOUND;

	if (!config_of(p, found ? sb : NULL, &c))
		return false;
	if (!found)
		return integrity_layout_new(&c, l);
	return sb[SB_LOG2_INTERLEAVE] <= 31 &&
	       integrity_layout_stored(&c, get_le32(sb + SB_SECTIONS), sb[SB_LOG2_INTERLEAVE], l);
}

/* ---- rules, in the constructor's order ---- */

static void check_alg(const struct line_ctx *c, const struct integrity *p, int row, const struct alg *alg,
		      const char *unknown, const char *key_text)
{
	struct digest d;

	if (!given(p, (unsigned)row))
		return;
	if (!digest_find(alg->name, &d) ||
	    (!strcmp(alg->name, "xxhash64") && line_kernel_has(c, KF_NO_XXHASH64)))
		line_report(c, &F_HASH, &words[row], unknown, "the kernel has no hash '%s'", alg->name);
	else if (d.keyed && alg->key.kind == KEY_NONE)
		line_report(c, &F_HASH, &words[row], key_text, "%s needs a key: `%s`", alg->name, words[row].aux_key);
	else if (alg->key.kind != KEY_NONE && !d.may_have_key)
		line_report(c, &F_HASH, &words[row], key_text, "%s takes no key", alg->name);
}

/* create_journal() */
static void check_journal_crypt(const struct line_ctx *c, const struct integrity *p)
{
	struct cipher cipher;

	if (!given(p, CRYPT) || p->mode == MODE_R || p->mode == MODE_I)
		return;
	if (!cipher_find(p->crypt.name, &cipher) || cipher.aead)
		line_report(c, &F_HASH, &words[CRYPT], "Invalid journal cipher", "the kernel has no cipher '%s'",
			    p->crypt.name);
	else if (p->crypt.key.kind == KEY_NONE && !cipher_key_ok(&cipher, 0))
		line_report(c, &F_HASH, &words[CRYPT], "Unable to encrypt journal", "%s needs a key: `journal_crypt_key`",
			    p->crypt.name);
	else if (!cipher_key_ok(&cipher, p->crypt.key.size))
		line_report(c, &F_HASH, &words[CRYPT], "Error setting encryption key",
			    "%s takes no key of %zu bytes", p->crypt.name, p->crypt.key.size);
}

static void check_tag(const struct line_ctx *c, const struct integrity *p)
{
	if (!given(p, TAG) && !given(p, HASH))
		line_report(c, &F_TAG, NULL, "Unknown tag size", "neither tag_size nor internal_hash is given");
	else if (tag_size(p) > 255)
		line_report(c, &F_TAG, &words[TAG], "Too big tag size", "%u bytes, and 255 are possible", tag_size(p));
}

static void mode_finding(const struct line_ctx *c, int row, const char *text)
{
	line_report(c, &F_MODE, &words[row], text, "%s", text);
}

static void check_inline(const struct line_ctx *c, const struct integrity *p)
{
	const struct blkdev *dev = p->dev.dev;

	if (given(p, META_DEVICE))
		mode_finding(c, META_DEVICE, "Metadata device not supported in inline mode");
	if (!given(p, HASH))
		mode_finding(c, MODE, "Internal hash not set in inline mode");
	if (given(p, CRYPT) || given(p, MAC))
		mode_finding(c, given(p, CRYPT) ? CRYPT : MAC, "Journal crypt not supported in inline mode");
	if (given(p, DISCARDS) || given(p, DISCARDS_KEYED))
		mode_finding(c, MODE, "Discards not supported in inline mode");
	/* Image files and most disks have no room for tags beside their sectors. */
	if (dev && (dev->flags & BLKDEV_LIMITS_KNOWN))
		mode_finding(c, MODE, "Integrity profile not supported");
}

static void check_mode(const struct line_ctx *c, const struct integrity *p)
{
	bool discards = given(p, DISCARDS) || given(p, DISCARDS_KEYED);

	if (p->mode == MODE_I)
		check_inline(c, p);
	if (p->mode == MODE_B && !given(p, HASH))
		mode_finding(c, MODE, "Bitmap mode can be only used with internal hash");
	if (discards && !given(p, HASH))
		mode_finding(c, given(p, DISCARDS) ? DISCARDS : DISCARDS_KEYED,
			     "Discard can be only used with internal hash");
	if (given(p, DISCARDS_KEYED) && given(p, HASH) && p->hash.key.kind == KEY_NONE)
		mode_finding(c, DISCARDS_KEYED, "Keyed discard can only be used with keyed internal hash");
}

static const char *sb_mismatch(const struct line_ctx *c, const struct integrity *p, const uint8_t *sb)
{
	uint32_t flags = get_le32(sb + SB_FLAGS);
	unsigned log2_interleave = sb[SB_LOG2_INTERLEAVE];
	unsigned newest = line_kernel_has(c, KF_INTEGRITY_KEYED_DISCARD) ? 7 :
			  line_kernel_has(c, KF_INTEGRITY_INLINE) ? 6 : 5;

	if (!sb[SB_VERSION] || sb[SB_VERSION] > newest)
		return "Unknown version";
	if (!!(flags & FLAG_INLINE) != (p->mode == MODE_I))
		return "Inline flag mismatch";
	if (get_le16(sb + SB_TAG_SIZE) != tag_size(p))
		return "Tag size doesn't match the information in superblock";
	if (sb[SB_LOG2_BLOCK] != (given(p, BLOCK) ? log2_of(p->block_bytes / 512) : 0))
		return "Block size doesn't match the information in superblock";
	if (p->mode != MODE_I && !get_le32(sb + SB_SECTIONS))
		return "Corrupted superblock, journal_sections is 0";
	if (given(p, META_DEVICE) ? log2_interleave != 0 : log2_interleave < 3 || log2_interleave > 31)
		return "Invalid interleave_sectors in the superblock";
	if (!given(p, DISCARDS_KEYED) && (flags & FLAG_KEYED))
		return "Keyed discard cannot be disabled once enabled";
	if (!!(flags & FLAG_MAC) != given(p, MAC))
		return "Journal mac mismatch";
	return NULL;
}

static void check_superblock(const struct line_ctx *c, const struct integrity *p)
{
	const struct word *row = &words[given(p, META_DEVICE) ? META_DEVICE : DEVICE];
	uint8_t sb[SB_BYTES];
	enum sb_state state = read_sb(p, sb);
	const char *text = NULL;

	if (state == SB_OTHER && p->mode != MODE_R)
		text = "The device is not initialized";
	else if (state == SB_FOUND)
		text = sb_mismatch(c, p, sb);
	if (text)
		line_report(c, &F_SUPERBLOCK, row, text,
			    state == SB_OTHER ? "%s holds neither zeroes nor a superblock of integrity" :
						"the superblock on %s does not fit the table",
			    meta_of(p)->dev->name);
}

static void check_sizes(const struct line_ctx *c, const struct integrity *p)
{
	struct integrity_config config;
	struct integrity_layout l;

	if (!config_of(p, NULL, &config))
		return;
	if (!layout_of(p, &l))
		line_report(c, &F_SMALL, &words[DEVICE], "Could not initialize superblock",
			    "%s has %llu sectors", meta_of(p)->dev->name,
			    (unsigned long long)meta_of(p)->dev->nr_sectors);
	else if (c->nr_sectors > l.provided_sectors)
		line_report(c, &F_LENGTH, NULL, "Not enough provided sectors for requested mapping size",
			    "the device provides %llu sectors, and the volume has %llu",
			    (unsigned long long)l.provided_sectors, (unsigned long long)c->nr_sectors);
}

/* dm_integrity_disable_recalculate() */
static bool recalc_unsafe(const struct integrity *p, bool fixed_hmac)
{
	bool keyed = p->hash.key.kind != KEY_NONE, mac = p->mac.key.kind != KEY_NONE;

	if (given(p, LEGACY))
		return false;
	return fixed_hmac ? keyed && !mac : keyed || mac;
}

static void check_recalc(const struct line_ctx *c, const struct integrity *p)
{
	uint8_t sb[SB_BYTES];
	bool found = read_sb(p, sb) == SB_FOUND, hmac = given(p, FIX_HMAC) && (given(p, HASH) || given(p, MAC));
	bool recalc = given(p, RECALC) || given(p, RESET_RECALC);

	if (found) {
		recalc = recalc || (get_le32(sb + SB_FLAGS) & FLAG_RECALC);
		hmac = get_le32(sb + SB_FLAGS) & FLAG_HMAC;
	}
	if (!recalc)
		return;
	if (!given(p, HASH))
		line_report(c, &F_RECALC, &words[given(p, RECALC) ? RECALC : RESET_RECALC],
			    "Recalculate can only be specified with internal_hash", "internal_hash is missing");
	else if (recalc_unsafe(p, hmac))
		line_report(c, &F_RECALC, &words[given(p, RECALC) ? RECALC : RESET_RECALC],
			    "Recalculating with HMAC is disabled for security reasons",
			    "the hash is keyed, and legacy_recalculate is not given");
}

/* dm_integrity_ctr() */
static void check(const struct line_ctx *c, const void *params)
{
	const struct integrity *p = params;

	check_alg(c, p, HASH, &p->hash, "Invalid internal hash", "Error setting internal hash key");
	check_alg(c, p, MAC, &p->mac, "Invalid journal mac", "Error setting journal mac key");
	check_tag(c, p);
	check_mode(c, p);
	check_superblock(c, p);
	check_sizes(c, p);
	check_recalc(c, p);
	check_journal_crypt(c, p);
}

/* dm_integrity_iterate_devices() */
static void areas(const struct line_ctx *c, const void *params, area_fn *fn, void *priv)
{
	const struct integrity *p = params;
	struct integrity_layout l;

	if (given(p, META_DEVICE))
		fn(priv, &p->dev, &words[DEVICE], 0, c->nr_sectors);
	else if (layout_of(p, &l))
		fn(priv, &p->dev, &words[DEVICE], p->dev.start_sectors + l.initial_sectors + l.metadata_run,
		   c->nr_sectors);
}

/* dm_integrity_io_hints() */
static void io_hints(const struct line_ctx *c, const void *params, struct limits *l)
{
	const struct integrity *p = params;
	uint32_t block = given(p, BLOCK) ? (uint32_t)p->block_bytes : 512;

	if (block <= 512 || (line_kernel_has(c, KF_INTEGRITY_LBS_MAX) && l->logical_block_size > block))
		return;
	l->logical_block_size = l->physical_block_size = l->io_min = block;
}

static uint64_t natural_len(const void *params)
{
	struct integrity_layout l;

	return layout_of(params, &l) ? l.provided_sectors : 0;
}

/* ---- the read-back: dm_integrity_status() ---- */

static uint64_t jiffies_ms(uint64_t ms)
{
	return (ms + 3) / 4 * 4; /* HZ is 250 */
}

static uint64_t shown_watermark(const struct integrity_layout *l, uint64_t watermark)
{
	uint64_t entries = (uint64_t)l->section_entries * l->journal_sections, threshold;

	if (!entries)
		return watermark;
	threshold = (entries * (100 - watermark) + 50) / 100;
	return ((entries - threshold) * 100 + entries / 2) / entries;
}

/* The bits of the bitmap must fit the journal's area. */
static uint64_t shown_per_bit(const struct integrity *p, const struct integrity_layout *l)
{
	unsigned log2 = log2_of(given(p, PER_BIT) ? p->per_bit : 32768);
	unsigned block = given(p, BLOCK) ? log2_of(p->block_bytes / 512) : 0;
	uint64_t bits = (uint64_t)l->section_sectors * l->journal_sections << 12;

	if (log2 < block)
		log2 = block;
	if (bits > UINT32_MAX)
		bits = UINT32_MAX;
	while (bits && log2 < 63 && bits < (l->provided_sectors + (1ull << log2) - 1) >> log2)
		log2++;
	return 1ull << log2;
}

static void show_flags(struct integrity *p)
{
	uint8_t sb[SB_BYTES];
	uint32_t flags;

	if (!given(p, HASH) && !given(p, MAC))
		p->given &= ~ROW(FIX_HMAC);
	if (given(p, META_DEVICE))
		p->given &= ~ROW(PADDING);
	if (given(p, RESET_RECALC))
		p->given |= ROW(RECALC);
	if (read_sb(p, sb) != SB_FOUND)
		return;
	flags = get_le32(sb + SB_FLAGS);
	p->given &= ~(ROW(PADDING) | ROW(FIX_HMAC));
	p->given |= (flags & FLAG_PADDING ? ROW(PADDING) : 0) | (flags & FLAG_HMAC ? ROW(FIX_HMAC) : 0) |
		    (flags & FLAG_RECALC ? ROW(RECALC) : 0);
}

static void normalize(const struct emit_ctx *c, void *params)
{
	struct integrity *p = params;
	struct integrity_layout l;
	bool all = !kernel_has(c->kernel, KF_INTEGRITY_TABLE_ORDER);
	uint8_t sb[SB_BYTES];

	if (!layout_of(p, &l))
		return;
	p->tag = tag_size(p);
	p->journal = l.initial_sectors - INTEGRITY_SB_SECTORS;
	p->interleave = 1ull << l.log2_interleave;
	if (p->mode == MODE_R && !kernel_has(c->kernel, KF_INTEGRITY_R_INTERLEAVE) &&
	    read_sb(p, sb) == SB_EMPTY)
		p->interleave = 1;
	p->buffer = 1ull << l.log2_buffer;
	p->watermark = shown_watermark(&l, given(p, WATERMARK) ? p->watermark : 50);
	p->commit_ms = given(p, COMMIT) ? p->commit_ms : 10000;
	p->per_bit = shown_per_bit(p, &l);
	p->flush_ms = jiffies_ms(given(p, FLUSH) ? p->flush_ms : 10000);
	show_flags(p);
	p->given &= ~(ROW(WATERMARK) | ROW(COMMIT) | ROW(PER_BIT) | ROW(FLUSH) | ROW(JOURNAL) | ROW(INTERLEAVE));
	p->given |= ROW(TAG) | ROW(BUFFER);
	if (p->block_bytes == 512)
		p->given &= ~ROW(BLOCK);
	if (given(p, DISCARDS_KEYED))
		p->given &= ~ROW(DISCARDS);
	if (all || p->mode != MODE_I)
		p->given |= ROW(INTERLEAVE);
	if (all || p->mode == MODE_J)
		p->given |= ROW(JOURNAL);
	if (p->mode == MODE_J)
		p->given |= ROW(WATERMARK) | ROW(COMMIT);
	if (p->mode == MODE_B)
		p->given |= ROW(PER_BIT) | ROW(FLUSH);
}

/* From 6.14 on journal_sectors comes behind interleave_sectors and buffer_sectors. */
static void emit(const struct emit_ctx *c, const void *params, struct strbuf *out)
{
	static const int order[] = {META_DEVICE, BLOCK, RECALC, RESET_RECALC, DISCARDS, DISCARDS_KEYED,
				    INTERLEAVE, BUFFER, JOURNAL, WATERMARK, COMMIT, PER_BIT, FLUSH, PADDING,
				    FIX_HMAC, LEGACY, HASH, CRYPT, MAC};
	struct strbuf options = STRBUF_INIT;
	unsigned nr = 0;

	if (c->mode == EMIT_LOAD || !kernel_has(c->kernel, KF_INTEGRITY_TABLE_ORDER)) {
		params_emit(c, words, params, out);
		return;
	}
	for (size_t i = DEVICE; i < OPTIONS; i++)
		params_emit_row(c, words, &words[i], params, out);
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (given(params, (unsigned)order[i])) {
			params_emit_option(c, &words[order[i]], params, &options);
			nr++;
		}
	emit_number(out, nr);
	if (nr)
		strbuf_addf(out, " %s", strbuf_str(&options));
	strbuf_release(&options);
}

static enum discard_use discards(const void *params)
{
	return given(params, DISCARDS) || given(params, DISCARDS_KEYED) ? DISCARD_PASSED : DISCARD_STOPPED;
}

struct integrity_status {
	uint64_t given;
	uint64_t mismatches, provided, recalc;
};

static const struct word status[] = {
	{.kind = WORD_U64, WORD_FIELD(struct integrity_status, mismatches), .key = "mismatches",
	 .help = "blocks whose tag was wrong"},
	{.kind = WORD_SIZE, .unit = 512, WORD_FIELD(struct integrity_status, provided), .key = "provided",
	 .help = "what the device can hold"},
	{.kind = WORD_SIZE, .unit = 512, .flags = WORD_DASH, WORD_FIELD(struct integrity_status, recalc),
	 .key = "recalculated", .help = "how far tags are recalculated"},
	WORD_LAST,
};

const struct target target_integrity = {
	.name = "integrity",
	.summary = "keeps a checksum or MAC for every block",
	.description = "Damage is an I/O error instead of wrong data. Below crypt it holds the tags of authenticated "
		       "encryption.",
	.flags = TARGET_SINGLETON | TARGET_EXTRA_WORDS,
	.traits = TRAIT_CHECKS,
	.words = words,
	.params_size = sizeof(struct integrity),
	.count_error = "Invalid argument count",
	.status = status,
	.status_size = sizeof(struct integrity_status),
	.findings = findings,
	.example = "safe: {target: integrity, device: disk, mode: J, internal_hash: crc32c, size: 8MiB}\n",
	.emit = emit,
	.normalize = normalize,
	.check = check,
	.areas = areas,
	.io_hints = io_hints,
	.natural_len = natural_len,
	.discards = discards,
};
