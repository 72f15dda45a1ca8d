/*
 * cache: a fast device in front of a slow one. drivers/md/dm-cache-target.c.
 */
#include <string.h>
#include <strings.h>

#include "targets/content.h"
#include "targets/superblock.h"

#define CACHE_MAGIC 06142003
#define CACHE_CSUM_XOR 9031977
#define OFF_FLAGS 4
#define OFF_VERSION 40
#define FLAG_NEEDS_CHECK 2
#define OFF_DATA_BLOCK_SIZE 232

enum { METADATA, CACHE, ORIGIN, BLOCK_SIZE, FEATURES, POLICY, POLICY_ARGS };

struct cache {
	uint64_t given;
	struct devref metadata, cache, origin;
	uint64_t block_sectors;
	struct word_list features, policy_args;
	const char *policy;
};

static const struct choice features[] = {
	{"writeback", KF_NONE, "writes go to the cache, and later to the origin (default)"},
	{"writethrough", KF_NONE, "writes go to both"},
	{"passthrough", KF_NONE, "reads come from the origin, writes invalidate the cache"},
	{"metadata2", KF_NONE, "metadata format 2: dirty bits apart, faster to start"},
	{"no_discard_passdown", KF_CACHE_NO_DISCARD_PASSDOWN, "discards do not go to the origin"},
	{0},
};

static const struct max_since max_features[] = {{KF_CACHE_NO_DISCARD_PASSDOWN, 3}, {KF_NONE, 2}};

static const struct word words[] = {
	[METADATA] = {
		.kind = WORD_DEVICE, .flags = WORD_META, WORD_FIELD(struct cache, metadata), .key = "metadata",
		.error = "Error opening metadata device", .help = "device that knows which block is where",
	},
	[CACHE] = {
		.kind = WORD_DEVICE, .flags = WORD_COPIES, WORD_FIELD(struct cache, cache), .key = "cache",
		.error = "Error opening cache device", .help = "the fast device",
	},
	[ORIGIN] = {
		.kind = WORD_DEVICE, WORD_FIELD(struct cache, origin), .key = "origin",
		.error = "Error opening origin device", .help = "the slow device",
	},
	[BLOCK_SIZE] = {
		.kind = WORD_SIZE, .unit = 512, WORD_FIELD(struct cache, block_sectors), .num = NUM_K64,
		.min = 64, .max = 2097152, .key = "block_size", .error = "Invalid data block size",
		.help = "size of a block: a multiple of 32 KiB",
	},
	[FEATURES] = {
		.kind = WORD_LIST, .flags = WORD_ALWAYS | WORD_NOCASE, WORD_FIELD(struct cache, features),
		.choices = features, .limits = max_features, .key = "features",
		.error = "Invalid number of cache feature arguments",
		.once_error = "Unrecognised cache feature requested", .help = "how it works",
	},
	[POLICY] = {
		.kind = WORD_TEXT, .flags = WORD_OPTIONAL, WORD_FIELD(struct cache, policy),
		.dflt_text = "smq", .key = "policy", .error = "Insufficient args",
		.help = "who decides what is cached: smq, default (smq), mq (smq), cleaner (writes all back)",
	},
	[POLICY_ARGS] = {
		.kind = WORD_PAIRS, .flags = WORD_ALWAYS, WORD_FIELD(struct cache, policy_args), .max = 1024,
		.key = "policy_args", .error = "Invalid number of policy arguments",
		.once_error = "Odd number of policy arguments given but they should be <key> <value> pairs.",
		.help = "settings of the policy; migration_threshold (sectors) suits all",
	},
	WORD_LAST,
};

static const struct finding_kind F_BLOCK = {
	"cache.block-size", SEV_ERROR, BY_KERNEL, "the block size is not a multiple of 32 KiB",
	"Blocks are 32 KiB to 1 GiB in steps of 32 KiB; a power of two is not needed.",
	"volumes:\n  c: {target: cache, metadata: m, cache: f, origin: o, block_size: 40KiB}\n",
	"Round the block size to a multiple of 32 KiB.",
};

static const struct finding_kind F_SMALL = {
	"cache.device-small", SEV_ERROR, BY_KERNEL, "the cache device has no whole block",
	"At least one block must fit.",
	"volumes:\n  c: {target: cache, metadata: m, cache: f, origin: o, block_size: 1GiB}\n",
	"Use smaller blocks or a larger device.",
};

