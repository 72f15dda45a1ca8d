/* field/field.h: decoding and lookup, and elements that would lie outside. */
#include "field/field.h"

#include <check.h>
#include <errno.h>

Suite *suite_field_field(void);

/* nr u32 | id u64 | inner {a, b} x 2 | uuid 16 | values u32 x nr */
static const struct field inner[] = {
	{.name = "a", .type = FIELD_LE32, .offset = 0},
	{.name = "b", .type = FIELD_HEX32, .offset = 4},
	{0},
};

static uint32_t count(const uint8_t *bytes)
{
	return bytes[0];
}

static const struct field outer[] = {
	{.name = "nr", .type = FIELD_LE32, .offset = 0},
	{.name = "id", .type = FIELD_LE64, .offset = 4},
	{.name = "pair", .type = FIELD_STRUCT, .offset = 12, .array = true, .count = 2, .size = 8, .fields = inner},
	{.name = "uuid", .type = FIELD_UUID, .offset = 28},
	{.name = "values", .type = FIELD_LE32, .offset = 44, .array = true, .find_count = count},
	{0},
};

static const uint8_t bytes[] = {
	2, 0, 0, 0,
	1, 2, 0, 0, 0, 0, 0, 0x80,
	5, 0, 0, 0, 0xff, 0, 0, 0,
	6, 0, 0, 0, 0, 1, 0, 0,
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
	7, 0, 0, 0,
	8, 0, 0, 0,
};

START_TEST(text)
{
	struct strbuf b = STRBUF_INIT;

	field_print(&b, outer, bytes, sizeof(bytes), FIELD_TEXT, 0);
	ck_assert_str_eq(strbuf_str(&b),
			 "nr: 2\nid: 9223372036854776321\npair[0]:\n  a: 5\n  b: 0x000000ff\npair[1]:\n  a: 6\n"
			 "  b: 0x00000100\nuuid: 00010203-0405-0607-0809-0a0b0c0d0e0f\nvalues[0]: 7\nvalues[1]: 8\n");
	strbuf_release(&b);
}
END_TEST

START_TEST(json)
{
	struct strbuf b = STRBUF_INIT;

	field_print(&b, outer, bytes, sizeof(bytes), FIELD_JSON, 0);
	ck_assert_str_eq(strbuf_str(&b),
			 "{\"nr\": 2, \"id\": 9223372036854776321, \"pair\": [{\"a\": 5, \"b\": 255}, {\"a\": 6, \"b\": 256}], "
			 "\"uuid\": \"00010203-0405-0607-0809-0a0b0c0d0e0f\", \"values\": [7, 8]}");
	strbuf_release(&b);
}
END_TEST

static const struct {
	const char *path, *text; /* NULL: not there, up to .bad */
	size_t bad;
} paths[] = {
	{"id", "9223372036854776321\n", 0}, {"pair[1].a", "6\n", 0},    {"values[1]", "8\n", 0},
	{"pair[1]", "a: 6\nb: 0x00000100\n", 0}, {"values", "values[0]: 7\nvalues[1]: 8\n", 0},
	{"values[2]", NULL, 9},     {"pair.a", NULL, 4},      {"id.x", NULL, 4},
	{"none", NULL, 4},          {"pair[1].c", NULL, 9},   {"pair[", NULL, 5},
	{"pair[1", NULL, 6},        {"pair[1].", NULL, 7},    {"values[4294967296]", NULL, 18},
};

START_TEST(lookup)
{
	struct strbuf b = STRBUF_INIT;
	struct field_place place;
	size_t bad = 0;
	int r = field_find(outer, bytes, sizeof(bytes), paths[_i].path, &place, &bad);

	if (!paths[_i].text) {
		ck_assert_int_eq(r, -ENOENT);
		ck_assert_uint_eq(bad, paths[_i].bad);
		return;
	}
	ck_assert_int_eq(r, 0);
	field_print_place(&b, &place, FIELD_TEXT);
	ck_assert_str_eq(strbuf_str(&b), paths[_i].text);
	strbuf_release(&b);
}
END_TEST

/* A count from disk is worth no more than the bytes there are. */
START_TEST(short_structure)
{
	ck_assert_uint_eq(field_count(&outer[4], bytes, sizeof(bytes) - 1), 1);
	ck_assert_uint_eq(field_count(&outer[4], bytes, 40), 0);
	ck_assert_uint_eq(field_at(&outer[4], bytes, sizeof(bytes), 1), 48);
	ck_assert_uint_eq(field_at(&outer[4], bytes, sizeof(bytes), 2), UINT32_MAX);
}
END_TEST

Suite *suite_field_field(void)
{
	Suite *s = suite_create("field/field");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, text);
	tcase_add_test(tc, json);
	tcase_add_loop_test(tc, lookup, 0, (int)(sizeof(paths) / sizeof(*paths)));
	tcase_add_test(tc, short_structure);
	suite_add_tcase(s, tc);
	return s;
}
