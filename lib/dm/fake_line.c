/* Lines of the fake: its constructors are the descriptors of lib/target. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/mem.h"
#include "dm/fake_internal.h"
#include "target/params.h"
#include "target/table.h"

/* A table while it is looked at; all of it lives in the arena. */
struct build {
	struct dm_fake *f;
	struct fake_dm *dm;
	struct arena arena;
	struct diag diag;
	struct table table;
	const char *absent; /* the first device word that leads nowhere */
	VEC(struct fake_blk *) devs;
};

static void build_init(struct build *b, struct dm_fake *f, struct fake_dm *dm)
{
	*b = (struct build){.f = f, .dm = dm};
	arena_init(&b->arena);
	diag_init(&b->diag, &b->arena);
}

static void build_release(struct build *b)
{
	vec_release(&b->devs);
	diag_release(&b->diag);
	arena_release(&b->arena);
}

/* dm_devt_from_path(): a path, /dev/dm-N and /dev/mapper/NAME among them, or MAJOR:MINOR. */
static struct fake_blk *find_word(const struct dm_fake *f, const char *word)
{
	unsigned ma, mi;
	char more;

	if (isdigit((unsigned char)*word) && sscanf(word, "%u:%u%c", &ma, &mi, &more) == 2)
		return fake_blk_find(f, makedev(ma, mi));
	if (!strncmp(word, "/dev/mapper/", 12)) {
		struct fake_dm *dm = strmap_get(&f->by_name, word + 12, strlen(word + 12));

		return dm ? &dm->blk : NULL;
	}
	if (sscanf(word, "/dev/dm-%u%c", &mi, &more) == 1)
		return fake_blk_find(f, makedev(f->o.major, mi));
	return strmap_get(&f->by_path, word, strlen(word));
}

static const struct blkdev *find_device(void *priv, const char *word, struct span span)
{
	struct build *b = priv;
	struct fake_blk *blk = find_word(b->f, word);
	struct blkdev *none;

	(void)span;
	/* Its own disk may not be there before this load; that it is itself comes first. */
	if (blk && (!blk->dm || blk->dm->node || blk->dm == b->dm))
		return &blk->blk;
	none = arena_new(&b->arena, struct blkdev);
	*none = (struct blkdev){
		.word = arena_strdup(&b->arena, word),
		.logical_block_size = 512,
		.physical_block_size = 512,
		.flags = BLKDEV_ABSENT,
	};
	none->name = none->word;
	if (!b->absent)
		b->absent = none->word;
	return none;
}

/* The findings' places are numbers of lines. */
static struct span line_place(const struct line_ctx *c, const struct word *repeat, size_t item,
			      const struct word *row)
{
	(void)repeat;
	(void)item;
	(void)row;
	return (struct span){c->where, (uint32_t)c->index, 0};
}

static struct table_ctx table_ctx(struct build *b)
{
	static const struct source anywhere = {"table", "", 0, false};

	return (struct table_ctx){
		.kernel = b->f->o.kernel,
		.diag = &b->diag,
		.arena = &b->arena,
		.subject = b->dm->name,
		.self = &b->dm->blk.blk,
		.locate = line_place,
		.where = &anywhere,
		.reload = b->dm->type != FAKE_NONE,
	};
}

static bool is_about_limits(const struct finding_kind *k)
{
	return k == &F_AREA_TOO_SMALL || k == &F_AREA_ALIGNMENT || k == &F_AREA_ZONES ||
	       k == &F_TABLE_ALIGNMENT || k == &F_TABLE_BLOCK_SIZE;
}

/* The first thing that the kernel minds, in constructors or in dm_calculate_queue_limits(). */
static const struct finding *objection(const struct build *b, bool limits)
{
	for (size_t i = 0; i < b->diag.findings.nr; i++) {
		const struct finding *x = &b->diag.findings.v[i];

		if (x->kind->severity == SEV_ERROR && finding_kind_is_kernel(x->kind) &&
		    is_about_limits(x->kind) == limits)
			return x;
	}
	return NULL;
}

