/* SPDX-License-Identifier: MIT */
/* The end of a worker, over a backend that makes no system call. */
#include "over_mem.h"

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

Test(drain, answers_everything_even_if_it_is_delayed)
{
	static struct counters counters;
	struct mem_train train = {.data = "ten bytes.", .bytes = 10};
	const struct mem_script script = {
		.trains = &train,
		.train_count = 1,
		.repeat = 32, /* four batches */
		.receive = hold_up,
	};
	struct worker_config config = over_mem("echo", &script, &counters);

	config.spin_ns = SPIN_ALWAYS;
	train.peer = peer("127.0.0.1:40000");
	allow_loopback();
	cr_assert(run_worker(&worker, &config) == 0);
	cr_assert(receives == 5);
	cr_assert(counter_get(&counters, COUNTER_ANSWERED_DATAGRAMS) == 32);
}
