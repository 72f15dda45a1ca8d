#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/arena.h"
#include "base/crc32c.h"
#include "base/devno.h"
#include "base/dm_name.h"
#include "base/near.h"
#include "base/secret.h"
#include "base/strbuf.h"
#include "base/strmap.h"
#include "base/vec.h"

START_TEST(arena)
{
	struct arena a;
	char *big, *small;

	arena_init(&a);
	big = arena_alloc(&a, 1 << 20);
	for (size_t i = 0; i < 1 << 20; i++)
		ck_assert_int_eq(big[i], 0);
	for (int i = 0; i < 100000; i++) {
		small = arena_alloc(&a, 13);
		ck_assert_uint_eq((uintptr_t)small % 8, 0);
		memset(small, 0xff, 13);
	}
	ck_assert_str_eq(arena_printf(&a, "%d-%s", 7, "x"), "7-x");
	ck_assert_str_eq(arena_strndup(&a, "abcdef", 3), "abc");
	arena_release(&a);
}
END_TEST

START_TEST(strings)
{
	struct strbuf b = STRBUF_INIT;

	ck_assert_str_eq(strbuf_str(&b), "");
	strbuf_addu64(&b, UINT64_MAX);
	ck_assert_str_eq(strbuf_str(&b), "18446744073709551615");
	strbuf_truncate(&b, 2);
	strbuf_addf(&b, "%s", "x");
	strbuf_addn(&b, 'y', 3);
	ck_assert_str_eq(strbuf_str(&b), "18xyyy");
	strbuf_release(&b);
}
END_TEST

/* Growing must not lose bytes, and what was held is gone after a reset. */
START_TEST(secret_strings)
{
	struct strbuf b = {.secret = true};

	for (unsigned i = 0; i < 1000; i++)
		strbuf_addch(&b, (char)('a' + i % 26));
	ck_assert_uint_eq(b.len, 1000);
	for (unsigned i = 0; i < 1000; i++)
		ck_assert_int_eq(b.buf[i], 'a' + (int)(i % 26));
	strbuf_reset(&b);
	for (size_t i = 0; i < b.alloc; i++)
		ck_assert_int_eq(b.buf[i], 0);
	strbuf_release(&b);
}
END_TEST

START_TEST(secret_arena)
{
	struct arena a;
	char *p, *q;

	arena_init_secret(&a);
	p = arena_strdup(&a, "key");
	q = arena_alloc(&a, 1000000);
	ck_assert_str_eq(p, "key");
	ck_assert_int_eq(q[999999], 0);
	arena_release(&a);
	ck_assert_ptr_null(a.chunks);
	ck_assert_ptr_null(a.secrets);
}
END_TEST

START_TEST(map)
{
	static char keys[5000][16];
	struct strmap m = {0};
	int values[5000];

	for (int i = 0; i < 5000; i++) {
		snprintf(keys[i], sizeof(keys[i]), "key%d", i);
		ck_assert_ptr_null(strmap_add(&m, keys[i], strlen(keys[i]), &values[i]));
	}
	for (int i = 0; i < 5000; i++)
		ck_assert_ptr_eq(strmap_get(&m, keys[i], strlen(keys[i])), &values[i]);
	ck_assert_ptr_eq(strmap_add(&m, "key7", 4, &values[9]), &values[7]);
	ck_assert_ptr_null(strmap_get(&m, "key", 3));
	ck_assert_ptr_null(strmap_remove(&m, "key", 3));
	/* Every second one goes; what collided with them must still be found. */
	for (size_t i = 0; i < ARRAY_SIZE(keys); i += 2)
		ck_assert_ptr_eq(strmap_remove(&m, keys[i], strlen(keys[i])), &values[i]);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		ck_assert_ptr_eq(strmap_get(&m, keys[i], strlen(keys[i])), i % 2 ? &values[i] : NULL);
	ck_assert_uint_eq(m.nr, ARRAY_SIZE(keys) / 2);
	strmap_release(&m);
}
END_TEST

static const char *nearest(const char *word, const char *const *list)
{
	struct near n = NEAR_INIT(word, strlen(word));

	for (; *list; list++)
		near_offer(&n, *list);
	return n.best;
}

START_TEST(spelling)
{
	static const char *const words[] = {"linear", "striped", "thin", "thin-pool", "size", NULL};

	ck_assert_str_eq(nearest("lineer", words), "linear");
	ck_assert_str_eq(nearest("stripe", words), "striped");
	ck_assert_str_eq(nearest("thin-pol", words), "thin-pool");
	ck_assert_str_eq(nearest("szie", words), "size");
	ck_assert_ptr_null(nearest("encrypted", words));
	ck_assert_ptr_null(nearest("", words));
}
END_TEST

/* The check value of CRC-32C (iSCSI, RFC 3720): "123456789" gives e3069283. */
START_TEST(checksum)
{
	ck_assert_uint_eq(~crc32c(~0u, "123456789", 9), 0xe3069283);
}
END_TEST

/*
 * What `dmsetup create --manglename MODE NAME` (1.02.185) made of names on Linux 6.1, and
 * what `dmsetup ls` showed for it; NULL: refused.
 */
