/* Tables of a layout as dmsetup's text forms. */
#include <string.h>

#include "compile/print.h"

static struct emit_ctx emit_ctx(const struct compile_options *o, struct arena *arena,
				enum emit_mode mode)
{
	return (struct emit_ctx){.kernel = o->kernel, .mode = mode, .show_keys = o->show_keys,
				 .arena = arena};
}

void line_print(const struct line *line, const struct emit_ctx *c, struct strbuf *out)
{
	struct emit_ctx lc = *c;
	size_t before;

	lc.start_sectors = line->start_sectors;
	lc.nr_sectors = line->nr_sectors;
	strbuf_addu64(out, line->start_sectors);
	strbuf_addch(out, ' ');
	strbuf_addu64(out, line->nr_sectors);
	strbuf_addch(out, ' ');
	strbuf_adds(out, line->target->name);
	strbuf_addch(out, ' ');
	before = out->len;
	target_emit(&lc, line, out);
	/* dmsetup prints the blank also where no parameters follow; the kernel has none. */
	if (out->len == before)
		strbuf_truncate(out, before - 1);
}

void table_print(const struct volume *v, const struct emit_ctx *c, const char *prefix,
		 struct strbuf *out)
{
	for (size_t i = 0; i < v->table.nr; i++) {
		strbuf_adds(out, prefix);
		line_print(&v->table.lines[i], c, out);
		strbuf_addch(out, '\n');
	}
}

static void print_tables(const struct layout *l, const struct compile_options *o,
			 struct arena *arena, struct strbuf *out)
{
	struct emit_ctx c = emit_ctx(o, arena, EMIT_SHOW);

	for (size_t i = 0; i < l->volumes.nr; i++) {
		const struct volume *v = l->volumes.v[i];

		if (v->failed || (o->only && v != o->only))
			continue;
		table_print(v, &c, o->only ? "" : arena_printf(arena, "%s: ", dm_mangle(arena, v->dm_name)),
			    out);
	}
}

/* ---- concise ---- */

static void add_quoted(struct strbuf *out, const char *s)
{
	for (; *s; s++) {
		if (strchr("\\,;", *s))
			strbuf_addch(out, '\\');
		strbuf_addch(out, *s);
	}
}

static void print_concise_volume(const struct volume *v, const struct emit_ctx *c, struct strbuf *out)
{
	add_quoted(out, v->dm_name);
	strbuf_addch(out, ',');
	add_quoted(out, v->dm_uuid ? v->dm_uuid : "");
	strbuf_addch(out, ',');
	if (v->minor >= 0)
		strbuf_addu64(out, (uint64_t)v->minor);
	strbuf_adds(out, v->table.read_only ? ",ro" : ",rw");
	for (size_t i = 0; i < v->table.nr; i++) {
		struct strbuf line = {.secret = out->secret};

		line_print(&v->table.lines[i], c, &line);
		strbuf_addch(out, ',');
		add_quoted(out, strbuf_str(&line));
		strbuf_release(&line);
	}
}

static void print_concise(const struct layout *l, const struct compile_options *o,
			  struct arena *arena, struct strbuf *out)
{
	struct emit_ctx c = emit_ctx(o, arena, EMIT_LOAD);
	bool any = false;

	for (size_t i = 0; i < l->volumes.nr; i++) {
		const struct volume *v = l->volumes.v[i];

		if (v->failed || (o->only && v != o->only))
			continue;
		if (any)
			strbuf_addch(out, ';');
		print_concise_volume(v, &c, out);
		any = true;
	}
	if (any)
		strbuf_addch(out, '\n');
}

/* ---- steps ---- */

static void print_steps(const struct layout *l, const struct compile_options *o, struct arena *arena,
			struct strbuf *out)
{
	struct emit_ctx c = emit_ctx(o, arena, EMIT_LOAD);
	struct steps steps;

	compile_steps(l, o->only, arena, &steps);
	for (size_t i = 0; i < steps.nr; i++) {
		const struct step *s = &steps.v[i];
		const char *name = dm_mangle(arena, s->volume->dm_name);

		strbuf_addf(out, "%s %s", step_kind_name(s->kind), name);
		if (s->kind == STEP_MESSAGE)
			strbuf_addf(out, " 0 %s", s->message);
		if (s->kind == STEP_CREATE && s->volume->dm_uuid)
			strbuf_addf(out, " uuid %s", s->volume->dm_uuid);
		if (s->kind == STEP_CREATE && s->volume->minor >= 0)
			strbuf_addf(out, " minor %ld", s->volume->minor);
		if (s->kind == STEP_LOAD && s->volume->table.read_only)
			strbuf_adds(out, " read-only");
		strbuf_addch(out, '\n');
		if (s->kind == STEP_LOAD)
			table_print(s->volume, &c, "  ", out);
	}
}

void compile_print(const struct layout *l, const struct compile_options *o, struct arena *arena,
		   struct strbuf *out)
{
	static void (*const printers[])(const struct layout *, const struct compile_options *,
					struct arena *, struct strbuf *) = {
		[COMPILE_TABLE] = print_tables,
		[COMPILE_CONCISE] = print_concise,
		[COMPILE_SCRIPT] = print_script,
		[COMPILE_JSON] = print_json,
		[COMPILE_STEPS] = print_steps,
	};

	printers[o->format](l, o, arena, out);
}
