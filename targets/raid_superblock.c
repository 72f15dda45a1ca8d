#include "targets/raid_superblock.h"

#include <string.h>

#include "base/endian.h"

#define BITMAP_OFFSET 4096
#define BITMAP_HEADER 72
#define BITMAP_MAGIC 0x6d746962
#define BITMAP_WRITE_ERROR (1 << 2)
#define BEHIND_MAX 16383

void raid_superblock_decode(const uint8_t *p, struct raid_superblock *ret)
{
	*ret = (struct raid_superblock){
		.magic = get_le32(p),
		.compat = get_le32(p + 4),
		.num_devices = get_le32(p + 8),
		.array_position = get_le32(p + 12),
		.events = get_le64(p + 16),
		.recovery_offset = get_le64(p + 32),
		.resync_offset = get_le64(p + 40),
		.level = get_le32(p + 48),
		.layout = get_le32(p + 52),
		.stripe_sectors = get_le32(p + 56),
		.flags = get_le32(p + 60),
		.reshape_position = get_le64(p + 64),
		.new_level = get_le32(p + 72),
		.new_layout = get_le32(p + 76),
		.new_stripe_sectors = get_le32(p + 80),
		.delta_disks = get_le32(p + 84),
		.array_sectors = get_le64(p + 88),
		.data_offset = get_le64(p + 96),
		.new_data_offset = get_le64(p + 104),
		.sectors = get_le64(p + 112),
		.incompat = get_le32(p + 144),
	};
	/* sb_retrieve_failed_devices() */
	ret->failed[0] = get_le64(p + 24);
	for (unsigned i = 1; (ret->compat & RAID_COMPAT_V190) && i < RAID_FAILED_WORDS; i++)
		ret->failed[i] = get_le64(p + 112 + 8 * i);
}

int raid_superblock_read(const struct blkdev *dev, struct raid_superblock *ret)
{
	uint8_t bytes[RAID_SUPERBLOCK_SIZE];
	int r = blkdev_read(dev, 0, bytes, sizeof(bytes));

	if (!r)
		raid_superblock_decode(bytes, ret);
	return r;
}

int raid_bitmap_check(const struct blkdev *dev, const char **reason)
{
	static const uint8_t no_uuid[16];
	uint8_t p[BITMAP_HEADER];
	uint32_t chunk;
	int r = blkdev_read(dev, BITMAP_OFFSET, p, sizeof(p));

	*reason = NULL;
	if (r)
		return r;
	chunk = get_le32(p + 52);
	if (get_le32(p) != BITMAP_MAGIC)
		*reason = "bad magic";
	else if (get_le32(p + 4) < 3 || get_le32(p + 4) > 5)
		*reason = "unrecognized superblock version";
	else if (chunk < 512)
		*reason = "bitmap chunksize too small";
	else if (chunk & (chunk - 1))
		*reason = "bitmap chunksize not a power of 2";
	else if (!get_le32(p + 56))
		*reason = "daemon sleep period out of range";
	else if (get_le32(p + 60) > BEHIND_MAX)
		*reason = "write-behind limit out of range (0 - 16383)";
	else if (memcmp(p + 8, no_uuid, sizeof(no_uuid)))
		*reason = "bitmap superblock UUID mismatch";
	else if (get_le32(p + 48) & BITMAP_WRITE_ERROR)
		*reason = "an earlier write of the bitmap failed";
	return 0;
}
