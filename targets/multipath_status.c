/* multipath_status(STATUSTYPE_INFO) of drivers/md/dm-mpath.c. */
#include "targets/multipath.h"

enum { QUEUE_IO, PG_INIT_COUNT, HANDLER, GROUP, GROUPS };
enum { STATE, SELECTOR, PATHS };
enum { DEVICE, PATH_STATE, FAILS, ARGS };

struct path_status {
	uint64_t given;
	const char *device;
	unsigned state;
	uint64_t fails;
	struct word_list args;
};

struct group_status {
	uint64_t given;
	unsigned state;
	struct word_list selector;
	struct repeat paths;
};

static const struct choice path_states[] = {{"A", KF_NONE, "active"}, {"F", KF_NONE, "failed"}, {0}};
static const struct choice group_states[] = {
	{"D", KF_NONE, "disabled"}, {"A", KF_NONE, "active"}, {"E", KF_NONE, "enabled"}, {0},
};

static const struct word path_rows[] = {
	[DEVICE] = {.kind = WORD_TEXT, .flags = WORD_BRIEF, WORD_FIELD(struct path_status, device), .key = "device",
		    .help = "MAJOR:MINOR"},
	[PATH_STATE] = {.kind = WORD_CHOICE, .flags = WORD_BRIEF, WORD_FIELD(struct path_status, state), .choices = path_states,
			.key = "state", .help = "whether the path works"},
	[FAILS] = {.kind = WORD_U64, .flags = WORD_BRIEF, WORD_FIELD(struct path_status, fails), .key = "fail_count",
		   .help = "how often it failed"},
	[ARGS] = {.kind = WORD_LIST, WORD_FIELD(struct path_status, args), .key = "selector",
		  .help = "what the selector counts: requests or bytes in flight, throughput"},
	WORD_LAST,
};

static const struct word group_rows[] = {
	[STATE] = {.kind = WORD_CHOICE, .flags = WORD_BRIEF, WORD_FIELD(struct group_status, state), .choices = group_states,
		   .key = "state", .help = "whether the group is in use"},
	[SELECTOR] = {.kind = WORD_LIST, .flags = WORD_ALWAYS, WORD_FIELD(struct group_status, selector),
		      .key = "selector", .help = "what the selector says of the group"},
	[PATHS] = {.kind = WORD_REPEAT, .flags = WORD_BRIEF, WORD_FIELD(struct group_status, paths), .rows = path_rows,
		   .item_size = sizeof(struct path_status), .key = "paths", .help = "the paths"},
	WORD_LAST,
};

const struct word multipath_status[] = {
	[QUEUE_IO] = {.kind = WORD_U64, WORD_FIELD(struct multipath_status, queue_io), .key = "queue_io",
		      .help = "1: requests wait for a path to be chosen"},
	[PG_INIT_COUNT] = {.kind = WORD_U64, WORD_FIELD(struct multipath_status, pg_init_count),
			   .key = "pg_init_count", .help = "tries of the hardware handler"},
	[HANDLER] = {.kind = WORD_LIST, .flags = WORD_ALWAYS, WORD_FIELD(struct multipath_status, handler),
		     .key = "handler", .help = "what the hardware handler says; nothing so far"},
	[GROUP] = {.kind = WORD_U64, .flags = WORD_BRIEF, WORD_FIELD(struct multipath_status, group), .key = "group",
		   .help = "the group in use, or the next"},
	[GROUPS] = {.kind = WORD_REPEAT, .flags = WORD_BRIEF, WORD_FIELD(struct multipath_status, groups), .rows = group_rows,
		    .item_size = sizeof(struct group_status), .key = "priority_groups", .help = "the groups"},
	WORD_LAST,
};

static int take(const struct parse_ctx *c, struct words *w, uint64_t *ret)
{
	const char *word = words_take(w);

	if (word && number_read(NUM_S32, word, false, ret))
		return 0;
	return parse_error(c, w, &F_NUMBER, NULL, "multipath: expected a number in the status");
}

