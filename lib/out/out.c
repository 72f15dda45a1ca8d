#include "out/out.h"

#include "out/print.h"

void out_findings(struct strbuf *b, const struct diag *d, enum out_format format,
		  const struct out_options *o)
{
	static void (*const printers[])(struct strbuf *, const struct diag *, const struct out_options *,
					struct positions *) = {
		[OUT_TEXT] = out_text,
		[OUT_JSON] = out_json,
		[OUT_SARIF] = out_sarif,
		[OUT_JUNIT] = out_junit,
	};
	struct positions at = {0};

	printers[format](b, d, o, &at);
	positions_release(&at);
}
