/* Between reader.c (plain form) and concise.c. */
#ifndef TARGET_READER_INTERNAL_H
#define TARGET_READER_INTERNAL_H

#include "base/size.h"
#include "base/vec.h"
#include "target/reader.h"

/* A device while its lines are collected. */
struct building {
	const char *name, *uuid;
	long minor;
	bool read_only;
	size_t off, end;
	VEC(struct line) lines;
	VEC(struct span) spans;
};

struct builder {
	const struct reader *r;
	const struct source *src;
	VEC(struct building *) devices;
	bool failed;
};

struct building *builder_device(struct builder *b, const char *name);
void builder_line(struct builder *b, struct building *d, size_t off, size_t len);
void builder_concise(struct builder *b, size_t off, size_t end);

#endif
