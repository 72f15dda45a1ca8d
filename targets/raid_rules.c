/* Rules over the words of a raid line. raid_ctr(), parse_raid_params() of dm-raid.c. */
#include "targets/raid.h"

static const struct finding_kind F_OPTION = {
	"raid.option", SEV_ERROR, BY_KERNEL, "an option does not suit the level",
	"Every option is for certain levels: write_mostly for raid1, stripe_cache for raid4/5/6, raid10_copies "
	"for raid10.",
	"volumes:\n  r: {target: raid, raid_type: raid1, stripe_cache: 512, devices: [a, b], size: 1MiB}\n",
	"Remove the option, or change the level.",
};

const struct finding_kind F_RAID_DEVICES = {
	"raid.devices", SEV_ERROR, BY_KERNEL, "there are not enough devices",
	"raid4 and raid5 need 2 devices, raid6 needs 4, raid10 as many as copies; and no more may be missing or to be "
	"rebuilt than the level can bear.",
	"volumes:\n  r: {target: raid, raid_type: raid6_zr, chunk_size: 64KiB, devices: [a, b, c], size: 1MiB}\n",
	"Add devices, or choose another level.",
};

static const struct finding_kind F_CHUNK = {
	"raid.chunk-size", SEV_ERROR, BY_KERNEL, "the chunk size cannot be used",
	"Except for raid1 it is a power of two from 4 KiB on.",
	"volumes:\n  r: {target: raid, raid_type: raid5_ls, chunk_size: 2KiB, devices: [a, b, c], size: 1MiB}\n",
	"Use 64KiB.",
};

static const struct finding_kind F_REGION = {
	"raid.region-size", SEV_ERROR, BY_KERNEL, "the region size cannot be used",
	"A region is a power of two, not smaller than a chunk, not larger than the volume, and there are at most "
	"2^21 of them.",
	"volumes:\n  r: {target: raid, raid_type: raid1, region_size: 1GiB, devices: [a, b], size: 1MiB}\n",
	"Leave region_size out.",
};

static const struct finding_kind F_LENGTH = {
	"raid.length", SEV_ERROR, BY_KERNEL, "the length does not divide among the devices",
	"Every data device holds the same share.",
	"volumes:\n  r: {target: raid, raid_type: raid5_ls, chunk_size: 64KiB, devices: [a, b, c], size: 1001s}\n",
	"Round the size down, to whole chunks on every device.",
};

static const struct finding_kind F_SHARE = {
	"raid.partial-chunk", SEV_ERROR, BY_DATA, "a device's share is no whole number of chunks",
	"md rounds the share down to whole chunks; I/O behind the end fails, and from Linux 6.12 on the device "
	"becomes smaller.",
	"volumes:\n  r: {target: raid, raid_type: raid0, chunk_size: 64KiB, devices: [a, b], size: 1000KiB}\n",
	"Round the size down to a multiple of the chunk size times the number of data devices.",
};

static const struct finding_kind F_SMALL = {
	"raid.device-small", SEV_ERROR, BY_KERNEL, "a data device is smaller than its share",
	"The volume's length divided by the number of data devices must fit every one.",
	"devices: {a: {file: a.img, size: 1MiB}, b: {file: b.img, size: 1MiB}}\nvolumes:\n"
	"  r: {target: raid, raid_type: raid1, devices: [a, b], size: 2MiB}\n",
	"Use a smaller size or larger devices.",
};

const struct finding_kind F_RAID_RAID10_METADATA = {
	"raid.raid10-metadata", SEV_ERROR, BY_KERNEL, "raid10 needs metadata devices, and must read them",
	"Where no superblock is read (no metadata devices, or `sync` before Linux 6.17) the kernel hands md a layout of "
	"zero and fails, in all releases up to 7.2; from 6.17 on `sync` makes a set without them.",
	"volumes:\n  r: {target: raid, raid_type: raid10, chunk_size: 64KiB, devices: [a, b, c, d], size: 1MiB}\n",
	"Give every device a metadata device.",
};

