#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "plan/apply.h"

/* A record lock: the kernel knows its owner, so that nothing in the file can be out of date. */
int plan_lock(const char *path, int *ret_pid)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = open(path ? path : "/run/dmc.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600), r;

	*ret_pid = 0;
	if (fd < 0)
		return -errno;
	if (!fcntl(fd, F_SETLK, &lock))
		return fd;
	r = errno == EACCES || errno == EAGAIN ? -EBUSY : -errno;
	if (r == -EBUSY && !fcntl(fd, F_GETLK, &lock) && lock.l_type != F_UNLCK && lock.l_pid > 0)
		*ret_pid = lock.l_pid;
	close(fd);
	return r;
}
