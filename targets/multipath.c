/*
 * multipath: one disk over several paths. drivers/md/dm-mpath.c; its path selectors are
 * dm-ps-*.c. Rules are in multipath_rules.c, status lines in multipath_status.c.
 */
#include "targets/multipath_line.h"

#include <string.h>
#include <strings.h>

static const struct choice selectors[] = {
	{"round-robin", KF_NONE, "each path in turn"},
	{"queue-length", KF_NONE, "the path with the fewest requests in flight"},
	{"service-time", KF_NONE, "the path that is done first by its throughput"},
	{"historical-service-time", KF_MULTIPATH_HST, "the path that was fastest of late"},
	{"io-affinity", KF_MULTIPATH_IO_AFFINITY, "the path of the CPU that submits"},
	{0},
};

/* What a selector takes per path, and what it prints: repeat, throughput, mask. */
static const struct {
	unsigned most; /* words of a path */
	bool exact;
	const char *prefix;
} selector_args[] = {
	[PS_ROUND_ROBIN] = {1, false, "round-robin ps"},
	[PS_QUEUE_LENGTH] = {1, false, "queue-length ps"},
	[PS_SERVICE_TIME] = {2, false, "service-time ps"},
	[PS_HISTORICAL] = {1, false, "historical-service-time ps"},
	[PS_IO_AFFINITY] = {1, true, "io-affinity ps"},
};

static const struct choice queue_modes[] = {
	{"rq", KF_NONE, "request-based (default)"}, {"mq", KF_NONE, "the same as rq"},
	{"bio", KF_NONE, "bio-based"}, {0},
};

const struct word multipath_path_words[] = {
	[PATH_DEVICE] = {
		.kind = WORD_DEVICE, .flags = WORD_MAIN | WORD_SHARED, WORD_FIELD(struct path, dev),
		.key = "device", .error = "error getting device", .help = "device of the path",
	},
	[PATH_REPEAT] = {
		.kind = WORD_U64, .flags = WORD_OPTIONAL, WORD_FIELD(struct path, repeat), .num = NUM_S32, .dflt = 1,
		.key = "repeat_count", .error = "invalid repeat count",
		.help = "requests before the next path; the kernel makes 1 of it",
	},
	[PATH_THROUGHPUT] = {
		.kind = WORD_U64, .flags = WORD_OPTIONAL, WORD_FIELD(struct path, throughput), .num = NUM_S32,
		.max = 100, .dflt = 1, .key = "relative_throughput",
		.error = "service-time ps: invalid relative_throughput value",
		.help = "service-time: weight of the path; 0 is used last",
	},
	[PATH_CPUS] = {
		.kind = WORD_TEXT, .flags = WORD_OPTIONAL, WORD_FIELD(struct path, cpus), .key = "cpu_mask",
		.error = "io-affinity ps: invalid cpumask", .help = "io-affinity: mask of CPUs, in hex",
	},
	WORD_LAST,
};

const struct word multipath_group_words[] = {
	[SELECTOR] = {
		.kind = WORD_CHOICE, .flags = WORD_OPTIONAL, WORD_FIELD(struct group, selector),
		.choices = selectors, .key = "path_selector", .error = "unknown path selector type",
		.help = "how a path is chosen",
	},
	[SELECTOR_ARGS] = {
		.kind = WORD_LIST, .flags = WORD_ALWAYS | WORD_OPTIONAL, WORD_FIELD(struct group, args), .max = 1024,
		.key = "selector_args", .error = "invalid number of path selector args",
		.help = "historical-service-time: base weight and threshold",
	},
	[PATHS] = {
		.kind = WORD_REPEAT, WORD_FIELD(struct group, paths), .rows = multipath_path_words,
		.item_size = sizeof(struct path), .key = "paths", .error = "invalid number of paths",
		.help = "the paths",
	},
	WORD_LAST,
};

#define UNKNOWN_FEATURE "Unrecognised multipath feature request"

