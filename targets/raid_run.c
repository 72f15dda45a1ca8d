/*
 * Whether md starts a raid set: md_run() of drivers/md/md.c, the run() of raid0.c, raid1.c,
 * raid5.c and raid10.c, the bitmap's header, and the check of a reshape that the constructor
 * makes on the running set.
 */
#include "targets/raid_assemble.h"

#include <errno.h>
#include <stdlib.h>

#define NOT_RUN "Failed to run raid array"
#define STRIPES 256 /* raid5.c: NR_STRIPES, which dm-raid raises to half a chunk's sectors */

static bool refuse(struct assembly *a, const struct finding_kind *kind, const char *why)
{
	return raid_fail(a, kind, NOT_RUN, "%s", why);
}

/* The device of a slot, as the personalities sort them in; NULL: none. */
static const struct member *slot(const struct assembly *a, int disk)
{
	for (size_t i = 0; i < a->nr; i++)
		if (a->m[i].listed && a->m[i].raid_disk == disk)
			return &a->m[i];
	return NULL;
}

static bool slots_unique(const struct assembly *a)
{
	for (size_t i = 0; i < a->nr; i++)
		if (a->m[i].listed && a->m[i].raid_disk >= 0 && slot(a, a->m[i].raid_disk) != &a->m[i])
			return false;
	return true;
}

static bool in_set(const struct member *m, int64_t disks)
{
	return m->listed && m->raid_disk >= 0 && m->raid_disk < disks;
}

static uint64_t count_degraded(const struct assembly *a)
{
	int64_t nr = a->raid_disks;

	for (size_t i = 0; i < a->nr; i++)
		nr -= in_set(&a->m[i], a->raid_disks) && a->m[i].in_sync && !a->m[i].faulty;
	return (uint64_t)nr;
}

/* ---- raid0_run() ---- */

static bool run_raid0(struct assembly *a)
{
	uint32_t block = 512;
	int nr = 0;

	for (size_t i = 0; i < a->nr; i++) {
		const struct member *m = &a->m[i];

		if (!m->listed)
			continue;
		nr++;
		if (m->pair->data.dev->logical_block_size > block)
			block = m->pair->data.dev->logical_block_size;
		if (m->raid_disk < 0 || m->raid_disk >= a->raid_disks)
			return refuse(a, &F_RAID_DEVICES, "a device stands outside of the set");
	}
	if ((uint64_t)a->chunk * 512 % block)
		return raid_fail(a, &F_RAID_DEVICES, NOT_RUN, "chunks of %u sectors are no multiple of the devices' blocks of "
				 "%u bytes", a->chunk, block);
	if (nr != a->raid_disks)
		return raid_fail(a, &F_RAID_DEVICES, NOT_RUN, "%d of %lld devices; raid0 needs all", nr,
				 (long long)a->raid_disks);
	return true;
}

/* ---- raid1_run() ---- */

static bool run_raid1(struct assembly *a)
{
	if (raid_is_reshaping(a))
		return refuse(a, &F_RAID_CONVERSION, "the superblocks say that a reshape is under way, and raid1 has none");
	a->degraded = count_degraded(a);
	if (a->degraded >= (uint64_t)a->raid_disks)
		return raid_fail(a, &F_RAID_DEVICES, NOT_RUN, "none of %lld devices is in sync", (long long)a->raid_disks);
	if ((uint64_t)a->raid_disks - a->degraded == 1)
		a->resync_offset = MAX_SECTOR;
	return true;
}

/* ---- raid5_run() ---- */

static bool raid5_layout(uint32_t level, uint32_t layout)
{
	return layout <= ALGORITHM_PARITY_N ||
	       (level == 6 && ((layout >= ALGORITHM_ZERO_RESTART && layout <= ALGORITHM_N_CONTINUE) ||
			       (layout >= ALGORITHM_LEFT_ASYMMETRIC_6 && layout <= ALGORITHM_PARITY_0_6)));
}

static int most_degraded(const struct assembly *a)
{
	return a->level == 6 ? 2 : 1;
}

/* Least (backwards) or most (forwards) that the data moves. */
static int64_t offset_diff(const struct assembly *a)
{
	int64_t diff = 0;
	bool first = true;

	for (size_t i = 0; i < a->nr; i++) {
		const struct member *m = &a->m[i];
		int64_t d = (int64_t)(m->new_data_offset - m->data_offset);

		if (!m->listed || m->raid_disk < 0)
			continue;
		if (first || (a->reshape_backwards ? d < diff : d > diff))
			diff = d;
		first = false;
	}
	return diff;
}

