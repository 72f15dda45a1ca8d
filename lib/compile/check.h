/*
 * Rules over a whole layout: is it what the kernel takes, and is it safe and sensible?
 */
#ifndef COMPILE_CHECK_H
#define COMPILE_CHECK_H

#include "compile/compile.h"

/*
 * What one kernel would say to each volume's table, in dependency order. Findings carry
 * the profile's name.
 */
void check_kernel(const struct layout *l, const struct kernel_profile *k, struct diag *diag);

/* What holds for every kernel: overlaps, names, stacking, expectations. */
void check_layout(const struct layout *l, struct diag *diag);

/*
 * What the concise form of these volumes cannot carry, and what of it only `dmsetup create
 * --concise` takes and the kernel's command line does not. Not part of check_layout(): it
 * concerns who wants that form.
 */
void check_concise(const struct layout *l, const struct compile_options *o, struct diag *diag);

/* Parts of check_layout(), one file each. */
void check_overlaps(const struct layout *l, struct diag *diag);
void check_names(const struct layout *l, struct diag *diag);
void check_stack(const struct layout *l, struct diag *diag);
void check_thin(const struct layout *l, struct diag *diag);
void check_expects(const struct layout *l, struct diag *diag);

/* The context of a volume's line for line_report() and hooks. */
struct line_ctx volume_line_ctx(const struct volume_place *p, const struct kernel_profile *k,
				struct diag *diag, size_t index);

extern const struct finding_kind *const compile_findings[]; /* NULL-terminated */

extern const struct finding_kind F_OVERLAP, F_DEVICE_TWICE, F_DM_NAME_TWICE, F_DM_UUID_TWICE,
	F_DM_NAME_RESERVED, F_DM_NAME_MANGLED, F_DM_NAME_ESCAPED, F_UNSTABLE_NAME, F_PLAINTEXT, F_UNHEALABLE,
	F_DISCARD_LOST, F_MISALIGNED, F_THIN_ID_TWICE, F_THIN_SNAPSHOT,
	F_POOL_METADATA, F_POOL_IN_USE, F_EXPECT, F_EXPECT_UNKNOWN, F_CONCISE_FILE,
	F_CONCISE_MESSAGE, F_CMDLINE_TARGET, F_CMDLINE_DEVICE, F_CMDLINE_CHARACTER, F_CMDLINE_LENGTH,
	F_CMDLINE_KEY;

#endif
