/* Message digests, by OpenSSL. */
#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE     32
#define SHA256_HEX_SIZE 65 /* with the NUL */

void sha256(const void *data, size_t len, uint8_t ret[static SHA256_SIZE]);

/* The same as lower-case hexadecimal text in `ret`, which it returns. */
const char *sha256_hex(const void *data, size_t len, char ret[static SHA256_HEX_SIZE]);

#endif
