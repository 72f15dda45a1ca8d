/*
 * snapshot, snapshot-merge, snapshot-origin: rules that the recorded tables do not reach.
 * Expectations were read off snapshot_ctr() in dm-snap.c, dm-exception-store.c and
 * read_header() in dm-snap-persistent.c of Linux 6.12; the crash was seen on 7.2.13.
 */
#include <check.h>
#include <string.h>

#include "lines.h"

static const struct line_case cases[] = {
	{"6.12", "0 1024 snapshot d c P", "requires 4 or more arguments", NULL, NULL},
	/* The store's letters in any case; what follows N, and what follows PO, is ignored. */
	{"6.12", "0 1024 snapshot d c p 8", NULL, NULL, "d c P 8"},
	{"6.12", "0 1024 snapshot d c pox 8", NULL, NULL, "d c PO 8"},
	{"6.12", "0 1024 snapshot d c Po 8", NULL, NULL, "d c PO 8"},
	{"6.12", "0 1024 snapshot d c nothing 8", NULL, NULL, "d c N 8"},
	{"6.12", "0 1024 snapshot d c PX 8", "Couldn't create exception store", NULL, NULL},
	{"6.12", "0 1024 snapshot d c P 8x", "Couldn't create exception store", NULL, NULL},
	{"6.12", "0 1024 snapshot d c P +8", NULL, NULL, "d c P 8"},
	{"6.12", "0 1024 snapshot d c P 0", NULL, NULL, "d c P 32"},
	{"6.12", "0 1024 snapshot d c N 0", "Chunk size not set", "snapshot.chunk-needed", NULL},
	{"6.12", "0 1024 snapshot d c N 24", "Couldn't create exception store", "snapshot.chunk-size", NULL},
	{"6.12", "0 1024 snapshot d k N 4", "Couldn't create exception store", "snapshot.chunk-size", NULL},
	{"6.12", "0 1024 snapshot d k N 8", NULL, NULL, "d k N 8"},
	/* Not above INT_MAX / 512 sectors; a transient store may be smaller than a chunk. */
	{"6.12", "0 1024 snapshot d c N 2097152", NULL, NULL, "d c N 2097152"},
	{"6.12", "0 1024 snapshot d c N 4194304", "Couldn't create exception store", NULL, NULL},
	/* Header and first area are written at once: two chunks of 512 fit 1024 sectors. */
	{"6.12", "0 1024 snapshot d c P 512", NULL, NULL, NULL},
	{"6.12", "0 1024 snapshot d c P 1024", "Failed to read snapshot metadata", "snapshot.store-small", NULL},
	{"6.12", "0 1024 snapshot d d P 8", "COW device cannot be the same as origin device",
	 "snapshot.same-device", NULL},
	{"6.12", "0 1024 snapshot d c P 8 3 a b c", "Invalid number of feature arguments", NULL, NULL},
	{"6.12", "0 1024 snapshot d c P 8 1 zeroes", "Unrecognised feature requested", NULL, NULL},
	{"6.12", "0 1024 snapshot d c P 8 1 discard_passdown_origin",
	 "discard_passdown_origin feature depends on discard_zeroes_cow", "snapshot.passdown", NULL},
	{"6.12", "0 1024 snapshot d c P 8 2 Discard_Zeroes_cow discard_zeroes_cow more", NULL,
	 "target.words-ignored", "d c P 8 1 discard_zeroes_cow"},
	{"6.12", "0 1024 snapshot d c P 8 0", NULL, NULL, "d c P 8"},
	{"7.2", "0 1024 snapshot d c N 256 1 discard_zeroes_cow", "", "snapshot.discard-crash", NULL},
	{"7.2", "0 1024 snapshot d c N 512 1 discard_zeroes_cow", NULL, NULL, "d c N 512 1 discard_zeroes_cow"},
	{"7.2", "0 1024 snapshot-merge d c P 8 1 discard_zeroes_cow", "", "snapshot.discard-crash", NULL},
	{"6.12", "0 1024 snapshot-merge d c PO 8", NULL, NULL, "d c PO 8"},
	{"6.12", "0 1024 snapshot-merge d c N 8",
	 "Snapshot exception store does not support snapshot-merge.", "snapshot-merge.transient", NULL},
	{"6.12", "0 1024 snapshot-origin d", NULL, NULL, "d"},
	{"6.12", "0 1024 snapshot-origin", "origin: incorrect number of arguments", NULL, NULL},
	/* Sectors are not counted from the start of the line. */
	{"6.12", "0 8 zero\n8 8 snapshot-origin d", NULL, "table.not-at-zero", NULL},
};

static void devices(struct lines *l)
{
	lines_init(l, "6.12");
	lines_device(l, "d", 4096);
	lines_device(l, "c", 1024);
	lines_device(l, "k", 4096)->logical_block_size = 4096;
}

