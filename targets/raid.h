/*
 * The raid target in pieces: its words (raid_words.c), rules over the words alone
 * (raid_rules.c), rules over what superblocks say (raid_assemble.c), status and descriptor
 * (raid.c).
 */
#ifndef TARGETS_RAID_H
#define TARGETS_RAID_H

#include "targets/targets.h"

#define RAID_MAX_DEVICES 253

/* Rows of raid_words[]. */
enum raid_row {
	TYPE, PARAMS, CHUNK, SYNC, NOSYNC, REBUILD, DAEMON_SLEEP, MIN_RATE, MAX_RATE, WRITE_MOSTLY,
	WRITE_BEHIND, STRIPE_CACHE, REGION, COPIES, FORMAT, DELTA, DATA_OFFSET, JOURNAL, JOURNAL_MODE,
	NEAR_SETS, PARAMS_END, COUNT, DEVICES,
};

/* Rows of raid_pair_words[]. */
enum { METADATA, DATA, MISSING };

struct pair {
	uint64_t given;
	struct devref metadata, data;
};

struct raid {
	uint64_t given;
	unsigned type, format, journal_mode; /* indices of choices */
	uint64_t chunk, daemon_sleep_ms, min_rate, max_rate, write_behind, stripe_cache, region, copies, delta,
		data_offset;
	struct word_bits rebuild, write_mostly;
	struct devref journal;
	struct repeat devices;
};

enum raid_format { FORMAT_NEAR, FORMAT_FAR, FORMAT_OFFSET };

enum level { LEVEL_0 = 1, LEVEL_1 = 2, LEVEL_4 = 4, LEVEL_5 = 8, LEVEL_6 = 16, LEVEL_10 = 32 };
#define LEVEL_456 (LEVEL_4 | LEVEL_5 | LEVEL_6)

extern const struct word raid_words[], raid_pair_words[];
extern const struct choice raid_types[];

enum level raid_level(const struct raid *r);
unsigned raid_parity(const struct raid *r);
uint64_t raid_copies(const struct raid *r);
const struct pair *raid_pair(const struct raid *r, size_t i);
bool raid_has_metadata(const struct raid *r);
/* Sectors of each data device; 0: `len` does not come out even. */
uint64_t raid_share(const struct raid *r, uint64_t len);

/* raid_ctr() up to the devices: values, levels, combinations. */
void raid_check(const struct line_ctx *c, const void *params);

/*
 * What raid_ctr() makes of the devices: superblocks, redundancy, takeover, reshape and the
 * start of the personality. Silent where a metadata device cannot be read and the answer
 * hangs on it.
 */
void raid_check_assembly(const struct line_ctx *c, const struct raid *r);

extern const struct finding_kind F_RAID_DEVICES, F_RAID_RAID10_METADATA, F_RAID_SUPERBLOCKS,
	F_RAID_CONVERSION, F_RAID_DIRTY, F_RAID_BITMAP;
extern const struct finding_kind *const raid_findings[];

#endif
