/* The list of targets, and rows that several of them share. */
#include "targets/targets.h"

extern const struct target target_cache;
extern const struct target target_clone;
extern const struct target target_crypt;
extern const struct target target_delay;
extern const struct target target_dust;
extern const struct target target_ebs;
extern const struct target target_era;
extern const struct target target_error;
extern const struct target target_flakey;
extern const struct target target_inlinecrypt;
extern const struct target target_integrity;
extern const struct target target_linear;
extern const struct target target_log_writes;
extern const struct target target_mirror;
extern const struct target target_multipath;
extern const struct target target_pcache;
extern const struct target target_raid;
extern const struct target target_snapshot;
extern const struct target target_snapshot_merge;
extern const struct target target_snapshot_origin;
extern const struct target target_striped;
extern const struct target target_switch;
extern const struct target target_thin;
extern const struct target target_thin_pool;
extern const struct target target_unstriped;
extern const struct target target_vdo;
extern const struct target target_verity;
extern const struct target target_writecache;
extern const struct target target_zero;
extern const struct target target_zoned;

static const struct target *const list[] = {
	&target_cache,
	&target_clone,
	&target_crypt,
	&target_delay,
	&target_dust,
	&target_ebs,
	&target_era,
	&target_error,
	&target_flakey,
	&target_inlinecrypt,
	&target_integrity,
	&target_linear,
	&target_log_writes,
	&target_mirror,
	&target_multipath,
	&target_pcache,
	&target_raid,
	&target_snapshot,
	&target_snapshot_merge,
	&target_snapshot_origin,
	&target_striped,
	&target_switch,
	&target_thin,
	&target_thin_pool,
	&target_unstriped,
	&target_vdo,
	&target_verity,
	&target_writecache,
	&target_zero,
	&target_zoned,
};

const struct target_list targets_all = {list, ARRAY_SIZE(list)};

const struct word status_device_words[] = {
	{.kind = WORD_TEXT, WORD_FIELD(struct status_device, name), .key = "device",
	 .help = "MAJOR:MINOR"},
	WORD_LAST,
};

uint64_t repeat_sectors(const struct repeat *r, const struct word *row)
{
	uint64_t least = UINT64_MAX;

	for (size_t i = 0; i < r->nr; i++) {
		const void *item = repeat_item(r, row, i);
		uint64_t left = devref_sectors(word_cfield(item, &row->rows[0], struct devref));

		if (left < least)
			least = left;
	}
	return least;
}
