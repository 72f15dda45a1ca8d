/* An integrity line, between integrity.c and integrity_rules.c. */
#ifndef TARGETS_INTEGRITY_H
#define TARGETS_INTEGRITY_H

#include "targets/integrity_layout.h"
#include "targets/targets.h"

#define SB_BYTES           4096
#define SB_MARK            0x65746e69 /* "inte" of "integrt" */
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

enum sb_state { SB_UNKNOWN, SB_EMPTY, SB_FOUND, SB_OTHER };

extern const struct word integrity_words[];

enum sb_state integrity_read_sb(const struct integrity *p, uint8_t sb[static SB_BYTES]);
unsigned integrity_log2(uint64_t v);
/* The tag size that counts, or 0: it is not known. */
unsigned integrity_tag_size(const struct integrity *p);
/* False: it is not known, or the device is too small. */
bool integrity_layout_of(const struct integrity *p, struct integrity_layout *l);

/* Rules beyond single words. dm_integrity_ctr(). */
void integrity_check(const struct line_ctx *c, const void *params);

extern const struct finding_kind *const integrity_findings[];

#endif
