#include <check.h>
#include <string.h>

#include "base/mem.h"
#include "base/size.h"

static const struct {
	const char *text;
	enum size_error error;
	uint64_t bytes;
} sizes[] = {
	{"1s", SIZE_OK, 512},
	{"8s", SIZE_OK, 4096},
	{"0", SIZE_OK, 0},
	{"512B", SIZE_OK, 512},
	{"1KiB", SIZE_OK, 1024},
	{"64 MiB", SIZE_OK, 67108864},
	{"1.5GiB", SIZE_OK, 1610612736},
	{"2TiB", SIZE_OK, 2199023255552},
	{"1PiB", SIZE_OK, 1125899906842624},
	{"1kB", SIZE_OK, 1000},
	{"1GB", SIZE_OK, 1000000000},
	{"2048", SIZE_NO_UNIT, 0},
	{"1Mib", SIZE_UNKNOWN_UNIT, 0},
	{"1M", SIZE_UNKNOWN_UNIT, 0},
	{"", SIZE_SYNTAX, 0},
	{"KiB", SIZE_SYNTAX, 0},
	{"-1KiB", SIZE_SYNTAX, 0},
	{"1.KiB", SIZE_SYNTAX, 0},
	{"0.3B", SIZE_FRACTION, 0},
	{"0.0001KiB", SIZE_FRACTION, 0},
	{"16384PiB", SIZE_OVERFLOW, 0},
	{"18446744073709551616B", SIZE_OVERFLOW, 0},
	{"18446744073709551615B", SIZE_OK, UINT64_MAX},
};

START_TEST(parse)
{
	uint64_t v = 0;

	ck_assert_int_eq(size_parse(sizes[_i].text, strlen(sizes[_i].text), &v), sizes[_i].error);
	if (!sizes[_i].error)
		ck_assert_uint_eq(v, sizes[_i].bytes);
}
END_TEST

static const struct {
	uint64_t bytes;
	const char *text;
} shown[] = {
	{0, "0B"}, {1, "1B"}, {512, "1s"}, {1536, "3s"}, {1024, "1KiB"}, {1048576, "1MiB"},
	{1610612736, "1536MiB"}, {1000, "1000B"}, {UINT64_C(1) << 60, "1EiB"},
};

START_TEST(format)
{
	struct strbuf b = STRBUF_INIT;
	uint64_t again;

	size_format(&b, shown[_i].bytes);
	ck_assert_str_eq(strbuf_str(&b), shown[_i].text);
	ck_assert_int_eq(size_parse(b.buf, b.len, &again), SIZE_OK);
	ck_assert_uint_eq(again, shown[_i].bytes);
	strbuf_release(&b);
}
END_TEST

START_TEST(durations)
{
	struct strbuf b = STRBUF_INIT;
	uint64_t v;

	ck_assert_int_eq(duration_parse("500ms", 5, &v), SIZE_OK);
	ck_assert_uint_eq(v, 500);
	ck_assert_int_eq(duration_parse("2min", 4, &v), SIZE_OK);
	ck_assert_uint_eq(v, 120000);
	ck_assert_int_eq(duration_parse("10", 2, &v), SIZE_NO_UNIT);
	duration_format(&b, 90000);
	ck_assert_str_eq(strbuf_str(&b), "90s");
	strbuf_reset(&b);
	duration_format(&b, 0);
	ck_assert_str_eq(strbuf_str(&b), "0ms");
	strbuf_reset(&b);
	duration_format(&b, 7200000);
	ck_assert_str_eq(strbuf_str(&b), "2h");
	strbuf_release(&b);
}
END_TEST

START_TEST(percent)
{
	uint32_t v;

	ck_assert_int_eq(percent_parse("12.5%", 5, &v), SIZE_OK);
	ck_assert_uint_eq(v, 125000);
	ck_assert_int_eq(percent_parse("101%", 4, &v), SIZE_OVERFLOW);
	ck_assert_int_eq(percent_parse("5", 1, &v), SIZE_SYNTAX);
}
END_TEST

Suite *suite_base_size(void);

Suite *suite_base_size(void)
{
	Suite *s = suite_create("base/size");
	TCase *tc = tcase_create("size");

	tcase_add_loop_test(tc, parse, 0, ARRAY_SIZE(sizes));
	tcase_add_loop_test(tc, format, 0, ARRAY_SIZE(shown));
	tcase_add_test(tc, durations);
	tcase_add_test(tc, percent);
	suite_add_tcase(s, tc);
	return s;
}
