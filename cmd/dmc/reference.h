/* The reference of a target as text and as a manual page. */
#ifndef DMC_REFERENCE_H
#define DMC_REFERENCE_H

#include "target/target.h"

void reference_text(const struct target *t);
void reference_man(const struct target_list *list, const char *version);

#endif
