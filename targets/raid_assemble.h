/*
 * The constructor's raid_set and mddev, as far as its decisions go: names as in dm-raid.c
 * and md.h. raid_assemble.c reads superblocks into it, raid_convert.c decides on takeover and
 * reshape, raid_run.c starts the personality.
 *
 * Steps return false after raid_fail(); then `kind`, `text` and `why` say what the finding is.
 */
#ifndef TARGETS_RAID_ASSEMBLE_H
#define TARGETS_RAID_ASSEMBLE_H

#include "targets/raid.h"
#include "targets/raid_superblock.h"

#define MAX_SECTOR UINT64_MAX
#define MIN_FREE_RESHAPE_SPACE 32 /* sectors */

/* raid5.h */
enum {
	ALGORITHM_LEFT_ASYMMETRIC = 0, ALGORITHM_RIGHT_SYMMETRIC = 3, ALGORITHM_PARITY_0 = 4,
	ALGORITHM_PARITY_N = 5, ALGORITHM_ZERO_RESTART = 8, ALGORITHM_N_CONTINUE = 10,
	ALGORITHM_LEFT_ASYMMETRIC_6 = 16, ALGORITHM_RIGHT_SYMMETRIC_6 = 19, ALGORITHM_PARITY_0_6 = 20,
};

#define RAID10_OFFSET (1u << 16)
#define RAID10_USE_FAR_SETS (1u << 18)

/* raid_types[]: what md calls a type; `algorithm` of raid10 is dm-raid's own. */
struct raid_kind {
	uint32_t level, algorithm;
	unsigned parity;
};

struct member {
	const struct pair *pair;
	bool listed;      /* on mddev's list: it has a data device */
	bool unreadable;  /* superblock */
	bool in_sync, faulty, first_use;
	int raid_disk;    /* -1: out of the array */
	uint64_t recovery_offset, sectors, data_offset, new_data_offset;
	struct raid_superblock sb;
};

struct assembly {
	const struct line_ctx *c;
	const struct raid *r;
	struct member *m;
	size_t nr;
	bool unknown;      /* a superblock cannot be seen here: superblocks that fit are assumed */

	struct raid_kind type;
	uint64_t dev_sectors; /* as the table wants them */

	/* mddev */
	uint64_t events, resync_offset, reshape_position, md_dev_sectors, md_array_sectors;
	uint32_t level, new_level, layout, new_layout, chunk, new_chunk;
	int64_t raid_disks, delta_disks; /* wide: a superblock may say anything */
	bool reshape_backwards, first_use, bitmap, reshape;
	uint64_t degraded;

	const struct finding_kind *kind;
	const char *text, *why;
};

bool raid_fail(struct assembly *a, const struct finding_kind *kind, const char *text, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* rs->delta_disks */
int raid_table_delta(const struct assembly *a);
/* get_raid_type_by_ll(); NULL: no type is like that. */
const struct raid_kind *raid_kind_find(uint32_t level, uint32_t layout);
uint32_t raid10_layout(const struct raid *r, enum raid_format format, unsigned copies);
/* _get_reshape_sectors() */
uint64_t raid_reshape_sectors(const struct assembly *a);
/* rs_set_dev_and_array_sectors() */
bool raid_set_sectors(struct assembly *a, uint64_t sectors, bool use_mddev);

static inline uint32_t raid10_near_copies(uint32_t layout)
{
	return layout & 0xff;
}

static inline uint32_t raid10_far_copies(uint32_t layout)
{
	return layout >> 8 & 0xff;
}

static inline bool raid10_is_near(uint32_t layout)
{
	return !(layout & RAID10_OFFSET) && raid10_near_copies(layout) > 1;
}

static inline bool raid10_is_far(uint32_t layout)
{
	return !(layout & RAID10_OFFSET) && raid10_far_copies(layout) > 1;
}

static inline bool raid_is_recovering(const struct assembly *a)
{
	return a->resync_offset < a->md_dev_sectors;
}

static inline bool raid_is_reshaping(const struct assembly *a)
{
	return a->reshape_position != MAX_SECTOR;
}

static inline bool raid_takeover_requested(const struct assembly *a)
{
	return a->new_level != a->level;
}

bool raid_reshape_requested(const struct assembly *a);

/* rs_setup_recovery() */
void raid_setup_recovery(struct assembly *a, uint64_t dev_sectors);

/* analyse_superblocks() */
bool raid_analyse(struct assembly *a);
/* The rest of raid_ctr() up to md_run(). */
bool raid_convert(struct assembly *a);
/* md_run() and the reshape check, for which the table's layout and chunk are needed again. */
bool raid_run(struct assembly *a, uint32_t new_layout, uint32_t new_chunk);

#endif
