/*
 * The words of a table line, said once.
 *
 * A target's line is described by an array of rows, ended by WORD_END. From these
 * rows come the parser of a table line, its printer, the layout's keys, the JSON
 * schema, the reference manual and the completions. The same rows describe the words
 * of a status line. A row says what a word is (kind), where it is kept (offset of a
 * field in the target's plain params struct) and what the kernel takes (number class,
 * range, the version that brought it).
 *
 * The params struct begins with `uint64_t given`: bit N is set when row N was given,
 * so rows are best written with designated indices:
 *
 *	enum { DEVICE };
 *	struct linear { uint64_t given; struct devref dev; };
 *	static const struct word words[] = {
 *		[DEVICE] = {.kind = WORD_AREA, WORD_FIELD(struct linear, dev), .key = "device",
 *			    .aux_key = "offset", .aux_error = "Invalid device sector",
 *			    .error = "Device lookup failed", .help = "…"},
 *		WORD_LAST,
 *	};
 *
 * The shape of a line:
 *
 *	positional words, in the order of the rows
 *	a row with WORD_TAIL starts a part that may be missing altogether, up to the next
 *	  row with WORD_TAIL or the end; the words behind it go with it
 *	WORD_GROUP … WORD_GROUP_END: a counted list of option words in any order; the count
 *	  is the number of words. Rows in between are options: a bare WORD_FLAG, or
 *	  `word value`, or with WORD_COLON `word:value`. A positional row inside a group (no
 *	  .word) comes first in it and is counted (raid's chunk size).
 *	WORD_COUNT … WORD_REPEAT: the number of items somewhere before the items
 */
#ifndef TARGET_WORD_H
#define TARGET_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/kernel.h"
#include "target/blkdev.h"

enum word_kind {
	WORD_END,
	WORD_U64,     /* uint64_t: a plain number */
	WORD_SIZE,    /* uint64_t, counted in .unit bytes on the line; a size in the layout */
	WORD_TIME,    /* uint64_t, counted in .unit milliseconds on the line; a duration */
	WORD_CHOICE,  /* unsigned: index into .choices */
	WORD_TEXT,    /* const char *: any word */
	WORD_HEX,     /* const char *: an even number of hex digits */
	WORD_FLAG,    /* no field: given or not */
	WORD_DEVICE,  /* struct devref: a whole device */
	WORD_AREA,    /* struct devref: a device and, in the next word, a start sector */
	WORD_KEY,     /* struct key: a secret */
	WORD_ALG,     /* struct alg: an algorithm, behind a colon its key in hex */
	WORD_FIXED,   /* no field: always .word */
	WORD_COUNT,   /* no field: number of items of the next WORD_REPEAT */
	WORD_REPEAT,  /* struct repeat: items of .item_size bytes described by .rows */
	WORD_LIST,    /* struct word_list: counted words out of .choices, order kept */
	WORD_PAIRS,   /* struct word_list: counted `key value` pairs, order kept */
	WORD_BITS,    /* struct word_bits: an option that may repeat with a small number */
	WORD_STRUCT,  /* option with several values: .rows describe a nested struct */
	WORD_RATIO,   /* struct ratio: `a/b` in one word (status lines) */
	WORD_GROUP,   /* begins a counted group of options */
	WORD_GROUP_END,
};

enum word_flags {
	WORD_OPTIONAL = 1 << 0,  /* the layout may leave it out; the line then has .dflt */
	WORD_TAIL = 1 << 1,      /* positional: it and what follows may be missing */
	WORD_POWER_OF_2 = 1 << 2,
	WORD_ONCE = 1 << 3,      /* option: the kernel refuses it twice */
	WORD_COLON = 1 << 4,     /* option written `word:value` */
	WORD_NOCASE = 1 << 5,    /* keyword or choice in any case */
	WORD_DASH = 1 << 6,      /* `-` on the line when not given */
	WORD_SHARED = 1 << 7,    /* device: other users may have it too */
	WORD_READS = 1 << 8,     /* device: only read from */
	WORD_MAIN = 1 << 9,      /* in an item: the item may be written as this value alone */
	WORD_HIDDEN = 1 << 10,   /* not in the layout: set by a hook or the compiler */
	WORD_ALWAYS = 1 << 11,   /* group: the count stands there even when it is 0 */
	WORD_UNCOUNTED = 1 << 12, /* group or repeat: no count; up to the end of the line */
	WORD_NOT_SHOWN = 1 << 14, /* the kernel does not print it back */
	WORD_HEXNUM = 1 << 16,   /* number printed in hex (status) */
	WORD_LENIENT = 1 << 17,  /* list, pairs: words that are no choice are taken as they are */
	WORD_LAYOUT_ONLY = 1 << 18, /* a key of the layout that is no word of the line */
	WORD_COPIES = 1 << 19,   /* device: gets copies of the data (a cache, a cow, a log) */
	WORD_META = 1 << 20,     /* device: holds metadata alone */
	WORD_BRIEF = 1 << 21,    /* status: told to people also where there is little room */
	WORD_TABLE_UNIT = 1 << 22, /* status: .unit_row is a row of the table line */
};

