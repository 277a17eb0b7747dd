/* SPDX-License-Identifier: MIT */
#include "server/guard.h"
#include "core/reply_ttl.h"
#include "service/registry.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct guard guard;
static struct counters counters;
static struct cidr allow[2];

struct rule_case {
	const char *source;
	const char *service;
	uint32_t request, reply; /* bytes */
	bool group;
	enum counter_id refusal; /* 0: it may be answered */
};

/* Each rule with a case it refuses, and its neighbour that may pass. allow is
 * 127/8 and 198.51.100.0/24. */
static const struct rule_case cases[] = {
	{"203.0.113.1:40000", "length", 64, 22, false, 0},
	/* no unicast source */
	{"203.0.113.1:0", "length", 64, 22, false, COUNTER_REFUSED_SOURCE},
	{"224.0.0.1:40000", "length", 64, 22, false, COUNTER_REFUSED_SOURCE},
	{"0.0.0.0:40000", "length", 64, 22, false, COUNTER_REFUSED_SOURCE},
	{"255.255.255.255:40000", "echo", 1, 1, false, COUNTER_REFUSED_SOURCE},
	{"[ff02::1]:40000", "echo", 1, 1, false, COUNTER_REFUSED_SOURCE},
	{"[::]:40000", "echo", 1, 1, false, COUNTER_REFUSED_SOURCE},
	{"[::ffff:224.0.0.1]:40000", "echo", 1, 1, false,
		COUNTER_REFUSED_SOURCE},
	{"[::ffff:0.0.0.0]:40000", "echo", 1, 1, false, COUNTER_REFUSED_SOURCE},
	{"[2001:db8::1]:40000", "echo", 1, 1, false, 0},
	/* ports of services that answer */
	{"203.0.113.1:53", "length", 64, 22, false, COUNTER_REFUSED_LOW_PORT},
	{"127.0.0.1:1023", "length", 64, 22, false, COUNTER_REFUSED_LOW_PORT},
	{"127.0.0.1:1024", "length", 64, 22, false, 0},
	{"[::ffff:203.0.113.1]:7", "length", 64, 22, false,
		COUNTER_REFUSED_LOW_PORT},
	{"203.0.113.1:11211", "length", 64, 22, false,
		COUNTER_REFUSED_REFLECTOR_PORT},
	{"203.0.113.1:11212", "length", 64, 22, false, 0},
	{"127.0.0.1:1060", "length", 64, 22, false,
		COUNTER_REFUSED_REFLECTOR_PORT},
	/* sent to a group */
	{"203.0.113.1:40000", "length", 64, 22, true, COUNTER_REFUSED_GROUP},
	/* echo, from a port that is no client's */
	{"203.0.113.1:2000", "echo", 64, 64, false,
		COUNTER_REFUSED_NOT_EPHEMERAL},
	{"[::ffff:203.0.113.1]:2000", "echo", 64, 64, false,
		COUNTER_REFUSED_NOT_EPHEMERAL},
	{"203.0.113.1:2000", "length", 64, 22, false, 0},
	{"203.0.113.1:40000", "echo", 64, 64, false, 0},
	{"203.0.113.1:65535", "echo", 64, 64, false, 0},
	{"127.0.0.1:2000", "echo", 64, 64, false, 0},
	{"198.51.100.7:2000", "echo", 64, 64, false, 0},
	{"[::ffff:198.51.100.7]:2000", "echo", 64, 64, false, 0},
	{"[2001:db8::1]:2000", "echo", 64, 64, false,
		COUNTER_REFUSED_NOT_EPHEMERAL},
	/* more than came */
	{"203.0.113.1:40000", "length", 21, 22, false,
		COUNTER_REFUSED_AMPLIFICATION},
	{"203.0.113.1:40000", "length", 22, 22, false, 0},
	{"203.0.113.1:40000", "length", 0, 21, false,
		COUNTER_REFUSED_AMPLIFICATION},
	{"127.0.0.1:40000", "length", 0, 21, false, 0},
	{"[::ffff:127.0.0.1]:40000", "length", 0, 21, false, 0},
	{"[::ffff:203.0.113.1]:40000", "length", 0, 21, false,
		COUNTER_REFUSED_AMPLIFICATION},
	{"198.51.100.7:40000", "length", 0, 21, false, 0},
	{"198.51.101.7:40000", "length", 0, 21, false,
		COUNTER_REFUSED_AMPLIFICATION},
};

