/*
 * mirror: the same data on several devices, with a log of regions that differ.
 * drivers/md/dm-raid1.c, dm-log.c, dm-log-userspace-base.c.
 */
#include <string.h>
#include <strings.h>

#include "targets/content.h"
#include "targets/targets.h"

enum { LOG, MIRRORS, FEATURES, HANDLE_ERRORS, KEEP_LOG, FEATURES_END };
enum { LOG_TYPE, LOG_DEVICE, LOG_REGION, LOG_SYNC, LOG_UUID, LOG_FLUSH, LOG_USER_TYPE, LOG_USER_ARGS };
enum { TYPE_CORE, TYPE_DISK, TYPE_USERSPACE };

#define LOG_MAGIC 0x4d695272

struct log {
	uint64_t given;
	unsigned type, sync;
	struct devref device;
	uint64_t region_sectors;
	const char *uuid, *user_type;
	struct word_list user_args;
};

struct leg {
	uint64_t given;
	struct devref dev;
};

struct mirror {
	uint64_t given;
	struct log log;
	struct repeat mirrors;
};

static const struct choice types[] = {
	{"core", KF_NONE, "in memory: all is copied again after every activation"},
	{"disk", KF_NONE, "on a device"},
	{"userspace", KF_NONE, "kept by a daemon (cluster mirrors)"},
	{0},
};

static const struct choice syncs[] = {
	{"sync", KF_NONE, "copies all, whatever the log says"},
	{"nosync", KF_NONE, "takes the legs as equal"},
	{0},
};

static const struct word log_words[] = {
	[LOG_TYPE] = {
		.kind = WORD_CHOICE, WORD_FIELD(struct log, type), .choices = types, .key = "type",
		.error = "Error creating mirror dirty log", .help = "where the log is kept",
	},
	[LOG_DEVICE] = {
		.kind = WORD_DEVICE, .flags = WORD_OPTIONAL | WORD_META, WORD_FIELD(struct log, device),
		.key = "device", .error = "Error creating mirror dirty log", .help = "disk: device of the log",
	},
	[LOG_REGION] = {
		.kind = WORD_SIZE, .flags = WORD_OPTIONAL | WORD_POWER_OF_2, .unit = 512,
		WORD_FIELD(struct log, region_sectors), .num = NUM_S32, .min = 2, .key = "region_size",
		.error = "Error creating mirror dirty log", .help = "core, disk: what one bit of the log stands for",
	},
	[LOG_SYNC] = {
		.kind = WORD_CHOICE, .flags = WORD_OPTIONAL, WORD_FIELD(struct log, sync), .choices = syncs,
		.key = "sync", .error = "Error creating mirror dirty log", .help = "core, disk: the state to start from",
	},
	[LOG_UUID] = {
		.kind = WORD_TEXT, .flags = WORD_OPTIONAL, WORD_FIELD(struct log, uuid), .key = "uuid",
		.help = "userspace: name of the log",
	},
	[LOG_FLUSH] = {
		.kind = WORD_FLAG, .key = "integrated_flush", .help = "userspace: flushes go with the marks",
	},
	[LOG_USER_TYPE] = {
		.kind = WORD_TEXT, .flags = WORD_OPTIONAL, WORD_FIELD(struct log, user_type), .key = "log_type",
		.help = "userspace: type of the daemon's log",
	},
	[LOG_USER_ARGS] = {
		.kind = WORD_LIST, .flags = WORD_OPTIONAL, WORD_FIELD(struct log, user_args), .key = "args",
		.help = "userspace: further words for the daemon",
	},
	WORD_LAST,
};

static const struct word leg_words[] = {
	{
		.kind = WORD_AREA, .flags = WORD_MAIN, WORD_FIELD(struct leg, dev), .num = NUM_S64,
		.key = "device", .aux_key = "offset", .error = "Device lookup failure",
		.aux_error = "Invalid offset", .help = "device of one leg, and where it starts",
	},
	WORD_LAST,
};

