/* Answers that no kernel should give: refused whole, never read past. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "dm/dm.h"

/* A back end that answers with given bytes behind the head, and remembers the request. */
struct puppet {
	struct dm_backend b;
	unsigned char data[256];
	size_t len;           /* of data */
	uint32_t data_start;  /* 0: where it belongs */
	uint32_t data_size;   /* 0: as it is */
	uint32_t target_count, flags, minor;
	size_t full;          /* so many times: does not fit */
	size_t calls, last_size;
	uint32_t last_flags;
};

static int puppet_submit(struct dm_backend *b, unsigned cmd, struct dm_ioctl *io)
{
	struct puppet *p = (struct puppet *)b;

	p->calls++;
	p->last_size = io->data_size;
	p->last_flags = io->flags;
	io->version[1] = p->minor;
	io->flags = p->flags;
	if (p->full) {
		p->full--;
		io->flags |= DM_BUFFER_FULL_FLAG;
		return 0;
	}
	io->target_count = p->target_count;
	io->data_start = p->data_start ? p->data_start : sizeof(*io);
	if (cmd == DM_DEV_STATUS_CMD) {
		io->data_size = p->data_size ? p->data_size : offsetof(struct dm_ioctl, data);
		return 0;
	}
	memcpy((char *)io + sizeof(*io), p->data, p->len);
	io->data_size = p->data_size ? p->data_size : (uint32_t)(sizeof(*io) + p->len);
	return 0;
}

static void puppet_free(struct dm_backend *b)
{
	(void)b;
}

static struct puppet puppet;
static struct dm *dm;
static struct arena arena;

static void setup(void)
{
	puppet = (struct puppet){.b = {puppet_submit, puppet_free}, .minor = 48};
	dm = dm_new(&puppet.b, NULL);
	arena_init(&arena);
}

static void teardown(void)
{
	dm_free(dm);
	arena_release(&arena);
}

static void put(const void *p, size_t len)
{
	memcpy(puppet.data + puppet.len, p, len);
	puppet.len += len;
}

/* Numbers of the kernel's structs are in the machine's own order. */
static void put_u32s(uint32_t a, uint32_t b)
{
	put(&a, 4);
	put(&b, 4);
}

static void put_u64(uint64_t v)
{
	put(&v, 8);
}

static void put_name(uint64_t dev, uint32_t next, const char *name, size_t size)
{
	put(&dev, 8);
	put(&next, 4);
	put(name, size);
}

START_TEST(names)
{
	struct dm_names n;
	struct puppet clean = puppet;

	/* the record of "LIST" (tests/data/ioctl), with its flags behind the event numbers */
	put_name(0xfe00, 24, "c\0\0\0", 4);
	put_u32s(5, 2);
	put_name(0xfe01, 0, "a\\x20b\0\0\0\0\0", 12);
	put_u32s(0, 1);
	put("U2\0\0\0\0\0\0", 8);
	ck_assert_int_eq(dm_list(dm, &arena, &n), 0);
	ck_assert_uint_eq(n.nr, 2);
	ck_assert_str_eq(n.v[0].name, "c");
	ck_assert_uint_eq(n.v[0].dev, makedev(254, 0));
	ck_assert_uint_eq(n.v[0].event_nr, 5);
	ck_assert_str_eq(n.v[0].uuid, "");
	ck_assert_str_eq(n.v[1].name, "a b");
	ck_assert_str_eq(n.v[1].uuid, "U2");

	puppet = clean;
	ck_assert_int_eq(dm_list(dm, &arena, &n), 0);
	ck_assert_uint_eq(n.nr, 0);

	puppet = clean; /* the name has no end */
	put_name(1, 0, "abcd", 4);
	ck_assert_int_eq(dm_list(dm, &arena, &n), -EBADMSG);

	puppet = clean; /* the next one lies behind the end */
	put_name(1, 4096, "abc", 4);
	put("\0\0\0\0\0\0\0\0", 8);
	ck_assert_int_eq(dm_list(dm, &arena, &n), -EBADMSG);

	puppet = clean; /* goes round in circles */
	put_name(1, 8, "abc", 4);
	put(&(uint64_t[4]){0}, 32);
	ck_assert_int_eq(dm_list(dm, &arena, &n), -EBADMSG);

	puppet = clean; /* a uuid without end */
	put_name(1, 0, "abc", 4);
	put_u32s(0, 1);
	put("abcdefgh", 8);
	ck_assert_int_eq(dm_list(dm, &arena, &n), -EBADMSG);
}
END_TEST

