#include "dmc/live.h"

#include <string.h>
#include <sys/stat.h>

#include "base/near.h"
#include "dm/dry.h"
#include "dm/kernel.h"
#include "dm/record.h"

const char *const udev_words[] = {"auto", "sync", "none", NULL};

static bool open_kernel(struct live *l, const struct live_options *o)
{
	struct dm_nodes_options no = {.udev = (enum dm_udev)o->udev};
	struct dm_options dmo = {0};
	struct dm_backend *b;

	if (dm_kernel_open(&b, NULL, &l->s->diag))
		return false;
	if (o->dry)
		b = dm_dry_new(b);
	else
		dmo.nodes = l->nodes = dm_nodes_new(&no, &l->s->diag);
	if (o->record)
		b = dm_record_new(b, o->record, false);
	l->dm = dm_new(b, &dmo);
	if (dm_kmsg_open(&l->kmsg, NULL))
		l->kmsg = NULL;
	return !running_read(&l->running, l->dm, &l->s->c->arena, &l->s->diag);
}

static bool open_state(struct live *l, const char *path)
{
	struct source *src = io_read(l->s->c, path);

	return src && !running_parse(&l->running, src, &l->s->c->arena, &l->s->diag);
}

bool live_open(struct live *l, struct session *s, const struct live_options *o)
{
	*l = (struct live){.s = s};
	l->read = o->state ? open_state(l, o->state) : open_kernel(l, o);
	return l->read;
}

void live_close(struct live *l)
{
	running_release(&l->running);
	dm_free(l->dm);
	dm_nodes_free(l->nodes);
	dm_kmsg_free(l->kmsg);
}

bool live_check(struct live *l)
{
	check_kernel(&l->s->layout, l->running.kernel, &l->s->diag);
	check_layout(&l->s->layout, &l->s->diag);
	return !diag_errors(&l->s->diag);
}

struct running_device *live_find(const struct live *l, const char *word)
{
	static const char dir[] = "/dev/mapper/";
	struct running_device *d = running_by_name(&l->running, word);
	char name[DM_NAME_LEN];
	struct stat st;
	dev_t dev;

	if (!d && dev_parse(word, &dev))
		d = running_by_dev(&l->running, dev);
	if (!d)
		d = running_by_uuid(&l->running, word);
	if (!d && !strncmp(word, dir, strlen(dir)) &&
	    !dm_name_unmangle(word + strlen(dir), DM_MANGLE_AUTO, name, sizeof(name)))
		d = running_by_name(&l->running, name);
	/* The nodes of this system say nothing of another's state. */
	if (!d && l->dm && *word == '/' && !stat(word, &st) && S_ISBLK(st.st_mode))
		d = running_by_dev(&l->running, st.st_rdev);
	return d;
}

void live_absent(struct live *l, const char *word)
{
	struct near near = NEAR_INIT(word, strlen(word));
	struct finding *f = diag_add(&l->s->diag, &F_RUNNING_ABSENT, (struct span){0},
				     "no running device is called '%s'", word);

	for (size_t i = 0; i < l->running.devices.nr; i++)
		near_offer(&near, l->running.devices.v[i]->name);
	if (near.best)
		finding_fix(&l->s->diag, f, "did you mean '%s'?", near.best);
}
