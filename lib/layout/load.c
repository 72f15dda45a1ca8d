/*
 * A layout file's top level: version, includes, params, then devices, volumes and
 * expectations.
 */
#include "layout/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/near.h"
#include "layout/internal.h"
#include "layout/yaml.h"

#define LANGUAGE_VERSION 1
#define MAX_INCLUDES     256

const char *const layout_keys[] = {
	"dmc", "name", "description", "requires", "include", "params", "devices", "volumes", "expect",
	NULL,
};

static const char *const included_keys[] = {"dmc", "description", "include", "params", "devices",
					    "volumes", "expect", NULL};

/* The parts of all files, in the order of inclusion: included ones first. */
struct parts {
	VEC(const struct node *) params, devices, volumes, expects;
	VEC(const struct source *) sources;
};

struct loader {
	struct layout *l;
	const struct layout_options *o;
	struct parts parts;
	struct strmap params; /* name -> struct node */
	size_t depth;
	bool failed;
};

/* ---- params: whole scalars of the form $name ---- */

static struct node *param_value(struct loader *ld, const struct node *n)
{
	struct near near = NEAR_INIT(n->text + 1, n->nr - 1);
	struct node *v = strmap_get(&ld->params, n->text + 1, n->nr - 1);
	struct finding *f;

	if (v)
		return v;
	f = node_report(ld->l, n, &F_PARAM, "no parameter is called '%.*s'", (int)n->nr - 1, n->text + 1);
	for (size_t i = 0; i < ld->parts.params.nr; i++) {
		const struct node *map = ld->parts.params.v[i];

		for (uint32_t k = 0; k < map->nr; k++)
			near_offer(&near, node_dup(ld->l->arena, &map->items[2 * k]));
	}
	if (near.best)
		finding_fix(ld->l->diag, f, "did you mean '$%s'?", near.best);
	return NULL;
}

static void substitute(struct loader *ld, struct node *n)
{
	struct node *v;

	if (n->kind == NODE_SCALAR) {
		if (n->nr < 2 || n->text[0] != '$' || (n->flags & (NODE_QUOTED | NODE_SUBSTITUTED)))
			return;
		n->flags |= NODE_SUBSTITUTED;
		if (n->text[1] == '$') { /* $$ stands for a $ */
			n->text++;
			n->nr--;
			return;
		}
		v = param_value(ld, n);
		if (v) {
			/* The value stands where it is used, so that findings point there. */
			n->text = v->text;
			n->nr = v->nr;
			n->flags = v->flags | NODE_SUBSTITUTED;
		}
		return;
	}
	for (uint32_t i = 0; i < n->nr; i++) {
		if (n->kind == NODE_MAP)
			substitute(ld, &n->items[2 * i + 1]);
		else
			substitute(ld, &n->items[i]);
	}
}

static void add_param(struct loader *ld, const struct node *key)
{
	struct node *value = (struct node *)key + 1;

	if (!node_expect(ld->l, value, NODE_SCALAR, "a parameter's value"))
		return;
	strmap_add(&ld->params, key->text, key->nr, value);
}

static void load_param_maps(struct loader *ld)
{
	for (size_t i = 0; i < ld->o->nr_params; i++) {
		const struct layout_param *p = &ld->o->params[i];
		struct node *n = arena_new(ld->l->arena, struct node);

		n->text = p->value;
		n->nr = (uint32_t)strlen(p->value);
		strmap_add(&ld->params, p->name, strlen(p->name), n);
	}
	/* The including file comes last and its values win, as it knows more. */
	for (size_t i = ld->parts.params.nr; i-- > 0;) {
		const struct node *map = ld->parts.params.v[i];

		for (uint32_t k = 0; k < map->nr; k++)
			add_param(ld, &map->items[2 * k]);
	}
}

static void check_given_params(struct loader *ld)
{
	for (size_t i = 0; i < ld->o->nr_params; i++) {
		const char *name = ld->o->params[i].name;
		bool known = false;

		for (size_t m = 0; m < ld->parts.params.nr; m++)
			known = known || node_get(ld->parts.params.v[m], name);
		if (!known)
			diag_add(ld->l->diag, &F_PARAM, (struct span){0},
				 "the layout has no parameter '%s' under `params:`", name);
	}
}

