#include "dm/record.h"

#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/mem.h"
#include "dm/internal.h"

struct recorder {
	struct dm_backend b;
	struct dm_backend *inner;
	struct strbuf *out;
	bool reads;
};

static const char *verb(unsigned cmd, uint32_t flags)
{
	switch (cmd) {
	case DM_VERSION_CMD:
		return "version";
	case DM_REMOVE_ALL_CMD:
		return "remove-all";
	case DM_LIST_DEVICES_CMD:
		return "list";
	case DM_DEV_CREATE_CMD:
		return "create";
	case DM_DEV_REMOVE_CMD:
		return "remove";
	case DM_DEV_RENAME_CMD:
		return flags & DM_UUID_FLAG ? "setuuid" : "rename";
	case DM_DEV_SUSPEND_CMD:
		return flags & DM_SUSPEND_FLAG ? "suspend" : "resume";
	case DM_DEV_STATUS_CMD:
		return "info";
	case DM_DEV_WAIT_CMD:
		return "wait";
	case DM_TABLE_LOAD_CMD:
		return "load";
	case DM_TABLE_CLEAR_CMD:
		return "clear";
	case DM_TABLE_DEPS_CMD:
		return "deps";
	case DM_TABLE_STATUS_CMD:
		return flags & DM_STATUS_TABLE_FLAG ? "table" : "status";
	case DM_LIST_VERSIONS_CMD:
	case DM_GET_TARGET_VERSION_CMD:
		return "targets";
	case DM_TARGET_MSG_CMD:
		return "message";
	default:
		return dm_cmd_name(cmd);
	}
}

static bool changes(unsigned cmd)
{
	switch (cmd) {
	case DM_REMOVE_ALL_CMD:
	case DM_DEV_CREATE_CMD:
	case DM_DEV_REMOVE_CMD:
	case DM_DEV_RENAME_CMD:
	case DM_DEV_SUSPEND_CMD:
	case DM_TABLE_LOAD_CMD:
	case DM_TABLE_CLEAR_CMD:
	case DM_TARGET_MSG_CMD:
	case DM_DEV_SET_GEOMETRY_CMD:
		return true;
	default:
		return false;
	}
}

static void add_id(struct strbuf *out, unsigned cmd, const struct dm_ioctl *io)
{
	if (*io->name)
		strbuf_addf(out, " %s", io->name);
	if (*io->uuid)
		strbuf_addf(out, " uuid %s", io->uuid);
	if (cmd == DM_DEV_CREATE_CMD && (io->flags & DM_PERSISTENT_DEV_FLAG))
		strbuf_addf(out, " minor %u", minor(decode_dev(io->dev)));
	else if (io->dev)
		strbuf_addf(out, " %u:%u", major(decode_dev(io->dev)), minor(decode_dev(io->dev)));
}

static void add_flags(struct strbuf *out, unsigned cmd, uint32_t flags)
{
	static const struct {
		uint32_t flag;
		const char *word;
	} words[] = {
		{DM_READONLY_FLAG, "read-only"}, {DM_NOFLUSH_FLAG, "noflush"},
		{DM_SKIP_LOCKFS_FLAG, "skip-lockfs"}, {DM_DEFERRED_REMOVE, "deferred"},
		{DM_QUERY_INACTIVE_TABLE_FLAG, "inactive"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (flags & words[i].flag)
			strbuf_addf(out, " %s", words[i].word);
	if (cmd == DM_TABLE_LOAD_CMD && (flags & DM_SECURE_DATA_FLAG))
		strbuf_adds(out, " secret");
}

/* The lines that we put there ourselves, so that offsets can be followed. */
static void add_lines(struct strbuf *out, const struct dm_ioctl *io)
{
	const char *p = (const char *)io + io->data_start;

	for (uint32_t i = 0; i < io->target_count; i++) {
		struct dm_target_spec spec;

		memcpy(&spec, p, sizeof(spec));
		strbuf_addf(out, "        %llu %llu %s", (unsigned long long)spec.sector_start,
			    (unsigned long long)spec.length, spec.target_type);
		if (io->flags & DM_SECURE_DATA_FLAG)
			strbuf_adds(out, " …");
		else if (p[sizeof(spec)])
			strbuf_addf(out, " %s", p + sizeof(spec));
		strbuf_addch(out, '\n');
		p += spec.next;
	}
}

static void add_message(struct strbuf *out, const struct dm_ioctl *io)
{
	const char *p = (const char *)io + io->data_start;
	uint64_t sector;

	memcpy(&sector, p, sizeof(sector));
	strbuf_addf(out, " %llu %s", (unsigned long long)sector,
		    io->flags & DM_SECURE_DATA_FLAG ? "…" : p + sizeof(sector));
}

static int record_submit(struct dm_backend *b, unsigned cmd, struct dm_ioctl *io)
{
	struct recorder *r = (struct recorder *)b;
	struct strbuf tail = STRBUF_INIT;
	int err;

	if (!r->reads && !changes(cmd))
		return r->inner->submit(r->inner, cmd, io);
	strbuf_addf(r->out, "%-7s", verb(cmd, io->flags));
	add_id(r->out, cmd, io);
	if (cmd == DM_DEV_RENAME_CMD)
		strbuf_addf(r->out, " to %s", (const char *)io + io->data_start);
	if (cmd == DM_TARGET_MSG_CMD)
		add_message(r->out, io);
	add_flags(r->out, cmd, io->flags);
	if (cmd == DM_TABLE_LOAD_CMD)
		add_lines(&tail, io); /* the answer overwrites them */
	err = r->inner->submit(r->inner, cmd, io);
	if (err)
		strbuf_addf(r->out, " = %s", strerrorname_np(-err) ? strerrorname_np(-err) : "?");
	strbuf_addch(r->out, '\n');
	strbuf_adds(r->out, strbuf_str(&tail));
	strbuf_release(&tail);
	return err;
}

static void record_free(struct dm_backend *b)
{
	struct recorder *r = (struct recorder *)b;

	dm_backend_free(r->inner);
	free(r);
}

struct dm_backend *dm_record_new(struct dm_backend *inner, struct strbuf *out, bool reads)
{
	struct recorder *r = mem_calloc(1, sizeof(*r));

	*r = (struct recorder){{record_submit, record_free}, inner, out, reads};
	return &r->b;
}
