#include "targets/content.h"

#include <string.h>

#include "base/endian.h"

#define MAX_PLACE 4096

enum content content_marked(const struct devref *ref, uint64_t off, size_t len, size_t magic_off,
			    uint32_t magic, struct content_place *where)
{
	uint8_t bytes[MAX_PLACE];

	*where = (struct content_place){ref, off, len};
	if (!ref->dev || blkdev_read(ref->dev, off, bytes, len))
		return CONTENT_UNKNOWN;
	if (get_le32(bytes + magic_off) == magic)
		return CONTENT_OWN;
	return !*bytes && !memcmp(bytes, bytes + 1, len - 1) ? CONTENT_BLANK : CONTENT_FOREIGN;
}

enum content content_scratch(const struct devref *ref, struct content_place *where)
{
	*where = (struct content_place){ref, 0, 0};
	return CONTENT_SCRATCH;
}
