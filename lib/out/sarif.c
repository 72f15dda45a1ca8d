/* SARIF 2.1.0, for code scanning in CI. */
#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "out/print.h"

/* A path as a URI reference. */
static json_t *uri(const char *path)
{
	struct strbuf b = STRBUF_INIT;
	json_t *s;

	for (; *path; path++) {
		unsigned char c = (unsigned char)*path;

		if (isalnum(c) || strchr("-._~/", c))
			strbuf_addch(&b, (char)c);
		else
			strbuf_addf(&b, "%%%02X", c);
	}
	s = json_string(strbuf_str(&b));
	strbuf_release(&b);
	return s;
}

static json_t *location(struct span span, struct positions *at)
{
	struct position begin = positions_find(at, span.src, span.off);
	struct position end = positions_find(at, span.src, (size_t)span.off + span.len);

	return json_pack("{s{s{so}s{sIsIsIsIsIsI}}}", "physicalLocation", "artifactLocation", "uri",
			 uri(span.src->name), "region", "startLine", (json_int_t)begin.line, "startColumn",
			 (json_int_t)begin.column, "endLine", (json_int_t)end.line, "endColumn",
			 (json_int_t)end.column, "byteOffset", (json_int_t)span.off, "byteLength",
			 (json_int_t)span.len);
}

static json_t *rule(const struct finding_kind *k)
{
	return json_pack("{sss{ss}s{ss}s{ss}s{ss}}", "id", k->id, "shortDescription", "text", k->title,
			 "fullDescription", "text", k->cause, "help", "text", k->fix,
			 "defaultConfiguration", "level", severity_name(k->severity));
}

static json_t *result(const struct finding *f, size_t rule_index, struct positions *at)
{
	json_t *o = json_pack("{sssIsss{ss}}", "ruleId", f->kind->id, "ruleIndex", (json_int_t)rule_index,
			      "level", severity_name(f->kind->severity), "message", "text", f->message);
	json_t *related = json_array();

	if (f->span.src)
		json_object_set_new(o, "locations", json_pack("[o]", location(f->span, at)));
	for (size_t i = 0; i < f->notes.nr; i++) {
		json_t *l;

		if (!f->notes.v[i].span.src)
			continue;
		l = location(f->notes.v[i].span, at);
		json_object_set_new(l, "message", json_pack("{ss}", "text", f->notes.v[i].text));
		json_array_append_new(related, l);
	}
	if (json_array_size(related))
		json_object_set(o, "relatedLocations", related);
	json_decref(related);
	return o;
}

/* The index of a kind among those met, adding it to `rules` when it is new. */
static size_t rule_index(const struct finding_kind **kinds, size_t *nr, json_t *rules,
			 const struct finding_kind *k)
{
	size_t i;

	for (i = 0; i < *nr; i++)
		if (kinds[i] == k)
			return i;
	kinds[(*nr)++] = k;
	json_array_append_new(rules, rule(k));
	return i;
}

void out_sarif(struct strbuf *b, const struct diag *d, const struct out_options *o, struct positions *at)
{
	const struct finding_kind **kinds = mem_calloc(d->findings.nr, sizeof(*kinds));
	json_t *rules = json_array(), *results = json_array(), *root;
	size_t nr = 0;
	char *s;

	for (size_t i = 0; i < d->findings.nr; i++) {
		const struct finding *f = &d->findings.v[i];

		json_array_append_new(results, result(f, rule_index(kinds, &nr, rules, f->kind), at));
	}
	root = json_pack("{sssss[{s{s{sssssssO}}sssO}]}", "$schema",
			 "https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0", "runs", "tool",
			 "driver", "name", o->tool, "version", o->version, "informationUri",
			 "https://www.kernel.org/doc/html/latest/admin-guide/device-mapper/", "rules", rules,
			 "columnKind", "unicodeCodePoints", "results", results);
	s = json_dumps(root, JSON_INDENT(2));
	strbuf_adds(b, s);
	strbuf_addch(b, '\n');
	free(s);
	free(kinds);
	json_decref(root);
	json_decref(rules);
	json_decref(results);
}
