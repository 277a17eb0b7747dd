/* SPDX-License-Identifier: MIT */
/*
 * Slots that the kernel may still read after a send has returned. They consist
 * of whole pages, so that a slot whose end of use is unknown can be given new
 * memory: the kernel keeps the old pages for as long as it needs them.
 */
#pragma once

#include "core/slots.h"
#include "load/engine/engine.h"

struct pages {
	struct slots slots;
	void (*fill)(void *arg, uint8_t *slot);
	void *fill_arg;
};

/* Maps count slots for the messages of an engine, 4 GiB at most, and fills
 * them. 0 or -ENOMEM. */
int pages_init(
	struct pages *p, uint32_t count, const struct engine_config *config);

/* Legal on zeroed state. What the kernel still reads stays. */
void pages_fini(struct pages *p);

/* Gives a slot new memory (madvise(2), MADV_DONTNEED), filled as at the start;
 * it may then be written to, whatever the kernel still does with the old. */
void pages_renew(struct pages *p, uint32_t slot);

static inline uint8_t *pages_at(const struct pages *p, uint32_t slot)
{
	return slots_at(&p->slots, slot);
}

/* Is data in a slot? Then *slot is its number. */
static inline bool pages_find(
	const struct pages *p, const uint8_t *data, uint32_t *slot)
{
	return slots_find(&p->slots, data, slot);
}