static const struct finding_kind F_MODES = {
	"cache.modes", SEV_ERROR, BY_KERNEL, "two ways of writing are asked for",
	"One of writeback, writethrough and passthrough can hold; the same one twice is refused, too.",
	"volumes:\n  c: {target: cache, metadata: m, cache: f, origin: o, block_size: 64KiB, "
	"features: [writeback, writethrough]}\n",
	"Keep one of them.",
};

static const struct finding_kind F_POLICY = {
	"cache.policy", SEV_ERROR, BY_KERNEL, "the policy does not exist",
	"The kernel has smq, mq, cleaner and default, and loads a module dm-cache-NAME for others.",
	"volumes:\n  c: {target: cache, metadata: m, cache: f, origin: o, block_size: 64KiB, policy: lru}\n",
	"Use smq.",
};

static const struct finding_kind F_POLICY_ARG = {
	"cache.policy-arg", SEV_ERROR, BY_KERNEL, "the policy does not take a setting",
	"Every policy takes migration_threshold; mq takes five more that have no effect; values are plain "
	"numbers.",
	"volumes:\n  c: {target: cache, metadata: m, cache: f, origin: o, block_size: 64KiB, "
	"policy_args: {foo: 1}}\n",
	"Remove the setting.",
};

static const struct finding_kind F_VERSION = {
	"cache.metadata-version", SEV_WARNING, BY_ADVICE, "the metadata has the other format",
	"The format is fixed when the metadata is made; the feature metadata2 is shown, and changes nothing any more.",
	NULL,
	"Add or remove the feature metadata2.",
};

static const struct finding_kind F_SAME = {
	"cache.same-device", SEV_ERROR, BY_DATA, "one device has two roles",
	"The kernel does not compare the devices, and one role overwrites the other.",
	"volumes:\n  c: {target: cache, metadata: m, cache: o, origin: o, block_size: 64KiB}\n",
	"Use slices of the device, or separate devices.",
};

static const struct finding_kind *const findings[] = {
	&F_BLOCK, &F_SMALL, &F_MODES, &F_POLICY, &F_POLICY_ARG, &F_VERSION, &F_SAME, NULL,
};

static bool is_mode(const char *word)
{
	return !strcasecmp(word, "writeback") || !strcasecmp(word, "writethrough") ||
	       !strcasecmp(word, "passthrough");
}

static bool has_feature(const struct cache *p, const char *name)
{
	for (size_t i = 0; i < p->features.nr; i++)
		if (!strcasecmp(p->features.v[i], name))
			return true;
	return false;
}

static void check_modes(const struct line_ctx *c, const struct cache *p)
{
	unsigned nr = 0;

	for (size_t i = 0; i < p->features.nr; i++)
		nr += is_mode(p->features.v[i]);
	if (nr > 1)
		line_report(c, &F_MODES, &words[FEATURES], "Duplicate cache io_mode features requested",
			    "%u of writeback, writethrough and passthrough", nr);
}

static bool policy_takes(const char *policy, const char *key)
{
	static const char *const mq_keys[] = {"random_threshold", "sequential_threshold",
					      "discard_promote_adjustment", "read_promote_adjustment",
					      "write_promote_adjustment"};

	if (!strcasecmp(key, "migration_threshold"))
		return true;
	for (size_t i = 0; !strcmp(policy, "mq") && i < ARRAY_SIZE(mq_keys); i++)
		if (!strcasecmp(key, mq_keys[i]))
			return true;
	return false;
}

/* create_cache_policy(), set_config_values() */
static void check_policy(const struct line_ctx *c, const struct cache *p)
{
	static const char *const known[] = {"smq", "default", "mq", "cleaner"};
	bool ok = false;
	uint64_t ignored;

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		ok = ok || !strcmp(p->policy, known[i]);
	if (!ok)
		line_report(c, &F_POLICY, &words[POLICY], "unknown policy type",
			    "'%s' is none of smq, default, mq, cleaner", p->policy);
	for (size_t i = 0; ok && i + 1 < p->policy_args.nr; i += 2)
		if (!policy_takes(p->policy, p->policy_args.v[i]) ||
		    !number_read(NUM_K64, p->policy_args.v[i + 1], false, &ignored))
			line_report(c, &F_POLICY_ARG, &words[POLICY_ARGS],
				    arena_printf(c->arena, "bad config value for %s: %s", p->policy_args.v[i],
						 p->policy_args.v[i + 1]),
				    "policy %s does not take %s %s", p->policy, p->policy_args.v[i],
				    p->policy_args.v[i + 1]);
}

