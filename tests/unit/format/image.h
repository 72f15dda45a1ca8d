/* Metadata images in memory, for tests that damage them. */
#ifndef UNIT_FORMAT_IMAGE_H
#define UNIT_FORMAT_IMAGE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "format/thin/thin.h"

#define IMAGE_BLOCKS 16u

struct image {
	uint8_t *bytes; /* IMAGE_BLOCKS of them */
	uint64_t left_over; /* a block that looks like metadata and is free; 0: none */
	struct arena arena;
	struct diag diag;
};

/* The small pools that thin_restore made: tests/data/metadata/README. */
static inline void image_load(struct image *m, const char *name)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/data/metadata/%s", TESTS_DIR, name);
	m->bytes = blk_buffer(IMAGE_BLOCKS * PDATA_BLOCK_SIZE);
	f = fopen(path, "rb");
	ck_assert_msg(f && fread(m->bytes, PDATA_BLOCK_SIZE, IMAGE_BLOCKS, f) == IMAGE_BLOCKS, "%s", path);
	fclose(f);
	m->left_over = strcmp(name, "tiny-0.9.img") ? 0 : 8;
}

static inline const struct pdata_kind *image_kind(const uint8_t *block)
{
	static const struct pdata_kind *const kinds[] = {&thin_superblock_kind, &pdata_node, &pdata_bitmap,
							 &pdata_index};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (get_le32(block) == pdata_checksum(kinds[i], block))
			return kinds[i];
	return NULL;
}

/* Checks the image; findings are in m->diag until image_done(). */
static inline void image_check_threads(struct image *m, unsigned threads)
{
	struct thin_check_options o = {0};
	struct thin_superblock sb;
	struct blk blk;
	struct pdata p;

	arena_init(&m->arena);
	diag_init(&m->diag, &m->arena);
	blk_memory(&blk, "image", m->bytes, IMAGE_BLOCKS * PDATA_BLOCK_SIZE);
	pdata_init(&p, &blk, &m->diag);
	p.threads = threads;
	p.portion = 1;
	if (!thin_superblock_read(&p, 0, &sb))
		thin_check(&p, &sb, &o);
}

static inline void image_check(struct image *m)
{
	image_check_threads(m, 1);
}

static inline bool image_has(const struct image *m, const char *id)
{
	for (size_t i = 0; i < m->diag.findings.nr; i++)
		if (!strcmp(m->diag.findings.v[i].kind->id, id))
			return true;
	return false;
}

static inline void image_done(struct image *m)
{
	diag_release(&m->diag);
	arena_release(&m->arena);
}

#endif
