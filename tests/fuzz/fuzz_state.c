/* Any bytes as a state file; what is taken is written again, and that is taken, too. */
#include <assert.h>
#include <stdint.h>

#include "plan/state.h"
#include "target/status.h"
#include "targets/targets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int parse(struct running *r, const char *text, size_t len, struct arena *arena)
{
	struct source *src = arena_new(arena, struct source);
	struct diag diag;
	int err;

	*src = (struct source){"state", text, len, false};
	diag_init(&diag, arena);
	err = running_parse(r, src, arena, &diag);
	diag_release(&diag);
	return err;
}

static void tell(struct running *r)
{
	struct strbuf b = STRBUF_INIT;
	struct status s;

	for (size_t i = 0; i < r->devices.nr; i++) {
		for (size_t k = 0; k < r->devices.v[i]->status.nr; k++) {
			running_decode(r, &targets_all, r->devices.v[i], k, &s);
			status_text(&s, true, &b);
		}
	}
	strbuf_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct state_options o = {.targets = &targets_all};
	struct strbuf first = STRBUF_INIT;
	struct running r, again;
	struct arena arena;

	arena_init(&arena);
	if (!parse(&r, arena_strndup(&arena, (const char *)data, size), size, &arena)) {
		o.devices = r.devices.v;
		o.nr = r.devices.nr;
		tell(&r);
		running_print_json(&r, &o, &first);
		assert(!parse(&again, strbuf_str(&first), first.len, &arena));
		assert(again.devices.nr == r.devices.nr && again.underneath.nr == r.underneath.nr);
		running_release(&again);
	}
	running_release(&r);
	strbuf_release(&first);
	arena_release(&arena);
	return 0;
}
