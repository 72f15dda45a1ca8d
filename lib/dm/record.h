/*
 * A recorder: passes every request on and writes a line about it.
 *
 *	create  store-home uuid DMC-store-home
 *	load    store-home read-only
 *	        0 2048 linear 254:3 0
 *	resume  store-home
 *	remove  store-home deferred = EBUSY
 *
 * Parameters and messages that were sent as secret (DM_SECURE) are left out whole: which
 * word is the key is the target's business, and a key must not slip through.
 */
#ifndef DM_RECORD_H
#define DM_RECORD_H

#include <stdbool.h>

#include "base/strbuf.h"
#include "dm/backend.h"

/*
 * `inner` becomes the recorder's own; `out` gets the text and outlives it. Requests that
 * only look (list, info, table, …) are left out unless `reads`.
 */
struct dm_backend *dm_record_new(struct dm_backend *inner, struct strbuf *out, bool reads);

#endif
