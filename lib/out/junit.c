/*
 * JUnit XML: a suite for each file that was checked; a test case for each finding, which
 * fails when it is an error (with --strict: or a warning); a passing one for a clean file.
 */
#include <string.h>

#include "out/print.h"

static void escaped(struct strbuf *b, const char *s)
{
	for (; *s; s++) {
		switch (*s) {
		case '&':
			strbuf_adds(b, "&amp;");
			break;
		case '<':
			strbuf_adds(b, "&lt;");
			break;
		case '>':
			strbuf_adds(b, "&gt;");
			break;
		case '"':
			strbuf_adds(b, "&quot;");
			break;
		default:
			/* XML 1.0 has no way to write most control characters. */
			strbuf_addch(b, (unsigned char)*s < 0x20 && *s != '\n' && *s != '\t' ? '?' : *s);
		}
	}
}

static bool fails(const struct finding *f, const struct out_options *o)
{
	return f->kind->severity == SEV_ERROR || (o->strict && f->kind->severity == SEV_WARNING);
}

static bool is_of(const struct finding *f, const char *file, bool first)
{
	if (!f->span.src)
		return first;
	return !strcmp(f->span.src->name, file);
}

/* Findings of included files belong to the first input. */
static bool belongs(const struct finding *f, const struct out_options *o, size_t file)
{
	if (is_of(f, o->files[file], file == 0))
		return true;
	if (file || !f->span.src)
		return false;
	for (size_t i = 0; o->files[i]; i++)
		if (!strcmp(f->span.src->name, o->files[i]))
			return false;
	return true;
}

static void test_case(struct strbuf *b, const struct finding *f, const struct out_options *o,
		      struct positions *at)
{
	struct position p = {0, 0};

	if (f->span.src)
		p = positions_find(at, f->span.src, f->span.off);
	strbuf_adds(b, "    <testcase classname=\"");
	escaped(b, f->kind->id);
	strbuf_addf(b, "\" name=\"%lu:%lu ", p.line, p.column);
	escaped(b, f->message);
	if (!fails(f, o)) {
		strbuf_adds(b, "\"/>\n");
		return;
	}
	strbuf_adds(b, "\">\n      <failure message=\"");
	escaped(b, f->message);
	strbuf_addf(b, "\" type=\"%s\">", severity_name(f->kind->severity));
	if (f->span.src) {
		escaped(b, f->span.src->name);
		strbuf_addf(b, ":%lu:%lu", p.line, p.column);
	}
	if (f->fix) {
		strbuf_adds(b, "\nfix: ");
		escaped(b, f->fix);
	}
	strbuf_adds(b, "</failure>\n    </testcase>\n");
}

static void suite(struct strbuf *b, const struct diag *d, const struct out_options *o, size_t file,
		  struct positions *at)
{
	size_t nr = 0, failures = 0;

	for (size_t i = 0; i < d->findings.nr; i++)
		if (belongs(&d->findings.v[i], o, file)) {
			nr++;
			failures += fails(&d->findings.v[i], o);
		}
	strbuf_adds(b, "  <testsuite name=\"");
	escaped(b, o->files[file]);
	strbuf_addf(b, "\" tests=\"%zu\" failures=\"%zu\">\n", nr ? nr : 1, failures);
	for (size_t i = 0; i < d->findings.nr; i++)
		if (belongs(&d->findings.v[i], o, file))
			test_case(b, &d->findings.v[i], o, at);
	if (!nr)
		strbuf_addf(b, "    <testcase classname=\"%s\" name=\"no findings\"/>\n", o->tool);
	strbuf_adds(b, "  </testsuite>\n");
}

void out_junit(struct strbuf *b, const struct diag *d, const struct out_options *o, struct positions *at)
{
	strbuf_adds(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
	for (size_t i = 0; o->files[i]; i++)
		suite(b, d, o, i, at);
	strbuf_adds(b, "</testsuites>\n");
}
