#include "dmc/reference.h"

#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "target/params.h"

/* Where the lines go: plain, or as roff. */
struct page {
	bool man;
};

static void put(const struct page *p, const char *s)
{
	for (; *s; s++) {
		if (p->man && *s == '\\')
			printf("\\e");
		else if (p->man && *s == '-')
			printf("\\-");
		else
			putchar(*s);
	}
}

static void heading(const struct page *p, const char *s)
{
	if (p->man) {
		printf(".PP\n.B ");
		put(p, s);
		printf("\n");
	} else {
		printf("\n%s\n", s);
	}
}

/* A term and what it means. */
static void entry(const struct page *p, int depth, const char *term, const char *text)
{
	if (p->man) {
		printf(".TP\n.B ");
		put(p, term);
		printf("\n");
		put(p, text);
		printf("\n");
	} else {
		int n = printf("%*s%s", 2 + 2 * depth, "", term);

		printf("%*s%s\n", n < 30 ? 30 - n : 1, "", text);
	}
}

static const char *kind_name(const struct word *row)
{
	switch (row->kind) {
	case WORD_SIZE:
		return "size";
	case WORD_TIME:
		return "duration";
	case WORD_U64:
		return "number";
	case WORD_CHOICE:
		return "word";
	case WORD_FLAG:
		return "true or false";
	case WORD_DEVICE:
		return "device";
	case WORD_AREA:
		return "device";
	case WORD_KEY:
		return "key";
	case WORD_LIST:
	case WORD_BITS:
	case WORD_REPEAT:
		return "list";
	case WORD_PAIRS:
	case WORD_STRUCT:
		return "map";
	default:
		return "text";
	}
}

static void add_range(struct strbuf *b, const struct word *row)
{
	uint64_t max = word_max(row, NULL);

	if (row->unit_row || (row->kind != WORD_SIZE && row->kind != WORD_TIME && row->kind != WORD_U64))
		return;
	if (!row->min && max == number_max(row->num))
		return;
	strbuf_adds(b, ", ");
	word_value_str(row, NULL, row->min, b);
	if (max != number_max(row->num)) {
		strbuf_adds(b, " to ");
		word_value_str(row, NULL, max, b);
	} else {
		strbuf_adds(b, " or more");
	}
	if (row->flags & WORD_POWER_OF_2)
		strbuf_adds(b, ", a power of two");
}

static void add_since(struct strbuf *b, enum kernel_feature since)
{
	if (since)
		strbuf_addf(b, "; Linux %s", kernel_feature_info(since)->first);
}

static void choices(const struct page *p, int depth, const struct word *row)
{
	for (const struct choice *c = row->choices; c && c->word; c++) {
		struct strbuf b = STRBUF_INIT;

		strbuf_adds(&b, c->help ? c->help : "");
		add_since(&b, c->since);
		entry(p, depth + 1, c->word, strbuf_str(&b));
		strbuf_release(&b);
	}
}

static void rows(const struct page *p, int depth, const struct word *list);

static void row_entry(const struct page *p, int depth, const struct word *row)
{
	struct strbuf term = STRBUF_INIT, text = STRBUF_INIT;

	strbuf_addf(&term, "%s (%s)", row->key, kind_name(row));
	strbuf_adds(&text, row->help ? row->help : "");
	add_range(&text, row);
	if (row->dflt_text && row->kind != WORD_CHOICE)
		strbuf_addf(&text, "; default %s", row->dflt_text);
	add_since(&text, row->since);
	entry(p, depth, strbuf_str(&term), strbuf_str(&text));
	if (row->aux_key) {
		strbuf_reset(&term);
		strbuf_addf(&term, "%s (%s)", row->aux_key, row->kind == WORD_ALG ? "key" : "size");
		entry(p, depth, strbuf_str(&term), row->kind == WORD_ALG ? "its key" : "offset on that device");
	}
	choices(p, depth, row);
	if (row->rows)
		rows(p, depth + 1, row->rows);
	strbuf_release(&term);
	strbuf_release(&text);
}

