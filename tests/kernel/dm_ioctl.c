/*
 * The recorded session of /dev/mapper/control (tests/data/ioctl) against the running kernel:
 *
 *	kernel-dm-ioctl RECORDS.jsonl [VERSION]
 *
 * Needs root, a device-mapper without devices, and /dev/loop0 … /dev/loop2 of at least
 * 16384 sectors, loop1 all zeroes. VERSION ("4.48.0") says which interface version the
 * records are of; where it is the kernel's, versions and log lines are compared as well.
 * Exits 0 when nothing differs.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit/dm/play.h"
#include "base/mem.h"
#include "dm/kernel.h"
#include "dm/kmsg.h"

struct live {
	struct dm *dm;
	struct dm_kmsg *kmsg;
	struct arena arena;
	int fds[4];       /* what is open, the newest last */
	size_t nr_fds;
	pid_t child;      /* a reader or waiter */
	int status;       /* how it ended */
};

/* A node of our own: what udev does meanwhile is not our concern. */
static int open_number(dev_t dev, int flags)
{
	char path[] = "/tmp/dm-ioctl-XXXXXX";
	int dir = mkdtemp(path) ? open(path, O_PATH | O_CLOEXEC) : -1, fd = -1, err;

	if (dir < 0)
		return -errno;
	if (!mknodat(dir, "node", S_IFBLK | 0600, dev))
		fd = openat(dir, "node", flags | O_CLOEXEC);
	err = errno;
	unlinkat(dir, "node", 0);
	close(dir);
	rmdir(path);
	return fd < 0 ? -err : fd;
}

static int live_open(void *priv, dev_t dev, unsigned flags)
{
	struct live *l = priv;
	int fd = open_number(dev, (flags & OPEN_WRITE ? O_WRONLY : O_RDONLY) | (flags & OPEN_EXCL ? O_EXCL : 0));

	if (fd < 0)
		return fd;
	if (l->nr_fds == ARRAY_SIZE(l->fds))
		abort();
	l->fds[l->nr_fds++] = fd;
	return 0;
}

/* Devices that wait for it are removed by a worker of the kernel, a little later. */
static void live_close(void *priv, dev_t dev, unsigned flags)
{
	struct live *l = priv;

	(void)dev;
	(void)flags;
	close(l->fds[--l->nr_fds]);
	usleep(200000);
}

static char *sys_path(dev_t dev, const char *file)
{
	char *path;

	if (asprintf(&path, "/sys/dev/block/%u:%u/%s", major(dev), minor(dev), file) < 0)
		abort();
	return path;
}

static uint64_t live_sectors(void *priv, dev_t dev)
{
	char *path = sys_path(dev, "size");
	FILE *f = fopen(path, "re");
	unsigned long long nr = 0;

	(void)priv;
	if (f && fscanf(f, "%llu", &nr) != 1)
		nr = 0;
	if (f)
		fclose(f);
	free(path);
	return nr;
}

static bool live_has_node(void *priv, dev_t dev)
{
	char *path = sys_path(dev, "size");
	bool there = !access(path, F_OK);

	(void)priv;
	free(path);
	return there;
}

static const char *live_log(void *priv)
{
	struct live *l = priv;
	struct strbuf b = STRBUF_INIT;
	char *text;

	if (!l->kmsg)
		return NULL;
	text = (char *)dm_kmsg_read(l->kmsg, &l->arena);
	for (char *save, *line = text ? strtok_r(text, "\n", &save) : NULL; line; line = strtok_r(NULL, "\n", &save))
		strbuf_addf(&b, "device-mapper: %s\n", line);
	text = arena_strdup(&l->arena, strbuf_str(&b));
	strbuf_release(&b);
	return text;
}

static void ignore(int sig)
{
	(void)sig;
}

/* True when the child has ended within `tenths` of a second. */
static bool is_done(struct live *l, int tenths)
{
	while (tenths--) {
		if (waitpid(l->child, &l->status, WNOHANG) == l->child)
			return true;
		usleep(100000);
	}
	return false;
}

static int read_sector(dev_t dev, uint64_t sector)
{
	int fd = open_number(dev, O_RDONLY | O_DIRECT), err = 0;
	void *buf;

	if (fd < 0)
		return fd;
	if (posix_memalign(&buf, 4096, 4096))
		abort();
	if (pread(fd, buf, 4096, (off_t)sector * 512) < 0)
		err = -errno;
	free(buf);
	close(fd);
	return err;
}

