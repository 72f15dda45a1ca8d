#include "pdata/pdata.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/crc32c.h"

void pdata_init(struct pdata *p, const struct blk *blk, struct diag *d)
{
	long nr = sysconf(_SC_NPROCESSORS_ONLN);

	*p = (struct pdata){
		.blk = blk,
		.diag = d,
		.nr_blocks = blk->size / PDATA_BLOCK_SIZE,
		.portion = 256,
		.threads = nr < 1 ? 1 : nr > 8 ? 8 : (unsigned)nr,
	};
}

/* ---- findings ---- */

void pdata_add(struct pdata *p, const char *subject, const struct finding_kind *kind, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_vadd(p->diag, kind, (struct span){0}, fmt, ap)->subject = subject;
	va_end(ap);
}

void pdata_note(struct pdata_problems *problems, const struct finding_kind *kind, const char *fmt,
		uint64_t blocknr, uint64_t a, uint64_t b)
{
	vec_push(&problems->list, (struct pdata_problem){blocknr, kind, fmt, a, b});
}

static int by_block(const void *a, const void *b)
{
	const struct pdata_problem *x = a, *y = b;

	if (x->blocknr != y->blocknr)
		return x->blocknr < y->blocknr ? -1 : 1;
	if (x->kind != y->kind)
		return strcmp(x->kind->id, y->kind->id);
	return x->a < y->a ? -1 : x->a > y->a;
}

void pdata_report(struct pdata *p, struct pdata_problems *problems, const char *subject)
{
	if (problems->list.nr)
		qsort(problems->list.v, problems->list.nr, sizeof(*problems->list.v), by_block);
	for (size_t i = 0; i < problems->list.nr; i++) {
		const struct pdata_problem *x = &problems->list.v[i];

		diag_add(p->diag, x->kind, (struct span){0}, x->fmt, x->blocknr, x->a, x->b)->subject = subject;
	}
	vec_release(&problems->list);
}

/* ---- reading ---- */

static enum pdata_verdict verdict_of(int r)
{
	return !r ? PDATA_GOOD : r == -ENODATA ? PDATA_ENDS : PDATA_UNREADABLE;
}

enum pdata_verdict pdata_read(struct pdata *p, const struct pdata_kind *k, uint64_t blocknr, const char *subject,
			      uint8_t *block)
{
	struct pdata_problems problems = {0};
	enum pdata_verdict v = verdict_of(blk_read(p->blk, blocknr * PDATA_BLOCK_SIZE, block, PDATA_BLOCK_SIZE));

	if (v == PDATA_GOOD)
		v = pdata_verify(k, block, blocknr);
	pdata_problem_verdict(&problems, k, blocknr, v);
	pdata_report(p, &problems, subject);
	return v;
}

int pdata_read_run(struct pdata *p, const struct pdata_kind *k, uint64_t first, size_t nr, const char *subject,
		   uint8_t *blocks)
{
	bool whole = !blk_read(p->blk, first * PDATA_BLOCK_SIZE, blocks, nr * PDATA_BLOCK_SIZE);

	for (size_t i = 0; i < nr; i++) {
		uint8_t *block = blocks + i * PDATA_BLOCK_SIZE;

		if (whole && pdata_verify(k, block, first + i) == PDATA_GOOD)
			continue;
		if (pdata_read(p, k, first + i, subject, block) != PDATA_GOOD)
			return -EUCLEAN;
	}
	return 0;
}

/* Blocks of one read: as much as stays in a processor's cache while it is looked at. */
#define RUN_BLOCKS 32u

struct sweep {
	struct pdata *p;
	const struct pdata_kind *kind;
	const uint64_t *blocks;
	size_t nr, next;
	void (*fn)(void *ctx, unsigned worker, uint64_t blocknr, const uint8_t *block, enum pdata_verdict v);
	void *ctx;
};

struct worker {
	struct sweep *s;
	unsigned nr;
	pthread_t thread;
};

