#include "plan/probe.h"

#include <blkid/blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static void take(blkid_probe pr, const char *name, char *ret, size_t size)
{
	const char *value;

	if (!blkid_probe_lookup_value(pr, name, &value, NULL))
		snprintf(ret, size, "%s", value);
}

static void look(blkid_probe pr, struct probe *ret)
{
	blkid_probe_enable_superblocks(pr, 1);
	blkid_probe_set_superblocks_flags(pr, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_UUID);
	blkid_probe_enable_partitions(pr, 1);
	/* Two that contradict each other are as good as one: it is not blank. */
	switch (blkid_do_safeprobe(pr)) {
	case 0:
		ret->found = true;
		take(pr, "TYPE", ret->type, sizeof(ret->type));
		if (!*ret->type)
			take(pr, "PTTYPE", ret->type, sizeof(ret->type));
		take(pr, "UUID", ret->uuid, sizeof(ret->uuid));
		if (!*ret->uuid)
			take(pr, "PTUUID", ret->uuid, sizeof(ret->uuid));
		break;
	case -2:
		ret->found = true;
		snprintf(ret->type, sizeof(ret->type), "several signatures");
		break;
	default:
		break;
	}
}

int probe_signature(const char *path, uint64_t off, uint64_t len, struct probe *ret)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), r = 0;
	blkid_probe pr;

	*ret = (struct probe){0};
	if (fd < 0)
		return -errno;
	pr = blkid_new_probe();
	if (!pr)
		r = -ENOMEM;
	else if (blkid_probe_set_device(pr, fd, (blkid_loff_t)off, (blkid_loff_t)len))
		r = -EIO;
	else
		look(pr, ret);
	blkid_free_probe(pr);
	close(fd);
	return r;
}