static void put_spec(uint64_t start, uint32_t next, const char *type, const char *params, size_t size)
{
	struct dm_target_spec s = {.sector_start = start, .length = 8, .next = next};

	memcpy(s.target_type, type, strnlen(type, sizeof(s.target_type)));
	put(&s, sizeof(s));
	put(params, size);
}

START_TEST(lines)
{
	struct puppet clean = puppet;
	struct dm_lines l;

	puppet.target_count = 2;
	put_spec(0, 48, "zero", "\0\0\0\0\0\0\0\0", 8);
	put_spec(8, 96, "linear", "8:0 0\0\0\0", 8);
	ck_assert_int_eq(dm_table(dm, dm_by_name("a"), 0, &arena, NULL, &l, NULL), 0);
	ck_assert_uint_eq(l.nr, 2);
	ck_assert_str_eq(l.v[1].params, "8:0 0");
	ck_assert_uint_eq(l.v[1].start_sectors, 8);
	ck_assert(puppet.last_flags & DM_SECURE_DATA_FLAG);
	ck_assert_int_eq(dm_status(dm, dm_by_name("a"), 0, &arena, &l, NULL), 0);
	ck_assert(!(puppet.last_flags & (DM_SECURE_DATA_FLAG | DM_STATUS_TABLE_FLAG)));

	puppet = clean; /* more lines than bytes */
	puppet.target_count = 1 << 30;
	put_spec(0, 48, "zero", "\0\0\0\0\0\0\0", 8);
	ck_assert_int_eq(dm_status(dm, dm_by_name("a"), 0, &arena, &l, NULL), -EBADMSG);

	puppet = clean; /* parameters without end */
	puppet.target_count = 1;
	put_spec(0, 48, "zero", "12345678", 8);
	ck_assert_int_eq(dm_status(dm, dm_by_name("a"), 0, &arena, &l, NULL), -EBADMSG);

	puppet = clean; /* a type without end */
	puppet.target_count = 1;
	put_spec(0, 48, "0123456789abcdef", "\0\0\0\0\0\0\0", 8);
	ck_assert_int_eq(dm_status(dm, dm_by_name("a"), 0, &arena, &l, NULL), -EBADMSG);

	puppet = clean; /* not aligned, else whole */
	puppet.target_count = 2;
	put_spec(0, 52, "zero", "\0\0\0\0\0\0\0\0\0\0\0\0", 12);
	put_spec(8, 100, "zero", "\0\0\0\0\0\0\0\0", 8);
	ck_assert_int_eq(dm_status(dm, dm_by_name("a"), 0, &arena, &l, NULL), -EBADMSG);

	for (uint32_t next = 0; next < 200; next += 20) {
		puppet = clean; /* backwards, onto itself, into the middle, behind the end */
		puppet.target_count = 2;
		put_spec(0, next, "zero", "\0\0\0\0\0\0\0\0", 8);
		put_spec(8, next, "zero", "\0\0\0\0\0\0\0\0", 8);
		ck_assert_int_eq(dm_status(dm, dm_by_name("a"), 0, &arena, &l, NULL), -EBADMSG);
	}
}
END_TEST

