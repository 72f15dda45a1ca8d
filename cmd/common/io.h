/* Files in and out. */
#ifndef COMMON_IO_H
#define COMMON_IO_H

#include "base/strbuf.h"
#include "common/cli.h"
#include "diag/diag.h"

/*
 * A whole file, or standard input for "-", in the arena. NULL after one line on standard
 * error.
 */
struct source *io_read(struct cli *c, const char *path);

/*
 * Writes to standard output (path NULL or "-"), or to a temporary file beside `path` that
 * is flushed to disk and takes its name at the end, so that a file is either the old one
 * or the new one. `mode` for new files. Returns 0, or -errno after one line.
 */
int io_write(struct cli *c, const char *path, const struct strbuf *b, unsigned mode);

/*
 * The same in pieces, for what is too large for memory: standard output, or a file. A regular file
 * is made beside `path` and takes its name at the end; a device or pipe is written directly.
 */
struct io_stream {
	const char *path; /* NULL: standard output */
	char *tmp;        /* NULL: written directly */
	int fd;
	int error;        /* -errno of the first that failed */
};

/* Each returns 0 or -errno; a line is said by io_stream_close() alone, which removes what failed. */
int io_stream_open(struct cli *c, struct io_stream *s, const char *path);
int io_stream_write(void *stream, const void *p, size_t len);
int io_stream_close(struct cli *c, struct io_stream *s, bool keep);

#endif
