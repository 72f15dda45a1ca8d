#include "targets/algorithms.h"

#include <string.h>

#include "base/mem.h"

/* ---- digests ---- */

static const struct digest digests[] = {
	{"crc32", 4, false, true},    {"crc32c", 4, false, true},    {"md4", 16, false, false},
	{"md5", 16, false, false},    {"rmd160", 20, false, false},  {"sha1", 20, false, false},
	{"sha224", 28, false, false}, {"sha256", 32, false, false},  {"sha384", 48, false, false},
	{"sha512", 64, false, false}, {"sha3-224", 28, false, false}, {"sha3-256", 32, false, false},
	{"sha3-384", 48, false, false}, {"sha3-512", 64, false, false}, {"sm3", 32, false, false},
	{"streebog256", 32, false, false}, {"streebog512", 64, false, false},
	{"wp256", 32, false, false},  {"wp384", 48, false, false},   {"wp512", 64, false, false},
	{"blake2b-160", 20, false, true}, {"blake2b-256", 32, false, true},
	{"blake2b-384", 48, false, true}, {"blake2b-512", 64, false, true},
	{"xxhash64", 8, false, true},
};

static bool is_call(const char *s, const char *fn, const char **arg, size_t *len)
{
	size_t n = strlen(fn), all = strlen(s);

	if (strncmp(s, fn, n) || s[n] != '(' || s[all - 1] != ')')
		return false;
	*arg = s + n + 1;
	*len = all - n - 2;
	return true;
}

static bool find_plain(const char *name, size_t len, struct digest *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(digests); i++)
		if (strlen(digests[i].name) == len && !memcmp(digests[i].name, name, len)) {
			*ret = digests[i];
			return true;
		}
	return false;
}

bool digest_find(const char *name, struct digest *ret)
{
	const char *arg;
	size_t len;

	if (is_call(name, "hmac", &arg, &len)) {
		/* hmac() takes only digests without a key of their own. */
		if (!find_plain(arg, len, ret) || ret->may_have_key)
			return false;
		ret->keyed = ret->may_have_key = true;
		return true;
	}
	if (is_call(name, "cmac", &arg, &len) || is_call(name, "xcbc", &arg, &len)) {
		*ret = (struct digest){"cmac", 16, true, true};
		return len == 3 && !memcmp(arg, "aes", 3);
	}
	return find_plain(name, strlen(name), ret);
}

/* ---- ciphers ---- */

struct block_cipher {
	const char *name;
	unsigned block, min_key, max_key, step;
};

static const struct block_cipher ciphers[] = {
	{"aes", 16, 16, 32, 8},      {"serpent", 16, 0, 32, 1},   {"twofish", 16, 16, 32, 8},
	{"camellia", 16, 16, 32, 8}, {"cast6", 16, 16, 32, 4},    {"cast5", 8, 5, 16, 1},
	{"blowfish", 8, 4, 56, 1},   {"des", 8, 8, 8, 1},         {"des3_ede", 8, 24, 24, 1},
	{"anubis", 16, 16, 40, 4},   {"khazad", 8, 16, 16, 1},    {"tea", 8, 16, 16, 1},
	{"xtea", 8, 16, 16, 1},      {"xeta", 8, 16, 16, 1},      {"seed", 16, 16, 16, 1},
	{"fcrypt", 8, 8, 8, 1},      {"sm4", 16, 16, 16, 1},      {"aria", 16, 16, 32, 8},
	{"arc4", 1, 1, 256, 1},      {"cipher_null", 1, 0, 0, 1},
};

static const struct block_cipher stream_ciphers[] = {
	{"chacha20", 1, 32, 32, 1}, {"xchacha20", 1, 32, 32, 1}, {"xchacha12", 1, 32, 32, 1},
};

/* Keys of constructions that have one size of their own. */
static const struct block_cipher key32 = {"", 16, 32, 32, 1};
static const struct block_cipher key36 = {"", 1, 36, 36, 1};
static const struct block_cipher key16 = {"", 16, 16, 16, 1};