START_TEST(deps_and_versions)
{
	struct dm_versions v;
	struct puppet clean = puppet;
	uint32_t version[3];
	struct dm_devs d;

	put_u32s(2, 0);
	put_u64(0x700);
	put_u64(0x701);
	ck_assert_int_eq(dm_deps(dm, dm_by_name("a"), 0, &arena, &d, NULL), 0);
	ck_assert_uint_eq(d.nr, 2);
	ck_assert_uint_eq(d.v[1], makedev(7, 1));
	puppet.len -= 1;
	ck_assert_int_eq(dm_deps(dm, dm_by_name("a"), 0, &arena, &d, NULL), -EBADMSG);

	puppet = clean; /* no table, no data */
	ck_assert_int_eq(dm_deps(dm, dm_by_name("a"), 0, &arena, &d, NULL), 0);
	ck_assert_uint_eq(d.nr, 0);

	puppet = clean;
	put_u32s(0, 1);
	put_u32s(4, 0);
	put("linear\0", 7);
	ck_assert_int_eq(dm_list_versions(dm, &arena, &v), 0);
	ck_assert_uint_eq(v.nr, 1);
	ck_assert_int_eq(dm_get_target_version(dm, "linear", version), 0);
	ck_assert_uint_eq(version[1], 4);
	ck_assert_int_eq(dm_get_target_version(dm, "striped", version), -EINVAL);
	memset(puppet.data, 200, 4);
	ck_assert_int_eq(dm_list_versions(dm, &arena, &v), -EBADMSG);
	memset(puppet.data, 0, 4);
	puppet.len -= 1;
	ck_assert_int_eq(dm_list_versions(dm, &arena, &v), -EBADMSG);
}
END_TEST

START_TEST(heads)
{
	const char *answer;

	puppet.data_size = 1 << 20; /* larger than what was sent */
	ck_assert_int_eq(dm_info(dm, dm_by_name("a"), 0, NULL), -EBADMSG);
	puppet.data_size = 0;
	puppet.data_start = 1 << 30;
	ck_assert_int_eq(dm_info(dm, dm_by_name("a"), 0, NULL), 0);
	puppet.flags = DM_DATA_OUT_FLAG;
	ck_assert_int_eq(dm_message(dm, dm_by_name("a"), 0, "x", 0, &arena, &answer), -EBADMSG);
	puppet.data_start = 0;
	put("an answer", 10);
	ck_assert_int_eq(dm_message(dm, dm_by_name("a"), 0, "x", DM_SECURE, &arena, &answer), 0);
	ck_assert_str_eq(answer, "an answer");
	ck_assert(puppet.last_flags & DM_SECURE_DATA_FLAG);
}
END_TEST

START_TEST(buffers_grow)
{
	struct dm_names n;
	size_t first;

	ck_assert_int_eq(dm_list(dm, &arena, &n), 0);
	first = puppet.last_size;
	puppet.full = 5;
	ck_assert_int_eq(dm_list(dm, &arena, &n), 0);
	ck_assert_uint_eq(puppet.last_size, first << 5);
	/* The next list begins where this one ended; other requests stay small. */
	ck_assert_int_eq(dm_list(dm, &arena, &n), 0);
	ck_assert_uint_eq(puppet.last_size, first << 5);
	ck_assert_int_eq(dm_info(dm, dm_by_name("a"), 0, NULL), 0);
	ck_assert_uint_le(puppet.last_size, first);
}
END_TEST

/* Before 4.38.0 nothing stands behind a name; before 4.45.0 no uuid. */
START_TEST(old_kernels)
{
	struct dm_names n;

	put_name(0xfe00, 0, "abc", 4);
	puppet.minor = 37;
	ck_assert_int_eq(dm_list(dm, &arena, &n), 0);
	ck_assert_uint_eq(n.nr, 1);
	ck_assert_uint_eq(n.v[0].event_nr, 0);
	ck_assert_uint_eq(puppet.calls, 2); /* asked for the uuid */
}
END_TEST

Suite *suite_dm_answers(void);

Suite *suite_dm_answers(void)
{
	Suite *s = suite_create("dm/answers");
	TCase *tc = tcase_create("answers");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, names);
	tcase_add_test(tc, lines);
	tcase_add_test(tc, deps_and_versions);
	tcase_add_test(tc, heads);
	tcase_add_test(tc, buffers_grow);
	tcase_add_test(tc, old_kernels);
	suite_add_tcase(s, tc);
	return s;
}
