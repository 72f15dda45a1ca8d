#include "crypto/digest.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

void sha256(const void *data, size_t len, uint8_t ret[static SHA256_SIZE])
{
	/* Fails only where libcrypto itself is broken. */
	if (!EVP_Digest(data, len, ret, NULL, EVP_sha256(), NULL))
		abort();
}

const char *sha256_hex(const void *data, size_t len, char ret[static SHA256_HEX_SIZE])
{
	uint8_t digest[SHA256_SIZE];

	sha256(data, len, digest);
	for (size_t i = 0; i < SHA256_SIZE; i++)
		sprintf(ret + 2 * i, "%02x", digest[i]);
	return ret;
}
