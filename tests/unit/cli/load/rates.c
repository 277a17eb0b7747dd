/* SPDX-License-Identifier: MIT */
#include "cli/load/rates.h"

#include "load/load.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

Test(rates, a_rate_is_a_number_of_all_flows_or_of_each)
{
	static const struct {
		const char *text;
		bool bits, per_flow;
		double rate;
	} cases[] = {
		{"1", false, false, 1},
		{"0.001", false, false, 0.001},
		{"0.5/flow", false, true, 0.5},
		{"10k", false, false, 10e3},
		{"1.5M/flow", false, true, 1.5e6},
		{"10G", false, false, 1e10},
		{"100T", true, false, 1e14},
		{"2.5G/flow", true, true, 2.5e9},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char why[256] = "";
		bool per_flow = !cases[i].per_flow;
		double rate;

		cr_assert(load_rate_parse(&rate, &per_flow, cases[i].text,
				  cases[i].bits, why, sizeof(why)) == 0);
		cr_assert(rate == cases[i].rate);
		cr_assert(per_flow == cases[i].per_flow);
		cr_assert_str_eq(why, "");
	}
}

Test(rates, what_is_no_rate_is_refused_with_what_would_be)
{
	static const struct {
		const char *text;
		bool bits;
		const char *word;
	} cases[] = {
		{"", false, "is not a rate"},
		{"x", false, "is not a rate"},
		{"-1", false, "is not a rate"},
		{"0", false, "is not a rate"},
		{"nan", false, "is not a rate"},
		{"inf", false, "is not a rate"},
		{"0.0009", false, "from 0.001"},
		{"10.1G", false, "10G datagrams"},
		{"101T", true, "100T bits"},
		{"1k/s", false, "neither a number nor /flow"},
		{"1k/flows", false, "neither a number nor /flow"},
		{"/flow", false, "is not a rate"},
		{"1/flow/flow", false, "neither a number nor /flow"},
		{"0000000000000000000000000000000000000000000000000000000000"
		 "0000000001",
			false, "is not a rate"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char why[256] = "";
		bool per_flow;
		double rate;

		cr_assert(load_rate_parse(&rate, &per_flow, cases[i].text,
				  cases[i].bits, why, sizeof(why)) == -EINVAL);
		cr_assert(strstr(why, cases[i].word), "%s", why);
	}
}

Test(rates, a_ramp_has_two_rates_a_time_and_may_have_steps)
{
	static const struct {
		const char *text;
		struct load_ramp ramp;
	} cases[] = {
		{"10k:1M:30s", {10e3, 1e6, 30000000000u, 0}},
		{"1M:10k:500ms", {1e6, 10e3, 500000000u, 0}},
		{"1:1:1ns", {1, 1, 1, 0}},
		{"0.5:1.5:2m:5", {0.5, 1.5, 120000000000u, 5}},
		{"1:2:254ns:254", {1, 2, 254, 254}},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct load_ramp *want = &cases[i].ramp;
		struct load_ramp got;
		char why[256] = "";

		cr_assert(load_ramp_parse(
				  &got, cases[i].text, why, sizeof(why)) == 0,
			"%s", why);
		cr_assert(got.from == want->from && got.to == want->to);
		cr_assert(got.ns == want->ns && got.steps == want->steps);
	}
}

Test(rates, what_is_no_ramp_is_refused_with_what_would_be)
{
	static const struct {
		const char *text, *word;
	} cases[] = {
		{"", "try 10k:1M:30s"},
		{"1k", "try 10k:1M:30s"},
		{"1k:2k", "try 10k:1M:30s"},
		{"1k:2k:1s:2:3", "try 10k:1M:30s"},
		{"1k:2k:1s:2:3:4:5", "try 10k:1M:30s"},
		{"0:2k:1s", "\"0\" is not a rate"},
		{"1k:x:1s", "\"x\" is not a rate"},
		{"1k/flow:2k:1s:x", "\"x\" is not a number from 2 to 254"},
		{"1k:2k:0s", "\"0s\" is not a time"},
		{"1k:2k:8785h", "from 1ns to 8784h"},
		{"1k:2k:1s:1", "from 2 to 254"},
		{"1k:2k:1s:255", "from 2 to 254"},
		{"1:2:1ns:2", "shorter than a nanosecond"},
	};
	char text[200];

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct load_ramp got;
		char why[256] = "";

		cr_assert(load_ramp_parse(&got, cases[i].text, why,
				  sizeof(why)) == -EINVAL,
			"%s", cases[i].text);
		cr_assert(strstr(why, cases[i].word), "%s", why);
	}
	memset(text, '1', sizeof(text));
	strcpy(text + sizeof(text) - sizeof(":2:3s"), ":2:3s");
	{
		struct load_ramp got;
		char why[512];

		cr_assert(load_ramp_parse(&got, text, why, sizeof(why)) ==
			  -EINVAL);
	}
}

