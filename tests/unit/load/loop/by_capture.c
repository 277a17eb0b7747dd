/* SPDX-License-Identifier: MIT */
/* A capture as the plan, over the mem engine: its datagrams are sent in order,
 * from where they are in memory. */
#include "loop.h"

static struct replay replay;

static void add(uint64_t at_ns, char flow, const char *text)
{
	uint8_t tuple[DISSECT_TUPLE] = {4};

	tuple[DISSECT_TUPLE - 1] = (uint8_t)flow;
	cr_assert(replay_add(&replay, at_ns, tuple, text,
			  (uint32_t)strlen(text)) == 0);
}

static void start(void)
{
	loop_init();
	add(0, 'x', "a");
	add(1 * MS, 'x', "bb");
	add(2 * MS, 'y', "ccc");
	add(3 * MS, 'x', "");
	add(3600000000000000, 'x', "in an hour");
	replay_settle(&replay);
	config.mode = LOAD_PACED;
	config.replies = REPLIES_ANY;
	config.replay = &replay;
	config.flows = 2;
}

static void stop(void)
{
	loop_fini();
	replay_fini(&replay);
}

TestSuite(by_capture, .init = start, .fini = stop);

Test(by_capture, sends_due_datagrams_without_copying)
{
	loop_begin(10 * MS);
	turn_once(t);
	cr_assert(sent_count == 4, "%u", sent_count);
	for (uint32_t i = 0; i < 4; i++) {
		cr_assert(sent[i].from == replay.data + replay.items[i].offset);
		cr_assert(sent[i].bytes == replay.items[i].bytes);
		cr_assert(sent[i].link == t->flows[replay.items[i].flow].link);
	}
	cr_assert(loop_counts().due == 4);
	/* What follows one another on a flow is one send. */
	cr_assert(script.sends == 3);
}

Test(by_capture, skips_what_fails_twice)
{
	loop_begin(10 * MS);
	refusal = EPERM;
	refused = t->flows[0].link;
	turn_once(t);
	cr_assert(sent_count == 0, "an error may be of an earlier datagram");
	turn_once(t);
	/* The first two are one send; each is tried, and left out. */
	for (unsigned i = 0; i < 8; i++)
		turn_once(t);
	cr_assert(sent_count == 1 && sent[0].link == t->flows[1].link);
	cr_assert(loop_counts().send_errors == 6, "%lu",
		loop_counts().send_errors);
	cr_assert(t->departures.item == &replay.items[4]);
}

Test(by_capture, skips_what_is_too_long_at_once)
{
	loop_begin(10 * MS);
	refusal = EMSGSIZE;
	turn_once(t);
	cr_assert(sent_count == 0);
	cr_assert(loop_counts().too_big == 4);
	cr_assert(t->departures.item == &replay.items[4]);
}

/* As when ICMP tells a receive of it. */
Test(by_capture, skips_nothing_after_other_failures)
{
	loop_begin(10 * MS);
	refusal = EAGAIN;
	for (unsigned i = 0; i < 4; i++) {
		script.recv_error = EHOSTUNREACH;
		turn_once(t);
		t->hold_ns = 1;
	}
	cr_assert(loop_counts().send_errors == 4);
	cr_assert(t->departures.item == &replay.items[0]);
}

Test(by_capture, waits_for_room)
{
	loop_begin(10 * MS);
	refusal = EAGAIN;
	turn_once(t);
	turn_once(t);
	cr_assert(t->departures.item == &replay.items[0]);
	refusal = 0;
	t->hold_ns = 1;
	turn_once(t);
	cr_assert(sent_count == 4);
}

Test(by_capture, reports_when_everything_has_left)
{
	replay.count = 4;
	loop_begin(10 * MS);
	cr_assert(!replay_spent(&load->shared));
	turn_once(t);
	cr_assert(replay_spent(&load->shared));
}

/* In a closed loop times and flows do not count, and the end is the
 * beginning. */
Test(by_capture, starts_again_in_a_closed_loop)
{
	config.mode = LOAD_WINDOW;
	loop_begin(0);
	turn_once(t);
	cr_assert(sent_count == 8, "%u", sent_count);
	loop_answer(0);
	turn_once(t);
	cr_assert(sent_count == 9);
	for (uint32_t i = 0; i < sent_count; i++) {
		const struct replay_item *item = &replay.items[i % 5];

		cr_assert(sent[i].from == replay.data + item->offset);
		cr_assert(sent[i].bytes == item->bytes);
	}
	cr_assert(!replay_spent(&load->shared));
}

Test(by_capture, in_a_closed_loop_skips_what_is_too_long)
{
	config.mode = LOAD_WINDOW;
	loop_begin(0);
	refusal = EMSGSIZE;
	turn_once(t);
	cr_assert(sent_count == 0);
	cr_assert(t->probes.item > 0);
}
