/* dmc thin_ls: the tool of that name. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/metadata.h"
#include "dmc/dmc.h"
#include "dmc/thin_units.h"
#include "format/thin/thin.h"

struct options {
	const char *fields;
	bool no_headers, snapshot;
};

static const struct cli_option option_table[] = {
	{'o', "format", CLI_TEXT, "FIELDS", "the columns, with commas between: see above", NULL, COMPLETE_NONE,
	 offsetof(struct options, fields)},
	{'m', "metadata-snap", CLI_FLAG, NULL, "list the metadata snapshot of a pool that may be in use", NULL,
	 COMPLETE_NONE, offsetof(struct options, snapshot)},
	{0, "no-headers", CLI_FLAG, NULL, "leave the line of headers out", NULL, COMPLETE_NONE,
	 offsetof(struct options, no_headers)},
	{0},
};

/* ---- columns ---- */

enum what { DEV, TRANSACTION, CREATE_TIME, SNAP_TIME, COUNTED, MAPPED = COUNTED, EXCLUSIVE, SHARED, HIGHEST };
enum how { PLAIN, BLOCKS, SECTORS, BYTES, ROUNDED };

struct column {
	const char *name;
	enum what what;
	enum how how;
};

#define SIZES(name, what)                                                                          \
	{name "_BLOCKS", what, BLOCKS}, {name "_SECTORS", what, SECTORS}, {name "_BYTES", what, BYTES},  \
		{name, what, ROUNDED}

static const struct column columns[] = {
	{"DEV", DEV, PLAIN},
	{"TRANSACTION", TRANSACTION, PLAIN},
	{"CREATE_TIME", CREATE_TIME, PLAIN},
	{"SNAP_TIME", SNAP_TIME, PLAIN},
	SIZES("MAPPED", MAPPED),
	SIZES("EXCLUSIVE", EXCLUSIVE),
	SIZES("SHARED", SHARED),
	{"HIGHEST_BLOCK", HIGHEST, BLOCKS},
	{"HIGHEST_SECTOR", HIGHEST, SECTORS},
	{"HIGHEST_BYTE", HIGHEST, BYTES},
	{"HIGHEST_MAPPED", HIGHEST, ROUNDED},
};

#define DEFAULT_COLUMNS "DEV,MAPPED,CREATE_TIME,SNAP_TIME"

struct thin_table {
	VEC(const struct column *) columns;
	VEC(char *) cells; /* in the arena, line by line */
};

static const struct column *find_column(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		if (strlen(columns[i].name) == len && !memcmp(columns[i].name, name, len))
			return &columns[i];
	return NULL;
}

/* NULL, or the word that is no column. */
static const char *choose_columns(struct cli *c, struct thin_table *t, const char *list)
{
	for (;;) {
		size_t len = strcspn(list, ",");
		const struct column *column = find_column(list, len);

		if (!column)
			return arena_strndup(&c->arena, list, len);
		vec_push(&t->columns, column);
		if (!list[len])
			return NULL;
		list += len + 1;
	}
}

static bool wants_counting(const struct thin_table *t)
{
	for (size_t i = 0; i < t->columns.nr; i++)
		if (t->columns.v[i]->what >= COUNTED)
			return true;
	return false;
}

/* ---- cells ---- */

static uint64_t number(enum what what, const struct thin_device *d, const struct thin_usage *u)
{
	switch (what) {
	case DEV:
		return d->id;
	case TRANSACTION:
		return d->transaction_id;
	case CREATE_TIME:
		return d->creation_time;
	case SNAP_TIME:
		return d->snapshotted_time;
	case MAPPED:
		return u->mapped;
	case EXCLUSIVE:
		return u->mapped - u->shared;
	case SHARED:
		return u->shared;
	case HIGHEST:
		return u->highest;
	}
	return 0;
}

/* The highest sector and byte are the last ones of the highest block. */
static char *cell(struct cli *c, const struct column *col, uint64_t n, uint64_t block_sectors)
{
	struct strbuf b = STRBUF_INIT;
	uint64_t last = col->what == HIGHEST && col->how != BLOCKS, size = (n + last) * block_sectors;
	char *s;

	if (col->how == SECTORS)
		n = size - last;
	else if (col->how != PLAIN && col->how != BLOCKS)
		n = size * 512 - last;
	if (col->how == ROUNDED)
		thin_unit_round(&b, n);
	else
		strbuf_addu64(&b, n);
	s = arena_strdup(&c->arena, strbuf_str(&b));
	strbuf_release(&b);
	return s;
}

