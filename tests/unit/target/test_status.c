/*
 * Statuses as words with units. Expectations were worked out by hand from the kernel's
 * documentation (Documentation/admin-guide/device-mapper) and the status functions of
 * drivers/md, units included; the recorded lines are checked word by word.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "../test.h"
#include "target/status.h"

static struct arena arena;

static void setup(void)
{
	arena_init(&arena);
}

static void teardown(void)
{
	arena_release(&arena);
}

static struct status decode(const char *kernel, const char *target, const char *params, const char *raw)
{
	struct status_ctx c = {.targets = &targets_all, .kernel = kernel_find(kernel), .arena = &arena};
	struct status s;

	status_decode(&c, target, 1 << 20, params, raw, &s);
	return s;
}

struct case_ {
	const char *target, *params, *raw;
	const char *decoded; /* JSON with ' for " */
	const char *text;
};

static const struct case_ cases[] = {
	{"thin-pool", "254:0 254:1 128 0 0", "1 406/1024 48/163840 - rw discard_passdown queue_if_no_space - 256 ",
	 "{'transaction_id': 1, 'metadata': {'used': 1662976, 'total': 4194304},"
	 " 'data': {'used': 3145728, 'total': 10737418240}, 'held_root': null, 'mode': 'rw',"
	 " 'discards': 'discard_passdown', 'no_space': 'queue_if_no_space', 'needs_check': false,"
	 " 'metadata_low_water': 1048576}",
	 "metadata 1.5MiB of 4MiB (40%), data 3MiB of 10GiB (<0.1%), rw, queue if no space"},
	{"thin-pool", "254:0 254:1 2048 0 0", "0 1/2 3/4 7 out_of_data_space ignore_discard error_if_no_space needs_check 1 ",
	 "{'transaction_id': 0, 'metadata': {'used': 4096, 'total': 8192}, 'data': {'used': 3145728, 'total': 4194304},"
	 " 'held_root': 7, 'mode': 'out_of_data_space', 'discards': 'ignore_discard', 'no_space': 'error_if_no_space',"
	 " 'needs_check': true, 'metadata_low_water': 4096}",
	 "metadata 4KiB of 8KiB (50%), data 3MiB of 4MiB (75%), out of data space, error if no space, needs check"},
	{"thin", "254:2 1", "2048 4095", "{'mapped': 1048576, 'highest_mapped_sector': 4095}", "mapped 1MiB"},
	{"thin", "254:2 1", "0 -", "{'mapped': 0, 'highest_mapped_sector': null}", "mapped 0B"},
	{"cache", "7:0 7:1 7:2 128 1 writethrough smq 0",
	 "8 27/1024 128 3/163 10 20 30 40 1 5 2 1 writethrough 2 migration_threshold 2048 smq 0 rw - ",
	 "{'metadata_block_size': 4096, 'metadata': {'used': 110592, 'total': 4194304}, 'block_size': 65536,"
	 " 'cache': {'used': 196608, 'total': 10682368}, 'read_hits': 10, 'read_misses': 20, 'write_hits': 30,"
	 " 'write_misses': 40, 'demotions': 1, 'promotions': 5, 'dirty': 131072, 'features': ['writethrough'],"
	 " 'core_args': {'migration_threshold': 2048}, 'policy': 'smq', 'policy_args': {}, 'mode': 'rw',"
	 " 'needs_check': false}",
	 "metadata 108KiB of 4MiB (2.6%), cache 192KiB of 10.1MiB (1.8%), dirty 128KiB, policy smq, rw"},
	{"raid", "raid1 3 0 region_size 1024 2 7:0 7:1 7:2 7:3", "raid1 2 Aa 1024/2048 recover 0 0 -",
	 "{'type': 'raid1', 'devices': 2, 'health': ['in_sync', 'out_of_sync'], 'sync': {'done': 524288, 'total': 1048576},"
	 " 'action': 'recover', 'mismatches': 0, 'data_offset': 0, 'journal': 'none'}",
	 "type raid1, health Aa (1 out of sync), sync 512KiB of 1MiB done (50%), action recover, mismatches 0"},
	{"raid", "raid5_ls 3 128 region_size 1024 3 - 7:0 - 7:1 - 7:2", "raid5_ls 3 ADA 2048/2048 idle 8 16 a",
	 "{'type': 'raid5_ls', 'devices': 3, 'health': ['in_sync', 'failed', 'in_sync'],"
	 " 'sync': {'done': 1048576, 'total': 1048576}, 'action': 'idle', 'mismatches': 8, 'data_offset': 8192,"
	 " 'journal': 'write_back'}",
	 "type raid5_ls, health ADA (1 failed), sync 1MiB of 1MiB done (100%), action idle, mismatches 8"},
	{"mirror", "disk 2 254:0 1024 2 254:1 0 254:2 0", "2 254:1 254:2 3/4 1 AD 3 disk 254:0 A",
	 "{'devices': [{'device': '254:1'}, {'device': '254:2'}], 'regions': {'in_sync': 3, 'total': 4},"
	 " 'health': ['alive', 'write_failed'], 'log': ['disk', '254:0', 'A']}",
	 "regions 3 of 4 in sync (75%), health AD (1 write failed)"},
	{"snapshot", "7:0 7:1 P 16", "16/4096 8", "{'store': {'used': 8192, 'total': 2097152}, 'metadata': 4096}",
	 "store 8KiB of 2MiB (0.4%)"},
	{"integrity", "7:0 0 4 J 0", "3 131072 2048", "{'mismatches': 3, 'provided': 67108864, 'recalculated': 1048576}",
	 "mismatches 3, provided 64MiB, recalculated 1MiB"},
	{"integrity", "7:0 0 4 J 0", "0 131072 -", "{'mismatches': 0, 'provided': 67108864, 'recalculated': null}",
	 "mismatches 0, provided 64MiB"},
	{"multipath", "0 0 2 1 round-robin 0 2 1 8:16 1 8:32 1 round-robin 0 1 1 8:48 1",
	 "2 0 1 0 2 1 A 0 2 0 8:16 A 0 8:32 F 3 E 0 1 0 8:48 A 0 ",
	 "{'queue_io': 0, 'pg_init_count': 1, 'handler': [], 'group': 1, 'priority_groups': ["
	 "{'state': 'active', 'selector': [], 'paths': ["
	 "{'device': '8:16', 'state': 'active', 'fail_count': 0, 'selector': []},"
	 "{'device': '8:32', 'state': 'failed', 'fail_count': 3, 'selector': []}]},"
	 "{'state': 'enabled', 'selector': [], 'paths': ["
	 "{'device': '8:48', 'state': 'active', 'fail_count': 0, 'selector': []}]}]}",
	 "group 1, priority groups [active paths [8:16 active fail count 0; 8:32 failed fail count 3]; "
	 "enabled paths [8:48 active fail count 0]]"},
	{"writecache", "s 7:0 7:1 4096 0", "0 1000 900 10 1 2 3 4 5 6 7 8 9 11",
	 "{'error': 0, 'total': 4096000, 'free': 3686400, 'writeback': 40960, 'reads': 1, 'read_hits': 2, 'writes': 3,"
	 " 'write_hits_uncommitted': 4, 'write_hits_committed': 5, 'writes_around': 6, 'writes_allocate': 7,"
	 " 'writes_blocked': 8, 'flushes': 9, 'discards': 11}",
	 "error 0, total 3.9MiB, free 3.5MiB, writeback 40KiB"},
	{"writecache", "nonsense", "0 1000 900 10 1 2 3 4 5 6 7 8 9 11",
	 "{'error': 0, 'total_blocks': 1000, 'free_blocks': 900, 'writeback_blocks': 10, 'reads': 1, 'read_hits': 2,"
	 " 'writes': 3, 'write_hits_uncommitted': 4, 'write_hits_committed': 5, 'writes_around': 6, 'writes_allocate': 7,"
	 " 'writes_blocked': 8, 'flushes': 9, 'discards': 11}",
	 "error 0, total 1000, free 900, writeback 10"},
	{"era", "7:0 7:1 128", "8 5/1024 3 -",
	 "{'metadata_block_size': 4096, 'metadata': {'used': 20480, 'total': 4194304}, 'era': 3, 'held_root': null}",
	 "metadata 20KiB of 4MiB (0.5%), era 3"},
	{"clone", "7:0 7:1 7:2 128", "8 7/256 128 3/16 2 1 no_discard_passdown 4 hydration_threshold 1 hydration_batch_size 9 rw",
	 "{'metadata_block_size': 4096, 'metadata': {'used': 28672, 'total': 1048576}, 'region_size': 65536,"
	 " 'regions': {'hydrated': 196608, 'total': 1048576}, 'hydrating': 131072, 'features': ['no_discard_passdown'],"
	 " 'core_args': {'hydration_threshold': 1, 'hydration_batch_size': 9}, 'mode': 'rw'}",
	 "metadata 28KiB of 1MiB (2.7%), regions 192KiB of 1MiB hydrated (19%), rw"},
	{"vdo", "V4 /dev/loop0 1048576 4096 32768 16380", "/dev/loop0 normal - online offline 1024 262144",
	 "{'device': '/dev/loop0', 'mode': 'normal', 'recovery': '-', 'index': 'online', 'compression': 'offline',"
	 " 'used': 4194304, 'total': 1073741824}",
	 "mode normal, index online, compression offline, used 4MiB, total 1GiB"},
	{"verity", "1 7:0 7:1 4096 4096 16 1 sha256 00 -", "V", "{'state': 'valid'}", "valid"},
	{"verity", "1 7:0 7:1 4096 4096 16 1 sha256 00 -", "C", "{'state': 'corrupted'}", "corrupted"},
	{"striped", "2 128 7:0 0 7:1 0", "2 7:0 7:1 1 AD",
	 "{'devices': [{'device': '7:0'}, {'device': '7:1'}], 'health': ['alive', 'failed']}", "health AD (1 failed)"},
	{"dust", "7:0 0 512", "7:0 fail_read_on_bad_block verbose",
	 "{'device': '7:0', 'state': 'fail_read_on_bad_block', 'logging': 'verbose'}", "fail read on bad block"},
	{"delay", "7:0 0 100", "1 2 3", "{'reads': 1, 'writes': 2, 'flushes': 3}", "reads 1, writes 2, flushes 3"},
	{"log-writes", "7:0 7:1", "2 15", "{'entries': 2, 'last_sector': 15}", "entries 2"},
	{"log-writes", "7:0 7:1", "2 15 logging_disabled",
	 "{'entries': 2, 'last_sector': 15, 'logging': 'logging_disabled'}", "entries 2, logging disabled"},
	/* What stands for the whole, and what nobody can read. */
	{"crypt", "aes-xts-plain64 00000000000000000000000000000000 0 7:0 0", "", NULL, ""},
	{"linear", "7:0 0", "", NULL, ""},
	{"thin-pool", "254:0 254:1 128 0 0", "Fail", NULL, "Fail"},
	{"thin", "254:2 1", "-", NULL, "-"},
	{"snapshot-merge", "7:0 7:1 P 16", "Merge failed", NULL, "Merge failed"},
};

