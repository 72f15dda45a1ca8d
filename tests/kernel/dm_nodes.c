/*
 * Nodes and cookies on a running kernel: a device lives and dies, once with nodes of our own
 * and once with a small udev, which takes DM_COOKIE off the kernel's uevents and finishes
 * each with `dmsetup udevcomplete`. Needs root, dmsetup and the target zero.
 */
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dm/dm.h"
#include "dm/kernel.h"
#include "dm/nodes.h"

#define DIR_NODES "/run/dmc-nodes"

static unsigned failures;

static void check(bool ok, const char *what)
{
	printf("%s: %s\n", ok ? "ok" : "FAILED", what);
	failures += !ok;
}

static int listen_to_uevents(void)
{
	struct sockaddr_nl addr = {.nl_family = AF_NETLINK, .nl_groups = 1};
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* The value of DM_COOKIE in an uevent, strings that end in NUL one behind another; or NULL. */
static const char *cookie_of(const char *text, ssize_t len)
{
	for (const char *p = text; p < text + len; p += strlen(p) + 1)
		if (!strncmp(p, "DM_COOKIE=", 10))
			return p + 10;
	return NULL;
}

static _Noreturn void be_udev(int fd)
{
	char text[8192 + 1], command[64];
	ssize_t len;

	while ((len = recv(fd, text, sizeof(text) - 1, 0)) > 0) {
		const char *cookie;

		text[len] = '\0';
		cookie = cookie_of(text, len);
		if (!cookie)
			continue;
		usleep(100000); /* the request must be seen to wait */
		snprintf(command, sizeof(command), "dmsetup udevcomplete %.16s", cookie);
		if (system(command))
			_exit(1);
	}
	_exit(1);
}

static bool has_node(const char *name, dev_t dev)
{
	char path[128];
	struct stat st;

	snprintf(path, sizeof(path), DIR_NODES "/%s", name);
	return !lstat(path, &st) && S_ISBLK(st.st_mode) && st.st_rdev == dev &&
	       (st.st_mode & 07777) == 0660;
}

/* A device's life; `made`: the nodes must be there. */
static void live(struct dm *dm, bool made, struct diag *diag)
{
	struct dm_line zero = {0, 8, "zero", ""};
	struct dm_id id = dm_by_name("my vol"), b = dm_by_name("b");
	struct dm_info info;

	check(!dm_create(dm, "my vol", NULL, -1, &info), "create");
	check(!dm_load(dm, id, &zero, 1, 0, NULL), "load");
	check(!dm_resume(dm, id, 0, &info) && info.uevent, "resume, with a uevent");
	check(has_node("my\\x20vol", info.dev) == made, "the node after resume");
	check(!dm_resume(dm, id, 0, &info) && !info.uevent, "resume again, without a uevent");
	check(!dm_rename(dm, "my vol", "b", &info), "rename");
	check(has_node("b", info.dev) == made && !has_node("my\\x20vol", info.dev), "the node after rename");
	check(!dm_suspend(dm, b, 0, NULL) && !dm_resume(dm, b, 0, NULL), "suspend, resume");
	check(!dm_remove(dm, b, 0, NULL) && !has_node("b", info.dev), "remove");
	for (size_t i = 0; i < diag->findings.nr; i++)
		printf("finding: %s\n", diag->findings.v[i].message);
	check(!diag->findings.nr, "no findings");
}

static void run(enum dm_udev mode, struct diag *diag)
{
	struct dm_nodes_options o = {.udev = mode, .timeout_ms = 5000, .dir = DIR_NODES};
	struct dm_options with = {.nodes = dm_nodes_new(&o, diag)};
	struct dm_backend *b;
	struct dm *dm;

	printf("%s\n", mode == DM_UDEV_SYNC ? "sync" : "none");
	if (dm_kernel_open(&b, NULL, diag)) {
		check(false, diag->findings.v[0].message);
	} else {
		dm = dm_new(b, &with);
		live(dm, mode == DM_UDEV_NONE, diag);
		dm_free(dm);
	}
	dm_nodes_free(with.nodes);
}

int main(void)
{
	int fd = listen_to_uevents(), status;
	struct arena arena;
	struct diag diag;
	pid_t child;

	arena_init(&arena);
	diag_init(&diag, &arena);
	run(DM_UDEV_NONE, &diag);
	check(fd >= 0, "uevents can be heard");
	child = fork();
	if (!child)
		be_udev(fd);
	run(DM_UDEV_SYNC, &diag);
	check(!waitpid(child, &status, WNOHANG), "dmsetup udevcomplete took every cookie");
	kill(child, SIGTERM);
	diag_release(&diag);
	arena_release(&arena);
	return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
