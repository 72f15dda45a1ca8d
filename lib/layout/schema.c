/*
 * The schema says what the parser refuses structurally: keys, shapes, words out of a
 * fixed set, the form of sizes. Ranges and everything that hangs on other values is the
 * checker's.
 */
#include "layout/schema.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *described(json_t *o, const char *text)
{
	if (text)
		json_object_set_new(o, "description", json_string(text));
	return o;
}

static json_t *ref(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "#/definitions/%s", name);
	return json_pack("{ss}", "$ref", path);
}

/* draft-07 ignores what stands beside a $ref, so the description goes around it. */
static json_t *ref_described(const char *name, const char *text)
{
	return described(json_pack("{s[o]}", "allOf", ref(name)), text);
}

static json_t *choice_enum(const struct word *row)
{
	json_t *list = json_array();

	for (const struct choice *c = row->choices; c->word; c++)
		json_array_append_new(list, json_string(c->word));
	return list;
}

/* Words in any case cannot be an enum; a pattern says it. */
static json_t *choice_schema(const struct word *row)
{
	struct strbuf b = STRBUF_INIT;
	json_t *o;

	if (!(row->flags & WORD_NOCASE))
		return json_pack("{so}", "enum", choice_enum(row));
	strbuf_addch(&b, '^');
	for (const struct choice *c = row->choices; c->word; c++) {
		strbuf_addch(&b, c == row->choices ? '(' : '|');
		for (const char *s = c->word; *s; s++) {
			if ((*s | 0x20) >= 'a' && (*s | 0x20) <= 'z')
				strbuf_addf(&b, "[%c%c]", *s | 0x20, *s & ~0x20);
			else
				strbuf_addch(&b, *s);
		}
	}
	strbuf_adds(&b, ")$");
	o = json_pack("{ssss}", "type", "string", "pattern", strbuf_str(&b));
	strbuf_release(&b);
	return o;
}

static json_t *rows_schema(const struct word *rows, json_t *properties, json_t *required);

static json_t *map_schema(const struct word *rows)
{
	json_t *properties = json_object(), *required = json_array();

	rows_schema(rows, properties, required);
	return json_pack("{sssbsoso}", "type", "object", "additionalProperties", 0, "properties", properties,
			 "required", required);
}

static json_t *value_schema(const struct word *row);

static json_t *item_schema(const struct word *row)
{
	const struct word *main = row->rows;

	while (main->kind != WORD_END && !(main->flags & WORD_MAIN))
		main++;
	if (main->kind == WORD_END)
		return map_schema(row->rows);
	return json_pack("{s[oo]}", "anyOf", value_schema(main), map_schema(row->rows));
}

static json_t *value_schema(const struct word *row)
{
	switch (row->kind) {
	case WORD_U64:
		return ref("number");
	case WORD_SIZE:
		return ref("size");
	case WORD_TIME:
		return ref("duration");
	case WORD_CHOICE:
		return choice_schema(row);
	case WORD_FLAG:
		return json_pack("{ss}", "type", "boolean");
	case WORD_DEVICE:
	case WORD_AREA:
		return ref("reference");
	case WORD_KEY:
		return ref("key");
	case WORD_LIST:
		return json_pack("{sssO}", "type", "array", "items", json_true());
	case WORD_PAIRS:
		return json_pack("{sss{s[sss]}}", "type", "object", "additionalProperties", "type", "string", "number",
				 "boolean");
	case WORD_BITS:
		return json_pack("{sss{sssi}}", "type", "array", "items", "type", "integer", "minimum", 0);
	case WORD_REPEAT:
		return json_pack("{ssso}", "type", "array", "items", item_schema(row));
	case WORD_STRUCT:
		return map_schema(row->rows);
	default:
		return json_pack("{s[sss]}", "type", "string", "number", "boolean");
	}
}

static json_t *list_schema(const struct word *row)
{
	json_t *o;

	if (row->kind != WORD_LIST)
		return value_schema(row);
	o = json_pack("{ss}", "type", "array");
	json_object_set_new(o, "items", row->choices ? choice_schema(row) :
						       json_pack("{s[sss]}", "type", "string", "number", "boolean"));
	return o;
}

