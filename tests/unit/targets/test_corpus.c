/*
 * Our verdicts, read-backs and status lines against those recorded on real kernels
 * (tests/data/tables/README).
 *
 * CORPUS=TARGET in the environment prints every difference of one target ("all": of all)
 * and how many of the kernel's own error texts we predict.
 */
#include <check.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target/reader.h"
#include "targets/targets.h"

#define MAX_DEVICES 32

struct world {
	struct arena arena;
	struct diag diag;
	const struct kernel_profile *kernel;
	struct blkdev devices[MAX_DEVICES];
	size_t nr;
};

struct memory {
	uint8_t head[8192]; /* what was written at the start; the rest is zeroes */
	uint8_t far[512];   /* and at far_off */
	uint64_t far_off;
};

static int memory_read(const struct blkdev *dev, uint64_t off, void *buf, size_t len)
{
	const struct memory *m = dev->priv;

	if (off > dev->nr_sectors * 512 || len > dev->nr_sectors * 512 - off)
		return -ERANGE;
	memset(buf, 0, len);
	if (off < sizeof(m->head))
		memcpy(buf, m->head + off, len < sizeof(m->head) - off ? len : sizeof(m->head) - off);
	else if (off == m->far_off)
		memcpy(buf, m->far, len < sizeof(m->far) ? len : sizeof(m->far));
	return 0;
}

static struct blkdev *add_device(struct world *w, const char *name, uint64_t sectors)
{
	struct blkdev *d = &w->devices[w->nr++];

	ck_assert_uint_le(w->nr, MAX_DEVICES);
	*d = (struct blkdev){
		.word = arena_printf(&w->arena, "{%s}", name),
		.nr_sectors = sectors,
		.logical_block_size = 512,
		.physical_block_size = 512,
		.flags = BLKDEV_SIZE_KNOWN | BLKDEV_LIMITS_KNOWN | BLKDEV_DISCARD,
		.read = memory_read,
		.priv = arena_new(&w->arena, struct memory),
	};
	d->name = d->word;
	return d;
}

static const struct blkdev *find_device(void *priv, const char *word, struct span span)
{
	struct world *w = priv;
	struct blkdev *d;

	(void)span;
	for (size_t i = 0; i < w->nr; i++)
		if (!strcmp(w->devices[i].word, word))
			return &w->devices[i];
	/* Devices were loop devices: {d0} is loop0. */
	d = add_device(w, "none", 32768);
	d->word = d->name = arena_strdup(&w->arena, word);
	if (*word == '{') /* records of crashes, written by hand, list no devices */
		return d;
	if (!strcmp(word, "7:0")) {
		d->word = "{d0}";
		return d;
	}
	d->flags = !strcmp(word, "/dev/null") || !strcmp(word, "/tmp") || !strcmp(word, "/etc/passwd") ?
			   BLKDEV_NOT_BLOCK : BLKDEV_ABSENT;
	return d;
}

static int read_table(struct world *w, const char *text, struct table *t)
{
	struct reader r = {.targets = &targets_all, .kernel = w->kernel, .diag = &w->diag,
			   .arena = &w->arena, .device = find_device, .priv = w};
	struct source *src = arena_new(&w->arena, struct source);
	struct device_texts texts;
	int err;

	*src = (struct source){"table", text, strlen(text), false};
	err = tables_read(&r, src, &texts);
	*t = texts.nr ? texts.v[0].table : (struct table){0};
	return err;
}

static void put_le(uint8_t *p, uint64_t v, unsigned bytes)
{
	while (bytes--) {
		*p++ = (uint8_t)v;
		v >>= 8;
	}
}

/*
 * What `vdoformat --logical-size=64M --slab-bits=13` writes, as far as a table is compared
 * with it: geometry block and super block of vdo 8.3 (Documentation of the vdo tools).
 */
