/*
 * Requests and answers, inside lib/dm.
 *
 *	struct request rq;
 *
 *	request_init(&rq, dm, DM_TABLE_STATUS_CMD);
 *	err = request_id(&rq, id);
 *	if (!err)
 *		err = request_run(&rq);
 *	… rq.io, answer_…(&rq, …)
 *	request_end(&rq);
 */
#ifndef DM_INTERNAL_H
#define DM_INTERNAL_H

#include "dm/dm.h"
#include "dm/nodes.h"

/* The largest request that kernels from 6.6 on take (copy_params()): 1 GiB. */
#define REQUEST_MAX (UINT32_C(1) << 30)
/* Where data begins in what we send; a multiple of 8. */
#define REQUEST_HEAD sizeof(struct dm_ioctl)

_Static_assert(REQUEST_HEAD % 8 == 0, "dm_target_spec would not be aligned");

struct dm {
	struct dm_backend *backend;
	enum dm_mangling mangling;
	struct dm_nodes *nodes;
	struct dm_ioctl *buf; /* of requests without secrets */
	size_t buf_size;
	size_t list_size;     /* what the last list needed */
};

struct request {
	struct dm *dm;
	unsigned cmd;
	struct dm_ioctl head;    /* the request without data; names as they are sent */
	const void *data;        /* its data, `len` bytes */
	size_t len;
	size_t room;             /* least size of the buffer */
	bool secure;
	struct dm_ioctl *io;     /* `size` bytes; the answer after request_run() */
	size_t size;
	struct secrets secrets;  /* owns io where `secure` */
};

void request_init(struct request *rq, struct dm *dm, unsigned cmd);
int request_id(struct request *rq, struct dm_id id);
int request_name(struct request *rq, const char *name);
int request_uuid(struct request *rq, const char *uuid);

/* A zeroed buffer of `size` bytes with the head in it; -E2BIG. */
int request_alloc(struct request *rq, size_t size);
/* Sends what is in the buffer once. */
int request_submit(struct request *rq);
/* Fills a buffer and sends it, again with a larger one while the answer does not fit. */
int request_run(struct request *rq);
/* Wipes and frees; harmless after any failure. */
void request_end(struct request *rq);

void request_info(const struct request *rq, struct dm_info *info);
dev_t decode_dev(uint64_t dev);

/*
 * What an answer holds. Nothing in it is believed: offsets are checked before they are
 * followed, strings before they are read. -EBADMSG where it does not hold together.
 */
int answer_names(const struct request *rq, struct arena *arena, struct dm_names *ret);
int answer_lines(const struct request *rq, struct arena *arena, struct secrets *secrets,
		 struct dm_lines *ret);
int answer_deps(const struct request *rq, struct arena *arena, struct dm_devs *ret);
int answer_versions(const struct request *rq, struct arena *arena, struct dm_versions *ret);
int answer_message(const struct request *rq, struct arena *arena, const char **ret);

#endif
