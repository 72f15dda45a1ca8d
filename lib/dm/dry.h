/*
 * A back end that only pretends: questions go on to the real one, changes are taken as if
 * they had been made. Under a recorder (record.h) it says what would be asked.
 */
#ifndef DM_DRY_H
#define DM_DRY_H

#include "dm/backend.h"

/* `inner` becomes the result's own. Devices it "creates" get minors from 1048575 down. */
struct dm_backend *dm_dry_new(struct dm_backend *inner);

#endif
