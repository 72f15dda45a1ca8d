/* Between crypt.c and crypt_cipher.c. */
#ifndef TARGETS_CRYPT_H
#define TARGETS_CRYPT_H

#include <strings.h>

#include "targets/algorithms.h"
#include "targets/targets.h"

struct crypt {
	uint64_t given;
	const char *cipher, *integrity;
	struct key key;
	uint64_t iv_offset, sector_bytes, integrity_key_bytes;
	struct devref dev;
};

bool crypt_is_aead(const struct crypt *p);

/*
 * Cipher, IV generator and key together, in the constructor's order. Returns true where
 * the IV is random, and so must be stored.
 */
bool crypt_check_cipher(const struct line_ctx *c, const struct crypt *p, const struct word *cipher_row,
			const struct word *key_row, uint64_t sectors);

extern const struct finding_kind F_CRYPT_CIPHER, F_CRYPT_IV, F_CRYPT_KEY;

#endif