/* `features: [...]`: the flags of one list together. */
static void add_flag_list(const struct word *rows, const char *list, json_t *properties)
{
	json_t *words = json_array();

	if (json_object_get(properties, list)) {
		json_decref(words);
		return;
	}
	for (; rows->kind != WORD_END; rows++)
		if (rows->list && !strcmp(rows->list, list))
			json_array_append_new(words, json_string(rows->word));
	json_object_set_new(properties, list,
			    json_pack("{sssss{so}}", "description", "feature words", "type", "array", "items", "enum",
				      words));
}

static bool is_required(const struct word *row, bool in_group, bool in_tail)
{
	return !in_tail && !(row->flags & (WORD_OPTIONAL | WORD_DASH | WORD_HIDDEN | WORD_LAYOUT_ONLY)) &&
	       !(in_group && row->word) && row->kind != WORD_FLAG && row->kind != WORD_LIST &&
	       row->kind != WORD_PAIRS;
}

static json_t *rows_schema(const struct word *rows, json_t *properties, json_t *required)
{
	bool in_group = false, in_tail = false;

	for (const struct word *row = rows; row->kind != WORD_END; row++) {
		in_tail = in_tail || (row->flags & WORD_TAIL);
		in_group = row->kind == WORD_GROUP || (in_group && row->kind != WORD_GROUP_END);
		if (row->flags & WORD_HIDDEN)
			continue;
		if (row->list)
			add_flag_list(rows, row->list, properties);
		if (!row->key)
			continue;
		json_object_set_new(properties, row->key,
				    described(json_pack("{s[o]}", "allOf", list_schema(row)), row->help));
		if (row->aux_key)
			json_object_set_new(properties, row->aux_key,
					    row->kind == WORD_ALG ? ref_described("key", "its key") :
								    ref_described("size", "offset on the device"));
		if (is_required(row, in_group, in_tail))
			json_array_append_new(required, json_string(row->key));
	}
	return properties;
}

/* Keys of the language that may stand in any volume of one segment. */
static void add_language_keys(json_t *properties, bool volume)
{
	json_object_set_new(properties, "size", ref_described("size", "length; left out: all that is left"));
	json_object_set_new(properties, "description", ref("text"));
	if (!volume)
		return;
	json_object_set_new(properties, "dm_name", ref_described("text", "name of the kernel's device"));
	json_object_set_new(properties, "dm_uuid", ref_described("text", "uuid of the kernel's device"));
	json_object_set_new(properties, "minor", ref_described("number", "minor number of the kernel's device"));
	json_object_set_new(properties, "read_only",
			    json_pack("{ssss}", "type", "boolean", "description", "load a read-only table"));
}

static json_t *target_schema(const struct target *t, bool volume)
{
	json_t *properties = json_object(), *required = json_array();

	json_object_set_new(properties, "target", json_pack("{ssss}", "const", t->name, "description", t->summary));
	json_array_append_new(required, json_string("target"));
	add_language_keys(properties, volume);
	rows_schema(t->words, properties, required);
	return json_pack("{sssssbsoso}", "type", "object", "description", t->summary, "additionalProperties", 0,
			 "properties", properties, "required", required);
}

static json_t *any_target(const struct target_list *targets, bool volume)
{
	json_t *list = json_array();

	for (size_t i = 0; i < targets->nr; i++)
		json_array_append_new(list, target_schema(targets->v[i], volume));
	return list;
}

static json_t *segmented_schema(void)
{
	json_t *properties = json_object();

	add_language_keys(properties, true);
	json_object_del(properties, "size");
	json_object_set_new(properties, "segments",
			    json_pack("{sssssiso}", "description", "lines of the table, in order", "type", "array",
				      "minItems", 1, "items", ref("segment")));
	return json_pack("{sssbsos[s]}", "type", "object", "additionalProperties", 0, "properties", properties,
			 "required", "segments");
}

