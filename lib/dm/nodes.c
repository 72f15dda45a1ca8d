/*
 * Nodes by our own hand, or udev's through cookies.
 *
 * The protocol is libdevmapper's (dm_udev_wait() and friends): a semaphore of key
 * 0x0D4Dxxxx, set to one per uevent awaited; xxxx and udev flags go into event_nr, come out
 * as DM_COOKIE of the uevent, and udev's last rule calls `dmsetup udevcomplete`, which
 * subtracts one. Zero means done.
 */
#include "dm/nodes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

#define COOKIE_MAGIC 0x0D4Du
#define COOKIE_MASK  0xffffu
#define FLAGS_SHIFT  16

/* Flags that udev's rules read off DM_COOKIE. */
enum {
	UDEV_DISABLE_DM_RULES = 0x0001,
	UDEV_DISABLE_SUBSYSTEM_RULES = 0x0002,
	UDEV_PRIMARY_SOURCE = 0x0040,
};

struct dm_nodes {
	struct diag *diag;
	enum dm_udev mode;
	unsigned timeout_ms;
	const char *dir;
	int sem;             /* of the request under way; -1: none */
	uint32_t cookie;
};

struct dm_nodes *dm_nodes_new(const struct dm_nodes_options *o, struct diag *diag)
{
	static const struct dm_nodes_options defaults = {0};
	struct dm_nodes *n = mem_calloc(1, sizeof(*n));

	if (!o)
		o = &defaults;
	*n = (struct dm_nodes){
		.diag = diag,
		.mode = o->udev,
		.timeout_ms = o->timeout_ms ? o->timeout_ms : 30000,
		.dir = o->dir ? o->dir : "/dev/mapper",
		.sem = -1,
	};
	/* The socket of systemd-udevd and eudev; it goes away with the daemon. */
	if (n->mode == DM_UDEV_AUTO)
		n->mode = access(o->udev_control ? o->udev_control : "/run/udev/control", F_OK) ?
				  DM_UDEV_NONE : DM_UDEV_SYNC;
	return n;
}

void dm_nodes_free(struct dm_nodes *n)
{
	if (!n)
		return;
	dm_nodes_cancel(n);
	free(n);
}

enum dm_udev dm_nodes_mode(const struct dm_nodes *n)
{
	return n->mode;
}

int dm_udev_parse(const char *word, enum dm_udev *ret_udev)
{
	static const char *const words[] = {
		[DM_UDEV_AUTO] = "auto", [DM_UDEV_SYNC] = "sync", [DM_UDEV_NONE] = "none"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(word, words[i])) {
			*ret_udev = (enum dm_udev)i;
			return 0;
		}
	return -EINVAL;
}

