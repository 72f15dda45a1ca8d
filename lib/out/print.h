/* Between the printers. */
#ifndef OUT_PRINT_H
#define OUT_PRINT_H

#include "diag/position.h"
#include "out/out.h"

void out_text(struct strbuf *b, const struct diag *d, const struct out_options *o, struct positions *at);
void out_json(struct strbuf *b, const struct diag *d, const struct out_options *o, struct positions *at);
void out_sarif(struct strbuf *b, const struct diag *d, const struct out_options *o, struct positions *at);
void out_junit(struct strbuf *b, const struct diag *d, const struct out_options *o, struct positions *at);

#endif
