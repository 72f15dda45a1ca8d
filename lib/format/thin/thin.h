/*
 * Metadata of thin pools (Linux, drivers/md/dm-thin-metadata.c).
 *
 * Block 0 is the superblock. It leads to a btree of device ids whose values are roots of mapping
 * trees (virtual block -> data block and time), to a btree of device details, and to two space maps.
 * Snapshots share mapping trees or parts of them. A metadata snapshot is a second superblock, elsewhere,
 * without space maps.
 */
#ifndef THIN_THIN_H
#define THIN_THIN_H

#include "pdata/pdata.h"

#define THIN_MAGIC       27022010u
#define THIN_NEEDS_CHECK 1u /* superblock flags */

struct thin_superblock_disk {
	struct le32 csum, flags;
	struct le64 blocknr;
	uint8_t uuid[16];
	struct le64 magic;
	struct le32 version, time;
	struct le64 trans_id, held_root;
	struct pdata_space_map_root data_space_map;
	uint8_t data_space_map_rest[96]; /* what the kernel's memory held: means nothing */
	struct pdata_space_map_root metadata_space_map;
	uint8_t metadata_space_map_rest[96];
	struct le64 data_mapping_root, device_details_root;
	struct le32 data_block_size, metadata_block_size; /* sectors */
	struct le64 metadata_nr_blocks;
	struct le32 compat_flags, compat_ro_flags, incompat_flags;
} __attribute__((packed));
_Static_assert(sizeof(struct thin_superblock_disk) == 364, "superblock of a thin pool");

extern const struct pdata_kind thin_superblock_kind;

struct thin_superblock {
	uint32_t flags, version, time;
	uint64_t trans_id;
	uint64_t held_root; /* block of the metadata snapshot, 0: none */
	struct pdata_space_map_root data_space_map, metadata_space_map;
	uint64_t mapping_root, details_root;
	uint32_t data_block_size; /* sectors */
};

/*
 * Reads the superblock at `blocknr`: 0, or the held_root of that at 0. Returns 0, or -EUCLEAN after a
 * finding. What it promises about the device holds; where it points is not looked at.
 */
int thin_superblock_read(struct pdata *p, uint64_t blocknr, struct thin_superblock *ret);

/*
 * The superblock to work on: that of the pool, or of its metadata snapshot, whose block is
 * *snapshot_block unless that is 0. Returns 0, or -EUCLEAN or -ENODATA (no snapshot) after a finding.
 */
int thin_superblock_choose(struct pdata *p, bool snapshot, uint64_t snapshot_block, struct thin_superblock *ret);

/*
 * Clears the flag needs_check in the superblock, and nothing else; the source must be open for writing.
 * Returns 0, also where it was not set, or -errno after a finding.
 */
int thin_superblock_clear_needs_check(struct pdata *p);

/* ---- devices ---- */

struct thin_device {
	uint64_t id, root;
	uint64_t mapped_blocks, transaction_id;
	uint32_t creation_time, snapshotted_time;
};

struct thin_devices {
	VEC(struct thin_device) list; /* by id */
};

/*
 * Reads mapping roots and details and joins them. Returns 0, or -EUCLEAN after a finding: a device has
 * only one of the two.
 */
int thin_devices_read(struct pdata *p, const struct thin_superblock *sb, struct thin_devices *ret);
void thin_devices_release(struct thin_devices *d);

/* ---- checking ---- */

struct thin_check_options {
	bool superblock_only, skip_mappings;
	bool snapshot;                       /* only the metadata snapshot, of a pool that is in use */
	uint64_t mapping_root, details_root; /* instead of the superblock's; 0: those */
};

/* Adds findings to p->diag: errors where the metadata is damaged, warnings where it can do without. */
void thin_check(struct pdata *p, const struct thin_superblock *sb, const struct thin_check_options *o);

/* ---- usage ---- */

struct thin_usage {
	uint64_t mapped, shared; /* data blocks */
	uint64_t highest;        /* virtual block, where mapped is not 0 */
};

/*
 * For each device, from all mappings: `sb` is where the devices are from, `pool` the superblock at 0.
 * The caller frees *ret. Returns 0 or -EUCLEAN after a finding.
 */
int thin_usage_count(struct pdata *p, const struct thin_superblock *pool, const struct thin_devices *devices,
		     struct thin_usage **ret);

/* Bytes of metadata that a pool of so many blocks and devices may want: an estimate, from above. */
uint64_t thin_metadata_size(uint64_t nr_data_blocks, uint64_t nr_devices);

/* ---- values ---- */

struct thin_mapping {
	uint64_t data;
	uint32_t time;
};

static inline struct thin_mapping thin_mapping(const uint8_t *value)
{
	uint64_t v = get_le64(value);

	return (struct thin_mapping){v >> 24, (uint32_t)(v & 0xffffff)};
}

/* Every kind of finding of this folder, NULL-terminated. */
extern const struct finding_kind *const thin_format_findings[];

extern const struct finding_kind F_THIN_NO_SNAPSHOT, F_THIN_DEVICES, F_THIN_MAPPED, F_THIN_RANGE,
	F_THIN_MEMORY;

#endif
