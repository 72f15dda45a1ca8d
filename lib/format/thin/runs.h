/*
 * Leaves of mapping trees that always come together.
 *
 * Each device is a sequence of leaves. A run is a longest part that never comes but whole: it begins
 * where a sequence begins, where a leaf follows different ones, or behind the end of another run. Runs
 * that come more than once are worth a name in a dump. The rules are those of thin_dump 1.x, so that
 * dumps are the same.
 */
#ifndef THIN_RUNS_H
#define THIN_RUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct thin_runs {
	uint64_t nr_blocks;
	struct thin_run_leaf *leaves; /* by block */
	uint32_t before;              /* the leaf added last, + 1; 0: none of this device */
};

/* Returns 0 or -ENOMEM. */
int thin_runs_init(struct thin_runs *r, uint64_t nr_blocks);
void thin_runs_release(struct thin_runs *r);

/* The leaves of a device, one after the other, each below nr_blocks; then the end of the device. */
void thin_runs_add(struct thin_runs *r, uint64_t leaf);
void thin_runs_end(struct thin_runs *r);

/* After all were added. A leaf that was not is no head; the others want one that was. */
bool thin_runs_is_head(const struct thin_runs *r, uint64_t leaf);
bool thin_runs_is_tail(const struct thin_runs *r, uint64_t leaf);
bool thin_runs_is_shared(const struct thin_runs *r, uint64_t head);

/* The one behind a leaf that is no tail. */
uint64_t thin_runs_next(const struct thin_runs *r, uint64_t leaf);

#endif
