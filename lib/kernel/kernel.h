/*
 * Kernel profiles: what a kernel release can do.
 *
 * A profile is a list of target versions as `dmsetup targets` prints them, and a
 * set of features. Most features follow from a target's version; some do not (they
 * came without a version change, or were carried back to a long-term kernel), so
 * every known profile lists those, as read from that kernel's tree or recorded on
 * it. Features are rows of features.def.
 */
#ifndef KERNEL_KERNEL_H
#define KERNEL_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diag/diag.h"

/* A target's version, comparable with <. */
#define TARGET_VERSION(major, minor, patch) \
	((uint32_t)(major) << 20 | (uint32_t)(minor) << 10 | (uint32_t)(patch))

enum kernel_feature {
	KF_NONE, /* every kernel has it */
#define FEATURE(sym, ...) KF_##sym,
#include "kernel/features.def"
#undef FEATURE
	KF_NR,
};

/* One row of features.def, for messages. */
struct kernel_feature_info {
	const char *name;        /* "CRYPT_HIGH_PRIORITY" */
	const char *target;      /* "crypt"; "core" for what is no target's */
	uint32_t version;        /* the target's version where it first came, or 0 */
	bool by_version;         /* a version at least this says that it is there */
	const char *first;       /* "6.12": the first kernel that has it */
	const char *what;        /* one line */
};

const struct kernel_feature_info *kernel_feature_info(enum kernel_feature f);

struct kernel_target {
	const char *name;
	uint32_t version;
};

struct kernel_profile {
	const char *name;    /* "6.12" */
	const char *release; /* the exact tree it was read from: "6.12.117" */
	const struct kernel_target *targets;
	size_t nr_targets;
	uint8_t features[(KF_NR + 7) / 8];
	uint32_t ioctl_version; /* TARGET_VERSION(4, 48, 0) */
};

/* All known ones, oldest first; *nr says how many. */
const struct kernel_profile *kernel_profiles(size_t *nr);

/* The one that checks use when neither layout nor command line names one: 6.12. */
const struct kernel_profile *kernel_default(void);

/*
 * By name ("6.12"), exact release ("6.12.117", "6.12.117+deb12-amd64": any release
 * of a known series is that series) or "newest"; NULL when not known.
 */
const struct kernel_profile *kernel_find(const char *name);

/*
 * The known profile for any release ("6.9.1-generic"): its series, or the newest that is
 * older; the oldest where all are newer, the newest where the text is no release.
 */
const struct kernel_profile *kernel_nearest(const char *release);

bool kernel_has(const struct kernel_profile *k, enum kernel_feature f);

/* The version of a target, or 0: the kernel does not have it. */
uint32_t kernel_target_version(const struct kernel_profile *k, const char *target);

/* "1.28.0" into `buf`, which it returns. */
const char *target_version_str(uint32_t version, char buf[static 16]);

extern const struct finding_kind F_PROFILE_SYNTAX, F_PROFILE_UNKNOWN;
extern const struct finding_kind *const kernel_findings[]; /* NULL-terminated */

/*
 * A profile from the text of `dmsetup targets` (lines "NAME  vX.Y.Z") in `src`. Named
 * after the source. Features that versions do not tell are those of the known profile
 * with the most equal target versions (the newest of equals). Returns NULL after a
 * finding was added (kernel.profile-syntax, with the place). Lives in `arena`.
 */
const struct kernel_profile *kernel_profile_parse(const struct source *src, struct arena *arena,
						  struct diag *diag);

#endif
