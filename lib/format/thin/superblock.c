#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "format/thin/thin.h"

#define MIN_BLOCK_SECTORS 128u
#define MAX_BLOCK_SECTORS 2097152u

static const struct finding_kind F_MAGIC = {
	"thin.superblock.magic", SEV_ERROR, BY_DISK, "no superblock of a thin pool",
	"The magic number is another one.", NULL, "Name the metadata device of the pool, not its data device.",
};

static const struct finding_kind F_BLOCK_SIZE = {
	"thin.superblock.block-size", SEV_ERROR, BY_DISK, "a data block size that no pool can have",
	"Data blocks have 64 KiB to 1 GiB, a multiple of 64 KiB.", NULL,
	"Repair the metadata and tell the block size.",
};

static const struct finding_kind F_FEATURES = {
	"thin.superblock.features", SEV_ERROR, BY_KERNEL, "feature flags that the kernel refuses",
	"A kernel does not touch metadata with features that it does not know; so far there are none.", NULL,
	"If no newer kernel wrote this, the superblock is damaged.",
};

static const struct finding_kind F_TOO_SMALL = {
	"thin.superblock.device-too-small", SEV_ERROR, BY_DISK, "the device is smaller than its metadata",
	"The metadata space map counts more blocks than the device has: it was made smaller, or this is an "
	"incomplete copy.",
	NULL, "Bring the device back to its size, or copy it again.",
};

static const struct finding_kind F_NEEDS_CHECK = {
	"thin.superblock.needs-check", SEV_NOTE, BY_DISK, "the kernel asks for a check",
	"A metadata operation failed. The pool can be activated read-only until the flag is cleared.", NULL,
	"If the check finds nothing, clear the flag; else repair.",
};

const struct finding_kind F_THIN_NO_SNAPSHOT = {
	"thin.snapshot.none", SEV_ERROR, BY_DISK, "there is no metadata snapshot",
	"The pool holds none, or it is in another block.", NULL,
	"Send the pool the message reserve_metadata_snap first.",
};

static const struct finding_kind F_WRITE = {
	"thin.superblock.cannot-write", SEV_ERROR, BY_SYSTEM, "the superblock cannot be written",
	"The device reports an error. The kernel writes this block in the same way.", NULL,
	"Look at the kernel's log for the device.",
};

static const struct field superblock_fields[] = {
	FIELD(struct thin_superblock_disk, csum, FIELD_HEX32, .flags = FIELD_CHECKSUM),
	FIELD(struct thin_superblock_disk, flags, FIELD_HEX32, .flags = FIELD_FREE),
	FIELD(struct thin_superblock_disk, blocknr, FIELD_LE64),
	FIELD(struct thin_superblock_disk, uuid, FIELD_UUID, .flags = FIELD_FREE),
	FIELD(struct thin_superblock_disk, magic, FIELD_LE64),
	FIELD(struct thin_superblock_disk, version, FIELD_LE32, .flags = FIELD_FREE),
	FIELD(struct thin_superblock_disk, time, FIELD_LE32, .flags = FIELD_FREE),
	FIELD(struct thin_superblock_disk, trans_id, FIELD_LE64, .flags = FIELD_FREE),
	FIELD(struct thin_superblock_disk, held_root, FIELD_LE64),
	FIELD(struct thin_superblock_disk, data_space_map, FIELD_STRUCT, .size = sizeof(struct pdata_space_map_root),
	      .fields = pdata_space_map_root_fields),
	FIELD(struct thin_superblock_disk, metadata_space_map, FIELD_STRUCT,
	      .size = sizeof(struct pdata_space_map_root), .fields = pdata_space_map_root_fields),
	FIELD(struct thin_superblock_disk, data_mapping_root, FIELD_LE64),
	FIELD(struct thin_superblock_disk, device_details_root, FIELD_LE64),
	FIELD(struct thin_superblock_disk, data_block_size, FIELD_LE32),
	FIELD(struct thin_superblock_disk, metadata_block_size, FIELD_LE32, .flags = FIELD_FREE),
	FIELD(struct thin_superblock_disk, metadata_nr_blocks, FIELD_LE64, .flags = FIELD_FREE),
	FIELD(struct thin_superblock_disk, compat_flags, FIELD_HEX32, .flags = FIELD_FREE),
	FIELD(struct thin_superblock_disk, compat_ro_flags, FIELD_HEX32),
	FIELD(struct thin_superblock_disk, incompat_flags, FIELD_HEX32),
	{0},
};

const struct pdata_kind thin_superblock_kind = {
	"superblock", 160774, offsetof(struct thin_superblock_disk, blocknr), superblock_fields,
};

static int __attribute__((format(printf, 3, 4)))
complain(struct pdata *p, const struct finding_kind *kind, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_vadd(p->diag, kind, (struct span){0}, fmt, ap)->subject = "superblock";
	va_end(ap);
	return kind->severity == SEV_ERROR ? -EUCLEAN : 0;
}

static int check_fields(struct pdata *p, const struct thin_superblock_disk *d)
{
	uint32_t size = le32(d->data_block_size);
	int r = 0;

	if (le64(d->magic) != THIN_MAGIC)
		return complain(p, &F_MAGIC, "the magic number is %" PRIu64 ", where a thin pool has %u",
				le64(d->magic), THIN_MAGIC);
	if (size < MIN_BLOCK_SECTORS || size > MAX_BLOCK_SECTORS || size % MIN_BLOCK_SECTORS)
		r = complain(p, &F_BLOCK_SIZE, "data blocks of %" PRIu32 " sectors: a multiple of 128, at most 2097152, "
			     "is expected", size);
	if (le32(d->incompat_flags) || le32(d->compat_ro_flags))
		r = complain(p, &F_FEATURES, "incompat_flags 0x%" PRIx32 ", compat_ro_flags 0x%" PRIx32
			     ": 0 is expected", le32(d->incompat_flags), le32(d->compat_ro_flags));
	if (le32(d->flags) & THIN_NEEDS_CHECK)
		complain(p, &F_NEEDS_CHECK, "the flag needs_check is set");
	return r;
}

