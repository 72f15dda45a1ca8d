/* What a space map says against what is there. */
#include <stdlib.h>

#include "pdata/space_map.h"

/* Of one bitmap; `first` are indices into it. */
struct tally {
	uint32_t leaked, wrong, allocated;
	uint32_t first_leaked, first_wrong, first_free;
	uint32_t stored; /* of first_wrong */
	bool read;
};

struct place {
	uint64_t blocknr;
	size_t index;
};

struct compare {
	struct space_map *m;
	const struct refmap *counts;
	struct place *places; /* by block */
	uint64_t *blocks;
	struct tally *tallies;
	struct pdata_problems problems[PDATA_MAX_THREADS];
};

/* On disk the two bits of a count are swapped. */
static uint64_t two_bits(uint32_t count)
{
	static const uint8_t code[] = {0, 2, 1, 3};

	return code[count < 3 ? count : 3];
}

/* The word that belongs to the counts of 32 blocks. */
static uint64_t word_of(const uint8_t *counts, uint32_t nr)
{
	uint64_t word = 0;

	for (uint32_t i = 0; i < nr; i++)
		word |= two_bits(counts[i]) << 2 * i;
	return word;
}

static uint32_t stored_count(const struct space_map *m, uint64_t word, uint32_t i, uint64_t block)
{
	static const uint8_t count[] = {0, 2, 1, 3};
	uint32_t n = count[word >> 2 * i & 3], high = refmap_get(&m->high, block);

	/* A count in the tree without three bits here, or the reverse, is none that can be right. */
	if (n == 3)
		return high >= 3 ? high : UINT32_MAX;
	return high ? UINT32_MAX : n;
}

static void compare_word(struct compare *c, struct tally *t, uint64_t word, uint64_t base, uint32_t bit, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++) {
		uint32_t stored = stored_count(c->m, word, i, base + bit + i);
		uint32_t want = refmap_get(c->counts, base + bit + i);

		if (stored == want)
			continue;
		if (!want && stored == 1) {
			if (!t->leaked++)
				t->first_leaked = bit + i;
			continue;
		}
		if (!t->wrong++) {
			t->first_wrong = bit + i;
			t->stored = stored;
		}
	}
}

static bool any_high(const struct space_map *m, uint64_t block, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++)
		if (m->high.counts[block + i])
			return true;
	return false;
}

static void compare_bitmap(struct compare *c, size_t index, const struct pdata_bitmap_block *b)
{
	struct tally *t = &c->tallies[index];
	uint64_t base = (uint64_t)index * BITMAP_ENTRIES;
	uint64_t left = c->m->nr_blocks - base;
	uint32_t nr = left < BITMAP_ENTRIES ? (uint32_t)left : BITMAP_ENTRIES;

	t->read = true;
	t->first_free = BITMAP_ENTRIES;
	for (uint32_t bit = 0; bit < nr; bit += 32) {
		uint32_t here = nr - bit < 32 ? nr - bit : 32;
		uint64_t word = le64(b->words[bit / 32]), used;

		if (here < 32)
			word &= ((uint64_t)1 << 2 * here) - 1;
		used = (word | word >> 1) & 0x5555555555555555u;
		t->allocated += (uint32_t)__builtin_popcountll(used);
		if (t->first_free == BITMAP_ENTRIES && used != 0x5555555555555555u)
			t->first_free = bit + (uint32_t)__builtin_ctzll(~used & 0x5555555555555555u) / 2;
		if (word != word_of(c->counts->counts + base + bit, here) || (word & word >> 1 & 0x5555555555555555u) ||
		    any_high(c->m, base + bit, here))
			compare_word(c, t, word, base, bit, here);
	}
}

static size_t find_place(const struct compare *c, uint64_t blocknr)
{
	size_t low = 0, high = c->m->nr_bitmaps;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (c->places[mid].blocknr <= blocknr)
			low = mid;
		else
			high = mid;
	}
	return c->places[low].index;
}

static void visit(void *ctx, unsigned worker, uint64_t blocknr, const uint8_t *block, enum pdata_verdict v)
{
	struct compare *c = ctx;

	if (v == PDATA_GOOD)
		compare_bitmap(c, find_place(c, blocknr), (const struct pdata_bitmap_block *)block);
	else
		pdata_problem_verdict(&c->problems[worker], &pdata_bitmap, blocknr, v);
}

/* ---- findings ---- */

/* Both conventions: the kernel counts what lies past the end of the last bitmap as free, 0.9 tools do not. */
static bool free_is_right(const struct space_map *m, size_t i, const struct tally *t)
{
	uint64_t left = m->nr_blocks - (uint64_t)i * BITMAP_ENTRIES;
	uint32_t nr = left < BITMAP_ENTRIES ? (uint32_t)left : BITMAP_ENTRIES;

	return m->bitmaps[i].nr_free == BITMAP_ENTRIES - t->allocated || m->bitmaps[i].nr_free == nr - t->allocated;
}