static const struct finding_kind F_NEW_NOSYNC = {
	"raid.raid6-nosync", SEV_ERROR, BY_KERNEL, "a new raid6 must be synchronised",
	"Without a first synchronisation its parities are wrong.",
	"volumes:\n  r: {target: raid, raid_type: raid6_zr, chunk_size: 64KiB, nosync: true, devices: [a, b, c, d], size: 1MiB}\n",
	"Leave nosync out.",
};

const struct finding_kind F_RAID_SUPERBLOCKS = {
	"raid.superblocks", SEV_ERROR, BY_KERNEL, "the superblocks on the metadata devices do not fit",
	"Superblocks say which device of which set this is and how the set is laid out; the kernel takes devices that fit "
	"each other and the table, and metadata devices that are all new.",
	NULL,
	"Put the devices in their order; use `rebuild` for a replaced one. To make a new set, clear the first 4096 bytes of "
	"every metadata device: what is on the set is lost then.",
};

const struct finding_kind F_RAID_CONVERSION = {
	"raid.conversion", SEV_ERROR, BY_KERNEL, "the set cannot become what the table says",
	"Another level is a takeover, and another layout, chunk size or number of devices a reshape; the kernel knows certain "
	"ways only, on a set that is whole, in sync and not on its way already.",
	NULL,
	"Load the table the superblocks describe, let the set come in sync, and convert in steps, as lvconvert does.",
};

const struct finding_kind F_RAID_DIRTY = {
	"raid.dirty-degraded", SEV_ERROR, BY_KERNEL, "a degraded set whose parity is not in sync",
	"What is missing is computed from parity, which cannot be trusted before a first synchronisation is done.",
	"volumes:\n  r: {target: raid, raid_type: raid5_ls, chunk_size: 64KiB, rebuild: [2], size: 2MiB, devices: "
	"[{metadata: m0, data: a}, {metadata: m1, data: b}, {metadata: m2, data: c}]}\n",
	"Leave `rebuild` out of a new set. A set with data: bring back the missing device.",
};

const struct finding_kind F_RAID_BITMAP = {
	"raid.bitmap", SEV_ERROR, BY_KERNEL, "the bitmap on a metadata device cannot be used",
	"4 KiB behind the superblock stands a bitmap with a header of its own, and a set that is not new must have one.",
	NULL,
	"Check that it is the right device. `sync` makes superblocks and bitmap anew and resynchronises the set.",
};

static const struct finding_kind F_VALUE = {
	"raid.value", SEV_ERROR, BY_KERNEL, "an option's value cannot be used",
	"The value has limits that depend on the array.",
	"volumes:\n  r: {target: raid, raid_type: raid1, rebuild: [5], devices: [a, b], size: 1MiB}\n",
	"Use a value within the limits in the message.",
};

static const struct finding_kind F_NO_METADATA = {
	"raid.no-metadata", SEV_WARNING, BY_DATA, "the array remembers nothing",
	"Without metadata devices a failed device and an interrupted rebuild are forgotten: after the next activation "
	"old data can be read as good.",
	"volumes:\n  r: {target: raid, raid_type: raid1, devices: [a, b], size: 1MiB}\n",
	"Give every device a metadata device of a few MiB.",
};

const struct finding_kind *const raid_findings[] = {
	&F_OPTION, &F_RAID_DEVICES, &F_CHUNK, &F_REGION, &F_LENGTH, &F_SHARE, &F_SMALL, &F_RAID_RAID10_METADATA,
	&F_NEW_NOSYNC, &F_VALUE, &F_NO_METADATA, &F_RAID_SUPERBLOCKS, &F_RAID_CONVERSION, &F_RAID_DIRTY,
	&F_RAID_BITMAP, NULL,
};

/* ---- rules ---- */

static void fail_option(const struct line_ctx *c, int row, const char *text)
{
	line_report(c, &F_OPTION, &raid_words[row], text, "%s: %s", raid_words[row].key, text);
}

