/* dmc status: what runs, decoded. Looks, and changes nothing. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "dmc/live.h"
#include "plan/state.h"
#include "target/status.h"
#include "targets/targets.h"

struct options {
	int format;
	const char *state;
	struct cli_list params;
};

enum { FORMAT_TEXT, FORMAT_JSON };

static const char *const formats[] = {"text", "json", NULL};

static const struct cli_option option_table[] = {
	{0, "format", CLI_CHOICE, "FORMAT", "text or json", formats, COMPLETE_NONE,
	 offsetof(struct options, format)},
	{'p', "param", CLI_LIST, "NAME=VALUE", "set a parameter of the layout; may be repeated", NULL,
	 COMPLETE_NONE, offsetof(struct options, params)},
	{0, "state", CLI_TEXT, "FILE", "show a state that was written as JSON, not the running kernel", NULL,
	 COMPLETE_FILES, offsetof(struct options, state)},
	{0},
};

/* What is shown, in the order in which it was asked for. */
struct shown {
	struct live *l;
	VEC(struct running_device *) devices;
	VEC(const char *) missing;
};

/* ---- which devices ---- */

static void add_device(struct shown *s, struct running_device *d)
{
	for (size_t i = 0; i < s->devices.nr; i++)
		if (s->devices.v[i] == d)
			return;
	vec_push(&s->devices, d);
}

static void add_missing(struct shown *s, const char *name)
{
	live_absent(s->l, name);
	vec_push(&s->missing, name);
}

static void add_volume(struct shown *s, const struct volume *v)
{
	struct running_device *d = v->dm_uuid ? running_by_uuid(&s->l->running, v->dm_uuid) :
						running_by_name(&s->l->running, v->dm_name);

	if (d && (v->dm_uuid || !d->uuid))
		add_device(s, d);
	else
		add_missing(s, v->dm_name);
}

/* The layout's volumes, whatever is amiss with its devices. */
static int add_layout(struct shown *s, const char *path, const struct options *o)
{
	struct layout_options lo = {.targets = &targets_all};
	struct session layout;
	int status = parse_params(s->l->s->c, &o->params, &lo);

	if (status)
		return status;
	session_init(&layout, s->l->s->c);
	if (!load_layout(&layout, path, &lo))
		status = EXIT_FINDINGS;
	for (size_t i = 0; !status && i < layout.layout.volumes.nr; i++)
		add_volume(s, layout.layout.volumes.v[i]);
	session_release(&layout);
	return status;
}

static bool is_file(const char *word)
{
	struct stat st;

	return !strcmp(word, "-") || (!stat(word, &st) && (S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode)));
}

static int choose(struct shown *s, const struct options *o, int argc, char **argv)
{
	int status = EXIT_OK;

	for (size_t i = 0; !argc && i < s->l->running.devices.nr; i++)
		vec_push(&s->devices, s->l->running.devices.v[i]);
	for (int i = 0; i < argc && !status; i++) {
		struct running_device *d = live_find(s->l, argv[i]);

		if (d)
			add_device(s, d);
		else if (is_file(argv[i]))
			status = add_layout(s, argv[i], o);
		else
			add_missing(s, argv[i]);
	}
	return status;
}

/*
 * Without a flush: a pool would commit its metadata for every question. What goes away while
 * we look is no failure where everything was asked for.
 */
static void look(struct shown *s, bool named)
{
	struct session *session = s->l->s;
	size_t nr = 0;

	for (size_t i = 0; i < s->devices.nr; i++) {
		struct running_device *d = s->devices.v[i];
		struct diag lost;
		int err;

		diag_init(&lost, &session->c->arena);
		err = running_status(&s->l->running, d, DM_NOFLUSH, named ? &session->diag : &lost);
		if (err && err != -ENXIO && !named)
			running_status(&s->l->running, d, DM_NOFLUSH, &session->diag);
		diag_release(&lost);
		if (!err)
			s->devices.v[nr++] = d;
		else if (named)
			vec_push(&s->missing, d->name);
	}
	s->devices.nr = nr;
	running_look_underneath(&s->l->running);
}

/* ---- text ---- */

enum { NAME, TARGET, SIZE, STATE, OPEN, STATUS, NR_COLUMNS };

struct row {
	const char *cell[NR_COLUMNS];
	const struct running_device *d; /* NULL: the head, or missing */
};

