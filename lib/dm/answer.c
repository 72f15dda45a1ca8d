/*
 * The data behind struct dm_ioctl in answers: list_devices(), retrieve_status(),
 * retrieve_deps(), __list_versions() and target_message() of drivers/md/dm-ioctl.c.
 */
#include <errno.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/vec.h"
#include "dm/internal.h"

struct span_of {
	const char *p;
	size_t len;
};

/* No data at all where the kernel had nothing to say: then data_size ends with the head. */
static struct span_of answer_data(const struct request *rq)
{
	const struct dm_ioctl *io = rq->io;

	if (io->data_size <= io->data_start)
		return (struct span_of){"", 0};
	return (struct span_of){(const char *)io + io->data_start, io->data_size - io->data_start};
}

/* The struct at `off`, copied: answers need not be aligned. */
static bool take(struct span_of d, size_t off, void *to, size_t size)
{
	if (off > d.len || size > d.len - off)
		return false;
	memcpy(to, d.p + off, size);
	return true;
}

/* The string at `off`; NULL where it does not end inside. */
static const char *take_string(struct span_of d, size_t off, size_t *ret_len)
{
	const char *end = off < d.len ? memchr(d.p + off, '\0', d.len - off) : NULL;

	if (!end)
		return NULL;
	*ret_len = (size_t)(end - (d.p + off));
	return d.p + off;
}

