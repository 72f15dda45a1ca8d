#include "targets/superblock.h"

#include <string.h>

#include "base/crc32c.h"
#include "base/endian.h"

#define OFF_MAGIC 32
#define OFF_BLOCK 8

const struct finding_kind F_METADATA_BAD = {
	"metadata.not-usable", SEV_ERROR, BY_KERNEL, "a metadata device holds something else",
	"The kernel formats a metadata device whose first block is all zeroes, uses one with valid "
	"metadata of its kind, and refuses everything else.",
	NULL,
	"Check that it is the right device. To give up what is on it, clear its first 4096 bytes.",
};

const struct finding_kind F_METADATA_OTHER = {
	"metadata.other-geometry", SEV_ERROR, BY_KERNEL, "metadata was made for other parameters",
	"Block sizes and the like are stored in the metadata when it is formatted, and the table must "
	"repeat them.",
	NULL,
	"Write the stored value into the layout.",
};

const struct finding_kind F_METADATA_NEWER = {
	"metadata.not-known", SEV_ERROR, BY_KERNEL, "metadata has a version or features that the kernel does not know",
	"A newer kernel or tool wrote it. A feature that only matters to writers is no hindrance on a read-only device.",
	NULL,
	"Use the kernel that it was made with, or newer tools to repair it.",
};

const struct finding_kind F_METADATA_CHECK = {
	"metadata.needs-check", SEV_ERROR, BY_KERNEL, "metadata is marked as in need of a check",
	"The kernel sets the mark when something went wrong, and does not write to such metadata before it is checked.",
	NULL,
	"Check or repair the metadata while it is not in use, which clears the mark.",
};

const struct finding_kind F_METADATA_SHRUNK = {
	"metadata.device-shrunk", SEV_ERROR, BY_KERNEL, "a device is smaller than the metadata says",
	"Space maps remember how large devices are, and devices can only grow.",
	NULL,
	"Make the device (for data: the volume) at least as large as it was.",
};

static bool all_zero(const uint8_t *p, size_t len)
{
	return !*p && !memcmp(p, p + 1, len - 1);
}

void superblock_read(const struct blkdev *dev, uint64_t magic, uint32_t csum_xor, struct superblock *sb)
{
	sb->state = SB_UNKNOWN;
	if (blkdev_read(dev, 0, sb->bytes, sizeof(sb->bytes)))
		return;
	if (all_zero(sb->bytes, sizeof(sb->bytes)))
		sb->state = SB_EMPTY;
	else if (sb_le64(sb, OFF_MAGIC) == magic && !sb_le64(sb, OFF_BLOCK) &&
		 (crc32c(~0u, sb->bytes + 4, sizeof(sb->bytes) - 4) ^ csum_xor) == sb_le32(sb, 0))
		sb->state = SB_FOUND;
	else
		sb->state = SB_BAD;
}

uint32_t sb_le32(const struct superblock *sb, size_t off)
{
	return get_le32(sb->bytes + off);
}

uint64_t sb_le64(const struct superblock *sb, size_t off)
{
	return get_le64(sb->bytes + off);
}

void superblock_report_bad(const struct line_ctx *c, const struct word *row, const struct devref *dev,
			   const char *kernel_text)
{
	line_report(c, &F_METADATA_BAD, row, kernel_text,
		    "%s holds neither zeroes nor %s metadata that is whole", dev->dev->name, c->target->name);
}

void superblock_check_fields(const struct line_ctx *c, const struct word *row, const struct devref *dev,
			     const struct superblock *sb, const struct superblock_fields *f,
			     const char *kernel_text)
{
	uint32_t version = f->version ? sb_le32(sb, f->version) : 0;

	if (f->version && (version < f->min_version || version > f->max_version))
		line_report(c, &F_METADATA_NEWER, row, kernel_text, "%s has metadata of version %u; %u to %u are known",
			    dev->dev->name, version, f->min_version, f->max_version);
	if (f->incompat && sb_le32(sb, f->incompat))
		line_report(c, &F_METADATA_NEWER, row, kernel_text, "%s has incompatible features 0x%x, none is known",
			    dev->dev->name, sb_le32(sb, f->incompat));
	if (f->compat_ro && sb_le32(sb, f->compat_ro) && !(dev->dev->flags & BLKDEV_READ_ONLY))
		line_report(c, &F_METADATA_NEWER, row, kernel_text,
			    "%s has features 0x%x that writers must know, none is known", dev->dev->name,
			    sb_le32(sb, f->compat_ro));
}

void superblock_report_needs_check(const struct line_ctx *c, const struct word *row, const struct devref *dev,
				   const char *kernel_text)
{
	line_report(c, &F_METADATA_CHECK, row, kernel_text, "%s is marked as in need of a check", dev->dev->name);
}
