/*
 * From the disk to events. The trees of all devices are walked twice, without their leaves: first to
 * find runs of leaves that devices share, then to read the leaves or refer to them. Nothing is kept of
 * a tree but what a leaf's neighbours are.
 */
#include <errno.h>
#include <stdlib.h>

#include "format/thin/event.h"
#include "format/thin/runs.h"
#include "pdata/btree.h"

#define READ_LEAVES 32u /* at a time */

static const struct btree_type mapping_type = {.name = "mapping tree", .value_size = sizeof(uint64_t)};

struct dump {
	struct pdata *p;
	const struct thin_visitor *v;
	void *ctx;
	struct thin_devices devices;
	struct thin_runs runs;
	bool inside; /* a shared run that was referred to */
	struct thin_event_map map; /* being put together; length 0: none */
	uint8_t *buffer;
	uint64_t queue[READ_LEAVES]; /* leaves to come */
	size_t nr_queue;
};

/* ---- mappings ---- */

static int flush_map(struct dump *d)
{
	struct thin_event_map m = d->map;

	d->map.length = 0;
	return m.length ? d->v->map(d->ctx, &m) : 0;
}

static int add_mapping(struct dump *d, uint64_t origin, struct thin_mapping to)
{
	struct thin_event_map *m = &d->map;
	int r = 0;

	if (m->length && origin == m->origin + m->length && to.data == m->data + m->length && to.time == m->time) {
		m->length++;
		return 0;
	}
	if (m->length)
		r = d->v->map(d->ctx, m);
	*m = (struct thin_event_map){origin, to.data, 1, to.time};
	return r;
}

static int emit_leaf(struct dump *d, uint64_t blocknr, const uint8_t *block)
{
	struct pdata_problems problems = {0};
	struct btree_node n;
	bool good = btree_open_node(&problems, block, mapping_type.value_size, blocknr, &n);
	int r = 0;

	if (good && n.internal) {
		pdata_add(d->p, mapping_type.name, &F_PDATA_SHAPE,
			  "block %" PRIu64 ": leaves lie at different depths", blocknr);
		return -EUCLEAN;
	}
	pdata_report(d->p, &problems, mapping_type.name);
	if (!good)
		return -EUCLEAN;
	for (uint32_t i = 0; i < n.nr && !r; i++)
		r = add_mapping(d, node_key(&n, i), thin_mapping(node_value(&n, i)));
	return r;
}

/* Leaves that follow each other on disk are read at once. */
static int emit_queue(struct dump *d)
{
	size_t nr = d->nr_queue;
	int r = 0;

	d->nr_queue = 0;
	for (size_t i = 0, end; i < nr && !r; i = end) {
		for (end = i + 1; end < nr && d->queue[end] == d->queue[end - 1] + 1; end++)
			;
		r = pdata_read_run(d->p, &pdata_node, d->queue[i], end - i, mapping_type.name, d->buffer);
		for (size_t k = i; k < end && !r; k++)
			r = emit_leaf(d, d->queue[k], d->buffer + (k - i) * PDATA_BLOCK_SIZE);
	}
	return r;
}

static int queue_leaf(struct dump *d, uint64_t leaf)
{
	d->queue[d->nr_queue++] = leaf;
	return d->nr_queue == READ_LEAVES ? emit_queue(d) : 0;
}

static int end_mappings(struct dump *d)
{
	int r = emit_queue(d);

	return r ? r : flush_map(d);
}

/* ---- runs ---- */

static int add_leaf(void *ctx, uint64_t leaf)
{
	struct dump *d = ctx;

	thin_runs_add(&d->runs, leaf);
	return 0;
}

static int find_runs(struct dump *d)
{
	int r = thin_runs_init(&d->runs, d->p->nr_blocks);

	if (r) {
		pdata_add(d->p, mapping_type.name, &F_THIN_MEMORY, "no memory for %" PRIu64 " metadata blocks",
			  d->p->nr_blocks);
		return r;
	}
	for (size_t i = 0; i < d->devices.list.nr && !r; i++) {
		r = btree_read_leaves(d->p, &mapping_type, d->devices.list.v[i].root, add_leaf, d);
		thin_runs_end(&d->runs);
	}
	return r;
}

