/* Between the files of the fake. */
#ifndef DM_FAKE_INTERNAL_H
#define DM_FAKE_INTERNAL_H

#include "base/strmap.h"
#include "base/vec.h"
#include "dm/fake.h"
#include "dm/internal.h"
#include "target/blkdev.h"
#include "target/target.h"

struct fake_dm;

/* A block device, disk or dm: what is opened. */
struct fake_blk {
	struct blkdev blk;      /* as targets see it; priv is this struct */
	char word[24];          /* MAJOR:MINOR */
	dev_t dev;
	char *path;             /* of a disk, or NULL */
	unsigned opens;         /* all of them */
	unsigned exclusive;     /* by others than tables */
	unsigned claims;        /* by tables */
	struct fake_dm *dm;     /* NULL: a disk */
};

struct fake_line {
	uint64_t start_sectors, nr_sectors;
	const struct target *target;
	char *params;           /* as loaded */
	char *shown;            /* as a table is printed */
};

struct fake_table {
	struct fake_line *lines;
	size_t nr;
	bool read_only;
	bool request_based;
	struct table table;     /* the types of its lines, for tables above; no params */
	struct fake_blk **devs; /* each once, last opened first, as the kernel keeps them */
	size_t nr_devs;
};

/* An opening of a device by any of a dm device's tables: struct table_device. */
struct fake_hold {
	struct fake_blk *blk;
	bool read_only;
	unsigned refs;
};

enum fake_type { FAKE_NONE, FAKE_BIO_BASED, FAKE_REQUEST_BASED };

/* struct mapped_device and its hash_cell. */
struct fake_dm {
	struct fake_blk blk;
	size_t index;           /* in fake->devices */
	char *name, *uuid;      /* uuid NULL: none */
	uint32_t event_nr;
	bool suspended, deferred, read_only;
	bool node;              /* the disk was added */
	enum fake_type type;
	const struct target *immutable; /* type of the live table that must stay */
	struct fake_table *live, *inactive;
	VEC(struct fake_hold) holds;
};

struct fake_failure {
	unsigned cmd, left;
	char *name;             /* NULL: any */
	int error;
};

struct dm_fake {
	struct dm_backend backend;
	struct dm_fake_options o;
	uint32_t version[3];
	struct strmap by_name, by_uuid, by_dev, by_path; /* by_dev and by_path: fake_blk */
	VEC(struct fake_dm *) devices;
	VEC(struct fake_blk *) disks;
	VEC(struct fake_failure) failures;
	unsigned next_minor;    /* none below it is free */
	size_t requests[DM_FAKE_RESUME + 1];
	bool closed;            /* an opening ended: deferred removals may be due */
	struct strbuf log, old_log;
};

/* One request while it is worked on. */
struct call {
	struct dm_fake *f;
	const char *in;         /* the whole request as it came, `size` bytes */
	size_t size;
	struct dm_ioctl p;      /* its head, and the answer's */
	struct strbuf data;     /* the answer's data */
	bool silent;            /* nothing is written back (remove_all, geometry) */
};

typedef int fake_fn(struct call *c);

/* Into the log: "device-mapper: PREFIX: …". */
void fake_log(struct dm_fake *f, const char *prefix, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* __find_device_hash_cell(): writes name, uuid and whether there is an inactive table. */
struct fake_dm *fake_find(struct call *c);
/* __dev_status() */
void fake_dev_status(struct call *c, const struct fake_dm *dm);
/* get_result_buffer(): room for data. */
size_t fake_room(struct call *c);
/* Appends zeroes up to a multiple of 8. */
void fake_align(struct strbuf *b);

struct fake_blk *fake_blk_find(const struct dm_fake *f, dev_t dev);

/* fake_dev.c */
fake_fn fake_create, fake_remove, fake_remove_all, fake_rename, fake_list, fake_status,
	fake_wait, fake_geometry;
void fake_destroy(struct dm_fake *f, struct fake_dm *dm);
/* Removals that waited for the last close. */
void fake_run_deferred(struct dm_fake *f);
void fake_raise(struct fake_dm *dm);

/* fake_table.c */
fake_fn fake_load, fake_clear, fake_suspend, fake_resume;
void fake_drop_table(struct dm_fake *f, struct fake_dm *dm, struct fake_table **t);
/* What a swap that fails leaves behind. */
void fake_resume_failed(struct call *c, struct fake_dm *dm);

/* fake_line.c: lines against their targets' descriptors. */
struct fake_spec {
	uint64_t start_sectors, nr_sectors;
	const char *target, *params;
};
/* The constructors: 0 and a table that holds nothing yet, or -errno after a line in the log. */
int fake_table_new(struct dm_fake *f, struct fake_dm *dm, const struct fake_spec *specs, size_t nr,
		   bool read_only, struct fake_table **ret);
void fake_table_free(struct fake_table *t);
/* dm_calculate_queue_limits(): 0 or -EINVAL after a line in the log. */
int fake_table_limits(struct dm_fake *f, struct fake_dm *dm, const struct fake_table *t,
		      struct limits *ret);

/* fake_answer.c */
fake_fn fake_table_status, fake_deps, fake_versions, fake_target_version, fake_message;
void fake_retrieve_status(struct call *c, const struct fake_dm *dm);

static inline uint64_t fake_table_sectors(const struct fake_table *t)
{
	return t && t->nr ? t->lines[t->nr - 1].start_sectors + t->lines[t->nr - 1].nr_sectors : 0;
}

#endif
