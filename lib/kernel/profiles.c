/*
 * Target versions by kernel release, as the trees declare them. 5.10.223, 6.1.192, 6.12.117
 * and 7.2.13 are Debian's; 5.4, 5.15, 6.8, 6.14 and 6.17 the first kernels of Ubuntu releases.
 * 4.18 is kernel.org's 4.18 and 6.6 its 6.6.17. kernel.org's 5.15.135, 6.8 and 6.14 were read
 * too, and declare the same; its 5.4 and 5.4.18 have thin and thin-pool 1.21.0 where Ubuntu's
 * have 1.22.0. Enterprise kernels that call themselves 4.18 carry much of 5.10: for those, save
 * `dmsetup targets`.
 */
#include "kernel/profiles.h"

#define V TARGET_VERSION

static const struct kernel_target targets_4_18[] = {
	{"cache", V(2, 0, 0)}, {"crypt", V(1, 18, 1)}, {"delay", V(1, 2, 1)}, {"era", V(1, 0, 0)},
	{"error", V(1, 5, 0)}, {"flakey", V(1, 5, 0)}, {"integrity", V(1, 1, 0)},
	{"linear", V(1, 4, 0)}, {"log-writes", V(1, 1, 0)}, {"mirror", V(1, 14, 0)},
	{"multipath", V(1, 13, 0)}, {"raid", V(1, 13, 2)}, {"snapshot", V(1, 15, 0)},
	{"snapshot-merge", V(1, 4, 0)}, {"snapshot-origin", V(1, 9, 0)}, {"striped", V(1, 6, 0)},
	{"switch", V(1, 1, 0)}, {"thin", V(1, 19, 0)}, {"thin-pool", V(1, 19, 0)},
	{"unstriped", V(1, 1, 0)}, {"verity", V(1, 4, 0)}, {"writecache", V(1, 1, 0)},
	{"zero", V(1, 1, 0)}, {"zoned", V(1, 0, 0)},
};

static const struct kernel_target targets_5_4[] = {
	{"cache", V(2, 1, 0)}, {"clone", V(1, 0, 0)}, {"crypt", V(1, 19, 0)}, {"delay", V(1, 2, 1)},
	{"dust", V(1, 0, 0)}, {"era", V(1, 0, 0)}, {"error", V(1, 5, 0)}, {"flakey", V(1, 5, 0)},
	{"integrity", V(1, 3, 0)}, {"linear", V(1, 4, 0)}, {"log-writes", V(1, 1, 0)},
	{"mirror", V(1, 14, 0)}, {"multipath", V(1, 13, 0)}, {"raid", V(1, 14, 0)},
	{"snapshot", V(1, 16, 0)}, {"snapshot-merge", V(1, 5, 0)}, {"snapshot-origin", V(1, 9, 0)},
	{"striped", V(1, 6, 0)}, {"switch", V(1, 1, 0)}, {"thin", V(1, 22, 0)},
	{"thin-pool", V(1, 22, 0)}, {"unstriped", V(1, 1, 0)}, {"verity", V(1, 5, 0)},
	{"writecache", V(1, 1, 1)}, {"zero", V(1, 1, 0)}, {"zoned", V(1, 0, 0)},
};

static const struct kernel_target targets_5_10[] = {
	{"cache", V(2, 2, 0)}, {"clone", V(1, 0, 0)}, {"crypt", V(1, 22, 0)}, {"delay", V(1, 2, 1)},
	{"dust", V(1, 0, 0)}, {"ebs", V(1, 0, 1)}, {"era", V(1, 0, 0)}, {"error", V(1, 5, 0)},
	{"flakey", V(1, 5, 0)}, {"integrity", V(1, 6, 0)}, {"linear", V(1, 4, 0)},
	{"log-writes", V(1, 1, 0)}, {"mirror", V(1, 14, 0)}, {"multipath", V(1, 14, 0)},
	{"raid", V(1, 15, 1)}, {"snapshot", V(1, 16, 0)}, {"snapshot-merge", V(1, 5, 0)},
	{"snapshot-origin", V(1, 9, 0)}, {"striped", V(1, 6, 0)}, {"switch", V(1, 1, 0)},
	{"thin", V(1, 22, 0)}, {"thin-pool", V(1, 22, 0)}, {"unstriped", V(1, 1, 0)},
	{"verity", V(1, 7, 0)}, {"writecache", V(1, 4, 0)}, {"zero", V(1, 1, 0)},
	{"zoned", V(2, 0, 0)},
};

