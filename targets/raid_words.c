/* The words of a raid line. parse_raid_params() of drivers/md/dm-raid.c. */
#include "targets/raid.h"

/* raid_types[] of dm-raid.c */
const struct choice raid_types[] = {
	{"raid0", KF_NONE, "striping"},
	{"raid1", KF_NONE, "mirroring"},
	{"raid4", KF_NONE, "parity on the first device"},
	{"raid5_n", KF_NONE, "parity on the last device"},
	{"raid5_la", KF_NONE, "rotating parity, left asymmetric"},
	{"raid5_ra", KF_NONE, "rotating parity, right asymmetric"},
	{"raid5_ls", KF_NONE, "rotating parity, left symmetric: md's usual"},
	{"raid5_rs", KF_NONE, "rotating parity, right symmetric"},
	{"raid6_zr", KF_NONE, "two parities, zero restart"},
	{"raid6_nr", KF_NONE, "two parities, N restart"},
	{"raid6_nc", KF_NONE, "two parities, N continue"},
	{"raid6_n_6", KF_NONE, "two parities on the last devices"},
	{"raid6_la_6", KF_NONE, "raid5_la, and the second parity on the last device"},
	{"raid6_ra_6", KF_NONE, "raid5_ra, and the second parity on the last device"},
	{"raid6_ls_6", KF_NONE, "raid5_ls, and the second parity on the last device"},
	{"raid6_rs_6", KF_NONE, "raid5_rs, and the second parity on the last device"},
	{"raid10", KF_NONE, "striped mirrors; raid10_format says how"},
	{"raid10_near", KF_NONE, "the same as raid10"},
	{"raid10_offset", KF_NONE, "the same as raid10: raid10_format says how"},
	{"raid10_far", KF_NONE, "the same as raid10: raid10_format says how"},
	{0},
};

static const struct choice formats[] = {
	{"near", KF_NONE, "copies beside each other"},
	{"far", KF_NONE, "copies in another part of the devices: reads like raid0"},
	{"offset", KF_NONE, "copies one stripe further"},
	{0},
};

static const struct choice journal_modes[] = {
	{"writethrough", KF_NONE, "a write is done when the array has it"},
	{"writeback", KF_NONE, "a write is done when the journal has it"},
	{0},
};

const struct word raid_pair_words[] = {
	[METADATA] = {
		.kind = WORD_DEVICE, .flags = WORD_DASH | WORD_META, WORD_FIELD(struct pair, metadata),
		.key = "metadata", .error = "RAID metadata device lookup failure",
		.help = "device for superblock and bitmap; without it nothing is remembered",
	},
	[DATA] = {
		.kind = WORD_DEVICE, .flags = WORD_DASH | WORD_MAIN, WORD_FIELD(struct pair, data), .key = "data",
		.error = "RAID device lookup failure", .help = "device for the data",
	},
	[MISSING] = {
		.kind = WORD_FLAG, .flags = WORD_LAYOUT_ONLY, .key = "missing",
		.help = "the place is empty: the array is degraded",
	},
	WORD_LAST,
};

#define BAD "Bad numerical argument given in raid params"
#define OPTION(name) .word = name, .key = name, .error = BAD

