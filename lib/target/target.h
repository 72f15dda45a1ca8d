/*
 * What a device-mapper target is: one constant descriptor per kernel target.
 *
 * targets/<name>.c ends in a `const struct target`; targets/list.c lists them. The
 * tables (lib/target/word.h) carry most of it; a hook stands only for what a table
 * cannot say. Hooks left NULL get the default written beside them.
 */
#ifndef TARGET_TARGET_H
#define TARGET_TARGET_H

#include "base/strbuf.h"
#include "diag/diag.h"
#include "kernel/kernel.h"
#include "target/blkdev.h"
#include "target/word.h"

struct target;

/* A line of a table: dm_target. `params` is the target's own struct. */
struct line {
	uint64_t start_sectors, nr_sectors;
	const struct target *target;
	void *params;
};

/* A table: dm_table. */
struct table {
	struct line *lines;
	size_t nr;
	bool read_only;
};

/*
 * The line that a hook is asked about. Findings go through line_report(), which knows
 * the place in the layout (or in a table file) where the word was written.
 */
struct line_ctx {
	const struct target *target;
	const struct kernel_profile *kernel;
	struct diag *diag;
	struct arena *arena;
	uint64_t start_sectors, nr_sectors;
	bool read_only;      /* the table */
	size_t index, nr;    /* this line among the table's lines */
	const char *subject; /* the volume */
	/*
	 * Span of the word of `row` (NULL: the whole line); inside a repeat, `repeat` is its
	 * row and `item` the item's number. May be NULL: no place is known.
	 */
	struct span (*locate)(const struct line_ctx *c, const struct word *repeat, size_t item,
			      const struct word *row);
	const void *where; /* locate()'s */
};

static inline bool line_kernel_has(const struct line_ctx *c, enum kernel_feature f)
{
	return kernel_has(c->kernel, f);
}

/*
 * A finding at the word of `row` (NULL: the line). `kernel_text` is what the kernel
 * writes behind "device-mapper: table: M:N: <target>: ", or NULL.
 */
