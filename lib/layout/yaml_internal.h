/* Between yaml.c, yaml_keys.c, yaml_error.c, encoding.c and yaml_findings.c. */
#ifndef LAYOUT_YAML_INTERNAL_H
#define LAYOUT_YAML_INTERNAL_H

#include <yaml.h>

#include "layout/yaml.h"

/*
 * Refuses what is not UTF-8 or no text, with the place of the first wrong byte; *ascii:
 * every byte is below 0x80. Returns 0, or -EINVAL after a finding.
 */
int yaml_check_encoding(const struct source *src, struct diag *diag, bool *ascii);

/* A plain scalar without text: what stands where a key or value was left out. */
bool yaml_is_nothing(const struct node *n);

/* Each key of a map is a word and there once. Returns 0, or -EINVAL after findings. */
int yaml_check_keys(const struct node *map, const struct source *src, struct diag *diag);

/* Bytes from libyaml's marks, which count characters; cheap where marks move a little. */
struct yaml_cursor {
	const struct source *src;
	bool ascii;
	size_t chars, bytes; /* the mark that was converted last */
};

size_t yaml_offset(struct yaml_cursor *c, const yaml_mark_t *mark);

/* Adds the finding for the fault at which libyaml stopped. */
void yaml_report_error(const yaml_parser_t *p, struct yaml_cursor *c, struct diag *diag);

extern const struct finding_kind F_YAML_SYNTAX, F_YAML_ENCODING, F_YAML_EMPTY, F_YAML_DUPLICATE,
	F_YAML_KEY, F_YAML_DOCUMENTS, F_YAML_TAG, F_YAML_ALIAS, F_YAML_ALIAS_LARGE, F_YAML_DEPTH,
	F_YAML_LARGE;

#endif
