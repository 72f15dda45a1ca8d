/* base/crc32c.h: every way there is gives the same sums, and they are CRC-32C. */
#include "base/crc32c.h"

#include <check.h>
#include <string.h>

Suite *suite_base_crc32c(void);

/* The check value of the catalogue of CRCs, and the examples of RFC 3720, appendix B.4. */
static const struct {
	int fill; /* the byte, or -1: ascending, -2: descending, -3: "123456789" */
	size_t len;
	uint32_t crc;
} known[] = {
	{-3, 9, 0xe3069283}, {0, 32, 0x8a9136aa}, {0xff, 32, 0x62a8ab43}, {-1, 32, 0x46dd794e}, {-2, 32, 0x113fdb5c},
};

START_TEST(check_values)
{
	const struct crc32c_engine *e = &crc32c_engines[_i];
	uint8_t b[32];

	if (!e->usable())
		return;
	for (size_t k = 0; k < sizeof(known) / sizeof(*known); k++) {
		for (size_t i = 0; i < known[k].len; i++)
			b[i] = (uint8_t)(known[k].fill >= 0 ? known[k].fill : known[k].fill == -1 ? (int)i
					 : known[k].fill == -2 ? (int)(31 - i) : "123456789"[i]);
		ck_assert_uint_eq(~e->one(~0u, b, known[k].len), known[k].crc);
	}
}
END_TEST

/* Bit by bit, as the definition has it. */
static uint32_t slow(uint32_t crc, const uint8_t *b, size_t len)
{
	while (len--) {
		crc ^= *b++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
	}
	return crc;
}

START_TEST(lengths_and_places)
{
	const struct crc32c_engine *e = &crc32c_engines[_i];
	uint8_t b[4 * 80 + 16];
	uint32_t four[4];

	if (!e->usable())
		return;
	for (size_t i = 0; i < sizeof(b); i++)
		b[i] = (uint8_t)(i * i * 31 + i * 7);
	for (size_t at = 0; at < 9; at++) {
		for (size_t len = 0; len < 72; len++) {
			ck_assert_uint_eq(e->one(0x12345678, b + at, len), slow(0x12345678, b + at, len));
			e->four(99, b + at, 80, len, four);
			for (size_t k = 0; k < 4; k++)
				ck_assert_uint_eq(four[k], slow(99, b + at + 80 * k, len));
		}
	}
}
END_TEST

START_TEST(many)
{
	static uint8_t b[11 * 4096];
	uint32_t sums[12];

	for (size_t i = 0; i < sizeof(b); i++)
		b[i] = (uint8_t)(i % 251);
	for (size_t nr = 0; nr <= 11; nr++) {
		memset(sums, 0, sizeof(sums));
		crc32c_many(~0u, b + 4, 4096, 4092, nr, sums);
		for (size_t k = 0; k < nr; k++)
			ck_assert_uint_eq(sums[k], slow(~0u, b + 4096 * k + 4, 4092));
		ck_assert_uint_eq(sums[nr], 0);
	}
}
END_TEST

Suite *suite_base_crc32c(void)
{
	Suite *s = suite_create("base/crc32c");
	TCase *tc = tcase_create("all");

	tcase_add_loop_test(tc, check_values, 0, (int)crc32c_nr_engines);
	tcase_add_loop_test(tc, lengths_and_places, 0, (int)crc32c_nr_engines);
	tcase_add_test(tc, many);
	suite_add_tcase(s, tc);
	return s;
}
