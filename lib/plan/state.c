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

/* `key`: params of a table's line, raw of a status'. */
static int read_line(const struct state *s, const json_t *o, const char *key, struct dm_line *line)
{
	json_int_t start, length;
	const char *target, *params;

	if (json_unpack((json_t *)o, "{sIsIssss}", "start", &start, "length", &length, "target", &target,
			key, &params) || start < 0 || length < 0)
		return bad(s, "a line of a table or status lacks start, length, target or its words");
	*line = (struct dm_line){(uint64_t)start / 512, (uint64_t)length / 512,
				 arena_strdup(s->r->arena, target), arena_strdup(s->r->arena, params)};
	return 0;
}

static int read_lines(const struct state *s, const json_t *list, const char *key, struct dm_lines *ret)
{
	size_t nr = json_array_size(list);
	struct dm_line *v = arena_array(s->r->arena, struct dm_line, nr);
	int r = 0;

	for (size_t i = 0; i < nr && !r; i++)
		r = read_line(s, json_array_get(list, i), key, &v[i]);
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
	r = read_lines(s, json_object_get(o, "table"), "params", &d->table);
	if (!r)
		r = read_lines(s, json_object_get(o, "status"), "raw", &d->status);
	return r ? r : read_deps(s, json_object_get(o, "deps"), &d->deps);
}

static const char *text_or_null(const struct state *s, const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text ? arena_strdup(s->r->arena, text) : NULL;
}

static int read_under(const struct state *s, const json_t *o)
{
	const json_t *links = json_object_get(o, "links");
	const char *number = json_string_value(json_object_get(o, "dev"));
	struct blockdev d = {.nr_links = json_array_size(links)};
	json_int_t size = json_integer_value(json_object_get(o, "size"));

	if (!number || !dev_parse(number, &d.dev) || size < 0)
		return bad(s, "a device underneath lacks dev (\"MAJOR:MINOR\") or size");
	d.name = text_or_null(s, o, "name");
	d.nr_sectors = (uint64_t)size / 512;
	d.backing_file = text_or_null(s, o, "backing_file");
	d.whole_file = is_true(o, "whole_file");
	d.links = arena_array(s->r->arena, const char *, d.nr_links);
	for (size_t i = 0; i < d.nr_links; i++) {
		const char *link = json_string_value(json_array_get(links, i));

		if (!link)
			return bad(s, "links must be a list of paths");
		d.links[i] = arena_strdup(s->r->arena, link);
	}
	vec_push(&s->r->underneath, d);
	return 0;
}

static int read_state(const struct state *s, const json_t *root)
{
	const json_t *devices = json_object_get(root, "devices"), *under = json_object_get(root, "underneath");
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
	for (size_t i = 0; i < json_array_size(under) && !r; i++)
		r = read_under(s, json_array_get(under, i));
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
