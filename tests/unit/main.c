/* Runs every suite; with arguments, the suites whose names begin with one of them. */
#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SUITE(fn) Suite *fn(void);
#include "suites.h"
#undef SUITE

static const struct {
	const char *name;
	Suite *(*make)(void);
} suites[] = {
#define SUITE(fn) {#fn, fn},
#include "suites.h"
#undef SUITE
};

static bool wanted(const char *name, int argc, char **argv)
{
	name += strlen("suite_");
	for (int i = 1; i < argc; i++)
		if (!strncmp(name, argv[i], strlen(argv[i])))
			return true;
	return argc < 2;
}

int main(int argc, char **argv)
{
	SRunner *r = srunner_create(NULL);
	int failed;

	for (size_t i = 0; i < sizeof(suites) / sizeof(*suites); i++)
		if (wanted(suites[i].name, argc, argv))
			srunner_add_suite(r, suites[i].make());
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r) || !srunner_ntests_run(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
