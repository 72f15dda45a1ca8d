/*
 * What the concise form cannot carry. It goes to `dmsetup create --concise`, or onto the
 * kernel's command line as dm-mod.create=, which takes less: drivers/md/dm-init.c is read
 * here as of Linux 6.12.
 */
#include <string.h>

#include "base/devno.h"
#include "compile/check.h"
#include "compile/print.h"

#define DM_MAX_STR_SIZE 4096 /* with the NUL */
#define SPECIAL "\\,;\"" /* cannot be written in dm-mod.create= */

const struct finding_kind F_CONCISE_FILE = {
	"concise.file", SEV_WARNING, BY_ADVICE,
	"an image file in the concise form",
	"A table names block devices. An image file becomes one by losetup, whose name is not known"
	" before.",
	"dmc: 1\n"
	"devices: {a: {file: a.img, size: 1MiB}}\n"
	"volumes:\n"
	"  v: {target: linear, device: a}\n",
	"Attach the file and write the loop device's path in the layout, or use `--format script`, which"
	" attaches it.",
};

const struct finding_kind F_CONCISE_MESSAGE = {
	"concise.message", SEV_WARNING, BY_ADVICE,
	"a volume needs a message that the concise form cannot carry",
	"A thin volume is made by a message to its pool before its table can be loaded. The concise form"
	" has only tables, so it works where the thin volume exists already.",
	"dmc: 1\n"
	"devices: {m: {path: /dev/m, size: 16MiB}, d: {path: /dev/d, size: 1GiB}}\n"
	"volumes:\n"
	"  p: {target: thin-pool, metadata: m, data: d, block_size: 64KiB}\n"
	"  t: {target: thin, pool: p, id: 1, size: 1GiB}\n",
	"Use `--format script`, or send the message first.",
};

const struct finding_kind F_CMDLINE_TARGET = {
	"cmdline.target", SEV_NOTE, BY_ADVICE,
	"a target that dm-mod.create= does not take",
	"On its command line the kernel takes only crypt, delay, linear, snapshot-origin, striped and"
	" verity: others need a check of their metadata first. `dmsetup create --concise` takes all.",
	"dmc: 1\n"
	"volumes:\n"
	"  v: {target: zero, size: 1MiB}\n",
	"Make this volume from an initramfs, with dmsetup.",
};

const struct finding_kind F_CMDLINE_DEVICE = {
	"cmdline.device", SEV_NOTE, BY_ADVICE,
	"a device name that the kernel does not know while it boots",
	"Before there is a root file system there is no /dev: early_lookup_bdev() knows MAJOR:MINOR,"
	" PARTUUID=…, PARTLABEL=… and the kernel's own names as /dev/sda1 or /dev/dm-0. Links under"
	" /dev/disk and /dev/mapper come later.",
	"dmc: 1\n"
	"devices: {d: {path: /dev/disk/by-id/nvme-X, size: 1MiB}}\n"
	"volumes:\n"
	"  v: {target: linear, device: d}\n",
	"For dm-mod.create= write {path: PARTUUID=…, size: …}; for another volume give that one a"
	" `minor`, and use {path: /dev/dm-MINOR, size: …}.",
};

const struct finding_kind F_CMDLINE_CHARACTER = {
	"cmdline.character", SEV_NOTE, BY_ADVICE,
	"a character that cannot be written in dm-mod.create=",
	"The kernel splits at every comma and semicolon and knows no escapes (str_field_delimit()), keeps"
	" backslashes as they are, drops blanks around a name, and a double quote ends the parameter."
	" `dmsetup create --concise` understands the backslashes that are printed.",
	"dmc: 1\n"
	"devices: {d: {path: /dev/sda1, size: 1MiB}}\n"
	"volumes:\n"
	"  \"a,b\": {target: linear, device: d}\n",
	"Use other names.",
};

const struct finding_kind F_CMDLINE_LENGTH = {
	"cmdline.length", SEV_NOTE, BY_ADVICE,
	"the concise form is too long for dm-mod.create=",
	"The kernel takes 4095 bytes (DM_MAX_STR_SIZE), and on most machines the whole command line has"
	" no more than 2048. Its limits of 256 devices and 256 lines a table are never reached before.",
	NULL, /* would be longer than the explanation */
	"Keep on the command line what the root file system needs, and make the rest later.",
};

const struct finding_kind F_CMDLINE_KEY = {
	"cmdline.key", SEV_NOTE, BY_ADVICE,
	"a key on the kernel's command line",
	"Every user can read /proc/cmdline, and boot loaders keep it in plain files. Without --show-keys"
	" zeroes are printed in place of the key, which decrypt nothing.",
	"dmc: 1\n"
	"devices: {d: {path: /dev/sda1, size: 1MiB}}\n"
	"volumes:\n"
	"  v: {target: crypt, cipher: aes-xts-plain64, key: {prompt: true, size: 64B}, device: d}\n",
	"Make this volume from an initramfs that asks for the key.",
};

/*
 * Of what concerns dm-mod.create= alone, the first of each kind stands for all: who wants
 * the form for dmsetup is not to be flooded.
 */
struct once {
	const struct finding_kind *kind;
	size_t index; /* of the first, in the list of findings */
	size_t nr;
};

/* The line that is being looked at. */
struct look {
	const struct layout *l;
	const struct volume *v;
	struct line_ctx c;
	bool has_key;
	struct once once[4]; /* the kinds that report_once() is called with */
};

