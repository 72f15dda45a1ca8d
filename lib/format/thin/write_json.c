/*
 * Events as JSON, one object:
 *
 *	{"format_version": 1, "format": "thin", "superblock": {…},
 *	 "defs": [{"name": 12, "mappings": [{"origin": 0, "data": 7, "length": 3, "time": 0}, …]}, …],
 *	 "devices": [{"dev_id": 1, …, "mappings": [{…}, {"ref": 12}, …]}, …]}
 *
 * Places and lengths are in blocks; sizes in bytes.
 */
#include "format/thin/event.h"

enum { LIST_NONE, LIST_DEFS, LIST_DEVICES };

static int flush_some(struct thin_writer *w)
{
	int r = 0;

	if (w->b.len >= 65536) {
		r = w->write(w->ctx, w->b.buf, w->b.len);
		strbuf_reset(&w->b);
	}
	return r;
}

/* Opens lists up to `list`, so that both are there even if empty. */
static void open_list(struct thin_writer *w, int list)
{
	while (w->json_list < list) {
		strbuf_adds(&w->b, w->json_list == LIST_NONE ? ",\n \"defs\": [" : "],\n \"devices\": [");
		w->json_list++;
		w->json_any = false;
	}
}

static void next_element(struct thin_writer *w)
{
	strbuf_adds(&w->b, w->json_any ? ",\n  " : "\n  ");
	w->json_any = true;
}

static int json_superblock(void *ctx, const struct thin_event_superblock *s)
{
	struct thin_writer *w = ctx;

	w->json_list = LIST_NONE;
	strbuf_addf(&w->b, "{\"format_version\": 1, \"format\": \"thin\",\n \"superblock\": {\"time\": %" PRIu32
		    ", \"transaction\": %" PRIu64 ", \"needs_check\": %s, \"version\": %" PRIu32
		    ", \"data_block_size\": %" PRIu64 ", \"nr_data_blocks\": %" PRIu64 "}", s->time, s->transaction,
		    s->flags & THIN_NEEDS_CHECK ? "true" : "false", s->version, (uint64_t)s->data_block_size * 512,
		    s->nr_data_blocks);
	return 0;
}

static int json_superblock_end(void *ctx)
{
	struct thin_writer *w = ctx;

	open_list(w, LIST_DEVICES);
	strbuf_adds(&w->b, "]}\n");
	return 0;
}

static int json_def(void *ctx, uint64_t name)
{
	struct thin_writer *w = ctx;

	open_list(w, LIST_DEFS);
	next_element(w);
	strbuf_addf(&w->b, "{\"name\": %" PRIu64 ", \"mappings\": [", name);
	w->json_any = false;
	return 0;
}

/* Of a def or device; the list around it has an element now. */
static int json_end(void *ctx)
{
	struct thin_writer *w = ctx;

	strbuf_adds(&w->b, "]}");
	w->json_any = true;
	return flush_some(w);
}

static int json_device(void *ctx, const struct thin_device *d)
{
	struct thin_writer *w = ctx;

	open_list(w, LIST_DEVICES);
	next_element(w);
	strbuf_addf(&w->b, "{\"dev_id\": %" PRIu64 ", \"mapped_blocks\": %" PRIu64 ", \"transaction\": %" PRIu64
		    ", \"creation_time\": %" PRIu32 ", \"snap_time\": %" PRIu32 ", \"mappings\": [", d->id,
		    d->mapped_blocks, d->transaction_id, d->creation_time, d->snapshotted_time);
	w->json_any = false;
	return 0;
}

static int json_map(void *ctx, const struct thin_event_map *m)
{
	struct thin_writer *w = ctx;

	next_element(w);
	strbuf_addf(&w->b, "{\"origin\": %" PRIu64 ", \"data\": %" PRIu64 ", \"length\": %" PRIu64 ", \"time\": %" PRIu32
		    "}", m->origin, m->data, m->length, m->time);
	return flush_some(w);
}

static int json_ref(void *ctx, uint64_t name)
{
	struct thin_writer *w = ctx;

	next_element(w);
	strbuf_addf(&w->b, "{\"ref\": %" PRIu64 "}", name);
	return 0;
}

const struct thin_visitor thin_write_json = {
	json_superblock, json_superblock_end, json_def, json_end, json_device, json_end, json_map, json_ref,
};
