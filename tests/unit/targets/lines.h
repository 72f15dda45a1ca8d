/* Table lines on made-up devices, for tests of single targets. */
#ifndef TESTS_TARGETS_LINES_H
#define TESTS_TARGETS_LINES_H

#include <stdbool.h>

#include "target/target.h"

#define LINES_MAX_DEVICES 16

struct lines {
	struct arena arena;
	struct diag diag;
	const struct kernel_profile *kernel;
	struct blkdev devices[LINES_MAX_DEVICES];
	size_t nr;
	struct table table; /* of the last lines_load() */
};

void lines_init(struct lines *l, const char *kernel);
void lines_release(struct lines *l);

/* A device of that many sectors: blocks of 512 bytes, zeroes that can be read. */
struct blkdev *lines_device(struct lines *l, const char *word, uint64_t nr_sectors);
/* Its content; valid as long as `l`. */
uint8_t *lines_content(const struct blkdev *dev);

/* Reads and checks a table; true where the kernel takes it. Findings are those of this table. */
bool lines_load(struct lines *l, const char *text);
/* The parameters of the first line as the kernel prints them back. */
const char *lines_show(struct lines *l);
/* True where a finding of that kind was made. */
bool lines_found(const struct lines *l, const char *id);
/* True where a finding predicts that text of the kernel. */
bool lines_says(const struct lines *l, const char *kernel_text);
/* An INFO status of `target`, decoded and printed again; NULL where it cannot be decoded. */
const char *lines_status(struct lines *l, const char *target, const char *text);

/* One table on one kernel, and what becomes of it. */
struct line_case {
	const char *kernel, *table;
	const char *refused;  /* kernel text; NULL: taken */
	const char *finding;  /* identifier, or NULL: does not matter */
	const char *readback; /* or NULL: does not matter */
};

/* Plays a case on what is in `l`. */
void line_case_play(struct lines *l, const struct line_case *lc);

#endif
