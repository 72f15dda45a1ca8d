#include "pdata/pdata.h"

#define REPAIR "Repair the metadata into another file or device, or restore it from a dump."

static const struct finding_kind F_UNREADABLE = {
	"pdata.block.unreadable", SEV_ERROR, BY_DISK, "a metadata block cannot be read",
	"The device reports an error for it, or ends before it.", NULL,
	"Look at the kernel's log for the device. Copy what can be read elsewhere, and repair the copy.",
};

static const struct finding_kind F_CHECKSUM = {
	"pdata.block.checksum", SEV_ERROR, BY_DISK, "the checksum of a metadata block is wrong",
	"The block was damaged, was never written, or holds something else than what points to it expects: "
	"the checksum of each kind of block is salted.",
	NULL, REPAIR,
};

static const struct finding_kind F_NUMBER = {
	"pdata.block.number", SEV_ERROR, BY_DISK, "a metadata block holds another block's number",
	"Each block has its own number inside. This one is intact but lies in a wrong place: it was copied or "
	"a write went astray.",
	NULL, REPAIR,
};

const struct finding_kind F_PDATA_POINTER = {
	"pdata.pointer.out-of-range", SEV_ERROR, BY_DISK, "a pointer leads past the metadata",
	"A block number in it is larger than the metadata device, or 0, where the superblock is.", NULL, REPAIR,
};

const struct finding_kind F_PDATA_NODE = {
	"pdata.node.header", SEV_ERROR, BY_DISK, "the header of a btree node makes no sense",
	"Its counts do not fit a block, or its values have another size than this tree's.", NULL, REPAIR,
};

const struct finding_kind F_PDATA_KEYS = {
	"pdata.node.keys", SEV_ERROR, BY_DISK, "keys of a btree are out of order",
	"Keys ascend within a node, and those below a pointer lie between its key and the next one.", NULL, REPAIR,
};

const struct finding_kind F_PDATA_UNDERFULL = {
	"pdata.node.underfull", SEV_WARNING, BY_DISK, "a btree node is less than a third full",
	"The kernel keeps all nodes but the root a third full. The tree can be read all the same.", NULL,
	"Repairing or dumping and restoring the metadata makes full nodes.",
};

const struct finding_kind F_PDATA_SHAPE = {
	"pdata.tree.shape", SEV_ERROR, BY_DISK, "a tree is no tree",
	"A node leads back to itself, leaves lie at different depths, or a block is used in two different ways.",
	NULL, REPAIR,
};

const struct finding_kind F_PDATA_SPACE_MAP = {
	"pdata.space-map.root", SEV_ERROR, BY_DISK, "a space map's root makes no sense",
	"It counts more blocks than its bitmaps or the device have.", NULL, REPAIR,
};

const struct finding_kind F_PDATA_COUNT = {
	"pdata.space-map.count", SEV_ERROR, BY_DISK, "reference counts are wrong",
	"Blocks have another number of users than the space map says. With a count that is too low the kernel "
	"hands out a block that is in use, and data is overwritten.",
	NULL, "Do not activate it for writing. " REPAIR,
};

const struct finding_kind F_PDATA_LEAK = {
	"pdata.space-map.leak", SEV_WARNING, BY_DISK, "blocks are leaked",
	"The space map says they are in use, but nothing uses them. Nothing is lost but their space.", NULL,
	"Repairing the metadata frees them.",
};

const struct finding_kind F_PDATA_FREE = {
	"pdata.space-map.free", SEV_NOTE, BY_DISK, "a space map counts its free blocks wrongly",
	"The sum of free or allocated blocks differs from the bitmaps, as thin_restore 0.9 leaves it. The "
	"kernel skips bitmaps that claim to be full; nothing but their space is lost.",
	NULL, "Repairing the metadata counts them again.",
};

const struct finding_kind *const pdata_findings[] = {
	&F_UNREADABLE, &F_CHECKSUM, &F_NUMBER, &F_PDATA_POINTER, &F_PDATA_NODE, &F_PDATA_KEYS,
	&F_PDATA_UNDERFULL, &F_PDATA_SHAPE, &F_PDATA_SPACE_MAP, &F_PDATA_COUNT, &F_PDATA_LEAK, &F_PDATA_FREE,
	NULL,
};

void pdata_problem_verdict(struct pdata_problems *problems, const struct pdata_kind *k, uint64_t blocknr,
			   enum pdata_verdict v)
{
	const char *fmt;

	switch (v) {
	case PDATA_GOOD:
		return;
	case PDATA_UNREADABLE:
		pdata_note(problems, &F_UNREADABLE, "block %" PRIu64 " cannot be read", blocknr, 0, 0);
		return;
	case PDATA_ENDS:
		fmt = "block %" PRIu64 ": the device or file ends before it, shorter than when it was opened";
		pdata_note(problems, &F_UNREADABLE, fmt, blocknr, 0, 0);
		return;
	case PDATA_BAD_CHECKSUM:
		fmt = k == &pdata_bitmap  ? "block %" PRIu64 ": the checksum of this bitmap is wrong"
		      : k == &pdata_index ? "block %" PRIu64 ": the checksum of this index of bitmaps is wrong"
		      : k == &pdata_node  ? "block %" PRIu64 ": the checksum of this btree node is wrong"
					  : "block %" PRIu64 ": the checksum of this superblock is wrong";
		pdata_note(problems, &F_CHECKSUM, fmt, blocknr, 0, 0);
		return;
	case PDATA_BAD_NUMBER:
		pdata_note(problems, &F_NUMBER, "block %" PRIu64 " says that it is another block", blocknr, 0, 0);
		return;
	}
}
