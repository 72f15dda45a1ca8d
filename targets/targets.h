/*
 * What the files of targets/ share: includes, rows that recur, and the list.
 */
#ifndef TARGETS_TARGETS_H
#define TARGETS_TARGETS_H

#include "base/size.h"
#include "target/params.h"
#include "target/table.h"
#include "target/target.h"

/* All of them, sorted by name (targets/list.c). */
extern const struct target_list targets_all;

/* A device in a status line: MAJOR:MINOR or a name. */
struct status_device {
	uint64_t given;
	const char *name;
};

extern const struct word status_device_words[];

/*
 * The least room behind the start among the devices of a repeat, whose items begin with
 * a WORD_AREA; UINT64_MAX: not known.
 */
uint64_t repeat_sectors(const struct repeat *r, const struct word *row);

#endif
