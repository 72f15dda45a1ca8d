/*
 * A POSIX shell script of dmsetup calls. Tables go in by standard input, so that no key is
 * ever an argument; keys are read when the script runs, from where the layout says.
 */
#include <string.h>

#include "compile/print.h"
#include "layout/node.h"

struct script {
	struct strbuf *out;
	const struct volume *volume;
	struct strbuf keys; /* commands that set key1, key2 … for the table at hand */
	unsigned nr_keys;
	bool show_keys;
	struct arena *arena;
	const struct layout *l;
};

/* 'it'\''s' */
static void add_shell_quoted(struct strbuf *out, const char *s)
{
	strbuf_addch(out, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			strbuf_adds(out, "'\\''");
		else
			strbuf_addch(out, *s);
	}
	strbuf_addch(out, '\'');
}

/* What is special in an unquoted here-document, apart from our own ${keyN}. */
static void add_here(struct strbuf *out, const char *s)
{
	for (; *s; s++) {
		if (*s == '`' || *s == '\\' || (*s == '$' && strncmp(s, "${key", 5)))
			strbuf_addch(out, '\\');
		strbuf_addch(out, *s);
	}
}

static const char *file_of(const struct script *s, const struct node *source)
{
	const struct node *file = node_get(source, "file");
	const char *path;

	if (!file)
		return NULL;
	path = node_dup(s->arena, file);
	return *path == '/' || !s->l->dir ? path : arena_printf(s->arena, "%s/%s", s->l->dir, path);
}

static const char *key_variable(const struct emit_ctx *c, const struct key *key)
{
	struct script *s = c->priv;
	const char *path = file_of(s, key->source);

	if (s->show_keys && key->bytes)
		return NULL;
	s->nr_keys++;
	if (path) {
		strbuf_addf(&s->keys, "key%u=$(od -An -v -tx1 ", s->nr_keys);
		add_shell_quoted(&s->keys, path);
		strbuf_adds(&s->keys, " | tr -d ' \\n')\n");
	} else {
		strbuf_addf(&s->keys, "printf 'key of %zu bytes for %%s, in hex: ' ", key->size);
		add_shell_quoted(&s->keys, s->volume->name);
		strbuf_addf(&s->keys, " >&2\nstty -echo; read -r key%u; stty echo\n", s->nr_keys);
	}
	return arena_printf(s->arena, "${key%u}", s->nr_keys);
}

static void add_volume(struct script *s, const struct emit_ctx *c)
{
	const struct volume *v = s->volume;
	struct strbuf table = STRBUF_INIT;

	s->keys.len = 0;
	s->nr_keys = 0;
	table_print(v, c, "", &table);
	strbuf_adds(s->out, strbuf_str(&s->keys));
	strbuf_adds(s->out, "dmsetup create ");
	if (v->table.read_only)
		strbuf_adds(s->out, "--readonly ");
	if (v->dm_uuid) {
		strbuf_adds(s->out, "--uuid ");
		add_shell_quoted(s->out, v->dm_uuid);
		strbuf_addch(s->out, ' ');
	}
	if (v->minor >= 0)
		strbuf_addf(s->out, "--minor %ld ", v->minor);
	add_shell_quoted(s->out, v->dm_name);
	strbuf_adds(s->out, s->nr_keys ? " <<END\n" : " <<'END'\n");
	if (s->nr_keys)
		add_here(s->out, strbuf_str(&table));
	else
		strbuf_adds(s->out, strbuf_str(&table));
	strbuf_adds(s->out, "END\n");
	strbuf_release(&table);
}

void print_script(const struct layout *l, const struct compile_options *o, struct arena *arena,
		  struct strbuf *out)
{
	struct script s = {.out = out, .show_keys = o->show_keys, .arena = arena, .l = l};
	struct emit_ctx c = {.kernel = o->kernel, .mode = EMIT_LOAD, .show_keys = o->show_keys,
			     .arena = arena, .key_text = key_variable, .priv = &s};
	struct steps steps;

	compile_steps(l, o->only, arena, &steps);
	strbuf_addf(out, "#!/bin/sh\n# Made by dmc %s. Creates the devices of the layout%s%s, lower ones "
			 "first.\nset -eu\n", o->version, l->name ? " " : "", l->name ? l->name : "");
	for (size_t i = 0; i < steps.nr; i++) {
		const struct step *step = &steps.v[i];

		s.volume = step->volume;
		if (step->kind == STEP_MESSAGE) {
			strbuf_adds(out, "dmsetup message ");
			add_shell_quoted(out, step->volume->dm_name);
			strbuf_adds(out, " 0 ");
			add_shell_quoted(out, step->message);
			strbuf_addch(out, '\n');
		} else if (step->kind == STEP_CREATE) {
			add_volume(&s, &c); /* `dmsetup create` loads and resumes, too */
		}
	}
	strbuf_release(&s.keys);
}
