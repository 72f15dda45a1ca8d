#include "plan/state.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "target/status.h"

/* The kernel takes tables longer than any number of bytes. */
static json_int_t bytes(uint64_t sectors)
{
	return (json_int_t)((sectors < INT64_MAX / 512 ? sectors : INT64_MAX / 512) * 512);
}

uint64_t running_sectors(const struct running_device *d)
{
	const struct dm_line *last = d->table.nr ? &d->table.v[d->table.nr - 1] : NULL;

	return last ? last->start_sectors + last->nr_sectors : 0;
}

static struct status_ctx context(const struct running *r, const struct target_list *targets)
{
	return (struct status_ctx){.targets = targets, .kernel = r->kernel, .arena = r->arena};
}

/* The table may have been swapped between the two questions. */
void running_decode(const struct running *r, const struct target_list *targets, const struct running_device *d,
		    size_t i, struct status *ret)
{
	struct status_ctx c = context(r, targets);
	const struct dm_line *status = &d->status.v[i], *table = i < d->table.nr ? &d->table.v[i] : NULL;
	bool same = table && !strcmp(table->target, status->target) && table->start_sectors == status->start_sectors;

	status_decode(&c, status->target, status->nr_sectors, same ? table->params : "", status->params, ret);
}

static json_t *line_json(const struct dm_line *l)
{
	return json_pack("{sIsIso}", "start", bytes(l->start_sectors), "length", bytes(l->nr_sectors), "target",
			 json_text(l->target));
}

static json_t *table_json(const struct running *r, const struct target_list *targets, const struct dm_lines *t)
{
	struct status_ctx c = context(r, targets);
	json_t *list = json_array();

	for (size_t i = 0; i < t->nr; i++) {
		const struct dm_line *l = &t->v[i];
		json_t *o = line_json(l);

		json_object_set_new(o, "params", json_text(params_hide_keys(&c, l->target, l->nr_sectors, l->params)));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *status_list(const struct running *r, const struct target_list *targets,
			   const struct running_device *d)
{
	json_t *list = json_array();

	for (size_t i = 0; i < d->status.nr; i++) {
		json_t *o = line_json(&d->status.v[i]);
		struct status s;

		running_decode(r, targets, d, i, &s);
		status_json(&s, o);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *deps_json(const struct dm_devs *deps)
{
	json_t *list = json_array();
	char number[24];

	for (size_t i = 0; i < deps->nr; i++)
		json_array_append_new(list, json_text(dev_str(deps->v[i], number)));
	return list;
}

static json_t *device_json(const struct running *r, const struct target_list *targets,
			   const struct running_device *d)
{
	char number[24];

	return json_pack("{sososssIsisIsbsbsbsbsbsososo}", "name", json_text(d->name), "uuid", json_text(d->uuid), "dev",
			 dev_str(d->dev, number), "size", bytes(running_sectors(d)), "open_count", (int)d->open_count,
			 "event_nr", (json_int_t)d->event_nr, "suspended", (int)d->suspended, "read_only",
			 (int)d->read_only, "live", (int)d->live, "inactive", (int)d->inactive, "deferred_remove",
			 (int)d->deferred_remove, "deps", deps_json(&d->deps), "table",
			 table_json(r, targets, &d->table), "status", status_list(r, targets, d));
}

static json_t *under_json(const struct blockdev *d)
{
	char number[24];
	json_t *links = json_array(), *o;

	for (size_t i = 0; i < d->nr_links; i++)
		json_array_append_new(links, json_text(d->links[i]));
	o = json_pack("{sssosIso}", "dev", dev_str(d->dev, number), "name", json_text(d->name), "size",
		      bytes(d->nr_sectors), "links", links);
	if (d->backing_file) {
		json_object_set_new(o, "backing_file", json_text(d->backing_file));
		json_object_set_new(o, "whole_file", json_boolean(d->whole_file));
	}
	return o;
}

void running_print_json(struct running *r, const struct state_options *o, struct strbuf *out)
{
	json_t *devices = json_array(), *under = json_array(), *missing = json_array(), *root;
	char *text;

	for (size_t i = 0; i < o->nr; i++)
		json_array_append_new(devices, device_json(r, o->targets, o->devices[i]));
	for (size_t i = 0; i < r->underneath.nr; i++)
		json_array_append_new(under, under_json(&r->underneath.v[i]));
	for (size_t i = 0; i < o->nr_missing; i++)
		json_array_append_new(missing, json_text(o->missing[i]));
	root = json_pack("{sissso}", "format_version", 1, "kernel", r->release, "devices", devices);
	if (o->nr_missing)
		json_object_set(root, "missing", missing);
	json_decref(missing);
	json_object_set_new(root, "underneath", under);
	text = json_dumps(root, JSON_INDENT(2));
	strbuf_adds(out, text);
	strbuf_addch(out, '\n');
	free(text);
	json_decref(root);
}