static const struct block_cipher *find_in(const struct block_cipher *list, size_t nr, const char *name,
					  size_t len)
{
	for (size_t i = 0; i < nr; i++)
		if (strlen(list[i].name) == len && !memcmp(list[i].name, name, len))
			return &list[i];
	return NULL;
}

static const struct block_cipher *find_cipher(const char *name, size_t len)
{
	return find_in(ciphers, ARRAY_SIZE(ciphers), name, len);
}

/* The first argument of "a,b" with brackets inside; *rest what is behind the comma. */
static size_t first_argument(const char *s, size_t len, const char **rest)
{
	int depth = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		depth += (s[i] == '(') - (s[i] == ')');
		if (s[i] == ',' && !depth) {
			*rest = s + i + 1;
			return i;
		}
	}
	*rest = NULL;
	return len;
}

/* ecb, cbc, ctr … over a block cipher. */
static bool simple_mode(const char *mode, size_t mode_len, const char *arg, size_t len, struct cipher *c)
{
	static const struct {
		const char *name;
		bool iv, stream, block16;
		unsigned base, times;
	} modes[] = {
		{"ecb", false, false, false, 0, 1}, {"cbc", true, false, false, 0, 1},
		{"ctr", true, true, false, 0, 1},   {"xts", true, false, true, 0, 2},
		{"lrw", true, false, true, 16, 1},  {"pcbc", true, false, false, 0, 1},
		{"cfb", true, true, false, 0, 1},   {"ofb", true, true, false, 0, 1},
	};
	const struct block_cipher *b = find_cipher(arg, len);

	for (size_t i = 0; b && i < ARRAY_SIZE(modes); i++) {
		if (strlen(modes[i].name) != mode_len || memcmp(modes[i].name, mode, mode_len))
			continue;
		if ((modes[i].block16 && b->block != 16) || (b->block == 1 && strcmp(modes[i].name, "ecb")))
			return false;
		*c = (struct cipher){
			.block_size = modes[i].stream ? 1 : b->block,
			.iv_size = modes[i].iv ? b->block : 0,
			.key_base = modes[i].base,
			.key_times = modes[i].times,
			.keys = b,
		};
		return true;
	}
	return false;
}

static bool find_spec(const char *s, size_t len, struct cipher *c);

static bool essiv(const char *arg, size_t len, struct cipher *c)
{
	const char *rest;
	size_t n = first_argument(arg, len, &rest);
	struct digest d;

	if (!rest || !find_spec(arg, n, c) || !find_plain(rest, (size_t)(arg + len - rest), &d))
		return false;
	/* essiv_create(): the digest of the key is a key of the cipher. */
	return !c->aead && c->iv_size &&
	       d.size >= c->keys->min_key && d.size <= c->keys->max_key &&
	       (d.size - c->keys->min_key) % c->keys->step == 0;
}

static bool authenc(const char *arg, size_t len, struct cipher *c)
{
	char name[64];
	const char *rest;
	size_t n = first_argument(arg, len, &rest);
	struct digest d;

	if (!rest || n >= sizeof(name))
		return false;
	memcpy(name, arg, n);
	name[n] = '\0';
	if (!digest_find(name, &d) || !find_spec(rest, (size_t)(arg + len - rest), c) || c->aead)
		return false;
	c->aead = true;
	c->max_auth = d.size;
	c->auth_key = d.size;
	return true;
}

static bool gcm_like(const char *mode, size_t mode_len, const char *arg, size_t len, struct cipher *c)
{
	const struct block_cipher *b = find_cipher(arg, len);
	bool gcm = mode_len == 3 && !memcmp(mode, "gcm", 3), ccm = mode_len == 3 && !memcmp(mode, "ccm", 3);

	if (!b || b->block != 16 || (!gcm && !ccm))
		return false;
	*c = (struct cipher){.block_size = 1, .iv_size = gcm ? 12 : 16, .key_times = 1, .keys = b, .aead = true,
			     .max_auth = 16};
	return true;
}