static const struct word words[] = {
	[LOG] = {
		.kind = WORD_STRUCT, WORD_FIELD(struct mirror, log), .rows = log_words,
		.item_size = sizeof(struct log), .key = "log", .help = "the log of regions that differ",
	},
	[MIRRORS] = {
		.kind = WORD_REPEAT, WORD_FIELD(struct mirror, mirrors), .rows = leg_words,
		.item_size = sizeof(struct leg), .key = "mirrors", .error = "Too few mirror arguments",
		.help = "the legs; the first one is copied to the others at the start",
	},
	[FEATURES] = {
		.kind = WORD_GROUP, .flags = WORD_TAIL, .error = "Invalid number of features",
		.once_error = "Unrecognised feature requested", .help = "number of feature words",
	},
	[HANDLE_ERRORS] = {
		.kind = WORD_FLAG, .list = "features", .word = "handle_errors",
		.help = "a failing leg is left out, and user space told",
	},
	[KEEP_LOG] = {
		.kind = WORD_FLAG, .list = "features", .word = "keep_log",
		.help = "writes go on while a leg is missing, and the log remembers them",
	},
	[FEATURES_END] = {.kind = WORD_GROUP_END},
	WORD_LAST,
};

#define LOG_ERROR "Error creating mirror dirty log"

/* ---- words ---- */

static int parse_sync(const struct parse_ctx *c, struct words *w, struct log *log)
{
	return params_parse_value(c, log_words, &log_words[LOG_SYNC], w, log);
}

static int parse_kernel_log(const struct parse_ctx *c, struct words *w, struct log *log, size_t nr)
{
	size_t least = log->type == TYPE_DISK ? 2 : 1;
	int r = 0;

	if (nr < least || nr > least + 1) {
		words_take(w);
		return parse_error(c, w, &F_COUNT, LOG_ERROR, "mirror: a %s log has %zu or %zu words, not %zu",
				   types[log->type].word, least, least + 1, nr);
	}
	if (log->type == TYPE_DISK)
		r = params_parse_value(c, log_words, &log_words[LOG_DEVICE], w, log);
	if (!r)
		r = params_parse_value(c, log_words, &log_words[LOG_REGION], w, log);
	return r || nr == least ? r : parse_sync(c, w, log);
}

/* userspace_ctr(): uuid, integrated_flush in any case, type, the rest. */
static int parse_user_log(const struct parse_ctx *c, struct words *w, struct log *log, size_t nr)
{
	size_t end = w->next + nr;

	if (nr < 3) {
		words_take(w);
		return parse_error(c, w, &F_COUNT, LOG_ERROR, "mirror: a userspace log has 3 words or more, not %zu", nr);
	}
	log->uuid = words_take(w);
	set_given(log, LOG_UUID);
	if (!strcasecmp(words_peek(w), "integrated_flush")) {
		words_take(w);
		set_given(log, LOG_FLUSH);
	}
	log->user_type = words_take(w);
	set_given(log, LOG_USER_TYPE);
	log->user_args.v = arena_array(c->arena, const char *, nr);
	while (w->next < end)
		log->user_args.v[log->user_args.nr++] = words_take(w);
	if (log->user_args.nr)
		set_given(log, LOG_USER_ARGS);
	return 0;
}

/* create_dirty_log() */
static int parse_log(const struct parse_ctx *c, struct words *w, struct log *log)
{
	const char *text = "Insufficient mirror log arguments", *word;
	uint64_t nr;
	int r;

	if (words_left(w) < 2)
		return parse_error(c, w, &F_WORDS_MISSING, text, "mirror: the log needs at least two words");
	r = params_parse_value(c, log_words, &log_words[LOG_TYPE], w, log);
	if (r)
		return r;
	word = words_take(w);
	if (!number_read(NUM_S32, word, false, &nr))
		return parse_error(c, w, &F_NUMBER, "Invalid mirror log argument count",
				   "mirror: the number of log words is not a number: '%s'", word);
	if (nr > words_left(w))
		return parse_error(c, w, &F_COUNT, text, "mirror: the log says %s words, and %zu follow", word,
				   words_left(w));
	return log->type == TYPE_USERSPACE ? parse_user_log(c, w, log, nr) : parse_kernel_log(c, w, log, nr);
}

