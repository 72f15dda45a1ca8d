/*
 * clone: a copy of a read-only device that can be used while it is made.
 * drivers/md/dm-clone-target.c.
 */
#include <strings.h>

#include "targets/content.h"
#include "targets/superblock.h"

#define CLONE_MAGIC 0x8af27f64
#define CLONE_CSUM_XOR 257649492
#define OFF_REGION_SIZE 172
#define OFF_TARGET_SIZE 180

enum { METADATA, DESTINATION, SOURCE, REGION_SIZE, FEATURES, CORE_ARGS };

struct clone {
	uint64_t given;
	struct devref metadata, destination, source;
	uint64_t region_sectors;
	struct word_list features, core_args;
};

static const struct choice features[] = {
	{"no_hydration", KF_NONE, "no copying in the background at first"},
	{"no_discard_passdown", KF_NONE, "discards do not go to the destination"},
	{0},
};

static const struct choice core_keys[] = {
	{"hydration_threshold", KF_NONE, "regions in flight at once (1); 0 stops"},
	{"hydration_batch_size", KF_NONE, "regions copied with one request (1)"},
	{0},
};

static const struct word words[] = {
	[METADATA] = {
		.kind = WORD_DEVICE, .flags = WORD_META, WORD_FIELD(struct clone, metadata), .key = "metadata",
		.error = "Error opening metadata device", .help = "device that knows which regions are copied",
	},
	[DESTINATION] = {
		.kind = WORD_DEVICE, WORD_FIELD(struct clone, destination), .key = "destination",
		.error = "Error opening destination device", .help = "device that becomes the copy",
	},
	[SOURCE] = {
		.kind = WORD_DEVICE, .flags = WORD_READS | WORD_SHARED, WORD_FIELD(struct clone, source),
		.key = "source", .error = "Error opening source device", .help = "device that is copied; only read",
	},
	[REGION_SIZE] = {
		.kind = WORD_SIZE, .flags = WORD_POWER_OF_2, .unit = 512,
		WORD_FIELD(struct clone, region_sectors), .num = NUM_ARG, .min = 8, .max = 2097152,
		.key = "region_size", .error = "Invalid region size",
		.help = "what is copied at a time: a power of two from 4 KiB to 1 GiB",
	},
	[FEATURES] = {
		.kind = WORD_LIST, .flags = WORD_TAIL | WORD_OPTIONAL | WORD_NOCASE,
		WORD_FIELD(struct clone, features), .choices = features, .max = 2, .key = "features",
		.error = "Invalid number of feature arguments", .once_error = "Invalid feature argument",
		.help = "how it works",
	},
	[CORE_ARGS] = {
		.kind = WORD_PAIRS, .flags = WORD_TAIL | WORD_OPTIONAL | WORD_NOCASE,
		WORD_FIELD(struct clone, core_args), .max = 4, .choices = core_keys, .key = "core_args",
		.error = "Invalid number of core arguments", .aux_error = "Invalid core argument",
		.once_error = "Number of core arguments must be even", .help = "settings of the copying",
	},
	WORD_LAST,
};

static const struct finding_kind F_BLOCK = {
	"clone.region-below-block", SEV_ERROR, BY_KERNEL, "the region is no multiple of a logical block",
	"Regions are copied in whole logical blocks of source and destination.",
	"devices: {d: {file: d.img, size: 1MiB, logical_block_size: 8192}}\nvolumes:\n"
	"  c: {target: clone, metadata: m, destination: d, source: s, region_size: 4KiB}\n",
	"Use larger regions.",
};

static const struct finding_kind F_REGIONS = {
	"clone.too-many-regions", SEV_ERROR, BY_KERNEL, "there are too many regions",
	"At most 2^31 regions can be kept.",
	"volumes:\n  c: {target: clone, metadata: m, destination: d, source: s, region_size: 4KiB, size: 16PiB}\n",
	"Use larger regions.",
};

