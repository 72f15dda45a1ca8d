/* What a target keeps on its devices, told by a mark at the start: `content` hooks. */
#ifndef TARGETS_CONTENT_H
#define TARGETS_CONTENT_H

#include "targets/targets.h"

/*
 * Reads `len` bytes (at most 4096) at byte `off` of `ref`'s device: all zeroes is blank, the
 * little-endian `magic` of four bytes at `magic_off` among them is the target's own.
 */
enum content content_marked(const struct devref *ref, uint64_t off, size_t len, size_t magic_off,
			    uint32_t magic, struct content_place *where);

/* A whole device that is written over whatever it holds. */
enum content content_scratch(const struct devref *ref, struct content_place *where);

#endif
