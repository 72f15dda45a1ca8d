/* dmc thin_dump: the tool of that name. */
#include "common/metadata.h"
#include "dmc/dmc.h"
#include "format/thin/event.h"

struct options {
	int format;
	struct cli_list devices;
	const char *output, *snapshot;
	bool skip_mappings;
};

static const char *const formats[] = {"xml", "human_readable", NULL};

static const struct cli_option option_table[] = {
	{0, "dev-id", CLI_LIST, "ID", "dump this device alone; may be repeated", NULL, COMPLETE_NONE,
	 offsetof(struct options, devices)},
	{'f', "format", CLI_CHOICE, "TYPE", "xml or human_readable", formats, COMPLETE_NONE,
	 offsetof(struct options, format)},
	{'m', "metadata-snap", CLI_OPTIONAL, "BLOCKNR", "dump the metadata snapshot of a pool that may be in use", NULL,
	 COMPLETE_NONE, offsetof(struct options, snapshot)},
	{'o', "output", CLI_TEXT, "FILE", "write to FILE instead of standard output", NULL, COMPLETE_FILES,
	 offsetof(struct options, output)},
	{0, "skip-mappings", CLI_FLAG, NULL, "dump devices without their mappings", NULL, COMPLETE_NONE,
	 offsetof(struct options, skip_mappings)},
	{0},
};

static bool parse_devices(struct cli *c, const struct options *o, struct thin_dump_options *ret)
{
	uint64_t *ids = arena_array(&c->arena, uint64_t, o->devices.nr + 1);

	for (size_t i = 0; i < o->devices.nr; i++)
		if (!parse_u64(o->devices.v[i], &ids[i]))
			return false;
	ret->devices = o->devices.nr ? ids : NULL;
	ret->nr_devices = o->devices.nr;
	return true;
}

static int run(struct cli *c, void *options, int argc, char **argv)
{
	const struct options *o = options;
	struct thin_dump_options to = {.skip_mappings = o->skip_mappings};
	uint64_t snapshot_block = 0;
	struct metadata m;
	int r;

	(void)argc;
	if (!parse_devices(c, o, &to))
		return cli_usage(c, "--dev-id wants a number");
	if (o->snapshot && *o->snapshot && !parse_u64(o->snapshot, &snapshot_block))
		return cli_usage(c, "--metadata-snap wants the number of a block");
	r = !metadata_open(&m, c, argv[0], o->snapshot ? 0 : BLK_EXCLUSIVE);
	if (!r)
		r = metadata_dump_thin(&m, c, o->snapshot, snapshot_block, &to,
				       o->format ? &thin_write_text : &thin_write_xml, o->output);
	if (!c->quiet)
		report_findings(c, &m.diag);
	metadata_close(&m);
	return r ? EXIT_TOOL_FAILURE : EXIT_OK;
}

const struct cli_verb verb_thin_dump = {
	.name = "thin_dump",
	.args = "DEVICE|FILE",
	.summary = "dump the metadata of a thin pool as XML",
	.help = "Exit status: 0 good, 64 damaged or not readable, 2 usage.\n",
	.examples = "  thin_dump /dev/mapper/pool_tmeta > pool.xml\n"
		    "  thin_dump -m -o pool.xml /dev/mapper/pool_tmeta\n",
	.options = option_table,
	.options_size = sizeof(struct options),
	.min = 1,
	.max = 1,
	.complete = COMPLETE_FILES,
	.tool = true,
	.run = run,
};
