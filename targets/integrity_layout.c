#include "targets/integrity_layout.h"


#define JOURNAL_BLOCK_SECTORS 8
#define JOURNAL_SECTOR_DATA   504
#define JOURNAL_MAC_BYTES     8
#define PADDING_SECTORS       8
#define DEFAULT_INTERLEAVE    32768
#define MIN_LOG2_INTERLEAVE   3
#define MAX_LOG2_INTERLEAVE   31
#define MAX_LOG2_BUFFER       22

static unsigned log2_floor(uint64_t v)
{
	return v ? 63 - (unsigned)__builtin_clzll(v) : 0;
}

static uint64_t round_up_to(uint64_t v, uint64_t unit)
{
	return (v + unit - 1) / unit * unit;
}

/* calculate_journal_section_size() */
static void section_size(const struct integrity_config *c, struct integrity_layout *l)
{
	unsigned entry = (unsigned)round_up_to(8 + (8ull << c->log2_block) + c->tag_size, 8);
	unsigned space = JOURNAL_SECTOR_DATA - (c->journal_mac ? JOURNAL_MAC_BYTES : 0);

	l->section_entries = space / entry * JOURNAL_BLOCK_SECTORS;
	l->section_sectors = (l->section_entries << c->log2_block) + JOURNAL_BLOCK_SECTORS;
}

/* get_area_and_offset(), get_data_sector() */
static uint64_t data_sector(const struct integrity_config *c, const struct integrity_layout *l, uint64_t x)
{
	uint64_t area = x >> l->log2_interleave, offset = x & ((1ull << l->log2_interleave) - 1);

	return c->start + l->initial_sectors + (area << l->log2_interleave) + (area + 1) * l->metadata_run + offset;
}

/* calculate_device_limits() */
static bool limits(const struct integrity_config *c, struct integrity_layout *l)
{
	uint64_t padding = c->fix_padding ? 4096 : 131072, last, tags;

	l->initial_sectors = INTEGRITY_SB_SECTORS + (uint64_t)l->section_sectors * l->journal_sections;
	if (l->initial_sectors + PADDING_SECTORS >= c->meta_sectors || l->initial_sectors > UINT32_MAX)
		return false;
	if (c->inline_tags) {
		l->metadata_run = 0;
		return l->initial_sectors + l->provided_sectors <= c->meta_sectors;
	}
	if (!c->meta_device) {
		l->metadata_run = round_up_to((uint64_t)c->tag_size << (l->log2_interleave - c->log2_block),
					      padding) / 512;
		last = data_sector(c, l, l->provided_sectors - 1);
		return last >= c->start && last < c->meta_sectors;
	}
	l->metadata_run = 1;
	tags = (l->provided_sectors >> c->log2_block) * c->tag_size;
	tags = round_up_to(tags, 512ull << l->log2_buffer) / 512;
	return l->initial_sectors + tags <= c->meta_sectors;
}

/* get_provided_data_sectors(): the largest number that fits, bit by bit. */
static void provided(const struct integrity_config *c, struct integrity_layout *l)
{
	if (c->meta_device) {
		l->provided_sectors = c->data_sectors >> c->log2_block << c->log2_block;
		return;
	}
	l->provided_sectors = 0;
	for (int bit = (int)log2_floor(c->meta_sectors); c->meta_sectors && bit >= 3; bit--) {
		uint64_t before = l->provided_sectors;

		l->provided_sectors |= 1ull << bit;
		if (!limits(c, l))
			l->provided_sectors = before;
	}
}

/* The largest journal of at most `wanted` sections that leaves room for the tags. */
static bool fit_journal(const struct integrity_config *c, struct integrity_layout *l, uint32_t wanted)
{
	for (;; l->log2_buffer--) {
		l->journal_sections = 0;
		for (int bit = (int)log2_floor(wanted); wanted && bit >= 0; bit--) {
			uint32_t before = l->journal_sections;

			if ((before | 1u << bit) > wanted)
				continue;
			l->journal_sections = before | 1u << bit;
			if (!limits(c, l))
				l->journal_sections = before;
		}
		if (l->journal_sections || l->log2_buffer <= 3)
			return l->journal_sections;
	}
}

static unsigned clamp(unsigned v, unsigned lo, unsigned hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

static void set_buffer(const struct integrity_config *c, struct integrity_layout *l)
{
	l->log2_buffer = clamp(log2_floor(c->buffer_sectors ? c->buffer_sectors : 1), 0, MAX_LOG2_BUFFER);
}

/* dm_integrity_ctr() after the superblock is there. */
static bool finish(const struct integrity_config *c, struct integrity_layout *l)
{
	provided(c, l);
	if (!l->provided_sectors)
		return false;
	while (!limits(c, l)) {
		if (!c->meta_device || l->log2_buffer <= 3)
			return false;
		l->log2_buffer--;
	}
	if (!c->meta_device && l->metadata_run)
		l->log2_buffer = clamp(l->log2_buffer, 0, (unsigned)__builtin_ctzll(l->metadata_run));
	return true;
}

bool integrity_layout_new(const struct integrity_config *c, struct integrity_layout *ret)
{
	struct integrity_layout l = {0};
	uint32_t sections;

	section_size(c, &l);
	set_buffer(c, &l);
	sections = (uint32_t)(c->journal_sectors / l.section_sectors);
	if (!sections)
		sections = 1;
	if (c->inline_tags)
		sections = 0;
	if (c->meta_device) {
		l.provided_sectors = c->data_sectors >> c->log2_block << c->log2_block;
		if (!l.provided_sectors || !fit_journal(c, &l, sections))
			return false;
	} else {
		l.journal_sections = sections;
		l.log2_interleave = clamp(log2_floor(c->interleave_sectors ? c->interleave_sectors : DEFAULT_INTERLEAVE),
					  MIN_LOG2_INTERLEAVE, MAX_LOG2_INTERLEAVE);
	}
	if (!finish(c, &l))
		return false;
	*ret = l;
	return true;
}

bool integrity_layout_stored(const struct integrity_config *c, uint32_t journal_sections,
			     unsigned log2_interleave, struct integrity_layout *ret)
{
	struct integrity_layout l = {.journal_sections = journal_sections, .log2_interleave = log2_interleave};

	section_size(c, &l);
	set_buffer(c, &l);
	if (!finish(c, &l))
		return false;
	*ret = l;
	return true;
}