static json_t *parse(const char *quoted)
{
	char *s = arena_strdup(&arena, quoted);
	json_error_t e;
	json_t *o;

	for (char *p = s; *p; p++)
		if (*p == '\'')
			*p = '"';
	o = json_loads(s, 0, &e);
	ck_assert_msg(o != NULL, "%s in %s", e.text, s);
	return o;
}

START_TEST(by_hand)
{
	const struct case_ *k = &cases[_i];
	struct status s = decode("6.12", k->target, k->params, k->raw);
	json_t *o = json_object(), *want = k->decoded ? parse(k->decoded) : NULL;
	struct strbuf b = STRBUF_INIT;
	char *got;

	status_json(&s, o);
	ck_assert_str_eq(json_string_value(json_object_get(o, "raw")), k->raw);
	got = json_dumps(o, JSON_SORT_KEYS);
	ck_assert_msg(want ? json_equal(json_object_get(o, "decoded"), want) : !json_object_get(o, "decoded"), "%s", got);
	if (!want && *k->raw)
		ck_assert_pstr_eq(json_string_value(json_object_get(o, "state")), k->raw);
	ck_assert_ptr_null(json_object_get(o, "problem"));
	status_text(&s, false, &b);
	ck_assert_str_eq(strbuf_str(&b), k->text);
	strbuf_release(&b);
	free(got);
	json_decref(want);
	json_decref(o);
}
END_TEST

