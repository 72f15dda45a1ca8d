/* What the fake tells: status and table lines, dependencies, versions, answers to messages. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "dm/fake_internal.h"
#include "target/split.h"

/* ---- retrieve_status() ---- */

static void add_params(struct call *c, const struct fake_dm *dm, const struct fake_line *l)
{
	const struct dm_fake_options *o = &c->f->o;
	struct dm_line line = {l->start_sectors, l->nr_sectors, l->target->name, l->params};

	if (c->p.flags & DM_STATUS_TABLE_FLAG)
		strbuf_adds(&c->data, l->shown);
	else if (o->status)
		o->status(o->priv, dm->name, &line, &c->data);
	strbuf_addch(&c->data, '\0');
}

void fake_retrieve_status(struct call *c, const struct fake_dm *dm)
{
	const struct fake_table *t = c->p.flags & DM_QUERY_INACTIVE_TABLE_FLAG ? dm->inactive : dm->live;
	size_t room = fake_room(c), used = 0;

	for (size_t i = 0; t && i < t->nr; i++) {
		const struct fake_line *l = &t->lines[i];
		struct dm_target_spec spec = {.sector_start = l->start_sectors, .length = l->nr_sectors};
		size_t at = c->data.len;
		uint32_t next;

		strncpy(spec.target_type, l->target->name, sizeof(spec.target_type) - 1);
		strbuf_add(&c->data, &spec, sizeof(spec));
		add_params(c, dm, l);
		/* A text that fills what is left to the last byte counts as cut off. */
		if (c->data.len >= room) {
			c->p.flags |= DM_BUFFER_FULL_FLAG;
			break;
		}
		used = c->p.data_start + c->data.len;
		fake_align(&c->data);
		if (c->data.len > room) {
			c->p.flags |= DM_BUFFER_FULL_FLAG;
			break;
		}
		next = (uint32_t)c->data.len;
		memcpy(c->data.buf + at + offsetof(struct dm_target_spec, next), &next, sizeof(next));
	}
	if (used)
		c->p.data_size = (uint32_t)used;
	if (t)
		c->p.target_count = (uint32_t)t->nr;
	/* Only whole lines go out. */
	strbuf_truncate(&c->data, used ? used - c->p.data_start : 0);
}

int fake_table_status(struct call *c)
{
	const struct fake_dm *dm = fake_find(c);

	if (!dm)
		return -ENXIO;
	fake_dev_status(c, dm);
	fake_retrieve_status(c, dm);
	return 0;
}

/* ---- retrieve_deps() ---- */

int fake_deps(struct call *c)
{
	const struct fake_dm *dm = fake_find(c);
	const struct fake_table *t;
	uint32_t head[2] = {0, 0};

	if (!dm)
		return -ENXIO;
	fake_dev_status(c, dm);
	t = c->p.flags & DM_QUERY_INACTIVE_TABLE_FLAG ? dm->inactive : dm->live;
	if (!t)
		return 0;
	if (fake_room(c) < sizeof(head) + t->nr_devs * sizeof(uint64_t)) {
		c->p.flags |= DM_BUFFER_FULL_FLAG;
		return 0;
	}
	head[0] = (uint32_t)t->nr_devs;
	strbuf_add(&c->data, head, sizeof(head));
	for (size_t i = 0; i < t->nr_devs; i++) {
		uint64_t dev = t->devs[i]->dev;

		strbuf_add(&c->data, &dev, sizeof(dev));
	}
	c->p.data_size = c->p.data_start + (uint32_t)c->data.len;
	return 0;
}

/* ---- __list_versions() ---- */

static int versions(struct call *c, const char *only)
{
	const struct kernel_profile *k = c->f->o.kernel;
	size_t needed = 0, last = 0;

	for (size_t i = 0; i < k->nr_targets; i++) {
		const struct kernel_target *t = &k->targets[i];
		struct dm_target_versions v = {
			.version = {t->version >> 20, t->version >> 10 & 0x3ff, t->version & 0x3ff}};
		uint32_t next = (uint32_t)(c->data.len - last);

		if (only && strcmp(only, t->name))
			continue;
		if (c->data.len)
			memcpy(c->data.buf + last + offsetof(struct dm_target_versions, next), &next, sizeof(next));
		last = c->data.len;
		strbuf_add(&c->data, &v, sizeof(v));
		strbuf_add(&c->data, t->name, strlen(t->name) + 1);
		fake_align(&c->data);
		needed += sizeof(v) + strlen(t->name) + 1 + 7; /* counted as the kernel does */
	}
	if (only && !needed)
		return -EINVAL;
	if (fake_room(c) < needed) {
		c->p.flags |= DM_BUFFER_FULL_FLAG;
		strbuf_reset(&c->data);
		return 0;
	}
	c->p.data_size = c->p.data_start + (uint32_t)needed;
	strbuf_addn(&c->data, '\0', needed - c->data.len);
	return 0;
}

