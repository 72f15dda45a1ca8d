/*
 * The cipher word of crypt: crypt_ctr_cipher(), crypt_ctr_cipher_old(),
 * crypt_ctr_cipher_new(), crypt_ctr_ivmode() and the IV generators' constructors of
 * drivers/md/dm-crypt.c.
 */
#include <stdlib.h>
#include <string.h>

#include "targets/crypt.h"

#define TCW_WHITENING 16
#define ELEPHANT_MAX_KEY 32

const struct finding_kind F_CRYPT_CIPHER = {
	"crypt.cipher", SEV_ERROR, BY_KERNEL, "the cipher cannot be used",
	"The name is CIPHER[:KEYS]-MODE-IV[:OPTIONS] or capi:SPEC-IV[:OPTIONS], with a cipher and mode that "
	"the kernel's crypto API has.",
	"volumes:\n  c: {target: crypt, cipher: aes-cbc, key: {prompt: true, size: 32B}, device: d}\n",
	"Use aes-xts-plain64 with a key of 64 bytes, unless a volume that exists says otherwise.",
};

const struct finding_kind F_CRYPT_IV = {
	"crypt.iv", SEV_ERROR, BY_KERNEL, "the IV generator cannot be used with this cipher",
	"Generators are plain, plain64, plain64be, essiv:DIGEST, benbi, null, eboiv, elephant, lmk, tcw and "
	"random; some want a certain cipher, key or sector size.",
	"volumes:\n  c: {target: crypt, cipher: aes-cbc-foo, key: {prompt: true, size: 32B}, device: d}\n",
	"Use plain64.",
};

const struct finding_kind F_CRYPT_KEY = {
	"crypt.key-size", SEV_ERROR, BY_KERNEL, "the key does not have a size that the cipher takes",
	"Every cipher takes keys of certain sizes; xts takes two at once, and some IV generators a part of the "
	"key.",
	"volumes:\n  c: {target: crypt, cipher: aes-xts-plain64, key: {prompt: true, size: 20B}, device: d}\n",
	"Use a key of the right size: aes-xts 32 or 64 bytes, aes-cbc 16, 24 or 32.",
};

struct spec {
	const char *api;     /* for cipher_find() */
	const char *iv;      /* NULL: none */
	const char *iv_opts; /* NULL: none */
	uint64_t keys;       /* keycount */
	uint64_t parts;      /* key_parts */
	uint64_t extra;      /* key_extra_size */
	struct cipher cipher;
};

struct judge {
	const struct line_ctx *c;
	const struct crypt *p;
	const struct word *cipher_row, *key_row;
	uint64_t sectors;
};

static bool refuse(const struct judge *j, const struct finding_kind *kind, const char *text,
		   const char *what)
{
	line_report(j->c, kind, kind == &F_CRYPT_KEY ? j->key_row : j->cipher_row, text, "%s: %s",
		    j->p->cipher, what);
	return false;
}

/* strsep(&rest, "-"): the part before the first dash; rest NULL when there is no more. */
static char *separate(char **rest, char delimiter)
{
	char *part = *rest, *end;

	if (!part)
		return NULL;
	end = strchr(part, delimiter);
	if (end)
		*end++ = '\0';
	*rest = end;
	return part;
}

static bool parse_old(const struct judge *j, struct spec *s)
{
	struct arena *a = j->c->arena;
	char *rest = arena_strdup(a, j->p->cipher), *cipher = separate(&rest, '-'), *count = cipher, *mode;

	if (strchr(j->p->cipher, '(') || crypt_is_aead(j->p))
		return refuse(j, &F_CRYPT_CIPHER, "Bad cipher specification",
			      "this form takes neither brackets nor authentication; write capi:");
	cipher = separate(&count, ':');
	s->keys = 1;
	if (count && (!number_read(NUM_S32, count, false, &s->keys) || !s->keys || (s->keys & (s->keys - 1))))
		return refuse(j, &F_CRYPT_CIPHER, "Bad cipher key count specification",
			      "the number of keys is not a power of two");
	s->parts = s->keys;
	mode = separate(&rest, '-');
	s->iv = separate(&rest, ':');
	s->iv_opts = rest;
	if (!mode || (!strcmp(mode, "plain") && !s->iv)) {
		mode = "cbc";
		s->iv = "plain";
	}
	if (strcmp(mode, "ecb") && !s->iv)
		return refuse(j, &F_CRYPT_CIPHER, "IV mechanism required", "the IV generator is missing");
	if (s->iv && !strcmp(s->iv, "essiv") && !s->iv_opts)
		return refuse(j, &F_CRYPT_CIPHER, "Digest algorithm missing for ESSIV mode",
			      "essiv needs a digest, as essiv:sha256");
	s->api = arena_printf(a, "%s(%s)", mode, cipher);
	return true;
}

static bool parse_new(const struct judge *j, struct spec *s)
{
	char *api = arena_strdup(j->c->arena, j->p->cipher + strlen("capi:")), *p;

	p = strrchr(api, ':');
	if (p)
		*p++ = '\0';
	s->iv_opts = p;
	p = strrchr(api, '-');
	if (p)
		*p++ = '\0';
	s->iv = p;
	s->api = api;
	s->keys = s->parts = 1;
	if (s->iv && !strcmp(s->iv, "lmk")) {
		if (crypt_is_aead(j->p))
			return refuse(j, &F_CRYPT_CIPHER, "AEAD transforms not supported for LMK",
				      "lmk does not go with authentication");
		s->keys = s->parts = 64;
	}
	if (s->iv && !strcmp(s->iv, "essiv") && !s->iv_opts)
		return refuse(j, &F_CRYPT_CIPHER, "Digest algorithm missing for ESSIV mode",
			      "essiv needs a digest, as essiv:sha256");
	return true;
}

