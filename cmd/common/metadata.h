/* Metadata that a verb reads, and which kind it is. */
#ifndef COMMON_METADATA_H
#define COMMON_METADATA_H

#include "common/cli.h"
#include "format/thin/event.h"
#include "pdata/pdata.h"

struct metadata {
	struct diag diag;
	struct blk blk;
	struct pdata p;
};

/*
 * Opens a device or image (flags: enum blk_flags); false after a finding in m->diag. Without
 * BLK_EXCLUSIVE a device may be in use: what does not change there is its metadata snapshot.
 * metadata_close() in any case.
 */
bool metadata_open(struct metadata *m, struct cli *c, const char *path, unsigned flags);
void metadata_close(struct metadata *m);

/* The kinds of superblocks there are, NULL-terminated. */
struct metadata_format {
	const char *name; /* "thin" */
	uint64_t magic;   /* at byte 32 */
	const struct pdata_kind *superblock;
};

extern const struct metadata_format metadata_formats[];

/* By the checksum of block 0, or where that is wrong by the magic number; NULL after a finding. */
const struct metadata_format *metadata_find_format(struct metadata *m);

/*
 * Writes a thin pool, or its metadata snapshot (at `snapshot_block` unless that is 0), to a file or
 * standard output. Returns 0, or -errno after a finding or a line.
 */
int metadata_dump_thin(struct metadata *m, struct cli *c, bool snapshot, uint64_t snapshot_block,
		       const struct thin_dump_options *o, const struct thin_visitor *writer, const char *output);

/* A number as the tools take it: decimal. False: it is none. */
bool parse_u64(const char *s, uint64_t *ret);

extern const struct finding_kind *const metadata_findings[];

#endif
