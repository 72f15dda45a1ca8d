/*
 * What a raid table asks of the set that its superblocks describe: nothing new, another size,
 * another level (takeover) or another layout (reshape). raid_ctr() behind
 * analyse_superblocks(), drivers/md/dm-raid.c.
 */
#include "targets/raid_assemble.h"

#include <errno.h>

#include "base/size.h"

#define INVALID "Unable to assemble array: Invalid superblocks"

/* raid_types[], in the order of the choices; `algorithm` of raid10 is a format. */
static const struct raid_kind kinds[] = {
	{0, 0, 0}, {1, 0, 0}, {5, ALGORITHM_PARITY_0, 1}, {5, ALGORITHM_PARITY_N, 1},
	{5, 0, 1}, {5, 1, 1}, {5, 2, 1}, {5, 3, 1},
	{6, 8, 2}, {6, 9, 2}, {6, 10, 2}, {6, ALGORITHM_PARITY_N, 2},
	{6, 16, 2}, {6, 17, 2}, {6, 18, 2}, {6, 19, 2},
	{10, 0, 0}, {10, 1, 0}, {10, 2, 0}, {10, 3, 0},
};

const struct raid_kind *raid_kind_find(uint32_t level, uint32_t layout)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		bool raid10 = level == 10 && (raid10_is_near(layout) || (layout & RAID10_OFFSET) ||
					      raid10_is_far(layout));

		if (kinds[i].level == level && (kinds[i].algorithm == layout || raid10))
			return &kinds[i];
	}
	return NULL;
}

/* raid10_format_to_md_layout() */
uint32_t raid10_layout(const struct raid *r, enum raid_format format, unsigned copies)
{
	uint32_t sets = given(r, NEAR_SETS) ? 0 : RAID10_USE_FAR_SETS;

	switch (format) {
	case FORMAT_FAR:
		return sets | copies << 8 | 1;
	case FORMAT_OFFSET:
		return RAID10_OFFSET | sets | copies << 8 | 1;
	default:
		return 1 << 8 | copies;
	}
}

/* ---- sizes ---- */

uint64_t raid_reshape_sectors(const struct assembly *a)
{
	uint64_t wanted = given(a->r, DATA_OFFSET) ? a->r->data_offset : 0, moved = 0;

	for (size_t i = 0; i < a->nr; i++)
		if (a->m[i].listed) {
			uint64_t from = a->m[i].data_offset, to = a->m[i].new_data_offset;

			moved = from > to ? from - to : to - from;
			break;
		}
	return moved > wanted ? moved : wanted;
}

static bool check_device_sizes(struct assembly *a)
{
	for (size_t i = 0; i < a->nr; i++) {
		const struct blkdev *dev = a->m[i].pair->data.dev;

		if (blkdev_size_known(dev) && dev->nr_sectors < a->md_dev_sectors)
			return raid_fail(a, &F_RAID_SUPERBLOCKS, "Component device(s) too small",
					 "%s has %llu sectors, its share is %llu", dev->name,
					 (unsigned long long)dev->nr_sectors, (unsigned long long)a->md_dev_sectors);
	}
	return true;
}

static bool uneven(struct assembly *a, uint64_t sectors, uint64_t devices)
{
	return raid_fail(a, &F_RAID_SUPERBLOCKS, "Target length not divisible by number of data devices",
			 "%llu sectors do not divide among %llu data devices", (unsigned long long)sectors,
			 (unsigned long long)devices);
}

bool raid_set_sectors(struct assembly *a, uint64_t sectors, bool use_mddev)
{
	int64_t delta = use_mddev ? a->delta_disks : raid_table_delta(a);
	uint64_t stripes = (uint64_t)(use_mddev ? a->raid_disks : (int64_t)a->nr) - a->type.parity;
	uint64_t array = sectors, dev = sectors, copies = raid_copies(a->r);

	if (raid_level(a->r) != LEVEL_1) {
		if (!stripes)
			return uneven(a, sectors, stripes);
		if (raid_level(a->r) == LEVEL_10) {
			if (delta < 0)
				return raid_fail(a, &F_RAID_CONVERSION, "Bogus raid10 data copies or delta disks",
						 "raid10 cannot shrink");
			dev *= copies;
		}
		if (dev % stripes)
			return uneven(a, sectors, stripes);
		dev /= stripes;
		array = (stripes + (uint64_t)delta) * (dev - raid_reshape_sectors(a));
		if (raid_level(a->r) == LEVEL_10) {
			if (array % copies)
				return uneven(a, array, copies);
			array /= copies;
		}
	}
	a->md_array_sectors = array;
	a->md_dev_sectors = dev;
	for (size_t i = 0; i < a->nr; i++)
		a->m[i].sectors = dev;
	return check_device_sizes(a);
}

/* ---- takeover ---- */

