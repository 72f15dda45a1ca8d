/* dminspect check: a verdict on metadata. */
#include <string.h>

#include "dminspect/dminspect.h"
#include "format/thin/thin.h"
#include "out/out.h"

struct options {
	int format;
	bool snapshot;
};

static const char *const formats[] = {"text", "json", "sarif", "junit", NULL};

static const struct cli_option option_table[] = {
	{0, "format", CLI_CHOICE, "FORMAT", "text, json, sarif or junit", formats, COMPLETE_NONE,
	 offsetof(struct options, format)},
	{'m', "metadata-snap", CLI_FLAG, NULL, "check the metadata snapshot of a thin pool that may be in use", NULL,
	 COMPLETE_NONE, offsetof(struct options, snapshot)},
	{0},
};

static void check(struct metadata *m, const struct options *o)
{
	struct thin_check_options co = {.snapshot = o->snapshot};
	struct thin_superblock sb;

	if (metadata_find_format(m) && !thin_superblock_read(&m->p, 0, &sb))
		thin_check(&m->p, &sb, &co);
}

static int run(struct cli *c, void *options, int argc, char **argv)
{
	const struct options *o = options;
	struct out_options oo = {.tool = "dminspect", .version = cli_version,
				 .files = (const char *const *)argv};
	struct strbuf b = STRBUF_INIT;
	struct metadata m;
	int status;

	(void)argc;
	if (metadata_open(&m, c, argv[0], o->snapshot ? 0 : BLK_EXCLUSIVE))
		check(&m, o);
	status = findings_status(&m.diag, true);
	if (o->format == OUT_TEXT) {
		report_findings(c, &m.diag);
		if (status == EXIT_OK && c->verbose)
			cli_note(c, "no errors");
	} else {
		diag_sort(&m.diag);
		out_findings(&b, &m.diag, (enum out_format)o->format, &oo);
		io_write(c, NULL, &b, 0);
		strbuf_release(&b);
	}
	metadata_close(&m);
	return status;
}

const struct cli_verb verb_inspect_check = {
	.name = "check",
	.args = "DEVICE|FILE",
	.summary = "say what is wrong with metadata",
	.help = "The metadata of a thin pool is known. Every finding has a name; 'dmc explain NAME' tells more.\n",
	.examples = "  dminspect check /dev/mapper/pool_tmeta\n"
		    "  dminspect check --format json metadata.img\n",
	.options = option_table,
	.options_size = sizeof(struct options),
	.min = 1,
	.max = 1,
	.complete = COMPLETE_FILES,
	.run = run,
};
