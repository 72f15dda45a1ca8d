/* dmc import: what there is, as a layout. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strmap.h"
#include "dmc/live.h"
#include "import/kernel.h"
#include "targets/targets.h"

struct options {
	const char *keys, *kernel, *name, *output, *state;
	bool minors;
};

static const struct cli_option option_table[] = {
	{0, "keys", CLI_TEXT, "DIR", "put keys that the tables hold into files in DIR (mode 0600)", NULL,
	 COMPLETE_FILES, offsetof(struct options, keys)},
	{'k', "kernel", CLI_TEXT, "PROFILE", "table: read numbers as this kernel does (6.12)", NULL,
	 COMPLETE_FILES, offsetof(struct options, kernel)},
	{0, "minors", CLI_FLAG, NULL, "kernel: keep minor numbers", NULL, COMPLETE_NONE,
	 offsetof(struct options, minors)},
	{0, "name", CLI_TEXT, "NAME", "table: name of the volume when it has none (volume)", NULL,
	 COMPLETE_NONE, offsetof(struct options, name)},
	{'o', "output", CLI_TEXT, "FILE", "write to FILE instead of standard output", NULL, COMPLETE_FILES,
	 offsetof(struct options, output)},
	{0, "state", CLI_TEXT, "FILE", "kernel: import a state that 'dmc status' wrote as JSON", NULL, COMPLETE_FILES,
	 offsetof(struct options, state)},
	{0},
};

static const char *const kinds[] = {"kernel", "table", NULL};

struct keys {
	struct cli *c;
	const char *dir;
	bool failed;
};

static int write_key(int fd, const struct key *key)
{
	ssize_t n = write(fd, key->bytes, key->size);

	if (n < 0)
		return -errno;
	return (size_t)n == key->size && !fsync(fd) ? 0 : -EIO;
}

/* A file that exists is never replaced: it may be another volume's key. */
static const char *key_file(void *priv, const char *volume, const char *row, const struct key *key)
{
	struct keys *k = priv;
	char *name = arena_printf(&k->c->arena, "%s-%s", volume, row), *path;
	int fd, r;

	if (!k->dir)
		return NULL;
	for (char *p = name; *p; p++)
		if (*p == '/' || *p == ' ')
			*p = '_';
	path = arena_printf(&k->c->arena, "%s/%s.key", k->dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	r = fd < 0 ? -errno : write_key(fd, key);
	if (fd >= 0 && close(fd) && !r)
		r = -errno;
	if (r) {
		cli_error(k->c, "cannot write the key file %s: %s", path, strerror(-r));
		k->failed = true;
		return NULL;
	}
	return path;
}

static int import_file(struct session *s, const struct options *o, struct import_options *io, const char *path,
		       struct strbuf *b)
{
	struct source *src = io_read(s->c, path);

	if (!src)
		return -EIO;
	src->keys = true;
	if (o->kernel)
		io->kernel = find_profile(s, o->kernel, (struct span){0});
	return io->kernel ? import_table(src, io, &s->c->arena, &s->diag, b) : -EINVAL;
}

/* ---- the running kernel ---- */

struct wanted {
	struct live *l;
	VEC(struct import_running) devices;
	struct strmap seen; /* names */
	bool all;
};

/* With what it stands on, that first. What has no table cannot be described. */
static int want(struct wanted *w, struct running_device *d)
{
	struct diag *diag = &w->l->s->diag, lost;
	int err;

	if (strmap_add(&w->seen, d->name, strlen(d->name), d))
		return 0;
	diag_init(&lost, diag->arena);
	err = running_know(&w->l->running, d, w->all ? &lost : diag);
	diag_release(&lost);
	/* It may go away while we look; then nobody wants it, unless it was named. */
	if (err == -ENXIO && w->all)
		return 0;
	for (size_t i = 0; i < d->deps.nr && !err; i++) {
		struct running_device *under = running_by_dev(&w->l->running, d->deps.v[i]);

		err = under ? want(w, under) : 0;
	}
	if (err)
		return err;
	if (!d->live) {
		struct finding *f = diag_add(diag, &F_RUNNING_NO_TABLE, (struct span){0},
					     "%s has no live table and is left out", d->name);

		f->subject = d->name;
		return 0;
	}
	vec_push(&w->devices, (struct import_running){d->name, d->uuid, d->dev, d->read_only, d->table});
	return 0;
}

static int want_all(struct wanted *w, int argc, char **argv)
{
	struct running *r = &w->l->running;
	int err = 0;

	w->all = !argc;
	for (size_t i = 0; w->all && i < r->devices.nr && !err; i++)
		err = want(w, r->devices.v[i]);
	for (int i = 0; i < argc && !err; i++) {
		struct running_device *d = live_find(w->l, argv[i]);

		if (d)
			err = want(w, d);
		else
			live_absent(w->l, argv[i]);
	}
	return err ? err : diag_errors(&w->l->s->diag) ? -ENXIO : 0;
}

static int import_live(struct session *s, const struct options *o, struct import_options *io, int argc,
		       char **argv, struct strbuf *b)
{
	struct live_options lo = {.state = o->state, .udev = DM_UDEV_NONE};
	struct live l;
	struct wanted w = {.l = &l};
	int err = live_open(&l, s, &lo) ? want_all(&w, argc, argv) : -EINVAL;

	if (!err) {
		struct import_kernel k = {.devices = w.devices.v, .nr = w.devices.nr, .minors = o->minors};

		running_look_underneath(&l.running);
		k.underneath = l.running.underneath.v;
		k.nr_underneath = l.running.underneath.nr;
		io->kernel = l.running.kernel;
		err = import_running(&k, io, &s->c->arena, &s->diag, b);
	}
	vec_release(&w.devices);
	strmap_release(&w.seen);
	live_close(&l);
	return err;
}

/* ---- the verb ---- */

static int run(struct cli *c, void *options, int argc, char **argv)
{
	const struct options *o = options;
	struct session s;
	struct keys keys = {c, o->keys, false};
	struct import_options io = {.targets = &targets_all, .kernel = kernel_default(),
				    .name = o->name ? o->name : "volume", .key_file = key_file, .priv = &keys};
	struct strbuf b = STRBUF_INIT;
	bool live = !strcmp(argv[0], "kernel");
	int err, status;

	if (!live && strcmp(argv[0], "table"))
		return cli_usage(c, "import: unknown kind '%s'; kernel and table are known", argv[0]);
	if (!live && argc != 2)
		return cli_usage(c, "import table: expected one FILE, found %d", argc - 1);
	session_init(&s, c);
	err = live ? import_live(&s, o, &io, argc - 1, argv + 1, &b) : import_file(&s, o, &io, argv[1], &b);
	print_findings(&s);
	status = err ? findings_status(&s.diag, false) : EXIT_OK;
	if (err && status == EXIT_OK)
		status = EXIT_FINDINGS;
	if (!err && (keys.failed || io_write(c, o->output, &b, 0644)))
		status = EXIT_FINDINGS;
	strbuf_release(&b);
	session_release(&s);
	return status;
}

const struct cli_verb verb_import = {
	.name = "import",
	.args = "table FILE|- | kernel [NAME…]",
	.summary = "turn tables, or what runs, into a layout that compiles to the same tables",
	.help = "table: lines as 'dmsetup table' prints them, with 'NAME: ' in front when there are several\n"
		"devices, or the concise form. A device word is a path, MAJOR:MINOR, or /dev/mapper/NAME of\n"
		"another device of the text.\n"
		"kernel: all running devices, or those named, with what they stand on. Numbers become volumes,\n"
		"files of loop devices, and names of disks that stay. 'dmc plan' of the result has nothing to do.\n"
		"Keys do not go into the layout: with --keys they go to files, else the layout says that they\n"
		"are asked for.\n",
	.examples = "  dmsetup table --showkeys | dmc import table --keys keys - > volume.yaml\n"
		    "  dmc import kernel --keys keys -o running.yaml\n"
		    "  dmc import kernel --state state.json home\n",
	.options = option_table,
	.options_size = sizeof(struct options),
	.min = 1,
	.max = -1,
	.complete = COMPLETE_FILES,
	.operands = kinds,
	.keys = true,
	.run = run,
};