/* Only sources with a $ can have something to replace: a walk over a large tree is saved. */
static void substitute_all(struct loader *ld)
{
	bool any = false;

	load_param_maps(ld);
	check_given_params(ld);
	for (size_t i = 0; i < ld->parts.sources.nr; i++)
		any = any || memchr(ld->parts.sources.v[i]->text, '$', ld->parts.sources.v[i]->len);
	for (size_t i = 0; any && i < ld->parts.devices.nr; i++)
		substitute(ld, (struct node *)ld->parts.devices.v[i]);
	for (size_t i = 0; any && i < ld->parts.volumes.nr; i++)
		substitute(ld, (struct node *)ld->parts.volumes.v[i]);
	for (size_t i = 0; any && i < ld->parts.expects.nr; i++)
		substitute(ld, (struct node *)ld->parts.expects.v[i]);
}

/* ---- files ---- */

static void load_file(struct loader *ld, const struct source *src);

static char *read_file(struct arena *a, const char *path, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *text = NULL;
	size_t nr = 0;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size >= UINT32_MAX) {
		errno = EINVAL;
		goto out;
	}
	text = arena_alloc(a, (size_t)st.st_size + 1);
	while (nr < (size_t)st.st_size) {
		ssize_t r = read(fd, text + nr, (size_t)st.st_size - nr);

		if (r <= 0)
			break;
		nr += (size_t)r;
	}
	*len = nr;
out:
	close(fd);
	return text;
}

static const char *directory(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? arena_strndup(a, path, slash == path ? 1 : (size_t)(slash - path)) : NULL;
}

static void include_file(struct loader *ld, const struct source *from, const struct node *n)
{
	struct source *src = arena_new(ld->l->arena, struct source);
	const char *name, *dir = directory(ld->l->arena, from->name);

	if (!node_text(ld->l, n, "include", &name))
		return;
	if (*name != '/' && dir)
		name = arena_printf(ld->l->arena, "%s/%s", dir, name);
	for (size_t i = 0; i < ld->parts.sources.nr; i++)
		if (!strcmp(ld->parts.sources.v[i]->name, name)) {
			node_report(ld->l, n, &F_INCLUDE, "%s is included already", name);
			return;
		}
	if (ld->parts.sources.nr >= MAX_INCLUDES || ld->depth >= NODE_MAX_DEPTH) {
		node_report(ld->l, n, &F_INCLUDE, "more than %d files", MAX_INCLUDES);
		return;
	}
	src->name = name;
	src->text = read_file(ld->l->arena, name, &src->len);
	if (!src->text) {
		node_report(ld->l, n, &F_INCLUDE, "cannot read %s: %s", name, strerror(errno));
		return;
	}
	ld->depth++;
	load_file(ld, src);
	ld->depth--;
}

static void load_includes(struct loader *ld, const struct source *src, const struct node *n)
{
	if (n->kind == NODE_SCALAR) {
		include_file(ld, src, n);
		return;
	}
	if (!node_expect(ld->l, n, NODE_SEQ, "include"))
		return;
	for (uint32_t i = 0; i < n->nr; i++)
		include_file(ld, src, &n->items[i]);
}

static void check_version(struct loader *ld, const struct node *root)
{
	const struct node *n = node_get(root, "dmc");
	struct finding *f;
	uint64_t v;

	if (!n) {
		f = node_report(ld->l, root, &F_VERSION, "the language version is missing");
		finding_fix(ld->l->diag, f, "write `dmc: 1` as the first line");
		return;
	}
	if (node_u64(ld->l, n, "dmc", &v) && v != LANGUAGE_VERSION)
		node_report(ld->l, n, &F_VERSION_NEWER, "version %llu of the language; this program knows 1",
			    (unsigned long long)v);
}

static void load_name(struct loader *ld, const struct node *root)
{
	const struct node *n = node_get(root, "name");
	struct strbuf prefix = STRBUF_INIT;

	if (!n || !node_text(ld->l, n, "name", &ld->l->name))
		return;
	strbuf_adds(&prefix, "DMC-");
	for (const char *s = ld->l->name; *s; s++) {
		strbuf_addch(&prefix, *s);
		if (*s == '-')
			strbuf_addch(&prefix, '-');
	}
	strbuf_addch(&prefix, '-');
	ld->l->uuid_prefix = arena_strdup(ld->l->arena, strbuf_str(&prefix));
	strbuf_release(&prefix);
}

static void add_kernel(struct layout *l, const struct node *n)
{
	const char *text;

	if (!node_text(l, n, "kernel", &text))
		return;
	l->kernels[l->nr_kernels] = text;
	l->kernel_spans[l->nr_kernels++] = node_span(&l->tree, n);
}

