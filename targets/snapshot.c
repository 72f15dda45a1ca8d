/*
 * snapshot, snapshot-merge, snapshot-origin: copy on write into a second device.
 * drivers/md/dm-snap.c, dm-exception-store.c, dm-snap-persistent.c, dm-snap-transient.c.
 */
#include <ctype.h>
#include <string.h>

#include "base/endian.h"
#include "targets/content.h"
#include "targets/targets.h"

#define SNAP_MAGIC 0x70416e53
#define DEFAULT_CHUNK_SECTORS 32
#define MAX_CHUNK_SECTORS (INT32_MAX >> 9)

enum { ORIGIN, COW, STORE, CHUNK_SIZE, FEATURES, ZEROES_COW, PASSDOWN_ORIGIN, FEATURES_END };
enum { STORE_P, STORE_PO, STORE_N };

struct snapshot {
	uint64_t given;
	struct devref origin, cow;
	unsigned store;
	uint64_t chunk_sectors;
};

static const struct choice stores[] = {
	{"P", KF_NONE, "persistent: survives a reboot"},
	{"PO", KF_NONE, "persistent, and a full store is told from a damaged one"},
	{"N", KF_NONE, "transient: kept in memory, lost on removal"},
	{0},
};

/* The rows behind the origin, which snapshot only reads and snapshot-merge writes. */
#define ROWS_BEHIND_ORIGIN \
	[COW] = { \
		.kind = WORD_DEVICE, .flags = WORD_COPIES, WORD_FIELD(struct snapshot, cow), \
		.key = "cow", .error = "Cannot get COW device", .help = "device that takes the copies", \
	}, \
	[STORE] = { \
		.kind = WORD_CHOICE, .flags = WORD_OPTIONAL, WORD_FIELD(struct snapshot, store), \
		.choices = stores, .key = "persistent", .error = "Couldn't create exception store", \
		.help = "kind of the store", \
	}, \
	[CHUNK_SIZE] = { \
		.kind = WORD_SIZE, .flags = WORD_OPTIONAL, .unit = 512, .num = NUM_K32, \
		WORD_FIELD(struct snapshot, chunk_sectors), .key = "chunk_size", \
		.error = "Couldn't create exception store", .dflt_text = "16KiB (persistent)", \
		.help = "what is copied at a time: a power of two", \
	}, \
	[FEATURES] = { \
		.kind = WORD_GROUP, .flags = WORD_TAIL, .max = 2, \
		.error = "Invalid number of feature arguments", \
		.once_error = "Unrecognised feature requested", .help = "number of feature words", \
	}, \
	[ZEROES_COW] = { \
		.kind = WORD_FLAG, .flags = WORD_NOCASE, .list = "features", \
		.word = "discard_zeroes_cow", .since = KF_SNAPSHOT_DISCARD, \
		.help = "a discarded chunk is zeroed in the store", \
	}, \
	[PASSDOWN_ORIGIN] = { \
		.kind = WORD_FLAG, .flags = WORD_NOCASE, .list = "features", \
		.word = "discard_passdown_origin", .since = KF_SNAPSHOT_DISCARD, \
		.help = "discards go to the origin, too", \
	}, \
	[FEATURES_END] = {.kind = WORD_GROUP_END}, \
	WORD_LAST

static const struct word words[] = {
	[ORIGIN] = {
		.kind = WORD_DEVICE, .flags = WORD_SHARED | WORD_READS, WORD_FIELD(struct snapshot, origin),
		.key = "origin", .error = "Cannot get origin device",
		.help = "the device whose state is kept",
	},
	ROWS_BEHIND_ORIGIN,
};

static const struct word merge_words[] = {
	[ORIGIN] = {
		.kind = WORD_DEVICE, .flags = WORD_SHARED, WORD_FIELD(struct snapshot, origin),
		.key = "origin", .error = "Cannot get origin device",
		.help = "the device that the changes are merged into",
	},
	ROWS_BEHIND_ORIGIN,
};

