/*
 * The recorded session as calls: a row for each recorded step, in order, and rows without a
 * name for what had to happen in between.
 */
#include "play.h"

#define LONG_NAME                                                                                  \
	"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"                          \
	"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"

#define NO_IO    "the fake does no I/O"
#define NO_SECOND "the fake has no second process; nothing sleeps in it"
#define NO_STATS "dm-stats is no part of the fake"

#define STEP(step_, op_, ...) {.step = (step_), .op = (op_), __VA_ARGS__}

const struct step steps[] = {
	STEP("VERSION", OP_VERSION, .compare = COMPARE_VERSION),
	STEP("VERSION asked 4.99.0", OP_RAW_VERSION, .flags = 4, .nr = 99),
	STEP("VERSION asked 5.0.0", OP_RAW_VERSION, .flags = 5, .nr = 0),
	STEP("LIST_VERSIONS bytes", OP_LIST_VERSIONS, .compare = COMPARE_ERROR),
	STEP("LIST_VERSIONS small buffer", OP_RAW, .nr = DM_LIST_VERSIONS_CMD, .size = 320),
	STEP("GET_TARGET_VERSION linear", OP_TARGET_VERSION, .name = "linear", .compare = COMPARE_VERSION),
	STEP("GET_TARGET_VERSION nosuch", OP_TARGET_VERSION, .name = "nosuch"),
	STEP("LIST empty", OP_RAW, .nr = DM_LIST_DEVICES_CMD),

	/* no table */
	STEP("create a", OP_CREATE, .name = "a"),
	STEP("size after create", OP_SIZE, .name = "a"),
	STEP("create a again (duplicate name)", OP_CREATE, .name = "a"),
	STEP("status a (no table)", OP_INFO, .name = "a"),
	STEP("resume without table", OP_RESUME, .name = "a"),
	STEP("table status without table", OP_TABLE, .name = "a"),
	STEP("suspend without table", OP_SUSPEND, .name = "a"),
	STEP("resume", OP_RESUME, .name = "a"),

	/* names */
	STEP("create with slash in name", OP_CREATE, .name = "x/y"),
	STEP("create \"control\"", OP_CREATE, .name = "control", .since = 48),
	STEP("create \".\"", OP_CREATE, .name = ".", .since = 48),
	STEP("create empty name", OP_CREATE, .name = ""),
	STEP("create 127-char name", OP_CREATE, .name = LONG_NAME),
	STEP("remove it", OP_REMOVE, .name = LONG_NAME),
	STEP("create name with space", OP_CREATE, .name = "a b"),
	STEP("remove it", OP_REMOVE, .name = "a b"),

	/* load, clear */
	STEP("load a (linear 1024)", OP_LOAD, .name = "a", .text = "0 1024 linear 7:0 0"),
	STEP("status a", OP_INFO, .name = "a"),
	STEP("status a QUERY_INACTIVE", OP_INFO, .name = "a", .flags = DM_INACTIVE),
	STEP("inactive table read-back", OP_TABLE, .name = "a", .flags = DM_INACTIVE),
	STEP("active table read-back", OP_TABLE, .name = "a"),
	STEP("size before resume", OP_SIZE, .name = "a"),
	STEP("load bad table keeps the inactive one?", OP_LOAD, .name = "a", .text = "0 1024 linear 7:0"),
	STEP("status a", OP_INFO, .name = "a"),
	STEP("inactive read-back after a failed load", OP_TABLE, .name = "a", .flags = DM_INACTIVE),
	STEP("load again replaces the inactive table", OP_LOAD, .name = "a", .text = "0 512 linear 7:0 0"),
	STEP("inactive read-back", OP_TABLE, .name = "a", .flags = DM_INACTIVE),
	STEP("CLEAR", OP_CLEAR, .name = "a"),
	STEP("CLEAR again", OP_CLEAR, .name = "a"),

	/* resume, sizes */
	STEP("load 1024", OP_LOAD, .name = "a", .text = "0 1024 linear 7:0 0"),
	STEP("resume (swap)", OP_RESUME, .name = "a"),
	STEP("size after resume", OP_SIZE, .name = "a"),
	STEP("resume again (no-op)", OP_RESUME, .name = "a"),
	STEP("status", OP_INFO, .name = "a"),
	STEP("load bigger, resume without explicit suspend", OP_RELOAD, .name = "a", .text = "0 2048 linear 7:0 0"),
	STEP("size", OP_SIZE, .name = "a"),
	STEP("load smaller", OP_RELOAD, .name = "a", .text = "0 512 linear 7:0 0"),
	STEP("size", OP_SIZE, .name = "a"),
	STEP("load zero targets", OP_LOAD, .name = "a", .text = ""),
	STEP("status", OP_INFO, .name = "a"),
	STEP("resume of a zero-target table", OP_RESUME, .name = "a"),
	STEP("size", OP_SIZE, .name = "a"),
	STEP("tstatus", OP_TABLE, .name = "a"),
	STEP("reload 2048", OP_RELOAD, .name = "a", .text = "0 2048 linear 7:0 0"),

	/* while it is open */
	STEP(NULL, OP_OPEN, .name = "a"),
	STEP("status while open", OP_INFO, .name = "a"),
	STEP("remove while open", OP_REMOVE, .name = "a"),
	STEP("shrink while open", OP_RELOAD, .name = "a", .text = "0 512 linear 7:0 0"),
	STEP("size", OP_SIZE, .name = "a"),
	STEP("grow back while open", OP_RELOAD, .name = "a", .text = "0 2048 linear 7:0 0"),
	STEP("rename while open a->b", OP_RENAME, .name = "a", .text = "b"),
	STEP("status old name", OP_INFO, .name = "a"),
	STEP("deferred remove while open", OP_REMOVE, .name = "b", .flags = DM_DEFERRED),
	STEP("status b", OP_INFO, .name = "b"),
	STEP("cancel: @cancel_deferred_remove message", OP_MESSAGE, .name = "b", .text = "@cancel_deferred_remove"),
	STEP("status b", OP_INFO, .name = "b"),
	STEP("deferred again", OP_REMOVE, .name = "b", .flags = DM_DEFERRED),
	STEP("load on a device with deferred remove", OP_LOAD, .name = "b", .text = "0 1024 linear 7:0 0"),
	STEP("open again", OP_OPEN_CLOSE, .name = "b"),
	STEP(NULL, OP_CLOSE, .name = "b"),
	STEP("after last close: status b", OP_INFO, .name = "b"),
	STEP("remove missing", OP_REMOVE, .name = "zz"),
	STEP("remove empty name", OP_RAW, .name = "", .nr = DM_DEV_REMOVE_CMD),

	/* uuids, renames */
	STEP("create c uuid U1", OP_CREATE, .name = "c", .text = "U1"),
	STEP("create d with the same uuid", OP_CREATE, .name = "d", .text = "U1"),
	STEP("status by uuid", OP_INFO, .name = "U1", .by = BY_UUID),
	STEP("status by name and uuid both", OP_RAW, .name = "c", .text = "U1", .nr = DM_DEV_STATUS_CMD),
	STEP("status by dev", OP_INFO, .nr = 0, .by = BY_NUMBER),
	STEP(NULL, OP_CREATE, .name = "e"),
	STEP("rename c to a used name", OP_RENAME, .name = "c", .text = "e"),
	STEP("rename c to itself", OP_RENAME, .name = "c", .text = "c"),
	STEP("rename to empty", OP_RENAME, .name = "c", .text = ""),
	STEP("rename to name with slash", OP_RENAME, .name = "c", .text = "x/y"),
	STEP("set uuid on e (none before)", OP_SET_UUID, .name = "e", .text = "U2"),
	STEP("change uuid on e", OP_SET_UUID, .name = "e", .text = "U3"),
	STEP("rename missing", OP_RENAME, .name = "zz", .text = "yy"),
	STEP("LIST", OP_RAW, .nr = DM_LIST_DEVICES_CMD),
	STEP("remove c", OP_REMOVE, .name = "c"),
	STEP("remove e", OP_REMOVE, .name = "e"),
	STEP("create with minor 77 (PERSISTENT)", OP_CREATE, .name = "p", .nr = 77),
	STEP("same minor again", OP_CREATE, .name = "q", .nr = 77),
	STEP("remove p", OP_REMOVE, .name = "p"),

	/* read-only */
	STEP("create r", OP_CREATE, .name = "r"),
	STEP("load read-only", OP_LOAD, .name = "r", .text = "0 1024 linear 7:0 0", .flags = DM_READ_ONLY),
	STEP("resume", OP_RESUME, .name = "r"),
	STEP("open for write a read-only dm", OP_OPEN_CLOSE, .name = "r", .flags = OPEN_WRITE),
	STEP("open for read", OP_OPEN_CLOSE, .name = "r"),
	STEP("reload rw", OP_RELOAD, .name = "r", .text = "0 1024 linear 7:0 0"),
	STEP("open for write", OP_OPEN_CLOSE, .name = "r", .flags = OPEN_WRITE),

	/* stacks */
	STEP("stack: create s on r", OP_STACK, .name = "s", .text = "0 512 linear 254:0 0"),
	STEP("r open count", OP_INFO, .name = "r"),
	STEP("remove r while used by s", OP_REMOVE, .name = "r"),
	STEP("deps s", OP_DEPS, .name = "s"),
	STEP("reload r with a table on s (loop)", OP_LOAD, .name = "r", .text = "0 512 linear 254:1 0"),
	STEP("reload r with itself", OP_LOAD, .name = "r", .text = "0 512 linear 254:0 0", .since = 48),
	STEP("shrink r under s", OP_RELOAD, .name = "r", .text = "0 256 linear 7:0 0"),
	STEP("read past the shrunk end through s", OP_EXTRA, .name = "s", .nr = 300, .not_fake = NO_IO),
	STEP("REMOVE_ALL", OP_RAW, .nr = DM_REMOVE_ALL_CMD),
	STEP("LIST after REMOVE_ALL", OP_RAW, .nr = DM_LIST_DEVICES_CMD),
	STEP("create s again", OP_STACK, .name = "s", .text = "0 512 linear 7:0 0"),

	/* exclusive openings */
	STEP(NULL, OP_OPEN, .name = "7:1", .flags = OPEN_EXCL),
	STEP(NULL, OP_CREATE, .name = "x"),
	STEP("linear over an exclusively opened loop", OP_LOAD, .name = "x", .text = "0 512 linear 7:1 0"),
	STEP(NULL, OP_CLOSE, .name = "7:1", .flags = OPEN_EXCL),
	STEP("and after it is closed", OP_LOAD, .name = "x", .text = "0 512 linear 7:1 0"),
	STEP("clean", OP_REMOVE, .name = "x"),
	STEP(NULL, OP_CREATE, .name = "x"),
	STEP(NULL, OP_LOAD, .name = "x", .text = "0 512 linear 7:1 0"),
	STEP(NULL, OP_CREATE, .name = "y"),
	STEP("two dm devices over one loop", OP_LOAD, .name = "y", .text = "0 512 linear 7:1 0"),
	STEP("O_EXCL open of a loop in use by dm", OP_OPEN_CLOSE, .name = "7:1", .flags = OPEN_EXCL),
	STEP("plain write open of it", OP_OPEN_CLOSE, .name = "7:1", .flags = OPEN_WRITE),
	STEP(NULL, OP_REMOVE, .name = "y"),
	STEP(NULL, OP_CREATE, .name = "z"),
	STEP("node before the first load: /dev/dm-N exists?", OP_NODE, .name = "z"),
	STEP(NULL, OP_LOAD, .name = "z", .text = "0 512 linear 7:1 0"),
	STEP("node after load", OP_NODE, .name = "z"),
	STEP(NULL, OP_REMOVE, .name = "z"),
	STEP("clean", OP_REMOVE, .name = "x"),

	/* suspend */
	STEP("suspend s", OP_SUSPEND, .name = "s"),
	STEP("suspend s again", OP_SUSPEND, .name = "s"),
	STEP("status suspended", OP_INFO, .name = "s"),
	STEP("remove a suspended device", OP_REMOVE, .name = "s"),
	STEP("create s", OP_STACK, .name = "s", .text = "0 512 linear 7:0 0"),
	STEP("suspend NOFLUSH", OP_SUSPEND, .name = "s", .flags = DM_NOFLUSH),
	STEP(NULL, OP_OPEN, .name = "s"), /* the reader */
	STEP("reader blocks while suspended", OP_EXTRA, .name = "s", .text = "reader starts", .not_fake = NO_SECOND),
	STEP("resume", OP_RESUME, .name = "s"),
	STEP("reader done after resume", OP_EXTRA, .name = "s", .text = "reader ends", .not_fake = NO_SECOND),
	STEP(NULL, OP_CLOSE, .name = "s"),

	/* events */
	STEP("event nr", OP_EXTRA, .name = "s", .text = "event",
	     .not_fake = "the number stands in every answer that is compared"),
	STEP("reload raises the event?", OP_RELOAD, .name = "s", .text = "0 512 linear 7:0 0"),
	STEP("DEV_WAIT blocks", OP_WAIT_BLOCKS, .name = "s"),
	STEP(NULL, OP_EXTRA, .name = "s", .text = "waiter starts", .not_fake = NO_SECOND),
	STEP("suspend+resume with new table wakes it?", OP_RELOAD, .name = "s", .text = "0 512 linear 7:0 0"),
	STEP("woken", OP_EXTRA, .name = "s", .text = "woken", .not_fake = NO_SECOND),
	STEP("WAIT with an old event number returns at once", OP_EXTRA, .name = "s", .text = "old event",
	     .not_fake = "the recorder had no old number to ask with"),
	STEP("remove while a waiter waits", OP_REMOVE, .name = "s"),
	STEP("waiter after removal", OP_EXTRA, .name = "s", .text = "waiter ends", .not_fake = NO_SECOND),

	/* messages, geometry, small buffers */
	STEP(NULL, OP_STACK, .name = "m", .text = "0 512 linear 7:0 0"),
	STEP("message to linear", OP_MESSAGE, .name = "m", .text = "hello"),
	STEP("message beyond the end", OP_MESSAGE, .name = "m", .text = "hello", .nr = 100000),
	STEP("empty message", OP_MESSAGE, .name = "m", .text = ""),
	STEP("@stats_create", OP_MESSAGE, .name = "m", .text = "@stats_create - /1", .not_fake = NO_STATS),
	STEP("@stats_list", OP_MESSAGE, .name = "m", .text = "@stats_list", .not_fake = NO_STATS),
	STEP("@stats_print 0", OP_MESSAGE, .name = "m", .text = "@stats_print 0", .not_fake = NO_STATS),
	STEP("@nosuch", OP_MESSAGE, .name = "m", .text = "@nosuch"),
	STEP("GEOMETRY", OP_GEOMETRY, .name = "m", .text = "1 1 1 0"),
	STEP("GEOMETRY too big", OP_GEOMETRY, .name = "m", .text = "100000 1 1 0"),
	STEP("GEOMETRY bad", OP_GEOMETRY, .name = "m", .text = "1 1 1"),
	STEP("TSTATUS small buffer sets BUFFER_FULL", OP_RAW, .name = "m", .flags = DM_STATUS_TABLE_FLAG,
	     .nr = DM_TABLE_STATUS_CMD, .size = 320),
	STEP("unknown ioctl nr 18+", OP_RAW, .nr = 40),
	STEP("ARM_POLL", OP_RAW, .nr = DM_DEV_ARM_POLL_CMD),

	/* what cannot replace what */
	STEP("load: type change bio -> request (multipath rq)", OP_LOAD, .name = "m",
	     .text = "0 512 multipath 0 0 1 1 round-robin 0 1 0 7:0"),
	STEP("load immutable (thin-pool) over linear: replaces?", OP_LOAD, .name = "m",
	     .text = "0 512 thin-pool 7:1 7:2 128 0"),
	STEP("resume", OP_RESUME, .name = "m"),
	STEP("load linear over an active thin-pool (immutable)", OP_LOAD, .name = "m", .text = "0 512 linear 7:0 0"),
	STEP("load another pool over it", OP_LOAD, .name = "m", .text = "0 1024 thin-pool 7:1 7:2 128 0"),
	STEP("resume", OP_RESUME, .name = "m"),
	STEP("load pool with other devices", OP_LOAD, .name = "m", .text = "0 1024 thin-pool 7:0 7:2 128 0"),
	STEP("resume", OP_RESUME, .name = "m"),
	STEP("remove", OP_REMOVE, .name = "m"),
	STEP("uevents: see out/uevents", OP_EXTRA, .text = "uevents",
	     .not_fake = "uevents were recorded apart"),
};

const size_t nr_steps = sizeof(steps) / sizeof(*steps);
