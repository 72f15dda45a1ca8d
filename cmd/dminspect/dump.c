/* dminspect dump: metadata as XML, JSON or text. */
#include "dminspect/dminspect.h"
#include "format/thin/event.h"

struct options {
	int format;
	const char *output;
	bool skip_mappings, snapshot;
};

static const char *const formats[] = {"xml", "json", "text", NULL};
static const struct thin_visitor *const writers[] = {&thin_write_xml, &thin_write_json, &thin_write_text};

static const struct cli_option option_table[] = {
	{0, "format", CLI_CHOICE, "FORMAT", "xml, json or text", formats, COMPLETE_NONE, offsetof(struct options, format)},
	{'m', "metadata-snap", CLI_FLAG, NULL, "dump the metadata snapshot of a thin pool that may be in use", NULL,
	 COMPLETE_NONE, offsetof(struct options, snapshot)},
	{'o', "output", CLI_TEXT, "FILE", "write to FILE instead of standard output", NULL, COMPLETE_FILES,
	 offsetof(struct options, output)},
	{0, "skip-mappings", CLI_FLAG, NULL, "dump devices without their mappings", NULL, COMPLETE_NONE,
	 offsetof(struct options, skip_mappings)},
	{0},
};

static int run(struct cli *c, void *options, int argc, char **argv)
{
	const struct options *o = options;
	struct thin_dump_options to = {.skip_mappings = o->skip_mappings};
	struct metadata m;
	int status, r = 0;

	(void)argc;
	if (metadata_open(&m, c, argv[0], o->snapshot ? 0 : BLK_EXCLUSIVE) && metadata_find_format(&m))
		r = metadata_dump_thin(&m, c, o->snapshot, 0, &to, writers[o->format], o->output);
	report_findings(c, &m.diag);
	status = findings_status(&m.diag, false);
	metadata_close(&m);
	return r && status == EXIT_OK ? EXIT_FINDINGS : status;
}

const struct cli_verb verb_inspect_dump = {
	.name = "dump",
	.args = "DEVICE|FILE",
	.summary = "print metadata as XML, JSON or text",
	.help = "XML is that of thin_dump. What is damaged ends the output; 'dminspect check' says more.\n",
	.examples = "  dminspect dump --format json metadata.img\n",
	.options = option_table,
	.options_size = sizeof(struct options),
	.min = 1,
	.max = 1,
	.complete = COMPLETE_FILES,
	.run = run,
};
