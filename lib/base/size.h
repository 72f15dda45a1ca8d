/*
 * Sizes and durations with units, as layouts and scripts write them.
 *
 *	s (512-byte sectors)   B  KiB MiB GiB TiB PiB EiB (powers of 1024)
 *	kB MB GB TB PB (powers of 1000)
 *
 * A number is decimal digits, or digits with a fraction ("1.5GiB") when the result
 * is a whole number of bytes. Blanks may stand between number and unit. Nothing is
 * rounded.
 */
#ifndef BASE_SIZE_H
#define BASE_SIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

#define SECTOR_SIZE 512

enum size_error {
	SIZE_OK,
	SIZE_SYNTAX,       /* no number at the start, or junk behind the unit */
	SIZE_NO_UNIT,      /* a bare number other than 0; *ret is the number */
	SIZE_UNKNOWN_UNIT,
	SIZE_FRACTION,     /* not a whole number of bytes */
	SIZE_OVERFLOW,     /* 2^64 bytes or more */
};

/* `*ret` in bytes. */
enum size_error size_parse(const char *text, size_t len, uint64_t *ret);

/* "12%" or "12.5%": *ret in millionths of the whole (at most 1000000). */
enum size_error percent_parse(const char *text, size_t len, uint32_t *ret);

/* "500ms", "10s", "2min", "1h": *ret in milliseconds. */
enum size_error duration_parse(const char *text, size_t len, uint64_t *ret);

/* Only digits, at most 2^64-1. Returns false otherwise. */
bool number_parse(const char *text, size_t len, uint64_t *ret);

/*
 * The shortest exact form: the largest power-of-1024 unit that divides, "s" for
 * sectors that are no whole KiB, else "B". size_parse() reads it back.
 */
void size_format(struct strbuf *b, uint64_t bytes);
void duration_format(struct strbuf *b, uint64_t ms);

/* What is wrong with a text, for messages: "has no unit" …; never NULL. */
const char *size_error_str(enum size_error e);

#endif
