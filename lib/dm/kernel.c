/* /dev/mapper/control: where it is, and what its absence means. */
#include "dm/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/mem.h"

#define MISC_MAJOR_STATIC  10
#define MAPPER_CTRL_MINOR 236 /* include/linux/miscdevice.h; opening it loads dm-mod */

struct kernel_backend {
	struct dm_backend b;
	int fd;
};

static int kernel_submit(struct dm_backend *b, unsigned cmd, struct dm_ioctl *io)
{
	const struct kernel_backend *k = (const struct kernel_backend *)b;

	return ioctl(k->fd, _IOWR(DM_IOCTL, cmd, struct dm_ioctl), io) < 0 ? -errno : 0;
}

static void kernel_free(struct dm_backend *b)
{
	struct kernel_backend *k = (struct kernel_backend *)b;

	if (k->fd >= 0)
		close(k->fd);
	free(k);
}

/* The number in front of `name` in /proc/misc or /proc/devices; `dflt` where there is none. */
static unsigned proc_number(const char *proc, const char *file, const char *name, unsigned dflt)
{
	char *path, line[128], word[128];
	unsigned nr, found = dflt;
	FILE *f;

	if (asprintf(&path, "%s/%s", proc, file) < 0)
		abort();
	f = fopen(path, "re");
	free(path);
	while (f && fgets(line, sizeof(line), f)) {
		if (!strncmp(line, "Block devices", 13))
			break;
		if (sscanf(line, "%u %127s", &nr, word) == 2 && !strcmp(word, name)) {
			found = nr;
			break;
		}
	}
	if (f)
		fclose(f);
	return found;
}

/* Makes the node, and the directory it stands in. */
static int make_control(const char *control, dev_t dev)
{
	char *dir = mem_strdup(control), *slash = strrchr(dir, '/');
	int err = 0;

	if (slash && slash != dir) {
		*slash = '\0';
		if (mkdir(dir, 0755) && errno != EEXIST)
			err = -errno;
	}
	free(dir);
	if (!err && mknod(control, S_IFCHR | 0600, dev) && errno != EEXIST)
		err = -errno;
	return err;
}

static int open_control(const char *control, dev_t dev, bool *made)
{
	int fd = open(control, O_RDWR | O_CLOEXEC), err;

	*made = false;
	if (fd >= 0)
		return fd;
	if (errno != ENOENT)
		return -errno;
	err = make_control(control, dev);
	if (err)
		return err;
	*made = true;
	fd = open(control, O_RDWR | O_CLOEXEC);
	return fd >= 0 ? fd : -errno;
}

/* Says hello: tells a node of another driver and a lack of rights now, not at the first step. */
static int greet(struct dm_backend *b)
{
	struct dm_ioctl io = {.version = {4, 0, 0}, .data_size = sizeof(io), .data_start = sizeof(io)};

	return b->submit(b, DM_VERSION_CMD, &io);
}

static int report(int err, const char *control, struct diag *diag)
{
	struct finding *f;

	switch (err) {
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
		f = diag_add(diag, &F_DM_NO_DRIVER, (struct span){0},
			     "the running kernel has no device-mapper: nobody answers behind %s", control);
		finding_fix(diag, f, "load its module with `modprobe dm-mod`; in a container, work on the host");
		return -ENOENT;
	case -EACCES:
	case -EPERM:
		f = diag_add(diag, &F_DM_NO_PERMISSION, (struct span){0},
			     "%s may be used by root alone (%s)", control, strerror(-err));
		finding_fix(diag, f, "run it as root");
		return err;
	case -ENOTTY:
		f = diag_add(diag, &F_DM_CONTROL, (struct span){0},
			     "%s does not belong to device-mapper: it does not know its requests", control);
		finding_fix(diag, f, "remove it and let udev or `dmsetup mknodes` make it anew");
		return err;
	case -EINVAL:
		f = diag_add(diag, &F_DM_CONTROL, (struct span){0},
			     "the kernel's device-mapper does not speak version 4 of its interface");
		finding_fix(diag, f, "use a kernel from 2.6 on");
		return err;
	default:
		f = diag_add(diag, &F_DM_CONTROL, (struct span){0}, "%s cannot be opened: %s", control,
			     strerror(-err));
		finding_fix(diag, f, "see what is there: ls -l %s", control);
		return err;
	}
}

int dm_kernel_open(struct dm_backend **ret_backend, const struct dm_kernel_options *o,
		   struct diag *diag)
{
	const char *control = o && o->control ? o->control : "/dev/mapper/control";
	const char *proc = o && o->proc ? o->proc : "/proc";
	dev_t dev = makedev(proc_number(proc, "devices", "misc", MISC_MAJOR_STATIC),
			    proc_number(proc, "misc", "device-mapper", MAPPER_CTRL_MINOR));
	struct kernel_backend *k;
	bool made;
	int err, fd = open_control(control, dev, &made);

	if (fd < 0) {
		if (made) /* leads nowhere */
			unlink(control);
		return report(fd, control, diag);
	}
	k = mem_calloc(1, sizeof(*k));
	*k = (struct kernel_backend){{kernel_submit, kernel_free}, fd};
	err = greet(&k->b);
	if (err) {
		kernel_free(&k->b);
		return report(err, control, diag);
	}
	*ret_backend = &k->b;
	return 0;
}