static bool raid5_continue_reshape(struct assembly *a, uint64_t *reshape_offset)
{
	int64_t old_disks = a->raid_disks - a->delta_disks, most = most_degraded(a);
	uint64_t chunk = a->chunk > a->new_chunk ? a->chunk : a->new_chunk;
	int64_t diff = offset_diff(a), new, old;

	if (given(a->r, JOURNAL))
		return refuse(a, &F_RAID_CONVERSION, "a set that is being reshaped cannot have a journal");
	if (a->new_level != a->level)
		return refuse(a, &F_RAID_CONVERSION, "the set is being reshaped, and the table has another level");
	if (!chunk || a->raid_disks <= most || old_disks <= most ||
	    a->reshape_position % (chunk * (uint64_t)(a->raid_disks - most)))
		return raid_fail(a, &F_RAID_CONVERSION, NOT_RUN, "the reshape stands at sector %llu, which is no whole stripe",
				 (unsigned long long)a->reshape_position);
	new = (int64_t)(a->reshape_position / (chunk * (uint64_t)(a->raid_disks - most)) * chunk);
	old = (int64_t)(a->reshape_position / (chunk * (uint64_t)(old_disks - most)) * chunk);
	*reshape_offset = (uint64_t)new;
	if (a->delta_disks && (a->reshape_backwards ? new + diff <= old : new >= old - diff))
		return refuse(a, &F_RAID_CONVERSION, "the reshape would read the stripe that it writes to");
	return true;
}

static bool raid5_set_up(struct assembly *a)
{
	if ((a->new_level != 5 && a->new_level != 6 && a->new_level != 4) || !raid5_layout(a->new_level, a->new_layout))
		return raid_fail(a, &F_RAID_SUPERBLOCKS, NOT_RUN, "layout %u does not exist in level %u", a->new_layout,
				 a->new_level);
	if (a->new_level == 6 && a->raid_disks < 4)
		return raid_fail(a, &F_RAID_DEVICES, NOT_RUN, "raid6 on %lld devices; 4 are the least",
				 (long long)a->raid_disks);
	if (!a->new_chunk || a->new_chunk % 8 || (a->new_chunk & (a->new_chunk - 1)))
		return raid_fail(a, &F_RAID_SUPERBLOCKS, NOT_RUN, "chunks of %u sectors are no power of two from 8 on",
				 a->new_chunk);
	return true;
}

/* raid5_calc_degraded(), for the geometry before and the one after a reshape */
static uint64_t raid5_degraded(const struct assembly *a)
{
	int64_t old_disks = raid_is_reshaping(a) ? a->raid_disks - a->delta_disks : a->raid_disks;
	int64_t old = old_disks > 0 ? old_disks : 0, new = a->raid_disks;

	for (size_t i = 0; i < a->nr; i++) {
		const struct member *m = &a->m[i];

		old -= in_set(m, old_disks) && !m->faulty && (m->in_sync || a->raid_disks < old_disks);
		new -= in_set(m, a->raid_disks) && !m->faulty && (m->in_sync || a->raid_disks > old_disks);
	}
	return (uint64_t)(a->raid_disks != old_disks && new > old ? new : old);
}

static bool only_parity(int disk, uint32_t layout, int64_t disks, int most)
{
	switch (layout) {
	case ALGORITHM_PARITY_0:
		return disk < most;
	case ALGORITHM_PARITY_N:
		return disk >= disks - most;
	case ALGORITHM_PARITY_0_6:
		return disk == 0 || disk == disks - 1;
	default:
		return layout >= ALGORITHM_LEFT_ASYMMETRIC_6 && layout <= ALGORITHM_RIGHT_SYMMETRIC_6 &&
		       disk == disks - 1;
	}
}

static unsigned dirty_parity_disks(const struct assembly *a, uint64_t reshape_offset)
{
	int64_t old_disks = raid_is_reshaping(a) ? a->raid_disks - a->delta_disks : a->raid_disks;
	uint32_t old_layout = raid_is_reshaping(a) ? a->layout : a->new_layout;
	unsigned nr = 0;

	for (size_t i = 0; i < a->nr; i++) {
		const struct member *m = &a->m[i];

		if (!in_set(m, a->raid_disks) || m->in_sync)
			continue;
		if (m->recovery_offset < reshape_offset &&
		    !only_parity(m->raid_disk, a->new_layout, a->raid_disks, most_degraded(a)))
			continue;
		nr += only_parity(m->raid_disk, old_layout, old_disks, most_degraded(a));
	}
	return nr;
}

