/* SPDX-License-Identifier: MIT */
/* A worker over a backend that makes no system call: for the tests of workers,
 * one program each. */
#pragma once

#include "backend/mem.h"
#include "server/worker.h"
#include "service/registry.h"

#include <criterion/criterion.h>

static struct guard guard;

/* Clients on loopback may get longer replies than they sent. */
static inline void allow_loopback(void)
{
	static struct cidr loopback;

	cr_assert(cidr_parse(&loopback, "127.0.0.0/8") == 0);
	guard_init(&guard, &loopback, 1);
}

static inline union address peer(const char *text)
{
	union address a;

	cr_assert(address_parse(&a, text) == 0);
	return a;
}

static inline struct worker_config over_mem(const char *service,
	const struct mem_script *script, struct counters *counters)
{
	return (struct worker_config){
		.backend = &backend_mem,
		.service = service_find(service),
		.io = {.fd = -1,
			.family = AF_INET,
			.batch = 8,
			.counters = counters,
			.script = script},
		.guard = &guard,
		.cpu = -1,
	};
}

/* From its beginning to its end; returns what worker_run() does. */
static inline int run_worker(
	struct worker *w, const struct worker_config *config)
{
	int error;

	cr_assert(worker_init(w, config) == 0);
	error = worker_run(w);
	worker_fini(w);
	return error;
}

static inline uint64_t sum(const struct counters *counters,
	enum counter_id first, enum counter_id last)
{
	uint64_t n = 0;

	for (enum counter_id id = first; id <= last; id++)
		n += counter_get(counters, id);
	return n;
}

/* Each datagram that came is in one of these counters. */
static inline void assert_all_accounted_for(const struct counters *counters)
{
	uint64_t received = counter_get(counters, COUNTER_RX_DATAGRAMS);
	uint64_t told = counter_get(counters, COUNTER_ANSWERED_DATAGRAMS) +
			counter_get(counters, COUNTER_ABSORBED_DATAGRAMS) +
			counter_get(counters, COUNTER_TRUNCATED) +
			counter_get(counters, COUNTER_REPLY_LOST) +
			sum(counters, COUNTER_REFUSED_AMPLIFICATION,
				COUNTER_REFUSED_REPLY) +
			sum(counters, COUNTER_SEND_FAILED_AGAIN,
				COUNTER_SEND_FAILED_OTHER);

	cr_assert(received == told, "%lu received, %lu accounted for", received,
		told);
}
