#include "world.h"

#include <stdio.h>

#define HEAD                                                                                       \
	"dmc: 1\nname: s\ndevices: {a: {dev: \"8:0\", size: 64MiB}, b: {dev: \"8:16\", size: 64MiB}, "	\
	"o: {dev: \"254:1\", size: 8MiB}}\n" \
	"volumes:\n"

struct dm_fake *world_fake;
struct strbuf world_messages;

static bool is_change(unsigned cmd)
{
	return cmd == DM_DEV_CREATE_CMD || cmd == DM_TABLE_LOAD_CMD || cmd == DM_TABLE_CLEAR_CMD ||
	       cmd == DM_DEV_SUSPEND_CMD || cmd == DM_DEV_RENAME_CMD || cmd == DM_DEV_REMOVE_CMD ||
	       cmd == DM_TARGET_MSG_CMD;
}

static int mortal_submit(struct dm_backend *b, unsigned cmd, struct dm_ioctl *io)
{
	struct mortal *m = (struct mortal *)b;

	if (is_change(cmd)) {
		if (!m->left)
			return -EIO;
		m->left -= m->left > 0;
		m->changes++;
	}
	return dm_fake_backend(world_fake)->submit(dm_fake_backend(world_fake), cmd, io);
}

static void mortal_free(struct dm_backend *b)
{
	(void)b;
}

void world_see(struct world *w, const char *volumes, const struct plan_options *o, make_fn *make)
{
	char text[4096];

	memset(w, 0, sizeof(*w));
	snprintf(text, sizeof(text), HEAD "%s", volumes);
	test_load(&w->t, text);
	ck_assert_msg(!w->t.loaded, "%s", w->t.diag.findings.nr ? w->t.diag.findings.v[0].message : "?");
	arena_init(&w->arena);
	w->mortal = (struct mortal){{mortal_submit, mortal_free}, -1, 0};
	w->dm = dm_new(&w->mortal.backend, NULL);
	if (o)
		w->o = *o;
	ck_assert_int_eq(running_read(&w->running, w->dm, &w->arena, &w->t.diag), 0);
	w->running.kernel = kernel_find("6.12");
	ck_assert_int_eq(make(&w->plan, &w->t.layout, &w->running, &w->o, &w->t.diag), 0);
}

void world_plan(struct world *w, const char *volumes)
{
	world_see(w, volumes, NULL, plan_make);
}

int world_apply(struct world *w)
{
	struct apply_options o = {.dm = w->dm};

	return plan_apply(&w->plan, &o, &w->t.diag);
}

void world_forget(struct world *w)
{
	plan_release(&w->plan);
	running_release(&w->running);
	dm_free(w->dm);
	arena_release(&w->arena);
	test_release(&w->t);
}

const char *world_steps(struct world *w)
{
	struct strbuf b = STRBUF_INIT;
	const char *s;

	for (size_t i = 0; i < w->plan.steps.nr; i++) {
		strbuf_adds(&b, i ? ", " : "");
		plan_print_step(&w->plan.steps.v[i], &b);
	}
	s = arena_strdup(&w->arena, strbuf_str(&b));
	strbuf_release(&b);
	return s;
}

char *world_everything(void)
{
	struct dm *dm = dm_new(dm_fake_backend(world_fake), NULL);
	struct strbuf b = STRBUF_INIT;
	struct dm_names names;
	struct arena a;
	char *s;

	arena_init(&a);
	ck_assert_int_eq(dm_list(dm, &a, &names), 0);
	for (size_t i = 0; i < names.nr; i++) {
		struct dm_lines lines;
		struct dm_info info;

		ck_assert_int_eq(dm_table(dm, dm_by_name(names.v[i].name), 0, &a, NULL, &lines, &info), 0);
		strbuf_addf(&b, "%s %s%s%s%s\n", info.name, info.uuid, info.suspended ? " suspended" : "",
			    info.inactive_table ? " inactive" : "", info.read_only ? " ro" : "");
		for (size_t k = 0; k < lines.nr; k++)
			strbuf_addf(&b, "  %llu %llu %s %s\n", (unsigned long long)lines.v[k].start_sectors,
				    (unsigned long long)lines.v[k].nr_sectors, lines.v[k].target, lines.v[k].params);
	}
	s = mem_strdup(strbuf_str(&b));
	strbuf_release(&b);
	dm_free(dm);
	arena_release(&a);
	return s;
}

void world_run(const char *volumes)
{
	struct world w;

	world_plan(&w, volumes);
	ck_assert_msg(world_apply(&w) == 0, "%s%s", w.t.diag.findings.v[0].message, dm_fake_log(world_fake));
	world_forget(&w);
}

void world_expect_settled(const char *volumes)
{
	struct world w;

	world_plan(&w, volumes);
	ck_assert_str_eq(world_steps(&w), "");
	world_forget(&w);
}

static int pool_message(void *priv, const char *name, const struct dm_line *line, const char *message,
			struct strbuf *answer)
{
	(void)name;
	(void)answer;
	strbuf_addf(priv, "%s\n", message);
	if (strcmp(line->target, "thin-pool"))
		return -EINVAL;
	return strcmp(message, "create_thin 7") ? 0 : -EEXIST;
}

void world_setup(void)
{
	struct dm_fake_options o = {.targets = &targets_all, .kernel = kernel_find("6.12"),
				    .message = pool_message, .priv = &world_messages};

	world_messages = (struct strbuf)STRBUF_INIT;
	world_fake = dm_fake_new(&o);
	dm_fake_add_disk(world_fake, "/dev/sda", DISK_A, 131072);
	dm_fake_add_disk(world_fake, "/dev/sdb", DISK_B, 131072);
}

void world_teardown(void)
{
	dm_fake_free(world_fake);
	strbuf_release(&world_messages);
}
