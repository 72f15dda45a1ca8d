#include "lines.h"

#include <check.h>
#include <errno.h>
#include <string.h>

#include "target/reader.h"
#include "targets/targets.h"

void lines_init(struct lines *l, const char *kernel)
{
	*l = (struct lines){.kernel = kernel_find(kernel)};
	ck_assert_ptr_nonnull(l->kernel);
	arena_init(&l->arena);
	diag_init(&l->diag, &l->arena);
}

void lines_release(struct lines *l)
{
	diag_release(&l->diag);
	arena_release(&l->arena);
}

static int read_content(const struct blkdev *dev, uint64_t off, void *buf, size_t len)
{
	uint64_t size = dev->nr_sectors * 512;

	if (off > size || len > size - off)
		return -ERANGE;
	memcpy(buf, lines_content(dev) + off, len);
	return 0;
}

struct blkdev *lines_device(struct lines *l, const char *word, uint64_t nr_sectors)
{
	struct blkdev *d = &l->devices[l->nr++];

	ck_assert_uint_le(l->nr, LINES_MAX_DEVICES);
	*d = (struct blkdev){
		.word = word,
		.name = word,
		.nr_sectors = nr_sectors,
		.logical_block_size = 512,
		.physical_block_size = 512,
		.flags = BLKDEV_SIZE_KNOWN | BLKDEV_LIMITS_KNOWN,
		.read = read_content,
		.priv = memset(arena_alloc(&l->arena, nr_sectors * 512), 0, nr_sectors * 512),
	};
	return d;
}

uint8_t *lines_content(const struct blkdev *dev)
{
	return dev->priv;
}

static const struct blkdev *find(void *priv, const char *word, struct span span)
{
	struct lines *l = priv;
	struct blkdev *d;

	(void)span;
	for (size_t i = 0; i < l->nr; i++)
		if (!strcmp(l->devices[i].word, word))
			return &l->devices[i];
	d = lines_device(l, word, 0);
	d->flags = BLKDEV_ABSENT;
	return d;
}

bool lines_load(struct lines *l, const char *text)
{
	struct reader r = {.targets = &targets_all, .kernel = l->kernel, .diag = &l->diag,
			   .arena = &l->arena, .device = find, .priv = l};
	struct table_ctx c = {.kernel = l->kernel, .diag = &l->diag, .arena = &l->arena};
	struct source *src = arena_new(&l->arena, struct source);
	struct device_texts texts;

	diag_release(&l->diag);
	diag_init(&l->diag, &l->arena);
	*src = (struct source){"table", text, strlen(text), false};
	if (tables_read(&r, src, &texts))
		return false;
	l->table = texts.v[0].table;
	table_check(&c, &l->table, NULL);
	for (size_t i = 0; i < l->diag.findings.nr; i++) {
		const struct finding_kind *k = l->diag.findings.v[i].kind;

		if (k->severity == SEV_ERROR && finding_kind_is_kernel(k))
			return false;
	}
	return true;
}

const char *lines_show(struct lines *l)
{
	struct emit_ctx c = {.kernel = l->kernel, .mode = EMIT_SHOW, .arena = &l->arena};
	struct strbuf out = STRBUF_INIT;
	char *s;

	target_emit(&c, &l->table.lines[0], &out);
	s = arena_strdup(&l->arena, strbuf_str(&out));
	strbuf_release(&out);
	return s;
}

bool lines_found(const struct lines *l, const char *id)
{
	for (size_t i = 0; i < l->diag.findings.nr; i++)
		if (!strcmp(l->diag.findings.v[i].kind->id, id))
			return true;
	return false;
}

bool lines_says(const struct lines *l, const char *kernel_text)
{
	for (size_t i = 0; i < l->diag.findings.nr; i++) {
		const char *text = l->diag.findings.v[i].kernel_text;

		if (text && !strcmp(text, kernel_text))
			return true;
	}
	return false;
}

const char *lines_status(struct lines *l, const char *target, const char *text)
{
	struct source src = {"status", text, strlen(text), false};
	struct parse_ctx pc = {.kernel = l->kernel, .diag = &l->diag, .arena = &l->arena,
			       .device = find, .priv = l};
	struct emit_ctx ec = {.kernel = l->kernel, .mode = EMIT_SHOW, .arena = &l->arena};
	struct strbuf out = STRBUF_INIT;
	const char *state;
	struct words w;
	void *status;
	char *s;

	pc.target = target_find(&targets_all, target, strlen(target));
	ck_assert_ptr_nonnull(pc.target);
	status = arena_alloc(&l->arena, pc.target->status_size + 1);
	words_split(&w, &l->arena, &src, 0, text, strlen(text));
	if (status_parse(&pc, &w, status, &state))
		return NULL;
	status_emit(&ec, pc.target, status, state, &out);
	s = arena_strdup(&l->arena, strbuf_str(&out));
	strbuf_release(&out);
	return s;
}

void line_case_play(struct lines *l, const struct line_case *lc)
{
	bool taken;

	l->kernel = kernel_find(lc->kernel);
	taken = lines_load(l, lc->table);
	ck_assert_msg(taken == !lc->refused, "%s: '%s': %s", lc->kernel, lc->table,
		      l->diag.findings.nr ? l->diag.findings.v[0].message : "taken");
	if (lc->refused && *lc->refused)
		ck_assert_msg(lines_says(l, lc->refused), "%s: '%s' does not say '%s'", lc->kernel,
			      lc->table, lc->refused);
	if (lc->finding)
		ck_assert_msg(lines_found(l, lc->finding), "%s: '%s' without %s", lc->kernel, lc->table,
			      lc->finding);
	if (lc->readback)
		ck_assert_str_eq(lines_show(l), lc->readback);
}