static const struct finding_kind F_ARG = {
	"clone.core-arg", SEV_ERROR, BY_KERNEL, "a setting's value is no number",
	"Settings of the copying are plain numbers.",
	"volumes:\n  c: {target: clone, metadata: m, destination: d, source: s, region_size: 4KiB, "
	"core_args: {hydration_threshold: many}}\n",
	"Write a number.",
};

static const struct finding_kind *const findings[] = {&F_BLOCK, &F_REGIONS, &F_ARG, NULL};

/* parse_dest_dev(), parse_source_dev(): until 7.2 the constructor compares sizes. */
static void check_size(const struct line_ctx *c, const struct devref *ref, const struct word *row,
		       const char *text)
{
	if (!line_kernel_has(c, KF_CLONE_SIZES_BY_AREA) && blkdev_size_known(ref->dev) &&
	    c->nr_sectors > ref->dev->nr_sectors)
		line_report(c, &F_AREA_TOO_SMALL, row, text, "%s has %llu sectors, and the volume %llu",
			    ref->dev->name, (unsigned long long)ref->dev->nr_sectors,
			    (unsigned long long)c->nr_sectors);
}

/* parse_region_size() */
static void check_block(const struct line_ctx *c, const struct clone *p, const struct devref *ref)
{
	uint32_t block = ref->dev ? ref->dev->logical_block_size / 512 : 1;

	if (block && p->region_sectors % block)
		line_report(c, &F_BLOCK, &words[REGION_SIZE],
			    "Region size is not a multiple of device logical block size",
			    "regions of %llu sectors, %s has logical blocks of %u",
			    (unsigned long long)p->region_sectors, ref->dev->name, block);
}

static void check_metadata(const struct line_ctx *c, const struct clone *p)
{
	static const struct superblock_fields fields = {.version = 40, .min_version = 1, .max_version = 1};
	struct superblock sb;

	superblock_read(p->metadata.dev, CLONE_MAGIC, CLONE_CSUM_XOR, &sb);
	if (sb.state == SB_BAD)
		superblock_report_bad(c, &words[METADATA], &p->metadata, "Failed to load metadata");
	if (sb.state == SB_FOUND)
		superblock_check_fields(c, &words[METADATA], &p->metadata, &sb, &fields, "Failed to load metadata");
	if (sb.state == SB_FOUND && (sb_le64(&sb, OFF_REGION_SIZE) != p->region_sectors ||
				     sb_le64(&sb, OFF_TARGET_SIZE) != c->nr_sectors))
		line_report(c, &F_METADATA_OTHER, &words[REGION_SIZE], "Failed to load metadata",
			    "the metadata on %s was made for regions of %llu sectors and a volume of %llu",
			    p->metadata.dev->name, (unsigned long long)sb_le64(&sb, OFF_REGION_SIZE),
			    (unsigned long long)sb_le64(&sb, OFF_TARGET_SIZE));
}

/* clone_ctr() */
static void check(const struct line_ctx *c, const void *params)
{
	const struct clone *p = params;
	uint64_t ignored;

	check_size(c, &p->destination, &words[DESTINATION], "Device size larger than destination device");
	check_size(c, &p->source, &words[SOURCE], "Device size larger than source device");
	check_block(c, p, &p->source);
	check_block(c, p, &p->destination);
	if (p->region_sectors && (c->nr_sectors - 1) / p->region_sectors + 1 > UINT64_C(1) << 31)
		line_report(c, &F_REGIONS, &words[REGION_SIZE],
			    "Too many regions. Consider increasing the region size", "more than 2^31 regions");
	for (size_t i = 0; i + 1 < p->core_args.nr; i += 2)
		if (!number_read(NUM_K32, p->core_args.v[i + 1], false, &ignored))
			line_report(c, &F_ARG, &words[CORE_ARGS], "Invalid value for argument",
				    "%s: '%s' is no number", p->core_args.v[i], p->core_args.v[i + 1]);
	check_metadata(c, p);
}

