/*
 * A plan in a file, to be looked at by one person and done by another.
 *
 * It names the layout and how it was read, and holds the plan with fingerprints of all it was
 * made of: devices (size, serial number, signature) and the tables that run. Doing it means
 * to plan again and to compare: where anything differs, the plan is stale and is refused.
 * No key is in it.
 */
#ifndef PLAN_SAVED_H
#define PLAN_SAVED_H

#include "plan/plan.h"

struct saved_plan {
	const char *layout; /* path */
	const char *const *params; /* "NAME=VALUE" */
	size_t nr_params;
	const char *const *allow;
	size_t nr_allow;
};

/* True where the text is a saved plan, not a layout. */
bool saved_plan_is(const struct source *src);

/* How it was made; -EINVAL after a finding. Lives in `arena`. */
int saved_plan_parse(const struct source *src, struct arena *arena, struct saved_plan *ret,
		     struct diag *diag);

/* `p` as a file. */
void saved_plan_print(const struct plan *p, const struct saved_plan *how, struct strbuf *out);

/* A plan.stale finding for each thing that is not as in `src`; true where there is none. */
bool saved_plan_matches(const struct source *src, const struct plan *p, const struct saved_plan *how,
			struct diag *diag);

#endif
