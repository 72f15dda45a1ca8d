/*
 * A layout: the YAML file as devices, volumes and expectations, resolved.
 *
 * layout_load() reads a file (and what it includes), looks the devices up, puts the
 * volumes into dependency order and converts every segment to its target's params, so
 * that each volume has a table as the kernel would get it. It reports what cannot be
 * understood; whether the kernel would take the result is compile/check.h's question.
 *
 * Everything lives in the arena that is passed in, except keys, which live in locked
 * memory and are wiped by layout_release().
 */
#ifndef LAYOUT_LAYOUT_H
#define LAYOUT_LAYOUT_H

#include "base/secret.h"
#include "base/strmap.h"
#include "base/vec.h"
#include "layout/node.h"
#include "target/table.h"

enum selector {
	SELECT_PATH, SELECT_FILE, SELECT_DEV, SELECT_UUID, SELECT_PARTUUID, SELECT_LABEL,
	SELECT_PARTLABEL, SELECT_SERIAL, SELECT_WWN,
};

/* A named range of a device. */
struct slice {
	const char *name;
	uint64_t start_sectors, nr_sectors;
	struct span span;
};

struct device {
	struct blkdev blk; /* .word: the path that was found, or what the layout says */
	const char *name;
	enum selector selector;
	const char *value;
	const char *path;        /* of the node or image file; NULL: none was found, or SELECT_DEV */
	const struct node *node;
	struct slice *slices;
	size_t nr_slices;
};

struct volume {
	struct blkdev blk;       /* as others see it: /dev/mapper/NAME */
	const char *name;
	const char *dm_name;     /* of the kernel's device, not mangled */
	const char *dm_uuid;     /* NULL: none */
	long minor;              /* -1: any */
	struct table table;
	const struct node *node; /* NULL: an implicit one */
	const struct node **lines; /* of each line; NULL: all are `node` */
	const struct volume *user; /* of an implicit one: whose device word it stands for */
	struct span span;        /* its name, or the reference that made it */
	size_t index;            /* in the layout's list */
	bool failed;             /* could not be converted; findings say why */
};

/* One assertion: `expect: [{volume: home, min_size: 1TiB}]`. */
struct expect {
	const struct volume *volume;
	const struct node *node;
};

struct layout {
	struct arena *arena;
	struct diag *diag;
	const struct target_list *targets;
	struct tree tree;
	const char *name;          /* NULL: none */
	/*
	 * What its volumes' uuids begin with, "DMC-store-"; NULL without a name. A dash of the
	 * name is doubled there, or `a` would take the volumes of `a-b` for its own.
	 */
	const char *uuid_prefix;
	const char **kernels;      /* requires: kernel */
	struct span *kernel_spans;
	size_t nr_kernels;
	VEC(struct device *) devices;
	VEC(struct volume *) volumes; /* dependency order: users behind what they use */
	VEC(struct expect) expects;
	struct strmap names;       /* struct named: devices and volumes */
	struct secrets secrets;
	const char *dir;           /* of the file: image files are relative to it */
};

struct layout_param {
	const char *name, *value;
};

struct layout_options {
	const struct target_list *targets;
	const struct layout_param *params; /* override the file's params */
	size_t nr_params;
	bool no_devices;           /* do not look at devices at all: for tests and fuzzing */
};

/*
 * Reads and resolves `src`. Returns 0, or -EINVAL when findings with errors were added;
 * then the layout holds what could be understood, volumes that could not have .failed.
 * Included files are read relative to `src`'s name. Release in every case.
 */
int layout_load(struct layout *l, const struct source *src, const struct layout_options *o,
		struct arena *arena, struct diag *diag);
void layout_release(struct layout *l);

struct volume *layout_volume(const struct layout *l, const char *name);
/* True where a uuid (NULL: none) is one that the layout gives to its volumes. */
bool layout_owns_uuid(const struct layout *l, const char *uuid);
struct device *layout_device(const struct layout *l, const char *name);

/*
 * Reads the volume's bytes from a node from now on: it runs, and its stack with it. NULL:
 * by its tables again.
 */
void volume_read_from(struct volume *v, const char *node);

/* Place of a volume's line or word, for findings: a struct line_ctx `locate` hook. */
struct volume_place {
	const struct layout *layout;
	const struct volume *volume;
};

struct span layout_locate(const struct line_ctx *c, const struct word *repeat, size_t item,
			  const struct word *row);

extern const struct finding_kind *const layout_findings[]; /* NULL-terminated */

#endif
