/* Sizes as the tools of thin-provisioning-tools take and print them. */
#ifndef DMC_THIN_UNITS_H
#define DMC_THIN_UNITS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"

struct thin_unit {
	const char *letter; /* binary in lower case, decimal in upper case */
	const char *brief;  /* "KiB" */
	const char *name;   /* as it is printed, in the singular */
	const char *input;  /* as it is taken */
	uint64_t bytes;
};

/* By letter or name; NULL: none of them. */
const struct thin_unit *thin_unit_find(const char *s);

/* "64k", "1TiB"; sectors where there is no unit. */
bool thin_unit_parse_size(const char *s, uint64_t *ret_bytes);

/* Rounded so that the number is at most 8192: "1183MiB". */
void thin_unit_round(struct strbuf *b, uint64_t bytes);

/* A size in a unit: a whole number, two digits behind the point, or below 1 all that matter. */
void thin_unit_add(struct strbuf *b, uint64_t bytes, const struct thin_unit *u);

#endif
