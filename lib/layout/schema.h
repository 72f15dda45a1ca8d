/* The JSON Schema (draft-07) of layouts, from the targets' rows. */
#ifndef LAYOUT_SCHEMA_H
#define LAYOUT_SCHEMA_H

#include "base/strbuf.h"
#include "target/target.h"

void layout_schema(const struct target_list *targets, struct strbuf *out);

#endif