/* An own control node for the child: the parent's object is not to be shared. */
static _Noreturn void wait_for_event(const char *name)
{
	struct dm_options none = {.mangling = DM_MANGLE_NONE};
	struct dm_backend *b;
	struct dm_info info;
	struct arena arena;
	struct diag diag;
	struct dm *dm;

	arena_init(&arena);
	diag_init(&diag, &arena);
	if (dm_kernel_open(&b, NULL, &diag))
		_exit(255);
	dm = dm_new(b, &none);
	if (dm_info(dm, dm_by_name(name), 0, &info))
		_exit(255);
	_exit(dm_wait(dm, dm_by_name(name), info.event_nr, &info) ? 255 : (int)info.event_nr);
}

/* Reads through the opening that stands in the record's open count. */
static void start_reader(struct live *l)
{
	char buf[4096];

	l->child = fork();
	if (!l->child)
		_exit(pread(l->fds[l->nr_fds - 1], buf, sizeof(buf), 0) == sizeof(buf) ? 0 : 1);
}

static void start_waiter(struct live *l, const char *name)
{
	l->child = fork();
	if (!l->child)
		wait_for_event(name);
	usleep(500000);
}

/* "woken" and "waiter ends": whether, and the event numbers it was woken with. */
static json_t *woken(struct live *l, int tenths)
{
	bool done = is_done(l, tenths);
	json_t *events = json_array();

	if (done)
		json_array_append_new(events, json_integer(WEXITSTATUS(l->status)));
	return json_pack("[b,o]", done, events);
}

static int live_extra(void *priv, const struct step *s, dev_t dev, json_t **result)
{
	struct live *l = priv;
	struct dm_info info = {0};

	if (s->nr)
		return read_sector(dev, (uint64_t)s->nr);
	if (dev)
		dm_info(l->dm, dm_by_name(s->name), 0, &info);
	if (!strcmp(s->text, "reader starts")) {
		start_reader(l);
		*result = json_boolean(!is_done(l, 5));
	} else if (!strcmp(s->text, "reader ends")) {
		*result = json_boolean(is_done(l, 50) && !WEXITSTATUS(l->status));
	} else if (!strcmp(s->text, "waiter starts")) {
		start_waiter(l, s->name);
	} else if (!strcmp(s->text, "woken")) {
		*result = woken(l, 5);
	} else if (!strcmp(s->text, "waiter ends")) {
		*result = woken(l, 50);
	} else if (!strcmp(s->text, "event")) {
		*result = json_integer(info.event_nr);
	} else if (!strcmp(s->text, "old event")) {
		/* the recorder's own words where there is no older number */
		*result = json_sprintf("event is %u: %s", info.event_nr,
				       info.event_nr ? "returns" : "would block");
	}
	return 0;
}

static unsigned dm_major(void)
{
	FILE *f = fopen("/proc/devices", "re");
	char line[128], word[128];
	unsigned nr, found = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%u %127s", &nr, word) == 2 && !strcmp(word, "device-mapper"))
			found = nr;
	if (f)
		fclose(f);
	return found;
}

int main(int argc, char **argv)
{
	struct live l = {0};
	struct play_host host = {true, live_open, live_close, live_sectors, live_has_node, live_log,
				 live_extra, &l};
	struct dm_options none = {.mangling = DM_MANGLE_NONE};
	struct play p = {.host = &host};
	uint32_t v[3] = {0};
	char version[64];
	struct diag diag;
	int err;

	if (argc < 2) {
		fprintf(stderr, "usage: %s RECORDS [VERSION]\n", argv[0]);
		return 64;
	}
	arena_init(&l.arena);
	diag_init(&diag, &l.arena);
	err = dm_kernel_open(&p.backend, NULL, &diag);
	if (err) {
		fprintf(stderr, "%s\n", diag.findings.v[0].message);
		return 1;
	}
	p.dm = l.dm = dm_new(p.backend, &none);
	p.major = dm_major();
	dm_version(p.dm, v);
	p.minor = v[1];
	snprintf(version, sizeof(version), "%u.%u.%u", v[0], v[1], v[2]);
	p.same_kernel = argc > 2 && !strcmp(version, argv[2]);
	err = dm_kmsg_open(&l.kmsg, NULL);
	if (err)
		fprintf(stderr, "log lines are not compared: /dev/kmsg: %s\n", strerror(-err));
	sigaction(SIGALRM, &(struct sigaction){.sa_handler = ignore}, NULL);
	play_all(&p, argv[1]);
	printf("%s: device-mapper %s, %zu steps played, %zu not, %zu differences\n", argv[1], version,
	       p.played, p.skipped, p.differ);
	dm_kmsg_free(l.kmsg);
	dm_free(p.dm);
	diag_release(&diag);
	arena_release(&l.arena);
	return p.differ ? EXIT_FAILURE : EXIT_SUCCESS;
}
