/* Keys that a plan's tables need and that nobody has given yet. */
#include "plan/apply.h"
#include "target/params.h"

struct walk {
	int (*fn)(void *priv, const struct volume *v, const char *word, struct key *key);
	void *priv;
	const struct volume *v;
};

static int walk_rows(const struct walk *w, const struct word *rows, void *params)
{
	int r = 0;

	for (const struct word *row = rows; row->kind != WORD_END && !r; row++) {
		struct key *key = NULL;

		if (row->kind == WORD_KEY)
			key = word_field(params, row, struct key);
		else if (row->kind == WORD_ALG)
			key = &word_field(params, row, struct alg)->key;
		else if (row->kind == WORD_STRUCT)
			r = walk_rows(w, row->rows, word_field(params, row, char));
		if (key && key->kind == KEY_BYTES && key->size && !key->bytes)
			r = w->fn(w->priv, w->v, params_row_name(row), key);
	}
	return r;
}

int plan_keys(const struct plan *p,
	      int (*fn)(void *priv, const struct volume *v, const char *word, struct key *key), void *priv)
{
	struct walk w = {fn, priv, NULL};
	int r = 0;

	for (size_t i = 0; i < p->steps.nr && !r; i++) {
		if (p->steps.v[i].kind != STEP_LOAD)
			continue;
		w.v = p->steps.v[i].change->volume;
		for (size_t k = 0; k < w.v->table.nr && !r; k++)
			r = walk_rows(&w, w.v->table.lines[k].target->words, w.v->table.lines[k].params);
	}
	return r;
}