static json_t *object(const char *description, json_t *properties, const char *required)
{
	json_t *o = json_pack("{sssssbso}", "description", description, "type", "object",
			      "additionalProperties", 0, "properties", properties);

	if (required)
		json_object_set_new(o, "required", json_pack("[s]", required));
	return o;
}

static json_t *reference_schema(void)
{
	json_t *p = json_object();

	json_object_set_new(p, "device", ref_described("text", "a device, DEVICE.SLICE, or a volume"));
	json_object_set_new(p, "offset", ref_described("size", "where the range starts"));
	json_object_set_new(p, "size", ref_described("size", "length of the range; left out: to the end"));
	return json_pack("{sss[oo]}", "description", "a device, DEVICE.SLICE, a volume, or a range of one", "anyOf",
			 ref("text"), object("a range", p, "device"));
}

static json_t *key_schema(void)
{
	json_t *p = json_object();

	json_object_set_new(p, "file", ref_described("text", "file that holds the key's bytes"));
	json_object_set_new(p, "fd", ref_described("number", "open file descriptor"));
	json_object_set_new(p, "keyring", ref_described("text", "TYPE:DESCRIPTION of a key in the kernel's keyring"));
	json_object_set_new(p, "prompt", json_pack("{ssss}", "type", "boolean", "description", "ask for it"));
	json_object_set_new(p, "size", ref_described("size", "bytes of the key"));
	return json_pack("{sss[{ss}o]}", "description", "a secret: where it comes from", "anyOf", "const", "none",
			 object("where the key comes from", p, NULL));
}

static json_t *device_schema(void)
{
	static const char *const selectors[] = {"path", "file", "dev", "uuid", "partuuid", "label", "partlabel",
						"serial", "wwn"};
	json_t *p = json_object(), *one = json_array(), *o;

	for (size_t i = 0; i < ARRAY_SIZE(selectors); i++) {
		json_object_set_new(p, selectors[i], ref_described("text", "selects the device"));
		json_array_append_new(one, json_pack("{s[s]}", "required", selectors[i]));
	}
	json_object_set_new(p, "size", ref_described("size", "size, where the device need not be there"));
	json_object_set_new(p, "logical_block_size", ref_described("block_size", "instead of what the system says"));
	json_object_set_new(p, "physical_block_size", ref_described("block_size", "instead of what the system says"));
	json_object_set_new(p, "zone_size", ref_described("size", "a zoned device's zones"));
	json_object_set_new(p, "read_only", json_pack("{ssss}", "type", "boolean", "description", "it cannot be written"));
	json_object_set_new(p, "description", ref("text"));
	json_object_set_new(p, "slices",
			    json_pack("{sssss{s[oo]}}", "description", "named ranges, in order", "type", "object",
				      "additionalProperties", "anyOf", ref("size_or_rest"), ref("slice")));
	o = object("a disk, partition or image file", p, NULL);
	json_object_set_new(o, "oneOf", one);
	return o;
}

static json_t *slice_schema(void)
{
	json_t *p = json_object();

	json_object_set_new(p, "offset", ref_described("size", "where it starts; left out: behind the one before"));
	json_object_set_new(p, "size", ref_described("size_or_rest", "its length"));
	return object("a named range", p, NULL);
}

static json_t *expect_schema(void)
{
	json_t *p = json_object();

	json_object_set_new(p, "volume", ref_described("text", "the volume that is meant"));
	json_object_set_new(p, "size", ref_described("size", "exactly this size"));
	json_object_set_new(p, "min_size", ref_described("size", "at least this size"));
	json_object_set_new(p, "max_size", ref_described("size", "at most this size"));
	json_object_set_new(p, "overcommit", ref_described("text", "bound of thin volumes' sizes over the pool's: \"<= 20\""));
	json_object_set_new(p, "target", ref_described("text", "every line has this target"));
	json_object_set_new(p, "read_only", json_pack("{ssss}", "type", "boolean", "description", "the table is read-only"));
	json_object_set_new(p, "logical_block_size", ref_described("block_size", "of the volume"));
	json_object_set_new(p, "root_hash", ref_described("text", "of a verity volume"));
	return object("what must hold", p, "volume");
}

