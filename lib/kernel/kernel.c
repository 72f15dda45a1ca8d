#include "kernel/kernel.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "kernel/profiles.h"

const struct finding_kind F_PROFILE_SYNTAX = {
	"kernel.profile-syntax", SEV_ERROR, BY_LANGUAGE, "a file is not the output of `dmsetup targets`",
	"A kernel profile is read from lines of a target's name and its version, vX.Y.Z.",
	"crypt 1.2\n",
	"Run `dmsetup targets` on the machine with that kernel and save what it prints.",
};

const struct finding_kind F_PROFILE_UNKNOWN = {
	"kernel.unknown-profile", SEV_ERROR, BY_LANGUAGE, "a kernel profile is not known",
	"Layouts are checked against recorded kernels; `dmc targets --kernels` lists them.",
	"dmc: 1\nrequires: {kernel: \"3.10\"}\nvolumes: {}\n",
	"Use a known one, or record the machine's own with `dmsetup targets` and give the file.",
};

const struct finding_kind *const kernel_findings[] = {&F_PROFILE_SYNTAX, &F_PROFILE_UNKNOWN, NULL};

/* The mask of known kernels that have a feature, by number; KF_NONE: all. */
static const unsigned kernels_with[KF_NR] = {
	[KF_NONE] = ~0u,
#define FEATURE(sym, target, version, by_version, kernels, what) [KF_##sym] = (kernels),
#include "kernel/features.def"
#undef FEATURE
};

static struct kernel_feature_info infos[KF_NR] = {
	[KF_NONE] = {"", "core", 0, false, "", ""},
#define FEATURE(sym, target, version, by_version, kernels, what) \
	[KF_##sym] = {#sym, target, version, by_version, NULL, what},
#include "kernel/features.def"
#undef FEATURE
};

static struct kernel_profile profiles[PROFILE_NR];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void set_feature(struct kernel_profile *k, unsigned f)
{
	k->features[f / 8] |= (uint8_t)(1u << f % 8);
}

static void fill(void)
{
	for (unsigned p = 0; p < PROFILE_NR; p++) {
		profiles[p] = profile_data[p];
		for (unsigned f = 0; f < KF_NR; f++)
			if (kernels_with[f] >> p & 1)
				set_feature(&profiles[p], f);
	}
	for (unsigned f = 1; f < KF_NR; f++)
		for (unsigned p = 0; p < PROFILE_NR && !infos[f].first; p++)
			if (kernels_with[f] >> p & 1)
				infos[f].first = profile_data[p].name;
}

const struct kernel_profile *kernel_profiles(size_t *nr)
{
	pthread_once(&once, fill);
	*nr = PROFILE_NR;
	return profiles;
}

const struct kernel_feature_info *kernel_feature_info(enum kernel_feature f)
{
	pthread_once(&once, fill);
	return &infos[f];
}

const struct kernel_profile *kernel_default(void)
{
	pthread_once(&once, fill);
	return &profiles[PROFILE_6_12];
}

const struct kernel_profile *kernel_find(const char *name)
{
	size_t nr;
	const struct kernel_profile *all = kernel_profiles(&nr);

	if (!strcmp(name, "newest"))
		return &all[nr - 1];
	for (size_t i = 0; i < nr; i++) {
		size_t len = strlen(all[i].name);

		if (!strncmp(name, all[i].name, len) && (name[len] == '\0' || name[len] == '.' ||
							 name[len] == '-'))
			return &all[i];
	}
	return NULL;
}

static bool series(const char *release, unsigned *number)
{
	unsigned version, patch;

	if (sscanf(release, "%u.%u", &version, &patch) != 2)
		return false;
	*number = version << 16 | (patch & 0xffff);
	return true;
}

const struct kernel_profile *kernel_nearest(const char *release)
{
	unsigned wanted, number = 0;
	size_t nr, best = 0;
	const struct kernel_profile *all = kernel_profiles(&nr);

	if (!series(release, &wanted))
		return &all[nr - 1];
	for (size_t i = 0; i < nr; i++)
		if (series(all[i].name, &number) && number <= wanted)
			best = i;
	return &all[best];
}

bool kernel_has(const struct kernel_profile *k, enum kernel_feature f)
{
	return k->features[f / 8] >> f % 8 & 1;
}

uint32_t kernel_target_version(const struct kernel_profile *k, const char *target)
{
	for (size_t i = 0; i < k->nr_targets; i++)
		if (!strcmp(k->targets[i].name, target))
			return k->targets[i].version;
	return 0;
}

const char *target_version_str(uint32_t version, char buf[static 16])
{
	snprintf(buf, 16, "%u.%u.%u", version >> 20 & 0xfff, version >> 10 & 0x3ff, version & 0x3ff);
	return buf;
}

/* ---- profiles from `dmsetup targets` ---- */

static const struct kernel_profile *nearest(const struct kernel_profile *k)
{
	const struct kernel_profile *best = kernel_default();
	size_t most = 0;

	for (unsigned p = 0; p < PROFILE_NR; p++) {
		size_t equal = 0;

		for (size_t i = 0; i < k->nr_targets; i++)
			equal += kernel_target_version(&profiles[p], k->targets[i].name) ==
				 k->targets[i].version;
		if (equal && equal >= most) {
			most = equal;
			best = &profiles[p];
		}
	}
	return best;
}

static void infer_features(struct kernel_profile *k)
{
	const struct kernel_profile *like = nearest(k);

	k->ioctl_version = like->ioctl_version;
	for (unsigned f = 0; f < KF_NR; f++) {
		uint32_t version = infos[f].version;
		bool has = infos[f].by_version ? kernel_target_version(k, infos[f].target) >= version :
						 kernel_has(like, f);

		if (has)
			set_feature(k, f);
	}
}

static bool parse_version(const char *s, size_t len, uint32_t *ret)
{
	char text[32], tail;
	unsigned v[3];

	if (len >= sizeof(text) || !len)
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	if (sscanf(text, "v%4u.%4u.%4u%c", &v[0], &v[1], &v[2], &tail) != 3 || v[0] > 0xfff ||
	    v[1] > 0x3ff || v[2] > 0x3ff)
		return false;
	*ret = TARGET_VERSION(v[0], v[1], v[2]);
	return true;
}

static size_t blanks(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len && (s[i] == ' ' || s[i] == '\t' || s[i] == '\r'))
		i++;
	return i;
}

