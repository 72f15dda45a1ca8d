#include "base/secret.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"

struct secret {
	struct secret *next;
	void *p;
	size_t size; /* whole pages */
};

void *secret_alloc(struct secrets *s, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct secret *n = mem_alloc(sizeof(*n));

	n->size = (size + page) / page * page;
	n->p = mmap(NULL, n->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (n->p == MAP_FAILED)
		abort();
	(void)!mlock(n->p, n->size);
	madvise(n->p, n->size, MADV_DONTDUMP);
	n->next = s->first;
	s->first = n;
	return n->p;
}

void secrets_release(struct secrets *s)
{
	while (s->first) {
		struct secret *n = s->first;

		s->first = n->next;
		mem_wipe(n->p, n->size);
		munmap(n->p, n->size);
		free(n);
	}
}
