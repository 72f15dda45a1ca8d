/* Keys of an entry of `expect:`, for its reader, its judge and the schema. */
#ifndef LAYOUT_EXPECT_H
#define LAYOUT_EXPECT_H

extern const char *const expect_keys[]; /* NULL-terminated */

#endif