static void format_vdo(const struct blkdev *d)
{
	struct memory *m = d->priv;
	uint64_t data_start = 1 + 679127; /* behind an index of 0.25 GB */

	memcpy(m->head, "dmvdo001", 8);
	put_le(m->head + 8, 5, 4);
	put_le(m->head + 12, 5, 4);
	put_le(m->head + 80, data_start, 8);
	m->far_off = data_start * 4096;
	put_le(m->far + 60, 16384, 8);
	put_le(m->far + 68, d->nr_sectors / 8, 8);
}

/* What a record's setup leaves: device-mapper devices, and bytes at the start of disks. */
static void run_setup(struct world *w, json_t *setup)
{
	json_t *step;
	size_t i;

	json_array_foreach(setup, i, step)
	{
		const char *op = json_string_value(json_array_get(step, 0));
		const char *arg = json_string_value(json_array_get(step, 1));

		if (!strcmp(op, "dm")) {
			struct table *t = arena_new(&w->arena, struct table);
			struct blkdev *d;

			ck_assert_int_eq(read_table(w, json_string_value(json_array_get(step, 2)), t), 0);
			d = add_device(w, arg, table_sectors(t));
			d->table = t;
			d->flags |= BLKDEV_BIO_BASED;
		} else if (!strcmp(op, "sh") && !strncmp(arg, "printf garbagegarbage | dd of={", 31)) {
			char *word = arena_strndup(&w->arena, arg + 30, strcspn(arg + 30, "}") + 1);
			const struct blkdev *d = find_device(w, word, (struct span){0});

			memcpy(((struct memory *)d->priv)->head, "garbagegarbage", 14);
		} else if (!strcmp(op, "sh") && !strncmp(arg, "vdoformat", 9)) {
			format_vdo(find_device(w, strrchr(arg, ' ') + 1, (struct span){0}));
		} else if (strcmp(op, "msg")) {
			ck_abort_msg("unknown setup step %s %s", op, arg);
		}
	}
}

static void make_devices(struct world *w, json_t *record)
{
	json_t *sizes = json_object_get(record, "devices"), *v;
	const char *name;

	json_object_foreach(sizes, name, v)
	{
		struct blkdev *d = add_device(w, name, (uint64_t)json_integer_value(v));
		json_t *bs = json_object_get(json_object_get(record, "block_size"), name);

		if (bs)
			d->logical_block_size = d->physical_block_size = (uint32_t)json_integer_value(bs);
	}
	run_setup(w, json_object_get(record, "setup"));
}

static bool verdict(struct world *w, const char *text, bool read_only, struct table *t)
{
	struct table_ctx c = {.kernel = w->kernel, .diag = &w->diag, .arena = &w->arena,
			      .subject = "test"};

	if (read_table(w, text, t))
		return false;
	t->read_only = read_only;
	table_check(&c, t, NULL);
	for (size_t i = 0; i < w->diag.findings.nr; i++)
		if (w->diag.findings.v[i].kind->severity == SEV_ERROR &&
		    finding_kind_is_kernel(w->diag.findings.v[i].kind))
			return false;
	return true;
}

static void emit_table(struct world *w, const struct table *t, struct strbuf *out)
{
	struct emit_ctx c = {.kernel = w->kernel, .mode = EMIT_SHOW, .show_keys = true,
			     .arena = &w->arena};

	for (size_t i = 0; i < t->nr; i++) {
		const struct line *l = &t->lines[i];
		struct strbuf words = STRBUF_INIT;

		c.start_sectors = l->start_sectors;
		c.nr_sectors = l->nr_sectors;
		target_emit(&c, l, &words);
		strbuf_addf(out, "%s%llu %llu %s%s%s", i ? "\n" : "", (unsigned long long)l->start_sectors,
			    (unsigned long long)l->nr_sectors, l->target->name, words.len ? " " : "",
			    strbuf_str(&words));
		strbuf_release(&words);
	}
}