static bool within(uint32_t v, uint32_t min, uint32_t max)
{
	return v >= min && v <= max;
}

/*
 * rs_check_takeover(). A table of raid0 never comes here: its superblocks are not looked at;
 * level 4 is in no table of dm-raid.
 */
static bool takeover_possible(const struct assembly *a)
{
	uint32_t to = a->new_level, near = raid10_near_copies(a->layout), far = raid10_far_copies(a->layout);
	bool stays_last = a->layout == ALGORITHM_PARITY_N && a->new_layout == ALGORITHM_PARITY_N;
	int64_t nr = a->raid_disks;

	switch (a->level) {
	case 0:
		return ((to == 1 || to == 5) && nr == 1) || (to == 10 && nr > 0 && !((int64_t)a->nr % nr)) ||
		       ((to == 5 || to == 6) && a->new_layout == ALGORITHM_PARITY_N && nr > 1);
	case 10:
		return !(a->layout & RAID10_OFFSET) &&
		       ((to == 1 && (near > far ? near : far) == nr) || (to == 5 && nr == 2));
	case 1:
		return (to == 5 && nr == 2) || to == 10;
	case 4:
		return ((to == 1 || to == 5) && nr == 2) ||
		       ((to == 5 || to == 6) && a->layout == ALGORITHM_PARITY_N);
	case 5:
		return ((to == 1 || to == 10) && nr == 2) ||
		       (to == 6 && (stays_last || within(a->new_layout, ALGORITHM_LEFT_ASYMMETRIC_6,
							 ALGORITHM_RIGHT_SYMMETRIC_6)));
	case 6:
		return to == 5 && (stays_last || within(a->new_layout, ALGORITHM_LEFT_ASYMMETRIC,
							ALGORITHM_RIGHT_SYMMETRIC));
	default:
		return false;
	}
}

void raid_setup_recovery(struct assembly *a, uint64_t dev_sectors)
{
	if (a->level == 0)
		a->resync_offset = MAX_SECTOR;
	else if (a->level == 6)
		a->resync_offset = dev_sectors;
	else
		a->resync_offset = given(a->r, NOSYNC) ? MAX_SECTOR : dev_sectors;
}

/* rs_set_cur(), rs_set_new() */
static void set_current(struct assembly *a)
{
	a->new_level = a->level;
	a->new_layout = a->layout;
	a->new_chunk = a->chunk;
}

static void set_new(struct assembly *a)
{
	a->level = a->new_level;
	a->layout = a->new_layout;
	a->chunk = a->new_chunk;
	a->raid_disks = (int64_t)a->nr;
	a->delta_disks = 0;
}

/* __reorder_raid_disk_indexes() */
static void reorder(struct assembly *a)
{
	int next = 0;

	for (size_t i = 0; i < a->nr; i++)
		if (a->m[i].listed)
			a->m[i].raid_disk = next++;
}

/* rs_setup_takeover() */
static bool setup_takeover(struct assembly *a)
{
	uint64_t wanted = given(a->r, DATA_OFFSET) ? a->r->data_offset : 0;
	uint64_t new_data_offset = a->m[0].data_offset ? 0 : wanted;

	if (raid_level(a->r) == LEVEL_10 && a->level == 0)
		reorder(a);
	else if (raid_level(a->r) == LEVEL_10 && a->level != 1)
		return raid_fail(a, &F_RAID_CONVERSION, INVALID, "raid10 is made of raid0 or raid1, and the set has level %u",
				 a->level);
	a->first_use = false;
	a->resync_offset = MAX_SECTOR;
	for (size_t i = 0; i < a->nr; i++) {
		struct member *m = &a->m[i];

		if (word_bit(&a->r->rebuild, (unsigned)i)) {
			m->in_sync = m->faulty = false;
			m->recovery_offset = 0;
			a->first_use = true;
		}
		m->new_data_offset = new_data_offset;
	}
	return true;
}

static bool take_over(struct assembly *a)
{
	if (given(a->r, JOURNAL))
		return raid_fail(a, &F_RAID_CONVERSION, "Can't takeover a journaled raid4/5/6 set",
				 "the superblocks have level %u, and a set with a journal keeps its level", a->level);
	if (!takeover_possible(a))
		return raid_fail(a, &F_RAID_CONVERSION, "takeover not possible",
				 "the superblocks have level %u, layout 0x%x and %lld devices; the table has level %u, layout "
				 "0x%x and %zu devices", a->level, a->layout, (long long)a->raid_disks, a->new_level, a->new_layout, a->nr);
	if (!setup_takeover(a))
		return false;
	raid_setup_recovery(a, MAX_SECTOR);
	set_new(a);
	return true;
}

/* ---- reshape ---- */

/* rs_is_layout_change() */
static bool layout_change(const struct assembly *a, int64_t delta)
{
	return delta || a->new_layout != a->layout || a->new_chunk != a->chunk;
}

