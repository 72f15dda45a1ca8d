/*
 * A witness for changes under running I/O.
 *
 *	kernel-live-io write DEVICE MIB PROGRESS   until SIGTERM
 *	kernel-live-io verify DEVICE MIB LOW HIGH
 *
 * Write number n puts n into every word of block (n * STEP) mod blocks, past the page cache,
 * and is on disk before the next begins; PROGRESS holds how many have been acknowledged. Now
 * and then a block is read back. So the bytes of every moment are those of a number m of
 * writes: verify finds m, compares all blocks, and wants LOW <= m <= HIGH.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BLOCK 4096
#define WORDS (BLOCK / sizeof(uint64_t))
#define STEP  7919 /* a prime: all blocks are visited in turn */

static volatile sig_atomic_t stop;

static void on_signal(int nr)
{
	stop = nr;
}

struct job {
	const char *path;
	int fd;
	uint64_t blocks;
	uint64_t *last; /* by block: 1 + number of the last write; 0: none */
	uint64_t *buf;
};

static void job_open(struct job *j, const char *path, const char *mib, int flags)
{
	*j = (struct job){.path = path, .blocks = strtoull(mib, NULL, 10) * (1048576 / BLOCK)};
	j->fd = open(path, flags | O_DIRECT | O_CLOEXEC);
	if (j->fd < 0 && errno == EINVAL) /* a file in memory */
		j->fd = open(path, flags | O_CLOEXEC);
	j->last = calloc(j->blocks, sizeof(*j->last));
	if (j->fd < 0 || !j->blocks || !j->last || posix_memalign((void **)&j->buf, BLOCK, BLOCK)) {
		perror(path);
		exit(1);
	}
}

static void failed(const struct job *j, const char *what, uint64_t block)
{
	printf("%s: %s of block %llu: %s\n", j->path, what, (unsigned long long)block, strerror(errno));
	exit(1);
}

/* What the block holds, as in `last`. */
static uint64_t read_block(const struct job *j, uint64_t block)
{
	errno = EIO;
	if (pread(j->fd, j->buf, BLOCK, (off_t)(block * BLOCK)) != BLOCK)
		failed(j, "read", block);
	for (size_t i = 1; i < WORDS; i++)
		if (j->buf[i] != j->buf[0]) {
			printf("%s: block %llu is torn: %llu and %llu\n", j->path, (unsigned long long)block,
			       (unsigned long long)j->buf[0], (unsigned long long)j->buf[i]);
			exit(1);
		}
	return j->buf[0];
}

static bool same(const struct job *j, uint64_t block, uint64_t have)
{
	if (have == j->last[block])
		return true;
	printf("%s: block %llu holds write %lld, expected %lld\n", j->path, (unsigned long long)block,
	       (long long)have - 1, (long long)j->last[block] - 1);
	return false;
}

static void write_block(struct job *j, uint64_t n)
{
	uint64_t block = n * STEP % j->blocks;

	for (size_t i = 0; i < WORDS; i++)
		j->buf[i] = n + 1;
	errno = EIO;
	if (pwrite(j->fd, j->buf, BLOCK, (off_t)(block * BLOCK)) != BLOCK || fdatasync(j->fd))
		failed(j, "write", block);
	j->last[block] = n + 1;
}

static uint64_t milliseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static int do_write(struct job *j, const char *progress)
{
	int out = open(progress, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	uint64_t n = 0, longest = 0;
	char text[32];

	if (out < 0)
		return 1;
	signal(SIGTERM, on_signal);
	while (!stop) {
		uint64_t begin = milliseconds(), took, other;

		write_block(j, n);
		took = milliseconds() - begin;
		longest = took > longest ? took : longest;
		n++;
		snprintf(text, sizeof(text), "%20llu\n", (unsigned long long)n);
		if (pwrite(out, text, 21, 0) != 21)
			return 1;
		other = (n * n + n / 3) % j->blocks;
		if (n % 4 == 0 && !same(j, other, read_block(j, other)))
			return 1;
	}
	printf("%llu writes, the longest took %llu ms\n", (unsigned long long)n, (unsigned long long)longest);
	return 0;
}

static int do_verify(struct job *j, uint64_t low, uint64_t high)
{
	uint64_t *have = calloc(j->blocks, sizeof(*have)), writes = 0;
	bool good = have;

	for (uint64_t b = 0; good && b < j->blocks; b++) {
		have[b] = read_block(j, b);
		writes = have[b] > writes ? have[b] : writes;
	}
	for (uint64_t n = 0; n < writes && n <= high; n++)
		j->last[n * STEP % j->blocks] = n + 1;
	for (uint64_t b = 0; good && b < j->blocks; b++)
		good = same(j, b, have[b]);
	free(have);
	printf("as after %llu writes, of %llu to %llu\n", (unsigned long long)writes, (unsigned long long)low,
	       (unsigned long long)high);
	return good && writes >= low && writes <= high ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct job j;

	if (argc == 5 && !strcmp(argv[1], "write")) {
		job_open(&j, argv[2], argv[3], O_RDWR);
		return do_write(&j, argv[4]);
	}
	if (argc == 6 && !strcmp(argv[1], "verify")) {
		job_open(&j, argv[2], argv[3], O_RDONLY);
		return do_verify(&j, strtoull(argv[4], NULL, 10), strtoull(argv[5], NULL, 10));
	}
	fprintf(stderr, "usage: kernel-live-io write DEVICE MIB PROGRESS | verify DEVICE MIB LOW HIGH\n");
	return 64;
}
