/*
 * A POSIX shell script of dmsetup and losetup calls, which undoes what it did when a step
 * fails, and takes the stack down again with `remove`. Tables go in by standard input, so
 * that no key is ever an argument; keys are read when the script runs, from where the
 * layout says.
 *
 * Image files become loop devices of their own. Each is detached as soon as all tables are
 * loaded: the kernel then keeps it until its last user is gone (loop_clr_fd(): autoclear),
 * so that nothing has to be remembered for `remove`.
 */
#include <stdlib.h>
#include <string.h>

#include "compile/print.h"
#include "layout/node.h"

/*
 * In a table that is being printed, in front of "{NAME}": a shell variable. emit_word()
 * puts a backslash before every blank of a word, so it cannot be part of one.
 */
#define MARK '\v'

struct loop {
	const struct blkdev *blk; /* of `device`; the key of script.loops_by_blk */
	const struct device *device;
	unsigned nr; /* of its variable; 0: no user yet */
	bool writable;
};

struct script {
	struct strbuf *out;
	const struct layout *l;
	struct arena *arena;
	const struct volume *only;
	bool show_keys;

	struct loop *loops;
	size_t nr_loops;
	struct strmap loops_by_blk;

	const struct volume *volume;
	struct strbuf keys; /* commands that set key1, key2 … for the table at hand */
	unsigned nr_keys;
	bool variables; /* the table at hand has some */
	bool any_keys;
};

/* ---- text ---- */

/* 'it'\''s' */
static void add_shell_quoted(struct strbuf *out, const char *s)
{
	strbuf_addch(out, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			strbuf_adds(out, "'\\''");
		else
			strbuf_addch(out, *s);
	}
	strbuf_addch(out, '\'');
}

/* What is special in an unquoted here-document gets a backslash; marks become dollars. */
static void add_here(struct strbuf *out, const char *s)
{
	for (; *s; s++) {
		if (*s == MARK) {
			strbuf_addch(out, '$');
			continue;
		}
		if (strchr("`\\$", *s))
			strbuf_addch(out, '\\');
		strbuf_addch(out, *s);
		if (*s == '\\' && s[1] == MARK)
			strbuf_addch(out, *++s); /* a blank of the word itself */
	}
}

/* The device's name as an argument: the last one, or the first of `message`. */
static void add_name(struct strbuf *out, const char *name)
{
	if (*name == '-')
		strbuf_adds(out, "-- ");
	add_shell_quoted(out, name);
}

/* Files of a layout are relative to it. */
static const char *file_path(const struct script *s, const char *path)
{
	return *path == '/' || !s->l->dir ? path : arena_printf(s->arena, "%s/%s", s->l->dir, path);
}

static bool wanted(const struct script *s, const struct volume *v)
{
	return !v->failed && (!s->only || v == s->only);
}

/* ---- image files ---- */

static struct loop *find_loop(const struct script *s, const struct blkdev *dev)
{
	return strmap_get(&s->loops_by_blk, (const char *)&dev, sizeof(dev));
}

static void use_loop(void *priv, struct devref *ref, const struct word *repeat, size_t item,
		     const struct word *row)
{
	struct script *s = priv;
	struct loop *loop = ref->dev ? find_loop(s, ref->dev) : NULL;

	(void)repeat;
	(void)item;
	if (!loop || (row->flags & WORD_LAYOUT_ONLY))
		return;
	if (!loop->nr)
		loop->nr = (unsigned)++s->nr_loops;
	if (!s->volume->table.read_only)
		loop->writable = true;
}

/* Finds the image files that tables of the script use, and numbers them in that order. */
static void collect_loops(struct script *s)
{
	s->loops = mem_calloc(s->l->devices.nr, sizeof(*s->loops));
	for (size_t i = 0; i < s->l->devices.nr; i++) {
		const struct device *d = s->l->devices.v[i];
		struct loop *loop = &s->loops[i];

		if (d->selector != SELECT_FILE)
			continue;
		*loop = (struct loop){.blk = &d->blk, .device = d};
		strmap_add(&s->loops_by_blk, (const char *)&loop->blk, sizeof(loop->blk), loop);
	}
	for (size_t i = 0; i < s->l->volumes.nr; i++) {
		s->volume = s->l->volumes.v[i];
		for (size_t k = 0; wanted(s, s->volume) && k < s->volume->table.nr; k++)
			line_devices(&s->volume->table.lines[k], use_loop, s);
	}
}

static const char *device_variable(const struct emit_ctx *c, const struct blkdev *dev)
{
	struct script *s = c->priv;
	const struct loop *loop = find_loop(s, dev);

	if (!loop)
		return NULL;
	s->variables = true;
	return arena_printf(s->arena, "%c{loop%u}", MARK, loop->nr);
}

