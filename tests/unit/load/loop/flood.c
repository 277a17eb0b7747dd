/* SPDX-License-Identifier: MIT */
/* A flood, over the mem engine: it must save system calls. */
#include "loop.h"

static void start(void)
{
	loop_init();
	config.mode = LOAD_FLOOD;
}

TestSuite(flood, .init = start, .fini = loop_fini);

static void take_turns(unsigned n)
{
	while (n-- > 0)
		turn_once(t);
}

Test(flood, sends_from_all_flows_in_turn)
{
	config.flows = 3;
	loop_begin(0);
	take_turns(6);
	for (uint32_t i = 0; i < 3; i++)
		cr_assert(loop_sent_by(&t->flows[i]) == 128);
}

Test(flood, receives_what_comes_in_between)
{
	script.echo = true;
	loop_begin(0);
	take_turns(10);
	cr_assert(script.receives == 10);
	cr_assert(loop_counts().answered == 9 * ENGINE_ARRIVALS);
	cr_assert(script.waited_ns == 0);
}

/* As where flows are many and replies to each are few: what lies in their
 * sockets does not become more. */
Test(flood, takes_as_much_as_it_sends)
{
	config.flows = 64;
	loop_begin(0);
	for (unsigned round = 0; round < 50; round++) {
		uint32_t before = sent_count;

		while (sent_count == before)
			turn_once(t);
		/* To each flow what it sent last, and that one by one. */
		for (uint32_t i = before; i < sent_count; i++)
			mem_arrive(&t->engine, t->flows[i % 64].link,
				sent[i % LOOP_SENT].data, LOOP_BYTES, 0);
	}
	cr_assert(loop_counts().answered + loop_counts().stale >= 49 * 64,
		"%lu", loop_counts().answered + loop_counts().stale);
}

Test(flood, receives_nothing_if_nobody_answers)
{
	config.replies = REPLIES_NONE;
	loop_begin(0);
	take_turns(256);
	cr_assert(script.sends == 256);
	cr_assert(script.receives == 3, "%lu", script.receives);
}

Test(flood, waits_if_the_kernel_accepts_nothing)
{
	config.flows = 2;
	config.replies = REPLIES_NONE;
	refusal = EAGAIN;
	loop_begin(0);
	take_turns(2);
	cr_assert(script.waited_ns == 0, "the other may have room");
	take_turns(1);
	cr_assert(script.waited_ns == MS);
	refusal = 0;
	take_turns(2);
	cr_assert(script.waited_ns == 2 * MS && sent_count == 128);
}
