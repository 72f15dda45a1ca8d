/* A plan for programs. No key is in it: tables are not. */
#include <jansson.h>
#include <stdlib.h>

#include "compile/print.h"
#include "plan/internal.h"

static const char *const actions[] = {"keep", "create", "change", "remove"};

static const struct {
	enum change_what what;
	const char *name;
} whats[] = {
	{CHANGE_TABLE, "table"},           {CHANGE_READ_ONLY, "read_only"}, {CHANGE_NAME, "name"},
	{CHANGE_UNFINISHED, "unfinished"}, {CHANGE_SUSPENDED, "suspended"}, {CHANGE_LEFTOVER, "leftover"},
};

static json_t *text_or_null(const char *s)
{
	return s ? json_string(s) : json_null();
}

static json_t *word_json(const struct word_change *w)
{
	return json_pack("{sssososb}", "word", w->word, "before", text_or_null(w->before), "after",
			 text_or_null(w->after), "moves", (int)w->moves);
}

static json_t *change_json(const struct plan_change *c)
{
	json_t *what = json_array(), *words = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(whats); i++)
		if (c->what & whats[i].what)
			json_array_append_new(what, json_string(whats[i].name));
	for (size_t i = 0; i < c->nr_words; i++)
		json_array_append_new(words, word_json(&c->words[i]));
	return json_pack("{sssssosososIsIso}", "action", actions[c->action], "dm_name", c->name, "volume",
			 text_or_null(c->volume ? c->volume->name : NULL), "dm_uuid",
			 text_or_null(c->running ? c->running->uuid : c->volume ? c->volume->dm_uuid : NULL),
			 "what", what, "old_size", (json_int_t)(c->old_sectors * 512), "new_size",
			 (json_int_t)(c->new_sectors * 512), "words", words);
}

static json_t *step_json(const struct plan *p, const struct plan_step *s)
{
	struct emit_ctx c = {.kernel = p->running->kernel, .mode = EMIT_LOAD, .arena = p->arena};
	json_t *o = json_pack("{ssss}", "step", step_kind_name(s->kind), "device",
			      s->device ? s->device->name :
			      s->kind == STEP_RENAME ? s->change->running->name : s->change->name);

	if (s->device) {
		/* The same from wherever the layout is named. */
		CLEANUP_FREE char *whole = s->device->path ? realpath(s->device->path, NULL) : NULL;

		json_object_set_new(o, "file", text_or_null(whole ? whole : s->device->path));
	}
	if (s->kind == STEP_RENAME)
		json_object_set_new(o, "to", json_string(s->change->name));
	if (s->message)
		json_object_set_new(o, "message", json_string(s->message));
	if (s->kind == STEP_LOAD)
		json_object_set_new(o, "table", table_json(s->change->volume, &c));
	json_object_set_new(o, "risk", text_or_null(s->risk));
	return o;
}

json_t *plan_json(const struct plan *p)
{
	json_t *changes = json_array(), *steps = json_array();

	for (size_t i = 0; i < p->changes.nr; i++)
		json_array_append_new(changes, change_json(p->changes.v[i]));
	for (size_t i = 0; i < p->steps.nr; i++)
		json_array_append_new(steps, step_json(p, &p->steps.v[i]));
	return json_pack("{sisosssos{sIsIsIsI}so}", "format_version", 1, "layout", text_or_null(p->layout->name),
			 "kernel", p->running->release, "changes", changes, "summary", "create",
			 (json_int_t)p->nr[PLAN_CREATE], "change", (json_int_t)p->nr[PLAN_CHANGE], "remove",
			 (json_int_t)p->nr[PLAN_REMOVE], "keep", (json_int_t)p->nr[PLAN_KEEP], "steps", steps);
}

void plan_print_json(const struct plan *p, struct strbuf *out)
{
	json_t *o = plan_json(p);
	char *text = json_dumps(o, JSON_INDENT(2));

	strbuf_adds(out, text);
	strbuf_addch(out, '\n');
	free(text);
	json_decref(o);
}