static struct finding *warn(struct dm_nodes *n, const struct finding_kind *kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static struct finding *warn(struct dm_nodes *n, const struct finding_kind *kind, const char *fmt, ...)
{
	struct finding *f = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (n->diag)
		f = diag_vadd(n->diag, kind, (struct span){0}, fmt, ap);
	va_end(ap);
	return f;
}

/* ---- cookies ---- */

static void end_cookie(struct dm_nodes *n)
{
	if (n->sem >= 0)
		semctl(n->sem, 0, IPC_RMID);
	n->sem = -1;
	n->cookie = 0;
}

static int make_semaphore(struct dm_nodes *n)
{
	union {
		int val;
	} one = {1};
	uint16_t base = 0;

	do {
		if (getrandom(&base, sizeof(base), 0) != sizeof(base))
			return -errno;
		n->cookie = COOKIE_MAGIC << FLAGS_SHIFT | base;
		n->sem = base ? semget((key_t)n->cookie, 1, 0600 | IPC_CREAT | IPC_EXCL) : -1;
	} while (!base || (n->sem < 0 && errno == EEXIST));
	if (n->sem < 0)
		return -errno;
	if (semctl(n->sem, 0, SETVAL, one) < 0) {
		int err = -errno;

		end_cookie(n);
		return err;
	}
	return 0;
}

uint32_t dm_nodes_begin(struct dm_nodes *n)
{
	/* Rules that run all the same leave the nodes to us. */
	const uint32_t ours = (UDEV_PRIMARY_SOURCE | UDEV_DISABLE_DM_RULES | UDEV_DISABLE_SUBSYSTEM_RULES)
			      << FLAGS_SHIFT;
	int err;

	dm_nodes_cancel(n);
	if (n->mode == DM_UDEV_NONE)
		return ours;
	err = make_semaphore(n);
	if (!err)
		return UDEV_PRIMARY_SOURCE << FLAGS_SHIFT | (n->cookie & COOKIE_MASK);
	warn(n, &F_DM_UDEV_COOKIE, "no semaphore to wait for udev with (%s); making nodes without it",
	     strerror(-err));
	return ours;
}

void dm_nodes_cancel(struct dm_nodes *n)
{
	end_cookie(n);
}

/* What is left until `deadline`, at least nothing. */
static struct timespec time_left(const struct timespec *deadline)
{
	struct timespec now, left;

	clock_gettime(CLOCK_MONOTONIC, &now);
	left.tv_sec = deadline->tv_sec - now.tv_sec;
	left.tv_nsec = deadline->tv_nsec - now.tv_nsec;
	if (left.tv_nsec < 0) {
		left.tv_nsec += 1000000000;
		left.tv_sec--;
	}
	return left.tv_sec < 0 ? (struct timespec){0, 0} : left;
}

/* True when udev is done with the request's uevent; its nodes then are as they should be. */
static bool wait_for_udev(struct dm_nodes *n, const char *name, bool uevent)
{
	struct sembuf zero = {.sem_op = 0};
	struct timespec deadline;
	int r;

	if (n->sem < 0)
		return false;
	if (!uevent) {
		end_cookie(n);
		return true;
	}
	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += n->timeout_ms / 1000;
	deadline.tv_nsec += n->timeout_ms % 1000 * 1000000;
	if (deadline.tv_nsec >= 1000000000) {
		deadline.tv_nsec -= 1000000000;
		deadline.tv_sec++;
	}
	do {
		struct timespec left = time_left(&deadline);

		r = semtimedop(n->sem, &zero, 1, &left);
	} while (r < 0 && errno == EINTR);
	/* EIDRM: somebody ran `dmsetup udevcomplete_all` to set us free. */
	if (r < 0 && errno != EIDRM) {
		struct finding *f = warn(n, &F_DM_UDEV_TIMEOUT,
					 "udev did not finish with %s (cookie 0x%x) within %u.%03u s",
					 name, n->cookie, n->timeout_ms / 1000, n->timeout_ms % 1000);

		if (f)
			finding_fix(n->diag, f, "its node is made without udev; use --udev=none where "
						"there is no rule 95-dm-notify.rules");
	}
	end_cookie(n);
	return r == 0;
}

/* ---- nodes ---- */

static char *node_path(const struct dm_nodes *n, const char *name)
{
	size_t size = strlen(n->dir) + strlen(name) + 2;
	char *path = mem_alloc(size);

	snprintf(path, size, "%s/%s", n->dir, name);
	return path;
}

static bool node_is(const char *path, dev_t dev)
{
	struct stat st;

	return !stat(path, &st) && S_ISBLK(st.st_mode) && st.st_rdev == dev;
}

/* Nodes and links to nodes are ours to replace; anything else belongs to somebody. */
static bool is_replaceable(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && (S_ISBLK(st.st_mode) || S_ISLNK(st.st_mode));
}

static void make_node(struct dm_nodes *n, const char *name, dev_t dev)
{
	CLEANUP_FREE char *path = node_path(n, name);
	mode_t mask;
	int err = 0;

	if (node_is(path, dev))
		return;
	if (mkdir(n->dir, 0755) && errno != EEXIST)
		err = errno;
	if (is_replaceable(path))
		unlink(path);
	mask = umask(0);
	if (!err && mknod(path, S_IFBLK | 0660, dev))
		err = errno;
	umask(mask);
	if (err)
		warn(n, &F_DM_NODE, "%s cannot be made for device %u:%u: %s", path, major(dev), minor(dev),
		     err == EEXIST ? "a file that is no device node has its name" : strerror(err));
}

static void remove_node(struct dm_nodes *n, const char *name)
{
	CLEANUP_FREE char *path = node_path(n, name);
	struct stat st;

	if (lstat(path, &st))
		return;
	if (!is_replaceable(path))
		warn(n, &F_DM_NODE, "%s is no device node and stays", path);
	else if (unlink(path))
		warn(n, &F_DM_NODE, "%s cannot be removed: %s", path, strerror(errno));
}

void dm_nodes_resumed(struct dm_nodes *n, const char *name, dev_t dev, bool uevent)
{
	if (!wait_for_udev(n, name, uevent))
		make_node(n, name, dev);
}

void dm_nodes_renamed(struct dm_nodes *n, const char *old_name, const char *name, dev_t dev, bool uevent)
{
	if (wait_for_udev(n, name, uevent))
		return;
	if (strcmp(old_name, name))
		remove_node(n, old_name);
	/* A device without a table has no node yet, and a new uuid changes none. */
	if (uevent)
		make_node(n, name, dev);
}

void dm_nodes_removed(struct dm_nodes *n, const char *name, bool uevent)
{
	if (!wait_for_udev(n, name, uevent))
		remove_node(n, name);
}
