/* What importers share: devices by their words, names, and the writer. */
#ifndef IMPORT_INTERNAL_H
#define IMPORT_INTERNAL_H

#include "base/strbuf.h"
#include "base/strmap.h"
#include "base/vec.h"
#include "target/reader.h"

struct imported {
	struct blkdev blk; /* first: what the reader is given */
	const char *name;  /* in the layout; set by the importer: it is that volume */
	const char *value; /* path, file or number to write; NULL: the word */
	bool is_file;      /* the value is an image file, wherever it is */
};

/* One import; zeroes and these fields make a new one. */
struct import {
	struct arena *arena;
	const char *(*key_file)(void *priv, const char *volume, const char *row, const struct key *key);
	void *priv;
	const char *const *comments; /* of each volume, or NULL */
	VEC(struct imported *) devices;
	struct strmap words;         /* device word -> struct imported */
	struct strmap names;         /* names that are taken */
};

/* A reader's `device`; its `priv` is the import. */
const struct blkdev *import_device(void *priv, const char *word, struct span span);

/* A name that is not taken yet, and is now. */
const char *import_name(struct import *im, const char *base);

/* False after findings: a layout has no words for where a line starts. */
bool import_contiguous(const struct device_texts *texts, struct diag *diag);

/* The layout; devices without a name get one here, so volumes have theirs before. */
void import_write(struct import *im, const struct device_texts *texts, struct strbuf *out);

void import_release(struct import *im);

#endif