static int parse_legs(const struct parse_ctx *c, struct words *w, struct mirror *m)
{
	const char *word = words_take(w);
	uint64_t nr = 0;

	if (!word || !number_read(NUM_S32, word, false, &nr) || nr < 2 || nr > 9)
		return parse_error(c, w, &F_COUNT, "Invalid number of mirrors",
				   "mirror: '%s' legs, and 2 to 9 are possible", word ? word : "");
	if (words_left(w) < 2 * nr)
		return parse_error(c, w, &F_WORDS_MISSING, "Too few mirror arguments",
				   "mirror: %s legs need %llu words, and %zu follow", word,
				   2 * (unsigned long long)nr, words_left(w));
	m->mirrors.v = arena_alloc(c->arena, nr * sizeof(struct leg));
	m->mirrors.nr = (size_t)nr;
	set_given(m, MIRRORS);
	for (size_t i = 0; i < nr; i++) {
		int r = params_parse(c, leg_words, w, repeat_item(&m->mirrors, &words[MIRRORS], i));

		if (r)
			return r;
	}
	return 0;
}

/* parse_features() */
static int parse_features(const struct parse_ctx *c, struct words *w, struct mirror *m)
{
	const char *word = words_take(w);
	uint64_t nr;

	if (!word)
		return 0;
	if (!number_read(NUM_S32, word, false, &nr))
		return parse_error(c, w, &F_NUMBER, "Invalid number of features",
				   "mirror: the number of features is not a number: '%s'", word);
	if (nr > words_left(w))
		return parse_error(c, w, &F_COUNT, "Not enough arguments to support feature count",
				   "mirror: %s features, and %zu words follow", word, words_left(w));
	while (nr--) {
		word = words_take(w);
		if (!strcmp(word, "handle_errors"))
			set_given(m, HANDLE_ERRORS);
		else if (!strcmp(word, "keep_log"))
			set_given(m, KEEP_LOG);
		else
			return parse_error(c, w, &F_OPTION_UNKNOWN, "Unrecognised feature requested",
					   "mirror: unknown feature '%s'", word);
	}
	return 0;
}

static int parse(const struct parse_ctx *c, struct words *w, void *params)
{
	struct mirror *m = params;
	int r = parse_log(c, w, &m->log);

	set_given(m, LOG);
	if (!r)
		r = parse_legs(c, w, m);
	return r ? r : parse_features(c, w, m);
}

static void emit_log(const struct emit_ctx *c, const struct log *log, struct strbuf *out)
{
	struct strbuf args = STRBUF_INIT;
	uint64_t nr = 0;

	if (log->type == TYPE_USERSPACE) {
		emit_word(&args, log->uuid ? log->uuid : "-");
		if (given(log, LOG_FLUSH))
			emit_word(&args, "integrated_flush");
		emit_word(&args, log->user_type ? log->user_type : "-");
		for (size_t i = 0; i < log->user_args.nr; i++)
			emit_word(&args, log->user_args.v[i]);
		nr = 2 + given(log, LOG_FLUSH) + log->user_args.nr;
	} else {
		if (log->type == TYPE_DISK)
			params_emit_row(c, log_words, &log_words[LOG_DEVICE], log, &args);
		emit_number(&args, log->region_sectors);
		if (given(log, LOG_SYNC))
			emit_word(&args, syncs[log->sync].word);
		nr = 1 + (log->type == TYPE_DISK) + given(log, LOG_SYNC);
	}
	emit_word(out, types[log->type].word);
	emit_number(out, nr);
	strbuf_addf(out, " %s", strbuf_str(&args));
	strbuf_release(&args);
}

static void emit(const struct emit_ctx *c, const void *params, struct strbuf *out)
{
	const struct mirror *m = params;

	emit_log(c, &m->log, out);
	emit_number(out, m->mirrors.nr);
	params_emit_row(c, words, &words[MIRRORS], m, out);
	params_emit_group(c, words, &words[FEATURES], m, out);
}

/* ---- rules ---- */

static const struct finding_kind F_LOG = {
	"mirror.log", SEV_ERROR, BY_KERNEL, "the log cannot be used",
	"A core log needs region_size, a disk log device and region_size, a userspace log uuid and log_type.",
	"volumes:\n  m: {target: mirror, log: {type: disk, region_size: 512KiB}, mirrors: [a, b], size: 1MiB}\n",
	"Add what is missing.",
};

