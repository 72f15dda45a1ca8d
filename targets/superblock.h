/*
 * The first block of persistent-data metadata (thin, cache, era, clone): enough of it to
 * say what the kernel would when it opens the device. drivers/md/dm-thin-metadata.c and
 * its siblings, __superblock_all_zeroes() and sb_check().
 */
#ifndef TARGETS_SUPERBLOCK_H
#define TARGETS_SUPERBLOCK_H

#include "targets/targets.h"

#define METADATA_BLOCK 4096
/* 255 bitmaps of a metadata space map, 16320 entries each, 8 sectors a block. */
#define METADATA_MAX_SECTORS (255 * 16320 * 8)

enum superblock_state {
	SB_UNKNOWN, /* the device cannot be read here */
	SB_EMPTY,   /* all zeroes: the kernel formats it */
	SB_FOUND,   /* magic, place and checksum are right */
	SB_BAD,     /* something else: the kernel refuses it */
};

struct superblock {
	enum superblock_state state;
	uint8_t bytes[METADATA_BLOCK];
};

/*
 * Reads block 0: `magic` stands at byte 32 in little endian, behind a checksum (CRC-32C of
 * what follows the first four bytes, xored with `csum_xor`), flags and the block number.
 */
void superblock_read(const struct blkdev *dev, uint64_t magic, uint32_t csum_xor, struct superblock *sb);

/* Where fields of one kind of superblock stand that the kernel looks at when it opens it; 0: it has none. */
struct superblock_fields {
	uint16_t version, compat_ro, incompat;
	uint32_t min_version, max_version;
};

/* check_metadata_version(), __check_incompat_features(); only for SB_FOUND. */
void superblock_check_fields(const struct line_ctx *c, const struct word *row, const struct devref *dev,
			     const struct superblock *sb, const struct superblock_fields *f,
			     const char *kernel_text);

uint32_t sb_le32(const struct superblock *sb, size_t off);
uint64_t sb_le64(const struct superblock *sb, size_t off);

/* The finding for SB_BAD at the row of the metadata device. */
void superblock_report_bad(const struct line_ctx *c, const struct word *row, const struct devref *dev,
			   const char *kernel_text);

/* The finding for flags that make a target refuse to write: NEEDS_CHECK. */
void superblock_report_needs_check(const struct line_ctx *c, const struct word *row, const struct devref *dev,
				   const char *kernel_text);

extern const struct finding_kind F_METADATA_BAD, F_METADATA_OTHER, F_METADATA_NEWER, F_METADATA_CHECK,
	F_METADATA_SHRUNK;

#endif
