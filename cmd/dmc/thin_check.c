/* dmc thin_check: the tool of that name. */
#include <inttypes.h>
#include <stdio.h>

#include "common/metadata.h"
#include "dmc/dmc.h"
#include "format/thin/thin.h"

struct options {
	bool clear_needs_check, ignore_non_fatal, metadata_snapshot, skip_mappings, superblock_only;
	const char *mapping_root, *details_root;
};

static const struct cli_option option_table[] = {
	{0, "clear-needs-check-flag", CLI_FLAG, NULL, "clear the flag needs_check where nothing is wrong", NULL,
	 COMPLETE_NONE, offsetof(struct options, clear_needs_check)},
	{0, "ignore-non-fatal-errors", CLI_FLAG, NULL, "fail only where a fatal error is found", NULL,
	 COMPLETE_NONE, offsetof(struct options, ignore_non_fatal)},
	{'m', "metadata-snap", CLI_FLAG, NULL, "check the metadata snapshot of a pool that may be in use", NULL,
	 COMPLETE_NONE, offsetof(struct options, metadata_snapshot)},
	{0, "override-details-root", CLI_TEXT, "BLOCKNR", "root of the device details, instead of the superblock's",
	 NULL, COMPLETE_NONE, offsetof(struct options, details_root)},
	{0, "override-mapping-root", CLI_TEXT, "BLOCKNR", "root of the device tree, instead of the superblock's", NULL,
	 COMPLETE_NONE, offsetof(struct options, mapping_root)},
	{0, "skip-mappings", CLI_FLAG, NULL, "do not look at the mappings", NULL, COMPLETE_NONE,
	 offsetof(struct options, skip_mappings)},
	{0, "super-block-only", CLI_FLAG, NULL, "look at the superblock alone", NULL, COMPLETE_NONE,
	 offsetof(struct options, superblock_only)},
	{0},
};

static void check(struct metadata *m, const struct cli *c, const struct thin_check_options *co)
{
	struct thin_superblock sb;

	if (thin_superblock_read(&m->p, 0, &sb))
		return;
	if (!c->quiet)
		printf("TRANSACTION_ID=%" PRIu64 "\nMETADATA_FREE_BLOCKS=%" PRIu64 "\n", sb.trans_id,
		       le64(sb.metadata_space_map.nr_blocks) - le64(sb.metadata_space_map.nr_allocated));
	thin_check(&m->p, &sb, co);
}

/* Leaks count, too: the kernel set the flag since a count may be wrong, and they are not repaired here. */
static void clear_flag(struct metadata *m, const struct cli *c)
{
	struct thin_superblock sb;

	if (diag_errors(&m->diag) || thin_superblock_read(&m->p, 0, &sb) || !(sb.flags & THIN_NEEDS_CHECK))
		return;
	if (m->diag.nr[SEV_WARNING])
		cli_note(c, "needs_check is not cleared, since there are warnings");
	else if (!thin_superblock_clear_needs_check(&m->p))
		cli_note(c, "cleared needs_check");
}

static unsigned open_flags(const struct options *o)
{
	if (o->metadata_snapshot)
		return 0;
	return BLK_EXCLUSIVE | (o->clear_needs_check ? BLK_WRITE : 0);
}

static int run(struct cli *c, void *options, int argc, char **argv)
{
	const struct options *o = options;
	struct thin_check_options co = {
		.superblock_only = o->superblock_only,
		.skip_mappings = o->skip_mappings,
		.snapshot = o->metadata_snapshot,
	};
	struct metadata m;
	bool bad;

	(void)argc;
	if ((o->mapping_root && !parse_u64(o->mapping_root, &co.mapping_root)) ||
	    (o->details_root && !parse_u64(o->details_root, &co.details_root)))
		return cli_usage(c, "a root is the number of a block");
	/* A flag that says "check me" is not cleared by a look at less than all. */
	if (o->clear_needs_check && (o->metadata_snapshot || o->mapping_root || o->details_root ||
				     o->superblock_only || o->skip_mappings))
		return cli_usage(c, "--clear-needs-check-flag wants a whole check of the pool's own trees");
	if (metadata_open(&m, c, argv[0], open_flags(o))) {
		check(&m, c, &co);
		if (o->clear_needs_check)
			clear_flag(&m, c);
	}
	bad = diag_errors(&m.diag) || (!o->ignore_non_fatal && m.diag.nr[SEV_WARNING]);
	if (!c->quiet)
		report_findings(c, &m.diag);
	metadata_close(&m);
	return bad ? EXIT_TOOL_FAILURE : EXIT_OK;
}

const struct cli_verb verb_thin_check = {
	.name = "thin_check",
	.args = "DEVICE|FILE",
	.summary = "check the metadata of a thin pool",
	.help = "Exit status: 0 good, 64 damaged or not readable, 2 usage.\n",
	.examples = "  thin_check /dev/mapper/pool_tmeta\n",
	.options = option_table,
	.options_size = sizeof(struct options),
	.min = 1,
	.max = 1,
	.complete = COMPLETE_FILES,
	.tool = true,
	.run = run,
};