/* Decodes a status text line by line and prints it again. */
static void status_again(struct world *w, const char *text, struct strbuf *out)
{
	while (*text) {
		size_t len = strcspn(text, "\n"), head;
		struct source src = {"status", text, len, false};
		struct parse_ctx pc = {.kernel = w->kernel, .diag = &w->diag, .arena = &w->arena,
				       .device = find_device, .priv = w};
		struct emit_ctx ec = {.kernel = w->kernel, .mode = EMIT_SHOW, .arena = &w->arena};
		char name[32] = "", *status = arena_alloc(&w->arena, 4096);
		const char *state;
		struct words words;
		int n = 0;

		if (sscanf(text, "%*u %*u %31s%n", name, &n) != 1)
			return;
		pc.target = target_find(&targets_all, name, strlen(name));
		if (!pc.target)
			return;
		head = (size_t)n + (text[n] == ' ');
		words_split(&words, &w->arena, &src, head, text + head, len - head);
		if (status_parse(&pc, &words, status, &state))
			return;
		strbuf_addf(out, "%s%.*s", out->len ? "\n" : "", (int)head, text);
		status_emit(&ec, pc.target, status, state, out);
		text += len + (text[len] == '\n');
	}
}

struct score {
	size_t records, verdicts, readbacks, readbacks_ok, statuses, statuses_ok, texts, texts_ok;
};

/* "meta_device:7:1" was not replaced when the read-back was recorded: loop1 is {d1}. */
static void replace_loops(struct strbuf *b)
{
	char *p = b->len ? strstr(b->buf, "meta_device:{d") : NULL;
	char c;

	if (!p)
		return;
	p += strlen("meta_device:");
	c = p[2];
	memcpy(p, "7:", 2);
	p[2] = c;
	memmove(p + 3, p + 4, strlen(p + 4) + 1);
	b->len--;
}

static bool wanted(const char *target)
{
	const char *env = getenv("CORPUS");

	return env && (!strcmp(env, "all") || !strcmp(env, target));
}

static bool excepted(const char *kernel, const char *id, const char *what)
{
	FILE *f = fopen(TESTS_DIR "/data/tables/exceptions.txt", "r");
	char line[512], k[16], i[128], wh[16];
	bool found = false;

	ck_assert_ptr_nonnull(f);
	while (!found && fgets(line, sizeof(line), f))
		found = *line != '#' && sscanf(line, "%15s %127s %15s", k, i, wh) == 3 &&
			!strcmp(k, kernel) && !strcmp(i, id) && !strcmp(wh, what);
	fclose(f);
	return found;
}

static void compare(const struct world *w, json_t *record, const char *what, bool same,
		    const char *ours, const char *theirs)
{
	const char *id = json_string_value(json_object_get(record, "id"));

	if (same != excepted(w->kernel->name, id, what))
		return;
	if (wanted(json_string_value(json_object_get(record, "target"))) || getenv("CK_RUN_SUITE") == NULL)
		fprintf(stderr, "%s %s %s%s\n  table  %s\n  ours   %s\n  kernel %s\n", w->kernel->name, id,
			what, same ? " agrees, but is named as an exception" : "",
			json_string_value(json_object_get(record, "table")), ours, theirs);
}

static bool predicted(const struct world *w, json_t *errors)
{
	json_t *e;
	size_t i;

	json_array_foreach(errors, i, e)
		for (size_t k = 0; k < w->diag.findings.nr; k++) {
			const char *text = w->diag.findings.v[k].kernel_text;

			if (text && strstr(json_string_value(e), text))
				return true;
		}
	return false;
}

static const char *first_finding(const struct world *w)
{
	return w->diag.findings.nr ? w->diag.findings.v[0].message : "accepted";
}