START_TEST(not_decoded)
{
	static const struct {
		const char *target, *raw, *text;
	} bad[] = {
		{"thin-pool", "1 2/3", "1 2/3 (not decoded: "},
		{"raid", "raid1 2 AA 8/8 idle 0 0 - more", "raid1 2 AA 8/8 idle 0 0 - more (not decoded: "},
		{"thin", "x 3", "x 3 (not decoded: "},
		{"newer", "some words", "some words (not decoded: the target 'newer' is not known)"},
	};
	struct status s = decode("6.12", bad[_i].target, "", bad[_i].raw);
	struct strbuf b = STRBUF_INIT;
	json_t *o = json_object();

	status_text(&s, false, &b);
	ck_assert_msg(!strncmp(strbuf_str(&b), bad[_i].text, strlen(bad[_i].text)), "%s", strbuf_str(&b));
	status_json(&s, o);
	ck_assert_str_eq(json_string_value(json_object_get(o, "raw")), bad[_i].raw);
	ck_assert_ptr_nonnull(json_object_get(o, "problem"));
	ck_assert_ptr_null(json_object_get(o, "decoded"));
	json_decref(o);
	strbuf_release(&b);
}
END_TEST

START_TEST(all_words)
{
	struct status s = decode("6.12", "cache", "7:0 7:1 7:2 128 1 writethrough smq 0",
				 "8 27/1024 128 3/163 10 20 30 40 1 5 2 1 writethrough 2 migration_threshold 2048 smq 0 rw - ");
	struct strbuf b = STRBUF_INIT;

	status_text(&s, true, &b);
	ck_assert_str_eq(strbuf_str(&b),
			 "metadata block size 4KiB, metadata 108KiB of 4MiB (2.6%), block size 64KiB, "
			 "cache 192KiB of 10.1MiB (1.8%), read hits 10, read misses 20, write hits 30, write misses 40, "
			 "demotions 1, promotions 5, dirty 128KiB, features writethrough, core args migration_threshold 2048, "
			 "policy smq, policy args -, rw");
	strbuf_release(&b);
}
END_TEST