static void add_definitions(json_t *d, const struct target_list *targets)
{
	static const char size[] =
		"^(\\$.+|0|[0-9]+(\\.[0-9]+)? ?(s|B|KiB|MiB|GiB|TiB|PiB|EiB|kB|MB|GB|TB|PB)|[0-9]+(\\.[0-9]+)? ?%)$";

	json_object_set_new(d, "text", json_pack("{s[sss]}", "type", "string", "number", "boolean"));
	json_object_set_new(d, "number",
			    json_pack("{s[{ss}{ssss}]}", "anyOf", "type", "integer", "type", "string", "pattern",
				      "^(\\$.+|-?[0-9]+)$"));
	json_object_set_new(d, "size",
			    json_pack("{sss[{si}{ssss}]}", "description", "a number and its unit, or a percentage", "anyOf",
				      "const", 0, "type", "string", "pattern", size));
	json_object_set_new(d, "size_or_rest", json_pack("{s[{ss}o]}", "anyOf", "const", "rest", ref("size")));
	json_object_set_new(d, "block_size", json_pack("{s[{ss}o]}", "anyOf", "type", "integer", ref("size")));
	json_object_set_new(d, "duration",
			    json_pack("{sss[{si}{ssss}]}", "description", "a number and its unit", "anyOf", "const", 0, "type",
				      "string", "pattern", "^(\\$.+|[0-9]+(\\.[0-9]+)? ?(ms|s|min|h))$"));
	json_object_set_new(d, "reference", reference_schema());
	json_object_set_new(d, "key", key_schema());
	json_object_set_new(d, "device", device_schema());
	json_object_set_new(d, "slice", slice_schema());
	json_object_set_new(d, "expect", expect_schema());
	json_object_set_new(d, "segment", json_pack("{so}", "anyOf", any_target(targets, false)));
	json_object_set_new(d, "volume", json_pack("{s[o{so}]}", "anyOf", segmented_schema(), "anyOf",
						   any_target(targets, true)));
}

static json_t *top_properties(void)
{
	json_t *p = json_object();

	json_object_set_new(p, "dmc", json_pack("{siss}", "const", 1, "description", "version of the language"));
	json_object_set_new(p, "name", ref_described("text", "goes into each device's uuid"));
	json_object_set_new(p, "description", ref("text"));
	json_object_set_new(p, "requires",
			    object("what the layout needs",
				   json_pack("{s{s[o{ssso}]}}", "kernel", "anyOf", ref("text"), "type", "array", "items",
					     ref("text")), NULL));
	json_object_set_new(p, "include",
			    json_pack("{sss[o{ssso}]}", "description", "files whose devices and volumes belong to the layout",
				      "anyOf", ref("text"), "type", "array", "items", ref("text")));
	json_object_set_new(p, "params",
			    json_pack("{sssssO}", "description", "values for $name", "type", "object",
				      "additionalProperties", json_true()));
	json_object_set_new(p, "devices", json_pack("{ssssso}", "description", "disks and image files by name", "type",
						    "object", "additionalProperties", ref("device")));
	json_object_set_new(p, "volumes", json_pack("{ssssso}", "description", "volumes by name", "type", "object",
						    "additionalProperties", ref("volume")));
	json_object_set_new(p, "expect", json_pack("{ssssso}", "description", "what must hold", "type", "array", "items",
						   ref("expect")));
	return p;
}

void layout_schema(const struct target_list *targets, struct strbuf *out)
{
	json_t *root = json_pack("{sssssssbs[s]}", "$schema", "http://json-schema.org/draft-07/schema#", "title",
				 "dmc layout", "type", "object", "additionalProperties", 0, "required", "dmc");
	json_t *definitions = json_object();
	char *s;

	add_definitions(definitions, targets);
	json_object_set_new(root, "properties", top_properties());
	json_object_set_new(root, "definitions", definitions);
	s = json_dumps(root, JSON_INDENT(1));
	strbuf_adds(out, s);
	strbuf_addch(out, '\n');
	free(s);
	json_decref(root);
}