static void attach_loops(const struct script *s)
{
	for (size_t i = 0; i < s->l->devices.nr; i++) {
		const struct loop *loop = &s->loops[i];
		const struct blkdev *dev = loop->blk;

		if (!loop->nr)
			continue;
		strbuf_addf(s->out, "loop%u=$(attach ", loop->nr);
		add_shell_quoted(s->out, file_path(s, loop->device->value));
		strbuf_addf(s->out, " %llu %u%s)\nloops=\"$loops $loop%u\"\n",
			    blkdev_size_known(dev) ? (unsigned long long)dev->nr_sectors * 512 : 0,
			    dev->logical_block_size,
			    loop->writable && !(dev->flags & BLKDEV_READ_ONLY) ? "" : " --read-only", loop->nr);
	}
}

/* ---- volumes ---- */

static const char *key_variable(const struct emit_ctx *c, const struct key *key)
{
	struct script *s = c->priv;
	const struct node *file = node_get(key->source, "file");

	if (s->show_keys && key->bytes)
		return NULL;
	s->nr_keys++;
	s->variables = s->any_keys = true;
	if (file) {
		strbuf_addf(&s->keys, "key%u=$(read_key ", s->nr_keys);
		add_shell_quoted(&s->keys, file_path(s, node_dup(s->arena, file)));
	} else {
		strbuf_addf(&s->keys, "key%u=$(ask_key %zu ", s->nr_keys, key->size);
		add_shell_quoted(&s->keys, s->volume->name);
	}
	strbuf_adds(&s->keys, ")\n");
	return arena_printf(s->arena, "%c{key%u}", MARK, s->nr_keys);
}

static void add_create(struct strbuf *out, const struct volume *v)
{
	strbuf_adds(out, "dmsetup create ");
	if (v->table.read_only)
		strbuf_adds(out, "--readonly ");
	if (v->dm_uuid) {
		strbuf_adds(out, "--uuid ");
		add_shell_quoted(out, v->dm_uuid);
		strbuf_addch(out, ' ');
	}
	if (v->minor >= 0)
		strbuf_addf(out, "--minor %ld ", v->minor);
	add_name(out, v->dm_name);
}

/* `dmsetup create` makes the device, loads the table, resumes, and waits for the node. */
static void add_volume(struct script *s, const struct emit_ctx *c, unsigned nr)
{
	struct strbuf table = STRBUF_INIT;

	strbuf_reset(&s->keys);
	s->nr_keys = 0;
	s->variables = false;
	table_print(s->volume, c, "", &table);
	strbuf_adds(s->out, strbuf_str(&s->keys));
	add_create(s->out, s->volume);
	strbuf_adds(s->out, s->variables ? " <<END\n" : " <<'END'\n");
	if (s->variables)
		add_here(s->out, strbuf_str(&table));
	else
		strbuf_adds(s->out, strbuf_str(&table));
	strbuf_addf(s->out, "END\nmade=%u\n", nr);
	for (unsigned i = 1; i <= s->nr_keys; i++)
		strbuf_addf(s->out, "unset key%u\n", i);
	strbuf_release(&table);
}

/* What a message asks for may be there from an earlier run: then the kernel says EEXIST. */
static void add_message(const struct script *s, const struct step *step)
{
	strbuf_adds(s->out, "dmsetup message ");
	add_name(s->out, step->volume->dm_name);
	strbuf_adds(s->out, " 0 ");
	add_shell_quoted(s->out, step->message);
	strbuf_adds(s->out, " ||\n\techo \"$0: going on: it may be there from an earlier run\" >&2\n");
}

/* ---- the script ---- */

static void add_remove(const struct script *s)
{
	unsigned nr = 0;

	strbuf_adds(s->out, "\n# Removes the first $1 devices, the last one first.\nremove() {\n\tleft=0\n");
	for (size_t i = 0; i < s->l->volumes.nr; i++)
		nr += wanted(s, s->l->volumes.v[i]);
	for (size_t i = s->l->volumes.nr; i--;) {
		const struct volume *v = s->l->volumes.v[i];

		if (!wanted(s, v))
			continue;
		strbuf_addf(s->out, "\t[ \"$1\" -lt %u ] || drop ", nr--);
		add_shell_quoted(s->out, v->dm_name);
		strbuf_addch(s->out, ' ');
		add_shell_quoted(s->out, v->dm_uuid ? v->dm_uuid : "");
		strbuf_adds(s->out, " || left=1\n");
	}
	strbuf_adds(s->out, "\treturn $left\n}\n");
}

static const char head[] =
	"\n"
	"fail() {\n"
	"	echo \"$0: $*\" >&2\n"
	"	exit 1\n"
	"}\n"
	"\n"
	"# Removes a device if it is there and is ours: drop NAME UUID\n"
	"drop() {\n"
	"	info=$(dmsetup info -- \"$1\" 2>/dev/null) || return 0\n"
	"	uuid=$(printf '%s\\n' \"$info\" | sed -n 's/^UUID: *//p')\n"
	"	if [ \"$uuid\" != \"$2\" ]; then\n"
	"		echo \"$0: left alone: $1 has the uuid '$uuid', expected '$2'\" >&2\n"
	"		return 1\n"
	"	fi\n"
	"	dmsetup remove --retry -- \"$1\"\n"
	"}\n";

