/*
 * A running device's line decoded: its table, and its status as words with units, for
 * programs and for people.
 *
 * What cannot be decoded (a newer kernel's words, a target nobody knows) is no error: the
 * raw text stays, and `problem` says why. Everything lives in the arena passed in, which
 * must be a secret one where tables can hold keys.
 */
#ifndef TARGET_STATUS_H
#define TARGET_STATUS_H

#include "target/target.h"

struct json_t;

struct status_ctx {
	const struct target_list *targets;
	const struct kernel_profile *kernel; /* NULL: 6.12 */
	struct arena *arena;
};

struct status {
	const struct target *target; /* NULL: not known */
	const char *raw;             /* the kernel's words */
	const void *table;           /* the table's params; NULL: not decoded */
	const void *fields;          /* the target's status struct; NULL: none or not decoded */
	const char *state;           /* a word that stands for the whole: "Fail"; NULL: none */
	const char *problem;         /* why it is not decoded; NULL: it is, or has no words */
};

/* A line of `nr_sectors`: the target's name, its table's parameters and its status. */
void status_decode(const struct status_ctx *c, const char *target, uint64_t nr_sectors,
		   const char *params, const char *raw, struct status *ret);

/*
 * Adds "raw", and "decoded" (an object by the rows' keys), "state" or "problem" where there
 * is one. Sizes in bytes, times in milliseconds; a size whose unit only the table could
 * tell, and did not, has "_blocks" behind its key.
 */
void status_json(const struct status *s, struct json_t *object);

/* One line for people, rounded; `all`: also what matters less. Empty where nothing is told. */
void status_text(const struct status *s, bool all, struct strbuf *out);

/*
 * The parameters with the digits of keys replaced by zeroes. Where the target or its line
 * is not understood, everything that looks like one (diag/diag.h) is.
 */
const char *params_hide_keys(const struct status_ctx *c, const char *target, uint64_t nr_sectors,
			     const char *params);

/* Bytes as "1.5GiB", rounded down to a tenth. */
void size_rounded(struct strbuf *out, uint64_t bytes);

/* What a count of a status row means in bytes; 0: it is no size, or nobody knows. */
uint64_t status_unit(const struct status *s, const struct word *row, const void *fields);

/* True for `word` or `-`: a fact that is there or not. */
bool status_is_fact(const struct word *row);

/* "active" for A; the word itself where it is no letter. */
const char *status_choice(const struct choice *ch);

/* Of a letter of a WORD_TEXT with choices; NULL: not known. */
const struct choice *status_letter(const struct word *row, char letter);

#endif