/* clone_iterate_devices() */
static void areas(const struct line_ctx *c, const void *params, area_fn *fn, void *priv)
{
	const struct clone *p = params;

	fn(priv, &p->source, &words[SOURCE], 0, c->nr_sectors);
	fn(priv, &p->destination, &words[DESTINATION], 0, c->nr_sectors);
}

static uint64_t natural_len(const void *params)
{
	const struct clone *p = params;
	uint64_t left = devref_sectors(&p->source);

	return left == UINT64_MAX ? 0 : left;
}

struct clone_status {
	uint64_t given;
	uint64_t metadata_block, region, hydrating;
	struct ratio metadata, regions;
	struct word_list features, core_args;
	unsigned mode;
};

static const struct choice modes[] = {
	{"rw", KF_NONE, "read-write"}, {"ro", KF_NONE, "metadata cannot change"},
	{"Fail", KF_NONE, "metadata failed"}, {0},
};

static const struct word status[] = {
	{.kind = WORD_SIZE, .unit = 512, WORD_FIELD(struct clone_status, metadata_block),
	 .key = "metadata_block_size", .help = "size of a metadata block"},
	{.kind = WORD_RATIO, .flags = WORD_BRIEF, .unit_row = &status[0], WORD_FIELD(struct clone_status, metadata),
	 .key = "metadata", .help = "metadata blocks in use, and all"},
	{.kind = WORD_SIZE, .unit = 512, WORD_FIELD(struct clone_status, region), .key = "region_size",
	 .help = "size of a region"},
	{.kind = WORD_RATIO, .flags = WORD_BRIEF, .unit_row = &status[2], WORD_FIELD(struct clone_status, regions),
	 .key = "regions", .aux_key = "hydrated", .help = "regions copied, and all"},
	{.kind = WORD_SIZE, .unit_row = &status[2], WORD_FIELD(struct clone_status, hydrating), .key = "hydrating",
	 .help = "regions being copied"},
	{.kind = WORD_LIST, .flags = WORD_ALWAYS, WORD_FIELD(struct clone_status, features),
	 .key = "features", .help = "features in force"},
	{.kind = WORD_PAIRS, .flags = WORD_ALWAYS, WORD_FIELD(struct clone_status, core_args),
	 .key = "core_args", .help = "settings in force"},
	{.kind = WORD_CHOICE, .flags = WORD_BRIEF, WORD_FIELD(struct clone_status, mode), .choices = modes, .key = "mode",
	 .help = "whether metadata can change"},
	WORD_LAST,
};

static const char *const states[] = {"Fail", "Error", NULL};

static const struct message messages[] = {
	{"enable_hydration", "", KF_NONE, "copies in the background"},
	{"disable_hydration", "", KF_NONE, "stops copying in the background"},
	{"hydration_threshold", "REGIONS", KF_NONE, "sets how many regions are in flight at once"},
	{"hydration_batch_size", "REGIONS", KF_NONE, "sets how many regions one request copies"},
	{0},
};

/* __superblock_all_zeroes(), drivers/md/dm-clone-metadata.c */
static enum content content(const void *params, size_t i, struct content_place *where)
{
	const struct clone *p = params;

	return i ? CONTENT_NONE : content_marked(&p->metadata, 0, METADATA_BLOCK, 32, CLONE_MAGIC, where);
}

const struct target target_clone = {
	.name = "clone",
	.summary = "copies a device while the copy is in use",
	.description = "Reads come from the source until a region is copied; writes go to the destination. When all "
		       "regions are hydrated the source is not needed any more.",
	.since = KF_CLONE,
	.flags = TARGET_EXTRA_WORDS,
	.traits = TRAIT_FORMATS,
	.words = words,
	.params_size = sizeof(struct clone),
	.count_error = "Invalid number of arguments",
	.status = status,
	.status_size = sizeof(struct clone_status),
	.states = states,
	.messages = messages,
	.findings = findings,
	.example = "copy: {target: clone, metadata: meta, destination: disk2, source: disk, region_size: 4KiB, size: 8MiB}\n",
	.check = check,
	.areas = areas,
	.natural_len = natural_len,
	.content = content,
};
