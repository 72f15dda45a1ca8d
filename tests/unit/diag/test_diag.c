#include <check.h>

#include "../position.h"
#include "diag/diag.h"

static const struct finding_kind error = {"b.error", SEV_ERROR, BY_KERNEL, "", "", NULL, ""};
static const struct finding_kind warning = {
	"a.warning", SEV_WARNING, BY_ADVICE, "", "", NULL, ""};

START_TEST(sorted_and_joined)
{
	static const struct source src = {"s", "0123456789", 10, false};
	struct arena arena;
	struct diag d;

	arena_init(&arena);
	diag_init(&d, &arena);
	d.profile = "6.1";
	diag_add(&d, &error, (struct span){&src, 7, 1}, "late");
	diag_add(&d, &error, (struct span){&src, 3, 1}, "same");
	d.profile = "6.12";
	diag_add(&d, &error, (struct span){&src, 3, 1}, "same");
	d.profile = NULL;
	diag_add(&d, &warning, (struct span){&src, 3, 1}, "first by name");
	ck_assert_uint_eq(diag_errors(&d), 3);
	diag_sort(&d);
	ck_assert_uint_eq(d.findings.nr, 3);
	ck_assert_uint_eq(diag_errors(&d), 2);
	ck_assert_ptr_eq(d.findings.v[0].kind, &warning);
	ck_assert_str_eq(d.findings.v[1].profile, "6.1, 6.12");
	ck_assert_str_eq(d.findings.v[2].message, "late");
	diag_release(&d);
	arena_release(&arena);
}
END_TEST

/*
 * Sources in the order in which they appear first, what has no place before them; a finding
 * that holds for every kernel takes in those for one; findings of other lengths between two
 * equal ones do not keep them apart.
 */
START_TEST(sources_and_lengths)
{
	static const struct source first = {"1", "0123456789", 10, false},
				   second = {"2", "0123456789", 10, false};
	static const char *const expected[] = {"nowhere", "early", "late", "same", "same"};
	struct arena arena;
	struct diag d;

	arena_init(&arena);
	diag_init(&d, &arena);
	diag_add(&d, &error, (struct span){&first, 7, 1}, "late");
	diag_add(&d, &error, (struct span){&second, 3, 1}, "same");
	diag_add(&d, &error, (struct span){&second, 3, 4}, "same");
	d.profile = "6.1";
	finding_note(&d, diag_add(&d, &error, (struct span){&second, 3, 1}, "same"),
		(struct span){0}, "n");
	diag_add(&d, &error, (struct span){&first, 1, 1}, "early");
	diag_add(&d, &error, (struct span){0}, "nowhere");
	diag_sort(&d);
	ck_assert_uint_eq(d.findings.nr, 5);
	for (size_t i = 0; i < 5; i++)
		ck_assert_str_eq(d.findings.v[i].message, expected[i]);
	ck_assert_str_eq(d.findings.v[1].profile, "6.1");
	ck_assert_uint_eq(d.findings.v[3].span.len, 1);
	ck_assert_ptr_null(d.findings.v[3].profile);
	ck_assert_uint_eq(d.findings.v[4].span.len, 4);
	diag_release(&d);
	arena_release(&arena);
}
END_TEST

/* Quadratic, this would take minutes. */
START_TEST(many)
{
	static struct source sources[20000];
	struct arena arena;
	struct diag d;

	arena_init(&arena);
	diag_init(&d, &arena);
	for (uint32_t i = 0; i < 200000; i++) {
		sources[i % 20000] = (struct source){"s", "", 0, false};
		d.profile = i % 3 ? "6.1" : "6.12";
		diag_add(&d, &error, (struct span){&sources[i % 20000], i % 7, 0}, "m");
	}
	diag_sort(&d);
	/* 20000 and 7 have no factor in common: 140000 places, then they come again. */
	ck_assert_uint_eq(d.findings.nr, 140000);
	ck_assert_uint_eq(diag_errors(&d), 140000);
	diag_release(&d);
	arena_release(&arena);
}
END_TEST

START_TEST(bounded)
{
	struct arena arena;
	struct diag d;

	arena_init(&arena);
	diag_init(&d, &arena);
	d.max = 2;
	for (int i = 0; i < 5; i++)
		finding_note(&d, diag_add(&d, &error, (struct span){0}, "%d", i),
			(struct span){0}, "n");
	for (int i = 0; i < 2; i++)
		ck_assert_uint_eq(d.findings.v[i].notes.nr, 1);
	finding_fix(&d, diag_add(&d, &warning, (struct span){0}, "w"), "do");
	ck_assert_uint_eq(d.nr[SEV_WARNING], 1);
	ck_assert_uint_eq(d.findings.nr, 2);
	ck_assert_uint_eq(d.dropped, 4);
	ck_assert_uint_eq(diag_errors(&d), 5);
	diag_release(&d);
	arena_release(&arena);
}
END_TEST