/* dm_exception_store_create(): the first letter decides; P may be followed by O…, in any case. */
static int parse(const struct parse_ctx *c, struct words *w, void *params)
{
	struct snapshot *p = params;
	const char *word = w->nr > w->next + 2 ? w->v[w->next + 2] : "";

	if (words_left(w) < 4)
		return parse_error(c, w, &F_WORDS_MISSING, c->target->count_error,
				   "%s: %zu words, and at least 4 are needed", c->target->name, words_left(w));
	switch (toupper((unsigned char)*word)) {
	case 'P':
		p->store = word[1] ? STORE_PO : STORE_P;
		if (word[1] && toupper((unsigned char)word[1]) != 'O')
			word = NULL;
		break;
	case 'N':
		p->store = STORE_N;
		break;
	default:
		word = NULL;
	}
	if (!word) {
		w->next += 3;
		return parse_error(c, w, &F_CHOICE, words[STORE].error,
				   "%s: the store is P, PO or N, not '%s'", c->target->name,
				   w->v[w->next - 1]);
	}
	w->v[w->next + 2] = stores[p->store].word;
	return params_parse(c, c->target->words, w, params);
}

static const struct finding_kind F_SAME = {
	"snapshot.same-device", SEV_ERROR, BY_KERNEL, "origin and store are the same device",
	"The store would overwrite what it keeps.",
	"volumes:\n  s: {target: snapshot, origin: d, cow: d, chunk_size: 4KiB}\n",
	"Use another device or slice for the store.",
};

static const struct finding_kind F_CHUNK = {
	"snapshot.chunk-size", SEV_ERROR, BY_KERNEL, "the chunk size cannot be used",
	"A chunk is a power of two, a multiple of the logical blocks of both devices, and below 2 GiB.",
	"volumes:\n  s: {target: snapshot, origin: o, cow: c, chunk_size: 12KiB}\n",
	"Use a power of two; 4KiB to 64KiB suit most.",
};

static const struct finding_kind F_CHUNK_NEEDED = {
	"snapshot.chunk-needed", SEV_ERROR, BY_KERNEL, "a transient store needs a chunk size",
	"Only a persistent store has a default.",
	"volumes:\n  s: {target: snapshot, origin: o, cow: c, persistent: N}\n",
	"Add chunk_size.",
};

static const struct finding_kind F_STORE_SMALL = {
	"snapshot.store-small", SEV_ERROR, BY_KERNEL, "the store has no room for its header",
	"A new persistent store writes two chunks at once; the header stays behind when the second fails.",
	"devices: {c: {file: c.img, size: 64KiB}}\nvolumes:\n"
	"  s: {target: snapshot, origin: o, cow: c, chunk_size: 64KiB}\n",
	"Use smaller chunks or a larger device.",
};

static const struct finding_kind F_HEADER = {
	"snapshot.header", SEV_ERROR, BY_KERNEL, "the store holds something else",
	"A persistent store starts with zeroes (a new one) or with the header of a snapshot.",
	NULL,
	"Check that it is the right device. To give up what is on it, clear its first 4096 bytes.",
};

static const struct finding_kind F_INVALID = {
	"snapshot.invalid", SEV_ERROR, BY_DATA, "the snapshot is invalid for good",
	"Its header was marked when the store was full or failed. The table loads, and all I/O to the snapshot "
	"fails.",
	NULL,
	"Remove the snapshot. To use the store anew, clear its first 4096 bytes.",
};

static const struct finding_kind F_PASSDOWN = {
	"snapshot.passdown", SEV_ERROR, BY_KERNEL, "discard_passdown_origin needs discard_zeroes_cow",
	"A discard must be handled in the store before it can go to the origin.",
	"volumes:\n  s: {target: snapshot, origin: o, cow: c, chunk_size: 4KiB, features: [discard_passdown_origin]}\n",
	"Add discard_zeroes_cow.",
};

static const struct finding_kind F_MERGE = {
	"snapshot-merge.transient", SEV_ERROR, BY_KERNEL, "a transient store cannot be merged",
	"What is merged is read from a persistent store.",
	"volumes:\n  s: {target: snapshot-merge, origin: o, cow: c, persistent: N, chunk_size: 4KiB}\n",
	"Use persistent: P.",
};