static const struct finding_kind F_REGION = {
	"mirror.region-size", SEV_ERROR, BY_KERNEL, "the region size cannot be used",
	"Regions are a power of two from 1 KiB up to the volume, and at most 2^32-1 of them.",
	"volumes:\n  m: {target: mirror, log: {type: core, region_size: 2MiB}, mirrors: [a, b], size: 1MiB}\n",
	"512KiB suits most.",
};

static const struct finding_kind F_LEGS = {
	"mirror.legs", SEV_ERROR, BY_KERNEL, "the number of legs is not possible",
	"A mirror has 2 to 9 legs.",
	"volumes:\n  m: {target: mirror, log: {type: core, region_size: 512KiB}, mirrors: [a], size: 1MiB}\n",
	"Use linear for one device, raid for more.",
};

static const struct finding_kind F_LOG_SMALL = {
	"mirror.log-small", SEV_ERROR, BY_KERNEL, "the log device is too small",
	"It takes 1 KiB and a bit for every region, in whole logical blocks.",
	"devices: {l: {file: l.img, size: 1s}}\nvolumes:\n"
	"  m: {target: mirror, log: {type: disk, device: l, region_size: 512KiB}, mirrors: [a, b], size: 1MiB}\n",
	"Use a larger device, or larger regions.",
};

static const struct finding_kind F_SYNC_EACH_TIME = {
	"mirror.sync-every-time", SEV_WARNING, BY_DATA, "the log is forgotten at every activation",
	"With sync or nosync in the table a disk log is not read: nosync takes legs that differ as equal.",
	"volumes:\n  m: {target: mirror, log: {type: disk, device: l, region_size: 512KiB, sync: nosync}, "
	"mirrors: [a, b], size: 1MiB}\n",
	"Leave `sync` out once the mirror exists.",
};

static const struct finding_kind F_KEEP_LOG = {
	"mirror.keep-log", SEV_ERROR, BY_KERNEL, "keep_log needs handle_errors",
	"Without handling of errors there is nothing to keep a log of.",
	"volumes:\n  m: {target: mirror, log: {type: core, region_size: 512KiB}, mirrors: [a, b], "
	"features: [keep_log], size: 1MiB}\n",
	"Add handle_errors.",
};

static const struct finding_kind *const findings[] = {
	&F_LOG, &F_REGION, &F_LEGS, &F_LOG_SMALL, &F_SYNC_EACH_TIME, &F_KEEP_LOG, NULL,
};

static void check_log_size(const struct line_ctx *c, const struct log *log, uint64_t regions)
{
	const struct blkdev *dev = log->device.dev;
	unsigned __int128 need;

	if (log->type != TYPE_DISK || !blkdev_size_known(dev) || !dev->logical_block_size)
		return;
	need = 1024 + 8 * (((unsigned __int128)regions + 63) / 64);
	need = (need + dev->logical_block_size - 1) / dev->logical_block_size * dev->logical_block_size;
	if (need > (unsigned __int128)dev->nr_sectors * 512)
		line_report(c, &F_LOG_SMALL, &words[LOG], LOG_ERROR, "%s has %llu bytes, and %llu are needed", dev->name,
			    (unsigned long long)dev->nr_sectors * 512, (unsigned long long)need);
}

static void check_log(const struct line_ctx *c, const struct log *log)
{
	uint64_t region = log->region_sectors, regions;

	if (log->type == TYPE_USERSPACE) {
		if (!log->uuid || !log->user_type)
			line_report(c, &F_LOG, &words[LOG], LOG_ERROR, "a userspace log needs uuid and log_type");
		return;
	}
	if ((log->type == TYPE_DISK && !log->device.dev) || !given(log, LOG_REGION)) {
		line_report(c, &F_LOG, &words[LOG], LOG_ERROR, "a %s log needs %sregion_size", types[log->type].word,
			    log->type == TYPE_DISK ? "device and " : "");
		return;
	}
	if (region < 2 || (region & (region - 1)) || region > c->nr_sectors) {
		line_report(c, &F_REGION, &words[LOG], LOG_ERROR,
			    "%llu sectors are no power of two from 2 to %llu", (unsigned long long)region,
			    (unsigned long long)c->nr_sectors);
		return;
	}
	regions = (c->nr_sectors + region - 1) / region;
	if (regions > UINT32_MAX)
		line_report(c, &F_REGION, &words[LOG], LOG_ERROR, "%llu regions, and 2^32-1 are possible",
			    (unsigned long long)regions);
	check_log_size(c, log, regions);
	if (log->type == TYPE_DISK && given(log, LOG_SYNC))
		line_report(c, &F_SYNC_EACH_TIME, &words[LOG], NULL, "the log says %s", syncs[log->sync].word);
}

