/*
 * Plays the recorded session of /dev/mapper/control (tests/data/ioctl) against a back end:
 * against the fake in unit tests, against a running kernel in tests/kernel/dm_ioctl.c.
 */
#ifndef UNIT_DM_PLAY_H
#define UNIT_DM_PLAY_H

#include <jansson.h>

#include "dm/dm.h"

enum step_op {
	OP_VERSION,
	OP_LIST_VERSIONS,
	OP_TARGET_VERSION, /* name: the target */
	OP_LIST,
	OP_CREATE,         /* text: uuid; nr: minor, 0: any */
	OP_LOAD,           /* text: lines, separated by ';' */
	OP_RELOAD,         /* and resume */
	OP_STACK,          /* create, load and resume */
	OP_CLEAR,
	OP_SUSPEND,
	OP_RESUME,
	OP_RENAME,         /* text: new name */
	OP_SET_UUID,       /* text: uuid */
	OP_REMOVE,
	OP_INFO,
	OP_TABLE,
	OP_DEPS,
	OP_MESSAGE,        /* text; nr: sector */
	OP_WAIT_BLOCKS,    /* DEV_WAIT with the present number: does it sleep? */
	OP_RAW,            /* nr: command; name, text: uuid; flags of the kernel; size: of the buffer */
	OP_GEOMETRY,       /* text */
	OP_RAW_VERSION,    /* flags: major, nr: minor that are asked for */
	OP_SIZE,
	OP_NODE,           /* is there a block device? */
	OP_OPEN,           /* and left open; flags: OPEN_… */
	OP_CLOSE,
	OP_OPEN_CLOSE,
	OP_EXTRA,          /* the host's own: needs I/O or a second process */
};

enum { OPEN_EXCL = 1, OPEN_WRITE = 2 };

enum step_id { BY_NAME, BY_UUID, BY_NUMBER };

/* How what came is compared with the record. */
enum step_compare {
	COMPARE_ALL,
	COMPARE_VERSION, /* the result only where the record is of the same kernel */
	COMPARE_ERROR,   /* the result differs from machine to machine */
};

struct step {
	const char *step;   /* as recorded; NULL: was not, and must succeed */
	enum step_op op;
	const char *name;   /* device; "7:0" a disk */
	const char *text;
	unsigned flags;     /* enum dm_flags */
	long nr;
	size_t size;
	enum step_id by;
	enum step_compare compare;
	unsigned since;     /* minor interface version from which on kernels do this */
	const char *not_fake; /* why the fake cannot play it */
};

extern const struct step steps[];
extern const size_t nr_steps;

/* What is not a request: /dev, /sys, the log. */
struct play_host {
	bool live;
	int (*open)(void *priv, dev_t dev, unsigned flags);
	void (*close)(void *priv, dev_t dev, unsigned flags);
	uint64_t (*sectors)(void *priv, dev_t dev);
	bool (*has_node)(void *priv, dev_t dev);
	/* "device-mapper: …" lines since the last call; NULL: cannot be had. */
	const char *(*log)(void *priv);
	/* OP_EXTRA: 0 or -errno, and a result; NULL: has none of it. */
	int (*extra)(void *priv, const struct step *s, dev_t dev, json_t **result);
	void *priv;
};

struct play {
	struct dm *dm;              /* mangling NONE */
	struct dm_backend *backend; /* the same one, for raw requests */
	const struct play_host *host;
	unsigned major;             /* of dm devices, 254 in the record */
	unsigned minor;             /* of the interface's version */
	bool same_kernel;           /* as the record's */
	size_t played, skipped, differ;
};

/* Plays all against the records of `path`; tells of every difference and every skip on stderr. */
void play_all(struct play *p, const char *path);

/* The data of an answer about names, in hexadecimal, as a little-endian machine has it. */
json_t *play_list_json(const struct dm_ioctl *io);

#endif
