#include "common/metadata.h"

#include <stdlib.h>

#include "common/io.h"

#define MAX_FINDINGS 1000

static const struct finding_kind F_UNKNOWN = {
	"metadata.unknown", SEV_ERROR, BY_DISK, "no metadata that is known",
	"Block 0 has neither the checksum nor the magic number of a superblock.", NULL,
	"Name the metadata device. If its superblock is lost, repair it and tell its type.",
};

const struct finding_kind *const metadata_findings[] = {&F_UNKNOWN, NULL};

const struct metadata_format metadata_formats[] = {
	{"thin", THIN_MAGIC, &thin_superblock_kind},
	{0},
};

bool metadata_open(struct metadata *m, struct cli *c, const char *path, unsigned flags)
{
	*m = (struct metadata){.blk.fd = -1};
	diag_init(&m->diag, &c->arena);
	m->diag.max = MAX_FINDINGS;
	if (blk_open(&m->blk, path, flags, &m->diag))
		return false;
	pdata_init(&m->p, &m->blk, &m->diag);
	return true;
}

void metadata_close(struct metadata *m)
{
	blk_close(&m->blk);
	diag_release(&m->diag);
}

const struct metadata_format *metadata_find_format(struct metadata *m)
{
	const struct metadata_format *found = NULL;
	uint8_t *block = blk_buffer(PDATA_BLOCK_SIZE);

	if (m->p.nr_blocks && !blk_read(&m->blk, 0, block, PDATA_BLOCK_SIZE))
		for (const struct metadata_format *f = metadata_formats; !found && f->name; f++)
			if (pdata_verify(f->superblock, block, 0) == PDATA_GOOD || get_le64(block + 32) == f->magic)
				found = f;
	free(block);
	if (!found)
		diag_add(&m->diag, &F_UNKNOWN, (struct span){0}, "%s: no metadata that is known", m->blk.name);
	return found;
}

int metadata_dump_thin(struct metadata *m, struct cli *c, bool snapshot, uint64_t snapshot_block,
		       const struct thin_dump_options *o, const struct thin_visitor *writer, const char *output)
{
	struct thin_superblock sb;
	struct io_stream stream;
	struct thin_writer w = {.write = io_stream_write, .ctx = &stream};
	int r = thin_superblock_choose(&m->p, snapshot, snapshot_block, &sb), end;

	if (r)
		return r;
	r = io_stream_open(c, &stream, output);
	if (!r)
		r = thin_dump(&m->p, &sb, o, writer, &w);
	end = thin_writer_finish(&w);
	if (!r)
		r = end;
	end = io_stream_close(c, &stream, !r);
	return r ? r : end;
}

bool parse_u64(const char *s, uint64_t *ret)
{
	uint64_t v = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9' || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*s - '0'), &v))
			return false;
	}
	*ret = v;
	return true;
}
