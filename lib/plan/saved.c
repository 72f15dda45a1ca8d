#include "plan/saved.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "crypto/digest.h"
#include "plan/diff.h"
#include "plan/internal.h"
#include "plan/probe.h"

#define SAVED_VERSION 1

/* ---- fingerprints ---- */

/* The serial number of the disk; "" for none. */
static const char *serial(dev_t dev, char *buf, size_t size)
{
	char path[96];
	FILE *f;

	*buf = '\0';
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/device/serial", major(dev), minor(dev));
	f = fopen(path, "re");
	if (f && fgets(buf, (int)size, f))
		buf[strcspn(buf, "\n")] = '\0';
	if (f)
		fclose(f);
	return buf;
}

static json_t *device_json(const struct plan_device *d)
{
	char number[24], text[128];
	struct probe probe = {0};

	if (d->device->path)
		probe_signature(d->device->path, 0, 0, &probe);
	return json_pack("{sssssIssssss}", "name", d->device->name, "dev",
			 d->loop || !d->dev ? "" : dev_str(d->dev, number), "size",
			 (json_int_t)(d->device->blk.nr_sectors * 512), "serial", serial(d->dev, text, sizeof(text)),
			 "signature", probe.type, "signature_uuid", probe.uuid);
}

/* The words without keys, behind a digest: tables can be long. */
static json_t *running_json(const struct plan *p, const struct running_device *d)
{
	struct strbuf b = STRBUF_INIT;
	char digest[SHA256_HEX_SIZE], number[24];
	json_t *o;

	for (size_t i = 0; i < d->table.nr; i++)
		diff_print_public(p, &d->table.v[i], &b);
	sha256_hex(strbuf_str(&b), b.len, digest);
	strbuf_release(&b);
	o = json_pack("{sssssbsbsbss}", "name", d->name, "dev", dev_str(d->dev, number), "suspended",
		      (int)d->suspended, "inactive", (int)d->inactive, "read_only", (int)d->read_only, "table", digest);
	json_object_set_new(o, "uuid", d->uuid ? json_string(d->uuid) : json_null());
	return o;
}

static json_t *whole_json(const struct plan *p, const struct saved_plan *how)
{
	json_t *params = json_array(), *allow = json_array(), *devices = json_array(), *running = json_array();

	for (size_t i = 0; i < how->nr_params; i++)
		json_array_append_new(params, json_string(how->params[i]));
	for (size_t i = 0; i < how->nr_allow; i++)
		json_array_append_new(allow, json_string(how->allow[i]));
	for (size_t i = 0; i < p->nr_devices; i++)
		json_array_append_new(devices, device_json(&p->devices[i]));
	for (size_t i = 0; i < p->changes.nr; i++)
		if (p->changes.v[i]->running)
			json_array_append_new(running, running_json(p, p->changes.v[i]->running));
	return json_pack("{sisssososososo}", "dmc_plan", SAVED_VERSION, "layout", how->layout, "params", params,
			 "allow", allow, "devices", devices, "running", running, "plan", plan_json(p));
}

/* ---- writing and reading ---- */

void saved_plan_print(const struct plan *p, const struct saved_plan *how, struct strbuf *out)
{
	json_t *o = whole_json(p, how);
	char *text = json_dumps(o, JSON_INDENT(2));

	strbuf_adds(out, text);
	strbuf_addch(out, '\n');
	free(text);
	json_decref(o);
}

bool saved_plan_is(const struct source *src)
{
	size_t i = strspn(src->text, " \t\r\n");

	return src->text[i] == '{' && strstr(src->text, "\"dmc_plan\"");
}

static json_t *read_json(const struct source *src, struct diag *diag)
{
	json_error_t error;
	json_t *o = json_loadb(src->text, src->len, JSON_REJECT_DUPLICATES, &error);

	if (!o) {
		diag_add(diag, &F_PLAN_SYNTAX, (struct span){src, (uint32_t)error.position, 0}, "%s", error.text);
		return NULL;
	}
	if (json_integer_value(json_object_get(o, "dmc_plan")) == SAVED_VERSION &&
	    json_is_string(json_object_get(o, "layout")))
		return o;
	diag_add(diag, &F_PLAN_SYNTAX, (struct span){src, 0, 0}, "this is no plan of version %d", SAVED_VERSION);
	json_decref(o);
	return NULL;
}

