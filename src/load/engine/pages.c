/* SPDX-License-Identifier: MIT */
#include "load/engine/pages.h"

#include <sys/mman.h>
#include <unistd.h>

static void fill(const struct pages *p, uint32_t slot)
{
	if (p->fill)
		p->fill(p->fill_arg, pages_at(p, slot));
}

int pages_init(
	struct pages *p, uint32_t count, const struct engine_config *config)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t bytes = config->slot_bytes ? config->slot_bytes : 1;
	int error =
		slots_map(&p->slots, count, (bytes + page - 1) / page * page);

	if (error)
		return error;
	p->fill = config->fill;
	p->fill_arg = config->fill_arg;
	/* Of a huge page that is still read, all slots in it would stay. Older
	 * kernels may not know the advice, and then have none. */
	(void)madvise(p->slots.base, p->slots.stride * count, MADV_NOHUGEPAGE);
	for (uint32_t i = 0; i < count; i++)
		fill(p, i);
	return 0;
}

void pages_fini(struct pages *p)
{
	slots_fini(&p->slots);
	*p = (struct pages){0};
}

/* Where the advice is refused (locked memory), new memory takes its place. */
void pages_renew(struct pages *p, uint32_t slot)
{
	uint8_t *at = pages_at(p, slot);
	size_t bytes = p->slots.stride;

	if (madvise(at, bytes, MADV_DONTNEED))
		(void)mmap(at, bytes, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	fill(p, slot);
}
