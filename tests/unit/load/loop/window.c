/* SPDX-License-Identifier: MIT */
/* A closed loop, over the mem engine: what is in flight, and what a reply makes
 * room for. */
#include "loop.h"

#include "load/loop/trains.h"

TestSuite(window, .init = loop_init, .fini = loop_fini);

Test(window, is_filled_by_each_flow_and_not_exceeded)
{
	config.flows = 3;
	loop_begin(0);
	turn_once(t);
	cr_assert(sent_count == 12, "%u", sent_count);
	for (uint32_t i = 0; i < 3; i++)
		cr_assert(loop_sent_by(&t->flows[i]) == 4);
	turn_once(t);
	cr_assert(sent_count == 12);
}

Test(window, of_more_than_one_send_is_filled_without_waiting)
{
	config.window = 200;
	loop_begin(0);
	turn_once(t);
	script.waited_ns = 0;
	for (unsigned i = 1; i < 4; i++)
		turn_once(t);
	cr_assert(sent_count == 200, "%u", sent_count);
	cr_assert(script.sends == 4 && script.receives == 4);
	cr_assert(script.waited_ns == 0);
	turn_once(t);
	cr_assert(script.waited_ns == ENGINE_IDLE_NS);
}

/* Or it would never take a reply, nor see the end of the run. */
Test(window, that_is_endless_does_not_make_an_endless_turn)
{
	config.flows = 100;
	config.window = 1000000;
	config.timeout_ns = 1;
	loop_begin(0);
	turn_once(t);
	cr_assert(sent_count <= 2 * ENGINE_MESSAGES, "%u", sent_count);
}

Test(window, of_all_flows_does_not_make_an_endless_turn)
{
	config.flows = 100;
	config.window = 1000000;
	config.in_flight = 100000000;
	config.timeout_ns = 1;
	loop_begin(0);
	turn_once(t);
	cr_assert(sent_count <= 2 * ENGINE_MESSAGES, "%u", sent_count);
	script.waited_ns = 0;
	turn_once(t);
	cr_assert(script.waited_ns == 0);
}

Test(window, lets_one_go_for_each_reply)
{
	config.flows = 2;
	loop_begin(0);
	turn_once(t);
	loop_answer(0);
	loop_answer(1);
	turn_once(t);
	cr_assert(sent_count == 10);
	cr_assert(loop_sent_by(&t->flows[0]) == 6);
	cr_assert(loop_counts().answered == 2);
}

Test(window, is_of_whole_trains)
{
	config.train = 4;
	config.window = 10;
	loop_begin(0);
	turn_once(t);
	cr_assert(sent_count == 2);
	cr_assert(sent[0].segments == 4 && sent[1].segments == 4);
	loop_answer(0);
	turn_once(t);
	cr_assert(sent_count == 3);
	cr_assert(loop_counts().sent == 12);
}

Test(window, is_shared_if_all_flows_have_one_limit)
{
	config.flows = 4;
	config.in_flight = 8;
	loop_begin(0);
	turn_once(t);
	cr_assert(sent_count == 8);
	cr_assert(loop_sent_by(&t->flows[2]) == 0);
	loop_answer(0);
	turn_once(t);
	/* What one has freed goes to the next. */
	cr_assert(sent_count == 9);
	cr_assert(loop_sent_by(&t->flows[2]) == 1);
	cr_assert(t->in_flight == 8);
}

Test(window, is_tried_again_after_a_lack_of_room_without_replies)
{
	config.flows = 20;
	refusal = EAGAIN;
	loop_begin(0);
	turn_once(t);
	cr_assert(sent_count == 0);
	cr_assert(loop_counts().blocked == 1);
	refusal = 0;
	turn_once(t);
	turn_once(t);
	cr_assert(sent_count == 80, "%u", sent_count);
}

Test(window, of_a_flow_without_room_delays_no_other)
{
	config.flows = 3;
	loop_begin(0);
	refusal = EAGAIN;
	refused = t->flows[0].link;
	for (unsigned i = 0; i < 3; i++)
		turn_once(t);
	cr_assert(loop_sent_by(&t->flows[0]) == 0);
	cr_assert(loop_sent_by(&t->flows[1]) == 4);
	cr_assert(loop_sent_by(&t->flows[2]) == 4);
}

Test(window, waits_for_a_queue_without_room_and_not_for_a_reply)
{
	refusal = ENOBUFS;
	loop_begin(0);
	turn_once(t);
	cr_assert(loop_counts().nobufs == 1);
	cr_assert(t->mode->wait_ns(t) <= 200000, "until it is tried again");
	refusal = 0;
	t->hold_ns = 1;
	turn_once(t);
	cr_assert(sent_count == 4);
}

