/* SPDX-License-Identifier: MIT */
/* Failing calls, over the mem engine: what is counted and reported, and when a
 * thread gives up. */
#include "loop.h"

static void start(void)
{
	loop_init();
	config.spin_ns = SPIN_ALWAYS;
}

TestSuite(failed, .init = start, .fini = loop_fini);

Test(failed, is_a_thread_whose_engine_cannot_wait)
{
	loop_begin(0);
	script.wait_error = EPERM;
	turn_once(t);
	cr_assert(t->error == -EPERM);
	cr_assert_str_eq(t->failed_call, "wait");
	cr_assert(atomic_load(&load->shared.halted));
}

Test(failed, is_a_thread_whose_receives_go_on_failing)
{
	unsigned n = 0;

	loop_begin(0);
	script.recv_error = ENOMEM;
	for (; n < 1000 && !t->error; n++)
		turn_once(t);
	cr_assert(t->error == -ENOMEM);
	cr_assert_str_eq(t->failed_call, "recv");
	cr_assert(n > 1 && loop_counts().send_errors == n);
}

Test(failed, is_not_a_thread_whose_receive_fails_once)
{
	loop_begin(0);
	script.recv_error = ENOMEM;
	turn_once(t);
	script.recv_error = 0;
	loop_answer(0);
	turn_once(t);
	cr_assert(!t->error && loop_counts().answered == 1);
}

static int interrupted(void *arg, const struct engine_message *m)
{
	(void)arg;
	(void)m;
	return EINTR;
}

Test(failed, is_a_thread_whose_sends_are_interrupted_for_ever)
{
	uint64_t began_ns = clock_ns();

	script.sent = interrupted;
	loop_begin(0);
	for (unsigned n = 0; n < 1000 && !t->error; n++)
		turn_once(t);
	cr_assert(t->error == -EINTR && script.sends == FAILURES_MAX);
	cr_assert(clock_ns() - began_ns >=
		  (FAILURES_MAX - 1) * (uint64_t)FAILURES_PAUSE_NS);
	cr_assert_str_eq(t->failed_call, "send");
	cr_assert(loop_counts().send_errors == 0 && loop_counts().sent == 0);
}

Test(failed, is_not_a_thread_that_a_host_refuses)
{
	loop_begin(0);
	for (unsigned i = 0; i < 50; i++) {
		script.recv_error = ECONNREFUSED;
		turn_once(t);
	}
	cr_assert(!t->error);
	cr_assert(loop_counts().refused == 50);
	cr_assert(loop_counts().send_errors == 0);
}

Test(failed, counts_each_report_once)
{
	loop_begin(0);
	refusal = ECONNREFUSED;
	script.reports = (struct engine_reports){.refused = 3, .other = 2};
	turn_once(t);
	cr_assert(loop_counts().refused == 3);
	cr_assert(loop_counts().send_errors == 2);
}

Test(failed, too_big_is_bounded_by_what_had_left)
{
	loop_begin(0);
	turn_once(t);
	script.reports.too_big = 1;
	script.recv_error = EMSGSIZE;
	turn_once(t);
	cr_assert(loop_counts().too_big_reports == 1);
	cr_assert(load->shared.too_big_until == 4);
}

static void cannot(const char *what)
{
	const struct load_hooks hooks = {0};
	struct engine_ops lacking = engine_mem;
	char why[256];

	lacking.can = 0;
	config.engine = &lacking;
	cr_assert(load_open(&load, &config, &hooks, why, sizeof(why)) ==
		  -EOPNOTSUPP);
	cr_assert_str_eq(why, what);
}

Test(failed, is_an_engine_that_cannot_send_trains)
{
	config.train = 4;
	cannot("engine mem cannot send trains; use --train off");
}

Test(failed, is_an_engine_that_cannot_time_departures)
{
	config.socket.txtime = true;
	cannot("engine mem cannot tell the kernel when to send; use mmsg, "
	       "uring or zerocopy");
}

/* Three of four, and the kernel does not say why not the fourth. */
static int three(void *arg, const struct engine_message *m)
{
	(void)arg;
	(void)m;
	return ++sent_count == 4 ? ECONNREFUSED : 0;
}

Test(failed, shortens_a_send_without_losing_anything)
{
	script.sent = three;
	loop_begin(0);
	script.reports.refused = 1;
	turn_once(t);
	cr_assert(loop_counts().cut == 1 && loop_counts().refused == 1);
	cr_assert(loop_counts().sent == 4, "the fourth is sent again");
	cr_assert(t->flows[0].sequence == 4);
}
