/*
 * Up to 16 metadata blocks are checked, dumped and listed. The checksum field of a block says how
 * it is sealed, since no fuzzer guesses a checksum: 0 to 4 as a kind of block, else not at all.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/thin/event.h"

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

static int drop(void *ctx, const void *p, size_t len)
{
	(void)ctx;
	(void)p;
	(void)len;
	return 0;
}

static void dump(struct pdata *p, const struct thin_superblock *sb, const struct thin_visitor *v)
{
	struct thin_dump_options o = {0};
	struct thin_writer w = {.write = drop};

	thin_dump(p, sb, &o, v, &w);
	thin_writer_finish(&w);
}

static void list(struct pdata *p, const struct thin_superblock *sb)
{
	struct thin_devices devices;
	struct thin_usage *usage;

	if (!thin_devices_read(p, sb, &devices) && !thin_usage_count(p, sb, &devices, &usage))
		free(usage);
	thin_devices_release(&devices);
}

static void look(const struct blk *blk)
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
	if (!thin_superblock_read(&p, 0, &sb)) {
		thin_check(&p, &sb, &o);
		dump(&p, &sb, &thin_write_xml);
		dump(&p, &sb, &thin_write_json);
		list(&p, &sb);
	}
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
	look(&blk);
	return 0;
}