const struct word raid_words[] = {
	[TYPE] = {
		.kind = WORD_CHOICE, .flags = WORD_NOCASE, WORD_FIELD(struct raid, type), .choices = raid_types,
		.key = "raid_type", .error = "Unrecognised raid_type", .help = "level and layout",
	},
	[PARAMS] = {
		.kind = WORD_GROUP, .flags = WORD_ALWAYS, .min = 1, .max = UINT32_MAX,
		.error = "Cannot understand number of raid parameters",
		.aux_error = "Wrong number of raid parameters given",
		.once_error = "Unable to parse RAID parameter", .help = "number of words up to the devices",
	},
	[CHUNK] = {
		.kind = WORD_SIZE, .flags = WORD_OPTIONAL, .unit = 512, WORD_FIELD(struct raid, chunk), .num = NUM_KI,
		.max = INT32_MAX, .key = "chunk_size", .error = "Bad numerical argument given for chunk_size",
		.help = "bytes that go to one device before it is the next one's turn; raid1 has none",
	},
	[SYNC] = {
		.kind = WORD_FLAG, .flags = WORD_NOCASE | WORD_ONCE, .word = "sync", .key = "sync",
		.once_error = "Only one 'sync' argument allowed", .help = "resynchronises at the start",
	},
	[NOSYNC] = {
		.kind = WORD_FLAG, .flags = WORD_NOCASE | WORD_ONCE, .word = "nosync", .key = "nosync",
		.once_error = "Only one 'nosync' argument allowed", .help = "takes the devices as in sync",
	},
	[REBUILD] = {
		.kind = WORD_BITS, .flags = WORD_NOCASE | WORD_ONCE, WORD_FIELD(struct raid, rebuild), .num = NUM_KI,
		OPTION("rebuild"), .once_error = "rebuild for this index already given",
		.help = "devices to be rebuilt, from 0",
	},
	[DAEMON_SLEEP] = {
		.kind = WORD_TIME, .flags = WORD_NOCASE | WORD_ONCE, .unit = 1,
		WORD_FIELD(struct raid, daemon_sleep_ms), .num = NUM_KI, .max = INT32_MAX, OPTION("daemon_sleep"),
		.once_error = "Only one daemon_sleep argument pair allowed", .help = "time between clearings of the bitmap",
	},
	[MIN_RATE] = {
		.kind = WORD_U64, .flags = WORD_NOCASE | WORD_ONCE, WORD_FIELD(struct raid, min_rate), .num = NUM_KI,
		.max = INT32_MAX, OPTION("min_recovery_rate"),
		.once_error = "Only one min_recovery_rate argument pair allowed", .help = "least speed of a rebuild, KiB/s a device",
	},
	[MAX_RATE] = {
		.kind = WORD_U64, .flags = WORD_NOCASE | WORD_ONCE, WORD_FIELD(struct raid, max_rate), .num = NUM_KI,
		.max = INT32_MAX, OPTION("max_recovery_rate"),
		.once_error = "Only one max_recovery_rate argument pair allowed", .help = "highest speed of a rebuild, KiB/s a device",
	},
	[WRITE_MOSTLY] = {
		.kind = WORD_BITS, .flags = WORD_NOCASE, WORD_FIELD(struct raid, write_mostly), .num = NUM_KI,
		OPTION("write_mostly"), .help = "raid1: devices that are read last, from 0",
	},
	[WRITE_BEHIND] = {
		.kind = WORD_SIZE, .flags = WORD_NOCASE | WORD_ONCE, .unit = 512, WORD_FIELD(struct raid, write_behind),
		.num = NUM_KI, .max = INT32_MAX, OPTION("max_write_behind"),
		.once_error = "Only one max_write_behind argument pair allowed",
		.help = "raid1: how far write_mostly devices may lag",
	},
	[STRIPE_CACHE] = {
		.kind = WORD_U64, .flags = WORD_NOCASE | WORD_ONCE, WORD_FIELD(struct raid, stripe_cache),
		.num = NUM_KI, .max = INT32_MAX, OPTION("stripe_cache"),
		.once_error = "Only one stripe_cache argument pair allowed", .help = "raid4/5/6: stripes in memory (256)",
	},
	[REGION] = {
		.kind = WORD_SIZE, .flags = WORD_NOCASE | WORD_ONCE, .unit = 512, WORD_FIELD(struct raid, region),
		.num = NUM_KI, .max = INT32_MAX, OPTION("region_size"),
		.once_error = "Only one region_size argument pair allowed", .help = "what one bit of the bitmap stands for",
	},
	[COPIES] = {
		.kind = WORD_U64, .flags = WORD_NOCASE | WORD_ONCE, WORD_FIELD(struct raid, copies), .num = NUM_KI,
		.min = 2, .max = INT32_MAX, .dflt = 2, .word = "raid10_copies", .key = "raid10_copies",
		.error = "Bad value for 'raid10_copies'", .once_error = "Only one raid10_copies argument pair allowed",
		.help = "raid10: number of copies (2)",
	},
	[FORMAT] = {
		.kind = WORD_CHOICE, .flags = WORD_NOCASE | WORD_ONCE, WORD_FIELD(struct raid, format),
		.choices = formats, .word = "raid10_format", .key = "raid10_format",
		.error = "Invalid 'raid10_format' value given",
		.once_error = "Only one 'raid10_format' argument pair allowed", .help = "raid10: where copies are",
	},
	[DELTA] = {
		.kind = WORD_U64, .flags = WORD_NOCASE | WORD_ONCE, WORD_FIELD(struct raid, delta), .num = NUM_KI,
		.min = (uint64_t)-251, .max = 251, .word = "delta_disks", .key = "delta_disks",
		.error = "Too many delta_disk requested", .once_error = "Only one delta_disks argument pair allowed",
		.help = "devices that are added (or taken away) by a reshape",
	},
	[DATA_OFFSET] = {
		.kind = WORD_SIZE, .flags = WORD_NOCASE | WORD_ONCE, .unit = 512, WORD_FIELD(struct raid, data_offset),
		.num = NUM_KI, .max = INT32_MAX, .word = "data_offset", .key = "data_offset",
		.error = "Bogus data_offset value", .once_error = "Only one data_offset argument pair allowed",
		.help = "free space at the start of each data device, for a reshape",
	},
	[JOURNAL] = {
		.kind = WORD_DEVICE, .flags = WORD_NOCASE | WORD_ONCE | WORD_META, WORD_FIELD(struct raid, journal),
		.word = "journal_dev", .key = "journal_dev", .error = "raid4/5/6 journal device lookup failure",
		.once_error = "Only one raid4/5/6 set journaling device allowed",
		.help = "raid4/5/6: device that closes the write hole",
	},
	[JOURNAL_MODE] = {
		.kind = WORD_CHOICE, .flags = WORD_NOCASE | WORD_ONCE, WORD_FIELD(struct raid, journal_mode),
		.choices = journal_modes, .word = "journal_mode", .key = "journal_mode",
		.error = "Invalid 'journal_mode' argument",
		.once_error = "Only one raid4/5/6 'journal_mode' argument allowed", .help = "how the journal is used",
	},
	[NEAR_SETS] = {
		.kind = WORD_FLAG, .flags = WORD_NOCASE | WORD_ONCE | WORD_NOT_SHOWN, .word = "raid10_use_near_sets",
		.key = "raid10_use_near_sets", .once_error = "Only one 'raid10_use_new_sets' argument allowed",
		.help = "raid10 far and offset: copies are dealt over all devices, as md does by itself",
	},
	[PARAMS_END] = {.kind = WORD_GROUP_END},
	[COUNT] = {
		.kind = WORD_COUNT, .num = NUM_ARG, .min = 1, .max = 253,
		.error = "Cannot understand number of raid devices parameters", .help = "number of devices",
	},
	[DEVICES] = {
		.kind = WORD_REPEAT, WORD_FIELD(struct raid, devices), .rows = raid_pair_words,
		.item_size = sizeof(struct pair), .key = "devices", .error = "Invalid number of supplied raid devices",
		.help = "the devices in order; a plain one is data without metadata",
	},
	WORD_LAST,
};
