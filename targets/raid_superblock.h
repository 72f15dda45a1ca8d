/*
 * Superblock and bitmap header on a raid metadata device, as the constructor reads them:
 * dm-raid.c's struct dm_raid_superblock and md-bitmap.h's bitmap_super_t.
 */
#ifndef TARGETS_RAID_SUPERBLOCK_H
#define TARGETS_RAID_SUPERBLOCK_H

#include "targets/targets.h"

#define RAID_SUPERBLOCK_SIZE 148
#define RAID_MAGIC 0x64526D44
#define RAID_COMPAT_V190 1 /* the fields from `flags` on are there */
#define RAID_RESHAPE_ACTIVE 1
#define RAID_RESHAPE_BACKWARDS 2
#define RAID_FAILED_WORDS 4

struct raid_superblock {
	uint32_t magic, compat, num_devices, array_position;
	uint64_t events, recovery_offset, resync_offset;
	uint32_t level, layout, stripe_sectors, flags;
	uint64_t reshape_position;
	uint32_t new_level, new_layout, new_stripe_sectors, delta_disks;
	uint64_t array_sectors, data_offset, new_data_offset, sectors;
	uint64_t failed[RAID_FAILED_WORDS]; /* one bit a device */
	uint32_t incompat;
};

/* From RAID_SUPERBLOCK_SIZE bytes; any bytes will do. */
void raid_superblock_decode(const uint8_t *bytes, struct raid_superblock *ret);

/* Errors of blkdev_read(). */
int raid_superblock_read(const struct blkdev *dev, struct raid_superblock *ret);

/*
 * md_bitmap_read_sb(): *reason is what md says against the header, NULL: nothing. Errors
 * of blkdev_read().
 */
int raid_bitmap_check(const struct blkdev *dev, const char **reason);

#endif
