#include "play.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/vec.h"

/* What came of a step. */
struct outcome {
	int err;
	bool has_info;
	struct dm_info info;
	json_t *result;
};

static struct dm_id id_of(struct play *p, const struct step *s)
{
	switch (s->by) {
	case BY_UUID:
		return dm_by_uuid(s->name);
	case BY_NUMBER:
		return dm_by_dev(makedev(p->major, (unsigned)s->nr));
	default:
		return dm_by_name(s->name);
	}
}

/* "7:0", or the number of a dm device; 0 where there is none. */
static dev_t number_of(struct play *p, const char *name)
{
	struct dm_info info;
	unsigned ma, mi;

	if (sscanf(name, "%u:%u", &ma, &mi) == 2)
		return makedev(ma, mi);
	return dm_info(p->dm, dm_by_name(name), 0, &info) ? 0 : info.dev;
}

/* Numbers of dm devices in tables and results are of major 254. */
static char *replace_major(const char *text, unsigned from, unsigned to)
{
	char a[16], b[16], *out = mem_calloc(1, 2 * strlen(text) + 16), *p = out;

	snprintf(a, sizeof(a), "%u:", from);
	snprintf(b, sizeof(b), "%u:", to);
	while (*text) {
		if (!strncmp(text, a, strlen(a))) {
			p = stpcpy(p, b);
			text += strlen(a);
		} else {
			*p++ = *text++;
		}
	}
	return out;
}

static int load(struct play *p, const struct step *s, struct dm_info *info)
{
	char *text = replace_major(s->text, 254, p->major), *save = NULL;
	VEC(struct dm_line) lines = {0};
	int err;

	for (char *l = strtok_r(text, ";", &save); l; l = strtok_r(NULL, ";", &save)) {
		unsigned long long start, nr;
		int type = 0, end = 0;

		sscanf(l, "%llu %llu %n%*s%n", &start, &nr, &type, &end);
		vec_push(&lines, (struct dm_line){start, nr, l + type, l[end] ? l + end + 1 : l + end});
		l[end] = '\0';
	}
	err = dm_load(p->dm, dm_by_name(s->name), lines.v, lines.nr, s->flags, info);
	vec_release(&lines);
	free(text);
	return err;
}

static int load_and_resume(struct play *p, const struct step *s, struct dm_info *info)
{
	int err = load(p, s, info);

	return err ? err : dm_resume(p->dm, dm_by_name(s->name), 0, info);
}

static json_t *lines_json(const struct dm_lines *lines)
{
	json_t *a = json_array();

	for (size_t i = 0; i < lines->nr; i++)
		json_array_append_new(a, json_sprintf("%llu %llu %s%s%s",
						      (unsigned long long)lines->v[i].start_sectors,
						      (unsigned long long)lines->v[i].nr_sectors,
						      lines->v[i].target, *lines->v[i].params ? " " : "",
						      lines->v[i].params));
	return a;
}

static json_t *version_json(const uint32_t v[3])
{
	return json_pack("[i,i,i]", v[0], v[1], v[2]);
}

/* ---- requests below struct dm ---- */

static void info_of(const struct dm_ioctl *io, struct outcome *o)
{
	o->has_info = true;
	memcpy(o->info.name, io->name, sizeof(io->name));
	memcpy(o->info.uuid, io->uuid, sizeof(io->uuid));
	o->info.dev = (dev_t)io->dev;
	o->info.open_count = io->open_count;
	o->info.event_nr = io->event_nr;
	o->info.nr_targets = io->target_count;
	o->info.flags = io->flags;
}

