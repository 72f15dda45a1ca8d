/* `dmc compile --format json`: volumes with their tables, and the steps. */
#include <jansson.h>
#include <stdlib.h>

#include "compile/print.h"

static json_t *line_json(const struct line *line, const struct emit_ctx *c)
{
	struct emit_ctx lc = *c;
	struct strbuf words = STRBUF_INIT;
	json_t *o;

	lc.start_sectors = line->start_sectors;
	lc.nr_sectors = line->nr_sectors;
	target_emit(&lc, line, &words);
	o = json_pack("{sIsIssss}", "start", (json_int_t)(line->start_sectors * 512), "length",
		      (json_int_t)(line->nr_sectors * 512), "target", line->target->name, "params",
		      strbuf_str(&words));
	strbuf_release(&words);
	return o;
}

json_t *table_json(const struct volume *v, const struct emit_ctx *c)
{
	json_t *lines = json_array();

	for (size_t i = 0; i < v->table.nr; i++)
		json_array_append_new(lines, line_json(&v->table.lines[i], c));
	return lines;
}

static json_t *volume_json(const struct volume *v, const struct emit_ctx *c)
{
	json_t *lines = table_json(v, c), *o;

	o = json_pack("{sssssb}", "name", v->name, "dm_name", v->dm_name, "read_only",
		      (int)v->table.read_only);
	json_object_set_new(o, "minor", v->minor < 0 ? json_null() : json_integer(v->minor));
	json_object_set_new(o, "dm_uuid", v->dm_uuid ? json_string(v->dm_uuid) : json_null());
	json_object_set_new(o, "for", v->user ? json_string(v->user->name) : json_null());
	json_object_set_new(o, "size", json_integer((json_int_t)(v->blk.nr_sectors * 512)));
	json_object_set_new(o, "table", lines);
	return o;
}

static json_t *step_json(const struct step *s)
{
	json_t *o = json_pack("{ssss}", "step", step_kind_name(s->kind), "device", s->volume->dm_name);

	if (s->message) {
		json_object_set_new(o, "sector", json_integer(0));
		json_object_set_new(o, "message", json_string(s->message));
	}
	return o;
}

void print_json(const struct layout *l, const struct compile_options *o, struct arena *arena,
		struct strbuf *out)
{
	struct emit_ctx c = {.kernel = o->kernel, .mode = EMIT_LOAD, .show_keys = o->show_keys,
			     .arena = arena};
	json_t *root = json_object(), *volumes = json_array(), *list = json_array();
	struct steps steps;
	char *text;

	for (size_t i = 0; i < l->volumes.nr; i++)
		if (!l->volumes.v[i]->failed && (!o->only || l->volumes.v[i] == o->only))
			json_array_append_new(volumes, volume_json(l->volumes.v[i], &c));
	compile_steps(l, o->only, arena, &steps);
	for (size_t i = 0; i < steps.nr; i++)
		json_array_append_new(list, step_json(&steps.v[i]));
	json_object_set_new(root, "format_version", json_integer(1));
	json_object_set_new(root, "name", l->name ? json_string(l->name) : json_null());
	json_object_set_new(root, "volumes", volumes);
	json_object_set_new(root, "steps", list);
	text = json_dumps(root, JSON_INDENT(2));
	strbuf_adds(out, text);
	strbuf_addch(out, '\n');
	free(text);
	json_decref(root);
}
