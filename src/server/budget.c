/* SPDX-License-Identifier: MIT */
#include "server/budget.h"

static void set_share(struct budget *b, int64_t left)
{
	uint64_t share = left > 0 ? (uint64_t)left / (2 * b->workers) : 0;

	atomic_store_explicit(&b->share, share, memory_order_relaxed);
}

void budget_init(struct budget *b, uint64_t datagrams, uint32_t workers)
{
	b->workers = workers;
	atomic_store(&b->left, (int64_t)datagrams);
	set_share(b, (int64_t)datagrams);
}

bool budget_spend(struct budget *b, uint64_t *kept, uint32_t datagrams)
{
	int64_t left;

	*kept += datagrams;
	if (*kept == 0 ||
		(datagrams > 0 && *kept < atomic_load_explicit(&b->share,
						  memory_order_relaxed)))
		return false;
	left = atomic_fetch_sub(&b->left, (int64_t)*kept) - (int64_t)*kept;
	*kept = 0;
	set_share(b, left);
	return left <= 0;
}