/* mirror_ctr() */
static void check(const struct line_ctx *c, const void *params)
{
	const struct mirror *m = params;

	check_log(c, &m->log);
	if (m->mirrors.nr < 2 || m->mirrors.nr > 9)
		line_report(c, &F_LEGS, &words[MIRRORS], "Invalid number of mirrors", "%zu legs", m->mirrors.nr);
	if (given(m, KEEP_LOG) && !given(m, HANDLE_ERRORS))
		line_report(c, &F_KEEP_LOG, &words[KEEP_LOG],
			    "keep_log feature requires the handle_errors feature", "handle_errors is missing");
}

static uint64_t natural_len(const void *params)
{
	const struct mirror *m = params;
	uint64_t least = UINT64_MAX;

	for (size_t i = 0; i < m->mirrors.nr; i++) {
		const struct leg *l = repeat_item(&m->mirrors, &words[MIRRORS], i);
		uint64_t left = devref_sectors(&l->dev);

		if (left < least)
			least = left;
	}
	return least == UINT64_MAX ? 0 : least;
}

/* ---- status ---- */

struct mirror_status {
	uint64_t given;
	struct repeat devices;
	struct ratio regions;
	const char *health;
	struct word_list log;
};

/* device_status_char() */
static const struct choice healths[] = {
	{"A", KF_NONE, "alive"},       {"F", KF_NONE, "flush_failed"}, {"D", KF_NONE, "write_failed"},
	{"S", KF_NONE, "sync_failed"}, {"R", KF_NONE, "read_failed"},  {"U", KF_NONE, "unclear"}, {0},
};

static const struct word status[] = {
	{.kind = WORD_COUNT, .num = NUM_S32, .help = "number of legs"},
	{.kind = WORD_REPEAT, WORD_FIELD(struct mirror_status, devices), .key = "devices",
	 .rows = status_device_words, .item_size = sizeof(struct status_device), .help = "the legs"},
	{.kind = WORD_RATIO, .flags = WORD_BRIEF, WORD_FIELD(struct mirror_status, regions), .key = "regions",
	 .aux_key = "in_sync",
	 .help = "regions that are equal on all legs, and all"},
	{.kind = WORD_FIXED, .word = "1", .help = "number of words that follow"},
	{.kind = WORD_TEXT, .flags = WORD_BRIEF, WORD_FIELD(struct mirror_status, health), .choices = healths, .key = "health",
	 .help = "one letter a leg: A fine, F flush, D write, S copy, R read error"},
	{.kind = WORD_LIST, .flags = WORD_ALWAYS, WORD_FIELD(struct mirror_status, log), .key = "log",
	 .help = "type of the log, its device, and A alive, D failed or F flush failed"},
	WORD_LAST,
};

/* disk_resume(), drivers/md/dm-log.c: a log without the mark begins anew. */
static enum content content(const void *params, size_t i, struct content_place *where)
{
	const struct mirror *p = params;

	if (i || p->log.type != TYPE_DISK)
		return CONTENT_NONE;
	return content_marked(&p->log.device, 0, 512, 0, LOG_MAGIC, where);
}

const struct target target_mirror = {
	.name = "mirror",
	.summary = "keeps the same data on several devices",
	.description = "The old mirror of LVM2; raid does the same with more. A write is done when all legs have it.",
	.traits = TRAIT_REDUNDANT,
	.words = words,
	.params_size = sizeof(struct mirror),
	.count_error = "Too many mirror arguments",
	.status = status,
	.status_size = sizeof(struct mirror_status),
	.findings = findings,
	.example = "pair: {target: mirror, log: {type: core, region_size: 512KiB}, mirrors: [disk, disk2], size: 8MiB}\n",
	.parse = parse,
	.emit = emit,
	.check = check,
	.natural_len = natural_len,
	.content = content,
};