static const struct finding_kind F_CRASH = {
	"snapshot.discard-crash", SEV_ERROR, BY_CRASH, "discard_zeroes_cow with a small chunk crashes the kernel",
	"Linux 7.2 divides by zero when the limits of such a table are stacked: the granularity is set to the "
	"chunk's sectors as if they were bytes.",
	"requires: {kernel: \"7.2\"}\nvolumes:\n"
	"  s: {target: snapshot, origin: o, cow: c, chunk_size: 4KiB, features: [discard_zeroes_cow]}\n",
	"Use chunks of 256 KiB or more, or leave the feature out.",
};

static const struct finding_kind *const findings[] = {
	&F_SAME, &F_CHUNK, &F_CHUNK_NEEDED, &F_STORE_SMALL, &F_HEADER, &F_INVALID, &F_PASSDOWN, &F_CRASH,
	NULL,
};
static const struct finding_kind *const merge_findings[] = {&F_MERGE, NULL};

enum store_state { STORE_UNKNOWN, STORE_NEW, STORE_FOUND, STORE_FOREIGN };

/* read_header(): what a persistent store starts with. */
struct header {
	enum store_state state;
	uint32_t valid, version, chunk_sectors; /* STORE_FOUND */
};

static struct header read_header(const struct snapshot *p)
{
	uint8_t h[16];

	if (p->store == STORE_N || blkdev_read(p->cow.dev, 0, h, sizeof(h)))
		return (struct header){.state = STORE_UNKNOWN};
	if (!get_le32(h))
		return (struct header){.state = STORE_NEW};
	if (get_le32(h) != SNAP_MAGIC)
		return (struct header){.state = STORE_FOREIGN};
	return (struct header){STORE_FOUND, get_le32(h + 4), get_le32(h + 8), get_le32(h + 12)};
}

static uint64_t sectors_of_block(const struct blkdev *dev)
{
	return dev ? dev->logical_block_size / 512 : 1;
}

/* dm_exception_store_set_chunk_size() */
static bool chunk_ok(const struct snapshot *p, uint64_t chunk)
{
	return chunk && !(chunk & (chunk - 1)) && chunk <= MAX_CHUNK_SECTORS &&
	       !(chunk % sectors_of_block(p->cow.dev)) && !(chunk % sectors_of_block(p->origin.dev));
}

/* The chunk size that counts: the header's, the table's, the default. */
static uint64_t chunk_in_use(const struct snapshot *p, const struct header *h)
{
	uint64_t block = sectors_of_block(p->cow.dev);

	if (h->state == STORE_FOUND)
		return h->chunk_sectors;
	if (p->chunk_sectors || p->store == STORE_N)
		return p->chunk_sectors;
	return block > DEFAULT_CHUNK_SECTORS ? block : DEFAULT_CHUNK_SECTORS;
}

/* True where the store can be read on. */
static bool check_header(const struct line_ctx *c, const struct snapshot *p, const struct header *h)
{
	const struct word *row = &c->target->words[COW];
	const char *text = "Failed to read snapshot metadata", *name = p->cow.dev->name;

	if (h->state == STORE_FOREIGN)
		line_report(c, &F_HEADER, row, text, "%s holds neither zeroes nor a snapshot's header", name);
	else if (!chunk_ok(p, h->chunk_sectors) && h->chunk_sectors != p->chunk_sectors)
		line_report(c, &F_HEADER, row, text,
			    "the header on %s says chunks of %u sectors, which cannot be", name,
			    h->chunk_sectors);
	else if (h->version != 1)
		line_report(c, &F_HEADER, row, text, "the header on %s is of version %u, and only 1 is known",
			    name, h->version);
	else if (!h->valid)
		line_report(c, &F_INVALID, row, NULL, "the header on %s says that it is invalid", name);
	else
		return true;
	return false;
}

/*
 * persistent_read_metadata(): reads chunk 0, then the first area in chunk 1; a new store
 * gets both written.
 */
static void check_store(const struct line_ctx *c, const struct snapshot *p, const struct header *h)
{
	bool both = h->state == STORE_NEW || h->state == STORE_FOUND;
	uint64_t chunk = chunk_in_use(p, h), need = both ? 2 * chunk : chunk;

	if ((h->state == STORE_FOREIGN || h->state == STORE_FOUND) && !check_header(c, p, h))
		return;
	if (blkdev_size_known(p->cow.dev) && p->cow.dev->nr_sectors < need)
		line_report(c, &F_STORE_SMALL, &c->target->words[COW], "Failed to read snapshot metadata",
			    "%s has %llu sectors; %s of %llu are needed", p->cow.dev->name,
			    (unsigned long long)p->cow.dev->nr_sectors, both ? "two chunks" : "a chunk",
			    (unsigned long long)chunk);
}

