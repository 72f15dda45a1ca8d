/* "TARGET STATUS…" of any bytes: decoded, printed, and what was printed decodes to the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "target/params.h"
#include "target/split.h"
#include "targets/targets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct blkdev *device(void *priv, const char *word, struct span span)
{
	struct parse_ctx *c = priv;
	struct blkdev *d = arena_new(c->arena, struct blkdev);

	(void)span;
	d->word = d->name = arena_strdup(c->arena, word);
	return d;
}

static int again(struct parse_ctx *c, const char *text, size_t len, struct strbuf *out)
{
	struct source src = {"status", text, len, false};
	struct emit_ctx ec = {.kernel = c->kernel, .mode = EMIT_SHOW, .arena = c->arena};
	void *status = arena_alloc(c->arena, c->target->status_size + 1);
	const char *state;
	struct words words;

	words_split(&words, c->arena, &src, 0, text, len);
	if (status_parse(c, &words, status, &state))
		return -1;
	status_emit(&ec, c->target, status, state, out);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf once = STRBUF_INIT, twice = STRBUF_INIT;
	struct parse_ctx c = {.kernel = kernel_find("6.12"), .device = device, .priv = &c};
	struct arena arena;
	struct diag diag;
	char *text;
	size_t name;

	arena_init(&arena);
	diag_init(&diag, &arena);
	c.diag = &diag;
	c.arena = &arena;
	text = arena_strndup(&arena, (const char *)data, size);
	name = strcspn(text, " ");
	c.target = target_find(&targets_all, text, name);
	if (c.target && text[name] && !again(&c, text + name + 1, strlen(text + name + 1), &once) &&
	    (again(&c, strbuf_str(&once), once.len, &twice) || strcmp(strbuf_str(&once), strbuf_str(&twice))))
		abort();
	strbuf_release(&once);
	strbuf_release(&twice);
	diag_release(&diag);
	arena_release(&arena);
	return 0;
}
