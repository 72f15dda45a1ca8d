/* Tables: load, read back, status, dependencies, messages. */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "dm/internal.h"

static size_t line_size(const struct dm_line *l)
{
	return (sizeof(struct dm_target_spec) + strlen(l->params) + 1 + 7) & ~(size_t)7;
}

/* As populate_table() reads it: `next` counts from each line's own start. */
static void put_lines(char *p, const struct dm_line *lines, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		size_t size = line_size(&lines[i]);
		struct dm_target_spec spec = {
			.sector_start = lines[i].start_sectors,
			.length = lines[i].nr_sectors,
			.next = (uint32_t)size,
		};

		strcpy(spec.target_type, lines[i].target);
		memcpy(p, &spec, sizeof(spec));
		strcpy(p + sizeof(spec), lines[i].params);
		p += size;
	}
}

int dm_load(struct dm *dm, struct dm_id id, const struct dm_line *lines, size_t nr, unsigned flags,
	    struct dm_info *info)
{
	size_t size = REQUEST_HEAD;
	struct request rq;
	int err;

	request_init(&rq, dm, DM_TABLE_LOAD_CMD);
	rq.head.flags = flags & DM_READ_ONLY ? DM_READONLY_FLAG : 0;
	rq.head.target_count = (uint32_t)nr;
	rq.secure = flags & DM_SECURE;
	for (size_t i = 0; i < nr; i++) {
		if (strlen(lines[i].target) >= DM_MAX_TYPE_NAME)
			return -ENAMETOOLONG;
		size += line_size(&lines[i]);
		if (size > REQUEST_MAX)
			return -E2BIG;
	}
	err = request_id(&rq, id);
	if (!err)
		err = request_alloc(&rq, size);
	if (!err) {
		put_lines((char *)rq.io + REQUEST_HEAD, lines, nr);
		err = request_submit(&rq);
	}
	if (!err)
		request_info(&rq, info);
	request_end(&rq);
	return err;
}

static int read_lines(struct dm *dm, struct dm_id id, uint32_t io_flags, unsigned flags, bool secure,
		      struct arena *arena, struct secrets *secrets, struct dm_lines *ret_lines,
		      struct dm_info *info)
{
	struct dm_lines lines = {0};
	struct request rq;
	int err;

	request_init(&rq, dm, DM_TABLE_STATUS_CMD);
	rq.head.flags = io_flags;
	if (flags & DM_INACTIVE)
		rq.head.flags |= DM_QUERY_INACTIVE_TABLE_FLAG;
	if (flags & DM_NOFLUSH)
		rq.head.flags |= DM_NOFLUSH_FLAG;
	rq.secure = secure;
	err = request_id(&rq, id);
	if (!err)
		err = request_run(&rq);
	if (!err)
		err = answer_lines(&rq, arena, secrets, &lines);
	if (!err) {
		*ret_lines = lines;
		request_info(&rq, info);
	}
	request_end(&rq);
	return err;
}

int dm_table(struct dm *dm, struct dm_id id, unsigned flags, struct arena *arena,
	     struct secrets *secrets, struct dm_lines *ret_lines, struct dm_info *info)
{
	return read_lines(dm, id, DM_STATUS_TABLE_FLAG, flags, true, arena, secrets, ret_lines, info);
}

int dm_status(struct dm *dm, struct dm_id id, unsigned flags, struct arena *arena,
	      struct dm_lines *ret_lines, struct dm_info *info)
{
	return read_lines(dm, id, 0, flags, false, arena, NULL, ret_lines, info);
}

int dm_deps(struct dm *dm, struct dm_id id, unsigned flags, struct arena *arena,
	    struct dm_devs *ret_devs, struct dm_info *info)
{
	struct request rq;
	int err;

	request_init(&rq, dm, DM_TABLE_DEPS_CMD);
	if (flags & DM_INACTIVE)
		rq.head.flags |= DM_QUERY_INACTIVE_TABLE_FLAG;
	err = request_id(&rq, id);
	if (!err)
		err = request_run(&rq);
	if (!err)
		err = answer_deps(&rq, arena, ret_devs);
	if (!err)
		request_info(&rq, info);
	request_end(&rq);
	return err;
}

int dm_message(struct dm *dm, struct dm_id id, uint64_t sector, const char *message,
	       unsigned flags, struct arena *arena, const char **ret_answer)
{
	size_t len = strlen(message) + 1;
	struct secrets secrets = {0};
	const char *answer = NULL;
	struct request rq;
	char *data = secret_alloc(&secrets, sizeof(struct dm_target_msg) + len);
	int err;

	memcpy(data, &sector, sizeof(sector));
	memcpy(data + offsetof(struct dm_target_msg, message), message, len);
	request_init(&rq, dm, DM_TARGET_MSG_CMD);
	rq.secure = flags & DM_SECURE;
	rq.data = data;
	rq.len = offsetof(struct dm_target_msg, message) + len;
	err = request_id(&rq, id);
	if (!err)
		err = request_run(&rq);
	if (!err && ret_answer)
		err = answer_message(&rq, arena, &answer);
	if (!err && ret_answer)
		*ret_answer = answer;
	request_end(&rq);
	secrets_release(&secrets);
	return err;
}
