/* Lists of names as the records have them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "play.h"

static void swap(unsigned char *p, size_t len)
{
	for (size_t i = 0; i < len / 2; i++) {
		unsigned char c = p[i];

		p[i] = p[len - 1 - i];
		p[len - 1 - i] = c;
	}
}

/*
 * Records of struct dm_name_list were made on a little-endian machine: numbers in front of
 * the name, and the event number and flags behind it.
 */
static void as_recorded(unsigned char *list, size_t len)
{
	size_t at = 0, next = 1, numbers;
	uint32_t n;

	while (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ && next && at + 12 < len) {
		memcpy(&n, list + at + 8, sizeof(n));
		next = n;
		numbers = (at + 12 + strlen((char *)list + at + 12) + 1 + 7) / 8 * 8;
		swap(list + at, 8);
		swap(list + at + 8, 4);
		if (numbers + 8 <= len) {
			swap(list + numbers, 4);
			swap(list + numbers + 4, 4);
		}
		at += next;
	}
}

json_t *play_list_json(const struct dm_ioctl *io)
{
	size_t len = io->data_size - io->data_start;
	unsigned char *list = mem_alloc(len + 1);
	char *hex = mem_calloc(2, len + 1);
	json_t *j;

	memcpy(list, (const char *)io + io->data_start, len);
	list[len] = '\0';
	as_recorded(list, len);
	for (size_t i = 0; i < len; i++)
		sprintf(hex + 2 * i, "%02x", list[i]);
	j = json_string(hex);
	free(hex);
	free(list);
	return j;
}
