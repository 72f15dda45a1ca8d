/*
 * The blocks of persistent-data (Linux, drivers/md/persistent-data): 4096 bytes, each beginning with
 * a checksum that is salted by the kind of block, each with its own number inside.
 *
 *	node     a node of a btree: header, keys, values
 *	bitmap   two bits of a reference count for each of 16320 blocks
 *	index    the places of up to 255 bitmaps: root of the metadata space map
 *	array    values of an array, packed
 *
 * Superblocks have the same shape with salts of their own; they belong to the formats.
 */
#ifndef PDATA_BLOCK_H
#define PDATA_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/endian.h"
#include "field/field.h"

#define PDATA_BLOCK_SIZE 4096u

struct pdata_kind {
	const char *name;
	uint32_t salt;
	uint32_t blocknr_offset;
	const struct field *fields;
};

extern const struct pdata_kind pdata_node, pdata_bitmap, pdata_index, pdata_array;

/* The checksum that a block of this kind with these bytes must have. */
uint32_t pdata_checksum(const struct pdata_kind *k, const uint8_t *block);

/* Whether checksum and number are right. */
enum pdata_verdict { PDATA_GOOD, PDATA_UNREADABLE, PDATA_ENDS, PDATA_BAD_CHECKSUM, PDATA_BAD_NUMBER };

enum pdata_verdict pdata_verify(const struct pdata_kind *k, const uint8_t *block, uint64_t blocknr);

/* ---- btree node ---- */

enum { NODE_INTERNAL = 1, NODE_LEAF = 2 };

struct pdata_node_header {
	struct le32 csum, flags;
	struct le64 blocknr;
	struct le32 nr_entries, max_entries, value_size, padding;
	struct le64 keys[];
} __attribute__((packed));
_Static_assert(sizeof(struct pdata_node_header) == 32, "header of a node");

/* A node whose header fits its block (pdata_node_open()). */
struct btree_node {
	uint64_t blocknr;
	bool internal;
	uint32_t nr, max, value_size;
	const uint8_t *keys, *values;
};

static inline uint64_t node_key(const struct btree_node *n, uint32_t i)
{
	return get_le64(n->keys + 8 * (uint64_t)i);
}

static inline const uint8_t *node_value(const struct btree_node *n, uint32_t i)
{
	return n->values + (uint64_t)n->value_size * i;
}

static inline uint64_t node_child(const struct btree_node *n, uint32_t i)
{
	return get_le64(n->values + 8 * (uint64_t)i);
}

/*
 * Looks at the header of a node whose leaves have values of `value_size`. NULL and *ret filled in
 * where all counts fit; else what is wrong, as a format for the block's number.
 */
const char *pdata_node_open(const uint8_t *block, uint32_t value_size, struct btree_node *ret);

/* Entries of a node with values of this size, as the kernel's calc_max_entries(). */
uint32_t pdata_max_entries(uint32_t value_size);

/* The thin target's details of a device; no other tree has values of 24 bytes. */
struct pdata_details {
	struct le64 mapped_blocks, transaction_id;
	struct le32 creation_time, snapshotted_time;
} __attribute__((packed));
_Static_assert(sizeof(struct pdata_details) == 24, "details of a thin device");

/* ---- array ---- */

struct pdata_array_header {
	struct le32 csum, max_entries, nr_entries, value_size;
	struct le64 blocknr;
} __attribute__((packed));
_Static_assert(sizeof(struct pdata_array_header) == 24, "header of an array block");

/* ---- space maps ---- */

#define BITMAP_ENTRIES 16320u /* (4096 - 16) * 4 */
#define INDEX_ENTRIES  255u

struct pdata_bitmap_block {
	struct le32 csum, unused;
	struct le64 blocknr;
	struct le64 words[510];
} __attribute__((packed));
_Static_assert(sizeof(struct pdata_bitmap_block) == PDATA_BLOCK_SIZE, "bitmap");

struct pdata_index_entry {
	struct le64 blocknr;
	struct le32 nr_free, none_free_before;
} __attribute__((packed));
_Static_assert(sizeof(struct pdata_index_entry) == 16, "entry of an index");

struct pdata_index_block {
	struct le32 csum, padding;
	struct le64 blocknr;
	struct pdata_index_entry bitmaps[INDEX_ENTRIES];
} __attribute__((packed));
_Static_assert(sizeof(struct pdata_index_block) == PDATA_BLOCK_SIZE, "index");

/* Root of a space map, in a superblock's field of 128 bytes; what follows there means nothing. */
struct pdata_space_map_root {
	struct le64 nr_blocks, nr_allocated, bitmap_root, ref_count_root;
} __attribute__((packed));
_Static_assert(sizeof(struct pdata_space_map_root) == 32, "root of a space map");

extern const struct field pdata_space_map_root_fields[];

#endif
