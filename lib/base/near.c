#include "base/near.h"

#include <ctype.h>
#include <string.h>

#define MAX_WORD 48

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Optimal string alignment distance; both words are shorter than MAX_WORD. */
static size_t distance(const char *a, size_t na, const char *b, size_t nb)
{
	size_t rows[3][MAX_WORD + 1], *prev2 = rows[0], *prev = rows[1], *row = rows[2], *t;

	for (size_t j = 0; j <= nb; j++)
		prev2[j] = prev[j] = j;
	for (size_t i = 1; i <= na; i++) {
		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			int x = tolower((unsigned char)a[i - 1]);
			int y = tolower((unsigned char)b[j - 1]);

			row[j] = min3(prev[j] + 1, row[j - 1] + 1, prev[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
			    y == tolower((unsigned char)a[i - 2]) && prev2[j - 2] + 1 < row[j])
				row[j] = prev2[j - 2] + 1;
		}
		t = prev2, prev2 = prev, prev = row, row = t;
	}
	return prev[nb];
}

void near_offer(struct near *n, const char *candidate)
{
	size_t len = strlen(candidate), longer = len > n->len ? len : n->len, d;

	if (!n->len || longer >= MAX_WORD)
		return;
	d = distance(n->word, n->len, candidate, len);
	if (d > (longer < 6 ? 1 + (longer > 3) : longer / 3))
		return;
	if (!n->best || d < n->distance) {
		n->best = candidate;
		n->distance = d;
	}
}