static int refuse(struct build *b, const char *target, const char *text, int err)
{
	fake_log(b->f, "table", "%s: %s: %s (-%s)", b->dm->blk.word, target,
		 text ? text : "Unknown error", strerrorname_np(-err));
	fake_log(b->f, "ioctl", "error adding target to table");
	return err;
}

/* What dm_get_device() returns where the device is not there; constructors pass it on. */
static int objection_errno(const struct build *b, const struct finding *x)
{
	if (x->kind != &F_DEVICE_ABSENT || !b->absent)
		return -EINVAL;
	return *b->absent == '/' ? -ENOENT : -ENXIO;
}

static int parse_line(struct build *b, const struct fake_spec *spec, struct line *l)
{
	struct parse_ctx pc = {.kernel = b->f->o.kernel, .diag = &b->diag, .arena = &b->arena,
			       .nr_sectors = spec->nr_sectors, .device = find_device, .priv = b};
	struct source *src = arena_new(&b->arena, struct source);
	const struct finding *x;
	struct words w;

	pc.target = target_find(b->f->o.targets, spec->target, strlen(spec->target));
	if (!pc.target || !kernel_target_version(pc.kernel, spec->target)) {
		fake_log(b->f, "table", "%s: %s: unknown target type", b->dm->blk.word, spec->target);
		fake_log(b->f, "ioctl", "error adding target to table");
		return -EINVAL;
	}
	*l = (struct line){spec->start_sectors, spec->nr_sectors, pc.target,
			   arena_alloc(&b->arena, pc.target->params_size)};
	*src = (struct source){"table", spec->params, strlen(spec->params), false};
	words_split(&w, &b->arena, src, 0, src->text, src->len);
	if (!target_parse(&pc, &w, l->params))
		return 0;
	x = objection(b, false);
	return refuse(b, spec->target, x ? x->kernel_text : NULL, -EINVAL);
}

static int parse_lines(struct build *b, const struct fake_spec *specs, size_t nr, bool read_only)
{
	b->table = (struct table){arena_array(&b->arena, struct line, nr), nr, read_only};
	for (size_t i = 0; i < nr; i++) {
		int err = parse_line(b, &specs[i], &b->table.lines[i]);

		if (err)
			return err;
	}
	return 0;
}

static int construct(struct build *b)
{
	struct table_ctx tc = table_ctx(b);
	const struct finding *x;

	table_check(&tc, &b->table, NULL);
	x = objection(b, false);
	if (!x)
		return 0;
	return refuse(b, b->table.lines[x->span.src && x->span.off < b->table.nr ? x->span.off : 0].target->name,
		      x->kernel_text, objection_errno(b, x));
}

static int ask_hook(struct build *b, const struct fake_spec *specs)
{
	const struct dm_fake_options *o = &b->f->o;

	for (size_t i = 0; o->load && i < b->table.nr; i++) {
		struct dm_line line = {specs[i].start_sectors, specs[i].nr_sectors, specs[i].target,
				       specs[i].params};
		const char *reason = NULL;
		int err = o->load(o->priv, b->dm->name, &line, &reason);

		if (err)
			return refuse(b, specs[i].target, reason, err);
	}
	return 0;
}

static void add_device(void *priv, struct devref *ref, const struct word *repeat, size_t item,
		       const struct word *row)
{
	struct build *b = priv;
	struct fake_blk *blk = ref->dev->priv;

	(void)repeat;
	(void)item;
	(void)row;
	for (size_t i = 0; i < b->devs.nr; i++)
		if (b->devs.v[i] == blk)
			return;
	vec_push(&b->devs, blk);
}

static char *show(struct build *b, const struct line *l)
{
	struct emit_ctx ec = {.kernel = b->f->o.kernel, .mode = EMIT_SHOW, .show_keys = true,
			      .start_sectors = l->start_sectors, .nr_sectors = l->nr_sectors,
			      .arena = &b->arena};
	struct strbuf out = STRBUF_INIT;
	char *text;

	target_emit(&ec, l, &out);
	text = mem_strdup(strbuf_str(&out));
	strbuf_release(&out);
	return text;
}

