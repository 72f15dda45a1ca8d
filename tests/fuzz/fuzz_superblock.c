/*
 * Any bytes on the metadata devices of a table: the first byte chooses the table, and the rest is
 * dealt out to the devices m0, m1, … in equal parts.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "target/reader.h"
#include "targets/targets.h"

#define PARTS 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const tables[] = {
	"0 8192 raid raid5_n 1 32 3 m0 d m1 d m2 d",
	"0 8192 raid raid6_n_6 3 32 rebuild 3 4 m0 d m1 d m2 d m3 d",
	"0 8192 raid raid10 5 32 raid10_copies 2 delta_disks 1 4 m0 d m1 d m2 d m3 d",
	"0 4096 raid raid1 3 0 region_size 128 2 m0 d m1 d",
	"0 8192 thin-pool m0 d 128 0",
	"0 8192 cache m0 d d 128 0 smq 0",
	"0 8192 era m0 d 128",
	"0 8192 clone m0 d d 8 0 0",
	"0 64 snapshot d m0 P 8",
	"0 64 writecache s d m0 4096 0",
	"0 64 integrity m0 0 - J 1 internal_hash:crc32c",
	"0 8192 zoned m0",
	"0 8192 vdo V4 m0 8192 4096 32768 1",
};

struct part {
	struct blkdev dev;
	const uint8_t *data;
	size_t len;
};

struct world {
	struct part parts[PARTS];
	struct blkdev data;
};

static int part_read(const struct blkdev *dev, uint64_t off, void *buf, size_t len)
{
	const struct part *p = dev->priv;

	if (off > dev->nr_sectors * 512 || len > dev->nr_sectors * 512 - off)
		return -ERANGE;
	memset(buf, 0, len);
	if (off < p->len)
		memcpy(buf, p->data + off, len < p->len - off ? len : p->len - off);
	return 0;
}

static const struct blkdev *find(void *priv, const char *word, struct span span)
{
	struct world *w = priv;

	(void)span;
	return word[0] == 'm' && word[1] >= '0' && word[1] < '0' + PARTS ? &w->parts[word[1] - '0'].dev : &w->data;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct blkdev any = {.word = "d", .name = "d", .nr_sectors = 65536, .logical_block_size = 512,
				   .physical_block_size = 512, .flags = BLKDEV_SIZE_KNOWN | BLKDEV_LIMITS_KNOWN};
	const char *text = tables[size ? data[0] % ARRAY_SIZE(tables) : 0];
	struct world w = {.data = any};
	struct arena arena;
	struct diag diag;
	struct source src = {"fuzz.table", text, strlen(text), false};
	struct reader r = {.targets = &targets_all, .kernel = kernel_find("6.12"), .diag = &diag,
			   .arena = &arena, .device = find, .priv = &w};
	struct table_ctx c = {.kernel = r.kernel, .diag = &diag, .arena = &arena};
	struct device_texts texts;

	for (int i = 0; i < PARTS; i++) {
		size_t each = size ? (size - 1) / PARTS : 0;

		w.parts[i] = (struct part){.dev = any, .data = data + 1 + i * each, .len = each};
		w.parts[i].dev.read = part_read;
		w.parts[i].dev.priv = &w.parts[i];
		w.parts[i].dev.flags |= strstr(text, "zoned") ? BLKDEV_ZONED : 0;
		w.parts[i].dev.zone_sectors = 128;
	}
	arena_init(&arena);
	diag_init(&diag, &arena);
	if (!tables_read(&r, &src, &texts))
		table_check(&c, &texts.v[0].table, NULL);
	diag_release(&diag);
	arena_release(&arena);
	return 0;
}
