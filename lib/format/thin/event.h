/*
 * The metadata of a thin pool as a sequence of events, where readers and writers meet.
 *
 *	superblock_begin (def_begin (map)* def_end)* (device_begin (map | ref)* device_end)* superblock_end
 *
 * A `def` is a run of mappings that several devices share; they refer to it by name. Every function
 * returns 0 or a negative errno, which ends the sequence.
 */
#ifndef THIN_EVENT_H
#define THIN_EVENT_H

#include "base/strbuf.h"
#include "format/thin/thin.h"

struct thin_event_superblock {
	uint32_t time, flags, version;
	uint64_t transaction;
	uint32_t data_block_size; /* sectors */
	uint64_t nr_data_blocks;
};

struct thin_event_map {
	uint64_t origin, data, length; /* blocks */
	uint32_t time;
};

struct thin_visitor {
	int (*superblock_begin)(void *ctx, const struct thin_event_superblock *s);
	int (*superblock_end)(void *ctx);
	int (*def_begin)(void *ctx, uint64_t name);
	int (*def_end)(void *ctx);
	int (*device_begin)(void *ctx, const struct thin_device *d);
	int (*device_end)(void *ctx);
	int (*map)(void *ctx, const struct thin_event_map *m);
	int (*ref)(void *ctx, uint64_t name);
};

/* ---- readers ---- */

struct thin_dump_options {
	const uint64_t *devices; /* only these, in any order; NULL: all */
	size_t nr_devices;
	bool skip_mappings;
};

/* From the disk. Returns 0, -EUCLEAN after a finding, or what the visitor returned. */
int thin_dump(struct pdata *p, const struct thin_superblock *sb, const struct thin_dump_options *o,
	      const struct thin_visitor *v, void *ctx);

/* ---- writers ---- */

/* Text that goes out in large pieces. `write` returns 0 or a negative errno. */
struct thin_writer {
	struct strbuf b;
	int (*write)(void *ctx, const void *p, size_t len);
	void *ctx;
	int json_list; /* what is open: enum in write_json.c */
	bool json_any; /* it has elements */
};

/* The context of each is a struct thin_writer, in which `write` and its ctx are set. */
extern const struct thin_visitor thin_write_xml;  /* as thin_dump of thin-provisioning-tools 1.x */
extern const struct thin_visitor thin_write_text; /* its human_readable */
extern const struct thin_visitor thin_write_json;

/* Writes what is left, and gives the memory back. */
int thin_writer_finish(struct thin_writer *w);

#endif
