/*
 * Any bytes as the kernel's answer to a request: the first byte says to which, the others
 * are laid over struct dm_ioctl and what follows it.
 */
#include <stdint.h>
#include <string.h>

#include "dm/dm.h"
#include "dm/kmsg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct puppet {
	struct dm_backend b;
	const uint8_t *data;
	size_t size;
	unsigned full; /* so often the answer may say that it did not fit */
};

static int submit(struct dm_backend *b, unsigned cmd, struct dm_ioctl *io)
{
	struct puppet *p = (struct puppet *)b;
	size_t room = io->data_size;

	(void)cmd;
	memcpy(io, p->data, p->size < room ? p->size : room);
	if (io->flags & DM_BUFFER_FULL_FLAG && !p->full--)
		return -1;
	return 0;
}

static void keep(struct dm_backend *b)
{
	(void)b;
}

static void ask(struct dm *dm, unsigned what, struct arena *arena)
{
	struct dm_id id = dm_by_name("a");
	struct dm_target_version version;
	struct dm_versions versions;
	struct secrets secrets = {0};
	struct dm_names names;
	struct dm_lines lines;
	struct dm_devs devs;
	struct dm_info info;
	const char *answer;

	switch (what % 8) {
	case 0:
		dm_list(dm, arena, &names);
		break;
	case 1:
		dm_table(dm, id, 0, arena, &secrets, &lines, &info);
		break;
	case 2:
		dm_status(dm, id, 0, arena, &lines, &info);
		break;
	case 3:
		dm_deps(dm, id, 0, arena, &devs, &info);
		break;
	case 4:
		dm_list_versions(dm, arena, &versions);
		break;
	case 5:
		dm_get_target_version(dm, "linear", version.version);
		break;
	case 6:
		dm_message(dm, id, 0, "x", 0, arena, &answer);
		break;
	case 7:
		dm_info(dm, id, 0, &info);
		break;
	}
	secrets_release(&secrets);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct puppet p = {{submit, keep}, data + 1, size - 1, 3};
	struct strbuf log = STRBUF_INIT;
	struct arena arena;
	struct dm *dm;

	if (!size)
		return 0;
	arena_init(&arena);
	dm = dm_new(&p.b, NULL);
	ask(dm, data[0], &arena);
	dm_kmsg_parse((const char *)data, size, &log);
	strbuf_release(&log);
	dm_free(dm);
	arena_release(&arena);
	return 0;
}
