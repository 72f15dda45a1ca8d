/* The running kernel, for the verbs that look at it or change it. */
#ifndef DMC_LIVE_H
#define DMC_LIVE_H

#include "dm/kmsg.h"
#include "dm/nodes.h"
#include "dmc/dmc.h"
#include "plan/plan.h"

struct live {
	struct session *s;
	struct dm *dm;             /* NULL: a state file */
	struct dm_nodes *nodes;
	struct dm_kmsg *kmsg;
	struct running running;
	bool read;
};

struct live_options {
	const char *state; /* a state file instead of the kernel */
	int udev;          /* enum dm_udev */
	bool dry;          /* changes are only recorded, in `record` */
	struct strbuf *record;
};

/* The rows of --udev, in the order of enum dm_udev. */
extern const char *const udev_words[];

/* Opens the kernel and reads what runs. false after findings were added. */
bool live_open(struct live *l, struct session *s, const struct live_options *o);
void live_close(struct live *l);

/*
 * The running device that a word of the command line means: a name, MAJOR:MINOR, a uuid, or
 * the path of its node. NULL: there is none.
 */
struct running_device *live_find(const struct live *l, const char *word);

/* A finding that says so, with the name that is nearest. */
void live_absent(struct live *l, const char *word);

/* Checks the layout for the kernel that runs; false where there are errors. */
bool live_check(struct live *l);

#endif
