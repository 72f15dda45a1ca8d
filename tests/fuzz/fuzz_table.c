/* Any bytes as a table text: imported, and the layout that comes out compiled again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "compile/check.h"
#include "compile/compile.h"
#include "import/table.h"
#include "targets/targets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compile_again(struct arena *arena, struct diag *diag, const struct strbuf *yaml)
{
	struct layout_options o = {.targets = &targets_all, .no_devices = true};
	struct compile_options co = {.kernel = kernel_find("6.12"), .version = "fuzz"};
	struct source src = {"again.yaml", strbuf_str(yaml), yaml->len, false};
	struct strbuf out = STRBUF_INIT;
	struct layout l;

	layout_load(&l, &src, &o, arena, diag);
	check_kernel(&l, co.kernel, diag);
	compile_print(&l, &co, arena, &out);
	strbuf_release(&out);
	layout_release(&l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct import_options o = {.targets = &targets_all, .kernel = kernel_find("6.12"), .name = "volume"};
	struct strbuf yaml = STRBUF_INIT;
	struct arena arena;
	struct source src;
	struct diag diag;

	arena_init(&arena);
	diag_init(&diag, &arena);
	diag.max = 1000;
	src = (struct source){"fuzz.table", arena_strndup(&arena, (const char *)data, size), size, false};
	if (!import_table(&src, &o, &arena, &diag, &yaml))
		compile_again(&arena, &diag, &yaml);
	strbuf_release(&yaml);
	diag_release(&diag);
	arena_release(&arena);
	return 0;
}
