/*
 * Bytes of devices and volumes, for what superblocks say. A volume can be read where all
 * its lines are plain maps onto devices; anything else would need the stack to run.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "layout/internal.h"

static const struct line *line_at(const struct table *t, uint64_t sector)
{
	size_t lo = 0, hi = t->nr;

	while (hi - lo > 1) {
		size_t mid = (lo + hi) / 2;

		if (t->lines[mid].start_sectors <= sector)
			lo = mid;
		else
			hi = mid;
	}
	return &t->lines[lo];
}

static int read_line(const struct line *line, uint64_t off, void *buf, size_t len)
{
	const struct devref *ref;

	if (!strcmp(line->target->name, "zero")) {
		memset(buf, 0, len);
		return 0;
	}
	if (strcmp(line->target->name, "linear"))
		return -EOPNOTSUPP;
	ref = word_cfield(line->params, &line->target->words[0], struct devref);
	return blkdev_read(ref->dev, ref->start_sectors * 512 + off, buf, len);
}

static int volume_read(const struct blkdev *dev, uint64_t off, void *buf, size_t len)
{
	const struct table *t = dev->table;
	char *p = buf;

	if (off > dev->nr_sectors * 512 || len > dev->nr_sectors * 512 - off)
		return -ERANGE;
	while (len) {
		const struct line *line = line_at(t, off / 512);
		uint64_t in = off - line->start_sectors * 512, left = line->nr_sectors * 512 - in;
		size_t n = len < left ? len : (size_t)left;
		int r = read_line(line, in, p, n);

		if (r)
			return r;
		p += n;
		off += n;
		len -= n;
	}
	return 0;
}

static int node_read(const struct blkdev *dev, uint64_t off, void *buf, size_t len)
{
	int fd = open(dev->priv, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n;

	if (fd < 0)
		return -EOPNOTSUPP;
	n = pread(fd, buf, len, (off_t)off);
	close(fd);
	return n < 0 ? -EIO : (size_t)n < len ? -ERANGE : 0;
}

void volume_set_reader(struct volume *v)
{
	v->blk.read = volume_read;
}

void volume_read_from(struct volume *v, const char *node)
{
	v->blk.read = node ? node_read : volume_read;
	v->blk.priv = (void *)node;
}
