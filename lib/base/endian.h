/* Little-endian numbers in byte strings, and those of on-disk structures (le32, le64). */
#ifndef BASE_ENDIAN_H
#define BASE_ENDIAN_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t get_le16(const void *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return le16toh(v);
}

static inline uint32_t get_le32(const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static inline uint64_t get_le64(const void *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

static inline void put_le32(void *p, uint32_t v)
{
	v = htole32(v);
	memcpy(p, &v, sizeof(v));
}

static inline void put_le64(void *p, uint64_t v)
{
	v = htole64(v);
	memcpy(p, &v, sizeof(v));
}

/* Members of packed structures that lie on disk: read through these alone. */
struct le32 {
	uint32_t raw;
} __attribute__((packed));

struct le64 {
	uint64_t raw;
} __attribute__((packed));

static inline uint32_t le32(struct le32 v)
{
	return le32toh(v.raw);
}

static inline uint64_t le64(struct le64 v)
{
	return le64toh(v.raw);
}

#endif
