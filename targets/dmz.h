/*
 * Superblocks of dm-zoned: enough to say whether the kernel takes the devices of a line and
 * how long the volume is. drivers/md/dm-zoned-metadata.c.
 *
 *	first device   zone P          primary superblock, then its metadata
 *	               zone P + meta   the same once more
 *	other devices  zone 0          identification alone
 *
 * P is zone 0 of the regular device, or the first conventional zone of a single disk.
 */
#ifndef TARGETS_DMZ_H
#define TARGETS_DMZ_H

#include "targets/targets.h"

#define DMZ_BLOCK_SECTORS 8

/* The devices of a line, in its order; zones of a size that is a power of two. */
struct dmz_devices {
	const struct blkdev *const *v;
	size_t nr;
	uint64_t zone_sectors;
};

struct dmz_found {
	uint32_t version;
	uint64_t nr_chunks; /* of one zone each */
};

/*
 * Reads and checks as dmz_load_sb() does. Returns 0 and what was found in *ret;
 * -ENOMSG: there is no superblock to fall back on, which the kernel does not survive; -EIO:
 * nothing can be said (sizes or content are not known); another errno: the kernel refuses.
 */
int dmz_load(const struct dmz_devices *devs, struct dmz_found *ret);

#endif
