/*
 * Findings: what is wrong, where, and what to do.
 *
 * Checking code says "this problem, here" and goes on; it never prints. A kind
 * of finding is a constant row with a stable identifier that is never reused; it
 * is the SARIF rule, the entry of `dmc explain` and of dmc-findings(7). Printers
 * (lib/out) all walk the same list.
 *
 * Spans are byte ranges of a source; line and column are computed when printed
 * (diag/position.h).
 */
#ifndef DIAG_DIAG_H
#define DIAG_DIAG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/vec.h"

/* A text that findings point into; owned by whoever read it, outlives the list. */
struct source {
	const char *name; /* as the user gave it */
	const char *text; /* NUL-terminated behind `len` bytes */
	size_t len;       /* less than 4 GiB */
	bool keys;        /* a table: what looks like a key is never printed */
};

/*
 * True where the byte at `off` of a source with `keys` belongs to something that looks like
 * one: 16 hexadecimal digits or more, or those behind an algorithm, "hmac(sha256):0011".
 */
bool source_is_key(const struct source *src, size_t off);

struct span {
	const struct source *src; /* NULL: no place */
	uint32_t off, len;
};

enum severity { SEV_NOTE, SEV_WARNING, SEV_ERROR };

/* Who objects. `dmc check --only kernel` keeps LANGUAGE, DEVICE, KERNEL and CRASH. */
enum finding_by {
	BY_LANGUAGE, /* the file cannot be understood */
	BY_DEVICE,   /* a device is absent or cannot be read */
	BY_KERNEL,   /* the kernel refuses the table */
	BY_CRASH,    /* the kernel crashes on the table */
	BY_DATA,     /* the kernel takes it and data will be lost or I/O will fail */
	BY_ADVICE,   /* it works; better is possible */
	BY_EXPECT,   /* an expectation of the layout does not hold */
	BY_SAFETY,   /* we refuse, since something could be lost */
	BY_BUSY,     /* somebody else has it */
	BY_SYSTEM,   /* the system did not do what was asked of it */
	BY_DISK,     /* bytes on disk are damaged or contradict each other */
};

struct finding_kind {
	const char *id; /* stable, dotted: "striped.length-not-divisible" */
	enum severity severity;
	enum finding_by by;
	const char *title;   /* what is wrong, in general, without a full stop */
	const char *cause;   /* why it is wrong: one or a few sentences */
	const char *example; /* YAML (or other input) that provokes it; lines end in \n */
	const char *fix;     /* what to do, one or a few sentences */
};

struct finding_note {
	struct span span; /* may be no place */
	const char *text;
};

struct finding {
	const struct finding_kind *kind;
	struct span span;
	const char *subject;     /* the volume or device concerned, or NULL */
	const char *message;     /* what was found and what was expected */
	const char *fix;         /* what to do here, or NULL */
	const char *kernel_text; /* what the kernel writes to its log, or NULL */
	const char *profile;     /* the kernel profile it holds for, or NULL: any */
	VEC(struct finding_note) notes;
};

/*
 * The list. Strings of findings live in `arena`, which the caller gives and which
 * outlives the list. `max` bounds what is kept (0: no bound); what comes after is
 * only counted.
 */
struct diag {
	struct arena *arena;
	VEC(struct finding) findings;
	size_t max, dropped;
	size_t nr[SEV_ERROR + 1];   /* by severity, kept and dropped */
	const char *profile;        /* goes into each finding */
	struct finding scratch;     /* stands for each that is dropped */
};

void diag_init(struct diag *d, struct arena *arena);
void diag_release(struct diag *d);

/*
 * Adds a finding; `message` is formatted. Returns it so that the caller can set
 * subject, fix, kernel text and notes; the pointer holds until the next one is
 * added. Never NULL: what is over the bound is a scratch object.
 */
struct finding *diag_add(struct diag *d, const struct finding_kind *kind, struct span span,
			 const char *fmt, ...) __attribute__((format(printf, 4, 5)));
struct finding *diag_vadd(struct diag *d, const struct finding_kind *kind, struct span span,
			  const char *fmt, va_list ap) __attribute__((format(printf, 4, 0)));

void finding_fix(struct diag *d, struct finding *f, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void finding_note(struct diag *d, struct finding *f, struct span span, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static inline size_t diag_errors(const struct diag *d)
{
	return d->nr[SEV_ERROR];
}

/* True where `dmc check --only kernel` keeps findings of this kind. */
bool finding_kind_is_kernel(const struct finding_kind *k);

/*
 * Orders by source (no place first, then as sources first appear), place, then identifier,
 * so that output does not depend on the order of checks, and drops exact
 * duplicates (same kind, place and message) but for the profile, which is joined:
 * "6.1, 6.12".
 */
void diag_sort(struct diag *d);

const char *severity_name(enum severity s); /* "error", "warning", "note" */

#endif
