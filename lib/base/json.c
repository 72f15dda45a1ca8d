#include "base/json.h"

#include <jansson.h>

#include "base/strbuf.h"

struct json_t *json_text(const char *s)
{
	struct strbuf b = STRBUF_INIT;
	json_t *o = s ? json_string(s) : json_null();

	if (o)
		return o;
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < 0x80)
			strbuf_addch(&b, *s);
		else
			strbuf_addf(&b, "\\x%02x", c);
	}
	o = json_string(strbuf_str(&b));
	strbuf_release(&b);
	return o;
}