static void load_requires(struct loader *ld, const struct node *root)
{
	static const char *const keys[] = {"kernel", NULL};
	const struct node *n = node_get(root, "requires"), *k;
	struct layout *l = ld->l;

	if (!n || !node_expect(l, n, NODE_MAP, "requires") || !node_check_keys(l, n, keys, "requires"))
		return;
	k = node_get(n, "kernel");
	if (!k)
		return;
	l->kernels = arena_array(l->arena, const char *, k->nr + 1);
	l->kernel_spans = arena_array(l->arena, struct span, k->nr + 1);
	if (k->kind == NODE_SCALAR)
		add_kernel(l, k);
	else if (node_expect(l, k, NODE_SEQ, "kernel"))
		for (uint32_t i = 0; i < k->nr; i++)
			add_kernel(l, &k->items[i]);
}

static void add_parts(struct loader *ld, const struct node *root)
{
	const struct node *n;

	if ((n = node_get(root, "params")) && node_expect(ld->l, n, NODE_MAP, "params"))
		vec_push(&ld->parts.params, n);
	if ((n = node_get(root, "devices")))
		vec_push(&ld->parts.devices, n);
	if ((n = node_get(root, "volumes")))
		vec_push(&ld->parts.volumes, n);
	if ((n = node_get(root, "expect")))
		vec_push(&ld->parts.expects, n);
}

static void load_file(struct loader *ld, const struct source *src)
{
	struct layout *l = ld->l;
	uint16_t index = (uint16_t)ld->parts.sources.nr;
	bool top = index == 0;
	struct node *root;

	vec_push(&ld->parts.sources, src);
	l->tree.sources = arena_memdup(l->arena, ld->parts.sources.v,
				       ld->parts.sources.nr * sizeof(*ld->parts.sources.v));
	l->tree.nr_sources = ld->parts.sources.nr;
	if (yaml_parse(src, index, l->arena, l->diag, &root)) {
		ld->failed = true;
		return;
	}
	if (top)
		l->tree.root = root;
	if (!root || !node_expect(l, root, NODE_MAP, "a layout")) {
		ld->failed = true;
		return;
	}
	node_check_keys(l, root, top ? layout_keys : included_keys,
			top ? "a layout" : "an included file");
	check_version(ld, root);
	if (top) {
		load_name(ld, root);
		load_requires(ld, root);
	}
	if (node_get(root, "include"))
		load_includes(ld, src, node_get(root, "include"));
	add_parts(ld, root);
}

int layout_load(struct layout *l, const struct source *src, const struct layout_options *o,
		struct arena *arena, struct diag *diag)
{
	size_t before = diag_errors(diag);
	struct loader ld = {.l = l, .o = o};

	*l = (struct layout){.arena = arena, .diag = diag, .targets = o->targets, .tree.arena = arena};
	l->dir = directory(arena, src->name);
	load_file(&ld, src);
	if (!ld.failed) {
		substitute_all(&ld);
		for (size_t i = 0; i < ld.parts.devices.nr; i++)
			load_devices(l, ld.parts.devices.v[i], o);
		load_all_volumes(l, ld.parts.volumes.v, ld.parts.volumes.nr);
		for (size_t i = 0; i < ld.parts.expects.nr; i++)
			load_expects(l, ld.parts.expects.v[i]);
	}
	vec_release(&ld.parts.params);
	vec_release(&ld.parts.devices);
	vec_release(&ld.parts.volumes);
	vec_release(&ld.parts.expects);
	vec_release(&ld.parts.sources);
	strmap_release(&ld.params);
	return diag_errors(diag) > before ? -EINVAL : 0;
}

void layout_release(struct layout *l)
{
	secrets_release(&l->secrets);
	strmap_release(&l->names);
	vec_release(&l->devices);
	vec_release(&l->volumes);
	vec_release(&l->expects);
}

bool layout_owns_uuid(const struct layout *l, const char *uuid)
{
	size_t len = l->uuid_prefix ? strlen(l->uuid_prefix) : 0;

	return len && uuid && !strncmp(uuid, l->uuid_prefix, len) && uuid[len] != '-';
}

static const struct named *find(const struct layout *l, const char *name)
{
	return strmap_get(&l->names, name, strlen(name));
}

struct volume *layout_volume(const struct layout *l, const char *name)
{
	const struct named *n = find(l, name);

	return n ? n->volume : NULL;
}

struct device *layout_device(const struct layout *l, const char *name)
{
	const struct named *n = find(l, name);

	return n ? n->device : NULL;
}
