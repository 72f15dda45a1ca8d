/* Writes a running state: what running_parse() reads, with statuses decoded. */
#ifndef PLAN_STATE_H
#define PLAN_STATE_H

#include "plan/running.h"
#include "target/target.h"

struct state_options {
	const struct target_list *targets;
	struct running_device *const *devices; /* those that are written, known, in this order */
	size_t nr;
	const char *const *missing;            /* names that were asked for and do not run */
	size_t nr_missing;
};

/*
 * JSON without any key's digits, sizes in bytes. What is underneath comes from
 * running_look_underneath(), which was called before.
 */
void running_print_json(struct running *r, const struct state_options *o, struct strbuf *out);

/* A status line with the table's line that it belongs to; `i` counts them. */
struct status;
void running_decode(const struct running *r, const struct target_list *targets, const struct running_device *d,
		    size_t i, struct status *ret);

/* Of the live table, in sectors. */
uint64_t running_sectors(const struct running_device *d);

#endif
