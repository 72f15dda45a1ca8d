/* Texts of any bytes (names, the kernel's words) as JSON, which is UTF-8. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

struct json_t;

/* NULL becomes null; in a text that is no UTF-8 bytes from 0x80 on are written as \xNN. */
struct json_t *json_text(const char *s);

#endif
