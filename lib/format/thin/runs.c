#include "format/thin/runs.h"

#include <errno.h>
#include <sys/mman.h>

struct thin_run_leaf {
	uint32_t before, behind; /* the first that was seen there, + 1; 0: none */
	bool first, last;        /* of a device */
	bool many_before, many_behind;
	bool seen, again;
};

static size_t size_of(const struct thin_runs *r)
{
	return r->nr_blocks * sizeof(struct thin_run_leaf);
}

int thin_runs_init(struct thin_runs *r, uint64_t nr_blocks)
{
	*r = (struct thin_runs){.nr_blocks = nr_blocks};
	if (!nr_blocks)
		return 0;
	if (nr_blocks >= UINT32_MAX)
		return -ENOMEM;
	r->leaves = mmap(NULL, size_of(r), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (r->leaves == MAP_FAILED) {
		r->leaves = NULL;
		return -ENOMEM;
	}
	return 0;
}

void thin_runs_release(struct thin_runs *r)
{
	if (r->leaves)
		munmap(r->leaves, size_of(r));
	*r = (struct thin_runs){0};
}

static void note(uint32_t *seen, bool *many, uint32_t leaf)
{
	if (!*seen)
		*seen = leaf + 1;
	else if (*seen != leaf + 1)
		*many = true;
}

void thin_runs_add(struct thin_runs *r, uint64_t leaf)
{
	struct thin_run_leaf *l = &r->leaves[leaf];

	l->again |= l->seen;
	l->seen = true;
	if (r->before) {
		note(&l->before, &l->many_before, r->before - 1);
		note(&r->leaves[r->before - 1].behind, &r->leaves[r->before - 1].many_behind, (uint32_t)leaf);
	} else {
		l->first = true;
	}
	r->before = (uint32_t)leaf + 1;
}

void thin_runs_end(struct thin_runs *r)
{
	if (r->before)
		r->leaves[r->before - 1].last = true;
	r->before = 0;
}

/* Where a run begins whatever stands before it. */
static bool begins(const struct thin_run_leaf *l)
{
	return l->first || l->many_before;
}

bool thin_runs_is_tail(const struct thin_runs *r, uint64_t leaf)
{
	const struct thin_run_leaf *l = &r->leaves[leaf];

	return l->last || l->many_behind || !l->behind || begins(&r->leaves[l->behind - 1]);
}

bool thin_runs_is_head(const struct thin_runs *r, uint64_t leaf)
{
	const struct thin_run_leaf *l = &r->leaves[leaf];

	return begins(l) || (l->before && thin_runs_is_tail(r, l->before - 1));
}

bool thin_runs_is_shared(const struct thin_runs *r, uint64_t head)
{
	return r->leaves[head].again;
}

uint64_t thin_runs_next(const struct thin_runs *r, uint64_t leaf)
{
	return r->leaves[leaf].behind - 1;
}