static const struct kernel_target targets_5_15[] = {
	{"cache", V(2, 2, 0)}, {"clone", V(1, 0, 0)}, {"crypt", V(1, 23, 0)}, {"delay", V(1, 2, 1)},
	{"dust", V(1, 0, 0)}, {"ebs", V(1, 0, 1)}, {"era", V(1, 0, 0)}, {"error", V(1, 5, 0)},
	{"flakey", V(1, 5, 0)}, {"integrity", V(1, 10, 0)}, {"linear", V(1, 4, 0)},
	{"log-writes", V(1, 1, 0)}, {"mirror", V(1, 14, 0)}, {"multipath", V(1, 14, 0)},
	{"raid", V(1, 15, 1)}, {"snapshot", V(1, 16, 0)}, {"snapshot-merge", V(1, 5, 0)},
	{"snapshot-origin", V(1, 9, 0)}, {"striped", V(1, 6, 0)}, {"switch", V(1, 1, 0)},
	{"thin", V(1, 22, 0)}, {"thin-pool", V(1, 22, 0)}, {"unstriped", V(1, 1, 0)},
	{"verity", V(1, 8, 0)}, {"writecache", V(1, 6, 0)}, {"zero", V(1, 1, 0)},
	{"zoned", V(2, 0, 0)},
};

static const struct kernel_target targets_6_1[] = {
	{"cache", V(2, 3, 0)}, {"clone", V(1, 0, 0)}, {"crypt", V(1, 24, 0)}, {"delay", V(1, 3, 0)},
	{"dust", V(1, 0, 0)}, {"ebs", V(1, 0, 1)}, {"era", V(1, 0, 0)}, {"error", V(1, 5, 0)},
	{"flakey", V(1, 5, 0)}, {"integrity", V(1, 10, 0)}, {"linear", V(1, 4, 0)},
	{"log-writes", V(1, 1, 0)}, {"mirror", V(1, 14, 0)}, {"multipath", V(1, 14, 0)},
	{"raid", V(1, 15, 1)}, {"snapshot", V(1, 16, 0)}, {"snapshot-merge", V(1, 5, 0)},
	{"snapshot-origin", V(1, 9, 0)}, {"striped", V(1, 6, 0)}, {"switch", V(1, 1, 0)},
	{"thin", V(1, 22, 0)}, {"thin-pool", V(1, 22, 0)}, {"unstriped", V(1, 1, 0)},
	{"verity", V(1, 9, 0)}, {"writecache", V(1, 6, 0)}, {"zero", V(1, 1, 0)},
	{"zoned", V(2, 0, 0)},
};

static const struct kernel_target targets_6_6[] = {
	{"cache", V(2, 2, 0)}, {"clone", V(1, 0, 0)}, {"crypt", V(1, 24, 0)}, {"delay", V(1, 3, 0)},
	{"dust", V(1, 0, 0)}, {"ebs", V(1, 0, 1)}, {"era", V(1, 0, 0)}, {"error", V(1, 6, 0)},
	{"flakey", V(1, 5, 0)}, {"integrity", V(1, 10, 0)}, {"linear", V(1, 4, 0)},
	{"log-writes", V(1, 1, 0)}, {"mirror", V(1, 14, 0)}, {"multipath", V(1, 14, 0)},
	{"raid", V(1, 15, 1)}, {"snapshot", V(1, 16, 0)}, {"snapshot-merge", V(1, 5, 0)},
	{"snapshot-origin", V(1, 9, 0)}, {"striped", V(1, 6, 0)}, {"switch", V(1, 1, 0)},
	{"thin", V(1, 23, 0)}, {"thin-pool", V(1, 23, 0)}, {"unstriped", V(1, 1, 0)},
	{"verity", V(1, 9, 0)}, {"writecache", V(1, 6, 0)}, {"zero", V(1, 2, 0)},
	{"zoned", V(2, 0, 0)},
};

