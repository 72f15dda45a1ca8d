/* `expect:`: what the author of a layout wants to hold, whatever else changes. */
#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "compile/check.h"
#include "compile/rows.h"
#include "layout/internal.h"

struct judge {
	const struct layout *l;
	struct diag *diag;
	const struct volume *v;
	const struct node *n; /* the value */
};

static void fails(const struct judge *j, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void fails(const struct judge *j, const char *fmt, ...)
{
	struct finding *f;
	va_list ap;

	va_start(ap, fmt);
	f = diag_vadd(j->diag, &F_EXPECT, node_span(&j->l->tree, j->n), fmt, ap);
	va_end(ap);
	f->subject = j->v->name;
}

static char *size_str(const struct judge *j, uint64_t bytes)
{
	struct strbuf b = STRBUF_INIT;
	char *s;

	size_format(&b, bytes);
	s = arena_strdup(j->diag->arena, strbuf_str(&b));
	strbuf_release(&b);
	return s;
}

/* `sign` -1: at least; 0: exactly; 1: at most. */
static void judge_size(const struct judge *j, int sign)
{
	uint64_t have = j->v->blk.nr_sectors * 512, want;

	if (!node_size(j->l, j->n, "expect", 0, &want))
		return;
	if ((sign <= 0 && have < want) || (sign >= 0 && have > want))
		fails(j, "the size is %s, expected %s%s", size_str(j, have),
		      sign < 0 ? "at least " : sign > 0 ? "at most " : "", size_str(j, want));
}

/* What all thin volumes of a pool could come to, as a multiple of the pool. */
static double overcommit(const struct judge *j)
{
	double sum = 0;

	for (size_t i = 0; i < j->l->volumes.nr; i++) {
		const struct volume *v = j->l->volumes.v[i];

		for (size_t k = 0; k < v->table.nr; k++) {
			const struct line *line = &v->table.lines[k];

			if (!strcmp(line->target->name, "thin") &&
			    row_device(line, row_by_key(line->target, "pool")) == &j->v->blk)
				sum += (double)line->nr_sectors;
		}
	}
	return sum / (double)(j->v->blk.nr_sectors ? j->v->blk.nr_sectors : 1);
}

/* "<= 20", "< 1.5": a bound above. */
static void judge_overcommit(const struct judge *j)
{
	const char *text = node_dup(j->diag->arena, j->n), *p = text;
	bool equal = false;
	double limit, have = overcommit(j);
	char *end;

	if (*p == '<') {
		p++;
		equal = *p == '=';
		p += equal;
	}
	limit = strtod(p, &end);
	if (p == text || end == p || *end) {
		diag_add(j->diag, &F_EXPECT_UNKNOWN, node_span(&j->l->tree, j->n),
			 "overcommit: expected \"<= NUMBER\" or \"< NUMBER\", found '%s'", text);
		return;
	}
	if (have > limit || (!equal && have >= limit))
		fails(j, "its thin volumes come to %.2f times its size, expected %s", have, text);
}

static void judge_target(const struct judge *j)
{
	for (size_t i = 0; i < j->v->table.nr; i++)
		if (!node_is(j->n, j->v->table.lines[i].target->name)) {
			fails(j, "the target is %s, expected %.*s", j->v->table.lines[i].target->name,
			      (int)j->n->nr, j->n->text);
			return;
		}
}

static void judge_flag(const struct judge *j)
{
	bool want;

	if (node_flag(j->l, j->n, "read_only", &want) && want != j->v->table.read_only)
		fails(j, "the volume is %s", want ? "writable" : "read-only");
}

static void judge_block_size(const struct judge *j)
{
	uint64_t want;

	if (!number_parse(j->n->text, j->n->nr, &want) &&
	    !node_size(j->l, j->n, "logical_block_size", 0, &want))
		return;
	if (want != j->v->blk.logical_block_size)
		fails(j, "logical blocks have %u bytes, expected %llu", j->v->blk.logical_block_size,
		      (unsigned long long)want);
}

static void judge_root_hash(const struct judge *j)
{
	const struct line *line = &j->v->table.lines[0];
	const struct word *row = row_by_key(line->target, "root_hash");
	const char *have = row ? word_text(line->params, row) : NULL;

	if (!have || strlen(have) != j->n->nr || strncasecmp(have, j->n->text, j->n->nr))
		fails(j, "%s%s", have ? "the root hash is " : "the volume has no root hash", have ? have : "");
}

static void judge(struct judge *j, const struct node *key)
{
	if (node_is(key, "volume"))
		return;
	if (j->n->kind != NODE_SCALAR) {
		node_expect(j->l, j->n, NODE_SCALAR, "an expectation's value");
		return;
	}
	if (node_is(key, "min_size"))
		judge_size(j, -1);
	else if (node_is(key, "max_size"))
		judge_size(j, 1);
	else if (node_is(key, "size"))
		judge_size(j, 0);
	else if (node_is(key, "overcommit"))
		judge_overcommit(j);
	else if (node_is(key, "target"))
		judge_target(j);
	else if (node_is(key, "read_only"))
		judge_flag(j);
	else if (node_is(key, "logical_block_size"))
		judge_block_size(j);
	else
		judge_root_hash(j);
}

void check_expects(const struct layout *l, struct diag *diag)
{
	for (size_t i = 0; i < l->expects.nr; i++) {
		const struct expect *e = &l->expects.v[i];

		for (uint32_t k = 0; k < e->node->nr; k++) {
			struct judge j = {l, diag, e->volume, &e->node->items[2 * k + 1]};

			judge(&j, &e->node->items[2 * k]);
		}
	}
}
