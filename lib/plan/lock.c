#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "plan/apply.h"

int plan_lock(const char *path, int *ret_pid)
{
	char text[32] = "";
	int fd = open(path ? path : "/run/dmc.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600), r;

	*ret_pid = 0;
	if (fd < 0)
		return -errno;
	if (!flock(fd, LOCK_EX | LOCK_NB)) {
		/* The number is for messages alone; the lock goes with the process. */
		if (!ftruncate(fd, 0))
			dprintf(fd, "%d\n", (int)getpid());
		return fd;
	}
	r = errno == EWOULDBLOCK ? -EBUSY : -errno;
	if (pread(fd, text, sizeof(text) - 1, 0) > 0)
		*ret_pid = atoi(text);
	close(fd);
	return r;
}