/* __valid_flags() of dm-raid.c, and the texts of those options that have one of their own. */
static void check_levels(const struct line_ctx *c, const struct raid *r)
{
	static const struct {
		int row;
		unsigned levels;
		const char *text;
	} rules[] = {
		{SYNC, ~0u & ~LEVEL_0, NULL},
		{NOSYNC, LEVEL_1 | LEVEL_4 | LEVEL_5 | LEVEL_10, NULL},
		{REBUILD, ~0u & ~LEVEL_0, NULL},
		{DAEMON_SLEEP, ~0u & ~LEVEL_0, NULL},
		{MIN_RATE, ~0u & ~LEVEL_0, NULL},
		{MAX_RATE, ~0u & ~LEVEL_0, NULL},
		{WRITE_MOSTLY, LEVEL_1, "write_mostly option is only valid for RAID1"},
		{WRITE_BEHIND, LEVEL_1, "max_write_behind option is only valid for RAID1"},
		{STRIPE_CACHE, LEVEL_456, "Inappropriate argument: stripe_cache"},
		{REGION, ~0u & ~LEVEL_0, NULL},
		{COPIES, LEVEL_10, NULL},
		{FORMAT, LEVEL_10, "'raid10_format' is an invalid parameter for this RAID type"},
		{DELTA, ~0u & ~LEVEL_0, NULL},
		{JOURNAL, LEVEL_456, "'journal_dev' is an invalid parameter for this RAID type"},
		{JOURNAL_MODE, LEVEL_456, "'journal_mode' is an invalid parameter for this RAID type"},
		{NEAR_SETS, LEVEL_10, NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (rules[i].row == NOSYNC && given(r, NOSYNC) && raid_level(r) == LEVEL_6)
			line_report(c, &F_NEW_NOSYNC, &raid_words[NOSYNC], "Invalid flags combination", "nosync on a raid6");
		else if (given(r, (unsigned)rules[i].row) && !(rules[i].levels & raid_level(r)))
			fail_option(c, rules[i].row, rules[i].text ? rules[i].text : "Invalid flags combination");
}

static void check_exclusions(const struct line_ctx *c, const struct raid *r)
{
	if (given(r, SYNC) && given(r, NOSYNC))
		line_report(c, &F_CONFLICT, &raid_words[NOSYNC], "sync and nosync are mutually exclusive",
			    "sync and nosync exclude each other");
	if (given(r, REBUILD) && (given(r, SYNC) || given(r, NOSYNC)))
		line_report(c, &F_CONFLICT, &raid_words[REBUILD], "sync/nosync and rebuild are mutually exclusive",
			    "rebuild excludes sync and nosync");
	if (given(r, NEAR_SETS) && r->format == 0)
		line_report(c, &F_CONFLICT, &raid_words[NEAR_SETS],
			    "RAID10 format 'near' and 'raid10_use_near_sets' are incompatible",
			    "raid10_use_near_sets is for the formats far and offset");
	if (given(r, JOURNAL_MODE) && !given(r, JOURNAL))
		line_report(c, &F_REQUIRED, &raid_words[JOURNAL_MODE],
			    "raid4/5/6 'journal_mode' is invalid without 'journal_dev'", "journal_mode needs journal_dev");
	if (raid_level(r) == LEVEL_10 && given(r, DELTA) && (int64_t)r->delta < 0)
		line_report(c, &F_VALUE, &raid_words[DELTA], "Bogus raid10 data copies or delta disks",
			    "raid10 cannot shrink");
}

static unsigned count_bits(const struct word_bits *b, size_t from)
{
	unsigned nr = 0;

	for (unsigned i = (unsigned)from; i < WORD_BITS_MAX; i++)
		nr += word_bit(b, i);
	return nr;
}

static void check_indices(const struct line_ctx *c, const struct raid *r)
{
	size_t nr = r->devices.nr;

	if (count_bits(&r->rebuild, nr))
		line_report(c, &F_VALUE, &raid_words[REBUILD], "Invalid rebuild index given",
			    "devices are counted from 0 to %zu", nr - 1);
	if (count_bits(&r->write_mostly, nr))
		line_report(c, &F_VALUE, &raid_words[WRITE_MOSTLY], "Invalid write_mostly index given",
			    "devices are counted from 0 to %zu", nr - 1);
	else if (given(r, WRITE_MOSTLY) && count_bits(&r->write_mostly, 0) >= nr)
		line_report(c, &F_VALUE, &raid_words[WRITE_MOSTLY], "Can't set all raid1 devices to write_mostly",
			    "at least one device must be read");
	for (size_t i = 0; i < nr; i++)
		if (word_bit(&r->rebuild, (unsigned)i) && !raid_pair(r, i)->data.dev)
			line_report_item(c, &F_VALUE, &raid_words[DEVICES], i, NULL,
					 "Drive designated for rebuild not specified", "device %zu is to be rebuilt and missing", i);
}

static void check_values(const struct line_ctx *c, const struct raid *r)
{
	uint64_t cache = r->stripe_cache > r->chunk / 2 ? r->stripe_cache : r->chunk / 2;

	if (given(r, MIN_RATE) && given(r, MAX_RATE) && r->max_rate && r->min_rate > r->max_rate)
		line_report(c, &F_VALUE, &raid_words[MIN_RATE], "Bogus recovery rates", "the least rate is above the highest");
	if (given(r, WRITE_BEHIND) && r->write_behind / 2 > 16383 && !line_kernel_has(c, KF_RAID_WRITE_BEHIND_ANY))
		line_report(c, &F_VALUE, &raid_words[WRITE_BEHIND], "Max write-behind limit out of range",
			    "%llu sectors, and 32767 are possible", (unsigned long long)r->write_behind);
	if (given(r, COPIES) && r->copies > r->devices.nr)
		line_report(c, &F_VALUE, &raid_words[COPIES], "Bad value for 'raid10_copies'", "%llu copies on %zu devices",
			    (unsigned long long)r->copies, r->devices.nr);
	if (given(r, DATA_OFFSET) && r->data_offset && (r->data_offset < 32 || r->data_offset % 8))
		line_report(c, &F_VALUE, &raid_words[DATA_OFFSET], "Bogus data_offset value",
			    "0, or a multiple of 4 KiB from 16 KiB on");
	if (given(r, DELTA) && !r->delta)
		line_report(c, &F_VALUE, &raid_words[DELTA], "Too many delta_disk requested", "0 devices cannot be added");
	if (!given(r, STRIPE_CACHE))
		cache = r->chunk / 2 > 256 ? r->chunk / 2 : 256;
	if ((raid_level(r) & LEVEL_456) && cache != 256 && (cache <= 16 || cache > 32768))
		line_report(c, &F_VALUE, &raid_words[given(r, STRIPE_CACHE) ? STRIPE_CACHE : CHUNK],
			    "Failed to set raid4/5/6 stripe cache size",
			    "%llu entries (at least half the chunk's sectors); 17 to 32768 are possible",
			    (unsigned long long)cache);
	if (given(r, JOURNAL) && blkdev_size_known(r->journal.dev) && r->journal.dev->nr_sectors < 8192)
		line_report(c, &F_VALUE, &raid_words[JOURNAL], "No space for raid4/5/6 journal",
			    "%s has %llu sectors, 8192 are needed", r->journal.dev->name,
			    (unsigned long long)r->journal.dev->nr_sectors);
}

static void check_chunk(const struct line_ctx *c, const struct raid *r)
{
	if (raid_level(r) == LEVEL_1)
		return;
	if (r->chunk & (r->chunk - 1))
		line_report(c, &F_CHUNK, &raid_words[CHUNK], "Chunk size must be a power of 2", "%llu sectors",
			    (unsigned long long)r->chunk);
	else if (r->chunk < 8)
		line_report(c, &F_CHUNK, &raid_words[CHUNK], "Chunk size value is too small", "%llu sectors, 8 are the least",
			    (unsigned long long)r->chunk);
}

/* validate_region_size() */
static void check_region(const struct line_ctx *c, const struct raid *r)
{
	const char *text = NULL;
	uint64_t chunk = raid_level(r) == LEVEL_1 ? 0 : r->chunk;

	if (!given(r, REGION) || !r->region || raid_level(r) == LEVEL_0)
		return;
	if (r->region > c->nr_sectors)
		text = "Supplied region size is too large";
	else if (r->region < c->nr_sectors / (1 << 21))
		text = "Supplied region size is too small";
	else if (r->region & (r->region - 1))
		text = "Region size is not a power of 2";
	else if (r->region < chunk)
		text = "Region size is smaller than the chunk size";
	if (text)
		line_report(c, &F_REGION, &raid_words[REGION], text, "%llu sectors: %s", (unsigned long long)r->region, text);
}

static void check_share(const struct line_ctx *c, const struct raid *r)
{
	uint64_t share = raid_share(r, c->nr_sectors);

	if (!share) {
		line_report(c, &F_LENGTH, NULL, "Target length not divisible by number of data devices",
			    "%llu sectors do not divide among %zu devices", (unsigned long long)c->nr_sectors, r->devices.nr);
		return;
	}
	for (size_t i = 0; i < r->devices.nr; i++) {
		const struct blkdev *dev = raid_pair(r, i)->data.dev;

		if (blkdev_size_known(dev) && dev->nr_sectors < share)
			line_report_item(c, &F_SMALL, &raid_words[DEVICES], i, &raid_pair_words[DATA],
					 "Component device(s) too small", "%s has %llu sectors, its share is %llu", dev->name,
					 (unsigned long long)dev->nr_sectors, (unsigned long long)share);
	}
	if (raid_level(r) != LEVEL_1 && r->chunk && share % r->chunk)
		line_report(c, &F_SHARE, &raid_words[CHUNK], NULL, "a share of %llu sectors is no multiple of %llu",
			    (unsigned long long)share, (unsigned long long)r->chunk);
}

static void check_metadata(const struct line_ctx *c, const struct raid *r)
{
	for (size_t i = 0; i < r->devices.nr; i++)
		if (raid_pair(r, i)->metadata.dev && !raid_pair(r, i)->data.dev)
			line_report_item(c, &F_RAID_DEVICES, &raid_words[DEVICES], i, NULL,
					 "No data device supplied with metadata device", "device %zu has metadata and no data", i);
	if (raid_level(r) & ~(LEVEL_0 | LEVEL_10) && !raid_has_metadata(r))
		line_report(c, &F_NO_METADATA, &raid_words[DEVICES], NULL, "no device has metadata");
}

/* raid_ctr(), parse_raid_params() */
void raid_check(const struct line_ctx *c, const void *params)
{
	const struct raid *r = params;
	size_t errors = diag_errors(c->diag);

	if (r->devices.nr <= raid_parity(r)) {
		line_report(c, &F_RAID_DEVICES, &raid_words[DEVICES], "Insufficient number of devices",
			    "%zu devices, and %s has %u for parity", r->devices.nr, raid_types[r->type].word, raid_parity(r));
		return;
	}
	check_chunk(c, r);
	check_levels(c, r);
	check_indices(c, r);
	check_values(c, r);
	check_exclusions(c, r);
	check_region(c, r);
	if (raid_level(r) == LEVEL_10 && raid_copies(r) > r->devices.nr)
		line_report(c, &F_RAID_DEVICES, &raid_words[DEVICES], "Not enough devices to satisfy specification",
			    "%llu copies on %zu devices", (unsigned long long)raid_copies(r), r->devices.nr);
	check_share(c, r);
	check_metadata(c, r);
	if (diag_errors(c->diag) == errors)
		raid_check_assembly(c, r);
}
