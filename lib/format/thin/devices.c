#include <errno.h>
#include <stdlib.h>

#include "format/thin/thin.h"
#include "pdata/btree.h"

struct join {
	struct pdata *p;
	struct thin_devices *devices;
	size_t next; /* the device that the next details should belong to */
	bool mismatch;
};

static int add_roots(void *ctx, const struct btree_node *leaf)
{
	struct join *j = ctx;

	for (uint32_t i = 0; i < leaf->nr; i++)
		vec_push(&j->devices->list, (struct thin_device){.id = node_key(leaf, i), .root = node_child(leaf, i)});
	return 0;
}

static void mismatch(struct join *j, uint64_t id, const char *has, const char *lacks)
{
	j->mismatch = true;
	pdata_add(j->p, "device trees", &F_THIN_DEVICES,
		  "device %" PRIu64 " has %s but no %s", id, has, lacks);
}

/* Both lists ascend: each details belong to the next device, or one of the two is missing. */
static int add_details(void *ctx, const struct btree_node *leaf)
{
	struct join *j = ctx;

	for (uint32_t i = 0; i < leaf->nr; i++) {
		const struct pdata_details *d = (const void *)node_value(leaf, i);
		uint64_t id = node_key(leaf, i);
		struct thin_device *dev = j->devices->list.v;

		while (j->next < j->devices->list.nr && dev[j->next].id < id)
			mismatch(j, dev[j->next++].id, "mappings", "details");
		if (j->next == j->devices->list.nr || dev[j->next].id != id) {
			mismatch(j, id, "details", "mappings");
			continue;
		}
		dev += j->next++;
		dev->mapped_blocks = le64(d->mapped_blocks);
		dev->transaction_id = le64(d->transaction_id);
		dev->creation_time = le32(d->creation_time);
		dev->snapshotted_time = le32(d->snapshotted_time);
	}
	return 0;
}

int thin_devices_read(struct pdata *p, const struct thin_superblock *sb, struct thin_devices *ret)
{
	static const struct btree_type roots = {.name = "device tree", .value_size = sizeof(uint64_t)};
	static const struct btree_type details = {.name = "device details",
						  .value_size = sizeof(struct pdata_details)};
	struct join j = {.p = p, .devices = ret};
	int r;

	*ret = (struct thin_devices){0};
	r = btree_read(p, &roots, sb->mapping_root, add_roots, &j);
	if (!r)
		r = btree_read(p, &details, sb->details_root, add_details, &j);
	if (r)
		return r;
	while (j.next < ret->list.nr)
		mismatch(&j, ret->list.v[j.next++].id, "mappings", "details");
	return j.mismatch ? -EUCLEAN : 0;
}

void thin_devices_release(struct thin_devices *d)
{
	vec_release(&d->list);
}