static void add_word(struct strbuf *b, const char *word, const char *between)
{
	strbuf_adds(b, b->len ? between : "");
	strbuf_adds(b, word);
}

static const char *take(struct arena *a, struct strbuf *b)
{
	const char *s = arena_strdup(a, strbuf_str(b));

	strbuf_release(b);
	return s;
}

/* Each target once, in order. */
static const char *targets_of(struct arena *a, const struct running_device *d)
{
	struct strbuf b = STRBUF_INIT;

	for (size_t i = 0; i < d->table.nr; i++) {
		bool seen = false;

		for (size_t k = 0; k < i && !seen; k++)
			seen = !strcmp(d->table.v[k].target, d->table.v[i].target);
		if (!seen)
			add_word(&b, d->table.v[i].target, ",");
	}
	add_word(&b, d->table.nr ? "" : "-", "");
	return take(a, &b);
}

static const char *state_of(struct arena *a, const struct running_device *d)
{
	struct strbuf b = STRBUF_INIT;

	if (!d->live)
		add_word(&b, "no-table", ",");
	else
		add_word(&b, d->suspended ? "SUSPENDED" : "active", ",");
	if (d->read_only)
		add_word(&b, "read-only", ",");
	if (d->inactive)
		add_word(&b, "inactive-table", ",");
	if (d->deferred_remove)
		add_word(&b, "deferred-remove", ",");
	return take(a, &b);
}

static const char *size_of(struct arena *a, const struct running_device *d)
{
	uint64_t sectors = running_sectors(d);
	struct strbuf b = STRBUF_INIT;

	size_rounded(&b, sectors < UINT64_MAX / 512 ? sectors * 512 : UINT64_MAX);
	return take(a, &b);
}

static const char *status_of(const struct live *l, const struct running_device *d)
{
	struct arena *a = &l->s->c->arena;
	struct strbuf b = STRBUF_INIT;

	for (size_t i = 0; i < d->status.nr; i++) {
		struct strbuf text = STRBUF_INIT;
		struct status st;

		running_decode(&l->running, &targets_all, d, i, &st);
		status_text(&st, l->s->c->verbose, &text);
		if (text.len && d->status.nr > 1)
			add_word(&b, arena_printf(a, "line %zu: %s", i + 1, strbuf_str(&text)), "; ");
		else if (text.len)
			add_word(&b, strbuf_str(&text), "");
		strbuf_release(&text);
	}
	return take(a, &b);
}

static struct row device_row(const struct live *l, const struct running_device *d)
{
	struct arena *a = &l->s->c->arena;

	return (struct row){
		.cell = {dm_mangle(a, d->name), targets_of(a, d), size_of(a, d), state_of(a, d),
			 arena_printf(a, "%d", (int)d->open_count), status_of(l, d)},
		.d = d,
	};
}

/* MAJOR:MINOR and what people call it. */
static void print_dep(const struct live *l, dev_t dev)
{
	const struct running_device *d = running_by_dev(&l->running, dev);
	const struct blockdev *under = running_under(&l->running, dev);
	char number[24];

	printf(" %s", dev_str(dev, number));
	if (d)
		printf(" (%s)", dm_mangle(&l->s->c->arena, d->name));
	else if (under && under->name)
		printf(" (%s%s%s)", under->name, under->backing_file ? ": " : "",
		       under->backing_file ? under->backing_file : "");
}

static void print_more(const struct live *l, const struct running_device *d)
{
	struct status_ctx c = {.targets = &targets_all, .kernel = l->running.kernel, .arena = &l->s->c->arena};
	char number[24];

	printf("    uuid: %s\n    number: %s, event: %u\n", d->uuid ? d->uuid : "-", dev_str(d->dev, number),
	       (unsigned)d->event_nr);
	if (d->deps.nr)
		printf("    on:");
	for (size_t i = 0; i < d->deps.nr; i++)
		print_dep(l, d->deps.v[i]);
	if (d->deps.nr)
		printf("\n");
	for (size_t i = 0; i < d->table.nr; i++) {
		const struct dm_line *line = &d->table.v[i];

		printf("    table: %llu %llu %s %s\n", (unsigned long long)line->start_sectors,
		       (unsigned long long)line->nr_sectors, line->target,
		       params_hide_keys(&c, line->target, line->nr_sectors, line->params));
	}
}