static bool play(json_t *record, const struct kernel_profile *kernel, struct score *s)
{
	struct world w = {.kernel = kernel};
	bool accepted = json_is_true(json_object_get(record, "accepted")), ours, ok;
	const char *readback = json_string_value(json_object_get(record, "readback"));
	const char *status = json_string_value(json_object_get(record, "status"));
	const char *id = json_string_value(json_object_get(record, "id"));
	json_t *errors = json_object_get(record, "error");
	struct strbuf shown = STRBUF_INIT, stat = STRBUF_INIT;
	struct table t;

	arena_init(&w.arena);
	diag_init(&w.diag, &w.arena);
	make_devices(&w, record);
	ours = verdict(&w, json_string_value(json_object_get(record, "table")),
		       json_is_true(json_object_get(record, "readonly")), &t);
	s->records++;
	s->verdicts += ours == accepted;
	compare(&w, record, "verdict", ours == accepted, first_finding(&w),
		accepted ? "accepted" : json_string_value(json_array_get(errors, 0)));
	ok = (ours == accepted) != excepted(kernel->name, id, "verdict");
	if (!accepted && !ours && json_array_size(errors)) {
		s->texts++;
		s->texts_ok += predicted(&w, errors);
		if (!predicted(&w, errors) && wanted(json_string_value(json_object_get(record, "target"))))
			fprintf(stderr, "%s %s text\n  table  %s\n  ours   %s\n  kernel %s\n", kernel->name, id,
				json_string_value(json_object_get(record, "table")), first_finding(&w),
				json_string_value(json_array_get(errors, 0)));
	}
	if (accepted && ours && readback) {
		emit_table(&w, &t, &shown);
		replace_loops(&shown);
		s->readbacks++;
		s->readbacks_ok += !strcmp(strbuf_str(&shown), readback);
		compare(&w, record, "readback", !strcmp(strbuf_str(&shown), readback), strbuf_str(&shown),
			readback);
		ok &= !strcmp(strbuf_str(&shown), readback) != excepted(kernel->name, id, "readback");
	}
	if (status) {
		status_again(&w, status, &stat);
		s->statuses++;
		s->statuses_ok += !strcmp(strbuf_str(&stat), status);
		compare(&w, record, "status", !strcmp(strbuf_str(&stat), status), strbuf_str(&stat), status);
		ok &= !strcmp(strbuf_str(&stat), status) != excepted(kernel->name, id, "status");
	}
	strbuf_release(&shown);
	strbuf_release(&stat);
	diag_release(&w.diag);
	arena_release(&w.arena);
	return ok;
}

static const char *const kernels[] = {"6.1", "6.12", "7.2"};

START_TEST(recorded)
{
	const struct kernel_profile *kernel = kernel_find(kernels[_i]);
	char *path, *line = NULL;
	struct score s = {0};
	size_t size = 0, bad = 0;
	FILE *f;

	ck_assert_ptr_nonnull(kernel);
	ck_assert_int_gt(asprintf(&path, TESTS_DIR "/data/tables/tables-%s.jsonl", kernels[_i]), 0);
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s: %s", path, strerror(errno));
	while (getline(&line, &size, f) > 0) {
		json_t *record = json_loads(line, 0, NULL);
		const char *target = json_string_value(json_object_get(record, "target"));

		ck_assert_ptr_nonnull(record);
		if (!getenv("CORPUS") || wanted(target))
			bad += !play(record, kernel, &s);
		json_decref(record);
	}
	fclose(f);
	free(line);
	free(path);
	if (getenv("CORPUS"))
		fprintf(stderr,
			"%s: %zu records, verdicts %zu, readbacks %zu/%zu, statuses %zu/%zu, error texts %zu/%zu\n",
			kernels[_i], s.records, s.verdicts, s.readbacks_ok, s.readbacks, s.statuses_ok,
			s.statuses, s.texts_ok, s.texts);
	ck_assert_uint_gt(s.records, 0);
	ck_assert_uint_eq(bad, 0);
	ck_assert_uint_ge(s.verdicts * 100, s.records * 99);
}
END_TEST

Suite *suite_targets_corpus(void);

Suite *suite_targets_corpus(void)
{
	Suite *s = suite_create("targets/corpus");
	TCase *tc = tcase_create("recorded");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, recorded, 0, ARRAY_SIZE(kernels));
	suite_add_tcase(s, tc);
	return s;
}
