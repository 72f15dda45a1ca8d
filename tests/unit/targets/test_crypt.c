/*
 * crypt on what it depends on: an integrity volume underneath, the kernel's keyrings. Read off
 * crypt_integrity_ctr() and crypt_set_keyring_key() of dm-crypt.c in Linux 6.12, and of 5.15
 * where the older rule is meant.
 */
#include <check.h>
#include <string.h>

#include "lines.h"

#define AEAD "capi:authenc(hmac(sha256),xts(aes))-plain64 "
#define KEY96 \
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff" \
	"00112233445566778899aabbccddeeffffeeddccbbaa99887766554433221100" \
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define XTS "aes-xts-plain64 "

static const struct {
	const char *integrity;
	struct line_case lc;
} cases[] = {
	{"0 1024 integrity d 0 32 J 0", {"6.12", "0 512 crypt " AEAD KEY96 " 0 i 0 1 integrity:32:aead", NULL, NULL, NULL}},
	{"0 1024 integrity d 0 28 J 0",
	 {"6.12", "0 512 crypt " AEAD KEY96 " 0 i 0 1 integrity:32:aead", "Integrity profile tag size mismatch.",
	  "crypt.integrity", NULL}},
	/* A larger place is taken from 6.12 on. */
	{"0 1024 integrity d 0 64 J 0", {"6.12", "0 512 crypt " AEAD KEY96 " 0 i 0 1 integrity:32:aead", NULL, NULL, NULL}},
	{"0 1024 integrity d 0 64 J 0",
	 {"5.15", "0 512 crypt " AEAD KEY96 " 0 i 0 1 integrity:32:aead", "Integrity profile tag size mismatch.",
	  "crypt.integrity", NULL}},
	{"0 1024 integrity d 0 32 J 1 block_size:4096",
	 {"6.12", "0 512 crypt " AEAD KEY96 " 0 i 0 1 integrity:32:aead", "Integrity profile sector size mismatch.",
	  "crypt.integrity", NULL}},
	{"0 1024 integrity d 0 32 J 1 internal_hash:sha256",
	 {"6.12", "0 512 crypt " AEAD KEY96 " 0 i 0 1 integrity:32:aead", "Integrity profile not supported.",
	  "crypt.integrity", NULL}},
	{NULL, {"6.12", "0 512 crypt " XTS ":64:logon:a 0 d 0", NULL, NULL, NULL}},
	{NULL, {"5.15", "0 512 crypt " XTS ":64:trusted:a 0 d 0", NULL, NULL, NULL}},
	{NULL, {"5.10", "0 512 crypt " XTS ":64:trusted:a 0 d 0", "Error decoding and setting key", "crypt.key-size", NULL}},
	{NULL, {"5.4", "0 512 crypt " XTS ":64:encrypted:a 0 d 0", "Error decoding and setting key", "crypt.key-size", NULL}},
	{NULL, {"6.12", "0 512 crypt " XTS ":64:asymmetric:a 0 d 0", "Error decoding and setting key", NULL, NULL}},
};

START_TEST(dependencies)
{
	struct lines l;
	struct table under;

	lines_init(&l, cases[_i].lc.kernel);
	lines_device(&l, "d", 16384);
	if (cases[_i].integrity) {
		struct blkdev *i = lines_device(&l, "i", 1024);

		ck_assert_msg(lines_load(&l, cases[_i].integrity), "%s", l.diag.findings.v[0].message);
		under = l.table;
		i->table = &under;
		if (strstr(cases[_i].integrity, "4096"))
			i->logical_block_size = i->physical_block_size = 4096;
	}
	line_case_play(&l, &cases[_i].lc);
	lines_release(&l);
}
END_TEST

Suite *suite_targets_crypt(void);

Suite *suite_targets_crypt(void)
{
	Suite *s = suite_create("targets/crypt");
	TCase *tc = tcase_create("dependencies");

	tcase_add_loop_test(tc, dependencies, 0, sizeof(cases) / sizeof(*cases));
	suite_add_tcase(s, tc);
	return s;
}
