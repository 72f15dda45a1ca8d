/*
 * Printers of a list of findings: text for people, JSON, SARIF 2.1.0, JUnit XML.
 *
 * Every printer appends to a string; nothing here writes to a file. JSON carries
 * "format_version"; order is that of the list.
 */
#ifndef OUT_OUT_H
#define OUT_OUT_H

#include "base/strbuf.h"
#include "diag/diag.h"

enum out_format { OUT_TEXT, OUT_JSON, OUT_SARIF, OUT_JUNIT };

struct out_options {
	bool color;       /* ANSI colours, text only */
	bool strict;      /* warnings count as failures (JUnit) */
	const char *tool; /* "dmc" */
	const char *version;
	const char *const *files; /* the inputs that were checked, NULL-terminated: a JUnit suite each */
};

/*
 * Text: `file:line:column: severity: message [id]`, the source line, a line of
 * carets under the span (tabs kept, wide characters counted by wcwidth, at most one
 * line, at most 120 columns of excerpt around the place), then indented lines `fix:`,
 * `kernel:` (what the kernel would log), `for:` (profile) and notes with their own
 * excerpts. Ends with nothing; the caller prints the sum.
 */
void out_findings(struct strbuf *b, const struct diag *d, enum out_format format,
		  const struct out_options *o);

#endif
