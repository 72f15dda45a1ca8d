/* Kinds of findings about a text that is not the YAML we take. */
#include "layout/yaml_internal.h"

const struct finding_kind F_YAML_SYNTAX = {
	"yaml.syntax",
	SEV_ERROR,
	BY_LANGUAGE,
	"the file cannot be read as YAML",
	"A bracket or a quote is open, a colon is missing, an indentation does not fit, a tab"
	" indents a line, or the file was cut short.",
	"dmc: 1\n"
	"volumes: {a: [\n",
	"Look at the place and just before it. Indent with spaces; put values that begin with a"
	" special character in quotes.",
};

const struct finding_kind F_YAML_ENCODING = {
	"yaml.encoding",
	SEV_ERROR,
	BY_LANGUAGE,
	"the file is not UTF-8 text",
	"Layouts are UTF-8. Other encodings, NUL bytes and control characters are refused, as"
	" they come from another kind of file or from damage.",
	"dmc: 1\n"
	"name: \"\\0\"\n",
	"Save the file as UTF-8, or restore it from a copy.",
};

const struct finding_kind F_YAML_EMPTY = {
	"yaml.empty",
	SEV_ERROR,
	BY_LANGUAGE,
	"the file is empty",
	"It holds nothing, or nothing but comments. A layout that means no volumes says so.",
	"# volumes of the store\n",
	"Check the path and whether the file was written completely; write `dmc: 1` as the first"
	" line.",
};

const struct finding_kind F_YAML_DUPLICATE = {
	"yaml.duplicate-key",
	SEV_ERROR,
	BY_LANGUAGE,
	"a key stands twice in one map",
	"Only one of the values could count, and readers of YAML differ in which.",
	"dmc: 1\n"
	"name: a\n"
	"name: b\n",
	"Remove or rename one of them.",
};

const struct finding_kind F_YAML_KEY = {
	"yaml.key-not-a-word",
	SEV_ERROR,
	BY_LANGUAGE,
	"a key is missing, or is a list or a map",
	"What stands before a colon must be a word. Templates in double braces look like a map"
	" within a map; layouts have none.",
	"dmc: 1\n"
	"name: {{ host }}\n",
	"Write a word before the colon. In place of templates, define `params:` and write $name.",
};

const struct finding_kind F_YAML_DOCUMENTS = {
	"yaml.documents",
	SEV_ERROR,
	BY_LANGUAGE,
	"the file holds several documents",
	"`---` begins another document; a layout is one.",
	"dmc: 1\n"
	"---\n"
	"dmc: 1\n",
	"Split the file, and join the parts with `include:`.",
};

const struct finding_kind F_YAML_TAG = {
	"yaml.tag",
	SEV_ERROR,
	BY_LANGUAGE,
	"a value has an unknown tag",
	"A value that begins with `!` has a tag, which names a type. Layouts know those of YAML's"
	" core schema only, such as !!str; other programs' tags would be ignored silently.",
	"dmc: 1\n"
	"name: !vault secret\n",
	"Remove the tag, or put the value in quotes.",
};

const struct finding_kind F_YAML_ALIAS = {
	"yaml.alias-unknown",
	SEV_ERROR,
	BY_LANGUAGE,
	"an alias has nothing to stand for",
	"`*name` repeats the value that was marked with `&name` before it; the value must be"
	" complete when it is repeated.",
	"dmc: 1\n"
	"volumes: *v\n",
	"Correct the name, move the anchor before the alias, or put a value that begins with `*` in"
	" quotes.",
};

const struct finding_kind F_YAML_ALIAS_LARGE = {
	"yaml.alias-too-large",
	SEV_ERROR,
	BY_LANGUAGE,
	"aliases expand to too much",
	"Aliases of values with aliases grow tenfold with every line. More than a million values"
	" beyond those in the file, or more than 64 levels, are refused.",
	"a: &a [x, x, x, x, x, x, x, x, x, x]\n"
	"b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
	"c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n"
	"d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\n"
	"e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\n"
	"f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]\n",
	"Write the values out, or use fewer aliases.",
};

const struct finding_kind F_YAML_DEPTH = {
	"yaml.too-deep",
	SEV_ERROR,
	BY_LANGUAGE,
	"lists and maps are nested too deep",
	"No layout needs more than a few levels; 64 is the limit.",
	"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n",
	"Remove levels.",
};

const struct finding_kind F_YAML_LARGE = {
	"yaml.too-large",
	SEV_ERROR,
	BY_LANGUAGE,
	"the file is too large",
	"Files of 4 GiB or more are not read.",
	NULL,
	"Split the file, and join the parts with `include:`.",
};

const struct finding_kind *const yaml_findings[] = {
	&F_YAML_SYNTAX,
	&F_YAML_ENCODING,
	&F_YAML_EMPTY,
	&F_YAML_DUPLICATE,
	&F_YAML_KEY,
	&F_YAML_DOCUMENTS,
	&F_YAML_TAG,
	&F_YAML_ALIAS,
	&F_YAML_ALIAS_LARGE,
	&F_YAML_DEPTH,
	&F_YAML_LARGE,
	NULL,
};
