/*
 * Superblocks of a raid set: super_load() to analyse_superblocks() of drivers/md/dm-raid.c,
 * which decide whether the devices fit each other and the table.
 */
#include "targets/raid_assemble.h"

#include <errno.h>
#include <stdarg.h>

#define INVALID "Unable to assemble array: Invalid superblocks"

bool raid_fail(struct assembly *a, const struct finding_kind *kind, const char *text, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	a->kind = kind;
	a->text = text;
	a->why = arena_vprintf(a->c->arena, fmt, ap);
	va_end(ap);
	return false;
}

int raid_table_delta(const struct assembly *a)
{
	return given(a->r, DELTA) ? (int)(int64_t)a->r->delta : 0;
}

/* ---- super_load() ---- */

static void set_failed(struct raid_superblock *sb, size_t i)
{
	sb->failed[i / 64] |= UINT64_C(1) << i % 64;
}

/* super_sync(): what the kernel would write over a device without a superblock. */
static void superblock_new(struct assembly *a, struct member *m)
{
	struct raid_superblock *sb = &m->sb;

	*sb = (struct raid_superblock){
		.magic = RAID_MAGIC, .compat = RAID_COMPAT_V190,
		.num_devices = (uint32_t)a->raid_disks, .array_position = (uint32_t)m->raid_disk,
		.events = a->events, .recovery_offset = m->recovery_offset, .resync_offset = a->resync_offset,
		.level = a->level, .layout = a->layout, .stripe_sectors = a->chunk,
		.flags = sb->flags & ~(uint32_t)(RAID_RESHAPE_ACTIVE | RAID_RESHAPE_BACKWARDS),
		.reshape_position = MAX_SECTOR,
		.new_level = a->new_level, .new_layout = a->new_layout, .new_stripe_sectors = a->new_chunk,
		.array_sectors = a->md_array_sectors, .sectors = m->sectors,
		.failed = {sb->failed[0], sb->failed[1], sb->failed[2], sb->failed[3]},
	};
	for (size_t i = 0; i < a->nr; i++)
		if (!a->m[i].listed || a->m[i].faulty)
			set_failed(sb, i);
}

/* True where `m` is to be the freshest. */
static bool load(struct assembly *a, struct member *m, const struct member *freshest)
{
	if (m->sb.magic != RAID_MAGIC || (!m->in_sync && !m->recovery_offset)) {
		superblock_new(a, m);
		m->first_use = true;
		return !freshest;
	}
	return !freshest || m->sb.events > freshest->sb.events;
}

/* ---- super_init_validation() ---- */

static bool take_old_format(struct assembly *a)
{
	if (raid_takeover_requested(a))
		return raid_fail(a, &F_RAID_CONVERSION, INVALID,
				 "the superblocks are of a version that knows no change of level");
	if (raid_reshape_requested(a))
		return raid_fail(a, &F_RAID_CONVERSION, INVALID,
				 "the superblocks are of a version that knows no change of layout, chunk size or number "
				 "of devices");
	return true;
}

static bool take_interrupted_reshape(struct assembly *a, const struct raid_superblock *sb)
{
	const struct raid_kind *type = raid_kind_find(a->level, a->layout);

	if (given(a->r, DELTA))
		return raid_fail(a, &F_RAID_CONVERSION, INVALID,
				 "the set is being reshaped, up to sector %llu; leave delta_disks out until that is done",
				 (unsigned long long)sb->reshape_position);
	a->reshape_backwards = a->delta_disks < 0 || (!a->delta_disks && (sb->flags & RAID_RESHAPE_BACKWARDS));
	a->reshape_position = sb->reshape_position;
	if (!type)
		return raid_fail(a, &F_RAID_SUPERBLOCKS, INVALID, "level %u with layout 0x%x is no raid type", a->level,
				 a->layout);
	a->type = *type;
	return true;
}

