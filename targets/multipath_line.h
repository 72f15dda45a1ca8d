/* A multipath line, between multipath.c and multipath_rules.c. */
#ifndef TARGETS_MULTIPATH_LINE_H
#define TARGETS_MULTIPATH_LINE_H

#include "targets/multipath.h"

enum {
	FEATURES, QUEUE_IF_NO_PATH, PG_INIT_RETRIES, PG_INIT_DELAY, RETAIN, QUEUE_MODE, FEATURES_END,
	HANDLER, GROUPS_NR, INITIAL, GROUPS,
};

enum { SELECTOR, SELECTOR_ARGS, PATHS };
enum { PATH_DEVICE, PATH_REPEAT, PATH_THROUGHPUT, PATH_CPUS };
enum { PS_ROUND_ROBIN, PS_QUEUE_LENGTH, PS_SERVICE_TIME, PS_HISTORICAL, PS_IO_AFFINITY };
enum { MODE_RQ, MODE_MQ, MODE_BIO };

struct path {
	uint64_t given;
	struct devref dev;
	uint64_t repeat, throughput;
	const char *cpus;
};

struct group {
	uint64_t given;
	unsigned selector;
	struct word_list args;
	struct repeat paths;
};

struct multipath {
	uint64_t given;
	uint64_t retries, delay_ms, initial;
	unsigned queue_mode;
	struct word_list handler;
	struct repeat groups;
};

extern const struct word multipath_words[], multipath_group_words[], multipath_path_words[];

/* False where requests are passed on: queue_mode rq and mq, and no queue_mode. */
static inline bool multipath_bio_based(const struct multipath *m)
{
	return given(m, QUEUE_MODE) && m->queue_mode == MODE_BIO;
}

/* Rules beyond single words. multipath_ctr() and dm_table_determine_type(). */
void multipath_check(const struct line_ctx *c, const void *params);

extern const struct finding_kind *const multipath_findings[];

#endif