/* dm_cache_metadata_open() */
static void check_metadata(const struct line_ctx *c, const struct cache *p)
{
	static const struct superblock_fields fields = {
		.version = OFF_VERSION, .min_version = 1, .max_version = 2, .compat_ro = 248, .incompat = 252,
	};
	const char *text = "Error creating metadata object";
	struct superblock sb;

	superblock_read(p->metadata.dev, CACHE_MAGIC, CACHE_CSUM_XOR, &sb);
	if (sb.state == SB_BAD)
		superblock_report_bad(c, &words[METADATA], &p->metadata, text);
	if (sb.state != SB_FOUND)
		return;
	superblock_check_fields(c, &words[METADATA], &p->metadata, &sb, &fields, text);
	if (sb_le32(&sb, OFF_FLAGS) & FLAG_NEEDS_CHECK)
		superblock_report_needs_check(c, &words[METADATA], &p->metadata,
					      "Unable to get write access to metadata, please check/repair metadata.");
	if (sb_le32(&sb, OFF_DATA_BLOCK_SIZE) != p->block_sectors)
		line_report(c, &F_METADATA_OTHER, &words[BLOCK_SIZE], text,
			    "the metadata on %s was made for blocks of %u sectors, the layout says %llu",
			    p->metadata.dev->name, sb_le32(&sb, OFF_DATA_BLOCK_SIZE),
			    (unsigned long long)p->block_sectors);
	if ((sb_le32(&sb, OFF_VERSION) == 2) != has_feature(p, "metadata2"))
		line_report(c, &F_VERSION, &words[FEATURES], NULL, "the metadata on %s has format %u",
			    p->metadata.dev->name, sb_le32(&sb, OFF_VERSION));
}

/* parse_origin_dev(): until 7.2 the constructor compares, later the area check does. */
static void check_origin(const struct line_ctx *c, const struct cache *p)
{
	if (!line_kernel_has(c, KF_CACHE_ORIGIN_BY_AREA) && blkdev_size_known(p->origin.dev) &&
	    c->nr_sectors > p->origin.dev->nr_sectors)
		line_report(c, &F_AREA_TOO_SMALL, &words[ORIGIN], "Device size larger than cached device",
			    "%s has %llu sectors, and the volume %llu", p->origin.dev->name,
			    (unsigned long long)p->origin.dev->nr_sectors, (unsigned long long)c->nr_sectors);
}

/* cache_ctr() */
static void check(const struct line_ctx *c, const void *params)
{
	const struct cache *p = params;

	check_origin(c, p);
	if (p->block_sectors % 64)
		line_report(c, &F_BLOCK, &words[BLOCK_SIZE], "Invalid data block size",
			    "%llu sectors are not a multiple of 64", (unsigned long long)p->block_sectors);
	if (blkdev_size_known(p->cache.dev) && p->block_sectors > p->cache.dev->nr_sectors)
		line_report(c, &F_SMALL, &words[BLOCK_SIZE], "Data block size is larger than the cache device",
			    "%s has %llu sectors, a block %llu", p->cache.dev->name,
			    (unsigned long long)p->cache.dev->nr_sectors, (unsigned long long)p->block_sectors);
	check_modes(c, p);
	check_policy(c, p);
	check_metadata(c, p);
	if (blkdev_same(p->cache.dev, p->origin.dev) || blkdev_same(p->cache.dev, p->metadata.dev) ||
	    blkdev_same(p->origin.dev, p->metadata.dev))
		line_report(c, &F_SAME, NULL, NULL, "metadata, cache and origin must be three devices");
}

/* cache_iterate_devices() */
static void areas(const struct line_ctx *c, const void *params, area_fn *fn, void *priv)
{
	const struct cache *p = params;

	fn(priv, &p->cache, &words[CACHE], 0, blkdev_size_known(p->cache.dev) ? p->cache.dev->nr_sectors : 0);
	fn(priv, &p->origin, &words[ORIGIN], 0, c->nr_sectors);
}

static uint64_t natural_len(const void *params)
{
	const struct cache *p = params;
	uint64_t left = devref_sectors(&p->origin);

	return left == UINT64_MAX ? 0 : left;
}

static enum discard_use discards(const void *params)
{
	return has_feature(params, "no_discard_passdown") ? DISCARD_STOPPED : DISCARD_PASSED;
}

struct cache_status {
	uint64_t given;
	uint64_t metadata_block, block, read_hits, read_misses, write_hits, write_misses, demotions,
		promotions, dirty;
	struct ratio metadata, cache;
	struct word_list features, core_args, policy_args;
	const char *policy;
	unsigned mode, needs_check;
};

