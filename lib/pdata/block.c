#include "pdata/block.h"

#include <inttypes.h>
#include <stddef.h>

#include "base/crc32c.h"

uint32_t pdata_checksum(const struct pdata_kind *k, const uint8_t *block)
{
	return crc32c(~0u, block + 4, PDATA_BLOCK_SIZE - 4) ^ k->salt;
}

enum pdata_verdict pdata_verify(const struct pdata_kind *k, const uint8_t *block, uint64_t blocknr)
{
	if (get_le32(block) != pdata_checksum(k, block))
		return PDATA_BAD_CHECKSUM;
	return get_le64(block + k->blocknr_offset) == blocknr ? PDATA_GOOD : PDATA_BAD_NUMBER;
}

uint32_t pdata_max_entries(uint32_t value_size)
{
	return (PDATA_BLOCK_SIZE - sizeof(struct pdata_node_header)) / (8 + value_size) / 3 * 3;
}

const char *pdata_node_open(const uint8_t *block, uint32_t value_size, struct btree_node *ret)
{
	const struct pdata_node_header *h = (const struct pdata_node_header *)block;
	uint32_t flags = le32(h->flags), max = le32(h->max_entries), size = le32(h->value_size);

	if (flags != NODE_INTERNAL && flags != NODE_LEAF)
		return "block %" PRIu64 ": a node that is neither internal nor a leaf";
	if (size != (flags == NODE_INTERNAL ? 8 : value_size))
		return "block %" PRIu64 ": a node with values of a wrong size";
	if (!max || max > (PDATA_BLOCK_SIZE - sizeof(*h)) / (8 + size))
		return "block %" PRIu64 ": a node with more entries than fit into a block";
	if (le32(h->nr_entries) > max)
		return "block %" PRIu64 ": a node with more entries than it has room for";
	if (flags == NODE_INTERNAL && !le32(h->nr_entries))
		return "block %" PRIu64 ": an internal node without entries";
	*ret = (struct btree_node){
		.blocknr = le64(h->blocknr),
		.internal = flags == NODE_INTERNAL,
		.nr = le32(h->nr_entries),
		.max = max,
		.value_size = size,
		.keys = block + sizeof(*h),
		.values = block + sizeof(*h) + 8 * (size_t)max,
	};
	return NULL;
}

/* ---- tables ---- */

static uint32_t node_nr(const uint8_t *b)
{
	return get_le32(b + offsetof(struct pdata_node_header, nr_entries));
}

/* Values begin behind all key slots; a size that cannot be leads past the block. */
static uint32_t values_of(const uint8_t *b, uint32_t value_size)
{
	const struct pdata_node_header *h = (const struct pdata_node_header *)b;
	uint32_t max = le32(h->max_entries);

	return le32(h->value_size) == value_size && max < PDATA_BLOCK_SIZE / 8 ? 32 + 8 * max : UINT32_MAX;
}

static uint32_t values4(const uint8_t *b)
{
	return values_of(b, 4);
}

static uint32_t values8(const uint8_t *b)
{
	return values_of(b, 8);
}

static uint32_t values16(const uint8_t *b)
{
	return values_of(b, 16);
}

static uint32_t values24(const uint8_t *b)
{
	return values_of(b, 24);
}

