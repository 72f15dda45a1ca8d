/*
 * Records of /dev/kmsg (Documentation/ABI/testing/dev-kmsg): "prio,seq,usec,flags;text", then
 * lines that begin with a blank. One read(2) gives one record.
 */
#include "dm/kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

#define RECORD_MAX 8192 /* CONSOLE_EXT_LOG_MAX of older kernels, larger than all later ones */

struct dm_kmsg {
	int fd;
};

int dm_kmsg_open(struct dm_kmsg **ret_kmsg, const char *path)
{
	int fd = open(path ? path : "/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct dm_kmsg *k;

	if (fd < 0)
		return -errno;
	k = mem_calloc(1, sizeof(*k));
	k->fd = fd;
	dm_kmsg_mark(k);
	*ret_kmsg = k;
	return 0;
}

void dm_kmsg_free(struct dm_kmsg *k)
{
	if (!k)
		return;
	close(k->fd);
	free(k);
}

void dm_kmsg_mark(struct dm_kmsg *k)
{
	if (k)
		(void)!lseek(k->fd, 0, SEEK_END);
}

void dm_kmsg_parse(const char *text, size_t len, struct strbuf *out)
{
	static const char prefix[] = "device-mapper: ";
	const char *end = text + len;

	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		const char *line = memchr(text, ';', (size_t)((stop ? stop : end) - text));

		stop = stop ? stop : end;
		if (*text != ' ' && line && (size_t)(stop - ++line) > sizeof(prefix) - 1 &&
		    !memcmp(line, prefix, sizeof(prefix) - 1)) {
			line += sizeof(prefix) - 1;
			if (out->len)
				strbuf_addch(out, '\n');
			strbuf_add(out, line, (size_t)(stop - line));
		}
		text = stop + 1;
	}
}

const char *dm_kmsg_read(struct dm_kmsg *k, struct arena *arena)
{
	struct strbuf out = STRBUF_INIT;
	char record[RECORD_MAX];
	const char *text = NULL;
	ssize_t n;

	if (!k)
		return NULL;
	/* EPIPE: records were overwritten before they were read; the next read goes on behind. */
	do {
		n = read(k->fd, record, sizeof(record));
		if (n > 0)
			dm_kmsg_parse(record, (size_t)n, &out);
	} while (n > 0 || (n < 0 && (errno == EPIPE || errno == EINTR)));
	if (out.len)
		text = arena_strndup(arena, out.buf, out.len);
	strbuf_release(&out);
	return text;
}
