/* CRC-32C (Castagnoli), as the kernel's crc32c(): the caller inverts where it is wanted. */
#ifndef BASE_CRC32C_H
#define BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

uint32_t crc32c(uint32_t crc, const void *p, size_t len);

#endif
