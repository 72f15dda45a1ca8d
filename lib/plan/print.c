/* A plan for people. */
#include "base/size.h"
#include "plan/internal.h"

struct printer {
	const struct plan *p;
	struct strbuf *out;
	bool color;
};

static const char *const marks[] = {" ", "+", "~", "-"};
static const char *const colors[] = {"", "\033[32m", "\033[33m", "\033[31m"};

static const struct {
	enum change_what what;
	const char *text;
} whats[] = {
	{CHANGE_UNFINISHED, "finish: it was created and has no table yet"},
	{CHANGE_TABLE, "reload"},
	{CHANGE_READ_ONLY, "change of mode"},
	{CHANGE_NAME, "rename"},
	{CHANGE_SUSPENDED, "resume: it was left suspended"},
	{CHANGE_LEFTOVER, "drop a table that was never resumed"},
};

static void add_size(struct strbuf *b, uint64_t sectors)
{
	size_format(b, sectors * 512);
}

static void print_created(const struct printer *pr, const struct plan_change *c)
{
	const struct table *t = &c->volume->table;

	strbuf_addf(pr->out, "create  %s ", t->nr == 1 ? t->lines[0].target->name : "");
	if (t->nr != 1)
		strbuf_addf(pr->out, "%zu segments ", t->nr);
	add_size(pr->out, c->new_sectors);
	if (t->read_only)
		strbuf_adds(pr->out, " read-only");
}

static void print_what(const struct printer *pr, const struct plan_change *c)
{
	const char *comma = "";

	for (size_t i = 0; i < ARRAY_SIZE(whats); i++) {
		if (!(c->what & whats[i].what))
			continue;
		strbuf_addf(pr->out, "%s%s", comma, whats[i].text);
		comma = ", ";
	}
	if (c->what & CHANGE_NAME)
		strbuf_addf(pr->out, " (it runs as %s)", c->running->name);
	if (c->what & CHANGE_READ_ONLY)
		strbuf_addf(pr->out, " to %s", c->volume->table.read_only ? "read-only" : "writable");
}

static void print_words(const struct printer *pr, const struct plan_change *c)
{
	for (size_t i = 0; i < c->nr_words; i++) {
		const struct word_change *w = &c->words[i];

		strbuf_addf(pr->out, "        %s: ", w->word);
		if (!w->before)
			strbuf_addf(pr->out, "%s is added\n", w->after);
		else if (!w->after)
			strbuf_addf(pr->out, "%s is dropped\n", w->before);
		else
			strbuf_addf(pr->out, "%s -> %s\n", w->before, w->after);
	}
	if (c->nr_words_left_out)
		strbuf_addf(pr->out, "        and %zu words more\n", c->nr_words_left_out);
}

static void print_risks(const struct printer *pr, const struct plan_change *c)
{
	for (size_t i = 0; i < pr->p->steps.nr; i++) {
		const struct plan_step *s = &pr->p->steps.v[i];

		if (s->change == c && s->risk)
			strbuf_addf(pr->out, "        risk: %s\n", s->risk);
	}
}

static void print_change(const struct printer *pr, const struct plan_change *c)
{
	strbuf_addf(pr->out, "  %s%s%s %-20s ", pr->color ? colors[c->action] : "", marks[c->action],
		    pr->color ? "\033[0m" : "", c->name);
	if (c->action == PLAN_CREATE)
		print_created(pr, c);
	else if (c->action == PLAN_CHANGE)
		print_what(pr, c);
	else if (c->volume || pr->p->removes_all)
		strbuf_adds(pr->out, "remove");
	else
		strbuf_adds(pr->out, "remove: the layout has it no longer");
	strbuf_addch(pr->out, '\n');
	print_words(pr, c);
	print_risks(pr, c);
}

void plan_print_step(const struct plan_step *s, struct strbuf *out)
{
	strbuf_adds(out, step_kind_name(s->kind));
	strbuf_addf(out, " %s", s->device ? s->device->path ? s->device->path : s->device->name :
			 s->kind == STEP_RENAME ? s->change->running->name : s->change->name);
	if (s->kind == STEP_RENAME)
		strbuf_addf(out, " to %s", s->change->name);
	if (s->message)
		strbuf_addf(out, ": %s", s->message);
}

static void print_steps(const struct printer *pr)
{
	strbuf_adds(pr->out, "\nSteps:\n");
	for (size_t i = 0; i < pr->p->steps.nr; i++) {
		strbuf_addf(pr->out, "%5zu  ", i + 1);
		plan_print_step(&pr->p->steps.v[i], pr->out);
		strbuf_addch(pr->out, '\n');
	}
}

/* Steps beside the changes: snapshots make running volumes wait. */
static void print_waits(const struct printer *pr)
{
	for (size_t i = 0; i < pr->p->steps.nr; i++) {
		const struct plan_step *s = &pr->p->steps.v[i];

		if (s->change && s->change->action == PLAN_KEEP && s->risk)
			strbuf_addf(pr->out, "    %-20s %s\n", s->change->name, s->risk);
	}
}

void plan_print(const struct plan *p, bool steps, bool color, struct strbuf *out)
{
	struct printer pr = {p, out, color};

	if (plan_is_empty(p)) {
		strbuf_addf(out, p->removes_all ? "Nothing of the layout runs.\n" :
						  "Nothing to do: all %zu run as the layout says.\n",
			    p->nr[PLAN_KEEP]);
		return;
	}
	for (size_t i = 0; i < p->changes.nr; i++)
		if (p->changes.v[i]->action != PLAN_KEEP)
			print_change(&pr, p->changes.v[i]);
	for (size_t i = 0; i < p->steps.nr; i++)
		if (p->steps.v[i].kind == STEP_ATTACH)
			strbuf_addf(out, "    %-20s gets a loop device for %s\n", p->steps.v[i].device->name,
				    p->steps.v[i].device->path);
	print_waits(&pr);
	if (steps)
		print_steps(&pr);
	strbuf_addf(out, "\n%zu to create, %zu to change, %zu to remove; %zu stay as they are.\n",
		    p->nr[PLAN_CREATE], p->nr[PLAN_CHANGE], p->nr[PLAN_REMOVE], p->nr[PLAN_KEEP]);
}