static bool run_raid5(struct assembly *a)
{
	uint64_t reshape_offset = 0;

	if (raid_is_reshaping(a) && !raid5_continue_reshape(a, &reshape_offset))
		return false;
	if (!raid5_set_up(a))
		return false;
	a->degraded = raid5_degraded(a);
	if (a->degraded > (uint64_t)most_degraded(a))
		return raid_fail(a, &F_RAID_DEVICES, NOT_RUN,
				 "%llu of %lld devices are missing, failed or to be rebuilt; %d may be",
				 (unsigned long long)a->degraded, (long long)a->raid_disks, most_degraded(a));
	if (a->degraded > dirty_parity_disks(a, reshape_offset) && a->resync_offset != MAX_SECTOR)
		return raid_fail(a, &F_RAID_DIRTY, NOT_RUN, "%llu of %lld devices are missing or to be rebuilt, and the "
				 "parity of the others is not in sync", (unsigned long long)a->degraded,
				 (long long)a->raid_disks);
	return true;
}

/* ---- raid10_run() ---- */

struct geometry {
	int64_t disks;
	int copies;
	unsigned near, far, offset;
};

/* setup_geo(): copies, or -1 */
static int geometry_set(struct geometry *g, uint32_t layout, uint32_t chunk, int64_t disks)
{
	*g = (struct geometry){disks, -1, raid10_near_copies(layout), raid10_far_copies(layout), layout & RAID10_OFFSET};
	if (!(layout >> 19) && layout >> 17 <= 2 && chunk >= 8 && !(chunk & (chunk - 1)) && g->near && g->far)
		g->copies = (int)(g->near * g->far);
	return g->copies;
}

/* True where one of the `copies` devices from `first` on is in sync. */
static bool group_works(const struct assembly *a, const struct geometry *g, int64_t first)
{
	for (size_t i = 0; i < a->nr; i++) {
		const struct member *m = &a->m[i];

		if (in_set(m, g->disks) && m->in_sync &&
		    (m->raid_disk - first + g->disks) % g->disks < g->copies)
			return true;
	}
	return false;
}

/* _enough() */
static bool enough(const struct assembly *a, const struct geometry *g)
{
	int64_t first = 0;

	do {
		if (!group_works(a, g, first))
			return false;
		first = (first + (int64_t)g->near) % g->disks;
	} while (first);
	return true;
}

static bool raid10_continue_reshape(struct assembly *a, const struct geometry *now, const struct geometry *before)
{
	uint64_t least = MAX_SECTOR, from = (uint64_t)a->chunk * before->far, to = (uint64_t)a->new_chunk * now->far;

	if ((now->far != 1 && !now->offset) || (before->far != 1 && !before->offset))
		return refuse(a, &F_RAID_CONVERSION, "a reshape of the format far cannot go on");
	for (size_t i = 0; i < a->nr; i++) {
		const struct member *m = &a->m[i];
		int64_t diff = (int64_t)(m->new_data_offset - m->data_offset);

		if (!m->listed || m->raid_disk < 0)
			continue;
		diff = a->reshape_backwards ? diff : -diff;
		if ((uint64_t)(diff < 0 ? 0 : diff) < least)
			least = diff < 0 ? 0 : (uint64_t)diff;
	}
	if ((from > to ? from : to) > (least == MAX_SECTOR ? 0 : least))
		return refuse(a, &F_RAID_CONVERSION, "the data offsets do not leave the room that the reshape needs");
	return true;
}

static bool run_raid10(struct assembly *a)
{
	struct geometry now, before;
	int copies = geometry_set(&now, a->new_layout, a->new_chunk, a->raid_disks);

	if (copies < 2 || copies > a->raid_disks) {
		if (!a->new_layout)
			return refuse(a, &F_RAID_RAID10_METADATA, "without superblocks md is handed a layout of zero");
		return raid_fail(a, &F_RAID_SUPERBLOCKS, NOT_RUN, "layout 0x%x with chunks of %u sectors on %lld devices cannot "
				 "be", a->new_layout, a->new_chunk, (long long)a->raid_disks);
	}
	before = now;
	if (raid_is_reshaping(a) && geometry_set(&before, a->layout, a->chunk, a->raid_disks - a->delta_disks) != copies)
		return refuse(a, &F_RAID_CONVERSION, "a reshape cannot change the number of copies");
	if (before.disks <= 0 || !enough(a, &now) || !enough(a, &before))
		return refuse(a, &F_RAID_DEVICES, "all devices of a group of copies are missing, failed or to be rebuilt");
	a->degraded = count_degraded(a);
	return !raid_is_reshaping(a) || raid10_continue_reshape(a, &now, &before);
}

