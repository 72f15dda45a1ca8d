/* Between kernel.c and profiles.c: the known profiles by number. */
#ifndef KERNEL_PROFILES_H
#define KERNEL_PROFILES_H

#include "kernel/kernel.h"

enum profile {
	PROFILE_4_18,
	PROFILE_5_4,
	PROFILE_5_10,
	PROFILE_5_15,
	PROFILE_6_1,
	PROFILE_6_6,
	PROFILE_6_8,
	PROFILE_6_12,
	PROFILE_6_14,
	PROFILE_6_17,
	PROFILE_7_2,
	PROFILE_NR,
};

#define ONLY(p)  (1u << PROFILE_##p)
#define SINCE(p) (~0u << PROFILE_##p)

/* Names, releases and target versions; features are filled in by kernel.c. */
extern const struct kernel_profile profile_data[PROFILE_NR];

#endif
