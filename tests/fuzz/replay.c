/* Runs a fuzz target over the files of its corpus, without libFuzzer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;
	size_t size = 0, n;

	if (!f)
		return -1;
	do {
		data = realloc(data, size + 65536);
		n = fread(data + size, 1, 65536, f);
		size += n;
	} while (n);
	fclose(f);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
	struct dirent *e;
	unsigned nr = 0;
	char path[4096];

	if (!dir) {
		perror(argc == 2 ? argv[1] : "usage: replay CORPUS");
		return EXIT_FAILURE;
	}
	while ((e = readdir(dir))) {
		if (*e->d_name == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", argv[1], e->d_name);
		if (replay(path)) {
			perror(path);
			return EXIT_FAILURE;
		}
		nr++;
	}
	closedir(dir);
	printf("%s: %u inputs replayed\n", argv[1], nr);
	return nr ? EXIT_SUCCESS : EXIT_FAILURE;
}
