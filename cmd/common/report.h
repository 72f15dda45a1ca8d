/* Findings on a terminal, and what they make of the exit status. */
#ifndef COMMON_REPORT_H
#define COMMON_REPORT_H

#include "common/cli.h"
#include "diag/diag.h"

/* Prints the findings to standard error as text, and a sum. */
void report_findings(const struct cli *c, struct diag *d);

/* EXIT_OK, EXIT_FINDINGS, or what is in the way: EXIT_REFUSED, EXIT_ABSENT, EXIT_BUSY. */
int findings_status(const struct diag *d, bool strict);

#endif
