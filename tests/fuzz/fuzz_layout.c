/* Any bytes as a layout: parsed, checked and, where that works, compiled in every format. */
#include <stdint.h>
#include <string.h>

#include "compile/check.h"
#include "compile/compile.h"
#include "targets/targets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct layout_options o = {.targets = &targets_all, .no_devices = true};
	struct compile_options co = {.kernel = kernel_find("7.2"), .version = "fuzz"};
	struct strbuf out = STRBUF_INIT;
	struct arena arena;
	struct source src;
	struct layout l;
	struct diag diag;

	arena_init(&arena);
	diag_init(&diag, &arena);
	diag.max = 1000;
	src = (struct source){"fuzz.yaml", arena_strndup(&arena, (const char *)data, size), size, false};
	layout_load(&l, &src, &o, &arena, &diag);
	check_kernel(&l, kernel_find("6.1"), &diag);
	check_kernel(&l, co.kernel, &diag);
	check_layout(&l, &diag);
	check_concise(&l, &co, &diag);
	diag_sort(&diag);
	for (int f = COMPILE_TABLE; f <= COMPILE_STEPS; f++) {
		co.format = (enum compile_format)f;
		compile_print(&l, &co, &arena, &out);
	}
	strbuf_release(&out);
	layout_release(&l);
	diag_release(&diag);
	arena_release(&arena);
	return 0;
}
