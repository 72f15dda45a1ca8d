/* Findings as one JSON object. Offsets and lengths are bytes; lines and columns from 1. */
#include <jansson.h>
#include <stdlib.h>

#include "out/print.h"

static json_t *text(const char *s)
{
	return s ? json_string(s) : json_null();
}

static void add_span(json_t *o, struct span span, struct positions *at)
{
	struct position begin, end;

	if (!span.src)
		return;
	begin = positions_find(at, span.src, span.off);
	end = positions_find(at, span.src, (size_t)span.off + span.len);
	json_object_set_new(o, "file", json_string(span.src->name));
	json_object_set_new(o, "line", json_integer((json_int_t)begin.line));
	json_object_set_new(o, "column", json_integer((json_int_t)begin.column));
	json_object_set_new(o, "end_line", json_integer((json_int_t)end.line));
	json_object_set_new(o, "end_column", json_integer((json_int_t)end.column));
	json_object_set_new(o, "offset", json_integer(span.off));
	json_object_set_new(o, "length", json_integer(span.len));
}

static json_t *notes(const struct finding *f, struct positions *at)
{
	json_t *list = json_array();

	for (size_t i = 0; i < f->notes.nr; i++) {
		json_t *o = json_object();

		json_object_set_new(o, "message", json_string(f->notes.v[i].text));
		add_span(o, f->notes.v[i].span, at);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *finding(const struct finding *f, struct positions *at)
{
	json_t *o = json_object();

	json_object_set_new(o, "id", json_string(f->kind->id));
	json_object_set_new(o, "severity", json_string(severity_name(f->kind->severity)));
	add_span(o, f->span, at);
	json_object_set_new(o, "subject", text(f->subject));
	json_object_set_new(o, "message", text(f->message));
	json_object_set_new(o, "fix", text(f->fix));
	json_object_set_new(o, "kernel", text(f->kernel_text));
	json_object_set_new(o, "profile", text(f->profile));
	json_object_set_new(o, "notes", notes(f, at));
	return o;
}

void out_json(struct strbuf *b, const struct diag *d, const struct out_options *o, struct positions *at)
{
	json_t *root = json_object(), *list = json_array();
	char *s;

	(void)o;
	for (size_t i = 0; i < d->findings.nr; i++)
		json_array_append_new(list, finding(&d->findings.v[i], at));
	json_object_set_new(root, "format_version", json_integer(1));
	json_object_set_new(root, "findings", list);
	json_object_set_new(root, "errors", json_integer((json_int_t)d->nr[SEV_ERROR]));
	json_object_set_new(root, "warnings", json_integer((json_int_t)d->nr[SEV_WARNING]));
	json_object_set_new(root, "dropped", json_integer((json_int_t)d->dropped));
	s = json_dumps(root, JSON_INDENT(2));
	strbuf_adds(b, s);
	strbuf_addch(b, '\n');
	free(s);
	json_decref(root);
}
