#include "field/field.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/endian.h"

uint32_t field_width(const struct field *f)
{
	switch (f->type) {
	case FIELD_LE32:
	case FIELD_HEX32:
		return 4;
	case FIELD_LE64:
		return 8;
	case FIELD_UUID:
		return 16;
	case FIELD_STRUCT:
		return f->size;
	}
	return 0;
}

/* Elements that lie inside the structure. */
uint32_t field_count(const struct field *f, const uint8_t *bytes, uint32_t size)
{
	uint32_t offset = f->find_offset ? f->find_offset(bytes) : f->offset, fit;
	uint32_t count = !f->array ? 1 : f->find_count ? f->find_count(bytes) : f->count;

	if (offset > size)
		return 0;
	fit = (size - offset) / field_width(f);
	return count < fit ? count : fit;
}

uint32_t field_at(const struct field *f, const uint8_t *bytes, uint32_t size, uint32_t i)
{
	uint32_t offset = f->find_offset ? f->find_offset(bytes) : f->offset;

	return i < field_count(f, bytes, size) ? offset + i * field_width(f) : UINT32_MAX;
}

/* ---- printing ---- */

static void print_uuid(struct strbuf *b, const uint8_t *u)
{
	for (int i = 0; i < 16; i++)
		strbuf_addf(b, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", u[i]);
}

static void print_value(struct strbuf *b, const struct field *f, const uint8_t *p, enum field_format format,
			unsigned indent)
{
	switch (f->type) {
	case FIELD_LE32:
		strbuf_addu64(b, get_le32(p));
		break;
	case FIELD_HEX32:
		if (format == FIELD_TEXT)
			strbuf_addf(b, "0x%08" PRIx32, get_le32(p));
		else
			strbuf_addu64(b, get_le32(p));
		break;
	case FIELD_LE64:
		strbuf_addu64(b, get_le64(p));
		break;
	case FIELD_UUID:
		strbuf_adds(b, format == FIELD_JSON ? "\"" : "");
		print_uuid(b, p);
		strbuf_adds(b, format == FIELD_JSON ? "\"" : "");
		break;
	case FIELD_STRUCT:
		field_print(b, f->fields, p, f->size, format, indent);
		break;
	}
}

static void print_array_json(struct strbuf *b, const struct field *f, const uint8_t *bytes, uint32_t size)
{
	uint32_t nr = field_count(f, bytes, size);

	strbuf_addch(b, '[');
	for (uint32_t i = 0; i < nr; i++) {
		strbuf_adds(b, i ? ", " : "");
		print_value(b, f, bytes + field_at(f, bytes, size, i), FIELD_JSON, 0);
	}
	strbuf_addch(b, ']');
}

static void print_text(struct strbuf *b, const struct field *f, const uint8_t *bytes, uint32_t size,
		       unsigned indent)
{
	uint32_t nr = field_count(f, bytes, size);

	for (uint32_t i = 0; i < nr; i++) {
		const uint8_t *p = bytes + field_at(f, bytes, size, i);

		strbuf_addn(b, ' ', indent);
		strbuf_adds(b, f->name);
		if (f->array)
			strbuf_addf(b, "[%" PRIu32 "]", i);
		strbuf_adds(b, f->type == FIELD_STRUCT ? ":\n" : ": ");
		print_value(b, f, p, FIELD_TEXT, indent + 2);
		if (f->type != FIELD_STRUCT)
			strbuf_addch(b, '\n');
	}
}

static void print_json(struct strbuf *b, const struct field *f, const uint8_t *bytes, uint32_t size)
{
	uint32_t at = field_at(f, bytes, size, 0);

	strbuf_addf(b, "\"%s\": ", f->name);
	if (f->array)
		print_array_json(b, f, bytes, size);
	else if (at == UINT32_MAX)
		strbuf_adds(b, "null");
	else
		print_value(b, f, bytes + at, FIELD_JSON, 0);
}

void field_print(struct strbuf *b, const struct field *fields, const uint8_t *bytes, uint32_t size,
		 enum field_format format, unsigned indent)
{
	if (format == FIELD_JSON)
		strbuf_addch(b, '{');
	for (const struct field *f = fields; f->name; f++) {
		if (format == FIELD_TEXT) {
			print_text(b, f, bytes, size, indent);
			continue;
		}
		strbuf_adds(b, f == fields ? "" : ", ");
		print_json(b, f, bytes, size);
	}
	if (format == FIELD_JSON)
		strbuf_addch(b, '}');
}

void field_print_place(struct strbuf *b, const struct field_place *p, enum field_format format)
{
	if (!p->field)
		field_print(b, p->fields, p->bytes, p->size, format, 0);
	else if (p->array && format == FIELD_JSON)
		print_array_json(b, p->field, p->bytes, p->size);
	else if (p->array)
		print_text(b, p->field, p->bytes, p->size, 0);
	else
		print_value(b, p->field, p->bytes, format, 0);
	if (!b->len || b->buf[b->len - 1] != '\n')
		strbuf_addch(b, '\n');
}

/* ---- lookup ---- */

static const struct field *find_name(const struct field *f, const char *name, size_t len)
{
	for (; f->name; f++)
		if (strlen(f->name) == len && !memcmp(f->name, name, len))
			return f;
	return NULL;
}

/* "[12]" in front of *s, which is moved behind it. UINT32_MAX where there is no such number. */
static uint32_t parse_index(const char **s)
{
	uint64_t n = 0;
	const char *digit = *s + 1;

	while (*digit >= '0' && *digit <= '9' && n < UINT32_MAX)
		n = n * 10 + (uint64_t)(*digit++ - '0');
	if (digit == *s + 1 || *digit != ']' || n >= UINT32_MAX)
		return UINT32_MAX;
	*s = digit + 1;
	return (uint32_t)n;
}

/* One word of the path, "name" or "name[3]": from *p to what it names. */
static bool step(struct field_place *p, const char **path)
{
	size_t len = strcspn(*path, ".[");
	const struct field *f = p->fields ? find_name(p->fields, *path, len) : NULL;
	uint32_t i = 0, at;

	*path += len;
	if (!f)
		return false;
	p->field = f;
	p->array = f->array && **path != '[';
	if (p->array)
		return **path != '.';
	if (f->array)
		i = parse_index(path);
	at = field_at(f, p->bytes, p->size, i);
	if (at == UINT32_MAX)
		return false;
	p->bytes += at;
	p->size = field_width(f);
	p->fields = f->fields;
	return true;
}

int field_find(const struct field *fields, const uint8_t *bytes, uint32_t size, const char *path,
	       struct field_place *ret, size_t *ret_bad)
{
	struct field_place p = {.fields = fields, .bytes = bytes, .size = size};
	const char *s = path;

	while (*s) {
		bool fine = step(&p, &s) && (!*s || (*s == '.' && s[1]));

		if (!fine) {
			*ret_bad = (size_t)(s - path) + strcspn(s, ".");
			return -ENOENT;
		}
		s += *s == '.';
	}
	*ret = p;
	return 0;
}