static void raw(struct play *p, const struct step *s, struct outcome *o)
{
	size_t size = s->size ? s->size : 16384;
	struct dm_ioctl *io = mem_calloc(1, size > sizeof(*io) ? size : sizeof(*io));

	io->version[0] = 4;
	io->data_size = (uint32_t)size;
	io->data_start = sizeof(*io);
	io->flags = s->flags;
	if (s->name)
		strcpy(io->name, s->name);
	if (s->op == OP_GEOMETRY)
		strcpy((char *)io + io->data_start, s->text);
	else if (s->text)
		strcpy(io->uuid, s->text);
	if (s->op == OP_RAW_VERSION) {
		io->version[0] = s->flags;
		io->version[1] = (uint32_t)s->nr;
		o->err = p->backend->submit(p->backend, DM_VERSION_CMD, io);
	} else if (s->op == OP_GEOMETRY) {
		o->err = p->backend->submit(p->backend, DM_DEV_SET_GEOMETRY_CMD, io);
	} else {
		if (s->nr >= DM_GET_TARGET_VERSION_CMD)
			io->version[0] = 0;
		o->err = p->backend->submit(p->backend, (unsigned)s->nr, io);
	}
	info_of(io, o);
	if (!o->err && s->op == OP_RAW && s->nr == DM_LIST_DEVICES_CMD)
		o->result = play_list_json(io);
	free(io);
}

/* ---- all steps ---- */

static void read_step(struct play *p, const struct step *s, struct arena *a, struct outcome *o)
{
	struct dm_lines lines = {0};
	struct dm_devs devs = {0};
	const char *answer = NULL;

	if (s->op == OP_TABLE) {
		o->err = dm_table(p->dm, id_of(p, s), s->flags, a, NULL, &lines, NULL);
		o->result = lines_json(&lines);
	} else if (s->op == OP_DEPS) {
		o->err = dm_deps(p->dm, id_of(p, s), s->flags, a, &devs, NULL);
		o->result = json_array();
		for (size_t i = 0; i < devs.nr; i++)
			json_array_append_new(o->result, json_sprintf("%u:%u", major(devs.v[i]), minor(devs.v[i])));
	} else {
		o->err = dm_message(p->dm, id_of(p, s), (uint64_t)s->nr, s->text, s->flags, a, &answer);
		if (!o->err && answer)
			o->result = json_string(answer);
	}
}

static void global_step(struct play *p, const struct step *s, struct arena *a, struct outcome *o)
{
	struct dm_versions versions;
	uint32_t v[3] = {0};

	if (s->op == OP_VERSION)
		o->err = dm_version(p->dm, v);
	else if (s->op == OP_TARGET_VERSION)
		o->err = dm_get_target_version(p->dm, s->name, v);
	else
		o->err = dm_list_versions(p->dm, a, &versions);
	if (!o->err && s->op != OP_LIST_VERSIONS)
		o->result = version_json(v);
}

static int device_step(struct play *p, const struct step *s, struct dm_info *info)
{
	switch (s->op) {
	case OP_CREATE:
		return dm_create(p->dm, s->name, s->text, s->nr ? (int)s->nr : -1, info);
	case OP_LOAD:
		return load(p, s, info);
	case OP_STACK: {
		int err = dm_create(p->dm, s->name, NULL, -1, info);

		return err ? err : load_and_resume(p, s, info);
	}
	case OP_RELOAD:
		return load_and_resume(p, s, info);
	case OP_CLEAR:
		return dm_clear(p->dm, id_of(p, s), info);
	case OP_SUSPEND:
		return dm_suspend(p->dm, id_of(p, s), s->flags, info);
	case OP_RESUME:
		return dm_resume(p->dm, id_of(p, s), s->flags, info);
	case OP_RENAME:
		return dm_rename(p->dm, s->name, s->text, info);
	case OP_SET_UUID:
		return dm_set_uuid(p->dm, s->name, s->text, info);
	case OP_REMOVE:
		return dm_remove(p->dm, id_of(p, s), s->flags, info);
	default:
		return dm_info(p->dm, id_of(p, s), s->flags, info);
	}
}

static void host_step(struct play *p, const struct step *s, struct outcome *o)
{
	const struct play_host *h = p->host;
	dev_t dev = s->name ? number_of(p, s->name) : 0;

	switch (s->op) {
	case OP_SIZE:
		o->result = json_integer((json_int_t)h->sectors(h->priv, dev));
		break;
	case OP_NODE:
		o->result = json_boolean(h->has_node(h->priv, dev));
		break;
	case OP_OPEN:
		o->err = h->open(h->priv, dev, s->flags);
		break;
	case OP_CLOSE:
		h->close(h->priv, dev, s->flags);
		break;
	case OP_OPEN_CLOSE:
		o->err = h->open(h->priv, dev, s->flags);
		if (!o->err)
			h->close(h->priv, dev, s->flags);
		break;
	default:
		o->err = h->extra(h->priv, s, dev, &o->result);
		break;
	}
}

