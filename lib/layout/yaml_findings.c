/* Kinds of findings about a text that is not the YAML we take. */
#include "layout/yaml_internal.h"

const struct finding_kind F_YAML_SYNTAX = {
	"yaml.syntax", SEV_ERROR, BY_LANGUAGE,
	"the file is not YAML",
	"The text cannot be read as YAML: a bracket or quote is open, an indentation does not"
	" fit, or a tab indents.",
	"dmc: 1\n"
	"volumes: {a: [\n",
	"Look at the place and just before it; indent with spaces.",
};

const struct finding_kind F_YAML_ENCODING = {
	"yaml.encoding", SEV_ERROR, BY_LANGUAGE,
	"the file is not UTF-8 text",
	"YAML is UTF-8 here. Other encodings, NUL bytes and binary files are refused.",
	"name: \"\\0\"\n",
	"Save the file as UTF-8.",
};

const struct finding_kind F_YAML_DUPLICATE = {
	"yaml.duplicate-key", SEV_ERROR, BY_LANGUAGE,
	"a key stands twice in one map",
	"Only one of the values could count, and readers of YAML differ in which.",
	"dmc: 1\n"
	"name: a\n"
	"name: b\n",
	"Remove one of them.",
};

const struct finding_kind F_YAML_KEY = {
	"yaml.key-not-a-word", SEV_ERROR, BY_LANGUAGE,
	"a key is a list or a map",
	"Keys are words.",
	"? [a, b]\n"
	": c\n",
	"Write a word before the colon.",
};

const struct finding_kind F_YAML_DOCUMENTS = {
	"yaml.documents", SEV_ERROR, BY_LANGUAGE,
	"the file holds several documents",
	"`---` starts a second document; a layout is one.",
	"dmc: 1\n"
	"---\n"
	"dmc: 1\n",
	"Split the file, and join the parts with `include:`.",
};

const struct finding_kind F_YAML_TAG = {
	"yaml.tag", SEV_ERROR, BY_LANGUAGE,
	"a value has a tag",
	"Tags (`!something`) name types of other programs.",
	"dmc: !ruby 1\n",
	"Remove the tag.",
};

const struct finding_kind F_YAML_ALIAS = {
	"yaml.alias", SEV_ERROR, BY_LANGUAGE,
	"an alias has nothing to stand for",
	"`*name` repeats the value that was marked `&name` before it.",
	"dmc: 1\n"
	"volumes: *v\n",
	"Correct the name, or move the anchor before the alias.",
};

const struct finding_kind F_YAML_ALIAS_LARGE = {
	"yaml.alias-too-large", SEV_ERROR, BY_LANGUAGE,
	"aliases expand to too much",
	"Aliases of aliases grow without bound; more than a million nodes beyond those in the"
	" file are refused.",
	NULL,
	"Write the values out, or use fewer aliases.",
};

const struct finding_kind F_YAML_DEPTH = {
	"yaml.too-deep", SEV_ERROR, BY_LANGUAGE,
	"lists and maps are nested too deep",
	"No layout needs more than a few levels; 64 is the limit.",
	"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n",
	"Remove levels.",
};

const struct finding_kind F_YAML_LARGE = {
	"yaml.too-large", SEV_ERROR, BY_LANGUAGE,
	"the file is too large",
	"Files of 4 GiB or more are not read.",
	NULL,
	"Split the file, and join the parts with `include:`.",
};

const struct finding_kind *const yaml_findings[] = {
	&F_YAML_SYNTAX, &F_YAML_ENCODING, &F_YAML_DUPLICATE, &F_YAML_KEY, &F_YAML_DOCUMENTS,
	&F_YAML_TAG, &F_YAML_ALIAS, &F_YAML_ALIAS_LARGE, &F_YAML_DEPTH, &F_YAML_LARGE, NULL,
};
