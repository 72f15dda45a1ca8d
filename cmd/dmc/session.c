#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/near.h"
#include "blk/blk.h"
#include "common/metadata.h"
#include "dm/kernel.h"
#include "dmc/dmc.h"
#include "format/thin/thin.h"
#include "layout/yaml.h"
#include "plan/plan.h"
#include "target/reader.h"
#include "targets/targets.h"

#define MAX_FINDINGS 1000

void session_init(struct session *s, struct cli *c)
{
	*s = (struct session){.c = c};
	diag_init(&s->diag, &c->arena);
	s->diag.max = MAX_FINDINGS;
}

void session_release(struct session *s)
{
	if (s->loaded)
		layout_release(&s->layout);
	diag_release(&s->diag);
}

int parse_params(struct cli *c, const struct cli_list *list, struct layout_options *o)
{
	struct layout_param *params = arena_array(&c->arena, struct layout_param, list->nr);

	for (size_t i = 0; i < list->nr; i++) {
		const char *eq = strchr(list->v[i], '=');

		if (!eq || eq == list->v[i])
			return cli_usage(c, "--param: expected NAME=VALUE, found '%s'", list->v[i]);
		params[i].name = arena_strndup(&c->arena, list->v[i], (size_t)(eq - list->v[i]));
		params[i].value = eq + 1;
	}
	o->params = params;
	o->nr_params = list->nr;
	return 0;
}

const struct kernel_profile *find_profile(struct session *s, const char *name, struct span span)
{
	const struct kernel_profile *k = kernel_find(name), *all;
	struct near near = NEAR_INIT(name, strlen(name));
	struct strbuf known = STRBUF_INIT;
	struct finding *f;
	size_t nr;

	if (k)
		return k;
	if (!access(name, R_OK)) {
		struct source *src = io_read(s->c, name);

		return src ? kernel_profile_parse(src, &s->c->arena, &s->diag) : NULL;
	}
	all = kernel_profiles(&nr);
	for (size_t i = 0; i < nr; i++) {
		near_offer(&near, all[i].name);
		strbuf_addf(&known, "%s%s", i ? ", " : "", all[i].name);
	}
	f = diag_add(&s->diag, &F_PROFILE_UNKNOWN, span, "no kernel profile is called '%s'", name);
	finding_fix(&s->diag, f, "known: %s; or a file with the output of `dmsetup targets`",
		    strbuf_str(&known));
	strbuf_release(&known);
	return NULL;
}

void print_findings(struct session *s)
{
	report_findings(s->c, &s->diag);
}

/* Only devices are absent, and every volume has a table all the same. */
static bool is_complete(const struct session *s)
{
	for (size_t i = 0; i < s->layout.volumes.nr; i++)
		if (s->layout.volumes.v[i]->failed)
			return false;
	return findings_status(&s->diag, false) == EXIT_ABSENT;
}

bool load_layout(struct session *s, const char *path, const struct layout_options *o)
{
	struct source *src = io_read(s->c, path);
	int r;

	if (!src)
		return false;
	r = layout_load(&s->layout, src, o, &s->c->arena, &s->diag);
	s->loaded = true;
	if (!r || is_complete(s))
		return true;
	print_findings(s);
	return false;
}

/* ---- all kinds of findings ---- */

static void add_kinds(const struct finding_kind **all, size_t *nr, const struct finding_kind *const *list)
{
	for (; list && *list; list++) {
		size_t i = 0;

		while (i < *nr && all[i] != *list)
			i++;
		if (i == *nr)
			all[(*nr)++] = *list;
	}
}

static int by_id(const void *a, const void *b)
{
	return strcmp((*(const struct finding_kind *const *)a)->id, (*(const struct finding_kind *const *)b)->id);
}

const struct finding_kind **all_findings(struct arena *a, size_t *nr)
{
	static const struct finding_kind *const *const lists[] = {
		yaml_findings, layout_findings, target_findings, reader_findings, compile_findings,
		kernel_findings, dm_findings, plan_findings, blk_findings, pdata_findings, metadata_findings,
		thin_format_findings,
	};
	const struct finding_kind **all = arena_array(a, const struct finding_kind *, 1024);

	*nr = 0;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		add_kinds(all, nr, lists[i]);
	for (size_t i = 0; i < targets_all.nr; i++)
		add_kinds(all, nr, targets_all.v[i]->findings);
	qsort(all, *nr, sizeof(*all), by_id);
	return all;
}