static size_t word(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len && s[i] != ' ' && s[i] != '\t' && s[i] != '\r')
		i++;
	return i;
}

/* One line; false where it is none of `dmsetup targets`. An empty one has no name. */
static bool parse_line(const char *s, size_t len, struct arena *arena, struct kernel_target *ret)
{
	size_t name, n;

	n = blanks(s, len);
	s += n, len -= n;
	ret->name = NULL;
	if (!len || *s == '#')
		return true;
	name = word(s, len);
	ret->name = arena_strndup(arena, s, name);
	s += name, len -= name;
	n = blanks(s, len);
	s += n, len -= n;
	n = word(s, len);
	return parse_version(s, n, &ret->version) && blanks(s + n, len - n) == len - n;
}

const struct kernel_profile *kernel_profile_parse(const struct source *src, struct arena *arena,
						  struct diag *diag)
{
	struct kernel_profile *k = arena_new(arena, struct kernel_profile);
	VEC(struct kernel_target) targets = {0};
	size_t off = 0, errors = diag_errors(diag);

	pthread_once(&once, fill);
	while (off < src->len) {
		const char *s = src->text + off, *nl = memchr(s, '\n', src->len - off);
		size_t len = nl ? (size_t)(nl - s) : src->len - off;
		struct kernel_target t;

		if (!parse_line(s, len, arena, &t))
			diag_add(diag, &F_PROFILE_SYNTAX, (struct span){src, (uint32_t)off, (uint32_t)len},
				 "expected a target's name and version, as: crypt v1.28.0");
		else if (t.name)
			vec_push(&targets, t);
		off += len + 1;
	}
	if (!targets.nr && diag_errors(diag) == errors)
		diag_add(diag, &F_PROFILE_SYNTAX, (struct span){src, 0, 0}, "the file lists no targets");
	k->name = k->release = src->name;
	k->nr_targets = targets.nr;
	k->targets = arena_memdup(arena, targets.v, targets.nr * sizeof(*targets.v));
	vec_release(&targets);
	if (diag_errors(diag) > errors)
		return NULL;
	infer_features(k);
	return k;
}
