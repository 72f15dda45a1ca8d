/* Keys of a layout's top level, for its reader and the schema. */
#ifndef LAYOUT_LOAD_H
#define LAYOUT_LOAD_H

extern const char *const layout_keys[]; /* NULL-terminated */

#endif
