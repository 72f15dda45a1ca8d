/*
 * Words that name devices become entries of `devices:`; a word that is /dev/mapper/NAME of
 * another device of the text becomes a reference to that volume.
 */
#include "import/table.h"

#include <errno.h>
#include <string.h>

#include "base/dm_name.h"
#include "import/internal.h"

/* Volumes of the text have their names before any device gets one. */
static void name_volumes(struct import *im, struct device_texts *texts, const char *name)
{
	for (size_t i = 0; i < texts->nr; i++) {
		struct device_text *d = &texts->v[i];
		const char *path;
		struct imported *used;

		if (!d->name)
			d->name = name;
		strmap_add(&im->names, d->name, strlen(d->name), im);
		path = dm_path(im->arena, d->name);
		used = strmap_get(&im->words, path, strlen(path));
		if (used)
			used->name = used->blk.name = d->name;
	}
}

int import_table(const struct source *src, const struct import_options *o, struct arena *arena,
		 struct diag *diag, struct strbuf *out)
{
	struct import im = {.arena = arena, .key_file = o->key_file, .priv = o->priv};
	struct reader r = {.targets = o->targets, .kernel = o->kernel, .diag = diag, .arena = arena,
			   .device = import_device, .priv = &im};
	struct device_texts texts;
	int err = tables_read(&r, src, &texts);

	if (!err && !import_contiguous(&texts, diag))
		err = -EINVAL;
	if (!err) {
		name_volumes(&im, &texts, o->name);
		import_write(&im, &texts, out);
	}
	import_release(&im);
	return err;
}
