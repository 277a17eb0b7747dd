/* SPDX-License-Identifier: MIT */
#include "net/place.h"

#include <stdlib.h>

static bool listed(const struct cpu_list *list, unsigned short cpu)
{
	for (unsigned i = 0; i < list->count; i++)
		if (list->cpu[i] == cpu)
			return true;
	return false;
}

static int by_core(const void *a, const void *b)
{
	const struct topology_cpu *x = a, *y = b;

	if (x->core != y->core)
		return x->core < y->core ? -1 : 1;
	return x->thread < y->thread ? -1 : x->thread > y->thread;
}

static int by_rank(const void *a, const void *b)
{
	const struct topology_cpu *x = a, *y = b;

	if (x->thread != y->thread)
		return x->thread < y->thread ? -1 : 1;
	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	if (x->core != y->core)
		return x->core < y->core ? -1 : 1;
	return x->cpu < y->cpu ? -1 : x->cpu > y->cpu;
}

/* A core's first CPU may be one that is not allowed. */
static void number_threads(struct topology *t)
{
	qsort(t->cpu, t->count, sizeof(t->cpu[0]), by_core);
	for (unsigned i = 0; i < t->count; i++) {
		bool same = i > 0 && t->cpu[i].core == t->cpu[i - 1].core;

		t->cpu[i].thread = same ? t->cpu[i - 1].thread + 1u : 0;
	}
}

/* Moves the node's CPUs before the others of the same thread number. Both keep
 * their order. */
static void prefer(struct topology *t, unsigned first, unsigned end, int node)
{
	struct topology_cpu others[AFFINITY_CPUS_MAX];
	unsigned at = first, n = 0;

	for (unsigned i = first; i < end; i++)
		if (t->cpu[i].node == node)
			t->cpu[at++] = t->cpu[i];
		else
			others[n++] = t->cpu[i];
	for (unsigned i = 0; i < n; i++)
		t->cpu[at++] = others[i];
}

void place_order(struct topology *t, const struct cpu_list *allowed, int node)
{
	unsigned n = 0;

	for (unsigned i = 0; i < t->count; i++)
		if (listed(allowed, t->cpu[i].cpu))
			t->cpu[n++] = t->cpu[i];
	t->count = n;
	number_threads(t);
	qsort(t->cpu, t->count, sizeof(t->cpu[0]), by_rank);
	for (unsigned i = 0, end; node >= 0 && i < n; i = end) {
		end = i;
		while (end < n && t->cpu[end].thread == t->cpu[i].thread)
			end++;
		prefer(t, i, end, node);
	}
}