static void wait_step(struct play *p, const struct step *s, struct outcome *o)
{
	struct dm_info info;
	int err = dm_info(p->dm, id_of(p, s), 0, &info);

	if (p->host->live)
		alarm(1); /* ends the sleep with EINTR, which the fake answers at once */
	if (!err)
		err = dm_wait(p->dm, id_of(p, s), info.event_nr, NULL);
	o->err = err == -EINTR ? 0 : err;
	o->result = json_boolean(err == -EINTR);
}

static void run_step(struct play *p, const struct step *s, struct arena *a, struct outcome *o)
{
	switch (s->op) {
	case OP_VERSION:
	case OP_LIST_VERSIONS:
	case OP_TARGET_VERSION:
		global_step(p, s, a, o);
		break;
	case OP_TABLE:
	case OP_DEPS:
	case OP_MESSAGE:
		read_step(p, s, a, o);
		break;
	case OP_WAIT_BLOCKS:
		wait_step(p, s, o);
		break;
	case OP_RAW:
	case OP_RAW_VERSION:
	case OP_GEOMETRY:
		raw(p, s, o);
		break;
	case OP_SIZE:
	case OP_NODE:
	case OP_OPEN:
	case OP_CLOSE:
	case OP_OPEN_CLOSE:
	case OP_EXTRA:
		host_step(p, s, o);
		break;
	default:
		o->has_info = true;
		o->err = device_step(p, s, &o->info);
		break;
	}
}

/* ---- comparison ---- */

static const char *flags_text(uint32_t flags, char *out)
{
	static const struct {
		uint32_t flag;
		const char *word;
	} words[] = {
		{DM_READONLY_FLAG, "RO"}, {DM_SUSPEND_FLAG, "SUSPEND"}, {DM_PERSISTENT_DEV_FLAG, "PERSISTENT"},
		{DM_STATUS_TABLE_FLAG, "STATUS_TABLE"}, {DM_ACTIVE_PRESENT_FLAG, "ACTIVE"},
		{DM_INACTIVE_PRESENT_FLAG, "INACTIVE"}, {DM_BUFFER_FULL_FLAG, "BUFFER_FULL"},
		{DM_SKIP_LOCKFS_FLAG, "SKIP_LOCKFS"}, {DM_NOFLUSH_FLAG, "NOFLUSH"},
		{DM_QUERY_INACTIVE_TABLE_FLAG, "QUERY_INACTIVE"}, {DM_UEVENT_GENERATED_FLAG, "UEVENT"},
		{DM_UUID_FLAG, "UUID"}, {DM_DATA_OUT_FLAG, "DATA_OUT"}, {DM_DEFERRED_REMOVE, "DEFERRED"},
		{DM_INTERNAL_SUSPEND_FLAG, "INTERNAL_SUSPEND"},
	};
	char *p = out;

	*p = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (flags & words[i].flag)
			p += sprintf(p, "%s%s", p > out ? "|" : "", words[i].word);
	return out;
}

static json_t *head_json(const struct play *p, const struct dm_info *i)
{
	char flags[256], dev[32], *d;
	json_t *j;

	snprintf(dev, sizeof(dev), "%u:%u", major(i->dev), minor(i->dev));
	d = replace_major(dev, p->major, 254);
	j = json_pack("{s:s,s:s,s:s,s:i,s:i,s:i,s:s}", "name", i->name, "uuid", i->uuid, "flags",
		      flags_text(i->flags, flags), "open", i->open_count, "event", i->event_nr, "targets",
		      i->nr_targets, "dev", d);
	free(d);
	return j;
}

static void tell(struct play *p, const struct step *s, const char *what, const json_t *ours,
		 const json_t *theirs)
{
	char *a = ours ? json_dumps(ours, JSON_ENCODE_ANY) : NULL;
	char *b = theirs ? json_dumps(theirs, JSON_ENCODE_ANY) : NULL;

	p->differ++;
	fprintf(stderr, "step %td '%s': %s is %s, recorded %s\n", s - steps, s->step ? s->step : "(not recorded)",
		what, a ? a : "nothing", b ? b : "nothing");
	free(a);
	free(b);
}