/* mddev as the freshest superblock has it. */
static bool take_superblock(struct assembly *a, const struct raid_superblock *sb)
{
	a->events = sb->events ? sb->events : 1;
	a->reshape_position = MAX_SECTOR;
	a->raid_disks = (int32_t)sb->num_devices;
	a->level = sb->level;
	a->layout = sb->layout;
	a->chunk = sb->stripe_sectors;
	/* The kernel finds out when it makes room for that many. */
	if (a->raid_disks <= 0)
		return raid_fail(a, &F_RAID_SUPERBLOCKS, INVALID, "the superblocks count %u devices", sb->num_devices);
	if (!(sb->compat & RAID_COMPAT_V190)) {
		if (!take_old_format(a))
			return false;
	} else {
		a->new_level = sb->new_level;
		a->new_layout = sb->new_layout;
		a->new_chunk = sb->new_stripe_sectors;
		a->delta_disks = (int32_t)sb->delta_disks;
		a->md_array_sectors = sb->array_sectors;
		if ((sb->flags & RAID_RESHAPE_ACTIVE) && !take_interrupted_reshape(a, sb))
			return false;
	}
	if (!given(a->r, NOSYNC))
		a->resync_offset = sb->resync_offset;
	return true;
}

static bool check_new_devices(struct assembly *a)
{
	size_t new = 0, both = 0, rebuilds = given(a->r, JOURNAL); /* a journal never is in sync */

	for (size_t i = 0; i < a->nr; i++) {
		const struct member *m = &a->m[i];

		new += m->listed && m->first_use;
		rebuilds += m->listed && !m->in_sync;
		both += m->listed && m->first_use && !m->in_sync;
	}
	if (new == a->nr) {
		a->first_use = true;
		return true;
	}
	if (!rebuilds) {
		if (new && (int)new != raid_table_delta(a))
			return raid_fail(a, &F_RAID_SUPERBLOCKS, INVALID,
					 "%zu of %zu devices have no superblock, and the table neither rebuilds nor adds them",
					 new, a->nr);
		return true;
	}
	if (new && new != rebuilds)
		return raid_fail(a, &F_RAID_SUPERBLOCKS, INVALID,
				 "%zu devices to be rebuilt, and %zu devices without a superblock", rebuilds, new);
	if (both && rebuilds != both)
		return raid_fail(a, &F_RAID_SUPERBLOCKS, INVALID, "a device without a superblock is not to be rebuilt");
	if (!given(a->r, REBUILD) && raid_is_recovering(a))
		return raid_fail(a, &F_RAID_SUPERBLOCKS, INVALID, "a device is to be rebuilt, and the set is in sync up to "
				 "sector %llu only", (unsigned long long)a->resync_offset);
	if (raid_is_reshaping(a))
		return raid_fail(a, &F_RAID_SUPERBLOCKS, INVALID, "a device is to be rebuilt, and the set is being reshaped");
	return true;
}

static bool check_position(struct assembly *a, struct member *m, uint32_t role)
{
	enum level table = raid_level(a->r);

	if (role == (uint32_t)m->raid_disk)
		return true;
	if (a->level == 10 && raid10_is_near(a->layout)) {
		if (a->raid_disks % raid10_near_copies(a->layout) || a->nr % raid_copies(a->r))
			return raid_fail(a, &F_RAID_SUPERBLOCKS, "Cannot change raid10 near set to odd # of devices!",
					 "%lld devices in the superblocks, %zu in the table", (long long)a->raid_disks, a->nr);
	} else if (!(a->level == 10 && table == LEVEL_0) && !(a->level == 0 && table == LEVEL_10) &&
		   table != LEVEL_1) {
		return raid_fail(a, &F_RAID_SUPERBLOCKS, "Cannot change device positions in raid set",
				 "%s says it is device %u of the set, and stands at place %d",
				 m->pair->metadata.dev->name, role, m->raid_disk);
	}
	return true;
}

static bool init_validation(struct assembly *a, const struct member *freshest)
{
	const struct raid_superblock *sb = &freshest->sb;

	if (!take_superblock(a, sb) || !check_new_devices(a))
		return false;
	for (size_t i = 0; i < a->nr; i++) {
		struct member *m = &a->m[i];
		uint32_t role = m->sb.array_position;

		if (!m->listed || !m->pair->metadata.dev || m->first_use || m->raid_disk < 0 || role > INT32_MAX)
			continue;
		if (!check_position(a, m, role))
			return false;
		if (role < RAID_FAILED_WORDS * 64 && sb->failed[role / 64] >> role % 64 & 1)
			m->faulty = true;
	}
	return true;
}

/* ---- super_validate() ---- */