static int parse_path(const struct parse_ctx *c, struct words *w, uint64_t nr_args, struct path_status *p)
{
	int r = params_parse_value(c, path_rows, &path_rows[DEVICE], w, p);

	if (!r)
		r = params_parse_value(c, path_rows, &path_rows[PATH_STATE], w, p);
	if (!r)
		r = params_parse_value(c, path_rows, &path_rows[FAILS], w, p);
	if (r)
		return r;
	if (nr_args > words_left(w))
		return parse_error(c, w, &F_WORDS_MISSING, NULL, "multipath: the status ends inside a path");
	p->args.v = arena_array(c->arena, const char *, nr_args + 1);
	while (p->args.nr < nr_args)
		p->args.v[p->args.nr++] = words_take(w);
	set_given(p, ARGS);
	return 0;
}

static int parse_group(const struct parse_ctx *c, struct words *w, struct group_status *g)
{
	struct word list[] = {group_rows[SELECTOR], WORD_LAST};
	uint64_t nr = 0, args = 0;
	int r = params_parse_value(c, group_rows, &group_rows[STATE], w, g);

	if (!r)
		r = params_parse(c, list, w, g);
	set_given(g, SELECTOR);
	if (!r)
		r = take(c, w, &nr);
	if (!r)
		r = take(c, w, &args);
	if (!r && nr > words_left(w))
		r = parse_error(c, w, &F_COUNT, NULL, "multipath: the status says more paths than follow");
	if (r)
		return r;
	g->paths.v = arena_alloc(c->arena, nr * sizeof(struct path_status) + 1);
	set_given(g, PATHS);
	for (; !r && g->paths.nr < nr; g->paths.nr++)
		r = parse_path(c, w, args, repeat_item(&g->paths, &group_rows[PATHS], g->paths.nr));
	return r;
}

int multipath_parse_status(const struct parse_ctx *c, struct words *w, void *status)
{
	struct multipath_status *s = status;
	struct word list[] = {multipath_status[HANDLER], WORD_LAST};
	uint64_t two = 0, nr = 0;
	int r;

	params_init(multipath_status, s, sizeof(*s));
	r = take(c, w, &two);
	if (!r)
		r = params_parse_value(c, multipath_status, &multipath_status[QUEUE_IO], w, s);
	if (!r)
		r = params_parse_value(c, multipath_status, &multipath_status[PG_INIT_COUNT], w, s);
	if (!r)
		r = params_parse(c, list, w, s);
	if (!r)
		r = take(c, w, &nr);
	if (!r)
		r = params_parse_value(c, multipath_status, &multipath_status[GROUP], w, s);
	if (!r && nr > words_left(w))
		r = parse_error(c, w, &F_COUNT, NULL, "multipath: the status says more groups than follow");
	if (r)
		return r;
	s->given = ROW(QUEUE_IO) | ROW(PG_INIT_COUNT) | ROW(HANDLER) | ROW(GROUP) | ROW(GROUPS);
	s->groups.v = arena_alloc(c->arena, nr * sizeof(struct group_status) + 1);
	for (; !r && s->groups.nr < nr; s->groups.nr++)
		r = parse_group(c, w, repeat_item(&s->groups, &multipath_status[GROUPS], s->groups.nr));
	return r;
}

static void emit_group(const struct emit_ctx *c, const struct group_status *g, struct strbuf *out)
{
	const struct path_status *first = g->paths.v;

	params_emit_row(c, group_rows, &group_rows[STATE], g, out);
	params_emit_row(c, group_rows, &group_rows[SELECTOR], g, out);
	emit_number(out, g->paths.nr);
	emit_number(out, g->paths.nr ? first->args.nr : 0);
	for (size_t i = 0; i < g->paths.nr; i++) {
		const struct path_status *p = repeat_item(&g->paths, &group_rows[PATHS], i);

		emit_word(out, p->device);
		emit_word(out, path_states[p->state].word);
		emit_number(out, p->fails);
		for (size_t k = 0; k < p->args.nr; k++)
			emit_word(out, p->args.v[k]);
	}
}

void multipath_emit_status(const struct emit_ctx *c, const void *status, struct strbuf *out)
{
	const struct multipath_status *s = status;

	emit_number(out, 2);
	emit_number(out, s->queue_io);
	emit_number(out, s->pg_init_count);
	params_emit_row(c, multipath_status, &multipath_status[HANDLER], s, out);
	emit_number(out, s->groups.nr);
	emit_number(out, s->group);
	for (size_t i = 0; i < s->groups.nr; i++)
		emit_group(c, repeat_item(&s->groups, &multipath_status[GROUPS], i), out);
}
