/* Rules of integrity: dm_integrity_ctr() of drivers/md/dm-integrity.c, in its order. */
#include "targets/integrity.h"

#include <string.h>

#include "base/endian.h"
#include "targets/algorithms.h"

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

const struct finding_kind *const integrity_findings[] = {
	&F_HASH, &F_TAG, &F_MODE, &F_SMALL, &F_LENGTH, &F_SUPERBLOCK, &F_RECALC, NULL,
};

/* ---- sizes ---- */

static const struct devref *meta_of(const struct integrity *p)
{
	return given(p, META_DEVICE) ? &p->meta : &p->dev;
}

enum sb_state integrity_read_sb(const struct integrity *p, uint8_t sb[static SB_BYTES])
{
	if (blkdev_read(meta_of(p)->dev, p->dev.start_sectors * 512, sb, SB_BYTES))
		return SB_UNKNOWN;
	if (!memcmp(sb, "integrt\0", 8))
		return SB_FOUND;
	return !*sb && !memcmp(sb, sb + 1, SB_BYTES - 1) ? SB_EMPTY : SB_OTHER;
}

unsigned integrity_log2(uint64_t v)
{
	unsigned n = 0;

	while (v >>= 1)
		n++;
	return n;
}

/* The tag size that counts, or 0: it is not known. */
unsigned integrity_tag_size(const struct integrity *p)
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

	if (!blkdev_size_known(p->dev.dev) || !blkdev_size_known(meta) || !integrity_tag_size(p) || integrity_tag_size(p) > 255)
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
		.tag_size = integrity_tag_size(p),
		.log2_block = given(p, BLOCK) ? integrity_log2(p->block_bytes / 512) : 0,
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
bool integrity_layout_of(const struct integrity *p, struct integrity_layout *l)
{
	struct integrity_config c;
	uint8_t sb[SB_BYTES];
	bool found = integrity_read_sb(p, sb) == SB_FOUND;

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
		line_report(c, &F_HASH, &integrity_words[row], unknown, "the kernel has no hash '%s'", alg->name);
	else if (d.keyed && alg->key.kind == KEY_NONE)
		line_report(c, &F_HASH, &integrity_words[row], key_text, "%s needs a key: `%s`", alg->name, integrity_words[row].aux_key);
	else if (alg->key.kind != KEY_NONE && !d.may_have_key)
		line_report(c, &F_HASH, &integrity_words[row], key_text, "%s takes no key", alg->name);
}

/* create_journal() */
static void check_journal_crypt(const struct line_ctx *c, const struct integrity *p)
{
	struct cipher cipher;

	if (!given(p, CRYPT) || p->mode == MODE_R || p->mode == MODE_I)
		return;
	if (!cipher_find(p->crypt.name, &cipher) || cipher.aead)
		line_report(c, &F_HASH, &integrity_words[CRYPT], "Invalid journal cipher", "the kernel has no cipher '%s'",
			    p->crypt.name);
	else if (p->crypt.key.kind == KEY_NONE && !cipher_key_ok(&cipher, 0))
		line_report(c, &F_HASH, &integrity_words[CRYPT], "Unable to encrypt journal", "%s needs a key: `journal_crypt_key`",
			    p->crypt.name);
	else if (!cipher_key_ok(&cipher, p->crypt.key.size))
		line_report(c, &F_HASH, &integrity_words[CRYPT], "Error setting encryption key",
			    "%s takes no key of %zu bytes", p->crypt.name, p->crypt.key.size);
}

static void check_tag(const struct line_ctx *c, const struct integrity *p)
{
	if (!given(p, TAG) && !given(p, HASH))
		line_report(c, &F_TAG, NULL, "Unknown tag size", "neither tag_size nor internal_hash is given");
	else if (integrity_tag_size(p) > 255)
		line_report(c, &F_TAG, &integrity_words[TAG], "Too big tag size", "%u bytes, and 255 are possible", integrity_tag_size(p));
}

static void mode_finding(const struct line_ctx *c, int row, const char *text)
{
	line_report(c, &F_MODE, &integrity_words[row], text, "%s", text);
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
	if (get_le16(sb + SB_TAG_SIZE) != integrity_tag_size(p))
		return "Tag size doesn't match the information in superblock";
	if (sb[SB_LOG2_BLOCK] != (given(p, BLOCK) ? integrity_log2(p->block_bytes / 512) : 0))
		return "Block size doesn't match the information in superblock";
	if (p->mode != MODE_I && !get_le32(sb + SB_SECTIONS))
		return "Corrupted superblock, journal_sections is 0";
	if (p->mode == MODE_I && get_le32(sb + SB_SECTIONS))
		return "Corrupted superblock, journal_sections is not 0";
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
	const struct word *row = &integrity_words[given(p, META_DEVICE) ? META_DEVICE : DEVICE];
	uint8_t sb[SB_BYTES];
	enum sb_state state = integrity_read_sb(p, sb);
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
	if (!integrity_layout_of(p, &l))
		line_report(c, &F_SMALL, &integrity_words[DEVICE], "Could not initialize superblock",
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
	bool found = integrity_read_sb(p, sb) == SB_FOUND, hmac = given(p, FIX_HMAC) && (given(p, HASH) || given(p, MAC));
	bool recalc = given(p, RECALC) || given(p, RESET_RECALC);

	if (found) {
		recalc = recalc || (get_le32(sb + SB_FLAGS) & FLAG_RECALC);
		hmac = get_le32(sb + SB_FLAGS) & FLAG_HMAC;
	}
	if (!recalc)
		return;
	if (!given(p, HASH))
		line_report(c, &F_RECALC, &integrity_words[given(p, RECALC) ? RECALC : RESET_RECALC],
			    "Recalculate can only be specified with internal_hash", "internal_hash is missing");
	else if (recalc_unsafe(p, hmac))
		line_report(c, &F_RECALC, &integrity_words[given(p, RECALC) ? RECALC : RESET_RECALC],
			    "Recalculating with HMAC is disabled for security reasons",
			    "the hash is keyed, and legacy_recalculate is not given");
}

/* dm_integrity_ctr() */
void integrity_check(const struct line_ctx *c, const void *params)
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