static const char attach[] =
	"\n"
	"# Prints the loop device of an image file: attach FILE BYTES SECTOR-SIZE [OPTION]\n"
	"attach() {\n"
	"	[ -f \"$1\" ] || fail \"$1: no such image file; expected one of $2 bytes\"\n"
	"	have=$(stat -L -c %s -- \"$1\")\n"
	"	[ \"$have\" -ge \"$2\" ] || fail \"$1 has $have bytes, expected $2\"\n"
	"	losetup --find --show --sizelimit \"$2\" --sector-size \"$3\" ${4+\"$4\"} -- \"$1\"\n"
	"}\n";

static const char keys[] =
	"\n"
	"# The bytes of a key file in hex.\n"
	"read_key() {\n"
	"	[ -r \"$1\" ] || fail \"$1: no key there that can be read\"\n"
	"	od -An -v -tx1 -- \"$1\" | tr -d ' \\n'\n"
	"}\n"
	"\n"
	"# Asks for a key in hex: ask_key BYTES DEVICE\n"
	"ask_key() {\n"
	"	printf 'key of %s bytes for %s, in hex: ' \"$1\" \"$2\" >&2\n"
	"	if [ -t 0 ]; then\n"
	"		trap 'stty echo' EXIT\n"
	"		trap 'exit 1' HUP INT TERM\n"
	"		stty -echo\n"
	"	fi\n"
	"	read -r key || fail 'no key was given'\n"
	"	echo >&2\n"
	"	printf '%s' \"$key\"\n"
	"}\n";

/* `made` counts the devices, `loops` lists the loop devices. */
static const char run[] =
	"\n"
	"made=0\n"
	"loops=\n"
	"finish() {\n"
	"	status=$?\n"
	"	trap '' HUP INT TERM\n"
	"	trap - EXIT\n"
	"	if [ \"$status\" -ne 0 ]; then\n"
	"		echo \"$0: failed; removing the $made devices made so far\" >&2\n"
	"		remove \"$made\" || echo \"$0: not all of them could be removed\" >&2\n"
	"	fi\n"
	"	# A loop device that a table uses stays until the table is gone.\n"
	"	for loop in $loops; do\n"
	"		losetup --detach \"$loop\"\n"
	"	done\n"
	"	exit \"$status\"\n"
	"}\n"
	"trap finish EXIT\n"
	"trap 'exit 129' HUP\n"
	"trap 'exit 130' INT\n"
	"trap 'exit 143' TERM\n\n";

/* Everything behind the functions. */
static void add_steps(struct script *s, const struct compile_options *o)
{
	struct emit_ctx c = {.kernel = o->kernel, .mode = EMIT_LOAD, .show_keys = o->show_keys,
			     .arena = s->arena, .key_text = key_variable, .dev_text = device_variable,
			     .priv = s};
	struct steps steps;
	unsigned nr = 0;

	attach_loops(s);
	compile_steps(s->l, s->only, s->arena, &steps);
	for (size_t i = 0; i < steps.nr; i++) {
		s->volume = steps.v[i].volume;
		if (steps.v[i].kind == STEP_MESSAGE)
			add_message(s, &steps.v[i]);
		else if (steps.v[i].kind == STEP_CREATE)
			add_volume(s, &c, ++nr);
	}
}

void print_script(const struct layout *l, const struct compile_options *o, struct arena *arena,
		  struct strbuf *out)
{
	struct strbuf body = STRBUF_INIT;
	struct script s = {.out = &body, .l = l, .arena = arena, .only = o->only, .show_keys = o->show_keys};
	unsigned nr = 0;

	for (size_t i = 0; i < l->volumes.nr; i++)
		nr += wanted(&s, l->volumes.v[i]);
	collect_loops(&s);
	add_steps(&s, o);
	s.out = out;
	strbuf_addf(out, "#!/bin/sh\n# Made by dmc %s%s%s. Creates the devices, lower ones first, and removes"
			 " them again\n# if a step fails; with the argument `remove` it takes them down,"
			 " upper ones first.\nset -eu\n", o->version, l->name ? " from the layout " : "",
		    l->name ? dm_mangle(arena, l->name) : "");
	strbuf_adds(out, head);
	if (s.nr_loops)
		strbuf_adds(out, attach);
	if (s.any_keys)
		strbuf_adds(out, keys);
	add_remove(&s);
	strbuf_addf(out, "\ncase ${1-} in\n'') ;;\nremove)\n\tremove %u\n\texit\n\t;;\n*)\n\techo \"usage: $0"
			 " [remove]\" >&2\n\texit 64\n\t;;\nesac\n", nr);
	strbuf_adds(out, run);
	strbuf_adds(out, strbuf_str(&body));
	if (body.len)
		mem_wipe(body.buf, body.len);
	strbuf_release(&body);
	strbuf_release(&s.keys);
	strmap_release(&s.loops_by_blk);
	free(s.loops);
}
