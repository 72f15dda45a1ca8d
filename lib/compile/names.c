/* Names: of the kernel's devices, which must be unique there, and of disks. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/dm_name.h"
#include "compile/check.h"
#include "layout/internal.h"

static void check_taken(struct strmap *taken, const struct volume *v, const char *name,
			const struct finding_kind *kind, const char *what, struct diag *diag)
{
	const struct volume *other = strmap_add(taken, name, strlen(name), (void *)v);
	struct finding *f;

	if (!other)
		return;
	f = diag_add(diag, kind, v->span, "the %s '%s' is taken", what, name);
	f->subject = v->name;
	f->kernel_text = "device-mapper: ioctl: device already exists (-EBUSY)";
	finding_note(diag, f, other->span, "by volume %s", other->name);
}

static void check_volume_name(const struct volume *v, struct diag *diag)
{
	static const char *const reserved[] = {"control", ".", ".."};
	char mangled[4 * DM_NAME_MAX + 1];

	for (size_t i = 0; i < ARRAY_SIZE(reserved); i++)
		if (!strcmp(v->dm_name, reserved[i])) {
			struct finding *f = diag_add(diag, &F_DM_NAME_RESERVED, v->span,
						     "'%s' cannot be the name of a device", v->dm_name);

			f->subject = v->name;
		}
	if (dm_name_mangle(v->dm_name, DM_MANGLE_AUTO, mangled, sizeof(mangled)) == -EINVAL) {
		struct finding *f = diag_add(diag, &F_DM_NAME_ESCAPED, v->span,
					     "'%s' is escaped in part: \\xNN stands beside bytes that need "
					     "it, too, or is not whole", v->dm_name);

		f->subject = v->name;
	}
	if (strlen(dm_mangle(diag->arena, v->dm_name)) > DM_NAME_MAX) {
		struct finding *f = diag_add(diag, &F_DM_NAME_MANGLED, v->span,
					     "'%s' has more than %d bytes when escaped for /dev/mapper",
					     v->dm_name, DM_NAME_MAX);

		f->subject = v->name;
	}
}

/* /dev/sda1, /dev/vdb, /dev/nvme0n1p2, /dev/mmcblk0: names in the order of discovery. */
static bool is_unstable(const char *path)
{
	static const char *const prefixes[] = {"sd", "vd", "hd", "xvd", "nvme", "mmcblk", "dm-"};

	if (strncmp(path, "/dev/", 5))
		return false;
	path += 5;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		size_t len = strlen(prefixes[i]);

		if (!strncmp(path, prefixes[i], len) &&
		    isalnum((unsigned char)path[len]) && !strchr(path, '/'))
			return true;
	}
	return false;
}

static void check_device(const struct layout *l, const struct device *d, struct strmap *words,
			 struct diag *diag)
{
	const struct device *other = strmap_add(words, d->blk.word, strlen(d->blk.word), (void *)d);
	const struct node *n = node_get(d->node, "path");
	struct finding *f;

	if (other) {
		f = diag_add(diag, &F_DEVICE_TWICE, node_span(&l->tree, d->node),
			     "devices %s and %s are both %s", other->name, d->name, d->blk.word);
		f->subject = d->name;
	}
	if (d->selector != SELECT_PATH || !is_unstable(d->blk.word) || !n)
		return;
	f = diag_add(diag, &F_UNSTABLE_NAME, node_span(&l->tree, n),
		     "%s may be another disk after the next boot", d->blk.word);
	f->subject = d->name;
	finding_fix(diag, f, "use /dev/disk/by-id/…, or select by partuuid, serial or wwn");
}

void check_names(const struct layout *l, struct diag *diag)
{
	struct strmap names = {0}, uuids = {0}, words = {0};

	for (size_t i = 0; i < l->volumes.nr; i++) {
		const struct volume *v = l->volumes.v[i];

		check_volume_name(v, diag);
		check_taken(&names, v, v->dm_name, &F_DM_NAME_TWICE, "device name", diag);
		if (v->dm_uuid)
			check_taken(&uuids, v, v->dm_uuid, &F_DM_UUID_TWICE, "uuid", diag);
	}
	for (size_t i = 0; i < l->devices.nr; i++)
		check_device(l, l->devices.v[i], &words, diag);
	strmap_release(&names);
	strmap_release(&uuids);
	strmap_release(&words);
}