bool raid_reshape_requested(const struct assembly *a)
{
	int delta = raid_table_delta(a);
	bool change = layout_change(a, delta);

	if (raid_takeover_requested(a) || a->level == 0)
		return false;
	if (a->level == 1)
		return delta || (!change && a->raid_disks != (int64_t)a->nr);
	if (a->level == 10)
		return change && !raid10_is_far(a->new_layout) && delta >= 0;
	return change;
}

/* rs_prepare_reshape() */
static bool prepare_reshape(struct assembly *a)
{
	unsigned copies = (unsigned)raid_copies(a->r);

	if (a->level == 10 && (int64_t)a->nr != a->raid_disks && raid10_is_near(a->layout) &&
	    copies != raid10_near_copies(a->layout)) {
		if (a->nr % copies)
			return raid_fail(a, &F_RAID_CONVERSION, "Can't reshape raid10 mirror groups",
					 "%zu devices are no multiple of %u copies", a->nr, copies);
		reorder(a);
		a->layout = a->new_layout = raid10_layout(a->r, FORMAT_NEAR, copies);
	} else if (a->level == 1 && !raid_table_delta(a)) {
		a->raid_disks = (int64_t)a->nr;
	} else if (a->level == 1 || a->level == 10 || within(a->level, 4, 6)) {
		a->reshape = true;
	} else {
		return raid_fail(a, &F_RAID_CONVERSION, "Called with bogus raid type", "level %u cannot be reshaped", a->level);
	}
	return true;
}

static bool reshape(struct assembly *a, uint64_t reshape_sectors)
{
	if (given(a->r, JOURNAL))
		return raid_fail(a, &F_RAID_CONVERSION, "Can't reshape a journaled raid4/5/6 set",
				 "the superblocks have layout 0x%x and chunks of %u sectors, and a set with a journal keeps "
				 "them", a->layout, a->chunk);
	if (reshape_sectors || a->level == 1) {
		if (!prepare_reshape(a))
			return false;
		raid_setup_recovery(a, MAX_SECTOR);
	}
	set_current(a);
	return true;
}

/* rs_adjust_data_offsets() */
static bool adjust_data_offsets(struct assembly *a)
{
	uint64_t wanted = a->r->data_offset, from = 0, to = 0;
	const struct blkdev *first = a->m[0].pair->data.dev;
	int delta = raid_table_delta(a);

	if (!given(a->r, DATA_OFFSET)) {
		if (within(a->level, 4, 6) || (a->level == 10 && !raid10_is_far(a->new_layout)))
			return true;
	} else {
		if (delta > 0)
			from = wanted;
		else if (delta < 0)
			to = wanted;
		else if (wanted)
			from = a->m[0].data_offset, to = from ? 0 : wanted;
		if (wanted && blkdev_size_known(first) &&
		    first->nr_sectors - a->md_dev_sectors < MIN_FREE_RESHAPE_SPACE)
			return raid_fail(a, &F_RAID_CONVERSION,
					 from ? "No space for forward reshape" : "No space for backward reshape",
					 "%s has %llu sectors, its share is %llu, and %d more are needed", first->name,
					 (unsigned long long)first->nr_sectors, (unsigned long long)a->md_dev_sectors,
					 MIN_FREE_RESHAPE_SPACE);
	}
	if (a->resync_offset < a->md_dev_sectors)
		a->resync_offset += a->m[0].data_offset;
	for (size_t i = 0; i < a->nr; i++) {
		a->m[i].data_offset = from;
		a->m[i].new_data_offset = to;
	}
	return true;
}

/* ---- raid_ctr() ---- */

static uint64_t stored_sectors(const struct assembly *a)
{
	for (size_t i = 0; i < a->nr; i++)
		if (a->m[i].listed && a->m[i].sectors)
			return a->m[i].sectors;
	return 0;
}

static bool resize(struct assembly *a, uint64_t sb_array_sectors, bool grow)
{
	if (given(a->r, REBUILD)) {
		raid_setup_recovery(a, MAX_SECTOR);
	} else if (grow) {
		if (!raid_set_sectors(a, sb_array_sectors, false))
			return false;
		raid_setup_recovery(a, raid_is_recovering(a) ? a->resync_offset : a->md_dev_sectors);
	} else if (!raid_set_sectors(a, a->c->nr_sectors, false)) {
		return false;
	}
	set_current(a);
	return true;
}

