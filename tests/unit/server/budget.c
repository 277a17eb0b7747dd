/* SPDX-License-Identifier: MIT */
#include "server/budget.h"

#include <criterion/criterion.h>

#define WORKERS_MOST 16

/* Gives each of the workers a batch in turn until the budget is used up.
 * Returns the datagrams. reports: how often the shared count was written. */
static uint64_t use_up(
	uint64_t budget, uint32_t workers, uint32_t batch, unsigned *reports)
{
	uint64_t kept[WORKERS_MOST] = {0}, all = 0;
	struct budget b = {0};
	bool over = false;

	budget_init(&b, budget, workers);
	*reports = 0;
	for (uint32_t i = 0; !over; i = (i + 1) % workers) {
		over = budget_spend(&b, &kept[i], batch);
		*reports += kept[i] == 0;
		all += batch;
		cr_assert(all < 2 * budget + workers * batch);
	}
	return all;
}

Test(budget, one_worker_is_told_at_once)
{
	static const uint64_t budgets[] = {1, 2, 3, 10, 1000, 1000000};
	unsigned reports;

	for (size_t i = 0; i < sizeof(budgets) / sizeof(budgets[0]); i++)
		cr_assert(use_up(budgets[i], 1, 1, &reports) == budgets[i]);
}

Test(budget, many_workers_are_told_at_once)
{
	unsigned reports;

	for (uint32_t workers = 2; workers <= WORKERS_MOST; workers++) {
		cr_assert(use_up(5, workers, 1, &reports) == 5);
		cr_assert(use_up(100000, workers, 1, &reports) == 100000);
		/* Those that came with the last one count. */
		cr_assert(use_up(100000, workers, 64, &reports) < 100000 + 64);
	}
}

Test(budget, is_rarely_written)
{
	unsigned reports;

	(void)use_up(100000000, 4, 64, &reports);
	cr_assert(reports < 500, "%u", reports);
}

Test(budget, is_not_kept_by_a_worker_that_idles)
{
	struct budget b = {0};
	uint64_t busy = 0, idle = 0, all = 0;

	budget_init(&b, 1000, 2);
	cr_assert(!budget_spend(&b, &idle, 200));
	cr_assert(idle == 200);
	cr_assert(!budget_spend(&b, &idle, 0));
	cr_assert(idle == 0);
	while (!budget_spend(&b, &busy, 1))
		all++;
	cr_assert(all + 1 == 800);
}

Test(budget, costs_nothing_while_nothing_comes)
{
	struct budget b = {0};
	uint64_t kept = 0;

	budget_init(&b, 1, 2);
	for (int i = 0; i < 10; i++)
		cr_assert(!budget_spend(&b, &kept, 0));
	cr_assert(budget_spend(&b, &kept, 1));
}
