/* Devices: create, suspend, resume, rename, remove, list; versions. */
#include "dm/dm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/mem.h"
#include "dm/internal.h"

#define MINOR_MAX ((1 << 20) - 1)

struct dm *dm_new(struct dm_backend *backend, const struct dm_options *o)
{
	struct dm *dm = mem_calloc(1, sizeof(*dm));

	dm->backend = backend;
	if (o) {
		dm->mangling = o->mangling;
		dm->nodes = o->nodes;
	}
	return dm;
}

void dm_free(struct dm *dm)
{
	if (!dm)
		return;
	dm_backend_free(dm->backend);
	free(dm->buf);
	free(dm);
}

/* ---- the whole interface ---- */

int dm_version(struct dm *dm, uint32_t ret_version[3])
{
	struct request rq;
	int err;

	request_init(&rq, dm, DM_VERSION_CMD);
	err = request_run(&rq);
	if (!err)
		memcpy(ret_version, rq.io->version, sizeof(rq.io->version));
	request_end(&rq);
	return err;
}

/* Kernels whose lists have no uuid: asks for each. Devices can vanish meanwhile. */
static int add_uuids(struct dm *dm, struct arena *arena, struct dm_names *names)
{
	size_t kept = 0;

	for (size_t i = 0; i < names->nr; i++) {
		struct dm_name n = names->v[i];
		struct dm_info info;

		if (!n.uuid) {
			int err = dm_info(dm, dm_by_dev(n.dev), 0, &info);

			if (err == -ENXIO)
				continue;
			if (err)
				return err;
			n.uuid = arena_strdup(arena, info.uuid);
		}
		names->v[kept++] = n;
	}
	names->nr = kept;
	return 0;
}

int dm_list(struct dm *dm, struct arena *arena, struct dm_names *ret_names)
{
	struct dm_names names = {0};
	struct request rq;
	int err;

	request_init(&rq, dm, DM_LIST_DEVICES_CMD);
	rq.head.flags = DM_UUID_FLAG;
	if (dm->list_size > rq.room)
		rq.room = dm->list_size;
	err = request_run(&rq);
	if (!err) {
		dm->list_size = rq.size;
		err = answer_names(&rq, arena, &names);
	}
	request_end(&rq);
	if (!err)
		err = add_uuids(dm, arena, &names);
	if (!err)
		*ret_names = names;
	return err;
}

int dm_list_versions(struct dm *dm, struct arena *arena, struct dm_versions *ret_versions)
{
	struct request rq;
	int err;

	request_init(&rq, dm, DM_LIST_VERSIONS_CMD);
	err = request_run(&rq);
	if (!err)
		err = answer_versions(&rq, arena, ret_versions);
	request_end(&rq);
	return err;
}

static int find_version(const struct dm_versions *versions, const char *target, uint32_t ret_version[3])
{
	for (size_t i = 0; i < versions->nr; i++)
		if (!strcmp(versions->v[i].name, target)) {
			memcpy(ret_version, versions->v[i].version, sizeof(versions->v[i].version));
			return 0;
		}
	return -EINVAL;
}

int dm_get_target_version(struct dm *dm, const char *target, uint32_t ret_version[3])
{
	struct dm_versions versions = {0};
	struct arena arena;
	struct request rq;
	int err = -ENAMETOOLONG;

	arena_init(&arena);
	request_init(&rq, dm, DM_GET_TARGET_VERSION_CMD);
	if (strlen(target) < DM_MAX_TYPE_NAME) {
		strcpy(rq.head.name, target);
		err = request_run(&rq);
	}
	if (!err)
		err = answer_versions(&rq, &arena, &versions);
	request_end(&rq);
	if (err == -ENOTTY)
		err = dm_list_versions(dm, &arena, &versions);
	if (!err)
		err = find_version(&versions, target, ret_version);
	arena_release(&arena);
	return err;
}

/* ---- devices ---- */

static int finish(struct request *rq, int err, struct dm_info *info)
{
	if (!err)
		request_info(rq, info);
	request_end(rq);
	return err;
}

int dm_create(struct dm *dm, const char *name, const char *uuid, int minor, struct dm_info *info)
{
	struct request rq;
	int err;

	if (minor < -1 || minor > MINOR_MAX)
		return -EINVAL;
	request_init(&rq, dm, DM_DEV_CREATE_CMD);
	if (minor >= 0) {
		rq.head.flags |= DM_PERSISTENT_DEV_FLAG;
		rq.head.dev = makedev(0, (unsigned)minor);
	}
	err = request_name(&rq, name);
	if (!err)
		err = request_uuid(&rq, uuid ? uuid : "");
	if (!err)
		err = request_run(&rq);
	return finish(&rq, err, info);
}

static uint32_t io_flags(unsigned flags)
{
	static const struct {
		unsigned ours;
		uint32_t kernels;
	} map[] = {
		{DM_READ_ONLY, DM_READONLY_FLAG},
		{DM_NOFLUSH, DM_NOFLUSH_FLAG},
		{DM_SKIP_LOCKFS, DM_SKIP_LOCKFS_FLAG},
		{DM_DEFERRED, DM_DEFERRED_REMOVE},
		{DM_INACTIVE, DM_QUERY_INACTIVE_TABLE_FLAG},
	};
	uint32_t r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(map); i++)
		if (flags & map[i].ours)
			r |= map[i].kernels;
	return r;
}

