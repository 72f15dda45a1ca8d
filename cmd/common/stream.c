/* Output in pieces. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/io.h"

static int open_file(struct cli *c, struct io_stream *s)
{
	struct stat st;
	bool there = !stat(s->path, &st);
	mode_t mask = umask(0);

	umask(mask);
	if (there && !S_ISREG(st.st_mode)) {
		s->fd = open(s->path, O_WRONLY | O_CLOEXEC);
		return s->fd < 0 ? -errno : 0;
	}
	s->tmp = arena_printf(&c->arena, "%s.XXXXXX", s->path);
	s->fd = mkostemp(s->tmp, O_CLOEXEC);
	if (s->fd < 0) {
		s->tmp = NULL;
		return -errno;
	}
	return fchmod(s->fd, there ? st.st_mode & 07777 : 0666 & ~mask) ? -errno : 0;
}

int io_stream_open(struct cli *c, struct io_stream *s, const char *path)
{
	*s = (struct io_stream){.path = path && strcmp(path, "-") ? path : NULL, .fd = STDOUT_FILENO};
	if (s->path)
		s->error = open_file(c, s);
	else
		fflush(stdout);
	return s->error;
}

int io_stream_write(void *stream, const void *p, size_t len)
{
	struct io_stream *s = stream;
	const char *from = p;

	while (len && !s->error) {
		ssize_t n = write(s->fd, from, len);

		if (n < 0 && errno != EINTR)
			s->error = -errno;
		if (n > 0) {
			from += n;
			len -= (size_t)n;
		}
	}
	return s->error;
}

int io_stream_close(struct cli *c, struct io_stream *s, bool keep)
{
	if (s->path && s->fd >= 0) {
		if (!s->error && keep && fsync(s->fd) && errno != EINVAL)
			s->error = -errno;
		if (close(s->fd) && !s->error)
			s->error = -errno;
	}
	if (s->tmp && !s->error && keep && rename(s->tmp, s->path))
		s->error = -errno;
	if (s->tmp && (s->error || !keep))
		unlink(s->tmp);
	/* Whoever reads a pipe may stop: that is no failure to speak of. */
	if (s->error && s->error != -EPIPE)
		cli_error(c, "cannot write %s: %s", s->path ? s->path : "the output", strerror(-s->error));
	return s->error;
}
