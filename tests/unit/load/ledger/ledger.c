/* SPDX-License-Identifier: MIT */
#include "load/ledger/ledger.h"

#include <criterion/criterion.h>

/* What the kernel's counters add is in places.c. */
static const struct ledger_kernel unknown;

struct ledger_case {
	const char *what;
	struct ledger_client client;
	struct ledger_server server;
	int64_t unexplained;
	bool exact, shared;
	uint64_t server_socket, client_socket;
};

static const struct ledger_case cases[] = {
	{"nothing is lost", {.sent = 640, .answered = 640, .train = 64},
		{.delivered = 640, .answered = 640}, 0, true, false, 0, 0},
	{"a sink takes all", {.sent = 640, .train = 64},
		{.delivered = 640, .absorbed = 640}, 0, true, false, 0, 0},
	{"a server with GRO drops trains, each one skb",
		{.sent = 6400,
			.answered = 5760,
			.train = 64,
			.replies_equal = true,
			.gro = true},
		{.delivered = 5760,
			.answered = 5760,
			.socket_drops = 10,
			.gro = true},
		0, true, false, 640, 0},
	{"a server without GRO drops datagrams",
		{.sent = 6400, .answered = 6390, .train = 64},
		{.delivered = 6390, .answered = 6390, .socket_drops = 10}, 0,
		true, false, 10, 0},
	{"a server that takes frames drops them one by one",
		{.sent = 6400, .answered = 6390, .train = 64},
		{.delivered = 6390, .answered = 6390, .ring_drops = 10}, 0,
		true, false, 0, 0},
	{"some of what a socket dropped were queries",
		{.sent = 6400,
			.answered = 5888,
			.train = 64,
			.queries_lost = 2},
		{.delivered = 5888,
			.answered = 5888,
			.socket_drops = 10,
			.gro = true},
		0, false, false, 512, 0},
	{"all that it dropped were queries",
		{.sent = 640, .answered = 640, .train = 64, .queries_lost = 9},
		{.delivered = 640,
			.answered = 640,
			.socket_drops = 3,
			.gro = true},
		0, true, false, 0, 0},
	{"somebody else's queries arrived, and excuse nothing",
		{.sent = 640, .answered = 576, .train = 64, .queries_lost = -9},
		{.delivered = 576,
			.answered = 576,
			.socket_drops = 3,
			.gro = true},
		-128, true, false, 192, 0},
	{"queries that were lost explain no loss of ours",
		{.sent = 640, .answered = 512, .train = 64, .queries_lost = 9},
		{.delivered = 512, .answered = 512, .gro = true}, 128, true,
		false, 0, 0},
	{"trains that differ give bounds, and this lies within",
		{.sent = 6400, .answered = 6000, .train = 64, .partial = 3},
		{.delivered = 6000,
			.answered = 6000,
			.socket_drops = 10,
			.gro = true},
		0, false, false, 400, 0},
	{"more is missed than the drops can have been",
		{.sent = 6400, .answered = 5000, .train = 64, .partial = 3},
		{.delivered = 5000,
			.answered = 5000,
			.socket_drops = 10,
			.gro = true},
		760, false, false, 640, 0},
	{"fewer are missed than were dropped",
		{.sent = 6400, .answered = 6395, .train = 64, .partial = 3},
		{.delivered = 6395,
			.answered = 6395,
			.socket_drops = 10,
			.gro = true},
		-5, false, false, 10, 0},
	{"a request vanished", {.sent = 640, .answered = 639, .train = 1},
		{.delivered = 639, .answered = 639}, 1, true, false, 0, 0},
	{"a reply vanished", {.sent = 640, .answered = 639, .train = 1},
		{.delivered = 640, .answered = 640}, 1, true, false, 0, 0},
	{"the server forgot one", {.sent = 640, .answered = 639, .train = 1},
		{.delivered = 640, .answered = 639}, 1, true, false, 0, 0},
	{"replies dropped at the client's socket, equal trains",
		{.sent = 6400,
			.answered = 5120,
			.train = 64,
			.gro = true,
			.replies_equal = true,
			.socket_drops = 20},
		{.delivered = 6400, .answered = 6400, .gro = true}, 0, true,
		false, 0, 1280},
	{"the same, coupled as it happened",
		{.sent = 6400,
			.answered = 6100,
			.train = 1,
			.gro = true,
			.socket_drops = 20},
		{.delivered = 6400, .answered = 6400}, 0, false, false, 0, 300},
	{"the server has other clients too",
		{.sent = 640, .answered = 640, .train = 1},
		{.delivered = 1000, .answered = 1000}, 0, false, true, 0, 0},
	{"refused and failed are accounted for",
		{.sent = 100, .answered = 60, .train = 1},
		{.delivered = 100,
			.answered = 60,
			.refused = {{"refused_low_port", 30}},
			.refused_count = 1,
			.failed = {{"send_failed_again", 10}},
			.failed_count = 1},
		0, true, false, 0, 0},
};

