/* Between the printers of lib/compile and those of plans. */
#ifndef COMPILE_PRINT_H
#define COMPILE_PRINT_H

#include "base/dm_name.h"
#include "compile/compile.h"
#include "target/params.h"

/* "START LENGTH TARGET PARAMS" without a newline. */
void line_print(const struct line *line, const struct emit_ctx *c, struct strbuf *out);

/* The table as a list of objects; the caller gives the reference back. */
struct json_t *table_json(const struct volume *v, const struct emit_ctx *c);

void print_script(const struct layout *l, const struct compile_options *o, struct arena *arena,
		  struct strbuf *out);
void print_json(const struct layout *l, const struct compile_options *o, struct arena *arena,
		struct strbuf *out);

#endif
