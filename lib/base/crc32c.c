#include "base/crc32c.h"

#include <pthread.h>

#include "base/endian.h"

#define POLYNOMIAL 0x82f63b78u /* reflected */

/* ---- tables: eight bytes a step ---- */

static uint32_t table[8][256];
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static void make_table(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t crc = i;

		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
		table[0][i] = crc;
	}
	for (int t = 1; t < 8; t++)
		for (uint32_t i = 0; i < 256; i++)
			table[t][i] = table[t - 1][i] >> 8 ^ table[0][table[t - 1][i] & 255];
}

static bool always(void)
{
	return true;
}

static uint32_t one_table(uint32_t crc, const void *p, size_t len)
{
	const uint8_t *b = p;

	pthread_once(&table_once, make_table);
	for (; len >= 8; b += 8, len -= 8) {
		uint32_t low = get_le32(b) ^ crc, high = get_le32(b + 4);

		crc = table[7][low & 255] ^ table[6][low >> 8 & 255] ^ table[5][low >> 16 & 255] ^
		      table[4][low >> 24] ^ table[3][high & 255] ^ table[2][high >> 8 & 255] ^
		      table[1][high >> 16 & 255] ^ table[0][high >> 24];
	}
	while (len--)
		crc = crc >> 8 ^ table[0][(crc ^ *b++) & 255];
	return crc;
}

static void four_table(uint32_t seed, const uint8_t *p, size_t stride, size_t len, uint32_t ret[4])
{
	for (int i = 0; i < 4; i++)
		ret[i] = one_table(seed, p + i * stride, len);
}

/* ---- instructions ---- */

#if defined(__x86_64__)
#include <immintrin.h>

#define HARDWARE    "sse4.2"
#define TARGET      __attribute__((target("sse4.2")))
#define CRC64(c, v) ((uint32_t)_mm_crc32_u64((c), (v)))
#define CRC8(c, v)  _mm_crc32_u8((c), (v))

static bool usable_hardware(void)
{
	return __builtin_cpu_supports("sse4.2");
}

#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>

#define HARDWARE "arm-crc"
#define TARGET   __attribute__((target("+crc")))
#include <arm_acle.h>
#define CRC64(c, v) __crc32cd((c), (v))
#define CRC8(c, v)  __crc32cb((c), (v))

static bool usable_hardware(void)
{
	return getauxval(AT_HWCAP) & (1ul << 7); /* HWCAP_CRC32 */
}
#endif

#ifdef HARDWARE
TARGET static uint32_t one_hardware(uint32_t crc, const void *p, size_t len)
{
	const uint8_t *b = p;

	for (; len >= 8; b += 8, len -= 8)
		crc = CRC64(crc, get_le64(b));
	while (len--)
		crc = CRC8(crc, *b++);
	return crc;
}

TARGET static void four_hardware(uint32_t seed, const uint8_t *p, size_t stride, size_t len, uint32_t ret[4])
{
	const uint8_t *a = p, *b = a + stride, *c = b + stride, *d = c + stride;
	uint32_t ca = seed, cb = seed, cc = seed, cd = seed;
	size_t i = 0;

	for (; i + 8 <= len; i += 8) {
		ca = CRC64(ca, get_le64(a + i));
		cb = CRC64(cb, get_le64(b + i));
		cc = CRC64(cc, get_le64(c + i));
		cd = CRC64(cd, get_le64(d + i));
	}
	ret[0] = one_hardware(ca, a + i, len - i);
	ret[1] = one_hardware(cb, b + i, len - i);
	ret[2] = one_hardware(cc, c + i, len - i);
	ret[3] = one_hardware(cd, d + i, len - i);
}
#endif

const struct crc32c_engine crc32c_engines[] = {
#ifdef HARDWARE
	{HARDWARE, usable_hardware, one_hardware, four_hardware},
#endif
	{"table", always, one_table, four_table},
};

const size_t crc32c_nr_engines = sizeof(crc32c_engines) / sizeof(crc32c_engines[0]);

const struct crc32c_engine *crc32c_engine(void)
{
	static const struct crc32c_engine *chosen; /* the same whoever is first */
	const struct crc32c_engine *e = __atomic_load_n(&chosen, __ATOMIC_RELAXED);

	if (e)
		return e;
	e = crc32c_engines;
	while (!e->usable())
		e++;
	__atomic_store_n(&chosen, e, __ATOMIC_RELAXED);
	return e;
}

uint32_t crc32c(uint32_t crc, const void *p, size_t len)
{
	return crc32c_engine()->one(crc, p, len);
}

void crc32c_many(uint32_t seed, const void *p, size_t stride, size_t len, size_t nr, uint32_t *ret)
{
	const struct crc32c_engine *e = crc32c_engine();
	const uint8_t *b = p;

	for (; nr >= 4; nr -= 4, b += 4 * stride, ret += 4)
		e->four(seed, b, stride, len, ret);
	for (; nr; nr--, b += stride)
		*ret++ = e->one(seed, b, len);
}
