/* SPDX-License-Identifier: MIT */
#include "tasks.h"

#include "fatal.h"

#include <stdlib.h>
#include <string.h>

/* Open addressing, at most half full; address 0 is a free place. */
struct place {
	uint64_t address;
	uint32_t number;
};

static struct place *places;
static size_t room; /* a power of two */
static uint32_t last;

/* Where stack pointers are saved. A kernel does that in one place. */
#define SAVES 8

static struct save {
	uint64_t end;
	uint32_t offset;
} saves[SAVES];
static unsigned next_save;

static bool is_saved_before(uint64_t address, uint32_t offset)
{
	for (int i = 0; i < SAVES; i++)
		if (saves[i].end == address && saves[i].offset == offset)
			return true;
	return false;
}

bool task_switches(uint64_t address, const struct x86 *i)
{
	uint32_t saved = x86_saves_stack(i), loaded = x86_loads_stack(i);

	if (saved && !is_saved_before(address + i->bytes, saved)) {
		saves[next_save] = (struct save){address + i->bytes, saved};
		next_save = (next_save + 1) % SAVES;
	}
	return loaded && is_saved_before(address, loaded);
}

static struct place *find(uint64_t address)
{
	size_t i = (address * 0x9e3779b97f4a7c15u >> 32) & (room - 1);

	while (places[i].address && places[i].address != address)
		i = (i + 1) & (room - 1);
	return &places[i];
}

static void grow(void)
{
	struct place *old = places;
	size_t before = room;

	room = room ? room * 2 : 64;
	places = calloc(room, sizeof(*places));
	if (!places)
		fatal("no memory for %zu tasks", room);
	for (size_t i = 0; i < before; i++)
		if (old[i].address)
			*find(old[i].address) = old[i];
	free(old);
}

uint32_t task_number(uint64_t address)
{
	struct place *p;

	if (!address)
		return 0;
	if (2 * ((size_t)last + 1) > room)
		grow();
	p = find(address);
	if (!p->address)
		*p = (struct place){address, ++last};
	return p->number;
}
