/* dminspect block and get: fields of metadata blocks. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "dminspect/dminspect.h"

struct options {
	int format;
};

static const char *const formats[] = {"text", "json", NULL};

static const struct cli_option option_table[] = {
	{0, "format", CLI_CHOICE, "FORMAT", "text or json", formats, COMPLETE_NONE, offsetof(struct options, format)},
	{0},
};

/* What a block is by its checksum; NULL: none that is known. */
static const struct pdata_kind *block_kind(const uint8_t *block)
{
	static const struct pdata_kind *const kinds[] = {&pdata_node, &pdata_bitmap, &pdata_index, &pdata_array};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (get_le32(block) == pdata_checksum(kinds[i], block))
			return kinds[i];
	for (const struct metadata_format *f = metadata_formats; f->name; f++)
		if (get_le32(block) == pdata_checksum(f->superblock, block))
			return f->superblock;
	return NULL;
}

static bool read_block(struct cli *c, struct metadata *m, uint64_t nr, uint8_t *block)
{
	int r = nr < m->p.nr_blocks ? blk_read(&m->blk, nr * PDATA_BLOCK_SIZE, block, PDATA_BLOCK_SIZE) : 0;

	if (nr >= m->p.nr_blocks)
		cli_error(c, "%s has %" PRIu64 " blocks: there is no block %" PRIu64, m->blk.name, m->p.nr_blocks, nr);
	else if (r)
		cli_error(c, "block %" PRIu64 " cannot be read: %s", nr, strerror(-r));
	return nr < m->p.nr_blocks && !r;
}

/* Offsets, 16 bytes in hexadecimal and as text; lines of zeroes alone are left out. */
static void hexdump(struct strbuf *b, const uint8_t *p)
{
	static const uint8_t zeroes[16];

	for (uint32_t at = 0; at < PDATA_BLOCK_SIZE; at += 16) {
		if (!memcmp(p + at, zeroes, 16))
			continue;
		strbuf_addf(b, "%03" PRIx32 " ", at);
		for (int i = 0; i < 16; i++)
			strbuf_addf(b, "%s%02x", i % 8 ? " " : "  ", p[at + i]);
		strbuf_adds(b, "  |");
		for (int i = 0; i < 16; i++)
			strbuf_addch(b, p[at + i] >= ' ' && p[at + i] < 0x7f ? (char)p[at + i] : '.');
		strbuf_adds(b, "|\n");
	}
}

static void print_block(struct strbuf *b, const struct options *o, const uint8_t *block, uint64_t nr)
{
	const struct pdata_kind *k = block_kind(block);

	if (o->format == FIELD_JSON) {
		strbuf_addf(b, "{\"format_version\": 1, \"block\": %" PRIu64 ", \"kind\": ", nr);
		strbuf_addf(b, k ? "\"%s\"" : "null", k ? k->name : "");
		strbuf_adds(b, ", \"fields\": ");
		if (k)
			field_print(b, k->fields, block, PDATA_BLOCK_SIZE, FIELD_JSON, 0);
		else
			strbuf_adds(b, "null");
		strbuf_adds(b, "}\n");
		return;
	}
	strbuf_addf(b, "block %" PRIu64 ": %s\n", nr, k ? k->name : "no kind of metadata has this checksum");
	if (k)
		field_print(b, k->fields, block, PDATA_BLOCK_SIZE, FIELD_TEXT, 2);
	hexdump(b, block);
}

static int run_block(struct cli *c, void *options, int argc, char **argv)
{
	uint8_t *block = blk_buffer(PDATA_BLOCK_SIZE);
	struct strbuf b = STRBUF_INIT;
	struct metadata m;
	uint64_t nr = 0;
	int status = EXIT_FINDINGS;

	(void)argc;
	if (!parse_u64(argv[1], &nr)) {
		free(block);
		return cli_usage(c, "'%s' is no number of a block", argv[1]);
	}
	if (!metadata_open(&m, c, argv[0], 0)) {
		report_findings(c, &m.diag);
		status = findings_status(&m.diag, true);
	} else if (read_block(c, &m, nr, block)) {
		print_block(&b, options, block, nr);
		status = io_write(c, NULL, &b, 0) ? EXIT_FINDINGS : EXIT_OK;
	}
	strbuf_release(&b);
	metadata_close(&m);
	free(block);
	return status;
}

