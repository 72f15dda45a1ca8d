/* dmc import: what there is, as a layout. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dmc/dmc.h"
#include "import/table.h"
#include "targets/targets.h"

struct options {
	const char *keys, *kernel, *name, *output;
};

static const struct cli_option option_table[] = {
	{0, "keys", CLI_TEXT, "DIR", "put keys that the tables hold into files in DIR (mode 0600)", NULL,
	 COMPLETE_FILES, offsetof(struct options, keys)},
	{'k', "kernel", CLI_TEXT, "PROFILE", "read numbers as this kernel does (6.12)", NULL, COMPLETE_FILES,
	 offsetof(struct options, kernel)},
	{0, "name", CLI_TEXT, "NAME", "name of the volume when the table has none (volume)", NULL,
	 COMPLETE_NONE, offsetof(struct options, name)},
	{'o', "output", CLI_TEXT, "FILE", "write to FILE instead of standard output", NULL, COMPLETE_FILES,
	 offsetof(struct options, output)},
	{0},
};

static const char *const kinds[] = {"table", NULL};

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

static int import(struct session *s, const struct options *o, const char *path)
{
	struct keys keys = {s->c, o->keys, false};
	struct import_options io = {.targets = &targets_all, .kernel = kernel_default(),
				    .name = o->name ? o->name : "volume", .key_file = key_file, .priv = &keys};
	struct strbuf b = STRBUF_INIT;
	struct source *src = io_read(s->c, path);
	int r = EXIT_FINDINGS;

	if (!src)
		return EXIT_FINDINGS;
	src->keys = true;
	if (o->kernel)
		io.kernel = find_profile(s, o->kernel, (struct span){0});
	if (io.kernel)
		r = import_table(src, &io, &s->c->arena, &s->diag, &b) ? EXIT_FINDINGS : EXIT_OK;
	print_findings(s);
	if (r == EXIT_OK && (keys.failed || io_write(s->c, o->output, &b, 0644)))
		r = EXIT_FINDINGS;
	strbuf_release(&b);
	return r;
}

static int run(struct cli *c, void *options, int argc, char **argv)
{
	struct session s;
	int r;

	(void)argc;
	if (strcmp(argv[0], "table"))
		return cli_usage(c, "import: unknown kind '%s'; table is known", argv[0]);
	session_init(&s, c);
	r = import(&s, options, argv[1]);
	session_release(&s);
	return r;
}

const struct cli_verb verb_import = {
	.name = "import",
	.args = "table FILE|-",
	.summary = "turn tables into a layout that compiles to the same tables",
	.help = "Reads lines as 'dmsetup table' prints them, with 'NAME: ' in front when there are several\n"
		"devices, or the concise form. A device word is a path, MAJOR:MINOR, or /dev/mapper/NAME of\n"
		"another device of the text. Keys do not go into the layout: with --keys they go to files,\n"
		"else the layout says that they are asked for.\n",
	.examples = "  dmsetup table --showkeys | dmc import table --keys keys - > volume.yaml\n",
	.options = option_table,
	.options_size = sizeof(struct options),
	.min = 2,
	.max = 2,
	.complete = COMPLETE_FILES,
	.operands = kinds,
	.keys = true,
	.run = run,
};