static void report_once(struct look *k, const struct finding_kind *kind, struct span span,
			const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static void report_once(struct look *k, const struct finding_kind *kind, struct span span,
			const char *fmt, ...)
{
	struct once *o = k->once;
	struct finding *f;
	va_list ap;

	while (o->kind && o->kind != kind)
		o++;
	if (o->nr++)
		return;
	o->kind = kind;
	o->index = k->c.diag->findings.nr;
	va_start(ap, fmt);
	f = diag_vadd(k->c.diag, kind, span, fmt, ap);
	va_end(ap);
	f->subject = k->v->name;
}

static void report_others(const struct look *k, struct diag *diag)
{
	for (size_t i = 0; i < ARRAY_SIZE(k->once); i++)
		if (k->once[i].nr > 1 && k->once[i].index < diag->findings.nr)
			finding_note(diag, &diag->findings.v[k->once[i].index], (struct span){0},
				     "and the same for %zu more", k->once[i].nr - 1);
}

static struct span line_span(const struct look *k)
{
	return layout_locate(&k->c, NULL, 0, NULL);
}

/* What early_lookup_bdev() finds, as far as the name tells. */
static bool is_early_name(const char *word)
{
	dev_t dev;

	if (dev_parse(word, &dev))
		return true;
	if (!strncmp(word, "PARTUUID=", 9) || !strncmp(word, "PARTLABEL=", 10))
		return true;
	return !strncmp(word, "/dev/", 5) && strncmp(word, "/dev/disk/", 10) &&
	       strncmp(word, "/dev/mapper/", 12);
}

static void look_at_device(void *priv, struct devref *ref, const struct word *repeat, size_t item,
			   const struct word *row)
{
	struct look *k = priv;
	struct span span = layout_locate(&k->c, repeat, item, row);
	const struct device *d;

	if (!ref->dev || (row->flags & WORD_LAYOUT_ONLY))
		return;
	d = ref->dev->table ? NULL : layout_device(k->l, ref->dev->name);
	if (d && d->selector == SELECT_FILE) {
		struct finding *f = diag_add(k->c.diag, &F_CONCISE_FILE, span,
					     "%s is an image file, not a block device", ref->dev->word);

		f->subject = k->v->name;
	} else if (!is_early_name(ref->dev->word)) {
		report_once(k, &F_CMDLINE_DEVICE, span, "dm-mod.create= finds no device '%s'", ref->dev->word);
	}
}

static void look_at_message(void *priv, const struct blkdev *to, const char *message, const char *undo)
{
	const struct look *k = priv;
	struct finding *f = diag_add(k->c.diag, &F_CONCISE_MESSAGE, line_span(k),
				     "%s must get the message '%s' first", to->name, message);

	(void)undo;
	f->subject = k->v->name;
}

static const char *look_at_key(const struct emit_ctx *c, const struct key *key)
{
	struct look *k = c->priv;

	(void)key;
	k->has_key = true;
	return NULL;
}

static void look_at_line(struct look *k, const struct emit_ctx *c, const struct line *line)
{
	struct strbuf text = STRBUF_INIT;
	const char *bad;

	k->has_key = false;
	if (!(target_flags_on(line->target, c->kernel) & TARGET_CMDLINE))
		report_once(k, &F_CMDLINE_TARGET, line_span(k), "dm-mod.create= does not take the target %s",
			    line->target->name);
	line_devices(line, look_at_device, k);
	if (line->target->before_load)
		line->target->before_load(c, line->params, look_at_message, k);
	line_print(line, c, &text);
	bad = strpbrk(strbuf_str(&text), SPECIAL);
	if (bad)
		report_once(k, &F_CMDLINE_CHARACTER, line_span(k), "dm-mod.create= cannot hold the '%c' of this table",
			    *bad);
	if (k->has_key)
		report_once(k, &F_CMDLINE_KEY, line_span(k), "its key would be readable in /proc/cmdline");
	strbuf_release(&text);
}

static void look_at_name(struct look *k, const char *what, const char *name)
{
	size_t len = strlen(name);

	if (strpbrk(name, SPECIAL) || (len && (name[0] == ' ' || name[len - 1] == ' ')))
		report_once(k, &F_CMDLINE_CHARACTER, k->v->span, "dm-mod.create= cannot hold the %s '%s'", what, name);
}

static void check_length(const struct layout *l, const struct compile_options *o, struct diag *diag)
{
	struct compile_options co = *o;
	struct strbuf text = STRBUF_INIT;

	co.format = COMPILE_CONCISE;
	co.show_keys = false;
	compile_print(l, &co, diag->arena, &text);
	/* The newline is not part of it. */
	if (text.len > DM_MAX_STR_SIZE)
		diag_add(diag, &F_CMDLINE_LENGTH, (struct span){0}, "dm-mod.create= takes %d bytes, and these are %zu",
			 DM_MAX_STR_SIZE - 1, text.len - 1);
	strbuf_release(&text);
}

static void look_at_volume(struct look *k, const struct compile_options *o, struct diag *diag)
{
	struct volume_place place = {k->l, k->v};
	struct emit_ctx c = {.kernel = o->kernel, .mode = EMIT_LOAD, .arena = diag->arena,
			     .key_text = look_at_key, .priv = k};

	for (size_t i = 0; i < k->v->table.nr; i++) {
		k->c = volume_line_ctx(&place, o->kernel, diag, i);
		look_at_line(k, &c, &k->v->table.lines[i]);
	}
	look_at_name(k, "name", k->v->dm_name);
	if (k->v->dm_uuid)
		look_at_name(k, "uuid", k->v->dm_uuid);
}

void check_concise(const struct layout *l, const struct compile_options *o, struct diag *diag)
{
	struct look k = {.l = l};

	for (size_t i = 0; i < l->volumes.nr; i++) {
		k.v = l->volumes.v[i];
		if (!k.v->failed && (!o->only || k.v == o->only))
			look_at_volume(&k, o, diag);
	}
	report_others(&k, diag);
	check_length(l, o, diag);
}