struct finding *line_report(const struct line_ctx *c, const struct finding_kind *kind,
			    const struct word *row, const char *kernel_text, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* The same for a word inside item `item` of the repeat row `repeat`. */
struct finding *line_report_item(const struct line_ctx *c, const struct finding_kind *kind,
				 const struct word *repeat, size_t item, const struct word *row,
				 const char *kernel_text, const char *fmt, ...)
	__attribute__((format(printf, 7, 8)));

/* A range of a device that a line uses: what the kernel's iterate_devices reports. */
typedef void area_fn(void *priv, const struct devref *ref, const struct word *row,
		     uint64_t start_sectors, uint64_t nr_sectors);

/* Queue limits that a target raises: its io_hints. Sizes in bytes. */
struct limits {
	uint32_t logical_block_size, physical_block_size;
	uint32_t io_min, io_opt;
	bool zoned;
	uint64_t zone_sectors; /* of a zoned one; 0: not known */
};

enum target_flags {
	TARGET_SINGLETON = 1 << 0,       /* must be the only line */
	TARGET_IMMUTABLE = 1 << 1,       /* a live table of it keeps its type */
	TARGET_ALWAYS_WRITEABLE = 1 << 2,
	TARGET_WILDCARD = 1 << 3,        /* takes the place of any other (error) */
	TARGET_READ_ONLY = 1 << 4,       /* the table must be read-only */
	TARGET_EXTRA_WORDS = 1 << 5,     /* the kernel ignores words behind the last known one */
	TARGET_AT_ZERO = 1 << 6,         /* the kernel does not subtract the line's start */
	TARGET_TABLE_BLANK = 1 << 7,     /* TABLE ends in a blank */
	TARGET_STATUS_BLANK = 1 << 8,    /* INFO ends in a blank */
	TARGET_CMDLINE = 1 << 9,         /* allowed in dm-mod.create= */
	TARGET_REQUEST_BASED = 1 << 10,  /* may be request-based (multipath) */
	TARGET_ZONED = 1 << 11,          /* may sit on zoned devices, all of them zoned */
	TARGET_MIXED_ZONED = 1 << 12,    /* on zoned and on regular ones together */
};

/* What a target does to the data that passes it, for rules over a whole stack. */
enum target_traits {
	TRAIT_ENCRYPTS = 1 << 0,  /* what is underneath is ciphertext */
	TRAIT_REDUNDANT = 1 << 1, /* holds data more than once, or parity */
	TRAIT_CHECKS = 1 << 2,    /* detects changed data */
	TRAIT_SNAPSHOTS = 1 << 3, /* its first device is an origin: those that share one know each
				   * other, and stand still while another comes */
	TRAIT_FORMATS = 1 << 4,   /* with new metadata, what its data devices held is lost */
};

/* What stands where a target keeps what it must remember. */
enum content {
	CONTENT_NONE,    /* it keeps nothing there */
	CONTENT_UNKNOWN, /* it cannot be read here */
	CONTENT_OWN,     /* its own: it will be used */
	CONTENT_BLANK,   /* zeroes: the kernel formats it when the table is loaded */
	CONTENT_FOREIGN, /* something else */
	CONTENT_SCRATCH, /* is written over at every load, whatever it is */
};

struct content_place {
	const struct devref *ref;
	uint64_t off, len; /* bytes on ref->dev that a new format begins with; len 0: all of it */
};

enum discard_use {
	DISCARD_PASSED,  /* goes down */
	DISCARD_STOPPED, /* ends here: what is underneath never sees one */
	DISCARD_WANTED,  /* is sent down by the target of its own accord */
};

struct message {
	const char *name;          /* NULL ends an array */
	const char *args;          /* "ID ORIGIN", or "" */
	enum kernel_feature since;
	const char *help;
};

enum emit_mode {
	EMIT_LOAD, /* what is given to the kernel */
	EMIT_SHOW, /* what the kernel prints back (STATUSTYPE_TABLE) */
};

struct emit_ctx {
	const struct kernel_profile *kernel;
	enum emit_mode mode;
	bool show_keys; /* else the key's digits are zeroes, as dmsetup shows them */
	/* Text that stands for a key instead (a shell variable); NULL: as said above. */
	const char *(*key_text)(const struct emit_ctx *c, const struct key *key);
	/* Text that stands for a device's word; NULL, or NULL returned: the word itself. */
	const char *(*dev_text)(const struct emit_ctx *c, const struct blkdev *dev);
	void *priv;     /* key_text()'s and dev_text()'s */
	uint64_t start_sectors, nr_sectors;
	struct arena *arena;
};

struct words; /* lib/target/split.h: the words of a line while it is parsed */
struct parse_ctx;

struct target {
	const char *name;
	const char *summary;       /* one line, without a full stop */
	const char *description;   /* a few sentences for the manual */
	unsigned flags;            /* enum target_flags */
	unsigned traits;           /* enum target_traits */
	enum kernel_feature since; /* KF_NONE: in every profile */

	const struct word *words;
	size_t params_size;

	/* INFO status; NULL: always empty. */
	const struct word *status;
	size_t status_size;
	const char *const *states; /* single words that may stand for it ("Fail"), NULL-terminated */

	const struct message *messages;
	const struct finding_kind *const *findings; /* its own kinds, NULL-terminated */
	const char *count_error;   /* the kernel's text for words missing or too many, or NULL */
	const char *example;       /* a volume in YAML, checked by a test: two or more lines */

	/* Words <-> params. Default: by .words. Return 0 or -EINVAL after a finding. */
	int (*parse)(const struct parse_ctx *c, struct words *w, void *params);
	void (*emit)(const struct emit_ctx *c, const void *params, struct strbuf *out);

	/*
	 * Turns params into what the kernel would print back (a copy is given): drops what it
	 * forgets, fills in what it computes. Default: nothing changes.
	 */
	void (*normalize)(const struct emit_ctx *c, void *params);

	/* The target's flags on this kernel, where they differ. Default: .flags. */
	unsigned (*flags_on)(const struct kernel_profile *k);

	/* Rules beyond ranges of single words, in the order of the kernel's constructor. */
	void (*check)(const struct line_ctx *c, const void *params);

	/*
	 * iterate_devices. Default: (device, start, length of the line) for every WORD_AREA,
	 * also inside repeats; nothing for WORD_DEVICE.
	 */
	void (*areas)(const struct line_ctx *c, const void *params, area_fn *fn, void *priv);

	/* Default: none. */
	void (*io_hints)(const struct line_ctx *c, const void *params, struct limits *l);

	/*
	 * The length of the line when the layout gives none ("all that is left"), in sectors;
	 * 0: cannot be known, the layout must give it. Default: what is left of the first
	 * device behind its start.
	 */
	uint64_t (*natural_len)(const void *params);

	/* What becomes of discards. Default: DISCARD_PASSED. */
	enum discard_use (*discards)(const void *params);

	/*
	 * The `i`th place (from 0) where the line keeps something; CONTENT_NONE behind the
	 * last. Fills in *where else. Default: it keeps nothing.
	 */
	enum content (*content)(const void *params, size_t i, struct content_place *where);

	/* The length the kernel gives the line whatever was asked (zoned). Default: as asked. */
	uint64_t (*real_len)(const struct line_ctx *c, const void *params);

	/*
	 * Calls fn for every message that a device underneath must get before this line's table
	 * is loaded (thin: create_thin to its pool), and the one that undoes it. -EEXIST as an
	 * answer means that it was sent before. Default: none.
	 */
	void (*before_load)(const struct emit_ctx *c, const void *params,
			    void (*fn)(void *priv, const struct blkdev *to, const char *message,
				       const char *undo),
			    void *priv);

	/* INFO words <-> status struct. Default: by .status. */
	int (*parse_status)(const struct parse_ctx *c, struct words *w, void *status);
	void (*emit_status)(const struct emit_ctx *c, const void *status, struct strbuf *out);
};

/* The array that is passed in; NULL-terminated. lib/ never names targets. */
struct target_list {
	const struct target *const *v;
	size_t nr;
};

const struct target *target_find(const struct target_list *l, const char *name, size_t len);
unsigned target_flags_on(const struct target *t, const struct kernel_profile *k);

extern const struct finding_kind *const target_findings[]; /* NULL-terminated */

#endif
