/*
 * Up to 16 metadata blocks, with the findings of a check. The checksum field of a block says how
 * it is sealed, since no fuzzer guesses a checksum: 0 to 4 as a kind of block, else not at all.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/thin/thin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_BLOCKS 16u

static void seal(uint8_t *block, uint64_t nr)
{
	static const struct pdata_kind *const kinds[] = {&thin_superblock_kind, &pdata_node, &pdata_bitmap,
							 &pdata_index, &pdata_array};
	uint32_t kind = get_le32(block);

	if (kind >= sizeof(kinds) / sizeof(*kinds))
		return;
	put_le64(block + kinds[kind]->blocknr_offset, nr);
	put_le32(block, pdata_checksum(kinds[kind], block));
}

static void check(const struct blk *blk)
{
	struct thin_check_options o = {0};
	struct thin_superblock sb;
	struct arena arena;
	struct diag diag;
	struct pdata p;

	arena_init(&arena);
	diag_init(&diag, &arena);
	diag.max = 100;
	pdata_init(&p, blk, &diag);
	p.threads = 1;
	if (!thin_superblock_read(&p, 0, &sb))
		thin_check(&p, &sb, &o);
	diag_release(&diag);
	arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t image[MAX_BLOCKS * PDATA_BLOCK_SIZE] __attribute__((aligned(4096)));
	size_t nr = (size + PDATA_BLOCK_SIZE - 1) / PDATA_BLOCK_SIZE;
	struct blk blk;

	if (nr > MAX_BLOCKS)
		return 0;
	memset(image, 0, sizeof(image));
	if (size)
		memcpy(image, data, size);
	for (size_t i = 0; i < nr; i++)
		seal(image + i * PDATA_BLOCK_SIZE, i);
	blk_memory(&blk, "fuzz", image, nr * PDATA_BLOCK_SIZE);
	check(&blk);
	return 0;
}