static const struct kernel_target targets_6_8[] = {
	{"cache", V(2, 2, 0)}, {"clone", V(1, 0, 0)}, {"crypt", V(1, 25, 0)}, {"delay", V(1, 4, 0)},
	{"dust", V(1, 0, 0)}, {"ebs", V(1, 0, 1)}, {"era", V(1, 0, 0)}, {"error", V(1, 7, 0)},
	{"flakey", V(1, 5, 0)}, {"integrity", V(1, 11, 0)}, {"linear", V(1, 4, 0)},
	{"log-writes", V(1, 1, 0)}, {"mirror", V(1, 14, 0)}, {"multipath", V(1, 14, 0)},
	{"raid", V(1, 15, 1)}, {"snapshot", V(1, 16, 0)}, {"snapshot-merge", V(1, 5, 0)},
	{"snapshot-origin", V(1, 9, 0)}, {"striped", V(1, 6, 0)}, {"switch", V(1, 1, 0)},
	{"thin", V(1, 23, 0)}, {"thin-pool", V(1, 23, 0)}, {"unstriped", V(1, 1, 0)},
	{"verity", V(1, 10, 0)}, {"writecache", V(1, 6, 0)}, {"zero", V(1, 2, 0)},
	{"zoned", V(2, 0, 0)},
};

static const struct kernel_target targets_6_12[] = {
	{"cache", V(2, 3, 0)}, {"clone", V(1, 0, 0)}, {"crypt", V(1, 28, 0)}, {"delay", V(1, 4, 0)},
	{"dust", V(1, 0, 0)}, {"ebs", V(1, 0, 1)}, {"era", V(1, 0, 0)}, {"error", V(1, 7, 0)},
	{"flakey", V(1, 5, 0)}, {"integrity", V(1, 14, 0)}, {"linear", V(1, 4, 0)},
	{"log-writes", V(1, 1, 0)}, {"mirror", V(1, 14, 0)}, {"multipath", V(1, 14, 0)},
	{"raid", V(1, 15, 1)}, {"snapshot", V(1, 16, 0)}, {"snapshot-merge", V(1, 5, 0)},
	{"snapshot-origin", V(1, 9, 0)}, {"striped", V(1, 6, 0)}, {"switch", V(1, 1, 0)},
	{"thin", V(1, 23, 0)}, {"thin-pool", V(1, 23, 0)}, {"unstriped", V(1, 1, 0)},
	{"vdo", V(9, 1, 0)}, {"verity", V(1, 10, 0)}, {"writecache", V(1, 6, 0)},
	{"zero", V(1, 2, 0)}, {"zoned", V(2, 0, 0)},
};

static const struct kernel_target targets_6_14[] = {
	{"cache", V(2, 2, 0)}, {"clone", V(1, 0, 0)}, {"crypt", V(1, 28, 0)}, {"delay", V(1, 4, 0)},
	{"dust", V(1, 0, 0)}, {"ebs", V(1, 0, 1)}, {"era", V(1, 0, 0)}, {"error", V(1, 7, 0)},
	{"flakey", V(1, 5, 0)}, {"integrity", V(1, 13, 0)}, {"linear", V(1, 5, 0)},
	{"log-writes", V(1, 1, 0)}, {"mirror", V(1, 15, 0)}, {"multipath", V(1, 14, 0)},
	{"raid", V(1, 15, 1)}, {"snapshot", V(1, 16, 0)}, {"snapshot-merge", V(1, 5, 0)},
	{"snapshot-origin", V(1, 9, 0)}, {"striped", V(1, 7, 0)}, {"switch", V(1, 1, 0)},
	{"thin", V(1, 23, 0)}, {"thin-pool", V(1, 23, 0)}, {"unstriped", V(1, 1, 0)},
	{"vdo", V(9, 1, 0)}, {"verity", V(1, 10, 0)}, {"writecache", V(1, 6, 0)},
	{"zero", V(1, 2, 0)}, {"zoned", V(2, 0, 0)},
};