static bool validate(struct assembly *a, struct member *m)
{
	const struct raid_superblock *sb = &m->sb;

	if (a->level == 0 || !m->pair->metadata.dev || m->raid_disk < 0)
		return true;
	if (!a->events && !init_validation(a, m))
		return false;
	if (sb->compat && sb->compat != RAID_COMPAT_V190)
		return raid_fail(a, &F_RAID_SUPERBLOCKS,
				 "Unable to assemble array: Unknown flag(s) in compatible feature flags",
				 "%s: compatible features 0x%x, and 0x1 is known", m->pair->metadata.dev->name, sb->compat);
	if (sb->incompat)
		return raid_fail(a, &F_RAID_SUPERBLOCKS,
				 "Unable to assemble array: No incompatible feature flags supported yet",
				 "%s: incompatible features 0x%x", m->pair->metadata.dev->name, sb->incompat);
	a->bitmap = a->type.level != 0 && !given(a->r, JOURNAL);
	if (m->first_use) {
		m->first_use = false;
	} else {
		if (sb->compat & RAID_COMPAT_V190)
			m->sectors = sb->sectors;
		m->recovery_offset = sb->recovery_offset;
		if (m->recovery_offset == MAX_SECTOR)
			m->in_sync = true;
		else if (!raid_is_reshaping(a))
			m->in_sync = false;
	}
	if (m->faulty) {
		m->faulty = m->in_sync = false;
		m->recovery_offset = 0;
	}
	m->data_offset = sb->data_offset;
	m->new_data_offset = sb->new_data_offset;
	return true;
}

/* ---- validate_raid_redundancy() ---- */

static bool unusable(const struct member *m)
{
	return !m->in_sync || !m->pair->metadata.dev;
}

static bool raid10_redundant(const struct assembly *a, unsigned copies)
{
	unsigned nr = a->raid_disks < (int64_t)a->nr ? (unsigned)a->raid_disks : (unsigned)a->nr;
	unsigned group = nr / copies, last = group ? (nr / group - 1) * group : 0, gone = 0;
	bool near = raid10_is_near(a->new_layout);

	for (unsigned i = 0; i < nr; i++) {
		if (i % copies == 0 && (near || i <= last))
			gone = 0;
		gone += unusable(&a->m[i]);
		if (gone >= copies && unusable(&a->m[i]))
			return false;
	}
	return true;
}

static bool redundant(const struct assembly *a)
{
	uint32_t near = raid10_near_copies(a->new_layout), far = raid10_far_copies(a->new_layout);
	unsigned gone = 0, copies = near > far ? near : far;

	for (size_t i = 0; i < a->nr; i++)
		gone += !a->m[i].first_use && unusable(&a->m[i]);
	switch (a->level) {
	case 0:
		return true;
	case 1:
		return gone < a->raid_disks;
	case 4:
	case 5:
	case 6:
		return gone <= a->type.parity;
	case 10:
		return copies >= 2 && (gone < copies || raid10_redundant(a, copies));
	default:
		return !gone;
	}
}

/* ---- analyse_superblocks() ---- */

static bool load_all(struct assembly *a, struct member **freshest)
{
	for (size_t i = 0; i < a->nr; i++) {
		struct member *m = &a->m[i];
		uint32_t block;

		if (!m->listed || !m->pair->metadata.dev)
			continue;
		block = m->pair->metadata.dev->logical_block_size;
		if (block > 4096)
			return raid_fail(a, &F_RAID_SUPERBLOCKS, NULL, "%s has logical blocks of %u bytes, 4096 are the most",
					 m->pair->metadata.dev->name, block);
		if (given(a->r, SYNC))
			continue;
		if (m->unreadable) {
			m->faulty = true;
			if (a->level != 0)
				m->raid_disk = -1;
		} else if (load(a, m, *freshest)) {
			*freshest = m;
		}
	}
	return true;
}

bool raid_analyse(struct assembly *a)
{
	struct member *freshest = NULL;

	if (!load_all(a, &freshest))
		return false;
	if (given(a->r, SYNC) && line_kernel_has(a->c, KF_RAID_SYNC))
		a->first_use = true;
	if (!freshest)
		return true;
	if (!validate(a, freshest))
		return false;
	if (!redundant(a))
		return raid_fail(a, &F_RAID_DEVICES, "Insufficient redundancy to activate array",
				 "too many of %zu devices are missing, failed or to be rebuilt", a->nr);
	for (size_t i = 0; i < a->nr; i++)
		if (a->m[i].listed && &a->m[i] != freshest && !validate(a, &a->m[i]))
			return false;
	return true;
}
