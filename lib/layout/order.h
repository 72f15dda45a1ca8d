/* Dependency order of volumes. */
#ifndef LAYOUT_ORDER_H
#define LAYOUT_ORDER_H

#include "layout/internal.h"

/*
 * The `nr` volumes of `all` so that each comes behind those it refers to, and otherwise in
 * the order of the file. Volumes on a cycle are reported with the path, marked failed and
 * come last.
 */
struct volume **order_volumes(struct layout *l, struct volume **all, size_t nr);

#endif