static bool wide_block(const char *mode, size_t mode_len, const char *arg, size_t len, struct cipher *c)
{
	static const char *const streams[] = {"xchacha12,aes", "xchacha20,aes"};

	if (mode_len == 8 && !memcmp(mode, "adiantum", 8)) {
		for (size_t i = 0; i < ARRAY_SIZE(streams); i++)
			if (len == strlen(streams[i]) && !memcmp(arg, streams[i], len)) {
				*c = (struct cipher){.block_size = 16, .iv_size = 32, .key_times = 1, .keys = &key32};
				return true;
			}
		return false;
	}
	if (mode_len == 5 && !memcmp(mode, "hctr2", 5) && len == 3 && !memcmp(arg, "aes", 3)) {
		*c = (struct cipher){.block_size = 16, .iv_size = 32, .key_times = 1, .keys = find_cipher("aes", 3)};
		return true;
	}
	return false;
}

/* rfc7539(chacha20,poly1305), rfc7539esp(…) */
static bool rfc7539(const char *mode, size_t mode_len, const char *arg, size_t len, struct cipher *c)
{
	bool esp = mode_len == 10 && !memcmp(mode, "rfc7539esp", 10);

	if ((!esp && !(mode_len == 7 && !memcmp(mode, "rfc7539", 7))) || len != 17 ||
	    memcmp(arg, "chacha20,poly1305", 17))
		return false;
	*c = (struct cipher){.block_size = 1, .iv_size = esp ? 8 : 12, .key_times = 1,
			     .keys = esp ? &key36 : &key32, .aead = true, .max_auth = 16};
	return true;
}

static bool find_name(const char *s, size_t len, struct cipher *c)
{
	const struct block_cipher *b = find_in(stream_ciphers, ARRAY_SIZE(stream_ciphers), s, len);

	if (b) {
		*c = (struct cipher){.block_size = 1, .iv_size = b == stream_ciphers ? 16 : 32, .key_times = 1,
				     .keys = b};
		return true;
	}
	if (len == 8 && !memcmp(s, "aegis128", 8)) {
		*c = (struct cipher){.block_size = 1, .iv_size = 16, .key_times = 1, .keys = &key16, .aead = true,
				     .max_auth = 16};
		return true;
	}
	return false;
}

static bool find_spec(const char *s, size_t len, struct cipher *c)
{
	const char *open = memchr(s, '(', len), *arg;
	size_t mode, n;

	if (!open)
		return find_name(s, len, c);
	if (s[len - 1] != ')')
		return false;
	mode = (size_t)(open - s);
	arg = open + 1;
	n = len - mode - 2;
	if (mode == 5 && !memcmp(s, "essiv", 5))
		return essiv(arg, n, c);
	if (mode == 7 && !memcmp(s, "authenc", 7))
		return authenc(arg, n, c);
	if (mode == 3 && !memcmp(s, "cts", 3))
		return find_spec(arg, n, c) && c->iv_size && !c->aead;
	return simple_mode(s, mode, arg, n, c) || gcm_like(s, mode, arg, n, c) ||
	       wide_block(s, mode, arg, n, c) || rfc7539(s, mode, arg, n, c);
}

bool cipher_find(const char *spec, struct cipher *ret)
{
	size_t len = strlen(spec);

	return len && len < 128 && find_spec(spec, len, ret);
}

bool cipher_key_ok(const struct cipher *c, size_t key_bytes)
{
	const struct block_cipher *k = c->keys;

	if (key_bytes < c->key_base || (key_bytes - c->key_base) % c->key_times)
		return false;
	key_bytes = (key_bytes - c->key_base) / c->key_times;
	return key_bytes >= k->min_key && key_bytes <= k->max_key && (key_bytes - k->min_key) % k->step == 0;
}