/* ---- md_run() ---- */

/* __bitmap_create(): the header is read from the first device that works. */
static bool read_bitmap(struct assembly *a)
{
	if (!a->bitmap || a->first_use || a->unknown)
		return true;
	for (size_t i = 0; i < a->nr; i++) {
		const struct member *m = &a->m[i];
		const struct blkdev *dev = m->pair->metadata.dev ? m->pair->metadata.dev : m->pair->data.dev;
		const char *reason;
		int r;

		if (!m->listed || !m->in_sync || m->faulty)
			continue;
		r = raid_bitmap_check(dev, &reason);
		if (r == -EOPNOTSUPP || (!r && !reason))
			return true;
		if (!r)
			return raid_fail(a, &F_RAID_BITMAP, NOT_RUN, "%s: bitmap: %s", dev->name, reason);
	}
	return raid_fail(a, &F_RAID_BITMAP, NOT_RUN, "no device has a bitmap that can be read");
}

static bool md_run(struct assembly *a)
{
	if (a->level != 0 && !slots_unique(a))
		return refuse(a, &F_RAID_SUPERBLOCKS, "two devices have the same place");
	switch (a->level) {
	case 0:
		return run_raid0(a);
	case 1:
		return run_raid1(a) && read_bitmap(a);
	case 4:
	case 5:
	case 6:
		return run_raid5(a) && read_bitmap(a);
	case 10:
		return run_raid10(a) && read_bitmap(a);
	default:
		return raid_fail(a, &F_RAID_SUPERBLOCKS, NOT_RUN, "md has no level %u", a->level);
	}
}

/* ---- check of a reshape ---- */

/* raid5_check_reshape(), raid6_check_reshape() */
static bool raid5_reshape_possible(const struct assembly *a, uint32_t layout, uint32_t chunk)
{
	uint32_t stripes = a->chunk / 2 > STRIPES ? a->chunk / 2 : STRIPES;

	if (given(a->r, STRIPE_CACHE) && a->r->stripe_cache > a->chunk / 2)
		stripes = (uint32_t)a->r->stripe_cache;
	if (!raid5_layout(a->level, layout))
		return false;
	if (a->delta_disks < 0 && a->raid_disks + a->delta_disks < (a->level == 6 ? 4 : 2))
		return false;
	return (!a->delta_disks && layout == a->layout && chunk == a->chunk) ||
	       (a->chunk / 2 <= stripes && chunk / 2 <= stripes);
}

/* raid10_check_reshape() */
static bool raid10_reshape_possible(const struct assembly *a, uint32_t layout, uint32_t chunk)
{
	struct geometry now, then;

	geometry_set(&now, a->layout, a->chunk, a->raid_disks);
	return (now.far == 1 || now.offset) &&
	       geometry_set(&then, layout, chunk, a->raid_disks + a->delta_disks) == now.copies &&
	       (then.far <= 1 || then.offset);
}

bool raid_run(struct assembly *a, uint32_t new_layout, uint32_t new_chunk)
{
	if (!md_run(a))
		return false;
	if (!a->reshape)
		return true;
	if (a->degraded)
		return raid_fail(a, &F_RAID_CONVERSION, "Can't reshape degraded raid set", "%llu devices are missing or not in sync",
				 (unsigned long long)a->degraded);
	if (raid_is_recovering(a))
		return raid_fail(a, &F_RAID_CONVERSION, "Convert request on recovering raid set prohibited",
				 "the set is in sync up to sector %llu", (unsigned long long)a->resync_offset);
	if (a->level == 1 || (a->level == 10 ? raid10_reshape_possible(a, new_layout, new_chunk) :
			      raid5_reshape_possible(a, new_layout, new_chunk)))
		return true;
	return raid_fail(a, &F_RAID_CONVERSION, "Reshape check failed", "layout 0x%x with chunks of %u sectors cannot become "
			 "layout 0x%x with %u", a->layout, a->chunk, new_layout, new_chunk);
}