/* ---- events ---- */

static int emit_def(struct dump *d, uint64_t head)
{
	int r = d->v->def_begin(d->ctx, head), end;
	uint64_t leaf = head;

	while (!r) {
		r = queue_leaf(d, leaf);
		if (r || thin_runs_is_tail(&d->runs, leaf))
			break;
		leaf = thin_runs_next(&d->runs, leaf);
	}
	end = r ? r : end_mappings(d);
	return end ? end : d->v->def_end(d->ctx);
}

/* Shared runs, in ascending order of their first leaves. */
static int emit_defs(struct dump *d)
{
	int r = 0;

	for (uint64_t leaf = 0; leaf < d->p->nr_blocks && !r; leaf++)
		if (thin_runs_is_head(&d->runs, leaf) && thin_runs_is_shared(&d->runs, leaf))
			r = emit_def(d, leaf);
	return r;
}

/* The next leaf of a device: to be read, the first of a shared run, or inside one. */
static int emit_next(void *ctx, uint64_t leaf)
{
	struct dump *d = ctx;
	int r = 0;

	if (!thin_runs_is_shared(&d->runs, leaf))
		return queue_leaf(d, leaf);
	if (!d->inside)
		r = end_mappings(d);
	if (!r && !d->inside)
		r = d->v->ref(d->ctx, leaf);
	d->inside = !thin_runs_is_tail(&d->runs, leaf);
	return r;
}

static int emit_leaves(struct dump *d, uint64_t root)
{
	int r = btree_read_leaves(d->p, &mapping_type, root, emit_next, d);

	d->inside = false;
	return r ? r : end_mappings(d);
}

static int emit_device(struct dump *d, const struct thin_device *dev, bool mappings)
{
	int r = d->v->device_begin(d->ctx, dev);

	if (!r && mappings)
		r = emit_leaves(d, dev->root);
	return r ? r : d->v->device_end(d->ctx);
}

static void choose_devices(struct dump *d, const struct thin_dump_options *o)
{
	size_t nr = 0;

	for (size_t i = 0; i < d->devices.list.nr; i++) {
		bool wanted = !o->devices;

		for (size_t k = 0; k < o->nr_devices && !wanted; k++)
			wanted = o->devices[k] == d->devices.list.v[i].id;
		if (wanted)
			d->devices.list.v[nr++] = d->devices.list.v[i];
	}
	d->devices.list.nr = nr;
}

static int emit(struct dump *d, const struct thin_superblock *sb, bool mappings)
{
	struct thin_event_superblock s = {
		.time = sb->time,
		.flags = sb->flags & THIN_NEEDS_CHECK,
		.version = sb->version,
		.transaction = sb->trans_id,
		.data_block_size = sb->data_block_size,
		.nr_data_blocks = le64(sb->data_space_map.nr_blocks),
	};
	int r = d->v->superblock_begin(d->ctx, &s);

	if (!r && mappings)
		r = emit_defs(d);
	for (size_t i = 0; i < d->devices.list.nr && !r; i++)
		r = emit_device(d, &d->devices.list.v[i], mappings);
	return r ? r : d->v->superblock_end(d->ctx);
}

int thin_dump(struct pdata *p, const struct thin_superblock *sb, const struct thin_dump_options *o,
	      const struct thin_visitor *v, void *ctx)
{
	struct dump d = {.p = p, .v = v, .ctx = ctx, .buffer = blk_buffer(READ_LEAVES * PDATA_BLOCK_SIZE)};
	int r = thin_devices_read(p, sb, &d.devices);

	if (!r) {
		choose_devices(&d, o);
		if (!o->skip_mappings)
			r = find_runs(&d);
		if (!r)
			r = emit(&d, sb, !o->skip_mappings);
	}
	thin_runs_release(&d.runs);
	thin_devices_release(&d.devices);
	free(d.buffer);
	return r;
}
