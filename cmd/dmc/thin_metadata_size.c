/* dmc thin_metadata_size: the tool of that name. */
#include <string.h>

#include "common/metadata.h"
#include "dmc/dmc.h"
#include "dmc/thin_units.h"
#include "format/thin/thin.h"

#define MIN_BLOCK 65536u
#define MAX_BLOCK ((uint64_t)1 << 30)

struct options {
	const char *block_size, *pool_size, *max_thins, *unit, *numeric;
};

static const char *const numeric_words[] = {"short", "long", NULL};

static const struct cli_option option_table[] = {
	{'b', "block-size", CLI_TEXT, "SIZE", "size of data blocks: 64k to 1g", NULL, COMPLETE_NONE,
	 offsetof(struct options, block_size)},
	{'m', "max-thins", CLI_TEXT, "NUMBER", "the most devices and snapshots there will be", NULL, COMPLETE_NONE,
	 offsetof(struct options, max_thins)},
	{'n', "numeric-only", CLI_OPTIONAL, "short|long", "print the number alone, or with a unit behind it", numeric_words,
	 COMPLETE_NONE, offsetof(struct options, numeric)},
	{'s', "pool-size", CLI_TEXT, "SIZE", "size of the data device", NULL, COMPLETE_NONE,
	 offsetof(struct options, pool_size)},
	{'u', "unit", CLI_TEXT, "UNIT", "unit of the result: b, s (sectors, the default), k, m, g, K, M, G …", NULL,
	 COMPLETE_NONE, offsetof(struct options, unit)},
	{0},
};

static void print(struct cli *c, const struct options *o, uint64_t bytes, const struct thin_unit *u)
{
	struct strbuf b = STRBUF_INIT;

	thin_unit_add(&b, bytes, u);
	if (!o->numeric)
		strbuf_addf(&b, " %ss", u->name);
	else if (!strcmp(o->numeric, "short"))
		strbuf_adds(&b, u->letter);
	else if (!strcmp(o->numeric, "long"))
		strbuf_addf(&b, "%ss", u->name);
	strbuf_addch(&b, '\n');
	io_write(c, NULL, &b, 0);
	strbuf_release(&b);
}

static int run(struct cli *c, void *options, int argc, char **argv)
{
	const struct options *o = options;
	const struct thin_unit *unit = thin_unit_find(o->unit ? o->unit : "s");
	uint64_t block, pool, thins;

	(void)argc;
	(void)argv;
	if (!o->block_size || !o->pool_size || !o->max_thins)
		return cli_usage(c, "--block-size, --pool-size and --max-thins are all needed");
	if (!thin_unit_parse_size(o->block_size, &block))
		return cli_usage(c, "--block-size: '%s' is no size; 64k is one", o->block_size);
	if (!thin_unit_parse_size(o->pool_size, &pool))
		return cli_usage(c, "--pool-size: '%s' is no size; 10g is one", o->pool_size);
	if (!parse_u64(o->max_thins, &thins))
		return cli_usage(c, "--max-thins: '%s' is no number", o->max_thins);
	if (!unit)
		return cli_usage(c, "--unit: there is no unit '%s'", o->unit);
	if (o->numeric && *o->numeric && strcmp(o->numeric, "short") && strcmp(o->numeric, "long"))
		return cli_usage(c, "--numeric-only is short or long, or without either");
	if (!block || block % MIN_BLOCK)
		cli_error(c, "block size must be a multiple of 64 KiB");
	else if (block > MAX_BLOCK)
		cli_error(c, "maximum block size is 1 GiB");
	else if (pool < block)
		cli_error(c, "pool size must be larger than block size");
	else {
		print(c, o, thin_metadata_size(pool / block, thins), unit);
		return EXIT_OK;
	}
	return EXIT_TOOL_FAILURE;
}

const struct cli_verb verb_thin_metadata_size = {
	.name = "thin_metadata_size",
	.args = "",
	.summary = "estimate the size of a thin pool's metadata",
	.help = "Sizes take the letters b, s, k, m, g, t, p; without one they are sectors.\n",
	.examples = "  thin_metadata_size -b 64k -s 1t -m 1000 -u m\n",
	.options = option_table,
	.options_size = sizeof(struct options),
	.tool = true,
	.run = run,
};
