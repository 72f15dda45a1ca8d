/* Between table.c and table_zoned.c. */
#ifndef TARGET_TABLE_INTERNAL_H
#define TARGET_TABLE_INTERNAL_H

#include "target/table.h"

/*
 * validate_hardware_zoned() for one line of a table with zoned devices; `zone_sectors` of
 * the first of them, 0: not known.
 */
void line_check_zoned(const struct line_ctx *c, const struct line *l, uint64_t zone_sectors);

#endif
