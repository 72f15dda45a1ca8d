#include "target/status.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "target/params.h"

static const struct blkdev *any_device(void *priv, const char *word, struct span span)
{
	struct blkdev *dev = arena_new(priv, struct blkdev);

	(void)span;
	*dev = (struct blkdev){.word = word, .name = word, .logical_block_size = 512, .physical_block_size = 512};
	return dev;
}

/* The parser's way to a text that stands in no file. */
struct text {
	struct source src;
	struct words words;
	struct diag diag;
	struct parse_ctx pc;
};

static void text_init(struct text *t, const struct status_ctx *c, const struct target *target,
		      uint64_t nr_sectors, const char *s)
{
	t->src = (struct source){target->name, s, strlen(s), true};
	diag_init(&t->diag, c->arena);
	words_split(&t->words, c->arena, &t->src, 0, s, t->src.len);
	t->pc = (struct parse_ctx){.target = target, .kernel = c->kernel, .diag = &t->diag, .arena = c->arena,
				   .nr_sectors = nr_sectors, .device = any_device, .priv = c->arena};
}

static const void *parse_table(const struct status_ctx *c, const struct target *target, uint64_t nr_sectors,
			       const char *params)
{
	void *ret = arena_alloc(c->arena, target->params_size);
	struct text t;
	int r;

	text_init(&t, c, target, nr_sectors, params);
	r = target_parse(&t.pc, &t.words, ret);
	diag_release(&t.diag);
	return r ? NULL : ret;
}

static void parse_fields(const struct status_ctx *c, uint64_t nr_sectors, struct status *s)
{
	void *fields = arena_alloc(c->arena, s->target->status_size + 1);
	struct text t;

	text_init(&t, c, s->target, nr_sectors, s->raw);
	if (status_parse(&t.pc, &t.words, fields, &s->state))
		s->problem = t.diag.findings.nr ? t.diag.findings.v[0].message : "unknown words";
	else if (!s->state && s->target->status)
		s->fields = fields;
	diag_release(&t.diag);
}

void status_decode(const struct status_ctx *c, const char *target, uint64_t nr_sectors,
		   const char *params, const char *raw, struct status *ret)
{
	*ret = (struct status){.target = target_find(c->targets, target, strlen(target)), .raw = raw};
	if (!ret->target) {
		if (*raw)
			ret->problem = arena_printf(c->arena, "the target '%s' is not known", target);
		return;
	}
	ret->table = parse_table(c, ret->target, nr_sectors, params);
	if (*raw)
		parse_fields(c, nr_sectors, ret);
}

uint64_t status_unit(const struct status *s, const struct word *row, const void *fields)
{
	if (row->kind != WORD_SIZE && row->kind != WORD_RATIO)
		return 0;
	if (row->flags & WORD_TABLE_UNIT)
		return s->table ? word_unit(row, s->table) : 0;
	return row->unit || row->unit_row ? word_unit(row, fields) : 0;
}

bool status_is_fact(const struct word *row)
{
	return row->kind == WORD_CHOICE && row->choices[0].word && row->choices[1].word &&
	       !row->choices[2].word && !strcmp(row->choices[1].word, "-");
}

const char *status_choice(const struct choice *ch)
{
	return ch->word[1] ? ch->word : ch->help;
}

const struct choice *status_letter(const struct word *row, char letter)
{
	for (const struct choice *ch = row->choices; ch->word; ch++)
		if (*ch->word == letter)
			return ch;
	return NULL;
}

/* ---- keys ---- */

static bool is_hex_of(const char *digits, const struct key *key)
{
	for (size_t i = 0; i < key->size; i++) {
		char byte[3];

		snprintf(byte, sizeof(byte), "%02x", key->bytes[i]);
		if (strncasecmp(digits + 2 * i, byte, 2))
			return false;
	}
	/* An odd last digit is dropped by the kernel, and not told by us. */
	return isspace((unsigned char)digits[2 * key->size]) || !digits[2 * key->size] ||
	       (isxdigit((unsigned char)digits[2 * key->size]) && !isxdigit((unsigned char)digits[2 * key->size + 1]));
}

static bool holds_key(const struct key *key)
{
	return key->kind == KEY_BYTES && key->size;
}

static void zero_digits(char *p)
{
	while (isxdigit((unsigned char)*p))
		*p++ = '0';
}

/* The first word that is the key: only the cipher stands before it. */
static void hide_key(char *text, const struct key *key)
{
	for (char *p = text; *p; p++) {
		if (p != text && !isspace((unsigned char)p[-1]))
			continue;
		if (strlen(p) < 2 * key->size || !is_hex_of(p, key))
			continue;
		zero_digits(p);
		return;
	}
}

/* `word:name:KEY` */
static void hide_alg_key(const struct status_ctx *c, char *text, const struct word *row, const struct alg *alg)
{
	const char *head = arena_printf(c->arena, "%s:%s:", row->word, alg->name);
	char *p = strstr(text, head);

	if (p)
		zero_digits(p + strlen(head));
}

static void hide_row_keys(const struct status_ctx *c, char *text, const struct word *rows, const void *params)
{
	for (const struct word *row = rows; row->kind != WORD_END; row++) {
		if (row->kind == WORD_KEY && holds_key(word_cfield(params, row, struct key)))
			hide_key(text, word_cfield(params, row, struct key));
		else if (row->kind == WORD_ALG && holds_key(&word_cfield(params, row, struct alg)->key))
			hide_alg_key(c, text, row, word_cfield(params, row, struct alg));
	}
}

static void hide_what_looks_like_one(char *text)
{
	struct source src = {"", text, strlen(text), true};

	for (size_t i = 0; i < src.len; i++)
		if (source_is_key(&src, i))
			text[i] = '0';
}

const char *params_hide_keys(const struct status_ctx *c, const char *target, uint64_t nr_sectors,
			     const char *params)
{
	const struct target *t = target_find(c->targets, target, strlen(target));
	const void *table = t ? parse_table(c, t, nr_sectors, params) : NULL;
	char *text = arena_strdup(c->arena, params);

	if (table)
		hide_row_keys(c, text, t->words, table);
	else
		hide_what_looks_like_one(text);
	return text;
}
