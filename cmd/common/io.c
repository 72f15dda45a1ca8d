#include "common/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_SIZE (UINT32_MAX - 1u)

static int read_all(int fd, struct strbuf *b)
{
	char buf[65536];

	for (;;) {
		ssize_t n = read(fd, buf, sizeof(buf));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return 0;
		if (b->len + (size_t)n > MAX_SIZE)
			return -EFBIG;
		strbuf_add(b, buf, (size_t)n);
	}
}

/* A file's size is known: straight into the arena. */
static int read_file(struct cli *c, int fd, size_t size, struct source *src)
{
	char *text = arena_alloc(&c->arena, size + 1);
	size_t nr = 0;

	while (nr < size) {
		ssize_t n = read(fd, text + nr, size - nr);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		nr += (size_t)n;
	}
	src->text = text;
	src->len = nr;
	return 0;
}

static int read_fd(struct cli *c, int fd, struct source *src)
{
	struct strbuf b = {.secret = c->arena.secrets};
	struct stat st;
	int r;

	if (fstat(fd, &st))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (S_ISREG(st.st_mode) && st.st_size > 0)
		return (uint64_t)st.st_size > MAX_SIZE ? -EFBIG : read_file(c, fd, (size_t)st.st_size, src);
	r = read_all(fd, &b);
	if (!r) {
		src->text = arena_strndup(&c->arena, strbuf_str(&b), b.len);
		src->len = b.len;
	}
	strbuf_release(&b);
	return r;
}

struct source *io_read(struct cli *c, const char *path)
{
	struct source *src = arena_new(&c->arena, struct source);
	bool in = !strcmp(path, "-");
	int fd = in ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC), r;

	src->name = in ? "<stdin>" : path;
	r = fd < 0 ? -errno : read_fd(c, fd, src);
	if (fd >= 0 && !in)
		close(fd);
	if (!r)
		return src;
	cli_error(c, "cannot read %s: %s", src->name, strerror(-r));
	return NULL;
}

static int write_fd(int fd, const struct strbuf *b)
{
	size_t nr = 0;

	while (nr < b->len) {
		ssize_t n = write(fd, b->buf + nr, b->len - nr);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		nr += (size_t)n;
	}
	return 0;
}

/* Keeps the mode of a file that is replaced. */
static mode_t mode_for(const char *path, unsigned mode)
{
	struct stat st;
	mode_t mask = umask(0);

	umask(mask);
	return stat(path, &st) ? mode & ~mask : st.st_mode & 07777;
}

static int write_new(struct cli *c, const char *path, const struct strbuf *b, unsigned mode)
{
	char *tmp = arena_printf(&c->arena, "%s.XXXXXX", path);
	int fd = mkostemp(tmp, O_CLOEXEC), r;

	if (fd < 0)
		return -errno;
	r = fchmod(fd, mode_for(path, mode)) ? -errno : write_fd(fd, b);
	if (!r && fsync(fd))
		r = -errno;
	if (close(fd) && !r)
		r = -errno;
	if (!r && rename(tmp, path))
		r = -errno;
	if (r)
		unlink(tmp);
	return r;
}

int io_write(struct cli *c, const char *path, const struct strbuf *b, unsigned mode)
{
	int r;

	if (!path || !strcmp(path, "-")) {
		/* Errors show when standard output is flushed at the end. */
		fwrite(strbuf_str(b), 1, b->len, stdout);
		return 0;
	}
	r = write_new(c, path, b, mode);
	if (r)
		cli_error(c, "cannot write %s: %s", path, strerror(-r));
	return r;
}
