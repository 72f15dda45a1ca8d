/* Any bytes as the output of `dmsetup targets`. */
#include <stdint.h>

#include "kernel/kernel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct source src;
	struct diag diag;

	arena_init(&arena);
	diag_init(&diag, &arena);
	diag.max = 100;
	src = (struct source){"targets", arena_strndup(&arena, (const char *)data, size), size, false};
	kernel_profile_parse(&src, &arena, &diag);
	diag_release(&diag);
	arena_release(&arena);
	return 0;
}