static void set_up(void)
{
	cr_assert(cidr_parse(&allow[0], "127.0.0.0/8") == 0);
	cr_assert(cidr_parse(&allow[1], "198.51.100.0/24") == 0);
	guard_init(&guard, allow, 2);
	memset(&counters, 0, sizeof(counters));
}

TestSuite(guard, .init = set_up);

static bool passes_with_ttl(const struct rule_case *c, uint32_t segments,
	uint32_t refused_before, uint8_t ttl)
{
	union address source;
	struct train t = {
		.peer = &source,
		.verdict = VERDICT_ANSWER,
		.bytes = c->request * segments,
		.segment_bytes = c->request,
		.segments = segments,
		.refused = refused_before,
		.refusal = COUNTER_REFUSED_OWN_TEXT,
		.reply_bytes = c->reply * (segments - refused_before),
		.reply_segment_bytes = c->reply,
		.reply_segments = segments - refused_before,
		.local = {.group = c->group},
		.ttl = ttl,
	};
	struct batch b = {.trains = &t, .count = 1, .capacity = 1};

	cr_assert(address_parse(&source, c->source) == 0, "%s", c->source);
	guard_check(&guard, service_find(c->service), &b, &counters);
	return t.verdict == VERDICT_ANSWER;
}

static bool passes(
	const struct rule_case *c, uint32_t segments, uint32_t refused_before)
{
	return passes_with_ttl(c, segments, refused_before, 64);
}

Test(guard, keeps_its_rules)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct rule_case *c = &cases[i];
		uint64_t before = counter_get(&counters, c->refusal);

		cr_assert(passes(c, 1, 0) == !c->refusal, "case %zu: %s by %s",
			i, c->source, c->service);
		if (c->refusal)
			cr_assert(counter_get(&counters, c->refusal) ==
					  before + 1,
				"case %zu: %s is not what was counted", i,
				counter_table[c->refusal].name);
	}
}

Test(guard, counts_datagrams_and_only_those_not_refused_before)
{
	static const struct rule_case low = {"203.0.113.1:53", "length", 64, 22,
		false, COUNTER_REFUSED_LOW_PORT};

	cr_assert(!passes(&low, 10, 3));
	cr_assert(counter_get(&counters, COUNTER_REFUSED_LOW_PORT) == 7);
	cr_assert(counter_get(&counters, COUNTER_REFUSED_OWN_TEXT) == 0);
}

/* 10 requests of 22 bytes, 9 refused: 22 bytes of reply for 22 of request. */
Test(guard, compares_sizes_with_answered_requests_only)
{
	static const struct rule_case fair = {
		"203.0.113.1:40000", "length", 22, 22, false, 0};
	static const struct rule_case more = {"203.0.113.1:40000", "length", 22,
		23, false, COUNTER_REFUSED_AMPLIFICATION};

	cr_assert(passes(&fair, 10, 9));
	cr_assert(!passes(&more, 10, 9));
}

Test(guard, ignores_trains_that_are_not_answered)
{
	union address source;
	struct train t = {.peer = &source,
		.verdict = VERDICT_ABSORB,
		.segments = 1,
		.ttl = 150};
	struct batch b = {.trains = &t, .count = 1, .capacity = 1};

	cr_assert(address_parse(&source, "203.0.113.1:53") == 0);
	guard_check(&guard, service_find("discard"), &b, &counters);
	cr_assert(t.verdict == VERDICT_ABSORB);
	for (enum counter_id id = 0; id < COUNTER_COUNT; id++)
		cr_assert(counter_get(&counters, id) == 0);
}

/*
 * Nobody may answer a reply, not even one that comes from a source that may
 * have everything else; nor what could be one for all that is known.
 */
Test(guard, answers_no_reply_of_a_server)
{
	static const struct rule_case from[] = {
		{"127.0.0.1:40000", "echo", 64, 64, false, 0},
		{"198.51.100.7:2000", "reflect", 64, 64, false, 0},
		{"[2001:db8::1]:40000", "length", 64, 22, false, 0},
		{"[::ffff:127.0.0.1]:40000", "echo", 0, 0, false, 0},
	};

	for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++) {
		uint64_t replies = 0;

		memset(&counters, 0, sizeof(counters));
		for (unsigned ttl = 1; ttl <= UINT8_MAX; ttl++) {
			bool reply = ttl >= 129 && ttl <= 191;

			cr_assert(passes_with_ttl(&from[i], 2, 0,
					  (uint8_t)ttl) == !reply,
				"case %zu, TTL %u", i, ttl);
			replies += 2 * reply;
		}
		cr_assert(counter_get(&counters,
				  COUNTER_REFUSED_UDPMILL_REPLY) == replies);
		cr_assert(!passes_with_ttl(&from[i], 3, 1, 0));
		cr_assert(counter_get(&counters, COUNTER_REFUSED_NO_TTL) == 2);
	}
}

