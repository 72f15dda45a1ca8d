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

#endif