/* Blocks that were read one by one, since the run holds one that cannot be read. */
static void sweep_single(struct sweep *s, unsigned worker, size_t i, size_t end, uint8_t *buf)
{
	for (; i < end; i++) {
		enum pdata_verdict v = verdict_of(
			blk_read(s->p->blk, s->blocks[i] * PDATA_BLOCK_SIZE, buf, PDATA_BLOCK_SIZE));

		if (v == PDATA_GOOD)
			v = pdata_verify(s->kind, buf, s->blocks[i]);
		s->fn(s->ctx, worker, s->blocks[i], buf, v);
	}
}

static void sweep_run(struct sweep *s, unsigned worker, size_t i, size_t end, uint8_t *buf)
{
	uint64_t first = s->blocks[i];
	size_t nr = (size_t)(s->blocks[end - 1] - first) + 1;
	uint32_t sums[RUN_BLOCKS];

	if (blk_read(s->p->blk, first * PDATA_BLOCK_SIZE, buf, nr * PDATA_BLOCK_SIZE)) {
		sweep_single(s, worker, i, end, buf);
		return;
	}
	crc32c_many(~0u, buf + 4, PDATA_BLOCK_SIZE, PDATA_BLOCK_SIZE - 4, nr, sums);
	for (; i < end; i++) {
		size_t at = (size_t)(s->blocks[i] - first);
		const uint8_t *block = buf + at * PDATA_BLOCK_SIZE;
		enum pdata_verdict v = PDATA_GOOD;

		if (get_le32(block) != (sums[at] ^ s->kind->salt))
			v = PDATA_BAD_CHECKSUM;
		else if (get_le64(block + s->kind->blocknr_offset) != s->blocks[i])
			v = PDATA_BAD_NUMBER;
		s->fn(s->ctx, worker, s->blocks[i], block, v);
	}
}

/* Runs may hold a few blocks that nobody asked for: reading them is cheaper than another call. */
static void sweep_portion(struct sweep *s, unsigned worker, size_t i, size_t end, uint8_t *buf)
{
	while (i < end) {
		size_t next = i + 1;

		while (next < end && s->blocks[next] - s->blocks[next - 1] <= 2 &&
		       s->blocks[next] - s->blocks[i] < RUN_BLOCKS)
			next++;
		sweep_run(s, worker, i, next, buf);
		i = next;
	}
}

static void *sweep_thread(void *arg)
{
	struct worker *w = arg;
	struct sweep *s = w->s;
	uint8_t *buf = blk_buffer(RUN_BLOCKS * PDATA_BLOCK_SIZE);
	size_t portion = s->p->portion;

	for (;;) {
		size_t i = __atomic_fetch_add(&s->next, portion, __ATOMIC_RELAXED);

		if (i >= s->nr)
			break;
		sweep_portion(s, w->nr, i, i + portion < s->nr ? i + portion : s->nr, buf);
	}
	free(buf);
	return NULL;
}

void pdata_sweep(struct pdata *p, const struct pdata_kind *k, const uint64_t *blocks, size_t nr,
		 void (*fn)(void *ctx, unsigned worker, uint64_t blocknr, const uint8_t *block,
			    enum pdata_verdict v),
		 void *ctx)
{
	struct sweep s = {.p = p, .kind = k, .blocks = blocks, .nr = nr, .fn = fn, .ctx = ctx};
	struct worker workers[PDATA_MAX_THREADS] = {{.s = &s}};
	unsigned threads = nr < 2 * p->portion ? 1 : p->threads, started = 1;

	for (unsigned i = 0; i < threads; i++)
		workers[i] = (struct worker){.s = &s, .nr = i};
	/* Where no thread can be had, there are fewer. */
	while (started < threads && !pthread_create(&workers[started].thread, NULL, sweep_thread, &workers[started]))
		started++;
	sweep_thread(&workers[0]);
	for (unsigned i = 1; i < started; i++)
		pthread_join(workers[i].thread, NULL);
}