Test(ledger, settles_each_case_as_expected)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct ledger_case *c = &cases[i];
		struct ledger l;

		ledger_settle(&l, &c->client, &c->server, &unknown);
		cr_assert(l.unexplained == c->unexplained, "%s: %ld", c->what,
			l.unexplained);
		cr_assert(l.exact == c->exact, "%s", c->what);
		cr_assert(l.shared == c->shared, "%s", c->what);
		cr_assert(ledger_balances(&l) == (c->unexplained == 0), "%s",
			c->what);
		cr_assert(l.dropped[LEDGER_SERVER_SOCKET].datagrams ==
				  c->server_socket,
			"%s", c->what);
		cr_assert(l.dropped[LEDGER_CLIENT_SOCKET].datagrams ==
				  c->client_socket,
			"%s", c->what);
	}
}

/* sent = answered + absorbed + dropped + refused + unexplained, to the last. */
Test(ledger, adds_up)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ledger l;
		int64_t sum;

		ledger_settle(&l, &cases[i].client, &cases[i].server, &unknown);
		if (l.shared)
			continue;
		sum = (int64_t)(l.answered + l.absorbed) + l.unexplained;
		for (size_t k = 0; k < LEDGER_CAUSES; k++)
			sum += (int64_t)l.dropped[k].datagrams;
		for (size_t k = 0; k < l.refused_count; k++)
			sum += (int64_t)l.refused[k].datagrams;
		for (size_t k = 0; k < l.failed_count; k++)
			sum += (int64_t)l.failed[k].datagrams;
		cr_assert(sum == (int64_t)l.sent, "%s: %ld of %lu",
			cases[i].what, sum, l.sent);
	}
}

Test(ledger, stops_at_the_client_if_the_server_is_not_seen)
{
	const struct ledger_client client = {.sent = 10, .answered = 7};
	struct ledger l;

	ledger_settle(&l, &client, NULL, &unknown);
	cr_assert(!l.server_seen && l.unexplained == 3);
	cr_assert(ledger_balances(&l));
}

Test(ledger, takes_the_difference_counter_by_counter)
{
	const struct ledger_server start = {.delivered = 5,
		.answered = 4,
		.socket_drops = 2,
		.refused = {{"refused_group", 1}},
		.refused_count = 1};
	const struct ledger_server end = {.delivered = 15,
		.answered = 10,
		.socket_drops = 5,
		.gro = true,
		.refused = {{"refused_group", 4}},
		.refused_count = 1};
	struct ledger_server d;

	ledger_server_difference(&d, &start, &end);
	cr_assert(d.delivered == 10 && d.answered == 6 && d.socket_drops == 3 &&
		  d.gro);
	cr_assert(d.refused_count == 1 && d.refused[0].datagrams == 3);
	cr_assert_str_eq(d.refused[0].name, "refused_group");
}

Test(ledger, derives_bytes_from_datagrams_of_one_size)
{
	const struct ledger_client client = {.sent = 6400,
		.sent_bytes = 640000,
		.answered = 5056,
		.answered_bytes = 121344,
		.bytes = 100,
		.reply_bytes = 24,
		.train = 64,
		.replies_equal = true,
		.gro = true,
		.socket_drops = 1};
	const struct ledger_server server = {.delivered = 5120,
		.delivered_bytes = 512000,
		.answered = 5120,
		.answered_bytes = 122880,
		.gro = true,
		.socket_drops = 20};
	const struct ledger_way *there, *home;
	struct ledger l;
	uint64_t bytes;

	ledger_settle(&l, &client, &server, &unknown);
	there = &l.way[LEDGER_REQUEST];
	home = &l.way[LEDGER_REPLY];
	cr_assert(there->sent_bytes == 640000 &&
		  there->arrived_bytes == 512000 && there->bytes_known &&
		  there->unexplained_bytes == 0);
	cr_assert(home->sent_bytes == 122880 && home->arrived_bytes == 121344 &&
		  home->bytes_known && home->unexplained_bytes == 0);
	cr_assert(ledger_dropped_bytes(
			  &l, LEDGER_REQUEST, LEDGER_SERVER_SOCKET, &bytes) &&
		  bytes == 128000);
	cr_assert(ledger_dropped_bytes(
			  &l, LEDGER_REPLY, LEDGER_CLIENT_SOCKET, &bytes) &&
		  bytes == 1536);
	cr_assert(ledger_balances(&l));
}

Test(ledger, does_not_balance_if_bytes_are_missing)
{
	const struct ledger_client client = {
		.sent = 10, .sent_bytes = 1000, .bytes = 100, .train = 1};
	struct ledger_server server = {
		.delivered = 10, .delivered_bytes = 970, .absorbed = 10};
	struct ledger l;

	ledger_settle(&l, &client, &server, &unknown);
	cr_assert(l.unexplained == 0);
	cr_assert(l.way[LEDGER_REQUEST].unexplained_bytes == 30);
	cr_assert(!ledger_balances(&l));
	/* It was killed between the two counters. */
	server.silent = true;
	ledger_settle(&l, &client, &server, &unknown);
	cr_assert(ledger_balances(&l));
}

