#include "compile/check.h"

#include <string.h>

struct line_ctx volume_line_ctx(const struct volume_place *p, const struct kernel_profile *k,
				struct diag *diag, size_t index)
{
	const struct line *line = &p->volume->table.lines[index];

	return (struct line_ctx){
		.target = line->target,
		.kernel = k,
		.diag = diag,
		.arena = diag->arena,
		.start_sectors = line->start_sectors,
		.nr_sectors = line->nr_sectors,
		.read_only = p->volume->table.read_only,
		.index = index,
		.nr = p->volume->table.nr,
		.subject = p->volume->name,
		.locate = layout_locate,
		.where = p,
	};
}

void check_kernel(const struct layout *l, const struct kernel_profile *k, struct diag *diag)
{
	diag->profile = k->name;
	for (size_t i = 0; i < l->volumes.nr; i++) {
		const struct volume *v = l->volumes.v[i];
		struct volume_place place = {l, v};
		struct table_ctx c = {.kernel = k, .diag = diag, .arena = diag->arena, .subject = v->name,
				      .self = &v->blk, .locate = layout_locate, .where = &place};

		if (!v->failed)
			table_check(&c, &v->table, NULL);
	}
	diag->profile = NULL;
}

void check_layout(const struct layout *l, struct diag *diag)
{
	check_names(l, diag);
	check_overlaps(l, diag);
	check_thin(l, diag);
	check_stack(l, diag);
	check_expects(l, diag);
}