/* The rows up to the groups, which tables can say. */
#define HEAD_ROWS \
	[FEATURES] = { \
		.kind = WORD_GROUP, .flags = WORD_ALWAYS, .max = 8, .error = "invalid number of feature args", \
		.aux_error = UNKNOWN_FEATURE, .once_error = UNKNOWN_FEATURE, .help = "number of feature words", \
	}, \
	[QUEUE_IF_NO_PATH] = { \
		.kind = WORD_FLAG, .flags = WORD_NOCASE, .key = "queue_if_no_path", .word = "queue_if_no_path", \
		.help = "requests wait when no path is left", \
	}, \
	[PG_INIT_RETRIES] = { \
		.kind = WORD_U64, .flags = WORD_NOCASE, WORD_FIELD(struct multipath, retries), .num = NUM_ARG, \
		.min = 1, .max = 50, .key = "pg_init_retries", .word = "pg_init_retries", \
		.error = "pg_init_retries must be between 1 and 50", \
		.help = "how often the hardware handler tries to activate a path", \
	}, \
	[PG_INIT_DELAY] = { \
		.kind = WORD_TIME, .flags = WORD_NOCASE, .unit = 1, WORD_FIELD(struct multipath, delay_ms), \
		.num = NUM_ARG, .max = 60000, .key = "pg_init_delay_msecs", .word = "pg_init_delay_msecs", \
		.error = "pg_init_delay_msecs must be between 0 and 60000", .help = "time between the tries", \
	}, \
	[RETAIN] = { \
		.kind = WORD_FLAG, .flags = WORD_NOCASE, .key = "retain_attached_hw_handler", \
		.word = "retain_attached_hw_handler", .help = "a handler that is attached already is kept", \
	}, \
	[QUEUE_MODE] = { \
		.kind = WORD_CHOICE, .flags = WORD_NOCASE, WORD_FIELD(struct multipath, queue_mode), \
		.choices = queue_modes, .key = "queue_mode", .word = "queue_mode", \
		.error = "Unknown 'queue_mode' requested", .help = "what is passed on: requests or bios", \
	}, \
	[FEATURES_END] = {.kind = WORD_GROUP_END}, \
	[HANDLER] = { \
		.kind = WORD_LIST, .flags = WORD_ALWAYS | WORD_OPTIONAL, WORD_FIELD(struct multipath, handler), \
		.max = 1024, .key = "hardware_handler", .error = "invalid number of hardware handler args", \
		.help = "handler of the array (alua, emc, rdac, hp_sw) and its words", \
	}, \
	[GROUPS_NR] = { \
		.kind = WORD_U64, .flags = WORD_HIDDEN | WORD_OPTIONAL, .num = NUM_ARG, .max = 1024, \
		.offset = offsetof(struct multipath, initial), .error = "invalid number of priority groups", \
		.help = "number of priority groups", \
	}

static const struct word head_words[] = {HEAD_ROWS, WORD_LAST};

const struct word multipath_words[] = {
	HEAD_ROWS,
	[INITIAL] = {
		.kind = WORD_U64, .flags = WORD_OPTIONAL, WORD_FIELD(struct multipath, initial), .num = NUM_ARG,
		.max = 1024, .dflt = 1, .key = "initial_priority_group",
		.error = "invalid initial priority group number", .help = "group that is used first, from 1",
	},
	[GROUPS] = {
		.kind = WORD_REPEAT, WORD_FIELD(struct multipath, groups), .rows = multipath_group_words,
		.item_size = sizeof(struct group), .key = "priority_groups",
		.error = "priority group count mismatch", .help = "groups of paths, the best first",
	},
	WORD_LAST,
};

/* ---- words -> params ---- */

static int take_number(const struct parse_ctx *c, struct words *w, uint64_t min, uint64_t max,
		       const char *text, uint64_t *ret)
{
	const char *word = words_take(w);
	uint64_t v;

	if (!word || !number_read(NUM_ARG, word, false, &v) || v < min || v > max)
		return parse_error(c, w, &F_COUNT, text, "multipath: '%s': %s", word ? word : "", text);
	*ret = v;
	return 0;
}

/* dm_read_arg_group() */
static int take_count(const struct parse_ctx *c, struct words *w, const char *text, uint64_t *ret)
{
	int r = take_number(c, w, 0, 1024, text, ret);

	if (!r && *ret > words_left(w))
		return parse_error(c, w, &F_COUNT, text, "multipath: the count says %llu words, and %zu follow",
				   (unsigned long long)*ret, words_left(w));
	return r;
}

