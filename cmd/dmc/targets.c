/* dmc targets: the reference of every target, from its tables. */
#include <stdio.h>
#include <string.h>

#include "base/near.h"
#include "base/size.h"
#include "dmc/dmc.h"
#include "dmc/reference.h"
#include "target/params.h"
#include "targets/targets.h"

struct options {
	int format;
	bool kernels;
	const char *profile;
};

static const char *const formats[] = {"text", "man", NULL};

static const struct cli_option option_table[] = {
	{0, "format", CLI_CHOICE, "FORMAT", "text, or man: the manual page of all targets", formats,
	 COMPLETE_NONE, offsetof(struct options, format)},
	{0, "kernels", CLI_FLAG, NULL, "list the known kernel profiles and what each brought", NULL, COMPLETE_NONE,
	 offsetof(struct options, kernels)},
	{0, "profile", CLI_TEXT, "FILE", "say what a kernel has whose 'dmsetup targets' is in FILE", NULL,
	 COMPLETE_FILES, offsetof(struct options, profile)},
	{0},
};

static void print_list(void)
{
	for (size_t i = 0; i < targets_all.nr; i++)
		printf("%-16s %s\n", targets_all.v[i]->name, targets_all.v[i]->summary);
}

static void print_kernels(void)
{
	size_t nr;
	const struct kernel_profile *k = kernel_profiles(&nr);

	for (size_t i = 0; i < nr; i++) {
		printf("%s (as of %s), %zu targets\n", k[i].name, k[i].release, k[i].nr_targets);
		for (int f = 1; f < KF_NR; f++) {
			const struct kernel_feature_info *info = kernel_feature_info((enum kernel_feature)f);

			if (!strcmp(info->first, k[i].name) && i)
				printf("  %-12s %s\n", info->target, info->what);
		}
	}
}

static int print_profile(struct cli *c, const char *path)
{
	const struct kernel_profile *k;
	struct session s;
	char version[16];
	int r = EXIT_FINDINGS;

	session_init(&s, c);
	k = find_profile(&s, path, (struct span){0});
	print_findings(&s);
	for (size_t i = 0; k && i < k->nr_targets; i++)
		printf("%-16s v%s\n", k->targets[i].name, target_version_str(k->targets[i].version, version));
	for (int f = 1; k && f < KF_NR; f++) {
		const struct kernel_feature_info *info = kernel_feature_info((enum kernel_feature)f);

		if (!kernel_has(k, (enum kernel_feature)f))
			printf("lacks %-12s %s (first in Linux %s)\n", info->target, info->what, info->first);
	}
	if (k)
		r = EXIT_OK;
	session_release(&s);
	return r;
}

static int print_one(struct cli *c, const char *name)
{
	const struct target *t = target_find(&targets_all, name, strlen(name));
	struct near near = NEAR_INIT(name, strlen(name));

	if (t) {
		reference_text(t);
		return EXIT_OK;
	}
	for (size_t i = 0; i < targets_all.nr; i++)
		near_offer(&near, targets_all.v[i]->name);
	if (near.best)
		return cli_usage(c, "no target is called '%s'; did you mean '%s'?", name, near.best);
	return cli_usage(c, "no target is called '%s'; 'dmc targets' lists them", name);
}

static int run(struct cli *c, void *options, int argc, char **argv)
{
	const struct options *o = options;

	if (o->profile)
		return print_profile(c, o->profile);
	if (o->kernels)
		print_kernels();
	else if (o->format)
		reference_man(&targets_all, cli_version);
	else if (argc)
		return print_one(c, argv[0]);
	else
		print_list();
	return EXIT_OK;
}

const struct cli_verb verb_targets = {
	.name = "targets",
	.args = "[TARGET]",
	.summary = "list the kernel's targets, or show the reference of one",
	.examples = "  dmc targets thin-pool\n  dmsetup targets > here; dmc targets --profile here\n",
	.options = option_table,
	.options_size = sizeof(struct options),
	.max = 1,
	.run = run,
};
