/* What is on a device: its signatures, by libblkid, and whether it is blank. Only reads. */
#ifndef PLAN_PROBE_H
#define PLAN_PROBE_H

#include <stdbool.h>
#include <stdint.h>

struct probe {
	bool found;
	char type[64];  /* "ext4", "crypto_LUKS", "gpt", "DM_integrity" */
	char uuid[64];  /* "" for none */
};

/*
 * The signature at `off` of a device or image file, `len` bytes of it (0: to the end).
 * Returns 0, also where nothing is found, or -errno where it cannot be read.
 */
int probe_signature(const char *path, uint64_t off, uint64_t len, struct probe *ret);

#endif