/* The length as the target leaves it (zoned takes its own). */
static uint64_t real_len(struct build *b, size_t i)
{
	const struct line *l = &b->table.lines[i];
	struct line_ctx lc = {.target = l->target, .kernel = b->f->o.kernel, .diag = &b->diag,
			      .arena = &b->arena, .start_sectors = l->start_sectors,
			      .nr_sectors = l->nr_sectors, .index = i, .nr = b->table.nr};

	return l->target->real_len ? l->target->real_len(&lc, l->params) : l->nr_sectors;
}

static struct fake_table *keep(struct build *b, const struct fake_spec *specs)
{
	struct fake_table *t = mem_calloc(1, sizeof(*t));
	const struct line *lines = b->table.lines;

	t->nr = b->table.nr;
	t->read_only = b->table.read_only;
	t->lines = mem_calloc(t->nr, sizeof(*t->lines));
	t->table = (struct table){mem_calloc(t->nr, sizeof(*t->table.lines)), t->nr, t->read_only};
	for (size_t i = 0; i < t->nr; i++) {
		t->table.lines[i].target = lines[i].target;
		t->lines[i] = (struct fake_line){
			.start_sectors = lines[i].start_sectors,
			.nr_sectors = real_len(b, i),
			.target = lines[i].target,
			.params = mem_strdup(specs[i].params),
			.shown = show(b, &lines[i]),
		};
		line_devices(&lines[i], add_device, b);
	}
	/* multipath chooses by a word; its default is request-based. */
	t->request_based = (target_flags_on(lines[0].target, b->f->o.kernel) & TARGET_REQUEST_BASED) &&
			   !strstr(specs[0].params, "queue_mode bio");
	t->nr_devs = b->devs.nr;
	t->devs = mem_calloc(t->nr_devs + 1, sizeof(*t->devs));
	for (size_t i = 0; i < t->nr_devs; i++)
		t->devs[i] = b->devs.v[t->nr_devs - 1 - i];
	return t;
}

int fake_table_new(struct dm_fake *f, struct fake_dm *dm, const struct fake_spec *specs, size_t nr,
		   bool read_only, struct fake_table **ret)
{
	struct build b;
	int err;

	build_init(&b, f, dm);
	err = parse_lines(&b, specs, nr, read_only);
	if (!err)
		err = construct(&b);
	if (!err)
		err = ask_hook(&b, specs);
	if (!err)
		*ret = keep(&b, specs);
	build_release(&b);
	return err;
}

void fake_table_free(struct fake_table *t)
{
	for (size_t i = 0; i < t->nr; i++) {
		free(t->lines[i].params);
		free(t->lines[i].shown);
	}
	free(t->lines);
	free(t->table.lines);
	free(t->devs);
	free(t);
}

int fake_table_limits(struct dm_fake *f, struct fake_dm *dm, const struct fake_table *t,
		      struct limits *ret)
{
	CLEANUP_FREE struct fake_spec *specs = mem_calloc(t->nr, sizeof(*specs));
	const struct finding *x;
	struct table_ctx tc;
	struct build b;

	for (size_t i = 0; i < t->nr; i++)
		specs[i] = (struct fake_spec){t->lines[i].start_sectors, t->lines[i].nr_sectors,
					      t->lines[i].target->name, t->lines[i].params};
	build_init(&b, f, dm);
	/* They were read before, and devices that tables hold do not go away. */
	if (parse_lines(&b, specs, t->nr, t->read_only))
		abort();
	tc = table_ctx(&b);
	table_check(&tc, &b.table, ret);
	x = objection(&b, true);
	if (x)
		fake_log(f, "table", "%s: %s", dm->blk.word, x->kernel_text ? x->kernel_text : x->message);
	build_release(&b);
	return x ? -EINVAL : 0;
}
