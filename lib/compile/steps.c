#include <string.h>

#include "compile/compile.h"

static const char *const names[] = {
	[STEP_CREATE] = "create", [STEP_LOAD] = "load",       [STEP_RESUME] = "resume",
	[STEP_MESSAGE] = "message", [STEP_ATTACH] = "attach", [STEP_FORMAT] = "format",
	[STEP_CLEAR] = "clear",   [STEP_SUSPEND] = "suspend", [STEP_RENAME] = "rename",
	[STEP_REMOVE] = "remove",
};

const char *step_kind_name(enum step_kind kind)
{
	return names[kind];
}

struct list {
	VEC(struct step) v;
	const struct layout *l;
	struct arena *arena;
};

/* The volume whose device a blkdev is, or NULL: a plain device. */
static const struct volume *volume_of(const struct layout *l, const struct blkdev *dev)
{
	const struct volume *v = dev && dev->table ? layout_volume(l, dev->name) : NULL;

	return v && &v->blk == dev ? v : NULL;
}

/* A target says which message must go to which device before its table is loaded. */
static void add_message(void *priv, const struct blkdev *to, const char *message, const char *undo)
{
	struct list *list = priv;
	const struct volume *v = volume_of(list->l, to);

	(void)undo;
	if (v)
		vec_push(&list->v, (struct step){STEP_MESSAGE, v, message});
}

static void add_volume(struct list *list, const struct volume *v)
{
	struct emit_ctx c = {.kernel = kernel_default(), .arena = list->arena};

	for (size_t i = 0; i < v->table.nr; i++) {
		const struct line *line = &v->table.lines[i];

		if (line->target->before_load)
			line->target->before_load(&c, line->params, add_message, list);
	}
	vec_push(&list->v, (struct step){STEP_CREATE, v, NULL});
	vec_push(&list->v, (struct step){STEP_LOAD, v, NULL});
	vec_push(&list->v, (struct step){STEP_RESUME, v, NULL});
}

void compile_steps(const struct layout *l, const struct volume *only, struct arena *arena,
		   struct steps *ret)
{
	struct list list = {.l = l, .arena = arena};

	for (size_t i = 0; i < l->volumes.nr; i++) {
		const struct volume *v = l->volumes.v[i];

		if (!v->failed && (!only || v == only))
			add_volume(&list, v);
	}
	ret->nr = list.v.nr;
	ret->v = arena_memdup(arena, list.v.v, list.v.nr * sizeof(*list.v.v));
	vec_release(&list.v);
}
