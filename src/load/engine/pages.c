/* SPDX-License-Identifier: MIT */
#include "load/engine/pages.h"

#include <errno.h>
#include <string.h>
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

	p->stride = (bytes + page - 1) / page * page;
	p->count = count;
	if (p->stride * count > UINT32_MAX)
		return -ENOMEM;
	p->by_stride = divisor_of((uint32_t)p->stride);
	p->fill = config->fill;
	p->fill_arg = config->fill_arg;
	p->base = mmap(NULL, p->stride * count, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p->base == MAP_FAILED) {
		p->base = NULL;
		return -ENOMEM;
	}
	/* Of a huge page that is still read, all slots in it would stay. Older
	 * kernels may not know the advice, and then have none. */
	(void)madvise(p->base, p->stride * count, MADV_NOHUGEPAGE);
	for (uint32_t i = 0; i < count; i++)
		fill(p, i);
	return 0;
}

void pages_fini(struct pages *p)
{
	if (p->base)
		munmap(p->base, p->stride * p->count);
	*p = (struct pages){0};
}

/* Where the advice is refused (locked memory), new memory takes its place. */
void pages_renew(struct pages *p, uint32_t slot)
{
	uint8_t *at = pages_at(p, slot);

	if (madvise(at, p->stride, MADV_DONTNEED))
		(void)mmap(at, p->stride, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	fill(p, slot);
}
