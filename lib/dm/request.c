/* One request: buffer, sending, and sending again when the answer does not fit. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/mem.h"
#include "dm/internal.h"

#define ANSWER_ROOM (16 * 1024) /* first try for requests that answer with data */

static const struct {
	const char *name;
	bool answers; /* with data behind the head */
} commands[] = {
	[DM_VERSION_CMD] = {"DM_VERSION", false},
	[DM_REMOVE_ALL_CMD] = {"DM_REMOVE_ALL", false},
	[DM_LIST_DEVICES_CMD] = {"DM_LIST_DEVICES", true},
	[DM_DEV_CREATE_CMD] = {"DM_DEV_CREATE", false},
	[DM_DEV_REMOVE_CMD] = {"DM_DEV_REMOVE", false},
	[DM_DEV_RENAME_CMD] = {"DM_DEV_RENAME", false},
	[DM_DEV_SUSPEND_CMD] = {"DM_DEV_SUSPEND", false},
	[DM_DEV_STATUS_CMD] = {"DM_DEV_STATUS", false},
	[DM_DEV_WAIT_CMD] = {"DM_DEV_WAIT", false}, /* with the status, which we do not read */
	[DM_TABLE_LOAD_CMD] = {"DM_TABLE_LOAD", false},
	[DM_TABLE_CLEAR_CMD] = {"DM_TABLE_CLEAR", false},
	[DM_TABLE_DEPS_CMD] = {"DM_TABLE_DEPS", true},
	[DM_TABLE_STATUS_CMD] = {"DM_TABLE_STATUS", true},
	[DM_LIST_VERSIONS_CMD] = {"DM_LIST_VERSIONS", true},
	[DM_TARGET_MSG_CMD] = {"DM_TARGET_MSG", true},
	[DM_DEV_SET_GEOMETRY_CMD] = {"DM_DEV_SET_GEOMETRY", false},
	[DM_DEV_ARM_POLL_CMD] = {"DM_DEV_ARM_POLL", false},
	[DM_GET_TARGET_VERSION_CMD] = {"DM_GET_TARGET_VERSION", true},
};

const char *dm_cmd_name(unsigned cmd)
{
	return cmd < ARRAY_SIZE(commands) ? commands[cmd].name : "DM_?";
}

void request_init(struct request *rq, struct dm *dm, unsigned cmd)
{
	*rq = (struct request){
		.dm = dm,
		.cmd = cmd,
		.head.version = {4, 0, 0},
		.head.data_start = REQUEST_HEAD,
		.room = commands[cmd].answers ? ANSWER_ROOM : REQUEST_HEAD,
	};
}

int request_name(struct request *rq, const char *name)
{
	return dm_name_mangle(name, rq->dm->mangling, rq->head.name, sizeof(rq->head.name));
}

int request_uuid(struct request *rq, const char *uuid)
{
	return dm_name_mangle(uuid, rq->dm->mangling, rq->head.uuid, sizeof(rq->head.uuid));
}

int request_id(struct request *rq, struct dm_id id)
{
	bool name = id.name && *id.name, uuid = id.uuid && *id.uuid;

	if (name + uuid + !!id.dev != 1)
		return -EINVAL;
	/* new_encode_dev() of include/linux/kdev_t.h, which is glibc's for these ranges */
	rq->head.dev = id.dev;
	if (id.dev)
		return 0;
	return name ? request_name(rq, id.name) : request_uuid(rq, id.uuid);
}

static struct dm_ioctl *plain_buffer(struct dm *dm, size_t size)
{
	if (size > dm->buf_size) {
		dm->buf = mem_realloc(dm->buf, size);
		dm->buf_size = size;
	}
	return memset(dm->buf, 0, size);
}

int request_alloc(struct request *rq, size_t size)
{
	if (size > REQUEST_MAX)
		return -E2BIG;
	secrets_release(&rq->secrets);
	rq->io = rq->secure ? secret_alloc(&rq->secrets, size) : plain_buffer(rq->dm, size);
	rq->size = size;
	memcpy(rq->io, &rq->head, sizeof(rq->head));
	rq->io->data_size = (uint32_t)size;
	if (rq->secure)
		rq->io->flags |= DM_SECURE_DATA_FLAG;
	return 0;
}

static bool ends(const char *s, size_t size)
{
	return memchr(s, '\0', size) != NULL;
}

int request_submit(struct request *rq)
{
	struct dm_ioctl *io = rq->io;
	int err = rq->dm->backend->submit(rq->dm->backend, rq->cmd, io);

	if (err)
		return err;
	if (io->data_size > rq->size || !ends(io->name, sizeof(io->name)) ||
	    !ends(io->uuid, sizeof(io->uuid)))
		return -EBADMSG;
	return 0;
}

/*
 * A message whose answer does not fit has been taken all the same. The kernel means it to
 * be sent again: dm_stats_message() changes nothing when its answer does not fit.
 */
int request_run(struct request *rq)
{
	size_t size = REQUEST_HEAD + rq->len;
	int err;

	if (size < rq->room)
		size = rq->room;
	for (;;) {
		err = request_alloc(rq, size);
		if (err)
			return err;
		if (rq->len)
			memcpy((char *)rq->io + REQUEST_HEAD, rq->data, rq->len);
		err = request_submit(rq);
		if (err || !(rq->io->flags & DM_BUFFER_FULL_FLAG) || !commands[rq->cmd].answers)
			return err;
		size *= 2;
	}
}

void request_end(struct request *rq)
{
	secrets_release(&rq->secrets);
	rq->io = NULL;
}

static void unmangle(const struct dm *dm, const char *from, char *to, size_t size)
{
	if (dm_name_unmangle(from, dm->mangling, to, size))
		memcpy(to, from, strlen(from) + 1);
}

void request_info(const struct request *rq, struct dm_info *info)
{
	const struct dm_ioctl *io = rq->io;

	if (!info)
		return;
	*info = (struct dm_info){
		.dev = decode_dev(io->dev),
		.open_count = io->open_count,
		.event_nr = io->event_nr,
		.nr_targets = io->target_count,
		.suspended = io->flags & DM_SUSPEND_FLAG,
		.live_table = io->flags & DM_ACTIVE_PRESENT_FLAG,
		.inactive_table = io->flags & DM_INACTIVE_PRESENT_FLAG,
		.read_only = io->flags & DM_READONLY_FLAG,
		.deferred_remove = io->flags & DM_DEFERRED_REMOVE,
		.internal_suspended = io->flags & DM_INTERNAL_SUSPEND_FLAG,
		.uevent = io->flags & DM_UEVENT_GENERATED_FLAG,
		.flags = io->flags,
	};
	unmangle(rq->dm, io->name, info->name, sizeof(info->name));
	unmangle(rq->dm, io->uuid, info->uuid, sizeof(info->uuid));
}
