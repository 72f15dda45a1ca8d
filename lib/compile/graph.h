/* The stack of a layout as a picture: a tree for a terminal, dot for graphviz, SVG. */
#ifndef COMPILE_GRAPH_H
#define COMPILE_GRAPH_H

#include "base/strbuf.h"
#include "layout/layout.h"

enum graph_format { GRAPH_TREE, GRAPH_DOT, GRAPH_SVG };

void graph_print(const struct layout *l, enum graph_format format, struct strbuf *out);

#endif
