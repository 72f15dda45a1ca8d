/*
 * The difference between a layout and what runs, as ordered steps.
 *
 * plan_make() looks and never writes: devices are opened read-only, the kernel is only
 * asked. apply.h does the steps. Everything lives in the arena of the running state, which
 * is a secret one: tables can hold keys. Printers never show them.
 *
 * A volume is the device that has its uuid; without a uuid, the device that has its name
 * and no uuid either. Devices whose uuid begins with "DMC-<layout's name>-" and that the
 * layout has no longer are removed.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "compile/compile.h"
#include "plan/running.h"

enum plan_action { PLAN_KEEP, PLAN_CREATE, PLAN_CHANGE, PLAN_REMOVE };

enum change_what {
	CHANGE_TABLE = 1 << 0,      /* other words: a reload */
	CHANGE_READ_ONLY = 1 << 1,  /* another mode: a reload */
	CHANGE_NAME = 1 << 2,
	CHANGE_UNFINISHED = 1 << 3, /* was created and has no live table yet */
	CHANGE_SUSPENDED = 1 << 4,  /* was left suspended */
	CHANGE_LEFTOVER = 1 << 5,   /* has an inactive table that nobody resumed */
};

#define CHANGE_RELOADS (CHANGE_TABLE | CHANGE_READ_ONLY | CHANGE_UNFINISHED)

/* A word that differs; texts are for people and hold no keys. NULL: was or is not there. */
struct word_change {
	const char *word; /* "chunk_size", "stripes[1].device", "segments" */
	const char *before, *after;
	bool moves;       /* addresses of the volume will show other bytes */
};

struct plan_change {
	enum plan_action action;
	unsigned what;                 /* enum change_what, for PLAN_CHANGE */
	const char *name;              /* of the kernel's device when all is done */
	const struct volume *volume;   /* NULL: PLAN_REMOVE */
	struct running_device *running; /* NULL: not there yet */
	struct word_change *words;
	size_t nr_words, nr_words_left_out;
	uint64_t old_sectors, new_sectors;
};

/* Bytes that are made blank before a load, because that was allowed. */
struct plan_format {
	struct plan_change *change; /* whose table will be loaded */
	const struct blkdev *dev;
	uint64_t off, len;
	void *old;                  /* apply: what stood there; to undo */
};

struct plan_step {
	enum step_kind kind;
	struct plan_change *change;
	const struct device *device; /* STEP_ATTACH */
	struct plan_format *format;  /* STEP_FORMAT */
	const char *message, *undo;  /* STEP_MESSAGE, and the one that takes it back */
	struct plan_change *for_change; /* STEP_MESSAGE: whose table needs it */
	const char *risk;            /* what could be lost or wait; NULL: nothing */
	bool no_flush;               /* STEP_SUSPEND: I/O under way goes to the new table */
};

/* A device of the layout on this system. */
struct plan_device {
	const struct device *device;
	dev_t dev;        /* 0: none yet, or not known here */
	const char *loop; /* "/dev/loop3": the image file's; NULL */
	bool used;        /* a new or changed table will open it */
	bool written;     /* and not only for reading */
};

struct plan_options {
	/* Finds the loop device of an image file: 0, -ENOENT. NULL: there are none. */
	int (*find_loop)(const char *path, char ret_path[static 32], dev_t *ret_dev);
	/* What is allowed although data may be lost: "shrink:VOLUME", "format:VOLUME". */
	const char *const *allow;
	size_t nr_allow;
	bool open_too;           /* plan_remove(): devices in use are no obstacle */
};

struct plan {
	const struct layout *layout;
	struct running *running;
	struct arena *arena;
	const struct plan_options *o;
	struct plan_device *devices;    /* as layout->devices */
	size_t nr_devices;
	struct strmap by_number;        /* "8:16" -> struct blkdev of the layout */
	struct strmap by_name;          /* name of a device -> struct plan_device */
	VEC(struct plan_change *) changes; /* volumes in dependency order, then removals from the top */
	VEC(struct plan_step) steps;
	VEC(struct plan_format *) formats;
	size_t nr[PLAN_REMOVE + 1];     /* by action */
	struct strmap attached;         /* names of devices that get a loop device */
	bool removes_all;               /* made by plan_remove() */
};

/*
 * Returns 0 also where findings say that the plan cannot be carried out; -EINVAL where it
 * could not be made, or another -errno of the kernel, after findings. Release in every case.
 */
int plan_make(struct plan *ret, const struct layout *l, struct running *running,
	      const struct plan_options *o, struct diag *diag);

/* The plan that takes the layout's running devices down, users first. */
int plan_remove(struct plan *ret, const struct layout *l, struct running *running,
		const struct plan_options *o, struct diag *diag);

void plan_release(struct plan *p);

static inline bool plan_is_empty(const struct plan *p)
{
	return !p->steps.nr;
}

/* Number of a device that a table names: a volume that runs, or a device; 0: not known. */
dev_t plan_dev(const struct plan *p, const struct blkdev *dev);

/* An emit_ctx hook: numbers where they are known; priv is the plan. */
const char *plan_dev_text(const struct emit_ctx *c, const struct blkdev *dev);

/* For people: what changes, and why it could hurt. `steps`: each step, too. */
void plan_print(const struct plan *p, bool steps, bool color, struct strbuf *out);
/* One step: "load home", "message pool: create_thin 1". */
void plan_print_step(const struct plan_step *s, struct strbuf *out);
/* For programs. */
void plan_print_json(const struct plan *p, struct strbuf *out);

extern const struct finding_kind *const plan_findings[]; /* NULL-terminated */

#endif