static void flag_list(const struct page *p, int depth, const struct word *list, const struct word *first)
{
	struct strbuf term = STRBUF_INIT;

	for (const struct word *row = list; row < first; row++)
		if (row->list && !strcmp(row->list, first->list))
			return;
	strbuf_addf(&term, "%s (list)", first->list);
	entry(p, depth, strbuf_str(&term), "words:");
	for (const struct word *row = first; row->kind != WORD_END; row++) {
		struct strbuf text = STRBUF_INIT;

		if (!row->list || strcmp(row->list, first->list))
			continue;
		strbuf_adds(&text, row->help);
		add_since(&text, row->since);
		entry(p, depth + 1, row->word, strbuf_str(&text));
		strbuf_release(&text);
	}
	strbuf_release(&term);
}

static void rows(const struct page *p, int depth, const struct word *list)
{
	for (const struct word *row = list; row->kind != WORD_END; row++) {
		if (row->flags & WORD_HIDDEN)
			continue;
		if (row->list)
			flag_list(p, depth, list, row);
		else if (row->key)
			row_entry(p, depth, row);
	}
}

static void status(const struct page *p, const struct target *t)
{
	if (!t->status)
		return;
	heading(p, "Status");
	for (const struct word *row = t->status; row->kind != WORD_END; row++)
		if (row->key)
			entry(p, 0, row->key, row->help);
	for (const char *const *s = t->states; s && *s; s++)
		entry(p, 0, *s, "stands for the whole status");
}

static void messages(const struct page *p, const struct target *t)
{
	if (!t->messages)
		return;
	heading(p, "Messages");
	for (const struct message *m = t->messages; m->name; m++) {
		struct strbuf term = STRBUF_INIT, text = STRBUF_INIT;

		strbuf_addf(&term, "%s%s%s", m->name, *m->args ? " " : "", m->args);
		strbuf_adds(&text, m->help);
		add_since(&text, m->since);
		entry(p, 0, strbuf_str(&term), strbuf_str(&text));
		strbuf_release(&term);
		strbuf_release(&text);
	}
}

static void body(const struct page *p, const struct target *t)
{
	put(p, t->description);
	printf("\n");
	if (t->since) {
		printf(p->man ? ".PP\nFirst in Linux %s.\n" : "First in Linux %s.\n",
		       kernel_feature_info(t->since)->first);
	}
	heading(p, "Keys");
	rows(p, 0, t->words);
	status(p, t);
	messages(p, t);
	heading(p, "Example");
	if (p->man)
		printf(".PP\n.nf\n.RS\n");
	else
		printf("  ");
	put(p, t->example);
	if (p->man)
		printf(".RE\n.fi\n");
}

void reference_text(const struct target *t)
{
	struct page p = {false};

	printf("%s: %s\n\n", t->name, t->summary);
	body(&p, t);
}

void reference_man(const struct target_list *list, const char *version)
{
	struct page p = {true};

	printf(".\\\" made by 'dmc targets --format man'\n.TH DM\\-TARGETS 7 \"2026-11-24\" \"dmc %s\" \"dmc\"\n.SH NAME\n"
	       "dm\\-targets \\- device\\-mapper targets in layouts of dmc\n.SH DESCRIPTION\n"
	       "Keys are named as in the kernel's documentation. Every volume also takes the keys of\n"
	       ".BR dmc.yaml (5).\n", version);
	for (size_t i = 0; i < list->nr; i++) {
		printf(".SH ");
		put(&p, list->v[i]->name);
		printf("\n");
		put(&p, list->v[i]->summary);
		printf(".\n.PP\n");
		body(&p, list->v[i]);
	}
	printf(".SH SEE ALSO\n.BR dmc (8),\n.BR dmc.yaml (5)\n");
}