START_TEST(positions)
{
	struct source src = {"s", "aé\nxyz", 7, false};

	ck_assert_uint_eq(position_of(&src, 0).column, 1);
	ck_assert_uint_eq(position_of(&src, 3).column, 3);
	ck_assert_uint_eq(position_of(&src, 5).line, 2);
	ck_assert_uint_eq(position_of(&src, 5).column, 2);
	ck_assert_uint_eq(position_of(&src, 99).line, 2);
	src = (struct source){"s",
		"\xef\xbb\xbf"
		"a\nb",
		6, false};
	ck_assert_uint_eq(position_of(&src, 3).column, 1);
	ck_assert_uint_eq(position_of(&src, 5).column, 1);
	src = (struct source){"s", "", 0, false};
	ck_assert_uint_eq(position_of(&src, 0).line, 1);
}
END_TEST

/*
 * Marks are kept on the way: every place, asked for in any order, against one by one; lines
 * shorter and longer than the distance of marks, characters of several bytes across them.
 */
START_TEST(places_in_any_order)
{
	static char text[9001];
	static struct position want[sizeof(text)];
	struct source src = {"s", text, sizeof(text), false};
	struct positions p = {0};
	struct position at = {1, 1};

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i < 4000 && (i % 11 == 3 || i % 7 == 0) ? '\n' : i % 5 ? 'x' : i % 2 ? '\xc3' : '\x8a';
	text[7000] = '\n';
	for (size_t i = 0; i < sizeof(text); i++) {
		want[i] = at;
		at.column += (text[i] & 0xc0) != 0x80;
		if (text[i] == '\n')
			at = (struct position){at.line + 1, 1};
	}
	for (size_t n = 0; n < sizeof(text); n++) {
		size_t i = n * 6007 % sizeof(text); /* 9001 is prime */

		at = positions_find(&p, &src, i);
		ck_assert_uint_eq(at.line, want[i].line);
		ck_assert_uint_eq(at.column, want[i].column);
	}
	positions_release(&p);
}
END_TEST

START_TEST(places_of_two_sources)
{
	struct source a = {"a", "1\n2\n3", 5, false}, b = {"b", "12345", 5, false};
	struct positions p = {0};

	for (int i = 0; i < 3; i++) {
		ck_assert_uint_eq(positions_find(&p, &a, 4).line, 3);
		ck_assert_uint_eq(positions_find(&p, &b, 4).column, 5);
	}
	positions_release(&p);
}
END_TEST

/* Keys in a table are neither quoted nor shown; sizes, names and short numbers are. */
START_TEST(keys_are_hidden)
{
	static const char text[] = "0 20971520 crypt aes 00112233445566778899aabbccddeeff 0 8:0 0";
	static const char tag[] = "J 1 internal_hash:hmac(sha256):0a block_size:4096";
	struct source src = {.name = "t", .text = text, .len = sizeof(text) - 1, .keys = true};
	struct source hash = {.name = "t", .text = tag, .len = sizeof(tag) - 1, .keys = true};
	const char *key = strstr(text, "0011"), *mac = strstr(tag, "0a");
	struct arena a;
	struct diag d;

	for (size_t i = 0; i < src.len; i++)
		ck_assert_int_eq(source_is_key(&src, i), text + i >= key && text + i < key + 32);
	for (size_t i = 0; i < hash.len; i++)
		ck_assert_int_eq(source_is_key(&hash, i), tag + i >= mac && tag + i < mac + 2);
	arena_init(&a);
	diag_init(&d, &a);
	diag_add(&d, &error, (struct span){&src, 0, 1}, "no number: '%s'", "ffeeddccbbaa99887766");
	ck_assert_str_eq(d.findings.v[0].message, "no number: '********************'");
	src.keys = false;
	ck_assert(!source_is_key(&src, (size_t)(key - text)));
	diag_release(&d);
	arena_release(&a);
}
END_TEST

Suite *suite_diag_diag(void);

Suite *suite_diag_diag(void)
{
	Suite *s = suite_create("diag/diag");
	TCase *tc = tcase_create("diag");

	tcase_add_test(tc, sorted_and_joined);
	tcase_add_test(tc, sources_and_lengths);
	tcase_add_test(tc, many);
	tcase_add_test(tc, bounded);
	tcase_add_test(tc, positions);
	tcase_add_test(tc, places_in_any_order);
	tcase_add_test(tc, places_of_two_sources);
	tcase_add_test(tc, keys_are_hidden);
	suite_add_tcase(s, tc);
	return s;
}