/* The selectors' add_path(). */
static int parse_path_args(const struct parse_ctx *c, struct words *w, unsigned selector, uint64_t nr,
			   struct path *p)
{
	const char *prefix = selector_args[selector].prefix;

	if (nr > selector_args[selector].most || (selector_args[selector].exact && nr != 1)) {
		words_take(w);
		return parse_error(c, w, &F_COUNT,
				   arena_printf(c->arena, selector_args[selector].exact ?
							 "%s: invalid number of arguments" :
							 "%s: incorrect number of arguments", prefix),
				   "multipath: %s takes at most %u words for a path", selectors[selector].word,
				   selector_args[selector].most);
	}
	if (selector == PS_IO_AFFINITY)
		return params_parse_value(c, multipath_path_words, &multipath_path_words[PATH_CPUS], w, p);
	if (nr > 0) {
		const char *word = words_take(w);

		if (!number_read(NUM_S32, word, false, &p->repeat))
			return parse_error(c, w, &F_NUMBER, arena_printf(c->arena, "%s: invalid repeat count", prefix),
					   "multipath: the repeat count is no number: '%s'", word);
		set_given(p, PATH_REPEAT);
	}
	return nr > 1 ? params_parse_value(c, multipath_path_words, &multipath_path_words[PATH_THROUGHPUT], w, p) : 0;
}

static int parse_path(const struct parse_ctx *c, struct words *w, unsigned selector, uint64_t nr_args,
		      struct path *p)
{
	int r;

	params_init(multipath_path_words, p, sizeof(*p));
	if (words_left(w) < 1 + nr_args) {
		words_take(w);
		return parse_error(c, w, &F_WORDS_MISSING, "not enough path parameters",
				   "multipath: a path needs %llu words", 1 + (unsigned long long)nr_args);
	}
	r = params_parse_value(c, multipath_path_words, &multipath_path_words[PATH_DEVICE], w, p);
	return r ? r : parse_path_args(c, w, selector, nr_args, p);
}

/* parse_path_selector() */
static int parse_selector(const struct parse_ctx *c, struct words *w, struct group *g)
{
	uint64_t nr = 0, ignored;
	int r;

	if (words_left(w) < 2) {
		words_take(w);
		return parse_error(c, w, &F_WORDS_MISSING, "not enough priority group arguments",
				   "multipath: the line ends inside a priority group");
	}
	r = params_parse_value(c, multipath_group_words, &multipath_group_words[SELECTOR], w, g);
	if (!r)
		r = take_count(c, w, "invalid number of path selector args", &nr);
	if (r)
		return r;
	g->args.v = arena_array(c->arena, const char *, nr + 1);
	for (size_t i = 0; i < nr; i++) {
		const char *word = words_take(w);

		if (g->selector == PS_HISTORICAL && (i > 1 || !number_read(NUM_S32, word, false, &ignored)))
			return parse_error(c, w, &F_COUNT, "path selector constructor failed",
					   "multipath: historical-service-time takes a weight and a threshold");
		g->args.v[g->args.nr++] = word;
	}
	if (nr)
		set_given(g, SELECTOR_ARGS);
	return 0;
}

/* parse_priority_group() */
static int parse_priority_group(const struct parse_ctx *c, struct words *w, struct group *g)
{
	uint64_t paths = 0, args = 0;
	int r;

	params_init(multipath_group_words, g, sizeof(*g));
	r = parse_selector(c, w, g);
	if (!r)
		r = take_number(c, w, 1, 1024, "invalid number of paths", &paths);
	if (!r)
		r = take_number(c, w, 0, 1024, "invalid number of selector args", &args);
	if (r)
		return r;
	g->paths.v = arena_alloc(c->arena, paths * sizeof(struct path));
	set_given(g, PATHS);
	for (; !r && g->paths.nr < paths; g->paths.nr++)
		r = parse_path(c, w, g->selector, args, repeat_item(&g->paths, &multipath_group_words[PATHS], g->paths.nr));
	return r;
}