static void report_counts(struct pdata *p, struct compare *c)
{
	struct space_map *m = c->m;
	const char *what = m->metadata ? "metadata" : "data";
	uint64_t wrong = 0, leaked = 0, first_wrong = 0, first_leaked = 0;
	const struct tally *t, *at = NULL;

	for (size_t i = 0; i < m->nr_bitmaps; i++) {
		t = &c->tallies[i];
		if (t->wrong && !wrong) {
			first_wrong = (uint64_t)i * BITMAP_ENTRIES + t->first_wrong;
			at = t;
		}
		if (t->leaked && !leaked)
			first_leaked = (uint64_t)i * BITMAP_ENTRIES + t->first_leaked;
		wrong += t->wrong;
		leaked += t->leaked;
	}
	m->nr_leaked = leaked;
	if (wrong && at->stored == UINT32_MAX)
		pdata_add(p, m->name, &F_PDATA_COUNT,
			  "%" PRIu64 " %s blocks have wrong reference counts; the first is block %" PRIu64
			  ", where bitmap and high counts contradict each other", wrong, what, first_wrong);
	else if (wrong)
		pdata_add(p, m->name, &F_PDATA_COUNT,
			  "%" PRIu64 " %s blocks have wrong reference counts; the first is block %" PRIu64
			  ": stored %" PRIu32 ", found %" PRIu32, wrong, what, first_wrong, at->stored,
			  refmap_get(c->counts, first_wrong));
	if (leaked)
		pdata_add(p, m->name, &F_PDATA_LEAK,
			  "%" PRIu64 " %s blocks have leaked; the first is block %" PRIu64, leaked, what, first_leaked);
}

static void report_free(struct pdata *p, struct compare *c)
{
	struct space_map *m = c->m;
	uint64_t allocated = 0;

	for (size_t i = 0; i < m->nr_bitmaps; i++) {
		const struct tally *t = &c->tallies[i];

		if (!t->read)
			return; /* sums over a part say nothing */
		allocated += t->allocated;
		if (!free_is_right(m, i, t))
			pdata_add(p, m->name, &F_PDATA_FREE,
				  "bitmap %zu is said to have %" PRIu32 " free blocks; it has %" PRIu32, i,
				  m->bitmaps[i].nr_free, BITMAP_ENTRIES - t->allocated);
		if (t->first_free < BITMAP_ENTRIES && m->bitmaps[i].none_free_before > t->first_free)
			pdata_add(p, m->name, &F_PDATA_FREE,
				  "bitmap %zu is said to have no free block before %" PRIu32 "; %" PRIu32 " is free", i,
				  m->bitmaps[i].none_free_before, t->first_free);
	}
	if (allocated != m->nr_allocated)
		pdata_add(p, m->name, &F_PDATA_FREE,
			  "%" PRIu64 " blocks are said to be allocated; the bitmaps have %" PRIu64, m->nr_allocated,
			  allocated);
}

static int by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->blocknr != y->blocknr)
		return x->blocknr < y->blocknr ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

void space_map_compare(struct pdata *p, struct space_map *m, const struct refmap *counts)
{
	struct compare c = {.m = m, .counts = counts};
	struct pdata_problems problems = {0};

	if (m->damaged)
		return;
	c.places = mem_calloc(m->nr_bitmaps, sizeof(*c.places));
	c.blocks = mem_calloc(m->nr_bitmaps, sizeof(*c.blocks));
	c.tallies = mem_calloc(m->nr_bitmaps, sizeof(*c.tallies));
	for (size_t i = 0; i < m->nr_bitmaps; i++)
		c.places[i] = (struct place){m->bitmaps[i].blocknr, i};
	qsort(c.places, m->nr_bitmaps, sizeof(*c.places), by_place);
	for (size_t i = 0; i < m->nr_bitmaps; i++)
		c.blocks[i] = c.places[i].blocknr;
	pdata_sweep(p, &pdata_bitmap, c.blocks, m->nr_bitmaps, visit, &c);
	for (unsigned i = 0; i < PDATA_MAX_THREADS; i++) {
		for (size_t k = 0; k < c.problems[i].list.nr; k++)
			vec_push(&problems.list, c.problems[i].list.v[k]);
		vec_release(&c.problems[i].list);
	}
	m->damaged |= problems.list.nr != 0;
	pdata_report(p, &problems, m->name);
	report_counts(p, &c);
	report_free(p, &c);
	free(c.places);
	free(c.blocks);
	free(c.tallies);
}
