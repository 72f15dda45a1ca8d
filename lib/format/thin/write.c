/* Events as XML, as text for people, and as JSON. */
#include <string.h>

#include "format/thin/event.h"

#define PIECE 262144u

/* ---- pieces ---- */

static int put_out(struct thin_writer *w)
{
	int r = w->b.len ? w->write(w->ctx, w->b.buf, w->b.len) : 0;

	strbuf_reset(&w->b);
	return r;
}

static int enough(struct thin_writer *w)
{
	return w->b.len < PIECE ? 0 : put_out(w);
}

int thin_writer_finish(struct thin_writer *w)
{
	int r = put_out(w);

	strbuf_release(&w->b);
	return r;
}

/* A line of a mapping: put together by hand, since there are millions of them. */
struct line {
	char *end;
	char text[320];
};

static void add_text(struct line *l, const char *s, size_t len)
{
	memcpy(l->end, s, len);
	l->end += len;
}

#define ADD(l, s) add_text((l), (s), sizeof(s) - 1)

static void add_number(struct line *l, uint64_t v)
{
	static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
				    "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
				    "8081828384858687888990919293949596979899";
	char digits[20], *p = digits + sizeof(digits);

	while (v >= 100) {
		p -= 2;
		memcpy(p, pairs + v % 100 * 2, 2);
		v /= 100;
	}
	if (v >= 10) {
		p -= 2;
		memcpy(p, pairs + v * 2, 2);
	} else {
		*--p = (char)('0' + v);
	}
	add_text(l, p, (size_t)(digits + sizeof(digits) - p));
}

static int add_line(struct thin_writer *w, const struct line *l)
{
	strbuf_add(&w->b, l->text, (size_t)(l->end - l->text));
	return enough(w);
}

/* ---- XML ---- */

static int xml_superblock(void *ctx, const struct thin_event_superblock *s)
{
	struct thin_writer *w = ctx;

	strbuf_addf(&w->b, "<superblock uuid=\"\" time=\"%" PRIu32 "\" transaction=\"%" PRIu64 "\"", s->time,
		    s->transaction);
	if (s->flags)
		strbuf_addf(&w->b, " flags=\"%" PRIu32 "\"", s->flags);
	strbuf_addf(&w->b, " version=\"%" PRIu32 "\" data_block_size=\"%" PRIu32 "\" nr_data_blocks=\"%" PRIu64 "\">\n",
		    s->version, s->data_block_size, s->nr_data_blocks);
	return enough(w);
}

static int xml_superblock_end(void *ctx)
{
	struct thin_writer *w = ctx;

	/* No newline behind the last line, as the tools have it. */
	strbuf_adds(&w->b, "</superblock>");
	return enough(w);
}

static int xml_def(void *ctx, uint64_t name)
{
	struct thin_writer *w = ctx;

	strbuf_addf(&w->b, "  <def name=\"%" PRIu64 "\">\n", name);
	return enough(w);
}

static int xml_def_end(void *ctx)
{
	struct thin_writer *w = ctx;

	strbuf_adds(&w->b, "  </def>\n");
	return enough(w);
}

static int xml_device(void *ctx, const struct thin_device *d)
{
	struct thin_writer *w = ctx;

	strbuf_addf(&w->b, "  <device dev_id=\"%" PRIu64 "\" mapped_blocks=\"%" PRIu64 "\" transaction=\"%" PRIu64
		    "\" creation_time=\"%" PRIu32 "\" snap_time=\"%" PRIu32 "\">\n", d->id, d->mapped_blocks,
		    d->transaction_id, d->creation_time, d->snapshotted_time);
	return enough(w);
}

static int xml_device_end(void *ctx)
{
	struct thin_writer *w = ctx;

	strbuf_adds(&w->b, "  </device>\n");
	return enough(w);
}

static int xml_map(void *ctx, const struct thin_event_map *m)
{
	struct line l;

	l.end = l.text;
	if (m->length == 1) {
		ADD(&l, "    <single_mapping origin_block=\"");
		add_number(&l, m->origin);
		ADD(&l, "\" data_block=\"");
		add_number(&l, m->data);
	} else {
		ADD(&l, "    <range_mapping origin_begin=\"");
		add_number(&l, m->origin);
		ADD(&l, "\" data_begin=\"");
		add_number(&l, m->data);
		ADD(&l, "\" length=\"");
		add_number(&l, m->length);
	}
	ADD(&l, "\" time=\"");
	add_number(&l, m->time);
	ADD(&l, "\"/>\n");
	return add_line(ctx, &l);
}

static int xml_ref(void *ctx, uint64_t name)
{
	struct thin_writer *w = ctx;

	strbuf_addf(&w->b, "    <ref name=\"%" PRIu64 "\"/>\n", name);
	return enough(w);
}

const struct thin_visitor thin_write_xml = {
	xml_superblock, xml_superblock_end, xml_def, xml_def_end, xml_device, xml_device_end, xml_map, xml_ref,
};

/* ---- text ---- */

static int text_superblock(void *ctx, const struct thin_event_superblock *s)
{
	struct thin_writer *w = ctx;

	strbuf_addf(&w->b, "begin superblock: \"\", %" PRIu32 ", %" PRIu64 ", %" PRIu32 ", %" PRIu32 ", %" PRIu32
		    ", %" PRIu64 "\n", s->time, s->transaction, s->flags, s->version, s->data_block_size,
		    s->nr_data_blocks);
	return enough(w);
}

static int text_superblock_end(void *ctx)
{
	struct thin_writer *w = ctx;

	strbuf_adds(&w->b, "end superblock\n");
	return enough(w);
}

static int text_def(void *ctx, uint64_t name)
{
	struct thin_writer *w = ctx;

	strbuf_addf(&w->b, "def: %" PRIu64 "\n", name);
	return enough(w);
}

static int text_end(void *ctx)
{
	struct thin_writer *w = ctx;

	strbuf_addch(&w->b, '\n');
	return enough(w);
}

static int text_device(void *ctx, const struct thin_device *d)
{
	struct thin_writer *w = ctx;

	strbuf_addf(&w->b, "device: %" PRIu64 "\nmapped_blocks: %" PRIu64 "\ntransaction: %" PRIu64
		    "\ncreation time: %" PRIu32 "\nsnap time: %" PRIu32 "\n", d->id, d->mapped_blocks,
		    d->transaction_id, d->creation_time, d->snapshotted_time);
	return enough(w);
}

static int text_map(void *ctx, const struct thin_event_map *m)
{
	struct line l;

	l.end = l.text;
	ADD(&l, "    (");
	add_number(&l, m->origin);
	ADD(&l, "..");
	add_number(&l, m->origin + m->length - 1);
	ADD(&l, ") -> (");
	add_number(&l, m->data);
	ADD(&l, "..");
	add_number(&l, m->data + m->length - 1);
	ADD(&l, "), ");
	add_number(&l, m->time);
	ADD(&l, "\n");
	return add_line(ctx, &l);
}

static int text_ref(void *ctx, uint64_t name)
{
	struct thin_writer *w = ctx;

	strbuf_addf(&w->b, "    ref: %" PRIu64 "\n", name);
	return enough(w);
}

const struct thin_visitor thin_write_text = {
	text_superblock, text_superblock_end, text_def, text_end, text_device, text_end, text_map, text_ref,
};
