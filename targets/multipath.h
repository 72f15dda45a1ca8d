/* Between multipath.c and multipath_status.c. */
#ifndef TARGETS_MULTIPATH_H
#define TARGETS_MULTIPATH_H

#include "targets/targets.h"

struct multipath_status {
	uint64_t given;
	uint64_t queue_io, pg_init_count, group;
	struct word_list handler;
	struct repeat groups;
};

extern const struct word multipath_status[];

int multipath_parse_status(const struct parse_ctx *c, struct words *w, void *status);
void multipath_emit_status(const struct emit_ctx *c, const void *status, struct strbuf *out);

/* False where a path is known to be no SCSI device. */
bool multipath_scsi(const struct repeat *groups);

#endif
