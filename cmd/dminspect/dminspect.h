/* What the verbs of dminspect share. */
#ifndef DMINSPECT_DMINSPECT_H
#define DMINSPECT_DMINSPECT_H

#include "common/cli.h"
#include "common/io.h"
#include "common/metadata.h"
#include "common/report.h"

extern const struct cli_verb verb_inspect_check, verb_inspect_dump, verb_inspect_block, verb_inspect_get;

#endif