static size_t align8(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

/* huge_decode_dev() of include/linux/kdev_t.h */
dev_t decode_dev(uint64_t dev)
{
	return makedev((unsigned)(dev & 0xfff00) >> 8, (unsigned)((dev & 0xff) | (dev >> 12 & 0xfff00)));
}

/* A name as people write it; as it is where it was never mangled. */
static char *plain_name(const struct dm *dm, struct arena *arena, const char *name, size_t len)
{
	char *copy = arena_strndup(arena, name, len), *plain = arena_alloc(arena, len + 1);

	return dm_name_unmangle(copy, dm->mangling, plain, len + 1) ? copy : plain;
}

/*
 * Event number and flags stand behind the name, aligned; the uuid behind those. Kernels
 * have the number from 4.38.0 on, the uuid from 4.45.0.
 */
static int take_event(const struct request *rq, struct arena *arena, struct span_of d, size_t off,
		      struct dm_name *n)
{
	uint32_t event[2];
	const char *uuid;
	size_t len;

	if (rq->io->version[1] < 38)
		return 0;
	if (!take(d, off, event, sizeof(event)))
		return -EBADMSG;
	n->event_nr = event[0];
	if (rq->io->version[1] < 45)
		return 0;
	n->uuid = "";
	if (!(event[1] & DM_NAME_LIST_FLAG_HAS_UUID))
		return 0;
	uuid = take_string(d, align8(off + sizeof(event)), &len);
	if (!uuid)
		return -EBADMSG;
	n->uuid = plain_name(rq->dm, arena, uuid, len);
	return 0;
}

int answer_names(const struct request *rq, struct arena *arena, struct dm_names *ret)
{
	const size_t head = offsetof(struct dm_name_list, name);
	struct span_of d = answer_data(rq);
	VEC(struct dm_name) names = {0};
	size_t off = 0, len;
	struct {
		uint64_t dev;
		uint32_t next;
	} e;
	int err = 0;

	while (d.len && !err) {
		struct dm_name n = {0};
		const char *name;

		err = -EBADMSG;
		if (!take(d, off, &e.dev, sizeof(e.dev)))
			break;
		if (!e.dev && !off) { /* the mark of an empty list */
			err = 0;
			break;
		}
		name = take_string(d, off + head, &len);
		if (!name || !take(d, off + offsetof(struct dm_name_list, next), &e.next, sizeof(e.next)))
			break;
		n.dev = decode_dev(e.dev);
		n.name = plain_name(rq->dm, arena, name, len);
		err = take_event(rq, arena, d, align8(off + head + len + 1), &n);
		if (!err)
			vec_push(&names, n);
		if (!e.next)
			break;
		if (e.next < head + len + 1 || e.next > d.len - off)
			err = -EBADMSG;
		off += e.next;
	}
	if (!err) {
		ret->nr = names.nr;
		ret->v = arena_memdup(arena, names.v, names.nr * sizeof(*names.v));
	}
	vec_release(&names);
	return err;
}

int answer_lines(const struct request *rq, struct arena *arena, struct secrets *secrets,
		 struct dm_lines *ret)
{
	struct span_of d = answer_data(rq);
	size_t nr = rq->io->target_count, off = 0;
	struct dm_line *lines;
	char *copy;

	if (nr > d.len / sizeof(struct dm_target_spec))
		return -EBADMSG;
	lines = arena_array(arena, struct dm_line, nr);
	/* Room for all parameters: a secret of its own for each would take a page each. */
	copy = secrets ? secret_alloc(secrets, d.len) : arena_alloc(arena, d.len);
	for (size_t i = 0; i < nr; i++) {
		struct dm_target_spec spec;
		const char *params;
		size_t len;

		if (!take(d, off, &spec, sizeof(spec)) ||
		    !memchr(spec.target_type, '\0', sizeof(spec.target_type)))
			return -EBADMSG;
		params = take_string(d, off + sizeof(spec), &len);
		if (!params)
			return -EBADMSG;
		lines[i] = (struct dm_line){spec.sector_start, spec.length,
					    arena_strdup(arena, spec.target_type),
					    memcpy(copy, params, len + 1)};
		copy += len + 1;
		if (i + 1 == nr)
			break;
		/* Counted from the first line, unlike in what is sent. */
		if (spec.next < off + sizeof(spec) + len + 1 || spec.next % 8 || spec.next > d.len)
			return -EBADMSG;
		off = spec.next;
	}
	*ret = (struct dm_lines){lines, nr};
	return 0;
}

int answer_deps(const struct request *rq, struct arena *arena, struct dm_devs *ret)
{
	struct span_of d = answer_data(rq);
	const size_t head = offsetof(struct dm_target_deps, dev);
	uint32_t count = 0;
	dev_t *devs;

	if (!d.len) {
		*ret = (struct dm_devs){0};
		return 0;
	}
	if (!take(d, 0, &count, sizeof(count)) || d.len < head || count > (d.len - head) / sizeof(uint64_t))
		return -EBADMSG;
	devs = arena_array(arena, dev_t, count);
	for (uint32_t i = 0; i < count; i++) {
		uint64_t dev = 0;

		take(d, head + i * sizeof(dev), &dev, sizeof(dev));
		devs[i] = decode_dev(dev);
	}
	*ret = (struct dm_devs){devs, count};
	return 0;
}

int answer_versions(const struct request *rq, struct arena *arena, struct dm_versions *ret)
{
	struct span_of d = answer_data(rq);
	VEC(struct dm_target_version) versions = {0};
	size_t off = 0, len;
	int err = 0;

	while (d.len) {
		struct dm_target_versions v;
		const char *name = NULL;

		if (take(d, off, &v, sizeof(v)))
			name = take_string(d, off + sizeof(v), &len);
		if (!name) {
			err = -EBADMSG;
			break;
		}
		vec_push(&versions, (struct dm_target_version){
					    arena_strndup(arena, name, len),
					    {v.version[0], v.version[1], v.version[2]}});
		if (!v.next)
			break;
		if (v.next < sizeof(v) + len + 1 || v.next > d.len - off) {
			err = -EBADMSG;
			break;
		}
		off += v.next;
	}
	if (!err) {
		ret->nr = versions.nr;
		ret->v = arena_memdup(arena, versions.v, versions.nr * sizeof(*versions.v));
	}
	vec_release(&versions);
	return err;
}

int answer_message(const struct request *rq, struct arena *arena, const char **ret)
{
	const char *text;
	size_t len;

	*ret = NULL;
	if (!(rq->io->flags & DM_DATA_OUT_FLAG))
		return 0;
	text = take_string(answer_data(rq), 0, &len);
	if (!text)
		return -EBADMSG;
	*ret = arena_strndup(arena, text, len);
	return 0;
}
