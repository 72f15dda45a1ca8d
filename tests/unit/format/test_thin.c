/* format/thin: what check says of good, damaged and hostile metadata. */
#include "image.h"

#include "field/field.h"

Suite *suite_format_thin(void);

static const char *const images[] = {"tiny-0.9.img", "tiny-1.1.img"};

static uint8_t *block_of(struct image *m, uint64_t nr)
{
	return m->bytes + nr * PDATA_BLOCK_SIZE;
}

static struct thin_superblock_disk *superblock(struct image *m)
{
	return (struct thin_superblock_disk *)m->bytes;
}

static void seal(struct image *m, uint64_t nr, const struct pdata_kind *k)
{
	put_le32(block_of(m, nr), pdata_checksum(k, block_of(m, nr)));
}

START_TEST(good)
{
	struct image m;

	image_load(&m, images[_i]);
	image_check(&m);
	for (size_t i = 0; i < m.diag.findings.nr; i++)
		ck_assert_msg(m.diag.findings.v[i].kind->severity == SEV_NOTE, "%s", m.diag.findings.v[i].message);
	image_done(&m);
	free(m.bytes);
}
END_TEST

/* thin_restore 0.9 leaves behind what it replaced: a node that the space map calls free. */
static bool in_use(struct image *m, uint64_t nr)
{
	return image_kind(block_of(m, nr)) && !(m->left_over && nr == m->left_over);
}

/* Each changed bit of a block in use is found. */
START_TEST(flipped_bits)
{
	unsigned nr_blocks = 0;
	struct image m;

	image_load(&m, images[_i]);
	for (uint64_t nr = 0; nr < IMAGE_BLOCKS; nr++) {
		if (!in_use(&m, nr))
			continue;
		nr_blocks++;
		for (uint32_t bit = nr % 7; bit < PDATA_BLOCK_SIZE * 8; bit += 37) {
			uint8_t *byte = block_of(&m, nr) + bit / 8;

			*byte ^= (uint8_t)(1 << bit % 8);
			image_check(&m);
			if (!diag_errors(&m.diag))
				ck_abort_msg("%s: bit %u of block %u is changed, and nothing found", images[_i], bit,
					     (unsigned)nr);
			image_done(&m);
			*byte ^= (uint8_t)(1 << bit % 8);
		}
	}
	ck_assert_uint_ge(nr_blocks, 10);
	free(m.bytes);
}
END_TEST

/* Fields whose values are wrong in no other light than the kernel's own memory of them. */
static bool may_be_anything(const struct image *m, uint64_t nr, const struct field *f)
{
	const struct thin_superblock_disk *sb = (const void *)m->bytes;
	bool mapping = nr != le64(sb->data_mapping_root) && nr != le64(sb->device_details_root);

	if (f->flags & (FIELD_FREE | FIELD_CHECKSUM))
		return true;
	/* A virtual block elsewhere is as good; entries may be fewer slots of room. */
	return (mapping && !strcmp(f->name, "keys")) || !strcmp(f->name, "max_entries");
}

static void damage_element(struct image *m, uint64_t nr, const struct pdata_kind *k, const struct field *f,
			   uint8_t *at, uint32_t width)
{
	for (int how = 0; how < 4; how++) {
		uint8_t saved[8];
		/* Below them is the time of a mapping, which may be anything. */
		uint64_t v = width == 8 ? get_le64(at) : get_le32(at), was = v;
		uint64_t one = !strcmp(f->name, "values") ? 1u << 24 : 1;

		/* A block more than are used, and the bits behind the last block, are no damage. */
		if ((how == 2 && !strcmp(f->name, "nr_blocks")) || (how == 3 && !strcmp(f->name, "words")))
			continue;
		memcpy(saved, at, width);
		v = how == 0 ? 0 : how == 1 ? UINT64_MAX : how == 2 ? v + one : v ^ (uint64_t)1 << (8 * width - 1);
		if (width == 8)
			put_le64(at, v);
		else
			put_le32(at, (uint32_t)v);
		if (memcmp(saved, at, width)) {
			seal(m, nr, k);
			image_check(m);
			if (!diag_errors(&m->diag) && !m->diag.nr[SEV_WARNING])
				ck_abort_msg("block %u, %s %s: %llu instead of %llu is not found", (unsigned)nr, k->name,
					     f->name, (unsigned long long)v, (unsigned long long)was);
			image_done(m);
		}
		memcpy(at, saved, width);
		seal(m, nr, k);
	}
}

static void damage_fields(struct image *m, uint64_t nr, const struct pdata_kind *k, const struct field *fields,
			  uint8_t *bytes, uint32_t size)
{
	for (const struct field *f = fields; f->name; f++) {
		uint32_t count = field_count(f, bytes, size);

		/* Bitmaps beyond the end of the metadata mean nothing. */
		if (count > 64)
			count = 1;
		for (uint32_t i = 0; i < count && !may_be_anything(m, nr, f); i++) {
			uint8_t *at = bytes + field_at(f, bytes, size, i);

			if (f->type == FIELD_STRUCT)
				damage_fields(m, nr, k, f->fields, at, f->size);
			else
				damage_element(m, nr, k, f, at, field_width(f));
		}
	}
}