/* A request about one device that takes and brings no data. */
static int simple(struct request *rq, struct dm *dm, unsigned cmd, struct dm_id id, uint32_t flags)
{
	int err;

	request_init(rq, dm, cmd);
	rq->head.flags = flags;
	err = request_id(rq, id);
	return err ? err : request_run(rq);
}

int dm_clear(struct dm *dm, struct dm_id id, struct dm_info *info)
{
	struct request rq;

	return finish(&rq, simple(&rq, dm, DM_TABLE_CLEAR_CMD, id, 0), info);
}

int dm_suspend(struct dm *dm, struct dm_id id, unsigned flags, struct dm_info *info)
{
	struct request rq;

	return finish(&rq, simple(&rq, dm, DM_DEV_SUSPEND_CMD, id, DM_SUSPEND_FLAG | io_flags(flags)), info);
}

int dm_info(struct dm *dm, struct dm_id id, unsigned flags, struct dm_info *info)
{
	struct request rq;

	return finish(&rq, simple(&rq, dm, DM_DEV_STATUS_CMD, id, io_flags(flags)), info);
}

int dm_wait(struct dm *dm, struct dm_id id, uint32_t event_nr, struct dm_info *info)
{
	struct request rq;
	int err;

	request_init(&rq, dm, DM_DEV_WAIT_CMD);
	rq.head.event_nr = event_nr;
	err = request_id(&rq, id);
	if (!err)
		err = request_run(&rq);
	return finish(&rq, err, info);
}

/* ---- requests that udev hears of ---- */

static int run_with_uevent(struct request *rq)
{
	int err;

	if (!rq->dm->nodes)
		return request_run(rq);
	rq->head.event_nr = dm_nodes_begin(rq->dm->nodes);
	err = request_run(rq);
	if (err)
		dm_nodes_cancel(rq->dm->nodes);
	return err;
}

static bool had_uevent(const struct request *rq)
{
	return rq->io->flags & DM_UEVENT_GENERATED_FLAG;
}

int dm_resume(struct dm *dm, struct dm_id id, unsigned flags, struct dm_info *info)
{
	struct request rq;
	int err;

	request_init(&rq, dm, DM_DEV_SUSPEND_CMD);
	rq.head.flags = io_flags(flags);
	err = request_id(&rq, id);
	if (!err)
		err = run_with_uevent(&rq);
	if (!err && dm->nodes)
		dm_nodes_resumed(dm->nodes, rq.io->name, decode_dev(rq.io->dev), had_uevent(&rq));
	return finish(&rq, err, info);
}

int dm_remove(struct dm *dm, struct dm_id id, unsigned flags, struct dm_info *info)
{
	struct request rq;
	int err;

	request_init(&rq, dm, DM_DEV_REMOVE_CMD);
	rq.head.flags = io_flags(flags);
	err = request_id(&rq, id);
	if (!err)
		err = run_with_uevent(&rq);
	if (!err && dm->nodes) {
		if (rq.io->flags & DM_DEFERRED_REMOVE) /* still there */
			dm_nodes_cancel(dm->nodes);
		else
			dm_nodes_removed(dm->nodes, rq.io->name, had_uevent(&rq));
	}
	return finish(&rq, err, info);
}

static int rename_to(struct request *rq, struct dm *dm, const char *name, const char *text, uint32_t flags)
{
	int err;

	request_init(rq, dm, DM_DEV_RENAME_CMD);
	rq->head.flags = flags;
	rq->data = text;
	rq->len = strlen(text) + 1;
	err = request_name(rq, name);
	return err ? err : run_with_uevent(rq);
}

int dm_rename(struct dm *dm, const char *name, const char *new_name, struct dm_info *info)
{
	char text[DM_NAME_LEN];
	struct request rq = {.dm = dm};
	int err = dm_name_mangle(new_name, dm->mangling, text, sizeof(text));

	if (!err)
		err = rename_to(&rq, dm, name, text, 0);
	if (!err && dm->nodes)
		dm_nodes_renamed(dm->nodes, rq.io->name, text, decode_dev(rq.io->dev), had_uevent(&rq));
	return finish(&rq, err, info);
}

int dm_set_uuid(struct dm *dm, const char *name, const char *uuid, struct dm_info *info)
{
	char text[DM_UUID_LEN];
	struct request rq = {.dm = dm};
	int err = dm_name_mangle(uuid, dm->mangling, text, sizeof(text));

	if (!err)
		err = rename_to(&rq, dm, name, text, DM_UUID_FLAG);
	if (!err && dm->nodes)
		dm_nodes_renamed(dm->nodes, rq.io->name, rq.io->name, decode_dev(rq.io->dev), had_uevent(&rq));
	return finish(&rq, err, info);
}