/* ---- recorded lines: no word is lost ---- */

/* A value that is a number of the line, plain or scaled by a unit that exists. */
static bool is_number(json_t *v, unsigned long long n, const char *params)
{
	unsigned long long have = (unsigned long long)json_integer_value(v);
	char *copy, *save, *word;
	bool found = false;

	if (!json_is_integer(v))
		return false;
	if (have == n || have == n * 512 || have == n * 4096)
		return true;
	copy = arena_strdup(&arena, params);
	for (word = strtok_r(copy, " ", &save); word && !found; word = strtok_r(NULL, " ", &save))
		found = have == n * strtoull(word, NULL, 10) || have == n * strtoull(word, NULL, 10) * 512;
	return found;
}

static bool holds_number(json_t *o, unsigned long long n, const char *params)
{
	const char *key;
	json_t *v;
	size_t i;

	if (is_number(o, n, params) || (json_is_array(o) && json_array_size(o) == n) ||
	    (json_is_object(o) && 2 * json_object_size(o) == n))
		return true;
	json_array_foreach(o, i, v)
		if (holds_number(v, n, params))
			return true;
	json_object_foreach(o, key, v)
		if (holds_number(v, n, params))
			return true;
	return false;
}

static bool holds_text(json_t *o, const char *word)
{
	const char *key;
	json_t *v;
	size_t i;

	if (json_is_string(o) && !strcmp(json_string_value(o), word))
		return true;
	json_array_foreach(o, i, v)
		if (holds_text(v, word))
			return true;
	json_object_foreach(o, key, v)
		if (!strcmp(key, word) || holds_text(v, word))
			return true;
	return false;
}

/* Numbers, ratios and plain words; letters are spelled out, and have cases by hand. */
static bool is_there(json_t *o, const char *word, const char *params)
{
	size_t digits = strspn(word, "0123456789");

	/* "2 7:0 7:1 1 AA": so many words of letters follow. */
	if (!strcmp(word, "1") && json_object_get(o, "health") && json_object_get(o, "devices"))
		return true;
	if (digits && !word[digits])
		return holds_number(o, strtoull(word, NULL, 10), params);
	if (digits && word[digits] == '/' && strspn(word + digits + 1, "0123456789") == strlen(word + digits + 1))
		return holds_number(o, strtoull(word, NULL, 10), params) &&
		       holds_number(o, strtoull(word + digits + 1, NULL, 10), params);
	return !strcmp(word, "-") || strspn(word, "AaDEFVC-") == strlen(word) || holds_text(o, word);
}

static size_t check_line(const char *kernel, const char *id, const char *target, const char *params,
			 const char *raw)
{
	struct status s = decode(kernel, target, params, raw);
	char *copy = arena_strdup(&arena, raw), *save, *word;
	json_t *o = json_object();
	size_t nr = 0;

	status_json(&s, o);
	ck_assert_msg(!s.problem, "%s %s: %s: %s", kernel, id, raw, s.problem);
	for (word = strtok_r(copy, " ", &save); word && !s.state; word = strtok_r(NULL, " ", &save), nr++)
		ck_assert_msg(is_there(json_object_get(o, "decoded"), word, params), "%s %s: '%s' of '%s' is lost", kernel,
			      id, word, raw);
	json_decref(o);
	return nr;
}

