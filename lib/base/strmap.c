/* Open addressing, FNV-1a, at most half full. */
#include "base/strmap.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct strmap_entry {
	const char *key; /* NULL: free */
	size_t len;
	uint64_t hash;
	void *value;
};

static uint64_t hash_bytes(const char *key, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u;

	while (len--)
		h = (h ^ (unsigned char)*key++) * 0x100000001b3u;
	return h ^ h >> 32;
}

void strmap_release(struct strmap *m)
{
	free(m->entries);
	*m = (struct strmap){0};
}

static struct strmap_entry *find(const struct strmap *m, const char *key, size_t len, uint64_t hash)
{
	size_t i = hash & (m->alloc - 1);

	for (;; i = (i + 1) & (m->alloc - 1)) {
		struct strmap_entry *e = &m->entries[i];

		if (!e->key || (e->hash == hash && e->len == len && !memcmp(e->key, key, len)))
			return e;
	}
}

static void grow(struct strmap *m)
{
	struct strmap old = *m;

	m->alloc = old.alloc ? 2 * old.alloc : 16;
	m->entries = mem_calloc(m->alloc, sizeof(*m->entries));
	for (size_t i = 0; i < old.alloc; i++) {
		struct strmap_entry *e = &old.entries[i];

		if (e->key)
			*find(m, e->key, e->len, e->hash) = *e;
	}
	free(old.entries);
}

void *strmap_get(const struct strmap *m, const char *key, size_t len)
{
	if (!m->alloc)
		return NULL;
	return find(m, key, len, hash_bytes(key, len))->value;
}

void *strmap_add(struct strmap *m, const char *key, size_t len, void *value)
{
	uint64_t hash = hash_bytes(key, len);
	struct strmap_entry *e;

	if (2 * (m->nr + 1) > m->alloc)
		grow(m);
	e = find(m, key, len, hash);
	if (e->key)
		return e->value;
	*e = (struct strmap_entry){key, len, hash, value};
	m->nr++;
	return NULL;
}

/* Moves what would no longer be found behind the hole into it, until a free entry comes. */
static void close_hole(struct strmap *m, size_t hole)
{
	size_t mask = m->alloc - 1, i = hole;

	for (;;) {
		size_t home;

		m->entries[hole] = (struct strmap_entry){0};
		do {
			i = (i + 1) & mask;
			if (!m->entries[i].key)
				return;
			home = m->entries[i].hash & mask;
		} while (((i - home) & mask) < ((i - hole) & mask));
		m->entries[hole] = m->entries[i];
		hole = i;
	}
}

void *strmap_remove(struct strmap *m, const char *key, size_t len)
{
	struct strmap_entry *e = m->alloc ? find(m, key, len, hash_bytes(key, len)) : NULL;
	void *value;

	if (!e || !e->key)
		return NULL;
	value = e->value;
	close_hole(m, (size_t)(e - m->entries));
	m->nr--;
	return value;
}