/* "superblock.x" is block 0; "blocks[7].x" any. The rest of the path, or NULL. */
static const char *find_block(const char *path, uint64_t *ret_nr)
{
	char digits[24] = "";
	size_t len;

	*ret_nr = 0;
	if (!strncmp(path, "superblock", 10) && (!path[10] || path[10] == '.'))
		return path + 10 + (path[10] == '.');
	if (strncmp(path, "blocks[", 7))
		return NULL;
	len = strcspn(path + 7, "]");
	if (len >= sizeof(digits) || path[7 + len] != ']')
		return NULL;
	memcpy(digits, path + 7, len);
	path += 7 + len + 1;
	if (!parse_u64(digits, ret_nr) || (*path && *path != '.'))
		return NULL;
	return path + (*path == '.');
}

static int get(struct cli *c, struct metadata *m, const struct options *o, const char *path, uint8_t *block)
{
	const struct pdata_kind *k;
	struct strbuf b = STRBUF_INIT;
	struct field_place place;
	uint64_t nr;
	size_t bad;
	const char *rest = find_block(path, &nr);

	if (!rest)
		return cli_usage(c, "'%s' begins neither with superblock nor with blocks[N]", path);
	if (!read_block(c, m, nr, block))
		return EXIT_FINDINGS;
	k = block_kind(block);
	if (!k) {
		cli_error(c, "block %" PRIu64 ": no kind of metadata has this checksum", nr);
		return EXIT_FINDINGS;
	}
	if (field_find(k->fields, block, PDATA_BLOCK_SIZE, rest, &place, &bad)) {
		cli_error(c, "block %" PRIu64 ", a %s, has no field '%.*s'", nr, k->name, (int)bad, rest);
		return EXIT_FINDINGS;
	}
	field_print_place(&b, &place, (enum field_format)o->format);
	io_write(c, NULL, &b, 0);
	strbuf_release(&b);
	return EXIT_OK;
}

static int run_get(struct cli *c, void *options, int argc, char **argv)
{
	uint8_t *block = blk_buffer(PDATA_BLOCK_SIZE);
	struct metadata m;
	int status;

	(void)argc;
	if (metadata_open(&m, c, argv[0], 0)) {
		status = get(c, &m, options, argv[1], block);
	} else {
		report_findings(c, &m.diag);
		status = findings_status(&m.diag, true);
	}
	metadata_close(&m);
	free(block);
	return status;
}

const struct cli_verb verb_inspect_block = {
	.name = "block",
	.args = "DEVICE|FILE NR",
	.summary = "show one metadata block, decoded and as a hexdump",
	.help = "What a block is follows from its checksum.\n",
	.examples = "  dminspect block metadata.img 0\n",
	.options = option_table,
	.options_size = sizeof(struct options),
	.min = 2,
	.max = 2,
	.complete = COMPLETE_FILES,
	.run = run_block,
};

const struct cli_verb verb_inspect_get = {
	.name = "get",
	.args = "DEVICE|FILE PATH",
	.summary = "show one field of a metadata block",
	.help = "A path begins with superblock or blocks[N]; names of fields are those that 'dminspect block'\n"
		"shows, with [I] behind those of arrays.\n",
	.examples = "  dminspect get metadata.img superblock.data_block_size\n"
		    "  dminspect get metadata.img 'blocks[7].keys[0]'\n",
	.options = option_table,
	.options_size = sizeof(struct options),
	.min = 2,
	.max = 2,
	.complete = COMPLETE_FILES,
	.run = run_get,
};