START_TEST(constructor)
{
	struct lines l;

	devices(&l);
	line_case_play(&l, &cases[_i]);
	lines_release(&l);
}
END_TEST

/* magic, valid, version, chunk size: what the store starts with, and what the kernel says. */
static const struct {
	uint8_t header[16];
	struct line_case lc;
} headers[] = {
	{"SnAp\1\0\0\0\1\0\0\0\x10\0\0", {"6.12", "0 1024 snapshot d c P 8", NULL, NULL, "d c P 16"}},
	{"SnAp\1\0\0\0\1\0\0\0\x10\0\0", {"6.12", "0 1024 snapshot d c P 0", NULL, NULL, "d c P 16"}},
	{"SnAp\1\0\0\0\1\0\0\0\x10\0\0", {"6.12", "0 1024 snapshot d c N 8", NULL, NULL, "d c N 8"}},
	/* Chunks of 1024 sectors: what a load that failed for lack of room leaves. */
	{"SnAp\1\0\0\0\1\0\0\0\0\4\0",
	 {"6.12", "0 1024 snapshot d c P 1024", "Failed to read snapshot metadata", "snapshot.store-small", NULL}},
	{"SnAp\1\0\0\0\1\0\0\0\x18\0\0",
	 {"6.12", "0 1024 snapshot d c P 8", "Failed to read snapshot metadata", "snapshot.header", NULL}},
	{"SnAp\1\0\0\0\1\0\0\0\0\0\0",
	 {"6.12", "0 1024 snapshot d c P 8", "Failed to read snapshot metadata", "snapshot.header", NULL}},
	{"SnAp\1\0\0\0\2\0\0\0\x8\0\0",
	 {"6.12", "0 1024 snapshot d c P 8", "Failed to read snapshot metadata", "snapshot.header", NULL}},
	{"SnAp\0\0\0\0\1\0\0\0\x8\0\0", {"6.12", "0 1024 snapshot d c P 8", NULL, "snapshot.invalid", NULL}},
	{"snap\1\0\0\0\1\0\0\0\x8\0\0",
	 {"6.12", "0 1024 snapshot d c P 8", "Failed to read snapshot metadata", "snapshot.header", NULL}},
	/* A magic of zero is a new store, whatever follows. */
	{"\0\0\0\0\1\0\0\0\7\0\0\0\x18\0\0", {"6.12", "0 1024 snapshot d c P 8", NULL, NULL, "d c P 8"}},
	/* The stored size decides on the crash, too. */
	{"SnAp\1\0\0\0\1\0\0\0\0\2\0",
	 {"7.2", "0 1024 snapshot d c P 8 1 discard_zeroes_cow", NULL, NULL, "d c P 512 1 discard_zeroes_cow"}},
};

START_TEST(stored_header)
{
	struct lines l;

	devices(&l);
	memcpy(lines_content(&l.devices[1]), headers[_i].header, 16);
	line_case_play(&l, &headers[_i].lc);
	lines_release(&l);
}
END_TEST

/* What cannot be read is not judged. */
START_TEST(unreadable)
{
	struct lines l;

	devices(&l);
	l.devices[1].read = NULL;
	ck_assert(lines_load(&l, "0 1024 snapshot d c P 1024"));
	ck_assert(!lines_load(&l, "0 1024 snapshot d c P 2048"));
	ck_assert(lines_says(&l, "Failed to read snapshot metadata"));
	lines_release(&l);
}
END_TEST

START_TEST(status)
{
	static const char *const known[] = {
		"16/32768 16", "0/0 0", "Invalid", "Merge failed", "Overflow", "Unknown",
	};
	struct lines l;

	lines_init(&l, "6.12");
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		ck_assert_pstr_eq(lines_status(&l, "snapshot", known[i]), known[i]);
		ck_assert_pstr_eq(lines_status(&l, "snapshot-merge", known[i]), known[i]);
	}
	ck_assert_ptr_null(lines_status(&l, "snapshot", "Merge"));
	ck_assert_ptr_null(lines_status(&l, "snapshot", "16/32768"));
	lines_release(&l);
}
END_TEST

Suite *suite_targets_snapshot(void);

Suite *suite_targets_snapshot(void)
{
	Suite *s = suite_create("targets/snapshot");
	TCase *tc = tcase_create("snapshot");

	tcase_add_loop_test(tc, constructor, 0, ARRAY_SIZE(cases));
	tcase_add_loop_test(tc, stored_header, 0, ARRAY_SIZE(headers));
	tcase_add_test(tc, unreadable);
	tcase_add_test(tc, status);
	suite_add_tcase(s, tc);
	return s;
}