Test(window, continues_without_missing_replies)
{
	config.timeout_ns = 100 * MS;
	loop_begin(0);
	turn_once(t);
	cr_assert(sent_count == 4);
	t->flows[0].progress_ns -= 200 * MS;
	t->looked_ns -= 200 * MS;
	turn_once(t);
	cr_assert(loop_counts().written_off == 4);
	cr_assert(sent_count == 8);
	loop_answer(0);
	turn_once(t);
	cr_assert(loop_counts().came_late == 1);
}

Test(window, ends_with_the_count)
{
	config.count = 6;
	loop_begin(0);
	turn_once(t);
	loop_answer(0);
	loop_answer(1);
	loop_answer(2);
	turn_once(t);
	cr_assert(sent_count == 6, "%u", sent_count);
	cr_assert(load->shared.budget == 0);
}

static int not_above_64(void *arg, const struct engine_message *m)
{
	return m->segments > 64 ? EINVAL : loop_sent(arg, m);
}

Test(window, with_too_long_trains_continues_with_shorter_ones)
{
	struct load_result r = {0};

	config.train = 128;
	config.window = 256;
	script.sent = not_above_64;
	loop_begin(0);
	turn_once(t);
	cr_assert(loop_counts().trains_refused == 1 && notices == 1);
	cr_assert(strstr(noticed, "sending trains of 64"), "%s", noticed);
	turn_once(t);
	cr_assert(sent_count == 4, "%u", sent_count);
	cr_assert(sent[0].segments == 64);
	for (uint32_t i = 0; i < 4; i++)
		loop_answer(i);
	turn_once(t);
	cr_assert(loop_counts().answered == 256);
	cr_assert(loop_counts().corrupt == 0);
	load_see_trains(load, &r);
	cr_assert(r.train_least == 64 && r.trainless == 1);
}

/* As kernels before 6.14 say of segments that exceed the path's MTU. */
Test(window, with_refused_trains_of_any_length_continues_singly)
{
	config.train = 128;
	config.window = 128;
	loop_begin(0);
	refusal = EINVAL;
	turn_once(t);
	turn_once(t);
	cr_assert(loop_counts().trains_refused == 2 && notices == 2);
	cr_assert(strstr(noticed, "sending single datagrams"), "%s", noticed);
	refusal = 0;
	turn_once(t);
	cr_assert(sent[0].segments == 1);
}

Test(window, without_trains_continues_singly)
{
	config.train = 4;
	config.window = 8;
	loop_begin(0);
	refusal = EMSGSIZE;
	turn_once(t);
	cr_assert(loop_counts().trains_refused == 1 && notices == 1);
	cr_assert(strstr(noticed, "sending single datagrams"), "%s", noticed);
	refusal = 0;
	turn_once(t);
	cr_assert(sent_count == 8, "%u", sent_count);
	cr_assert(sent[0].segments == 1 && sent[0].bytes == LOOP_BYTES);
	/* Each slot holds the payload of a probe, whichever it is. */
	for (uint32_t i = 0; i < 8; i++)
		loop_answer(i);
	turn_once(t);
	cr_assert(loop_counts().answered == 8 && loop_counts().corrupt == 0);
}

Test(window, makes_one_send_and_one_receive_of_a_ping_pong)
{
	config.window = 1;
	config.spin_ns = SPIN_ALWAYS;
	script.echo = true;
	loop_begin(0);
	turn_once(t);
	script.sends = script.receives = 0;
	for (unsigned i = 0; i < 100; i++)
		turn_once(t);
	cr_assert(loop_counts().answered == 100);
	cr_assert(script.sends == 100 && script.receives == 100);
}

Test(window, is_awaited_by_polling_until_that_has_taken_too_long)
{
	config.spin_ns = 1;
	loop_begin(0);
	turn_once(t);
	for (unsigned i = 0; i < 100; i++)
		turn_once(t);
	/* One turn sends, a second one begins to poll, and a later one has
	 * polled too long. */
	cr_assert(loop_counts().spins_failed == 1);
	cr_assert(script.waited_ns % ENGINE_IDLE_NS == 0);
	cr_assert(script.waited_ns >= 50 * (uint64_t)ENGINE_IDLE_NS);
	cr_assert(script.waited_ns < 100 * (uint64_t)ENGINE_IDLE_NS);
}

Test(window, is_awaited_by_polling_as_long_as_replies_come_in_time)
{
	config.spin_ns = UINT64_MAX / 4;
	loop_begin(0);
	turn_once(t);
	for (unsigned i = 0; i < 100; i++)
		turn_once(t);
	loop_answer(0);
	turn_once(t);
	cr_assert(script.waited_ns == 0);
	cr_assert(loop_counts().spins_failed == 0);
	cr_assert(loop_counts().spins_succeeded == 1);
	cr_assert(loop_counts().answered == 1);
}