static bool find_cipher(const struct judge *j, struct spec *s)
{
	if (s->iv && !strcmp(s->iv, "essiv"))
		s->api = arena_printf(j->c->arena, "essiv(%s,%s)", s->api, s->iv_opts);
	if (cipher_find(s->api, &s->cipher) && s->cipher.aead == crypt_is_aead(j->p))
		return true;
	return refuse(j, &F_CRYPT_CIPHER, "Error allocating crypto tfm",
		      arena_printf(j->c->arena, "the kernel has no cipher %s%s", s->api,
				   crypt_is_aead(j->p) ? " with authentication" : ""));
}

/* crypt_ctr_ivmode() */
static bool find_iv(const struct judge *j, struct spec *s)
{
	static const char *const modes[] = {"plain", "plain64", "plain64be", "essiv", "benbi", "null",
					    "eboiv", "elephant", "lmk", "tcw", "random"};
	uint64_t key = j->p->key.size;
	bool known = false;

	if (s->cipher.iv_size && s->cipher.iv_size < 8)
		s->cipher.iv_size = 8;
	if (!s->cipher.iv_size)
		s->iv = NULL;
	if (!s->iv)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		known = known || !strcmp(s->iv, modes[i]);
	if (!known || (!strcmp(s->iv, "eboiv") && !line_kernel_has(j->c, KF_CRYPT_EBOIV)) ||
	    (!strcmp(s->iv, "elephant") && !line_kernel_has(j->c, KF_CRYPT_ELEPHANT)))
		return refuse(j, &F_CRYPT_IV, "Invalid IV mode",
			      arena_printf(j->c->arena, "Linux %s has no IV generator %s", j->c->kernel->name,
					   s->iv));
	if (!strcmp(s->iv, "elephant")) {
		s->parts = 2;
		s->extra = key / 2;
		if (s->extra > ELEPHANT_MAX_KEY)
			return refuse(j, &F_CRYPT_IV, NULL, "elephant takes keys of at most 64 bytes");
	} else if (!strcmp(s->iv, "lmk") && key % s->parts) {
		s->parts++;
		s->extra = key / s->parts;
	} else if (!strcmp(s->iv, "tcw")) {
		s->parts += 2;
		s->extra = s->cipher.iv_size + TCW_WHITENING;
	}
	return true;
}

/* crypt_set_key(), crypt_setkey(): what is left after the extra part, dealt out to the ciphers. */
static bool check_key(const struct judge *j, const struct spec *s)
{
	uint64_t key = j->p->key.size, sub;
	struct finding *f;
	bool ok;

	if (j->p->key.kind == KEY_NONE)
		key = 0;
	ok = key >= s->extra;
	sub = ok ? (key - s->extra) / s->keys : 0;
	if (ok && s->cipher.auth_key) {
		uint64_t mac = j->p->integrity_key_bytes ? j->p->integrity_key_bytes : s->cipher.auth_key;

		ok = sub >= mac && cipher_key_ok(&s->cipher, sub - mac);
	} else if (ok) {
		ok = cipher_key_ok(&s->cipher, sub);
	}
	if (ok)
		return true;
	f = line_report(j->c, &F_CRYPT_KEY, j->key_row, "Error decoding and setting key",
			"%s does not take a key of %llu bytes", j->p->cipher, (unsigned long long)key);
	if (!key)
		finding_fix(j->c->diag, f, "give a key");
	return false;
}

/* crypt_iv_*_ctr() and _init() */
static bool make_iv(const struct judge *j, const struct spec *s)
{
	const char *iv = s->iv ? s->iv : "";
	unsigned block = s->cipher.block_size;

	if (!strcmp(iv, "benbi") && (!block || (block & (block - 1)) || block > 512))
		return refuse(j, &F_CRYPT_IV, "Error creating IV", "benbi wants a cipher with blocks of a power of two");
	if ((!strcmp(iv, "eboiv") || !strcmp(iv, "elephant")) && s->cipher.aead)
		return refuse(j, &F_CRYPT_IV, "Error creating IV", "this IV generator does not go with authentication");
	if ((!strcmp(iv, "eboiv") || !strcmp(iv, "elephant")) && block != s->cipher.iv_size)
		return refuse(j, &F_CRYPT_IV, "Error creating IV", "eboiv wants a cipher whose block is as large as its IV");
	if ((!strcmp(iv, "lmk") || !strcmp(iv, "tcw")) && j->sectors > 1)
		return refuse(j, &F_CRYPT_IV, "Error creating IV", "this IV generator takes 512-byte sectors alone");
	if (!strcmp(iv, "tcw") && j->p->key.size <= s->cipher.iv_size + TCW_WHITENING)
		return refuse(j, &F_CRYPT_IV, "Error creating IV", "the key is too short for tcw");
	return true;
}

bool crypt_check_cipher(const struct line_ctx *c, const struct crypt *p, const struct word *cipher_row,
			const struct word *key_row, uint64_t sectors)
{
	struct judge j = {c, p, cipher_row, key_row, sectors};
	struct spec s = {0};
	bool capi = !strncmp(p->cipher, "capi:", 5);

	if (!(capi ? parse_new(&j, &s) : parse_old(&j, &s)) || !find_cipher(&j, &s) || !find_iv(&j, &s) ||
	    !check_key(&j, &s))
		return false;
	make_iv(&j, &s);
	return s.iv && !strcmp(s.iv, "random");
}
