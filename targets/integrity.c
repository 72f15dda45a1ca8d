/*
 * integrity: a tag for every block, and a journal that keeps both together.
 * drivers/md/dm-integrity.c; rules are in integrity_rules.c, its arithmetic in integrity_layout.c.
 */
#include "targets/integrity.h"

#include <string.h>

#include "base/endian.h"
#include "targets/content.h"

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

const struct word integrity_words[] = {
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

/* dm_integrity_iterate_devices() */
static void areas(const struct line_ctx *c, const void *params, area_fn *fn, void *priv)
{
	const struct integrity *p = params;
	struct integrity_layout l;

	if (given(p, META_DEVICE))
		fn(priv, &p->dev, &integrity_words[DEVICE], 0, c->nr_sectors);
	else if (integrity_layout_of(p, &l))
		fn(priv, &p->dev, &integrity_words[DEVICE], p->dev.start_sectors + l.initial_sectors + l.metadata_run,
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

	return integrity_layout_of(params, &l) ? l.provided_sectors : 0;
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
	unsigned log2 = integrity_log2(given(p, PER_BIT) ? p->per_bit : 32768);
	unsigned block = given(p, BLOCK) ? integrity_log2(p->block_bytes / 512) : 0;
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
	if (integrity_read_sb(p, sb) != SB_FOUND)
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

	if (!integrity_layout_of(p, &l))
		return;
	p->tag = integrity_tag_size(p);
	p->journal = l.initial_sectors - INTEGRITY_SB_SECTORS;
	p->interleave = 1ull << l.log2_interleave;
	if (p->mode == MODE_R && !kernel_has(c->kernel, KF_INTEGRITY_R_INTERLEAVE) &&
	    integrity_read_sb(p, sb) == SB_EMPTY)
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
		params_emit(c, integrity_words, params, out);
		return;
	}
	for (size_t i = DEVICE; i < OPTIONS; i++)
		params_emit_row(c, integrity_words, &integrity_words[i], params, out);
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (given(params, (unsigned)order[i])) {
			params_emit_option(c, &integrity_words[order[i]], params, &options);
			nr++;
		}
	emit_number(out, nr);
	if (nr)
		strbuf_addf(out, " %s", strbuf_str(&options));
	strbuf_release(&options);
}

/* dm_integrity_set() */
bool integrity_profile(const struct line *l, unsigned *tag, unsigned *block)
{
	const struct integrity *p = l->params;

	*tag = integrity_tag_size(p);
	*block = given(p, BLOCK) ? (unsigned)p->block_bytes : 512;
	return !given(p, HASH);
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
	{.kind = WORD_U64, .flags = WORD_BRIEF, WORD_FIELD(struct integrity_status, mismatches), .key = "mismatches",
	 .help = "blocks whose tag was wrong"},
	{.kind = WORD_SIZE, .flags = WORD_BRIEF, .unit = 512, WORD_FIELD(struct integrity_status, provided), .key = "provided",
	 .help = "what the device can hold"},
	{.kind = WORD_SIZE, .unit = 512, .flags = WORD_DASH | WORD_BRIEF, WORD_FIELD(struct integrity_status, recalc),
	 .key = "recalculated", .help = "how far tags are recalculated"},
	WORD_LAST,
};

/* dm_integrity_ctr(): zeroes are formatted, anything but the mark is refused. */
static enum content content(const void *params, size_t i, struct content_place *where)
{
	const struct integrity *p = params;
	const struct devref *ref = given(p, META_DEVICE) ? &p->meta : &p->dev;
	uint64_t off = given(p, META_DEVICE) ? 0 : p->dev.start_sectors * 512;

	return i ? CONTENT_NONE : content_marked(ref, off, 4096, 0, SB_MARK, where);
}

const struct target target_integrity = {
	.name = "integrity",
	.summary = "keeps a checksum or MAC for every block",
	.description = "Damage is an I/O error instead of wrong data. Below crypt it holds the tags of authenticated "
		       "encryption.",
	.flags = TARGET_SINGLETON | TARGET_EXTRA_WORDS,
	.traits = TRAIT_CHECKS | TRAIT_FORMATS,
	.words = integrity_words,
	.params_size = sizeof(struct integrity),
	.count_error = "Invalid argument count",
	.status = status,
	.status_size = sizeof(struct integrity_status),
	.findings = integrity_findings,
	.example = "safe: {target: integrity, device: disk, mode: J, internal_hash: crc32c, size: 8MiB}\n",
	.emit = emit,
	.normalize = normalize,
	.check = integrity_check,
	.areas = areas,
	.io_hints = io_hints,
	.natural_len = natural_len,
	.discards = discards,
	.content = content,
};
