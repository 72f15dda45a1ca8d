/*
 * log-writes: records every write in a second device. drivers/md/dm-log-writes.c.
 */
#include "targets/content.h"
#include "targets/targets.h"

enum { DEVICE, LOG };

struct log_writes {
	uint64_t given;
	struct devref dev, log;
};

static const struct word words[] = {
	[DEVICE] = {
		.kind = WORD_DEVICE, WORD_FIELD(struct log_writes, dev), .key = "device",
		.error = "Device lookup failed", .help = "the device whose writes are recorded",
	},
	[LOG] = {
		.kind = WORD_DEVICE, .flags = WORD_COPIES, WORD_FIELD(struct log_writes, log), .key = "log_device",
		.error = "Log device lookup failed", .help = "the device that the log is written to",
	},
	WORD_LAST,
};

/* log_writes_iterate_devices(): the log device is not looked at. */
static void areas(const struct line_ctx *c, const void *params, area_fn *fn, void *priv)
{
	const struct log_writes *p = params;

	fn(priv, &p->dev, &words[DEVICE], 0, c->nr_sectors);
}

static const struct finding_kind F_SAME = {
	"log-writes.same-device", SEV_ERROR, BY_DATA, "the log is written onto the device it records",
	"The kernel takes it, and the log overwrites the data.",
	"volumes:\n  v: {target: log-writes, device: d, log_device: d}\n",
	"Use a second device for the log.",
};

static const struct finding_kind *const findings[] = {&F_SAME, NULL};

static void check(const struct line_ctx *c, const void *params)
{
	const struct log_writes *p = params;

	if (blkdev_same(p->dev.dev, p->log.dev))
		line_report(c, &F_SAME, &words[LOG], NULL, "device and log are both %s", p->log.dev->name);
}

struct log_writes_status {
	uint64_t given;
	uint64_t entries, last_sector;
	unsigned disabled;
};

static const struct choice disabled[] = {{"logging_disabled", KF_NONE, "the log is full or failed"}, {0}};

static const struct word status[] = {
	{.kind = WORD_U64, .flags = WORD_BRIEF, WORD_FIELD(struct log_writes_status, entries), .key = "entries",
	 .help = "entries in the log"},
	{.kind = WORD_U64, WORD_FIELD(struct log_writes_status, last_sector), .key = "last_sector",
	 .help = "last sector of the log device in use"},
	{.kind = WORD_CHOICE, .flags = WORD_TAIL | WORD_BRIEF, WORD_FIELD(struct log_writes_status, disabled),
	 .choices = disabled, .key = "logging", .help = "there when logging has stopped"},
	WORD_LAST,
};

static const struct message messages[] = {
	{"mark", "TEXT", KF_NONE, "writes an entry with a text into the log"},
	{0},
};

/* The log begins anew whenever the target is loaded. */
static enum content content(const void *params, size_t i, struct content_place *where)
{
	const struct log_writes *p = params;

	return i ? CONTENT_NONE : content_scratch(&p->log, where);
}

const struct target target_log_writes = {
	.name = "log-writes",
	.summary = "records every write in a log on a second device",
	.description = "The log can be replayed up to any flush, FUA write or mark, to see what a power cut "
		       "would have left.",
	.flags = TARGET_EXTRA_WORDS | TARGET_AT_ZERO,
	.words = words,
	.params_size = sizeof(struct log_writes),
	.count_error = "Invalid argument count",
	.status = status,
	.status_size = sizeof(struct log_writes_status),
	.messages = messages,
	.findings = findings,
	.example = "logged: {target: log-writes, device: disk, log_device: disk2}\n",
	.check = check,
	.areas = areas,
	.content = content,
};
