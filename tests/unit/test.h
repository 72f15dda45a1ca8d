/* What unit tests share: a layout from a text, and findings by name. */
#ifndef UNIT_TEST_H
#define UNIT_TEST_H

#include <check.h>
#include <string.h>

#include "compile/check.h"
#include "compile/compile.h"
#include "layout/layout.h"
#include "targets/targets.h"

struct test {
	struct arena arena;
	struct diag diag;
	struct source src;
	struct layout layout;
	int loaded; /* layout_load()'s result */
};

static inline void test_load(struct test *t, const char *text)
{
	struct layout_options o = {.targets = &targets_all, .no_devices = true};

	memset(t, 0, sizeof(*t));
	arena_init(&t->arena);
	diag_init(&t->diag, &t->arena);
	t->src = (struct source){"test.yaml", text, strlen(text), false};
	t->loaded = layout_load(&t->layout, &t->src, &o, &t->arena, &t->diag);
}

static inline void test_check(struct test *t, const char *text)
{
	test_load(t, text);
	check_kernel(&t->layout, kernel_default(), &t->diag);
	check_layout(&t->layout, &t->diag);
	diag_sort(&t->diag);
}

static inline void test_release(struct test *t)
{
	layout_release(&t->layout);
	diag_release(&t->diag);
	arena_release(&t->arena);
}

static inline const struct finding *test_finding(const struct test *t, const char *id)
{
	for (size_t i = 0; i < t->diag.findings.nr; i++)
		if (!strcmp(t->diag.findings.v[i].kind->id, id))
			return &t->diag.findings.v[i];
	return NULL;
}

/* The table of the layout's only volumes, in order, as loaded. */
static inline char *test_tables(struct test *t)
{
	struct compile_options o = {.format = COMPILE_TABLE, .kernel = kernel_default(), .version = "test"};
	struct strbuf b = STRBUF_INIT;
	char *s;

	compile_print(&t->layout, &o, &t->arena, &b);
	s = arena_strdup(&t->arena, strbuf_str(&b));
	strbuf_release(&b);
	return s;
}

#endif
