/* SPDX-License-Identifier: MIT */
/* An open loop, over the mem engine: what is due leaves, whatever comes back,
 * and keeps its planned time. */
#include "loop.h"

static void start(void)
{
	loop_init();
	config.mode = LOAD_PACED;
	config.pace.burst = 1;
	/* One in an hour: only what a test is behind by is due. */
	pace_constant(&config.pace, 1.0 / 3600, 3600000000000000);
}

TestSuite(by_plan, .init = start, .fini = loop_fini);

static void behind(double rate, uint64_t ns)
{
	config.pace.step_count = 2;
	config.pace.steps[1] = config.pace.steps[0];
	config.pace.steps[0] = (struct pace_step){ns, rate, rate};
	loop_begin(ns + 1);
}

static uint64_t meant_ns(uint32_t n)
{
	struct probe p = {0};

	cr_assert(probe_read(sent[n].data, LOOP_BYTES, &p));
	return p.sent_ns - load->shared.start_ns;
}

Test(by_plan, sends_only_what_is_due)
{
	behind(1000, 10 * MS);
	turn_once(t);
	cr_assert(sent_count >= 10 && sent_count <= 11, "%u", sent_count);
	for (uint32_t i = 0; i < 10; i++)
		cr_assert(meant_ns(i) == i * MS, "%lu", meant_ns(i));
	cr_assert(loop_counts().due == sent_count);
	turn_once(t);
	cr_assert(sent_count <= 11);
}

Test(by_plan, keeps_the_times_of_what_could_not_leave)
{
	behind(1000, 10 * MS);
	refusal = EAGAIN;
	turn_once(t);
	cr_assert(sent_count == 0 && loop_counts().due >= 10);
	cr_assert(t->mode->wait_ns(t) <= 200000);
	refusal = 0;
	t->hold_ns = 1;
	turn_once(t);
	cr_assert(sent_count >= 10);
	for (uint32_t i = 0; i < 10; i++)
		cr_assert(meant_ns(i) == i * MS);
	cr_assert(t->meter.histograms[LOAD_LAG].count == sent_count);
}

Test(by_plan, receives_replies_in_between_if_it_is_behind)
{
	behind(1000000, 1 * MS);
	turn_once(t);
	cr_assert(sent_count == 64, "%u", sent_count);
	for (unsigned i = 0; i < 15; i++)
		turn_once(t);
	cr_assert(sent_count >= 1000 && sent_count <= 1001);
	cr_assert(script.receives == 16 && script.waited_ns == 0);
}

Test(by_plan, has_its_flows_take_turns)
{
	config.flows = 4;
	behind(1000, 8 * MS);
	turn_once(t);
	cr_assert(sent_count >= 8);
	for (uint32_t i = 0; i < 4; i++)
		cr_assert(loop_sent_by(&t->flows[i]) >= 1);
}

Test(by_plan, sends_a_burst_over_one_flow_at_one_time)
{
	config.flows = 2;
	config.train = 4;
	config.pace.burst = 4;
	behind(1000, 16 * MS);
	turn_once(t);
	cr_assert(sent_count >= 4);
	for (uint32_t i = 0; i < 4; i++) {
		cr_assert(sent[i].segments == 4);
		cr_assert(meant_ns(i) == i * 4 * MS);
		cr_assert(i == 0 || sent[i].link != sent[i - 1].link);
	}
}

Test(by_plan, continues_a_burst_where_it_was_cut)
{
	config.flows = 2;
	config.pace.burst = 4;
	behind(1000, 4 * MS);
	config.count = 2;
	load->config.count = 2;
	load->shared.budget = 2;
	turn_once(t);
	cr_assert(sent_count == 2);
	load->shared.budget = 2;
	turn_once(t);
	cr_assert(sent_count == 4);
	for (uint32_t i = 1; i < 4; i++)
		cr_assert(sent[i].link == sent[0].link);
}

Test(by_plan, gives_up_what_is_too_long_and_goes_on)
{
	behind(1000, 4 * MS);
	refusal = EMSGSIZE;
	turn_once(t);
	cr_assert(loop_counts().too_big >= 4, "%lu", loop_counts().too_big);
	cr_assert(loop_counts().sent == 0);
	cr_assert(t->departures.count == 0);
}

Test(by_plan, counts_at_its_end_what_was_due_but_not_handled)
{
	behind(1000, 100 * MS);
	refusal = EAGAIN;
	turn_once(t);
	cr_assert(loop_counts().due == 64, "as many as are remembered");
	t->mode->end(t);
	meter_end_plan(&t->meter);
	cr_assert(loop_counts().due >= 100 && loop_counts().due <= 101);
	cr_assert(t->meter.kept.sent == 0);
	cr_assert(t->meter.kept.due == loop_counts().due);
}

Test(by_plan, sleeps_until_shortly_before_the_next)
{
	loop_begin(0);
	turn_once(t);
	cr_assert(sent_count == 1);
	turn_once(t);
	/* In less than that, a wait ends in time. */
	cr_assert(script.waited_ns == ENGINE_IDLE_NS - 1);
	load->config.spin_ns = SPIN_ALWAYS;
	turn_once(t);
	cr_assert(script.waited_ns == ENGINE_IDLE_NS - 1);
}

Test(by_plan, that_cannot_send_does_not_make_an_endless_turn)
{
	behind(1e9, 1000 * MS);
	refusal = EMSGSIZE;
	turn_once(t);
	cr_assert(loop_counts().too_big >= 64 && loop_counts().too_big < 200,
		"%lu", loop_counts().too_big);
	cr_assert(script.receives == 1);
}

Test(by_plan, receives_as_much_as_it_sends_if_it_is_behind)
{
	config.flows = 64;
	behind(1000000, 1 * MS);
	turn_once(t);
	cr_assert(sent_count >= 64);
	for (uint32_t i = 0; i < 64; i++)
		loop_answer(i);
	for (uint32_t i = 0; i < 64; i++) {
		uint32_t before = sent_count;

		turn_once(t);
		cr_assert(
			i == 63 || sent_count == before, "replies came first");
	}
	cr_assert(loop_counts().answered == 64);
	cr_assert(sent_count > 64);
}