/* Checksums are right, numbers are not. */
START_TEST(damaged_fields)
{
	struct image m;

	image_load(&m, images[_i]);
	for (uint64_t nr = 0; nr < IMAGE_BLOCKS; nr++) {
		const struct pdata_kind *k = image_kind(block_of(&m, nr));

		if (k && in_use(&m, nr))
			damage_fields(&m, nr, k, k->fields, block_of(&m, nr), PDATA_BLOCK_SIZE);
	}
	free(m.bytes);
}
END_TEST

START_TEST(swapped_blocks)
{
	static uint8_t copy[PDATA_BLOCK_SIZE];
	struct image m;

	image_load(&m, images[_i]);
	for (uint64_t a = 1; a < 12; a++) {
		for (uint64_t b = a + 1; b < 12; b++) {
			memcpy(copy, block_of(&m, a), PDATA_BLOCK_SIZE);
			memcpy(block_of(&m, a), block_of(&m, b), PDATA_BLOCK_SIZE);
			memcpy(block_of(&m, b), copy, PDATA_BLOCK_SIZE);
			image_check(&m);
			ck_assert_msg(diag_errors(&m.diag), "blocks %u and %u", (unsigned)a, (unsigned)b);
			image_done(&m);
			memcpy(copy, block_of(&m, a), PDATA_BLOCK_SIZE);
			memcpy(block_of(&m, a), block_of(&m, b), PDATA_BLOCK_SIZE);
			memcpy(block_of(&m, b), copy, PDATA_BLOCK_SIZE);
		}
	}
	free(m.bytes);
}
END_TEST

/* An internal node of this many pointers to one child. */
static void write_internal(struct image *m, uint64_t nr, uint64_t child, uint32_t entries)
{
	struct pdata_node_header *h = (struct pdata_node_header *)block_of(m, nr);

	memset(h, 0, PDATA_BLOCK_SIZE);
	put_le32(&h->flags, NODE_INTERNAL);
	put_le64(&h->blocknr, nr);
	put_le32(&h->nr_entries, entries);
	put_le32(&h->max_entries, 252);
	put_le32(&h->value_size, 8);
	for (uint32_t i = 0; i < entries; i++) {
		put_le64(&h->keys[i], i);
		put_le64(&h->keys[252 + i], child);
	}
	seal(m, nr, &pdata_node);
}

static void set_mapping_root(struct image *m, uint64_t root)
{
	put_le64(&superblock(m)->data_mapping_root, root);
	seal(m, 0, &thin_superblock_kind);
}

START_TEST(cycles)
{
	struct image m;

	image_load(&m, images[0]);
	write_internal(&m, 13, 13, 252); /* to itself */
	set_mapping_root(&m, 13);
	image_check(&m);
	ck_assert(image_has(&m, "pdata.tree.shape"));
	image_done(&m);
	write_internal(&m, 13, 14, 252); /* around two others */
	write_internal(&m, 14, 15, 252);
	write_internal(&m, 15, 13, 252);
	image_check(&m);
	ck_assert(image_has(&m, "pdata.tree.shape"));
	image_done(&m);
	free(m.bytes);
}
END_TEST

/* 252^3 ways lead to the leaf: each node is looked at once. */
START_TEST(many_ways)
{
	struct image m;

	image_load(&m, images[0]);
	write_internal(&m, 13, 14, 252);
	write_internal(&m, 14, 15, 252);
	write_internal(&m, 15, 8, 252);
	set_mapping_root(&m, 13);
	image_check(&m);
	ck_assert(diag_errors(&m.diag));
	image_done(&m);
	free(m.bytes);
}
END_TEST

/* Findings and their order, with everything that can be damaged at once. */
START_TEST(any_number_of_threads)
{
	struct image a, b;

	for (unsigned seed = 0; seed < 200; seed++) {
		image_load(&a, images[_i]);
		for (uint64_t nr = 1; nr < 12; nr++)
			if (seed >> (nr % 8) & 1)
				block_of(&a, nr)[(seed * 131 + nr * 517) % PDATA_BLOCK_SIZE] ^= 0x10;
		b = a;
		image_check_threads(&a, 1);
		image_check_threads(&b, 2 + seed % 7);
		ck_assert_uint_eq(a.diag.findings.nr, b.diag.findings.nr);
		for (size_t i = 0; i < a.diag.findings.nr; i++)
			ck_assert_str_eq(a.diag.findings.v[i].message, b.diag.findings.v[i].message);
		image_done(&a);
		image_done(&b);
		free(a.bytes);
	}
}
END_TEST

START_TEST(absurd_space_map)
{
	struct image m;

	image_load(&m, images[_i]);
	put_le64(&superblock(&m)->data_space_map.nr_blocks, UINT64_MAX);
	seal(&m, 0, &thin_superblock_kind);
	image_check(&m);
	ck_assert(image_has(&m, "pdata.space-map.root"));
	image_done(&m);
	free(m.bytes);
}
END_TEST

Suite *suite_format_thin(void)
{
	Suite *s = suite_create("format/thin");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, good, 0, 2);
	tcase_add_loop_test(tc, flipped_bits, 0, 2);
	tcase_add_loop_test(tc, damaged_fields, 0, 2);
	tcase_add_loop_test(tc, swapped_blocks, 0, 2);
	tcase_add_test(tc, cycles);
	tcase_add_test(tc, many_ways);
	tcase_add_loop_test(tc, any_number_of_threads, 0, 2);
	tcase_add_loop_test(tc, absurd_space_map, 0, 2);
	suite_add_tcase(s, tc);
	return s;
}
