/* SPDX-License-Identifier: MIT */
/* No cache line is written by two workers: where their memory is. Allocations
 * are wrapped, and noted with the thread that makes them. */
#include "server/server.h"

#include "backend/registry.h"
#include "core/lines.h"
#include "net/steering.h"
#include "service/registry.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>

#define WORKERS 4

static pthread_t first; /* allocates what workers share */
static _Atomic unsigned whole, others;
static struct cidr loopback;

/* Counts what workers allocate, by whether it is whole lines. */
static void *note(void *p, size_t bytes)
{
	if (!first || pthread_equal(pthread_self(), first))
		return p;
	if ((uintptr_t)p % CACHE_LINE == 0 && bytes % CACHE_LINE == 0)
		whole++;
	else
		others++;
	return p;
}

void *__real_malloc(size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__real_calloc(size_t n, size_t bytes);
void *__wrap_calloc(size_t n, size_t bytes);
void *__real_aligned_alloc(size_t alignment, size_t bytes);
void *__wrap_aligned_alloc(size_t alignment, size_t bytes);

void *__wrap_malloc(size_t bytes)
{
	return note(__real_malloc(bytes), bytes);
}

void *__wrap_calloc(size_t n, size_t bytes)
{
	return note(__real_calloc(n, bytes), n * bytes);
}

void *__wrap_aligned_alloc(size_t alignment, size_t bytes)
{
	return note(__real_aligned_alloc(alignment, bytes), bytes);
}

static void assert_apart(const struct backend_ops *backend, const char *service)
{
	static union address bound;
	char why[256];
	struct server_config config = {
		.listen = &bound,
		.listen_count = 1,
		.backend = backend,
		.service = service_find(service),
		.workers = WORKERS,
		.batch = 8,
		.trains = true,
		.allow = &loopback,
		.allow_count = 1,
		.counters = "none",
		.steer = steer_find("flow"),
		.connected_most = 16,
		.connected_idle_ns = 1000000000,
	};
	struct server *s;

	if (!backend || backend->probe(why, sizeof(why)))
		cr_skip("this backend cannot run here");
	cr_assert(address_parse(&bound, "127.0.0.1:0") == 0);
	cr_assert(server_open(&s, &config, why, sizeof(why)) == 0, "%s", why);
	first = pthread_self();
	cr_assert(server_start(s, "{}", why, sizeof(why)) == 0, "%s", why);
	for (uint32_t i = 0; i < WORKERS; i++)
		cr_assert((uintptr_t)server_counters(s, i) % CACHE_LINE == 0);
	server_close(s);
	cr_assert(whole >= WORKERS);
	cr_assert(others == 0, "%u blocks are not whole lines", others);
}

Test(lines, workers_by_recvfrom_share_none)
{
	assert_apart(backend_find("recvfrom"), "length");
}

Test(lines, workers_by_mmsg_share_none)
{
	assert_apart(backend_find("mmsg"), "reflect");
}

Test(lines, workers_by_uring_share_none)
{
	assert_apart(backend_find("uring"), "echo");
}

Test(lines, workers_with_connected_sockets_share_none)
{
	assert_apart(backend_connecting(), "echo");
}

Test(lines, a_worker_fills_whole_lines)
{
	cr_assert(_Alignof(struct worker) % CACHE_LINE == 0);
	cr_assert(sizeof(struct worker) % CACHE_LINE == 0);
	cr_assert(sizeof(struct counters) % CACHE_LINE == 0);
}

Test(lines, orders_are_written_away_from_what_a_worker_writes)
{
	size_t orders = offsetof(struct worker, orders);

	cr_assert(orders % CACHE_LINE == 0);
	cr_assert(offsetof(struct worker, batch) / CACHE_LINE !=
		  orders / CACHE_LINE);
	cr_assert(offsetof(struct worker, kept) / CACHE_LINE !=
		  orders / CACHE_LINE);
}

Test(lines, a_budget_has_a_line_of_its_own)
{
	cr_assert(_Alignof(struct budget) == CACHE_LINE);
	cr_assert(sizeof(struct budget) == CACHE_LINE);
}

Test(lines, memory_is_of_whole_lines_and_zeroed)
{
	for (size_t n = 0; n < 300; n++) {
		uint8_t *p = lines_alloc(n, 1);

		cr_assert(p && (uintptr_t)p % CACHE_LINE == 0);
		for (size_t i = 0; i < n; i++)
			cr_assert(p[i] == 0);
		memset(p, 1, n);
		free(p);
	}
	cr_assert(lines_alloc(SIZE_MAX / 2, 3) == NULL);
	cr_assert(lines_alloc(1, SIZE_MAX) == NULL);
}
