/* Between yaml.c, encoding.c and yaml_findings.c. */
#ifndef LAYOUT_YAML_INTERNAL_H
#define LAYOUT_YAML_INTERNAL_H

#include "layout/yaml.h"

/*
 * Refuses what is not UTF-8, with the place of the first wrong byte; *ascii: every byte is
 * below 0x80. Returns 0, or -EINVAL after a finding.
 */
int yaml_check_encoding(const struct source *src, struct diag *diag, bool *ascii);

extern const struct finding_kind F_YAML_SYNTAX, F_YAML_ENCODING, F_YAML_DUPLICATE, F_YAML_KEY,
	F_YAML_DOCUMENTS, F_YAML_TAG, F_YAML_ALIAS, F_YAML_ALIAS_LARGE, F_YAML_DEPTH, F_YAML_LARGE;

#endif
