/*
 * A state file: what `dmc status --format json` writes, read back. Sizes in it are bytes,
 * keys are zeroes.
 */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "plan/running.h"

struct state {
	struct running *r;
	const struct source *src;
	struct diag *diag;
};

static int bad(const struct state *s, const char *what)
{
	diag_add(s->diag, &F_STATE_SYNTAX, (struct span){s->src, 0, 0}, "%s: %s", s->src->name, what);
	return -EINVAL;
}

static bool is_true(const json_t *o, const char *key)
{
	return json_is_true(json_object_get(o, key));
}

static int read_line(const struct state *s, const json_t *o, struct dm_line *line)
{
	json_int_t start, length;
	const char *target, *params;

	if (json_unpack((json_t *)o, "{sIsIssss}", "start", &start, "length", &length, "target", &target,
			"params", &params) || start < 0 || length < 0)
		return bad(s, "a line of a table lacks start, length, target or params");
	*line = (struct dm_line){(uint64_t)start / 512, (uint64_t)length / 512,
				 arena_strdup(s->r->arena, target), arena_strdup(s->r->arena, params)};
	return 0;
}

static int read_table(const struct state *s, const json_t *list, struct dm_lines *ret)
{
	size_t nr = json_array_size(list);
	struct dm_line *v = arena_array(s->r->arena, struct dm_line, nr);
	int r = 0;

	for (size_t i = 0; i < nr && !r; i++)
		r = read_line(s, json_array_get(list, i), &v[i]);
	*ret = (struct dm_lines){v, nr};
	return r;
}

static int read_deps(const struct state *s, const json_t *list, struct dm_devs *ret)
{
	size_t nr = json_array_size(list);
	dev_t *v = arena_array(s->r->arena, dev_t, nr);

	for (size_t i = 0; i < nr; i++) {
		const char *text = json_string_value(json_array_get(list, i));

		if (!text || !dev_parse(text, &v[i]))
			return bad(s, "deps must be a list of \"MAJOR:MINOR\"");
	}
	*ret = (struct dm_devs){v, nr};
	return 0;
}

static int read_device(const struct state *s, const json_t *o)
{
	const char *name, *number;
	struct running_device *d;
	json_int_t open_count;
	dev_t dev;
	int r;

	if (json_unpack((json_t *)o, "{sssssI}", "name", &name, "dev", &number, "open_count", &open_count) ||
	    !dev_parse(number, &dev))
		return bad(s, "a device lacks name, dev (\"MAJOR:MINOR\") or open_count");
	d = running_add(s->r, name, json_string_value(json_object_get(o, "uuid")), dev);
	d->open_count = (int32_t)open_count;
	d->event_nr = (uint32_t)json_integer_value(json_object_get(o, "event_nr"));
	d->suspended = is_true(o, "suspended");
	d->live = is_true(o, "live");
	d->inactive = is_true(o, "inactive");
	d->read_only = is_true(o, "read_only");
	d->deferred_remove = is_true(o, "deferred_remove");
	d->known = true;
	r = read_table(s, json_object_get(o, "table"), &d->table);
	return r ? r : read_deps(s, json_object_get(o, "deps"), &d->deps);
}

static int read_state(const struct state *s, const json_t *root)
{
	const json_t *devices = json_object_get(root, "devices");
	const char *release = json_string_value(json_object_get(root, "kernel"));
	int r = 0;

	if (json_integer_value(json_object_get(root, "format_version")) != 1)
		return bad(s, "format_version is not 1");
	if (!release || !json_is_array(devices))
		return bad(s, "kernel or devices are missing");
	s->r->release = arena_strdup(s->r->arena, release);
	s->r->kernel = kernel_nearest(release);
	for (size_t i = 0; i < json_array_size(devices) && !r; i++)
		r = read_device(s, json_array_get(devices, i));
	return r;
}

int running_parse(struct running *ret, const struct source *src, struct arena *arena, struct diag *diag)
{
	struct state s = {ret, src, diag};
	json_error_t error;
	json_t *root = json_loadb(src->text, src->len, JSON_REJECT_DUPLICATES, &error);
	int r;

	*ret = (struct running){.arena = arena};
	if (!root) {
		diag_add(diag, &F_STATE_SYNTAX, (struct span){src, (uint32_t)error.position, 0}, "%s", error.text);
		return -EINVAL;
	}
	r = read_state(&s, root);
	json_decref(root);
	running_sort(ret);
	return r;
}