Test(ledger, of_mixed_sizes_ignores_the_bytes_of_duplicates)
{
	const struct ledger_client client = {.sent = 10,
		.sent_bytes = 1000,
		.answered = 10,
		.answered_bytes = 1100,
		.train = 1};
	const struct ledger_server server = {.delivered = 10,
		.delivered_bytes = 1000,
		.answered = 10,
		.answered_bytes = 1000};
	struct ledger l;

	ledger_settle(&l, &client, &server, &unknown);
	cr_assert(!l.way[LEDGER_REPLY].bytes_known);
	cr_assert(ledger_balances(&l));
}

/* Of mixed sizes the sum is known, and what of it each cause had is not. */
Test(ledger, knows_bytes_of_mixed_sizes_if_one_cause_has_all)
{
	const struct ledger_client client = {
		.sent = 100, .sent_bytes = 50000, .train = 1};
	struct ledger_server server = {.delivered = 90,
		.delivered_bytes = 44000,
		.absorbed = 90,
		.socket_drops = 10};
	struct ledger_kernel kernel = {.server_known = true};
	struct ledger l;
	uint64_t bytes;

	ledger_settle(&l, &client, &server, &kernel);
	cr_assert(l.way[LEDGER_REQUEST].bytes_known);
	cr_assert(ledger_dropped_bytes(
			  &l, LEDGER_REQUEST, LEDGER_MEMORY, &bytes) &&
		  bytes == 6000);
	kernel.server.v[FIGURE_RCVBUF_ERRORS] = 4;
	ledger_settle(&l, &client, &server, &kernel);
	cr_assert(!l.way[LEDGER_REQUEST].bytes_known);
	cr_assert(!ledger_dropped_bytes(
		&l, LEDGER_REQUEST, LEDGER_MEMORY, &bytes));
	cr_assert(ledger_dropped_bytes(
			  &l, LEDGER_REQUEST, LEDGER_NO_PORT, &bytes) &&
		  bytes == 0);
	cr_assert(ledger_balances(&l));
}

/* Of a train that was refused some may have left, and all of it is sent again.
 * No more than that is forgiven, and nothing where none was refused. */
Test(ledger, knows_that_a_refused_train_may_have_left_in_part)
{
	struct ledger_client client = {.sent = 640,
		.sent_bytes = 64000,
		.bytes = 100,
		.train = 64,
		.nobufs = 1};
	struct ledger_server server = {.delivered = 600,
		.delivered_bytes = 60000,
		.absorbed = 600,
		.socket_drops = 100};
	struct ledger l;

	ledger_settle(&l, &client, &server, &unknown);
	cr_assert(l.repeated == 60 && l.unexplained == 0 && !l.exact);
	cr_assert(ledger_balances(&l));
	server.socket_drops = 104;
	ledger_settle(&l, &client, &server, &unknown);
	cr_assert(l.repeated == 0 && l.unexplained == -64);
	cr_assert(!ledger_balances(&l));
	client.nobufs = 0;
	server.socket_drops = 41;
	ledger_settle(&l, &client, &server, &unknown);
	cr_assert(l.unexplained == -1 && !ledger_balances(&l));
}

/* As much as is believed of a server (load/peer/counted.h): with the sanitizers
 * this shows that nothing overflows. */
Test(ledger, adds_up_the_largest_counters_of_a_server)
{
	const uint64_t most = UINT64_C(1) << 50, bytes = UINT64_C(1) << 62;
	struct ledger_client client = {
		.sent = most,
		.sent_bytes = most * 64,
		.answered = 1,
		.trains = 1,
		.bytes = 64,
		.reply_bytes = 64,
		.train = 64,
		.partial = 1,
		.nobufs = 1,
		.gro = true,
	};
	struct ledger_server zero = {0},
			     server =
				     {
					     .delivered = most,
					     .delivered_bytes = bytes,
					     .trains = 1,
					     .answered = most,
					     .answered_bytes = bytes,
					     .absorbed = most,
					     .socket_drops = most,
					     .rcvbuf = bytes,
					     .gro = true,
					     .silent = true,
					     .refused_count = LEDGER_NAMED_MAX,
					     .failed_count = LEDGER_NAMED_MAX,
				     },
			     d;
	struct ledger l;

	for (size_t i = 0; i < LEDGER_NAMED_MAX; i++)
		server.refused[i].datagrams = server.failed[i].datagrams = most;
	zero.refused_count = zero.failed_count = LEDGER_NAMED_MAX;
	ledger_server_difference(&d, &zero, &server);
	ledger_settle(&l, &client, &d, &unknown);
	cr_assert(!ledger_balances(&l));
	d.delivered = 0;
	ledger_settle(&l, &client, &d, &unknown);
	cr_assert(!ledger_balances(&l));
}
