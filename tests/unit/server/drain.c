/* SPDX-License-Identifier: MIT */
/* The end of a worker, over a backend that asks no kernel. */
#include "server/worker.h"

#include "backend/mem.h"
#include "service/registry.h"

#include <criterion/criterion.h>
#include <time.h>

static struct worker worker;
static unsigned receives;

/* It is told to end, and then has no CPU for longer than a drain may take. */
static void hold_up(void *arg, int timeout_ms)
{
	const struct timespec held = {.tv_sec = 1, .tv_nsec = 100000000};

	(void)arg;
	(void)timeout_ms;
	if (++receives == 1)
		worker_order(&worker, ORDER_DRAIN);
	else if (receives == 2)
		cr_assert(nanosleep(&held, NULL) == 0);
}

Test(drain, that_is_held_up_answers_all_the_same)
{
	static struct counters counters;
	struct mem_train train = {.data = "ten bytes.", .bytes = 10};
	const struct mem_script script = {
		.trains = &train,
		.train_count = 1,
		.repeat = 32, /* four batches */
		.receive = hold_up,
	};
	struct cidr loopback;
	struct guard guard;
	const struct worker_config config = {
		.backend = &backend_mem,
		.service = service_find("echo"),
		.io = {.fd = -1,
			.family = AF_INET,
			.batch = 8,
			.counters = &counters,
			.script = &script},
		.guard = &guard,
		.cpu = -1,
		.spin = true,
	};

	cr_assert(address_parse(&train.peer, "127.0.0.1:40000") == 0);
	cr_assert(cidr_parse(&loopback, "127.0.0.0/8") == 0);
	guard_init(&guard, &loopback, 1);
	cr_assert(worker_init(&worker, &config) == 0);
	cr_assert(worker_run(&worker) == 0);
	worker_fini(&worker);
	cr_assert(receives == 5);
	cr_assert(counter_get(&counters, COUNTER_ANSWERED_DATAGRAMS) == 32);
}