static const char *const *texts(const json_t *list, struct arena *arena, size_t *nr)
{
	size_t all = json_array_size(list);
	const char **v = arena_array(arena, const char *, all + 1);

	*nr = 0;
	for (size_t i = 0; i < all; i++) {
		const char *s = json_string_value(json_array_get(list, i));

		if (s)
			v[(*nr)++] = arena_strdup(arena, s);
	}
	return v;
}

int saved_plan_parse(const struct source *src, struct arena *arena, struct saved_plan *ret,
		     struct diag *diag)
{
	json_t *o = read_json(src, diag);

	if (!o)
		return -EINVAL;
	ret->layout = arena_strdup(arena, json_string_value(json_object_get(o, "layout")));
	ret->params = texts(json_object_get(o, "params"), arena, &ret->nr_params);
	ret->allow = texts(json_object_get(o, "allow"), arena, &ret->nr_allow);
	json_decref(o);
	return 0;
}

/* ---- comparing ---- */

static const json_t *find_named(const json_t *list, const char *name)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);
		const char *s = json_string_value(json_object_get(o, "name"));

		if (s && !strcmp(s, name))
			return o;
	}
	return NULL;
}

static const char *value_text(const json_t *v, char *buf, size_t size)
{
	if (json_is_string(v))
		snprintf(buf, size, "'%s'", json_string_value(v));
	else if (json_is_integer(v))
		snprintf(buf, size, "%lld", (long long)json_integer_value(v));
	else
		snprintf(buf, size, "%s", json_is_true(v) ? "yes" : json_is_null(v) ? "none" : "no");
	return buf;
}

static bool compare_object(const char *what, const json_t *was, const json_t *is, struct diag *diag)
{
	const char *key, *name = json_string_value(json_object_get(is, "name"));
	char before[160], after[160];
	bool same = true;
	json_t *v;

	json_object_foreach((json_t *)is, key, v) {
		const json_t *old = json_object_get(was, key);

		if (json_equal(old, v))
			continue;
		same = false;
		diag_add(diag, &F_PLAN_STALE, (struct span){0}, "%s %s: its %s was %s when the plan was made, and is %s now",
			 what, name, key, value_text(old, before, sizeof(before)), value_text(v, after, sizeof(after)));
	}
	return same;
}

static bool compare_list(const char *what, const json_t *was, const json_t *is, struct diag *diag)
{
	bool same = true;

	for (size_t i = 0; i < json_array_size(is); i++) {
		const json_t *o = json_array_get(is, i);
		const char *name = json_string_value(json_object_get(o, "name"));
		const json_t *old = find_named(was, name);

		if (old) {
			same &= compare_object(what, old, o, diag);
			continue;
		}
		same = false;
		diag_add(diag, &F_PLAN_STALE, (struct span){0}, "%s %s was not there when the plan was made", what, name);
	}
	for (size_t i = 0; i < json_array_size(was); i++) {
		const char *name = json_string_value(json_object_get(json_array_get(was, i), "name"));

		if (!name || find_named(is, name))
			continue;
		same = false;
		diag_add(diag, &F_PLAN_STALE, (struct span){0}, "%s %s is gone since the plan was made", what, name);
	}
	return same;
}

bool saved_plan_matches(const struct source *src, const struct plan *p, const struct saved_plan *how,
			struct diag *diag)
{
	json_t *was = read_json(src, diag), *is;
	bool same;

	if (!was)
		return false;
	is = whole_json(p, how);
	same = compare_list("device", json_object_get(was, "devices"), json_object_get(is, "devices"), diag);
	same &= compare_list("running device", json_object_get(was, "running"), json_object_get(is, "running"), diag);
	if (same && !json_equal(json_object_get(was, "plan"), json_object_get(is, "plan"))) {
		same = false;
		diag_add(diag, &F_PLAN_STALE, (struct span){0},
			 "the layout %s asks for something else than when the plan was made", how->layout);
	}
	json_decref(was);
	json_decref(is);
	return same;
}