#define COUNTER(field, text) \
	{.kind = WORD_U64, WORD_FIELD(struct cache_status, field), .key = #field, .help = text}

static const struct choice modes[] = {{"rw", KF_NONE, "read-write"}, {"ro", KF_NONE, "read-only"}, {0}};
static const struct choice check_modes_words[] = {
	{"needs_check", KF_NONE, "the metadata must be checked"}, {"-", KF_NONE, "it is fine"}, {0},
};

static const struct word status[] = {
	{.kind = WORD_SIZE, .unit = 512, WORD_FIELD(struct cache_status, metadata_block),
	 .key = "metadata_block_size", .help = "size of a metadata block"},
	{.kind = WORD_RATIO, .flags = WORD_BRIEF, .unit_row = &status[0], WORD_FIELD(struct cache_status, metadata),
	 .key = "metadata", .help = "metadata blocks in use, and all"},
	{.kind = WORD_SIZE, .unit = 512, WORD_FIELD(struct cache_status, block), .key = "block_size",
	 .help = "size of a cache block"},
	{.kind = WORD_RATIO, .flags = WORD_BRIEF, .unit_row = &status[2], WORD_FIELD(struct cache_status, cache),
	 .key = "cache", .help = "cache blocks in use, and all"},
	COUNTER(read_hits, "reads from the cache"),
	COUNTER(read_misses, "reads from the origin"),
	COUNTER(write_hits, "writes to the cache"),
	COUNTER(write_misses, "writes to the origin"),
	COUNTER(demotions, "blocks that left the cache"),
	COUNTER(promotions, "blocks that came into the cache"),
	{.kind = WORD_SIZE, .flags = WORD_BRIEF, .unit_row = &status[2], WORD_FIELD(struct cache_status, dirty),
	 .key = "dirty", .help = "blocks that are newer than the origin"},
	{.kind = WORD_LIST, .flags = WORD_ALWAYS, WORD_FIELD(struct cache_status, features),
	 .key = "features", .help = "features in force"},
	{.kind = WORD_PAIRS, .flags = WORD_ALWAYS, WORD_FIELD(struct cache_status, core_args),
	 .key = "core_args", .help = "settings of the target"},
	{.kind = WORD_TEXT, .flags = WORD_BRIEF, WORD_FIELD(struct cache_status, policy), .key = "policy", .help = "the policy"},
	{.kind = WORD_PAIRS, .flags = WORD_ALWAYS, WORD_FIELD(struct cache_status, policy_args),
	 .key = "policy_args", .help = "settings of the policy"},
	{.kind = WORD_CHOICE, .flags = WORD_BRIEF, WORD_FIELD(struct cache_status, mode), .choices = modes, .key = "mode",
	 .help = "whether metadata can change"},
	{.kind = WORD_CHOICE, .flags = WORD_BRIEF, WORD_FIELD(struct cache_status, needs_check), .choices = check_modes_words,
	 .key = "needs_check", .help = "whether the metadata must be checked"},
	WORD_LAST,
};

static const char *const states[] = {"Fail", "Error", NULL};

static const struct message messages[] = {
	{"migration_threshold", "SECTORS", KF_NONE, "sets how much may be in migration at once"},
	{"invalidate_cblocks", "BLOCK[-END] …", KF_NONE, "forgets cache blocks, in passthrough mode"},
	{0},
};

/* __superblock_all_zeroes(), drivers/md/dm-cache-metadata.c */
static enum content content(const void *params, size_t i, struct content_place *where)
{
	const struct cache *p = params;

	return i ? CONTENT_NONE : content_marked(&p->metadata, 0, METADATA_BLOCK, 32, CACHE_MAGIC, where);
}

const struct target target_cache = {
	.name = "cache",
	.summary = "a fast device in front of a slow one",
	.description = "Blocks that are used often are copied to the fast device. With writeback the origin alone "
		       "is not the data.",
	.flags = TARGET_EXTRA_WORDS | TARGET_AT_ZERO | TARGET_STATUS_BLANK,
	.words = words,
	.params_size = sizeof(struct cache),
	.count_error = "Insufficient args",
	.status = status,
	.status_size = sizeof(struct cache_status),
	.states = states,
	.messages = messages,
	.findings = findings,
	.example = "fast: {target: cache, metadata: meta, cache: ssd, origin: disk, block_size: 64KiB, features: [writethrough]}\n",
	.check = check,
	.areas = areas,
	.natural_len = natural_len,
	.discards = discards,
	.content = content,
};