static bool convert(struct assembly *a, uint64_t sb_array_sectors)
{
	uint64_t stored = stored_sectors(a), moved = raid_reshape_sectors(a);

	if (a->first_use) {
		raid_setup_recovery(a, 0);
		set_new(a);
		return true;
	}
	if (raid_is_recovering(a))
		return resize(a, sb_array_sectors, a->dev_sectors != stored && a->dev_sectors > stored - moved);
	if (raid_is_reshaping(a))
		return (a->dev_sectors == stored || a->dev_sectors == stored - moved) ||
		       raid_fail(a, &F_RAID_CONVERSION, "Can't resize a reshaping raid set",
				 "the set is being reshaped and has %llu sectors on each device; the table has %llu",
				 (unsigned long long)(stored - moved), (unsigned long long)a->dev_sectors);
	if (raid_takeover_requested(a))
		return take_over(a);
	if (raid_reshape_requested(a))
		return reshape(a, moved);
	return resize(a, sb_array_sectors, a->dev_sectors != stored && a->dev_sectors > stored - moved);
}

bool raid_convert(struct assembly *a)
{
	if (!stored_sectors(a))
		return raid_fail(a, &F_RAID_DEVICES, "Invalid rdev size", "no device has data to read");
	if (!convert(a, a->md_array_sectors) || !adjust_data_offsets(a))
		return false;
	/* rs_reset_inconclusive_reshape() */
	if (!raid_is_reshaping(a) && layout_change(a, a->delta_disks)) {
		set_current(a);
		a->delta_disks = 0;
		a->reshape_backwards = false;
	}
	return true;
}

/* ---- the whole ---- */

static struct raid_superblock fitting(const struct assembly *a, size_t i)
{
	struct raid_superblock sb = {
		.magic = RAID_MAGIC, .compat = RAID_COMPAT_V190, .num_devices = (uint32_t)a->nr,
		.array_position = (uint32_t)i, .events = 1, .recovery_offset = MAX_SECTOR,
		.resync_offset = MAX_SECTOR, .level = a->new_level, .layout = a->new_layout,
		.stripe_sectors = a->new_chunk, .reshape_position = MAX_SECTOR, .new_level = a->new_level,
		.new_layout = a->new_layout, .new_stripe_sectors = a->new_chunk,
		.array_sectors = a->md_array_sectors, .sectors = a->md_dev_sectors,
	};

	for (size_t k = 0; k < a->nr; k++)
		if (!a->m[k].listed)
			sb.failed[k / 64] |= UINT64_C(1) << k % 64;
	return sb;
}

static void read_superblocks(struct assembly *a)
{
	for (size_t i = 0; i < a->nr; i++) {
		struct member *m = &a->m[i];
		int r = m->pair->metadata.dev ? raid_superblock_read(m->pair->metadata.dev, &m->sb) : 0;

		a->unknown |= r == -EOPNOTSUPP;
		m->unreadable = r != 0;
	}
	for (size_t i = 0; a->unknown && i < a->nr; i++) {
		a->m[i].sb = fitting(a, i);
		a->m[i].unreadable = false;
	}
}

/* raid_set_alloc(), parse_raid_params(), parse_dev_params() */
static void set_up(struct assembly *a)
{
	const struct raid *r = a->r;

	a->nr = r->devices.nr;
	a->m = arena_array(a->c->arena, struct member, a->nr);
	a->type = kinds[r->type];
	a->raid_disks = (int64_t)a->nr;
	a->level = a->new_level = a->type.level;
	a->layout = a->new_layout = a->type.algorithm;
	if (a->level == 10)
		a->new_layout = raid10_layout(r, (enum raid_format)r->format, (unsigned)raid_copies(r));
	a->chunk = a->new_chunk = raid_level(r) == LEVEL_1 ? 0 : (uint32_t)r->chunk;
	a->resync_offset = a->reshape_position = MAX_SECTOR;
	for (size_t i = 0; i < a->nr; i++) {
		struct member *m = &a->m[i];

		*m = (struct member){
			.pair = raid_pair(r, i),
			.listed = raid_pair(r, i)->data.dev,
			.in_sync = !word_bit(&r->rebuild, (unsigned)i),
			.raid_disk = (int)i,
		};
		m->recovery_offset = m->in_sync ? MAX_SECTOR : 0;
	}
}

void raid_check_assembly(const struct line_ctx *c, const struct raid *r)
{
	struct assembly a = {.c = c, .r = r};
	uint32_t level, layout, chunk;
	bool ok;

	set_up(&a);
	ok = raid_set_sectors(&a, c->nr_sectors, false);
	if (ok) {
		a.dev_sectors = a.md_dev_sectors;
		level = a.new_level, layout = a.new_layout, chunk = a.new_chunk; /* rs_config_backup() */
		read_superblocks(&a);
		if (a.unknown && (given(r, DELTA) || given(r, DATA_OFFSET)))
			return;
		ok = raid_analyse(&a);
		a.new_level = level, a.new_layout = layout, a.new_chunk = chunk;
	}
	if (ok && raid_convert(&a) && raid_run(&a, layout, chunk))
		return;
	line_report(c, a.kind, &raid_words[DEVICES], a.text, "%s", a.why);
}