/* START LENGTH TARGET REST of the line-th line. */
static bool line_of(const char *text, size_t line, char target[static 32], const char **rest)
{
	char *copy = arena_strdup(&arena, text), *nl;
	int n = 0;

	for (; line; line--) {
		copy = strchr(copy, '\n');
		if (!copy++)
			return false;
	}
	nl = strchr(copy, '\n');
	if (nl)
		*nl = '\0';
	if (sscanf(copy, "%*u %*u %31s%n", target, &n) != 1)
		return false;
	*rest = copy + n + (copy[n] == ' ');
	return true;
}

START_TEST(recorded)
{
	static const char *const kernels[] = {"6.1", "6.12", "7.2"};
	const char *path = arena_printf(&arena, TESTS_DIR "/data/tables/tables-%s.jsonl", kernels[_i]);
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t size = 0, words = 0;

	ck_assert_ptr_nonnull(f);
	while (getline(&text, &size, f) > 0) {
		json_t *o = json_loads(text, 0, NULL);
		const char *status = json_string_value(json_object_get(o, "status"));
		const char *table = json_string_value(json_object_get(o, "readback"));
		const char *id = json_string_value(json_object_get(o, "id")), *raw, *params;
		char target[32], same[32];

		for (size_t i = 0; status && line_of(status, i, target, &raw); i++) {
			if (!table || !line_of(table, i, same, &params))
				params = "";
			words += check_line(kernels[_i], id, target, params, raw);
		}
		json_decref(o);
	}
	ck_assert_uint_gt(words, 1000);
	free(text);
	fclose(f);
}
END_TEST

/* ---- keys ---- */

#define K16 "000102030405060708090a0b0c0d0e0f"
#define Z16 "00000000000000000000000000000000"

static const struct {
	const char *target, *params, *hidden;
} keys[] = {
	{"crypt", "aes-xts-plain64 " K16 K16 " 0 7:0 0", "aes-xts-plain64 " Z16 Z16 " 0 7:0 0"},
	{"crypt", "aes-cbc-plain 10 10 7:0 10", "aes-cbc-plain 00 10 7:0 10"},
	{"crypt", "aes-cbc-plain 000102030405060708090A0B0C0D0E0F 0 7:0 0 1 sector_size:4096",
	 "aes-cbc-plain " Z16 " 0 7:0 0 1 sector_size:4096"},
	{"crypt", "aes-cbc-plain :32:logon:dmc:k 0 7:0 0", "aes-cbc-plain :32:logon:dmc:k 0 7:0 0"},
	{"crypt", "cipher_null-ecb - 0 7:0 0", "cipher_null-ecb - 0 7:0 0"},
	{"integrity", "7:10 0 32 J 3 internal_hash:hmac(sha256):10 journal_mac:hmac(sha1):" K16 " block_size:512",
	 "7:10 0 32 J 3 internal_hash:hmac(sha256):00 journal_mac:hmac(sha1):" Z16 " block_size:512"},
	{"linear", "7:0 0", "7:0 0"},
	/* Not understood: what could be a key is taken for one. */
	{"newer", "x " K16 " 7:0", "x " Z16 " 7:0"},
	{"crypt", "aes-cbc-plain " K16 " what", "aes-cbc-plain " Z16 " what"},
	{"integrity", "7:10 hmac(sha256):1234 12345678", "7:10 hmac(sha256):0000 12345678"},
};

START_TEST(hidden)
{
	struct status_ctx c = {.targets = &targets_all, .arena = &arena};

	ck_assert_str_eq(params_hide_keys(&c, keys[_i].target, 8, keys[_i].params), keys[_i].hidden);
}
END_TEST

START_TEST(rounded)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} sizes[] = {
		{0, "0B"}, {1023, "1023B"}, {1024, "1KiB"}, {1536, "1.5KiB"}, {1048575, "1023.9KiB"},
		{UINT64_C(3) << 30, "3GiB"}, {UINT64_MAX, "15.9EiB"},
	};
	struct strbuf b = STRBUF_INIT;

	size_rounded(&b, sizes[_i].bytes);
	ck_assert_str_eq(strbuf_str(&b), sizes[_i].text);
	strbuf_release(&b);
}
END_TEST

Suite *suite_target_status(void);

Suite *suite_target_status(void)
{
	Suite *s = suite_create("target/status");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, by_hand, 0, ARRAY_SIZE(cases));
	tcase_add_loop_test(tc, not_decoded, 0, 4);
	tcase_add_test(tc, all_words);
	tcase_add_loop_test(tc, recorded, 0, 3);
	tcase_add_loop_test(tc, hidden, 0, ARRAY_SIZE(keys));
	tcase_add_loop_test(tc, rounded, 0, 7);
	suite_add_tcase(s, tc);
	return s;
}