static const struct kernel_target targets_6_17[] = {
	{"cache", V(2, 3, 0)}, {"clone", V(1, 0, 0)}, {"crypt", V(1, 28, 0)}, {"delay", V(1, 5, 0)},
	{"dust", V(1, 0, 0)}, {"ebs", V(1, 0, 1)}, {"era", V(1, 0, 0)}, {"error", V(1, 7, 0)},
	{"flakey", V(1, 5, 0)}, {"integrity", V(1, 13, 0)}, {"linear", V(1, 5, 0)},
	{"log-writes", V(1, 1, 0)}, {"mirror", V(1, 15, 0)}, {"multipath", V(1, 15, 0)},
	{"raid", V(1, 15, 1)}, {"snapshot", V(1, 16, 0)}, {"snapshot-merge", V(1, 5, 0)},
	{"snapshot-origin", V(1, 9, 0)}, {"striped", V(1, 7, 0)}, {"switch", V(1, 1, 0)},
	{"thin", V(1, 24, 0)}, {"thin-pool", V(1, 24, 0)}, {"unstriped", V(1, 1, 0)},
	{"vdo", V(9, 1, 0)}, {"verity", V(1, 12, 0)}, {"writecache", V(1, 6, 0)},
	{"zero", V(1, 2, 0)}, {"zoned", V(2, 0, 0)},
};

static const struct kernel_target targets_7_2[] = {
	{"cache", V(2, 4, 0)}, {"clone", V(1, 0, 0)}, {"crypt", V(1, 29, 0)}, {"delay", V(1, 5, 0)},
	{"dust", V(1, 0, 0)}, {"ebs", V(1, 0, 1)}, {"era", V(1, 0, 0)}, {"error", V(1, 7, 0)},
	{"flakey", V(1, 5, 0)}, {"inlinecrypt", V(1, 0, 0)}, {"integrity", V(1, 15, 0)},
	{"linear", V(1, 5, 0)}, {"log-writes", V(1, 1, 0)}, {"mirror", V(1, 15, 0)},
	{"multipath", V(1, 15, 0)}, {"pcache", V(0, 1, 0)}, {"raid", V(1, 15, 1)},
	{"snapshot", V(1, 16, 0)}, {"snapshot-merge", V(1, 5, 0)}, {"snapshot-origin", V(1, 9, 0)},
	{"striped", V(1, 7, 0)}, {"switch", V(1, 1, 0)}, {"thin", V(1, 24, 0)},
	{"thin-pool", V(1, 24, 0)}, {"unstriped", V(1, 1, 0)}, {"vdo", V(9, 2, 0)},
	{"verity", V(1, 13, 0)}, {"writecache", V(1, 6, 0)}, {"zero", V(1, 2, 0)},
	{"zoned", V(2, 0, 0)},
};

#define PROFILE(sym, name, release, ioctl) \
	[PROFILE_##sym] = {name, release, targets_##sym, ARRAY_SIZE(targets_##sym), {0}, ioctl}

const struct kernel_profile profile_data[PROFILE_NR] = {
	PROFILE(4_18, "4.18", "4.18", V(4, 39, 0)),
	PROFILE(5_4, "5.4", "5.4", V(4, 41, 0)),
	PROFILE(5_10, "5.10", "5.10.223", V(4, 43, 0)),
	PROFILE(5_15, "5.15", "5.15", V(4, 45, 0)),
	PROFILE(6_1, "6.1", "6.1.192", V(4, 47, 0)),
	PROFILE(6_6, "6.6", "6.6.17", V(4, 48, 0)),
	PROFILE(6_8, "6.8", "6.8", V(4, 48, 0)),
	PROFILE(6_12, "6.12", "6.12.117", V(4, 48, 0)),
	PROFILE(6_14, "6.14", "6.14", V(4, 49, 0)),
	PROFILE(6_17, "6.17", "6.17", V(4, 50, 0)),
	PROFILE(7_2, "7.2", "7.2.13", V(4, 50, 0)),
};
