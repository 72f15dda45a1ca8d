/*
 * dmz_load_sb() and dmz_check_sb() of drivers/md/dm-zoned-metadata.c, on what can be read of
 * the devices. The kernel's order of checks decides between a refusal and a crash.
 */
#include "targets/dmz.h"

#include <errno.h>
#include <string.h>

#include "base/endian.h"

#define DMZ_MAGIC 0x445a4244
#define DMZ_BLOCK 4096
/* Conventional zones stand in front, and there are some hundreds of them at most. */
#define SEARCH_ZONES 1024

/* What superblocks are compared with, and what they tell: struct dmz_metadata. */
struct dmz {
	const struct dmz_devices *devs;
	uint64_t zone_sectors, zone_blocks;
	uint64_t useable, first_zones; /* zones of all devices, of the first: at most so many */
	char label[32];
	uint8_t uuid[16];
	uint32_t version;
	uint64_t nr_meta_zones, nr_chunks;
};

static uint64_t zones_up(const struct dmz *z, const struct blkdev *dev)
{
	return dev->nr_sectors / z->zone_sectors + (dev->nr_sectors % z->zone_sectors != 0);
}

/* dmz_init_zones(), dmz_emulate_zones(); false where sizes are not known. */
static bool dmz_init(struct dmz *z, const struct dmz_devices *devs)
{
	*z = (struct dmz){.devs = devs, .zone_sectors = devs->zone_sectors};
	z->zone_blocks = z->zone_sectors / DMZ_BLOCK_SECTORS;
	for (size_t i = 0; i < devs->nr; i++) {
		const struct blkdev *dev = devs->v[i];
		bool regular = !(dev->flags & BLKDEV_ZONED);

		if (!blkdev_size_known(dev))
			return false;
		z->useable += regular ? zones_up(z, dev) : dev->nr_sectors / z->zone_sectors;
	}
	z->first_zones = zones_up(z, devs->v[0]);
	return true;
}

/* The kernel's crc32_le(): not inverted, seeded with the generation. */
static uint32_t crc32_le(uint32_t crc, const uint8_t *p, size_t len)
{
	while (len--) {
		crc ^= *p++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return crc;
}

static bool is_zero(const uint8_t *p, size_t len)
{
	return !*p && !memcmp(p, p + 1, len - 1);
}

/* dmz_check_sb(): uuids and label. */
static int check_identity(struct dmz *z, const uint8_t *b)
{
	const uint8_t *label = b + 48, *uuid = b + 80, *dev_uuid = b + 96;

	if (is_zero(uuid, 16))
		return -ENXIO;
	if (is_zero(z->uuid, 16))
		memcpy(z->uuid, uuid, 16);
	else if (memcmp(z->uuid, uuid, 16))
		return -ENXIO;
	if (!*z->label)
		memcpy(z->label, label, sizeof(z->label));
	else if (memcmp(z->label, label, sizeof(z->label)))
		return -ENXIO;
	return is_zero(dev_uuid, 16) ? -ENXIO : 0;
}

/*
 * dmz_check_sb(): counts. The types of zones are not known here, so limits are those of
 * disks whose zones would all do.
 */
static int check_counts(struct dmz *z, const uint8_t *b)
{
	uint32_t nr_chunks = get_le32(b + 32), nr_reserved = get_le32(b + 28);
	uint64_t meta = (get_le32(b + 24) + z->zone_blocks - 1) / z->zone_blocks;

	if (!meta || meta >= (z->devs->nr > 1 ? z->first_zones : z->useable))
		return -ENXIO;
	if (!nr_reserved || nr_reserved >= z->useable - meta)
		return -ENXIO;
	/* Wraps in the kernel, too, and lets any number pass then. */
	if (nr_chunks > (uint32_t)(z->useable - (2 * meta + nr_reserved)))
		return -ENXIO;
	z->nr_meta_zones = meta;
	z->nr_chunks = nr_chunks;
	return 0;
}

/*
 * dmz_check_sb() on what stands at the start of zone `zone` (counted over all devices) as
 * zone `at` of its device: 0, -ENOMSG: no superblock, -EIO: unreadable, -ENXIO, -EINVAL.
 */
static int check_sb(struct dmz *z, size_t dev, uint64_t at, uint64_t zone, bool tertiary)
{
	uint8_t b[DMZ_BLOCK];
	uint32_t crc;
	int r;

	if (blkdev_read(z->devs->v[dev], at * z->zone_sectors * 512, b, sizeof(b)))
		return -EIO;
	if (get_le32(b) != DMZ_MAGIC)
		return -ENOMSG;
	z->version = get_le32(b + 4);
	if (z->version > 2 || (z->version < 2 && tertiary))
		return -EINVAL;
	crc = get_le32(b + 44);
	memset(b + 44, 0, 4);
	if (crc32_le(get_le32(b + 8), b, sizeof(b)) != crc)
		return -ENXIO;
	if (get_le64(b + 16) != zone * z->zone_blocks)
		return -EINVAL;
	r = z->version > 1 ? check_identity(z, b) : 0;
	return r || tertiary ? r : check_counts(z, b);
}

/* The next zone of the first device, from `zone`, with a superblock of any state; its state in *r. */
static uint64_t find_sb(struct dmz *z, uint64_t zone, int *r)
{
	uint64_t end = z->devs->v[0]->nr_sectors / z->zone_sectors;

	if (end > SEARCH_ZONES)
		end = SEARCH_ZONES;
	for (*r = -ENOMSG; zone < end; zone++) {
		*r = check_sb(z, 0, zone, zone, false);
		if (*r != -ENOMSG)
			break;
	}
	return zone;
}

/* dmz_load_sb(); errors as dmz_load() has them. */
static int load_sb(struct dmz *z)
{
	uint64_t primary = 0, zone = 0;
	int r;

	if (z->devs->nr > 1)
		r = check_sb(z, 0, 0, 0, false);
	else
		primary = find_sb(z, 0, &r);
	if (r == -EIO)
		return r;
	if (!r) {
		/* Counts of the second one, where it is good, replace those of the first. */
		zone = primary + z->nr_meta_zones;
		check_sb(z, 0, zone, zone, false);
	} else {
		zone = find_sb(z, primary + 1, &r);
		if (r == -ENOMSG || r == -EIO)
			return r;
		/* dmz_lookup_secondary_sb() expects the position of the zone before from the next on. */
		if (zone != primary + 1 || r)
			return -ENXIO;
	}
	zone = zones_up(z, z->devs->v[0]);
	for (size_t i = 1; z->version > 1 && i < z->devs->nr; i++) {
		/* Only the last device's other errors count. */
		r = check_sb(z, i, 0, zone, true);
		if (r == -EIO || r == -EINVAL)
			return r;
		zone += zones_up(z, z->devs->v[i]);
	}
	return r ? -ENXIO : 0;
}

int dmz_load(const struct dmz_devices *devs, struct dmz_found *ret)
{
	struct dmz z;
	int r;

	if (!dmz_init(&z, devs))
		return -EIO;
	r = load_sb(&z);
	if (!r)
		*ret = (struct dmz_found){.version = z.version, .nr_chunks = z.nr_chunks};
	return r;
}
