/*
 * Words of a line <-> params struct, by a target's rows (target/word.h).
 */
#ifndef TARGET_PARAMS_H
#define TARGET_PARAMS_H

#include "target/number.h"
#include "target/split.h"
#include "target/target.h"

struct parse_ctx {
	const struct target *target;
	const struct kernel_profile *kernel;
	struct diag *diag;
	struct arena *arena;
	uint64_t nr_sectors; /* length of the line */
	/* The device a word names; never NULL (one with BLKDEV_ABSENT when there is none). */
	const struct blkdev *(*device)(void *priv, const char *word, struct span span);
	void *priv;
};

/* Zeroes and the rows' defaults. */
void params_init(const struct word *rows, void *params, size_t size);

/*
 * The parameters of a line. Only what cannot be read at all is refused here; ranges are
 * params_check()'s. Words that the target ignores give a target.words-ignored note.
 * Returns 0, or -EINVAL after a finding.
 */
int target_parse(const struct parse_ctx *c, struct words *w, void *params);

/* By rows alone, for hooks: takes words as far as the rows go. */
int params_parse(const struct parse_ctx *c, const struct word *rows, struct words *w, void *params);

/* The value of one row from one word (no device start). */
int params_parse_value(const struct parse_ctx *c, const struct word *rows, const struct word *row,
		       struct words *w, void *params);

/* What a row is called in a message. */
const char *params_row_name(const struct word *row);
/* The next word, or NULL after a target.words-missing finding. */
const char *params_take(const struct parse_ctx *c, const struct word *row, struct words *w);
/* `word` as the row's number; -EINVAL after a finding. */
int params_number(const struct parse_ctx *c, const struct word *row, const struct words *w,
		  const char *word, uint64_t *ret);
/* `word` as one of the row's choices, its index; -EINVAL after a finding. */
int params_choice(const struct parse_ctx *c, const struct word *row, const struct words *w,
		  const char *word, unsigned *ret);
/* `word` into the row's field; takes more words for a device with its start. */
int params_word(const struct parse_ctx *c, const struct word *row, struct words *w,
		const char *word, void *params);

/* A finding at the word taken last; returns -EINVAL. */
int parse_error(const struct parse_ctx *c, const struct words *w, const struct finding_kind *kind,
		const char *kernel_text, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* The parameters as the kernel is given them or prints them (c->mode). */
void target_emit(const struct emit_ctx *c, const struct line *l, struct strbuf *out);

/* By rows alone, for hooks; words are separated by blanks, none in front. */
void params_emit(const struct emit_ctx *c, const struct word *rows, const void *params,
		 struct strbuf *out);
/* One row's words, with a blank before each when `out` is not empty. */
void params_emit_row(const struct emit_ctx *c, const struct word *rows, const struct word *row,
		     const void *params, struct strbuf *out);
/* A group: its count and options. Returns its WORD_GROUP_END row. */
const struct word *params_emit_group(const struct emit_ctx *c, const struct word *rows,
				     const struct word *group, const void *params,
				     struct strbuf *out);
/* One option that was given, its keyword included. */
void params_emit_option(const struct emit_ctx *c, const struct word *row, const void *params,
			struct strbuf *out);
/* Adds a blank when `out` is not empty, then the word, escaped for dm_split_args(). */
void emit_word(struct strbuf *out, const char *word);
void emit_number(struct strbuf *out, uint64_t v);
/* Likewise the device's word, or "-" where there is none. */
void emit_device(const struct emit_ctx *c, const struct blkdev *dev, struct strbuf *out);

/*
 * Everything the rows say about values: ranges, powers of two, words and options that the
 * kernel does not have, option counts. Then the target's own check().
 */
void target_check(const struct line_ctx *c, const void *params);

/*
 * Status: words of STATUSTYPE_INFO <-> struct. A target without a status table takes and
 * prints nothing. `state` gets the single word that stood for the whole ("Fail") or NULL.
 */
int status_parse(const struct parse_ctx *c, struct words *w, void *status, const char **state);
void status_emit(const struct emit_ctx *c, const struct target *t, const void *status,
		 const char *state, struct strbuf *out);

/* The item i of a repeat. */
static inline void *repeat_item(const struct repeat *r, const struct word *row, size_t i)
{
	return (char *)r->v + i * row->item_size;
}

/* What a number of a row means in bytes (WORD_SIZE) or milliseconds (WORD_TIME). */
uint64_t word_unit(const struct word *row, const void *params);

/* The row's maximum on this kernel; UINT64_MAX: no limit. */
uint64_t word_max(const struct word *row, const struct kernel_profile *k);

/* The index of a choice, or -1. */
int choice_find(const struct word *row, const char *word);

/* "4096 sectors (2MiB)", "30", "10s": a number of this row for a message. */
void word_value_str(const struct word *row, const void *params, uint64_t v, struct strbuf *b);

/* Finding kinds that targets use for themselves, too. */
extern const struct finding_kind F_WORDS_MISSING, F_WORDS_EXTRA, F_WORDS_IGNORED, F_NUMBER,
	F_RANGE, F_POWER_OF_2, F_CHOICE, F_OPTION_UNKNOWN, F_OPTION_TWICE, F_OPTION_VALUE,
	F_OPTION_COUNT, F_COUNT, F_HEX, F_KEY, F_SINCE, F_TARGET_SINCE, F_TARGET_UNKNOWN,
	F_DEVICE_LOOKUP, F_DEVICE_ABSENT, F_DEVICE_SELF, F_REQUIRED, F_CONFLICT;

#endif
