#include "dm/blockdev.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/size.h"

bool sysfs_line(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, buf, size - 1);
	close(fd);
	if (n <= 0)
		return false;
	buf[n] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	return true;
}

/* Where a link points to, its last part: "sda1" of ../../sda1. */
static const char *link_name(const char *path, struct arena *arena)
{
	char to[PATH_MAX], *slash;
	ssize_t n = readlink(path, to, sizeof(to) - 1);

	if (n <= 0)
		return NULL;
	to[n] = '\0';
	slash = strrchr(to, '/');
	return arena_strdup(arena, slash ? slash + 1 : to);
}

/* A missing attribute is not 0. */
static bool is_zero(const char *dir, const char *what)
{
	char path[PATH_MAX], text[64];

	snprintf(path, sizeof(path), "%s/%s", dir, what);
	return sysfs_line(path, text, sizeof(text)) && !strcmp(text, "0");
}

void blockdev_read(dev_t dev, struct arena *arena, const struct blockdev_roots *roots, struct blockdev *ret)
{
	char dir[PATH_MAX / 2], path[PATH_MAX], text[PATH_MAX];

	*ret = (struct blockdev){.dev = dev};
	snprintf(dir, sizeof(dir), "%s/dev/block/%u:%u", roots && roots->sys ? roots->sys : "/sys", major(dev), minor(dev));
	ret->name = link_name(dir, arena);
	if (!ret->name)
		return;
	snprintf(path, sizeof(path), "%s/size", dir);
	if (!sysfs_line(path, text, sizeof(text)) || !number_parse(text, strlen(text), &ret->nr_sectors))
		ret->nr_sectors = 0;
	snprintf(path, sizeof(path), "%s/loop/backing_file", dir);
	if (!sysfs_line(path, text, sizeof(text)))
		return;
	ret->backing_file = arena_strdup(arena, text);
	ret->whole_file = is_zero(dir, "loop/offset") && is_zero(dir, "loop/sizelimit");
}

/* ---- names that stay ---- */

static int no_dots(const struct dirent *e)
{
	return *e->d_name != '.';
}

static void add_link(struct blockdev *d, const char *path, struct arena *arena)
{
	const char **more = arena_array(arena, const char *, d->nr_links + 1);

	for (size_t i = 0; i < d->nr_links; i++)
		more[i] = d->links[i];
	more[d->nr_links++] = path;
	d->links = more;
}

static void read_dir(const char *dir, struct blockdev *v, size_t nr, struct arena *arena)
{
	struct dirent **list;
	int found = scandir(dir, &list, no_dots, alphasort);

	for (int k = 0; k < found; k++) {
		const char *path = arena_printf(arena, "%s/%s", dir, list[k]->d_name);
		const char *name = link_name(path, arena);

		for (size_t i = 0; name && i < nr; i++)
			if (v[i].name && !strcmp(v[i].name, name))
				add_link(&v[i], path, arena);
		free(list[k]);
	}
	if (found >= 0)
		free(list);
}

void blockdev_read_links(struct blockdev *v, size_t nr, struct arena *arena, const struct blockdev_roots *roots)
{
	static const char *const dirs[] = {"by-id", "by-partuuid", "by-path"};

	for (size_t i = 0; nr && i < ARRAY_SIZE(dirs); i++)
		read_dir(arena_printf(arena, "%s/disk/%s", roots && roots->dev ? roots->dev : "/dev", dirs[i]), v, nr,
			 arena);
}