static const struct {
	const char *name, *automatic, *hex;
} mangled[] = {
	{"plain-1.2:3=a@b#c+d_", "plain-1.2:3=a@b#c+d_", "plain-1.2:3=a@b#c+d_"},
	{"my vol", "my\\x20vol", "my\\x20vol"},
	{"a\\x20b", "a\\x20b", "a\\x5cx20b"},
	{"a\\x20 b", NULL, "a\\x5cx20\\x20b"},
	{"a\\b", "a\\x5cb", "a\\x5cb"},
	{"\xc3\xbc", "\\xc3\\xbc", "\\xc3\\xbc"},
	{"a\\x5cx20b", NULL, "a\\x5cx5cx20b"},
	{"a\\x2", NULL, "a\\x5cx2"},
	{"a\\xzz", "a\\xzz", "a\\x5cxzz"},
	{"a\\x20\\b", NULL, "a\\x5cx20\\x5cb"},
	{"a~b", "a\\x7eb", "a\\x7eb"},
	{"a$b%c", "a\\x24b\\x25c", "a\\x24b\\x25c"},
	{"x\\x20", "x\\x20", "x\\x5cx20"},
	{"a\\X20", "a\\x5cX20", "a\\x5cX20"},
	{"\\x41", "\\x41", "\\x5cx41"},
	{"a*", "a\\x2a", "a\\x2a"},
};

static const struct {
	const char *kernel, *shown; /* in mode auto */
} shown[] = {
	{"my\\x20vol", "my vol"}, {"a\\x5cb", "a\\b"}, {"\\xc3\\xbc", "\xc3\xbc"},
	{"a\\xzz", "a\\xzz"}, {"\\x41", "A"}, {"a\\X20", "a\\X20"}, {"a\\b", "a\\b"},
	{"my vol", NULL}, {"a\\x20 b", NULL}, {"a~b", NULL}, {"\xc3\xbc", NULL},
};

START_TEST(mangling)
{
	char buf[128], tight[10];
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < ARRAY_SIZE(mangled); i++) {
		int err = dm_name_mangle(mangled[i].name, DM_MANGLE_AUTO, buf, sizeof(buf));

		ck_assert_int_eq(err, mangled[i].automatic ? 0 : -EINVAL);
		if (!err)
			ck_assert_str_eq(buf, mangled[i].automatic);
		ck_assert_int_eq(dm_name_mangle(mangled[i].name, DM_MANGLE_HEX, buf, sizeof(buf)), 0);
		ck_assert_str_eq(buf, mangled[i].hex);
		ck_assert_int_eq(dm_name_unmangle(buf, DM_MANGLE_HEX, buf, sizeof(buf)), 0);
		ck_assert_str_eq(buf, mangled[i].name);
		ck_assert_int_eq(dm_name_mangle(mangled[i].name, DM_MANGLE_NONE, buf, sizeof(buf)), 0);
		ck_assert_str_eq(buf, mangled[i].name);
	}
	for (size_t i = 0; i < ARRAY_SIZE(shown); i++) {
		int err = dm_name_unmangle(shown[i].kernel, DM_MANGLE_AUTO, buf, sizeof(buf));

		ck_assert_int_eq(err, shown[i].shown ? 0 : -EINVAL);
		if (!err)
			ck_assert_str_eq(buf, shown[i].shown);
	}
	ck_assert_int_eq(dm_name_mangle("my vol", DM_MANGLE_AUTO, tight, 9), -ENAMETOOLONG);
	ck_assert_int_eq(dm_name_mangle("my vol", DM_MANGLE_AUTO, tight, 10), 0);
	ck_assert_int_eq(dm_name_unmangle("my\\x20vol", DM_MANGLE_AUTO, tight, 6), -ENAMETOOLONG);
	ck_assert_int_eq(dm_name_unmangle("my\\x20vol", DM_MANGLE_AUTO, tight, 7), 0);
	ck_assert_str_eq(dm_mangle(&a, "a b"), "a\\x20b");
	ck_assert_str_eq(dm_mangle(&a, "a\\x20b"), "a\\x20b");
	ck_assert_str_eq(dm_path(&a, "x"), "/dev/mapper/x");
	arena_release(&a);
}
END_TEST

START_TEST(device_numbers)
{
	static const char *const bad[] = {"", "7", "7:", ":0", "7:0x", "+7:0", " 7:0", "7: 0", "7:-1", "sda",
					  "4294967296:0"};
	char text[24];
	dev_t dev = 0;

	ck_assert(dev_parse("254:1048575", &dev));
	ck_assert_uint_eq(dev, makedev(254, 1048575));
	ck_assert_str_eq(dev_str(dev, text), "254:1048575");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_msg(!dev_parse(bad[i], &dev), "'%s'", bad[i]);
}
END_TEST

START_TEST(secrets)
{
	struct secrets s = {0};
	unsigned char *p = secret_alloc(&s, 64), *q = secret_alloc(&s, 100000);

	ck_assert_ptr_ne(p, q);
	memset(p, 1, 64);
	memset(q, 2, 100000);
	secrets_release(&s);
	ck_assert_ptr_null(s.first);
}
END_TEST

Suite *suite_base_base(void);

Suite *suite_base_base(void)
{
	Suite *s = suite_create("base/base");
	TCase *tc = tcase_create("base");

	tcase_add_test(tc, arena);
	tcase_add_test(tc, strings);
	tcase_add_test(tc, secret_strings);
	tcase_add_test(tc, secret_arena);
	tcase_add_test(tc, map);
	tcase_add_test(tc, spelling);
	tcase_add_test(tc, checksum);
	tcase_add_test(tc, mangling);
	tcase_add_test(tc, device_numbers);
	tcase_add_test(tc, secrets);
	suite_add_tcase(s, tc);
	return s;
}