/* multipath_ctr(): groups until the words end, and then their number is compared. */
static int parse(const struct parse_ctx *c, struct words *w, void *params)
{
	struct multipath *m = params;
	uint64_t nr, most;
	int r = params_parse(c, head_words, w, m);

	if (r)
		return r;
	nr = m->initial;
	m->given &= ~ROW(GROUPS_NR);
	r = take_number(c, w, 0, 1024, "invalid initial priority group number", &m->initial);
	if (r)
		return r;
	if (!nr != !m->initial)
		return parse_error(c, w, &F_RANGE, "invalid initial priority group",
				   "multipath: the initial group is 0 when there are none, else from 1 on");
	set_given(m, INITIAL);
	set_given(m, GROUPS);
	most = words_left(w) / 3;
	m->groups.v = arena_alloc(c->arena, (most + 1) * sizeof(struct group));
	while (!r && words_left(w)) {
		if (m->groups.nr > most)
			break;
		r = parse_priority_group(c, w, repeat_item(&m->groups, &multipath_words[GROUPS], m->groups.nr));
		m->groups.nr++;
	}
	if (!r && m->groups.nr != nr)
		return parse_error(c, w, &F_COUNT, "priority group count mismatch",
				   "multipath: the line says %llu groups and has %zu", (unsigned long long)nr,
				   m->groups.nr);
	return r;
}

/* ---- params -> words ---- */

/* Words behind each path: as many as any path of the group has. */
static unsigned path_args(const struct group *g)
{
	unsigned nr = selector_args[g->selector].exact;

	for (size_t i = 0; i < g->paths.nr; i++) {
		const struct path *p = repeat_item(&g->paths, &multipath_group_words[PATHS], i);

		if (given(p, PATH_REPEAT) && nr < 1)
			nr = 1;
		if (given(p, PATH_THROUGHPUT) && g->selector == PS_SERVICE_TIME)
			nr = 2;
	}
	return nr;
}

static void emit_path(const struct emit_ctx *c, const struct group *g, const struct path *p, unsigned nr,
		      struct strbuf *out)
{
	emit_device(c, p->dev.dev, out);
	if (g->selector == PS_IO_AFFINITY) {
		emit_word(out, p->cpus ? p->cpus : "0");
		return;
	}
	if (nr > 0)
		emit_number(out, p->repeat);
	if (nr > 1)
		emit_number(out, p->throughput);
}

static void emit_group(const struct emit_ctx *c, const struct group *g, struct strbuf *out)
{
	unsigned nr = path_args(g);

	emit_word(out, selectors[g->selector].word);
	emit_number(out, g->args.nr);
	for (size_t i = 0; i < g->args.nr; i++)
		emit_word(out, g->args.v[i]);
	emit_number(out, g->paths.nr);
	emit_number(out, nr);
	for (size_t i = 0; i < g->paths.nr; i++)
		emit_path(c, g, repeat_item(&g->paths, &multipath_group_words[PATHS], i), nr, out);
}

static void emit(const struct emit_ctx *c, const void *params, struct strbuf *out)
{
	const struct multipath *m = params;

	params_emit_group(c, multipath_words, &multipath_words[FEATURES], m, out);
	params_emit_row(c, multipath_words, &multipath_words[HANDLER], m, out);
	emit_number(out, m->groups.nr);
	emit_number(out, m->groups.nr ? m->initial : 0);
	for (size_t i = 0; i < m->groups.nr; i++)
		emit_group(c, repeat_item(&m->groups, &multipath_words[GROUPS], i), out);
}

/* What each selector's status() prints: repeat counts above 1 were made 1. */
static void normalize_group(const struct emit_ctx *c, struct group *g)
{
	struct path *paths = arena_memdup(c->arena, g->paths.v, g->paths.nr * sizeof(struct path));

	g->paths.v = paths;
	for (size_t i = 0; i < g->paths.nr; i++) {
		struct path *p = &paths[i];

		if (g->selector == PS_HISTORICAL)
			p->repeat = 0;
		else if (!given(p, PATH_REPEAT) || p->repeat > 1)
			p->repeat = 1;
		set_given(p, PATH_REPEAT);
		set_given(p, PATH_THROUGHPUT);
	}
	if (g->selector == PS_HISTORICAL) {
		const char **v = arena_array(c->arena, const char *, 3);

		v[0] = g->args.nr > 0 ? g->args.v[0] : "972";
		v[1] = g->args.nr > 1 ? g->args.v[1] : "0";
		g->args = (struct word_list){v, 2};
	} else {
		g->args.nr = 0;
	}
}

