/* Between the files of lib/layout. */
#ifndef LAYOUT_INTERNAL_H
#define LAYOUT_INTERNAL_H

#include "layout/layout.h"
#include "target/params.h"

/* What a name of the layout stands for. */
struct named {
	const char *name;
	struct device *device; /* one of the two */
	struct volume *volume;
	struct span span;
};

/* Findings at a node. */
struct finding *node_report(const struct layout *l, const struct node *n, const struct finding_kind *kind,
			    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* `n` must be of this kind, else layout.type: "volumes: expected a map, found a list". */
bool node_expect(const struct layout *l, const struct node *n, enum node_kind kind, const char *what);

/* layout.unknown-key at every key of the map that is not in `keys`; false where one was. */
bool node_check_keys(const struct layout *l, const struct node *map, const char *const *keys,
		     const char *what);

/* Scalars. On failure a finding was added and false is returned. */
bool node_text(const struct layout *l, const struct node *n, const char *what, const char **ret);
bool node_u64(const struct layout *l, const struct node *n, const char *what, uint64_t *ret);
bool node_flag(const struct layout *l, const struct node *n, const char *what, bool *ret);
/* A size in bytes; `whole` (0: unknown) is what a percentage counts from, in bytes. */
bool node_size(const struct layout *l, const struct node *n, const char *what, uint64_t whole,
	       uint64_t *ret);
/* The same, which must be whole sectors. */
bool node_sectors(const struct layout *l, const struct node *n, const char *what, uint64_t whole_sectors,
		  uint64_t *ret);
bool node_duration(const struct layout *l, const struct node *n, const char *what, uint64_t *ret_ms);

/* devices: (device.c, lookup.c) */
void load_devices(struct layout *l, const struct node *map, const struct layout_options *o);
/* Fills in d->blk from what the system has; findings at d->node. */
void device_lookup(struct layout *l, struct device *d, const struct node *size);

/* volumes: (volume.c, read.c) */
void load_all_volumes(struct layout *l, const struct node *const *maps, size_t nr);
bool add_device_name(struct layout *l, struct device *d, const struct node *key);
void volume_set_reader(struct volume *v);

/* References (ref.c). */
struct ref {
	const struct blkdev *dev;
	uint64_t start_sectors;
	uint64_t nr_sectors; /* 0: to the end */
	bool part;           /* not the whole device */
};

bool load_ref(struct layout *l, const struct node *n, const char *what, struct ref *ret);
/* The name of the device or volume that a reference begins with, or NULL. */
const struct named *ref_named(const struct layout *l, const struct node *n);

/* Segments (fields.c). */
struct segment {
	struct layout *l;
	struct volume *v;
	const struct target *target;
	const struct node *node;
	size_t index;
};

/* The target's params from a segment's map; keys that the language itself reads are skipped. */
bool load_params(struct segment *s, void *params);
/* The value of a row's key in a map: NULL where there is none. */
const struct node *row_node(const struct node *map, const struct word *row);
bool is_language_key(const struct node *key);

/* Whole-device words that refer to a part get a linear volume of their own (volume.c). */
const struct blkdev *implicit_volume(struct segment *s, const struct word *repeat, size_t item,
				     const struct word *row, const struct ref *ref,
				     const struct node *at);

/* Secrets (key.c). */
bool load_key(struct layout *l, const struct node *n, const char *what, struct key *ret);

/* expect: (expect.c) */
void load_expects(struct layout *l, const struct node *list);

extern const struct finding_kind F_VERSION, F_TYPE, F_UNKNOWN_KEY, F_MISSING_KEY, F_BOOLEAN,
	F_SIZE, F_NO_UNIT, F_NOT_SECTORS, F_INTEGER, F_WORD, F_NAME, F_NAME_TWICE, F_UNKNOWN_NAME,
	F_SELECTOR, F_SLICES, F_INCLUDE, F_PARAM, F_CYCLE, F_NO_TARGET, F_NO_SIZE,
	F_UNIT_WHOLE, F_KEY_SOURCE, F_KEY_READ, F_KEY_IN_FILE, F_DEVICE_AMBIGUOUS, F_DEVICE_SIZE,
	F_REF_RANGE, F_VERSION_NEWER, F_LIST_WORD, F_PERCENT;

#endif