/* Values behind the keys, of the size that tells which tree it is. */
#define VALUES(what, kind, offset_of, count_of, ...)                                               \
	{.name = (what), .type = (kind), .array = true, .find_offset = (offset_of),                \
	 .find_count = (count_of), ##__VA_ARGS__}

static const struct field index_entry_fields[] = {
	FIELD(struct pdata_index_entry, blocknr, FIELD_LE64),
	FIELD(struct pdata_index_entry, nr_free, FIELD_LE32, .flags = FIELD_FREE),
	FIELD(struct pdata_index_entry, none_free_before, FIELD_LE32, .flags = FIELD_FREE),
	{0},
};

static const struct field details_fields[] = {
	FIELD(struct pdata_details, mapped_blocks, FIELD_LE64),
	FIELD(struct pdata_details, transaction_id, FIELD_LE64, .flags = FIELD_FREE),
	FIELD(struct pdata_details, creation_time, FIELD_LE32, .flags = FIELD_FREE),
	FIELD(struct pdata_details, snapshotted_time, FIELD_LE32, .flags = FIELD_FREE),
	{0},
};

static const struct field node_fields[] = {
	FIELD(struct pdata_node_header, csum, FIELD_HEX32, .flags = FIELD_CHECKSUM),
	FIELD(struct pdata_node_header, flags, FIELD_LE32),
	FIELD(struct pdata_node_header, blocknr, FIELD_LE64),
	FIELD(struct pdata_node_header, nr_entries, FIELD_LE32),
	FIELD(struct pdata_node_header, max_entries, FIELD_LE32),
	FIELD(struct pdata_node_header, value_size, FIELD_LE32),
	FIELD(struct pdata_node_header, padding, FIELD_LE32, .flags = FIELD_FREE),
	FIELD(struct pdata_node_header, keys, FIELD_LE64, .array = true, .find_count = node_nr),
	VALUES("values", FIELD_LE64, values8, node_nr),
	VALUES("counts", FIELD_LE32, values4, node_nr),
	VALUES("bitmaps", FIELD_STRUCT, values16, node_nr, .size = sizeof(struct pdata_index_entry),
	       .fields = index_entry_fields),
	VALUES("details", FIELD_STRUCT, values24, node_nr, .size = sizeof(struct pdata_details),
	       .fields = details_fields),
	{0},
};

static const struct field bitmap_fields[] = {
	FIELD(struct pdata_bitmap_block, csum, FIELD_HEX32, .flags = FIELD_CHECKSUM),
	FIELD(struct pdata_bitmap_block, unused, FIELD_LE32, .flags = FIELD_FREE),
	FIELD(struct pdata_bitmap_block, blocknr, FIELD_LE64),
	FIELD(struct pdata_bitmap_block, words, FIELD_LE64, .array = true, .count = 510),
	{0},
};

static const struct field index_fields[] = {
	FIELD(struct pdata_index_block, csum, FIELD_HEX32, .flags = FIELD_CHECKSUM),
	FIELD(struct pdata_index_block, padding, FIELD_LE32, .flags = FIELD_FREE),
	FIELD(struct pdata_index_block, blocknr, FIELD_LE64),
	FIELD(struct pdata_index_block, bitmaps, FIELD_STRUCT, .array = true, .count = INDEX_ENTRIES,
	      .size = sizeof(struct pdata_index_entry), .fields = index_entry_fields),
	{0},
};

static uint32_t array_nr(const uint8_t *b)
{
	return get_le32(b + offsetof(struct pdata_array_header, nr_entries));
}

static uint32_t array_of(const uint8_t *b, uint32_t value_size)
{
	return le32(((const struct pdata_array_header *)b)->value_size) == value_size
		       ? sizeof(struct pdata_array_header) : UINT32_MAX;
}

static uint32_t array4(const uint8_t *b)
{
	return array_of(b, 4);
}

static uint32_t array8(const uint8_t *b)
{
	return array_of(b, 8);
}

static const struct field array_fields[] = {
	FIELD(struct pdata_array_header, csum, FIELD_HEX32, .flags = FIELD_CHECKSUM),
	FIELD(struct pdata_array_header, max_entries, FIELD_LE32),
	FIELD(struct pdata_array_header, nr_entries, FIELD_LE32),
	FIELD(struct pdata_array_header, value_size, FIELD_LE32),
	FIELD(struct pdata_array_header, blocknr, FIELD_LE64),
	VALUES("values", FIELD_LE64, array8, array_nr),
	VALUES("hints", FIELD_LE32, array4, array_nr),
	{0},
};

const struct field pdata_space_map_root_fields[] = {
	FIELD(struct pdata_space_map_root, nr_blocks, FIELD_LE64),
	FIELD(struct pdata_space_map_root, nr_allocated, FIELD_LE64, .flags = FIELD_FREE),
	FIELD(struct pdata_space_map_root, bitmap_root, FIELD_LE64),
	FIELD(struct pdata_space_map_root, ref_count_root, FIELD_LE64),
	{0},
};

const struct pdata_kind pdata_node = {"node", 121107, 8, node_fields};
const struct pdata_kind pdata_bitmap = {"bitmap", 240779, 8, bitmap_fields};
const struct pdata_kind pdata_index = {"index", 160478, 8, index_fields};
const struct pdata_kind pdata_array = {"array", 595846735, 16, array_fields};
