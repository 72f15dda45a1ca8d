#include "pdata/refmap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/mem.h"

int refmap_init(struct refmap *m, uint64_t nr_blocks)
{
	*m = (struct refmap){.nr_blocks = nr_blocks};
	if (!nr_blocks)
		return 0;
	if (nr_blocks > SIZE_MAX / 2)
		return -ENOMEM;
	m->counts = mmap(NULL, nr_blocks, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (m->counts == MAP_FAILED) {
		m->counts = NULL;
		return -ENOMEM;
	}
	return 0;
}

void refmap_release(struct refmap *m)
{
	if (m->counts)
		munmap(m->counts, m->nr_blocks);
	free(m->more);
	*m = (struct refmap){0};
}

/* Where the block is, or a free place for it. */
static struct refmap_more *find_more(const struct refmap *m, uint64_t block)
{
	size_t i = (size_t)(block * 0x9e3779b97f4a7c15u >> 20) & (m->alloc_more - 1);

	while (m->more[i].block && m->more[i].block != block + 1)
		i = (i + 1) & (m->alloc_more - 1);
	return &m->more[i];
}

static void grow(struct refmap *m)
{
	struct refmap old = *m;

	m->alloc_more = old.alloc_more ? 2 * old.alloc_more : 64;
	m->more = mem_calloc(m->alloc_more, sizeof(*m->more));
	for (size_t i = 0; i < old.alloc_more; i++)
		if (old.more[i].block)
			*find_more(m, old.more[i].block - 1) = old.more[i];
	free(old.more);
}

void refmap_add_more(struct refmap *m, uint64_t block, uint32_t n)
{
	struct refmap_more *e;

	if (2 * m->nr_more >= m->alloc_more)
		grow(m);
	e = find_more(m, block);
	m->nr_more += !e->block;
	e->block = block + 1;
	e->count += n;
}

void refmap_set(struct refmap *m, uint64_t block, uint32_t n)
{
	m->counts[block] = (uint8_t)(n < REFMAP_MAX ? n : REFMAP_MAX);
	if (n > REFMAP_MAX)
		refmap_add_more(m, block, n - REFMAP_MAX);
}

uint32_t refmap_more(const struct refmap *m, uint64_t block)
{
	return m->alloc_more ? find_more(m, block)->count : 0;
}

static void add(struct refmap *to, uint64_t block, uint32_t n)
{
	uint32_t sum = to->counts[block] + n;

	if (sum <= REFMAP_MAX) {
		to->counts[block] = (uint8_t)sum;
		return;
	}
	to->counts[block] = REFMAP_MAX;
	refmap_add_more(to, block, sum - REFMAP_MAX);
}

/* Eight blocks at a time where neither has any, or sums stay small. */
void refmap_merge(struct refmap *to, const struct refmap *from)
{
	uint64_t block = 0;

	for (; block + 8 <= from->nr_blocks; block += 8) {
		uint64_t a, b, sum;

		memcpy(&b, from->counts + block, 8);
		if (!b)
			continue;
		memcpy(&a, to->counts + block, 8);
		if ((a | b) & 0x8080808080808080u) {
			for (int i = 0; i < 8; i++)
				add(to, block + (uint64_t)i, from->counts[block + (uint64_t)i]);
			continue;
		}
		sum = a + b;
		memcpy(to->counts + block, &sum, 8);
	}
	for (; block < from->nr_blocks; block++)
		add(to, block, from->counts[block]);
	for (size_t i = 0; i < from->alloc_more; i++)
		if (from->more[i].block)
			refmap_add_more(to, from->more[i].block - 1, from->more[i].count);
}