static void decode(const struct thin_superblock_disk *d, struct thin_superblock *ret)
{
	*ret = (struct thin_superblock){
		.flags = le32(d->flags),
		.version = le32(d->version),
		.time = le32(d->time),
		.trans_id = le64(d->trans_id),
		.held_root = le64(d->held_root),
		.data_space_map = d->data_space_map,
		.metadata_space_map = d->metadata_space_map,
		.mapping_root = le64(d->data_mapping_root),
		.details_root = le64(d->device_details_root),
		.data_block_size = le32(d->data_block_size),
	};
}

int thin_superblock_read(struct pdata *p, uint64_t blocknr, struct thin_superblock *ret)
{
	uint8_t *block;
	int r = -EUCLEAN;

	if (!p->nr_blocks)
		return complain(p, &F_MAGIC, "%" PRIu64 " bytes are too few for metadata", p->blk->size);
	if (blocknr >= p->nr_blocks)
		return complain(p, &F_PDATA_POINTER, "the metadata snapshot is block %" PRIu64
				", where the metadata has %" PRIu64 " blocks", blocknr, p->nr_blocks);
	block = blk_buffer(PDATA_BLOCK_SIZE);
	if (pdata_read(p, &thin_superblock_kind, blocknr, "superblock", block) == PDATA_GOOD) {
		r = check_fields(p, (const void *)block);
		decode((const void *)block, ret);
	}
	free(block);
	/* A snapshot has no space maps. */
	if (!r && !blocknr && le64(ret->metadata_space_map.nr_blocks) > p->nr_blocks)
		r = complain(p, &F_TOO_SMALL, "the metadata has %" PRIu64 " blocks, the device %" PRIu64,
			     le64(ret->metadata_space_map.nr_blocks), p->nr_blocks);
	return r;
}

int thin_superblock_choose(struct pdata *p, bool snapshot, uint64_t snapshot_block, struct thin_superblock *ret)
{
	int r = thin_superblock_read(p, 0, ret);

	if (r || !snapshot)
		return r;
	if (!ret->held_root) {
		complain(p, &F_THIN_NO_SNAPSHOT, "the pool holds no metadata snapshot");
		return -ENODATA;
	}
	if (snapshot_block && snapshot_block != ret->held_root) {
		complain(p, &F_THIN_NO_SNAPSHOT, "the metadata snapshot is block %" PRIu64 ", not %" PRIu64, ret->held_root,
			 snapshot_block);
		return -ENODATA;
	}
	return thin_superblock_read(p, ret->held_root, ret);
}

/* One block in place, as the kernel's own commit: the old one is valid until the new one is there. */
int thin_superblock_clear_needs_check(struct pdata *p)
{
	uint8_t *block = blk_buffer(PDATA_BLOCK_SIZE);
	struct thin_superblock_disk *d = (struct thin_superblock_disk *)block;
	int r = -EUCLEAN;

	if (pdata_read(p, &thin_superblock_kind, 0, "superblock", block) == PDATA_GOOD) {
		r = 0;
		if (le32(d->flags) & THIN_NEEDS_CHECK) {
			put_le32(&d->flags, le32(d->flags) & ~THIN_NEEDS_CHECK);
			put_le32(&d->csum, pdata_checksum(&thin_superblock_kind, block));
			r = blk_write(p->blk, 0, block, PDATA_BLOCK_SIZE);
			if (r)
				complain(p, &F_WRITE, "cannot write block 0: %s", strerror(-r));
		}
	}
	free(block);
	return r;
}

/* ---- other findings ---- */

const struct finding_kind F_THIN_DEVICES = {
	"thin.devices.mismatch", SEV_ERROR, BY_DISK, "device trees contradict each other",
	"A device has mappings but no details, or details but no mappings. Two hosts may have had the pool "
	"active at the same time.",
	NULL, "Repair the metadata.",
};

const struct finding_kind F_THIN_MAPPED = {
	"thin.device.mapped-blocks", SEV_ERROR, BY_DISK, "a device's number of mapped blocks is wrong",
	"Its details say another number than its mapping tree has.", NULL, "Repair the metadata.",
};

const struct finding_kind F_THIN_RANGE = {
	"thin.mapping.data-out-of-range", SEV_ERROR, BY_DISK, "a mapping leads past the data device",
	"The pool has fewer data blocks than a mapping asks for: I/O there fails.", NULL, "Repair the metadata.",
};

const struct finding_kind F_THIN_MEMORY = {
	"thin.too-large", SEV_ERROR, BY_SYSTEM, "the metadata is too large for this machine",
	"Counting users of blocks wants a byte of address space for each block that the space maps claim.", NULL,
	"If the number of data blocks is absurd, the superblock is damaged: repair the metadata.",
};

const struct finding_kind *const thin_format_findings[] = {
	&F_MAGIC, &F_BLOCK_SIZE, &F_FEATURES, &F_TOO_SMALL, &F_NEEDS_CHECK, &F_THIN_NO_SNAPSHOT, &F_WRITE,
	&F_THIN_DEVICES, &F_THIN_MAPPED, &F_THIN_RANGE, &F_THIN_MEMORY, NULL,
};
