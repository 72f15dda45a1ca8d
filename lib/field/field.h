/*
 * On-disk structures as tables: a row for each field, in the order of the bytes.
 *
 * The tables are what decoding to text and JSON, lookup by path and the damage of tests walk;
 * code that is in a hurry reads the struct, and offsetof in the rows keeps the two together. An
 * array whose place or length depends on other fields gives functions for them; what they answer
 * is bytes' word, so every element is checked against the end of the structure and left out
 * beyond it.
 */
#ifndef FIELD_FIELD_H
#define FIELD_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

enum field_type {
	FIELD_LE32,
	FIELD_LE64,
	FIELD_HEX32,  /* the same, shown in hexadecimal: checksums, flags */
	FIELD_UUID,   /* 16 bytes */
	FIELD_STRUCT, /* .fields, .size */
};

enum field_flags {
	FIELD_CHECKSUM = 1, /* a change of it alone is always found */
	FIELD_FREE = 2,     /* any value is fine, or none is wrong by itself */
};

struct field {
	const char *name; /* NULL ends a table */
	enum field_type type;
	uint32_t offset;
	bool array;
	uint32_t count;             /* of an array */
	uint32_t size;              /* bytes of one FIELD_STRUCT */
	const struct field *fields; /* of FIELD_STRUCT */
	unsigned flags;
	uint32_t (*find_offset)(const uint8_t *bytes); /* instead of .offset */
	uint32_t (*find_count)(const uint8_t *bytes);  /* instead of .count */
};

/* A row for a member of a packed struct; further members of the row follow. */
#define FIELD(strct, member, kind, ...)                                                            \
	{.name = #member, .type = (kind), .offset = offsetof(strct, member), ##__VA_ARGS__}

/* One element, found by path. */
struct field_place {
	const struct field *field; /* a whole structure: NULL */
	const struct field *fields;
	const uint8_t *bytes;
	uint32_t size;
	bool array; /* all of an array */
};

enum field_format { FIELD_TEXT, FIELD_JSON };

/*
 * Appends the structure of `size` bytes: text has a line `name: value` for each field, indented
 * under its structure; JSON is one object.
 */
void field_print(struct strbuf *b, const struct field *fields, const uint8_t *bytes, uint32_t size,
		 enum field_format format, unsigned indent);

/*
 * Finds "a.b[3].c"; the empty path is the whole. Returns 0; -ENOENT where a name or index does not
 * exist, with *ret_bad the length of the path up to and with the word at fault.
 */
int field_find(const struct field *fields, const uint8_t *bytes, uint32_t size, const char *path,
	       struct field_place *ret, size_t *ret_bad);

void field_print_place(struct strbuf *b, const struct field_place *p, enum field_format format);

/* Where element `i` is, or UINT32_MAX where it would reach past `size`. */
uint32_t field_at(const struct field *f, const uint8_t *bytes, uint32_t size, uint32_t i);
uint32_t field_count(const struct field *f, const uint8_t *bytes, uint32_t size);
uint32_t field_width(const struct field *f);

#endif
