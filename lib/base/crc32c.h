/*
 * CRC-32C (Castagnoli), as the kernel's crc32c(): the caller inverts where it is wanted.
 *
 * The processor's instruction is used where there is one: SSE 4.2 on x86-64, the CRC
 * extension on 64-bit ARM; tables elsewhere. An instruction's result comes a few cycles
 * after the next could start, so several blocks are summed in step.
 */
#ifndef BASE_CRC32C_H
#define BASE_CRC32C_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

uint32_t crc32c(uint32_t crc, const void *p, size_t len);

/* Sums `nr` pieces of `len` bytes that begin `stride` bytes apart, each from `seed`. */
void crc32c_many(uint32_t seed, const void *p, size_t stride, size_t len, size_t nr, uint32_t *ret);

/* The ways there are, the fastest first; the first usable one is used. */
struct crc32c_engine {
	const char *name;
	bool (*usable)(void);
	uint32_t (*one)(uint32_t crc, const void *p, size_t len);
	void (*four)(uint32_t seed, const uint8_t *p, size_t stride, size_t len, uint32_t ret[4]);
};

extern const struct crc32c_engine crc32c_engines[];
extern const size_t crc32c_nr_engines;

const struct crc32c_engine *crc32c_engine(void);

#endif
