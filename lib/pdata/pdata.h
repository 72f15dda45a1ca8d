/*
 * What the walks over persistent-data share: the source, the findings, the number of threads.
 *
 * Walks are told what they may trust: nothing. Block numbers are checked against the device, counts
 * against the block, every block is looked at once however many pointers lead to it, and depth is
 * bounded; so hostile metadata ends in time and memory proportional to its size.
 *
 * Blocks are read level by level in ascending order, by several threads. Findings are put in the
 * order of the blocks afterwards: output is the same for any number of threads.
 */
#ifndef PDATA_PDATA_H
#define PDATA_PDATA_H

#include <inttypes.h>

#include "blk/blk.h"
#include "diag/diag.h"
#include "pdata/block.h"

#define PDATA_MAX_THREADS 16

struct pdata {
	const struct blk *blk;
	struct diag *diag;
	uint64_t nr_blocks; /* whole blocks of the source; less where a space map says so */
	unsigned threads;   /* 1 … PDATA_MAX_THREADS */
	unsigned portion;   /* blocks that a thread takes at a time; fewer than two of them want none */
};

/* With a thread for each processor, at most 8. */
void pdata_init(struct pdata *p, const struct blk *blk, struct diag *d);

/* Adds a finding about `subject`, a constant string. */
void pdata_add(struct pdata *p, const char *subject, const struct finding_kind *kind, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/*
 * Something wrong with a block, noted by a thread. `fmt` is given the block's number and two more,
 * all 64 bit; the constant text says what it means.
 */
struct pdata_problem {
	uint64_t blocknr;
	const struct finding_kind *kind;
	const char *fmt;
	uint64_t a, b;
};

struct pdata_problems {
	VEC(struct pdata_problem) list;
};

void pdata_note(struct pdata_problems *problems, const struct finding_kind *kind, const char *fmt,
		uint64_t blocknr, uint64_t a, uint64_t b);

/* Adds findings about `subject` in the order of blocks, and empties the list. */
void pdata_report(struct pdata *p, struct pdata_problems *problems, const char *subject);

/* Adds what pdata_verify() or reading found. */
void pdata_problem_verdict(struct pdata_problems *problems, const struct pdata_kind *k, uint64_t blocknr,
			   enum pdata_verdict v);

/* Reads and verifies one block; findings go to p->diag. */
enum pdata_verdict pdata_read(struct pdata *p, const struct pdata_kind *k, uint64_t blocknr, const char *subject,
			      uint8_t *block);

/* The same of blocks that follow each other. Returns 0, or -EUCLEAN after the first finding. */
int pdata_read_run(struct pdata *p, const struct pdata_kind *k, uint64_t first, size_t nr, const char *subject,
		   uint8_t *blocks);

/*
 * Reads `nr` blocks in ascending order, several in a run and in several threads, and gives each to
 * `fn` with the verdict on it; worker is below p->threads and no two calls of one worker overlap.
 */
void pdata_sweep(struct pdata *p, const struct pdata_kind *k, const uint64_t *blocks, size_t nr,
		 void (*fn)(void *ctx, unsigned worker, uint64_t blocknr, const uint8_t *block,
			    enum pdata_verdict v),
		 void *ctx);

/* ---- findings that several files use ---- */

extern const struct finding_kind F_PDATA_POINTER, F_PDATA_NODE, F_PDATA_KEYS, F_PDATA_UNDERFULL,
	F_PDATA_SHAPE, F_PDATA_SPACE_MAP, F_PDATA_COUNT, F_PDATA_LEAK, F_PDATA_FREE;

/* Every kind of finding of this folder, NULL-terminated. */
extern const struct finding_kind *const pdata_findings[];

#endif
