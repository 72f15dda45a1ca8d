#include "dm/loop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dm/blockdev.h"

#define TRIES 16

static bool attribute(const char *name, const char *what, char *buf, size_t size)
{
	char path[320];

	snprintf(path, sizeof(path), "/sys/block/%s/loop/%s", name, what);
	return sysfs_line(path, buf, size);
}

/* A part of the file, or a file of the same name that was replaced, does not count. */
static bool has_file(const char *name, const struct stat *file)
{
	char text[4096];
	struct stat st;

	return attribute(name, "backing_file", text, sizeof(text)) && !stat(text, &st) &&
	       st.st_dev == file->st_dev && st.st_ino == file->st_ino &&
	       attribute(name, "offset", text, sizeof(text)) && !strcmp(text, "0") &&
	       attribute(name, "sizelimit", text, sizeof(text)) && !strcmp(text, "0");
}

int loop_find(const char *path, char ret_node[static 32], dev_t *ret_dev)
{
	DIR *dir = opendir("/sys/block");
	struct stat file, st;
	struct dirent *e;
	int r = -ENOENT;

	if (stat(path, &file))
		r = -errno;
	else
		while (dir && r && (e = readdir(dir))) {
			char node[300];

			if (strncmp(e->d_name, "loop", 4) || !has_file(e->d_name, &file))
				continue;
			snprintf(node, sizeof(node), "/dev/%s", e->d_name);
			if (strlen(node) >= 32 || stat(node, &st) || !S_ISBLK(st.st_mode))
				continue;
			strcpy(ret_node, node);
			*ret_dev = st.st_rdev;
			r = 0;
		}
	if (dir)
		closedir(dir);
	return r;
}

/* Before 5.8 the kernel takes it in three calls. */
static int configure_old(int loop, const struct loop_config *c)
{
	if (ioctl(loop, LOOP_SET_FD, (unsigned long)c->fd))
		return -errno;
	if (!ioctl(loop, LOOP_SET_STATUS64, &c->info) &&
	    (c->block_size == 512 || !ioctl(loop, LOOP_SET_BLOCK_SIZE, (unsigned long)c->block_size)))
		return 0;
	ioctl(loop, LOOP_CLR_FD, 0);
	return -errno;
}

static int configure(int loop, const struct loop_config *c)
{
	if (!ioctl(loop, LOOP_CONFIGURE, c))
		return 0;
	if (errno == EINVAL || errno == ENOTTY)
		return configure_old(loop, c);
	return -errno;
}

/* Somebody else may take the free one between the two calls. */
static int attach(int control, const struct loop_config *c, bool read_only, int *ret_fd)
{
	int r = -EBUSY;

	for (int i = 0; i < TRIES && r == -EBUSY; i++) {
		int nr = ioctl(control, LOOP_CTL_GET_FREE), loop;
		char node[32];

		if (nr < 0)
			return -errno;
		snprintf(node, sizeof(node), "/dev/loop%d", nr);
		loop = open(node, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC);
		if (loop < 0)
			return -errno;
		r = configure(loop, c);
		if (r)
			close(loop);
		else
			*ret_fd = loop;
	}
	return r;
}

int loop_attach(const char *path, uint32_t block_size, bool read_only, int *ret_fd, dev_t *ret_dev)
{
	struct loop_config c = {.block_size = block_size};
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC), r;
	struct stat st;

	if (control < 0)
		return -errno;
	c.info.lo_flags = LO_FLAGS_AUTOCLEAR | (read_only ? LO_FLAGS_READ_ONLY : 0);
	snprintf((char *)c.info.lo_file_name, sizeof(c.info.lo_file_name), "%s", path);
	r = open(path, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC);
	if (r >= 0) {
		c.fd = (uint32_t)r;
		r = attach(control, &c, read_only, ret_fd);
		close((int)c.fd);
	} else {
		r = -errno;
	}
	close(control);
	if (r)
		return r;
	if (fstat(*ret_fd, &st)) {
		r = -errno;
		close(*ret_fd);
		return r;
	}
	*ret_dev = st.st_rdev;
	return 0;
}
