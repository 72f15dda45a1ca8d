/*
 * YAML text -> tree (layout/node.h). The only part that knows libyaml.
 *
 * Reads YAML 1.2 core by libyaml's event API: one document; anchors and aliases;
 * block and flow. Every fault is a finding with the place and, where one is near,
 * the right spelling:
 *
 *	yaml.syntax        what libyaml cannot read (tabs as indentation get a word of their own)
 *	yaml.encoding      invalid UTF-8, NUL bytes, control characters, UTF-16
 *	yaml.empty         nothing, or comments alone
 *	yaml.duplicate-key, yaml.key-not-a-word, yaml.documents (more than one),
 *	yaml.tag           tags other than the core schema's
 *	yaml.alias-unknown (or inside its own anchor), yaml.alias-too-large (more than a
 *	                   million nodes beyond the file's own, or 64 levels, when expanded),
 *	yaml.too-deep
 *	yaml.too-large     a file of 4 GiB or more
 */
#ifndef LAYOUT_YAML_H
#define LAYOUT_YAML_H

#include "layout/node.h"

extern const struct finding_kind *const yaml_findings[]; /* NULL-terminated */

/*
 * Parses `src` (which must outlive the tree) as source number `src_index` and
 * stores the root, never NULL. Returns 0, or -EINVAL after findings were added; then
 * `ret` is untouched.
 */
int yaml_parse(const struct source *src, uint16_t src_index, struct arena *arena, struct diag *diag,
	       struct node **ret);

#endif