int fake_versions(struct call *c)
{
	return versions(c, NULL);
}

int fake_target_version(struct call *c)
{
	return versions(c, c->p.name);
}

/* ---- target_message() ---- */

/* message_for_md() without dm_stats_message() */
static int core_message(struct call *c, struct fake_dm *dm, const struct words *w)
{
	if (strcasecmp(w->v[0], "@cancel_deferred_remove")) {
		fake_log(c->f, "ioctl", "Unsupported message sent to DM core: %s", w->v[0]);
		return -EINVAL;
	}
	if (w->nr != 1) {
		fake_log(c->f, "ioctl", "Invalid arguments for @cancel_deferred_remove");
		return -EINVAL;
	}
	dm->deferred = false;
	return 0;
}

static const struct fake_line *line_at(const struct fake_table *t, uint64_t sector)
{
	for (size_t i = 0; i < t->nr; i++)
		if (sector >= t->lines[i].start_sectors &&
		    sector - t->lines[i].start_sectors < t->lines[i].nr_sectors)
			return &t->lines[i];
	return NULL;
}

/* Without a hook: what the descriptor lists is taken. */
static int listed(const struct fake_line *l, const char *word)
{
	for (const struct message *m = l->target->messages; m && m->name; m++)
		if (!strcasecmp(m->name, word))
			return 0;
	return -EINVAL;
}

static int line_message(struct call *c, const struct fake_dm *dm, const struct words *w,
			uint64_t sector, const char *text)
{
	const struct dm_fake_options *o = &c->f->o;
	const struct fake_line *l;
	struct dm_line line;

	if (!dm->live) {
		fake_log(c->f, "ioctl", "The device has no table.");
		return -EINVAL;
	}
	l = line_at(dm->live, sector);
	if (!l) {
		fake_log(c->f, "ioctl", "Target message sector outside device.");
		return -EINVAL;
	}
	if (!l->target->messages) {
		fake_log(c->f, "ioctl", "Target type does not support messages");
		return -EINVAL;
	}
	line = (struct dm_line){l->start_sectors, l->nr_sectors, l->target->name, l->params};
	return o->message ? o->message(o->priv, dm->name, &line, text, &c->data) : listed(l, w->v[0]);
}

static void put_answer(struct call *c)
{
	c->p.flags |= DM_DATA_OUT_FLAG;
	strbuf_addch(&c->data, '\0');
	if (c->data.len > fake_room(c)) {
		c->p.flags |= DM_BUFFER_FULL_FLAG;
		strbuf_reset(&c->data);
	} else {
		c->p.data_size = c->p.data_start + (uint32_t)c->data.len;
	}
}

static int deliver(struct call *c, struct fake_dm *dm, uint64_t sector, const char *text)
{
	struct source src = {"message", text, strlen(text), false};
	struct arena arena;
	struct words w;
	int r;

	arena_init(&arena);
	words_split(&w, &arena, &src, 0, text, src.len);
	if (!w.nr) {
		fake_log(c->f, "ioctl", "Empty message received.");
		r = -EINVAL;
	} else if (*w.v[0] == '@') {
		r = core_message(c, dm, &w);
	} else {
		r = line_message(c, dm, &w, sector, text);
	}
	arena_release(&arena);
	return r;
}

int fake_message(struct call *c)
{
	const size_t head = offsetof(struct dm_target_msg, message);
	size_t start = c->p.data_start;
	struct fake_dm *dm = fake_find(c);
	uint64_t sector;
	int r;

	if (!dm)
		return -ENXIO;
	if (start < offsetof(struct dm_ioctl, data) || start > c->size || c->size - start <= head ||
	    !memchr(c->in + start + head, '\0', c->size - start - head)) {
		fake_log(c->f, "ioctl", "Invalid target message parameters.");
		return -EINVAL;
	}
	memcpy(&sector, c->in + start, sizeof(sector));
	r = deliver(c, dm, sector, c->in + start + head);
	if (r < 0)
		return r;
	fake_dev_status(c, dm);
	if (r == 1)
		put_answer(c);
	return 0;
}
