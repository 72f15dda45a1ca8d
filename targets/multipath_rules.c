/*
 * Rules of multipath: what drivers/md/dm-mpath.c says to values that fit their words, and
 * what dm-table.c says to a table that passes requests on.
 */
#include "targets/multipath_line.h"

#include <string.h>

static const struct finding_kind F_HANDLER = {
	"multipath.hardware-handler", SEV_ERROR, BY_KERNEL, "a hardware handler is for SCSI devices",
	"Until 7.2 the kernel refuses a handler on a path that is no SCSI disk; later it drops it.",
	"volumes:\n  m: {target: multipath, hardware_handler: [alua], priority_groups: [{paths: [a]}]}\n",
	"Leave hardware_handler out.",
};

static const struct finding_kind F_INITIAL = {
	"multipath.initial-group", SEV_WARNING, BY_ADVICE, "the initial group does not exist",
	"The kernel takes a number above the number of groups and then starts with the first.",
	"volumes:\n  m: {target: multipath, initial_priority_group: 3, priority_groups: [{paths: [a]}]}\n",
	"Use a number up to the number of groups.",
};

static const struct finding_kind F_CPUS = {
	"multipath.cpu-mask", SEV_ERROR, BY_KERNEL, "the CPU mask is no mask",
	"A mask is hexadecimal digits, in groups of eight with commas between; every path needs one.",
	"volumes:\n  m: {target: multipath, priority_groups: [{path_selector: io-affinity, paths: [a]}]}\n",
	"Give each path a cpu_mask.",
};

static const struct finding_kind F_ONE_PATH = {
	"multipath.path-twice", SEV_WARNING, BY_ADVICE, "two paths are the same device",
	"When it fails both paths fail.",
	"volumes:\n  m: {target: multipath, priority_groups: [{paths: [a, a]}]}\n",
	"Name each path once.",
};

static const struct finding_kind F_BIO_PATH = {
	"multipath.path-takes-no-requests", SEV_ERROR, BY_KERNEL, "requests cannot be passed to a path",
	"Without `queue_mode: bio` requests are passed on, and only whole disks (or a multipath volume) take those: no "
	"partition and no other volume.",
	"volumes:\n  v: {target: linear, device: a}\n  m: {target: multipath, priority_groups: [{paths: [v]}]}\n",
	"Use the disk itself, or `queue_mode: bio`.",
};

const struct finding_kind *const multipath_findings[] = {
	&F_HANDLER, &F_INITIAL, &F_CPUS, &F_ONE_PATH, &F_BIO_PATH, NULL,
};

bool multipath_scsi(const struct repeat *groups)
{
	for (size_t i = 0; i < groups->nr; i++) {
		const struct group *g = repeat_item(groups, &multipath_words[GROUPS], i);

		for (size_t k = 0; k < g->paths.nr; k++) {
			const struct path *p = repeat_item(&g->paths, &multipath_group_words[PATHS], k);

			if (p->dev.dev && (p->dev.dev->flags & BLKDEV_LIMITS_KNOWN) &&
			    !(p->dev.dev->flags & BLKDEV_SCSI))
				return false;
		}
	}
	return true;
}

static bool is_mask(const char *s)
{
	return s && *s && strspn(s, "0123456789abcdefABCDEF,") == strlen(s) && strspn(s, "0,") < strlen(s);
}

static void check_path(const struct line_ctx *c, const struct group *g, size_t n, size_t k, bool bio)
{
	const struct path *p = repeat_item(&g->paths, &multipath_group_words[PATHS], k);

	if (p->throughput > 100)
		line_report_item(c, &F_RANGE, &multipath_words[GROUPS], n, NULL, multipath_path_words[PATH_THROUGHPUT].error,
				 "relative_throughput: %llu is not between 0 and 100", (unsigned long long)p->throughput);
	if (g->selector == PS_IO_AFFINITY && !is_mask(p->cpus))
		line_report_item(c, &F_CPUS, &multipath_words[GROUPS], n, NULL, multipath_path_words[PATH_CPUS].error,
				 "path %zu: cpu_mask '%s' is no mask with a CPU in it", k + 1, p->cpus ? p->cpus : "");
	/* dm_table_determine_type(), at the end of the load */
	if (!bio && p->dev.dev && (p->dev.dev->flags & BLKDEV_BIO_BASED))
		line_report_item(c, &F_BIO_PATH, &multipath_words[GROUPS], n, NULL,
				 "table load rejected: including non-request-stackable devices",
				 "path %zu: %s takes no requests", k + 1, p->dev.dev->name);
	for (size_t i = 0; i < k; i++)
		if (blkdev_same(((const struct path *)repeat_item(&g->paths, &multipath_group_words[PATHS], i))->dev.dev,
				p->dev.dev))
			line_report_item(c, &F_ONE_PATH, &multipath_words[GROUPS], n, NULL, NULL, "paths %zu and %zu are %s", i + 1,
					 k + 1, p->dev.dev->name);
}

void multipath_check(const struct line_ctx *c, const void *params)
{
	const struct multipath *m = params;
	bool bio = multipath_bio_based(m);

	if (m->handler.nr && !bio && !multipath_scsi(&m->groups) &&
	    !line_kernel_has(c, KF_MULTIPATH_HANDLER_KEPT))
		line_report(c, &F_HANDLER, &multipath_words[HANDLER], "error attaching hardware handler",
			    "handler %s, and a path is no SCSI device", m->handler.v[0]);
	if (m->groups.nr && m->initial > m->groups.nr)
		line_report(c, &F_INITIAL, &multipath_words[INITIAL], NULL, "group %llu of %zu",
			    (unsigned long long)m->initial, m->groups.nr);
	if (m->groups.nr && !m->initial)
		line_report(c, &F_RANGE, &multipath_words[INITIAL], "invalid initial priority group", "groups are counted from 1");
	for (size_t i = 0; i < m->groups.nr; i++) {
		const struct group *g = repeat_item(&m->groups, &multipath_words[GROUPS], i);

		if (!g->paths.nr)
			line_report_item(c, &F_COUNT, &multipath_words[GROUPS], i, &multipath_group_words[PATHS], "invalid number of paths",
					 "the group has no paths");
		for (size_t k = 0; k < g->paths.nr; k++)
			check_path(c, g, i, k, bio);
	}
}