static void add_headers(struct cli *c, struct thin_table *t)
{
	for (size_t i = 0; i < t->columns.nr; i++)
		vec_push(&t->cells, arena_strdup(&c->arena, t->columns.v[i]->name));
}

static void add_device(struct cli *c, struct thin_table *t, const struct thin_device *d, const struct thin_usage *u,
		       uint32_t block_sectors)
{
	for (size_t i = 0; i < t->columns.nr; i++)
		vec_push(&t->cells, cell(c, t->columns.v[i], number(t->columns.v[i]->what, d, u), block_sectors));
}

/* Right-aligned, a blank behind each cell. */
static void print_table(struct cli *c, const struct thin_table *t)
{
	struct strbuf b = STRBUF_INIT;
	size_t nr = t->columns.nr;

	for (size_t i = 0; i < t->cells.nr; i++) {
		size_t width = 0, len = strlen(t->cells.v[i]);

		for (size_t k = i % nr; k < t->cells.nr; k += nr)
			if (strlen(t->cells.v[k]) > width)
				width = strlen(t->cells.v[k]);
		strbuf_addn(&b, ' ', width - len);
		strbuf_addf(&b, "%s %s", t->cells.v[i], i % nr + 1 == nr ? "\n" : "");
	}
	io_write(c, NULL, &b, 0);
	strbuf_release(&b);
}

static int list(struct cli *c, struct metadata *m, const struct options *o, struct thin_table *t)
{
	static const struct thin_usage nothing;
	struct thin_superblock pool = {0}, sb = {0};
	struct thin_devices devices = {0};
	struct thin_usage *usage = NULL;
	int r = thin_superblock_read(&m->p, 0, &pool);

	if (!r)
		r = thin_superblock_choose(&m->p, o->snapshot, 0, &sb);
	if (!r)
		r = thin_devices_read(&m->p, &sb, &devices);
	if (!r && wants_counting(t))
		r = thin_usage_count(&m->p, &pool, &devices, &usage);
	if (!r && !o->no_headers)
		add_headers(c, t);
	for (size_t i = 0; i < devices.list.nr && !r; i++)
		add_device(c, t, &devices.list.v[i], usage ? &usage[i] : &nothing, sb.data_block_size);
	if (!r)
		print_table(c, t);
	free(usage);
	thin_devices_release(&devices);
	return r;
}

static int run(struct cli *c, void *options, int argc, char **argv)
{
	const struct options *o = options;
	struct thin_table t = {0};
	struct metadata m;
	const char *bad = choose_columns(c, &t, o->fields ? o->fields : DEFAULT_COLUMNS);
	int r;

	(void)argc;
	if (bad) {
		vec_release(&t.columns);
		return cli_usage(c, "--format: there is no field '%s'", bad);
	}
	r = !metadata_open(&m, c, argv[0], o->snapshot ? 0 : BLK_EXCLUSIVE);
	if (!r)
		r = list(c, &m, o, &t);
	if (!c->quiet)
		report_findings(c, &m.diag);
	metadata_close(&m);
	vec_release(&t.columns);
	vec_release(&t.cells);
	return r ? EXIT_TOOL_FAILURE : EXIT_OK;
}

const struct cli_verb verb_thin_ls = {
	.name = "thin_ls",
	.args = "DEVICE|FILE",
	.summary = "list the devices of a thin pool and what they use",
	.help = "Fields: DEV, TRANSACTION, CREATE_TIME, SNAP_TIME; MAPPED, EXCLUSIVE and SHARED, each also with\n"
		"_BLOCKS, _SECTORS or _BYTES behind it; HIGHEST_MAPPED, HIGHEST_BLOCK, HIGHEST_SECTOR,\n"
		"HIGHEST_BYTE. Without --format: " DEFAULT_COLUMNS ".\n",
	.examples = "  thin_ls -o DEV,MAPPED,EXCLUSIVE /dev/mapper/pool_tmeta\n",
	.options = option_table,
	.options_size = sizeof(struct options),
	.min = 1,
	.max = 1,
	.complete = COMPLETE_FILES,
	.tool = true,
	.run = run,
};
