#include "target/split.h"

#include <string.h>

static size_t count_words(const char *text, size_t len)
{
	size_t nr = 0, i = 0;

	while (i < len) {
		while (i < len && is_word_blank(text[i]))
			i++;
		if (i == len)
			break;
		nr++;
		for (; i < len && !is_word_blank(text[i]); i++)
			if (text[i] == '\\' && i + 1 < len)
				i++;
	}
	return nr;
}

void words_split(struct words *w, struct arena *arena, const struct source *src, size_t off,
		 const char *text, size_t len)
{
	size_t nr = count_words(text, len), i = 0;
	char *out = arena_alloc(arena, len + nr + 1);

	*w = (struct words){.all = {src, (uint32_t)off, (uint32_t)len}};
	w->v = arena_array(arena, const char *, nr + 1);
	w->spans = arena_array(arena, struct span, nr + 1);
	while (w->nr < nr) {
		size_t begin;

		while (is_word_blank(text[i]))
			i++;
		begin = i;
		w->v[w->nr] = out;
		for (; i < len && !is_word_blank(text[i]); i++) {
			if (text[i] == '\\' && i + 1 < len)
				i++;
			*out++ = text[i];
		}
		*out++ = '\0';
		w->spans[w->nr++] = (struct span){src, (uint32_t)(off + begin), (uint32_t)(i - begin)};
	}
}

const char *words_take(struct words *w)
{
	if (w->next == w->nr) {
		w->next = w->nr;
		return NULL;
	}
	return w->v[w->next++];
}

struct span words_span(const struct words *w)
{
	if (w->next)
		return w->spans[w->next - 1];
	return w->all;
}
