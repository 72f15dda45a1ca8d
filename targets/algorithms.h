/*
 * Names of the kernel's crypto API that device-mapper targets use: which ciphers, modes
 * and digests a distribution's kernel has, and their sizes. crypto/ of the kernel.
 */
#ifndef TARGETS_ALGORITHMS_H
#define TARGETS_ALGORITHMS_H

#include <stdbool.h>
#include <stddef.h>

struct digest {
	const char *name; /* without hmac() */
	unsigned size;    /* bytes */
	bool keyed;       /* hmac(…): needs a key */
	bool may_have_key;
};

/* "sha256", "hmac(sha256)", "crc32c" …; false: no kernel we know has it. */
bool digest_find(const char *name, struct digest *ret);

/* A cipher with its mode: "xts(aes)", "essiv(cbc(aes),sha256)", "gcm(aes)". */
struct cipher {
	unsigned block_size, iv_size; /* bytes */
	unsigned key_base;            /* what the mode adds to the cipher's key: lrw 16 */
	unsigned key_times;           /* xts 2, else 1 */
	const struct block_cipher *keys;
	bool aead;
	unsigned auth_key;            /* authenc: largest size of the MAC key is free; else 0 */
	unsigned max_auth;            /* AEAD tag */
};

bool cipher_find(const char *spec, struct cipher *ret);

/* May a key of this many bytes be set? */
bool cipher_key_ok(const struct cipher *c, size_t key_bytes);

#endif