static void print_row(const struct row *r, const size_t width[NR_COLUMNS])
{
	struct strbuf b = STRBUF_INIT;

	for (size_t i = 0; i < NR_COLUMNS; i++) {
		size_t len = strlen(r->cell[i]);
		size_t room = width[i] > len ? width[i] - len : 0;
		bool right = i == SIZE || i == OPEN;

		strbuf_adds(&b, i ? "  " : "");
		strbuf_addn(&b, ' ', right ? room : 0);
		strbuf_adds(&b, r->cell[i]);
		strbuf_addn(&b, ' ', right ? 0 : room);
	}
	while (b.len && b.buf[b.len - 1] == ' ')
		strbuf_truncate(&b, b.len - 1);
	puts(strbuf_str(&b));
	strbuf_release(&b);
}

static void print_text(const struct shown *s)
{
	size_t nr = 1 + s->devices.nr + s->missing.nr, width[NR_COLUMNS] = {0};
	struct row *rows = arena_array(&s->l->s->c->arena, struct row, nr);

	rows[0] = (struct row){.cell = {"NAME", "TARGET", "SIZE", "STATE", "OPEN", "STATUS"}};
	for (size_t i = 0; i < s->devices.nr; i++)
		rows[1 + i] = device_row(s->l, s->devices.v[i]);
	for (size_t i = 0; i < s->missing.nr; i++)
		rows[1 + s->devices.nr + i] = (struct row){.cell = {s->missing.v[i], "-", "-", "MISSING", "-", ""}};
	for (size_t i = 0; i < nr; i++)
		for (size_t k = 0; k < STATUS; k++)
			if (strlen(rows[i].cell[k]) > width[k])
				width[k] = strlen(rows[i].cell[k]);
	width[STATUS] = 0;
	for (size_t i = 0; nr > 1 && i < nr; i++) {
		print_row(&rows[i], width);
		if (rows[i].d && s->l->s->c->verbose)
			print_more(s->l, rows[i].d);
	}
}

/* ---- the verb ---- */

static void print(struct shown *s, const struct options *o)
{
	struct state_options so = {.targets = &targets_all, .devices = s->devices.v, .nr = s->devices.nr,
				   .missing = s->missing.v, .nr_missing = s->missing.nr};
	struct strbuf b = STRBUF_INIT;

	if (o->format == FORMAT_TEXT) {
		print_text(s);
		return;
	}
	running_print_json(&s->l->running, &so, &b);
	fputs(strbuf_str(&b), stdout);
	strbuf_release(&b);
}

static int run(struct cli *c, void *options, int argc, char **argv)
{
	const struct options *o = options;
	struct live_options lo = {.state = o->state, .udev = DM_UDEV_NONE};
	struct session session;
	struct live l;
	struct shown s = {.l = &l};
	int status = EXIT_FINDINGS, worse;

	session_init(&session, c);
	if (live_open(&l, &session, &lo)) {
		status = choose(&s, o, argc, argv);
		if (!status) {
			look(&s, argc > 0);
			print(&s, o);
		}
	}
	print_findings(&session);
	worse = findings_status(&session.diag, false);
	vec_release(&s.devices);
	vec_release(&s.missing);
	live_close(&l);
	session_release(&session);
	return worse ? worse : status;
}

const struct cli_verb verb_status = {
	.name = "status",
	.args = "[LAYOUT|NAME…]",
	.summary = "show what runs, with every status decoded",
	.help = "Without operands all devices are shown; with a LAYOUT its volumes in their order, missing ones\n"
		"too; with a NAME (a uuid, MAJOR:MINOR or node does as well) that device. -v adds uuid, number,\n"
		"what the device stands on, its table without keys, and the words that matter less. A device\n"
		"that is absent is exit status 4. Nothing is changed: a pool is not made to commit, either.\n"
		"What --format json writes can be read by 'dmc plan --state', 'dmc import kernel --state' and\n"
		"'dmc status --state', also on another system. Sizes in it are bytes.\n",
	.examples = "  dmc status\n"
		    "  dmc status -v home\n"
		    "  dmc status --format json > state.json\n"
		    "  dmc status --state state.json volume.yaml\n",
	.options = option_table,
	.options_size = sizeof(struct options),
	.min = 0,
	.max = -1,
	.complete = COMPLETE_FILES,
	.keys = true,
	.run = run,
};