/* multipath_status(STATUSTYPE_TABLE) */
static void normalize(const struct emit_ctx *c, void *params)
{
	struct multipath *m = params;
	bool bio = multipath_bio_based(m);
	bool kept = kernel_has(c->kernel, KF_MULTIPATH_HANDLER_KEPT);

	if (!bio)
		m->given &= ~ROW(QUEUE_MODE);
	if (bio && !kept)
		m->given |= ROW(RETAIN);
	if (kept)
		m->given &= ~ROW(RETAIN);
	if (m->handler.nr)
		m->handler.nr = bio ? 0 : 1;
	if (kept && !multipath_scsi(&m->groups))
		m->handler.nr = 0;
	if (m->initial > m->groups.nr)
		m->initial = 1;
	m->groups.v = arena_memdup(c->arena, m->groups.v, m->groups.nr * sizeof(struct group));
	for (size_t i = 0; i < m->groups.nr; i++)
		normalize_group(c, repeat_item(&m->groups, &multipath_words[GROUPS], i));
}

static void each_path(const struct multipath *m, void (*fn)(void *priv, const struct devref *ref),
		      void *priv)
{
	for (size_t i = 0; i < m->groups.nr; i++) {
		const struct group *g = repeat_item(&m->groups, &multipath_words[GROUPS], i);

		for (size_t k = 0; k < g->paths.nr; k++)
			fn(priv, &((const struct path *)repeat_item(&g->paths, &multipath_group_words[PATHS], k))->dev);
	}
}

struct areas {
	area_fn *fn;
	void *priv;
	uint64_t nr_sectors;
};

static void path_area(void *priv, const struct devref *ref)
{
	const struct areas *a = priv;

	a->fn(a->priv, ref, &multipath_words[GROUPS], 0, a->nr_sectors);
}

/* multipath_iterate_devices() */
static void areas(const struct line_ctx *c, const void *params, area_fn *fn, void *priv)
{
	struct areas a = {fn, priv, c->nr_sectors};

	each_path(params, path_area, &a);
}

static void least_left(void *priv, const struct devref *ref)
{
	uint64_t *least = priv, left = devref_sectors(ref);

	if (left < *least)
		*least = left;
}

static uint64_t natural_len(const void *params)
{
	uint64_t least = UINT64_MAX;

	each_path(params, least_left, &least);
	return least == UINT64_MAX ? 0 : least;
}

static const struct message messages[] = {
	{"queue_if_no_path", "", KF_NONE, "requests wait when no path is left"},
	{"fail_if_no_path", "", KF_NONE, "requests fail when no path is left"},
	{"disable_group", "GROUP", KF_NONE, "uses a group last"},
	{"enable_group", "GROUP", KF_NONE, "uses a group again"},
	{"switch_group", "GROUP", KF_NONE, "changes over to a group"},
	{"fail_path", "DEVICE", KF_NONE, "takes a path as failed"},
	{"reinstate_path", "DEVICE", KF_NONE, "takes a path as good again"},
	{0},
};

const struct target target_multipath = {
	.name = "multipath",
	.summary = "reaches one disk over several paths",
	.description = "When a path fails the next one is used. Usually multipathd loads the table and tests the paths.",
	.flags = TARGET_SINGLETON | TARGET_IMMUTABLE | TARGET_TABLE_BLANK | TARGET_STATUS_BLANK |
		 TARGET_REQUEST_BASED,
	.words = multipath_words,
	.params_size = sizeof(struct multipath),
	.count_error = "not enough path parameters",
	.status = multipath_status,
	.status_size = sizeof(struct multipath_status),
	.parse_status = multipath_parse_status,
	.emit_status = multipath_emit_status,
	.messages = messages,
	.findings = multipath_findings,
	.example = "lun: {target: multipath, queue_if_no_path: true, size: 8MiB, priority_groups: [{path_selector: "
		   "service-time, paths: [disk, disk2]}]}\n",
	.parse = parse,
	.emit = emit,
	.normalize = normalize,
	.check = multipath_check,
	.areas = areas,
	.natural_len = natural_len,
};