/* How the kernel reads a number; see the kernel's sscanf and kstrto* families. */
enum num_class {
	NUM_S64, /* sscanf %llu: digits; modulo 2^64, from 7.2 saturating */
	NUM_S32, /* sscanf %u: that modulo 2^32 */
	NUM_S16,
	NUM_S8,
	NUM_SD,  /* sscanf %d: may be negative; stored as two's complement */
	NUM_ARG, /* dm_read_arg: NUM_S32 with the row's range checked at once */
	NUM_K64, /* kstrtoull: optional +, out of range is an error */
	NUM_K32,
	NUM_KI,  /* kstrtoint: optional + or -, stored as two's complement */
};

struct choice {
	const char *word;          /* NULL ends an array */
	enum kernel_feature since;
	const char *help;          /* status: of one letter, the name that is printed for it */
};

/* A maximum that grew: the first row whose feature the kernel has counts. */
struct max_since {
	enum kernel_feature since;
	uint64_t max;
};

struct word {
	enum word_kind kind;
	unsigned flags;          /* enum word_flags */
	uint16_t offset;         /* of the field */
	uint8_t num;             /* enum num_class */
	const char *key;         /* in the layout; NULL: not in the layout */
	const char *aux_key;     /* WORD_AREA: key of the start; WORD_ALG: of the key; WORD_RATIO:
				  * what the first number counts, NULL: "used" */
	const char *list;        /* WORD_FLAG: an element of this list of the layout */
	const char *word;        /* keyword of an option; text of WORD_FIXED */
	uint32_t unit;           /* WORD_SIZE bytes, WORD_TIME milliseconds per count; WORD_RATIO
				  * bytes, 0: things, not bytes */
	const struct word *unit_row; /* WORD_SIZE, WORD_RATIO in blocks: the row that has their size */
	uint64_t min, max;       /* of the number on the line; max 0: what the class holds */
	const struct max_since *limits; /* instead of max; ends with KF_NONE */
	uint64_t dflt;           /* WORD_OPTIONAL: number or choice */
	const char *dflt_text;   /* the same for texts; for manuals where the kernel decides */
	const struct choice *choices; /* WORD_TEXT (status): what its letters mean, one a device */
	const struct word *rows; /* of an item or nested struct */
	uint16_t item_size;
	enum kernel_feature since;
	const char *error;       /* the kernel's text when this word is bad */
	const char *aux_error;   /* for the word behind it (start of an area); pairs: for an unknown key */
	const char *once_error;  /* when given twice */
	const char *help;        /* one line */
};

#define WORD_LAST {.kind = WORD_END}
#define WORD_FIELD(type, member) .offset = offsetof(type, member)

struct repeat {
	void *v; /* items; each begins with its own `given` */
	size_t nr;
};

struct word_list {
	const char **v; /* WORD_PAIRS: key, value, key, value … */
	size_t nr;      /* of words */
};

struct ratio {
	uint64_t a, b;
};

#define WORD_BITS_MAX 256

struct word_bits {
	uint64_t v[WORD_BITS_MAX / 64];
};

static inline bool word_bit(const struct word_bits *b, unsigned i)
{
	return b->v[i / 64] >> i % 64 & 1;
}

enum key_kind { KEY_NONE, KEY_BYTES, KEY_KEYRING };

/*
 * A secret. The bytes live in locked memory that the layout owns (base/secret.h);
 * where only their number is known (a prompt not yet answered), `bytes` is NULL.
 */
struct key {
	enum key_kind kind;
	size_t size;             /* bytes */
	const uint8_t *bytes;
	const char *type;        /* keyring: logon, user, encrypted, trusted */
	const char *description; /* keyring */
	const void *source;      /* where the bytes come from: lib/layout's business */
};

struct alg {
	const char *name;
	struct key key;
};

#define ROW(i) (UINT64_C(1) << (i))

/* True where row `i` of the table that describes `params` was given. */
static inline bool given(const void *params, unsigned i)
{
	return *(const uint64_t *)params & ROW(i);
}

static inline void set_given(void *params, unsigned i)
{
	*(uint64_t *)params |= ROW(i);
}

#define word_field(params, row, type) ((type *)((char *)(params) + (row)->offset))
#define word_cfield(params, row, type) ((const type *)((const char *)(params) + (row)->offset))

static inline const char *word_text(const void *params, const struct word *row)
{
	return *(const char *const *)((const char *)params + row->offset);
}

static inline uint64_t word_number(const void *params, const struct word *row)
{
	return *word_cfield(params, row, uint64_t);
}

#endif