static void check_chunk(const struct line_ctx *c, const struct snapshot *p)
{
	const struct word *row = &c->target->words[CHUNK_SIZE];
	uint64_t chunk = p->chunk_sectors, cow = sectors_of_block(p->cow.dev),
		 origin = sectors_of_block(p->origin.dev);

	if (chunk & (chunk - 1))
		line_report(c, &F_CHUNK, row, row->error, "chunk_size: %llu sectors are not a power of two",
			    (unsigned long long)chunk);
	else if (chunk % cow || chunk % origin)
		line_report(c, &F_CHUNK, row, row->error,
			    "chunk_size: %llu sectors are not a multiple of %llu, a logical block of %s",
			    (unsigned long long)chunk, (unsigned long long)(cow > origin ? cow : origin),
			    (cow > origin ? &p->cow : &p->origin)->dev->name);
	else
		line_report(c, &F_CHUNK, row, row->error, "chunk_size: %llu sectors are 2 GiB or more",
			    (unsigned long long)chunk);
}

/* snapshot_ctr() */
static void check(const struct line_ctx *c, const void *params)
{
	const struct word *rows = c->target->words;
	const struct snapshot *p = params;
	struct header h = read_header(p);

	if (given(p, PASSDOWN_ORIGIN) && !given(p, ZEROES_COW))
		line_report(c, &F_PASSDOWN, &rows[PASSDOWN_ORIGIN],
			    "discard_passdown_origin feature depends on discard_zeroes_cow",
			    "discard_passdown_origin is given, and discard_zeroes_cow is not");
	if (blkdev_same(p->origin.dev, p->cow.dev))
		line_report(c, &F_SAME, &rows[COW], "COW device cannot be the same as origin device",
			    "origin and cow are both %s", p->cow.dev->name);
	if (p->chunk_sectors && !chunk_ok(p, p->chunk_sectors))
		check_chunk(c, p);
	else if (p->store != STORE_N)
		check_store(c, p, &h);
	else if (!p->chunk_sectors)
		line_report(c, &F_CHUNK_NEEDED, &rows[CHUNK_SIZE], "Chunk size not set",
			    "persistent is N, and chunk_size is missing");
	if (given(p, ZEROES_COW) && chunk_in_use(p, &h) < 512 &&
	    line_kernel_has(c, KF_CRASH_SNAPSHOT_ZEROES))
		line_report(c, &F_CRASH, &rows[ZEROES_COW], NULL,
			    "chunks of %llu sectors are smaller than 512 sectors (256 KiB)",
			    (unsigned long long)chunk_in_use(p, &h));
}

static void check_merge(const struct line_ctx *c, const void *params)
{
	const struct snapshot *p = params;

	check(c, params);
	if (p->store == STORE_N)
		line_report(c, &F_MERGE, &merge_words[STORE],
			    "Snapshot exception store does not support snapshot-merge.",
			    "persistent is N, and only a persistent store can be merged");
}

/* snapshot_iterate_devices() */
static void areas(const struct line_ctx *c, const void *params, area_fn *fn, void *priv)
{
	const struct snapshot *p = params;

	fn(priv, &p->origin, &c->target->words[ORIGIN], 0, c->nr_sectors);
	fn(priv, &p->cow, &c->target->words[COW], 0,
	   blkdev_size_known(p->cow.dev) ? p->cow.dev->nr_sectors : 0);
}

/* snapshot_status() shows the chunk in use. */
static void normalize(const struct emit_ctx *c, void *params)
{
	struct snapshot *p = params;
	struct header h = read_header(p);

	(void)c;
	p->chunk_sectors = chunk_in_use(p, &h);
}

static enum discard_use discards(const void *params)
{
	return given(params, PASSDOWN_ORIGIN) ? DISCARD_PASSED : DISCARD_STOPPED;
}

