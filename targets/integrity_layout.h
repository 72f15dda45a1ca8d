/*
 * Where things are on an integrity device: the arithmetic of dm-integrity.c, which the
 * constructor uses when it formats and the read-back shows.
 */
#ifndef TARGETS_INTEGRITY_LAYOUT_H
#define TARGETS_INTEGRITY_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#define INTEGRITY_SB_SECTORS 8

/* What the layout follows from. Sizes in sectors of 512 bytes. */
struct integrity_config {
	uint64_t start;             /* of the superblock on the metadata device */
	uint64_t data_sectors;      /* size of the data device */
	uint64_t meta_sectors;      /* of the metadata device; the same without one */
	bool meta_device;
	unsigned tag_size;          /* bytes */
	unsigned log2_block;        /* sectors per block */
	bool journal_mac, fix_padding, inline_tags;
	uint64_t journal_sectors;   /* asked for */
	uint64_t interleave_sectors, buffer_sectors;
};

struct integrity_layout {
	uint32_t journal_sections, section_sectors, section_entries;
	unsigned log2_interleave, log2_buffer;
	uint64_t initial_sectors;   /* superblock and journal */
	uint64_t metadata_run;      /* sectors of tags of one area */
	uint64_t provided_sectors;  /* data sectors that can be used */
};

/*
 * initialize_superblock(): false where the device is too small.
 */
bool integrity_layout_new(const struct integrity_config *c, struct integrity_layout *ret);

/*
 * For an existing superblock: sections and interleave are stored; false where the device
 * is too small for them.
 */
bool integrity_layout_stored(const struct integrity_config *c, uint32_t journal_sections,
			     unsigned log2_interleave, struct integrity_layout *ret);

struct line;

/*
 * The place for tags that an integrity line offers to crypt (struct blk_integrity): false where
 * it has none, because the line has a hash of its own. *tag 0: not known. Sizes in bytes.
 */
bool integrity_profile(const struct line *l, unsigned *tag, unsigned *block);

#endif