#define MS 1000000u
#define S  1000000000u

Test(rates, what_is_due_in_a_time_is_known_before)
{
	static const struct {
		double rate;
		uint32_t burst, flows, threads;
		uint64_t omit_ns, time_ns;
		bool due;
	} cases[] = {
		/* The first leaves at the start, ... */
		{0.001, 1, 8, 1, 0, 1, true},
		{0.001, 1, 8, 1, 10u * MS, 500u * MS, false},
		{0.001, 1, 8, 1, 300u * MS, 500u * MS, false},
		/* ... the next an interval later. */
		{1, 1, 1, 1, 300u * MS, 700u * MS, false},
		{1, 1, 1, 1, 300u * MS, 701u * MS, true},
		{1, 1, 1, 1, 1u * S, 1, true},
		{1, 1, 1, 1, 1u * S + 1000, 999u * MS, false},
		{10, 1, 1, 1, 300u * MS, 1, true},
		{10, 10, 1, 1, 300u * MS, 500u * MS, false},
		{10, 10, 1, 1, 300u * MS, 800u * MS, true},
		/* Two threads take turns. */
		{1, 1, 2, 2, 300u * MS, 700u * MS, false},
		{1, 1, 2, 2, 300u * MS, 701u * MS, true},
		/* Of three flows, one is the first's: at 0, 3 and 6 s, and at
		 * 0.75, 2.25 and 3.75 s of the other. */
		{1, 1, 3, 2, 300u * MS, 400u * MS, false},
		{1, 1, 3, 2, 300u * MS, 500u * MS, true},
		{1, 1, 3, 2, 800u * MS, 1400u * MS, false},
		{1, 1, 3, 2, 800u * MS, 1500u * MS, true},
		{1e6, 1, 8, 4, 300u * MS, 10ull * S, true},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct pace_plan plan = {.burst = cases[i].burst};
		bool due;

		pace_constant(&plan, cases[i].rate, 100ull * S);
		due = load_rate_is_due(&plan, cases[i].flows, cases[i].threads,
			cases[i].omit_ns, cases[i].time_ns);
		cr_assert(due == cases[i].due, "case %zu", i);
	}
}

/* As the run will find it. */
Test(rates, what_is_due_is_what_a_pace_comes_to)
{
	static const double rates[] = {0.1, 0.7, 1, 1.5, 3, 7};

	for (size_t i = 0; i < COUNT(rates) * 40; i++) {
		uint64_t omit = i % 8 * 137u * MS, time = i % 5 * 211u * MS + 1;
		struct pace_plan plan = {.burst = 1 + (uint32_t)i % 3};
		uint32_t threads = 1 + (uint32_t)i % 4, flows = threads + 3;
		bool due = false;

		pace_constant(&plan, rates[i / 40], 100ull * S);
		for (uint32_t k = 0; k < threads; k++) {
			uint32_t own = load_flows_of(flows, threads, k);
			struct pace p;

			pace_init(&p, &plan, (double)own / flows,
				(double)k / threads, 1);
			while (pace_due_ns(&p) < omit)
				pace_advance(&p);
			due |= pace_due_ns(&p) < omit + time;
		}
		cr_assert(load_rate_is_due(&plan, flows, threads, omit, time) ==
				  due,
			"case %zu", i);
	}
}

Test(rates, random_departures_may_be_due)
{
	struct pace_plan plan = {.spacing = PACE_POISSON, .burst = 1};

	pace_constant(&plan, 0.001, 100ull * S);
	cr_assert(load_rate_is_due(&plan, 1, 1, 1u * S, 1));
}