struct snapshot_status {
	uint64_t given;
	struct ratio sectors;
	uint64_t metadata;
};

static const struct word status[] = {
	{.kind = WORD_RATIO, .flags = WORD_BRIEF, .unit = 512, WORD_FIELD(struct snapshot_status, sectors), .key = "store",
	 .help = "sectors of the store in use, and all"},
	{.kind = WORD_SIZE, .unit = 512, WORD_FIELD(struct snapshot_status, metadata), .key = "metadata",
	 .help = "what of it is metadata"},
	WORD_LAST,
};

static const char *const states[] = {"Invalid", "Merge failed", "Overflow", "Unknown", NULL};

/* read_header(), drivers/md/dm-snap-persistent.c; a transient store remembers nothing. */
static enum content content(const void *params, size_t i, struct content_place *where)
{
	const struct snapshot *p = params;

	if (i)
		return CONTENT_NONE;
	if (p->store == STORE_N)
		return content_scratch(&p->cow, where);
	return content_marked(&p->cow, 0, 512, 0, SNAP_MAGIC, where);
}

const struct target target_snapshot = {
	.name = "snapshot",
	.summary = "a device as it was, by copying what changes",
	.description = "Chunks are copied to the store before the origin changes (through snapshot-origin) or when "
		       "the snapshot is written. A full store invalidates the snapshot.",
	.flags = TARGET_EXTRA_WORDS | TARGET_AT_ZERO,
	.traits = TRAIT_SNAPSHOTS,
	.words = words,
	.params_size = sizeof(struct snapshot),
	.count_error = "requires 4 or more arguments",
	.status = status,
	.status_size = sizeof(struct snapshot_status),
	.states = states,
	.findings = findings,
	.example = "monday: {target: snapshot, origin: disk, cow: disk2, persistent: P, chunk_size: 16KiB}\n",
	.parse = parse,
	.normalize = normalize,
	.check = check,
	.areas = areas,
	.discards = discards,
	.content = content,
};

const struct target target_snapshot_merge = {
	.name = "snapshot-merge",
	.summary = "merges a snapshot's changes back into its origin",
	.description = "Takes the place of snapshot-origin while it runs; the origin ends as the snapshot was.",
	.flags = TARGET_EXTRA_WORDS | TARGET_AT_ZERO,
	.traits = TRAIT_SNAPSHOTS,
	.words = merge_words,
	.params_size = sizeof(struct snapshot),
	.count_error = "requires 4 or more arguments",
	.status = status,
	.status_size = sizeof(struct snapshot_status),
	.states = states,
	.findings = merge_findings,
	.example = "back: {target: snapshot-merge, origin: disk, cow: disk2, persistent: P, chunk_size: 16KiB}\n",
	.parse = parse,
	.normalize = normalize,
	.check = check_merge,
	.areas = areas,
	.discards = discards,
	.content = content,
};

/* ---- snapshot-origin ---- */

struct origin {
	uint64_t given;
	struct devref dev;
};

static const struct word origin_words[] = {
	{
		.kind = WORD_DEVICE, .flags = WORD_SHARED, WORD_FIELD(struct origin, dev), .key = "origin",
		.error = "Cannot get target device", .help = "device whose snapshots are served",
	},
	WORD_LAST,
};

/* origin_iterate_devices() */
static void origin_areas(const struct line_ctx *c, const void *params, area_fn *fn, void *priv)
{
	fn(priv, &((const struct origin *)params)->dev, &origin_words[0], 0, c->nr_sectors);
}

static enum discard_use origin_discards(const void *params)
{
	(void)params;
	return DISCARD_STOPPED;
}

const struct target target_snapshot_origin = {
	.name = "snapshot-origin",
	.summary = "a device with snapshots: copies before it writes",
	.description = "Writes go to the device after every snapshot of it has its copy. Writes that bypass it are not "
		       "seen by the snapshots.",
	.flags = TARGET_AT_ZERO | TARGET_CMDLINE,
	.traits = TRAIT_SNAPSHOTS,
	.words = origin_words,
	.params_size = sizeof(struct origin),
	.count_error = "origin: incorrect number of arguments",
	.example = "base: {target: snapshot-origin, origin: disk}\n",
	.areas = origin_areas,
	.discards = origin_discards,
};