/* The record's log lines that the core writes; targets and the block layer write, too. */
static json_t *core_lines(json_t *dmesg)
{
	json_t *out = json_array(), *v;
	size_t i;

	json_array_foreach(dmesg, i, v)
		if (!strncmp(json_string_value(v), "device-mapper: ioctl: ", 22) ||
		    !strncmp(json_string_value(v), "device-mapper: table: ", 22))
			json_array_append(out, v);
	return out;
}

static void compare_log(struct play *p, const struct step *s, json_t *record)
{
	const char *log = p->host->log ? p->host->log(p->host->priv) : NULL;
	json_t *theirs = core_lines(json_object_get(record, "dmesg")), *ours = json_array(), *core;
	char *text, *save = NULL;

	text = log ? replace_major(log, p->major, 254) : NULL;
	for (char *l = text ? strtok_r(text, "\n", &save) : NULL; l; l = strtok_r(NULL, "\n", &save))
		json_array_append_new(ours, json_string(l));
	core = core_lines(ours);
	if (log && s->step && p->same_kernel && !json_equal(core, theirs))
		tell(p, s, "the log", core, theirs);
	json_decref(core);
	json_decref(ours);
	json_decref(theirs);
	free(text);
}

static void compare(struct play *p, const struct step *s, const struct outcome *o, json_t *record)
{
	json_t *errno_name = json_object_get(record, "errno"), *head, *theirs;
	json_t *ours = o->err ? json_string(strerrorname_np(-o->err)) : NULL;
	const char *key;

	if (!ours != !errno_name || (ours && !json_equal(ours, errno_name)))
		tell(p, s, "errno", ours, errno_name);
	json_decref(ours);
	if (o->err)
		return;
	head = o->has_info ? head_json(p, &o->info) : json_object();
	json_object_foreach(head, key, ours)
	{
		theirs = json_object_get(record, key);
		if (theirs && !json_equal(ours, theirs))
			tell(p, s, key, ours, theirs);
	}
	json_decref(head);
	theirs = json_object_get(record, "result");
	if (s->compare == COMPARE_ERROR || (s->compare == COMPARE_VERSION && !p->same_kernel))
		return;
	if (theirs && (!o->result || !json_equal(o->result, theirs)))
		tell(p, s, "the result", o->result, theirs);
}

static const char *cannot(const struct play *p, const struct step *s)
{
	if (p->minor < s->since)
		return "this kernel is older";
	if (s->op == OP_EXTRA && !p->host->extra)
		return s->not_fake;
	return p->host->live ? NULL : s->not_fake;
}

static void play_step(struct play *p, const struct step *s, json_t *record)
{
	const char *reason = cannot(p, s);
	struct outcome o = {0};
	struct arena arena;

	if (reason && !s->step)
		return;
	if (reason) {
		p->skipped++;
		fprintf(stderr, "step %td '%s' is not played: %s\n", s - steps, s->step, reason);
		return;
	}
	arena_init(&arena);
	run_step(p, s, &arena, &o);
	if (s->step) {
		p->played++;
		compare(p, s, &o, record);
	} else if (o.err) {
		json_t *e = json_string(strerrorname_np(-o.err));

		tell(p, s, "errno", e, NULL);
		json_decref(e);
	}
	compare_log(p, s, record);
	json_decref(o.result);
	arena_release(&arena);
}

void play_all(struct play *p, const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t size = 0, i = 0;

	if (!f) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		p->differ++;
		return;
	}
	while (getline(&line, &size, f) > 0) {
		json_t *record = json_loads(line, 0, NULL);
		const char *name = json_string_value(json_object_get(record, "step"));

		for (; i < nr_steps && !steps[i].step; i++)
			play_step(p, &steps[i], NULL);
		if (i == nr_steps || !name || strcmp(name, steps[i].step)) {
			fprintf(stderr, "step %zu is '%s', recorded '%s'\n", i,
				i < nr_steps ? steps[i].step : "(the end)", name ? name : "");
			p->differ++;
			json_decref(record);
			break;
		}
		play_step(p, &steps[i++], record);
		json_decref(record);
	}
	free(line);
	fclose(f);
}