/* The ports are told one by one, so that none is lost or added unseen. */
Test(guard, refuses_only_the_ports_of_reflectors)
{
	static const uint16_t ports[] = {1060, 1434, 1604, 1900, 2362, 3283,
		3389, 3478, 3702, 5060, 5093, 5351, 5353, 5683, 6881, 7001,
		10001, 11211, 17185, 20811, 27015, 27036, 27960, 30120, 30718,
		32414};
	char text[ADDRESS_TEXT];
	size_t n = 0;

	for (unsigned port = 1024; port <= 65535; port++) {
		struct rule_case c = {text, "length", 64, 22, false, 0};
		bool listed = n < sizeof(ports) / sizeof(ports[0]) &&
			      ports[n] == port;

		snprintf(text, sizeof(text), "203.0.113.1:%u", port);
		cr_assert(passes(&c, 1, 0) == !listed, "port %u", port);
		n += listed;
	}
	cr_assert(counter_get(&counters, COUNTER_REFUSED_REFLECTOR_PORT) == n);
}

/* What this host's kernel gives to clients, and IANA's own, may echo. */
Test(guard, lets_all_ephemeral_ports_echo)
{
	char text[ADDRESS_TEXT];
	struct rule_case c = {text, "echo", 64, 64, false, 0};

	cr_assert(guard.ephemeral_first <= 32768);
	cr_assert(guard.ephemeral_last == 65535);
	snprintf(text, sizeof(text), "203.0.113.1:%u", guard.ephemeral_first);
	cr_assert(passes(&c, 1, 0));
	if (guard.ephemeral_first == 1024)
		return;
	snprintf(text, sizeof(text), "203.0.113.1:%u",
		guard.ephemeral_first - 1);
	cr_assert(!passes(&c, 1, 0));
}

/* In a batch each train has its own verdict, and the order does not matter. */
Test(guard, judges_each_train_of_a_batch)
{
	static const char *const sources[] = {"203.0.113.1:40000",
		"203.0.113.1:53", "203.0.113.1:40001", "203.0.113.1:0"};
	union address peers[4];
	struct train t[4];
	struct batch b = {.trains = t, .count = 4, .capacity = 4};

	for (size_t i = 0; i < 4; i++) {
		cr_assert(address_parse(&peers[i], sources[i]) == 0);
		t[i] = (struct train){.peer = &peers[i],
			.verdict = VERDICT_ANSWER,
			.bytes = 8,
			.segment_bytes = 8,
			.segments = 1,
			.ttl = 64,
			.reply_bytes = 8,
			.reply_segment_bytes = 8,
			.reply_segments = 1};
	}
	guard_check(&guard, service_find("echo"), &b, &counters);
	cr_assert(t[0].verdict == VERDICT_ANSWER);
	cr_assert(t[1].verdict == VERDICT_REFUSE);
	cr_assert(t[2].verdict == VERDICT_ANSWER);
	cr_assert(t[3].verdict == VERDICT_REFUSE);
}

/* The guard looks less at a train that is like the one before it. */
Test(guard, judges_what_differs_after_a_train_of_the_same_peer)
{
	union address peer;
	struct train t[6];
	struct batch b = {.trains = t, .count = 6, .capacity = 6};

	cr_assert(address_parse(&peer, "203.0.113.1:40000") == 0);
	for (size_t i = 0; i < 6; i++)
		t[i] = (struct train){.peer = &peer,
			.verdict = VERDICT_ANSWER,
			.bytes = 8,
			.segment_bytes = 8,
			.segments = 1,
			.ttl = 64,
			.reply_bytes = 8,
			.reply_segment_bytes = 8,
			.reply_segments = 1};
	t[1].reply_bytes = 9;
	t[2].ttl = REPLY_TTL;
	t[3].ttl = 0;
	t[4].local.group = true;
	guard_check(&guard, service_find("echo"), &b, &counters);
	cr_assert(t[0].verdict == VERDICT_ANSWER);
	for (size_t i = 1; i < 5; i++)
		cr_assert(t[i].verdict == VERDICT_REFUSE, "%zu", i);
	cr_assert(t[5].verdict == VERDICT_ANSWER);
}
