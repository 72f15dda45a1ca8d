/* Tables -> a layout's YAML: what layout_load() reads back to the same tables. */
#ifndef LAYOUT_WRITE_H
#define LAYOUT_WRITE_H

#include "base/strbuf.h"
#include "target/reader.h"

struct layout_writer {
	struct arena *arena;
	/* The layout's name for the device of a word. */
	const char *(*device_name)(void *priv, const struct blkdev *dev);
	/*
	 * Where a key goes: the path of a file that holds it now, or NULL: it will be asked
	 * for. Called for keys with bytes that are not all zeroes.
	 */
	const char *(*key_file)(void *priv, const char *volume, const char *row, const struct key *key);
	void *priv;
};

/* One volume, indented as an entry of `volumes:`. */
void write_volume(const struct layout_writer *w, const struct device_text *d, const char *name,
		  struct strbuf *out);

/* A scalar that is read back as this text, quoted where it must be. */
void write_scalar(struct strbuf *out, const char *text);

#endif
