/*
 * Why the kernel refused: its own words from /dev/kmsg.
 *
 * An errno alone is poor ("Invalid argument"); the reason goes to the kernel's log, in
 * lines that begin with "device-mapper:". Remember the log's end before a step, read what
 * has come after it failed. Others may write there too at the same time.
 */
#ifndef DM_KMSG_H
#define DM_KMSG_H

#include "base/arena.h"
#include "base/strbuf.h"

struct dm_kmsg;

/*
 * Opens at the log's end. `path` NULL: /dev/kmsg. *ret is set on success.
 *	-EPERM, -EACCES  only root may read it here (kernel.dmesg_restrict)
 *	-ENOENT          no such device
 */
int dm_kmsg_open(struct dm_kmsg **ret_kmsg, const char *path);
void dm_kmsg_free(struct dm_kmsg *k);

/* Forgets what has come so far. NULL is fine. */
void dm_kmsg_mark(struct dm_kmsg *k);

/*
 * The "device-mapper:" lines since the mark, without that word, joined by '\n'; NULL
 * where there are none or `k` is NULL. Marks again.
 */
const char *dm_kmsg_read(struct dm_kmsg *k, struct arena *arena);

/* Adds the "device-mapper:" lines of records as /dev/kmsg gives them to `out`. */
void dm_kmsg_parse(const char *text, size_t len, struct strbuf *out);

#endif
