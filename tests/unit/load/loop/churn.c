/* SPDX-License-Identifier: MIT */
/* Flows that replace one another, turn by turn: the test plays the thread, its
 * clock and the server. */
#include "loop.h"

#include <sys/socket.h>
#include <unistd.h>

#define LIFETIME (100u * MS)

static union address server;
static int fd;
static uint64_t begun_ns;

static void open_server(void)
{
	const struct socket_config c = {
		.bind.in = {.sin_family = AF_INET,
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK)},
		.nonblock = true,
	};
	struct socket_obtained got;
	char why[256];

	fd = socket_open(&c, &got, why, sizeof(why));
	cr_assert(fd >= 0, "%s", why);
	server = got.bound;
}

static void begin(void)
{
	loop_begin(0);
	begun_ns = t->now_ns;
}

/* Over the kernel, since sockets are what this is about. */
static void start(void)
{
	open_server();
	loop_init();
	config.engine = NULL;
	config.socket.remote = server;
	config.flow_lifetime_ns = LIFETIME;
	config.spin_ns = SPIN_ALWAYS; /* no turn waits */
}

static void stop(void)
{
	loop_fini();
	close(fd);
}

TestSuite(churn, .init = start, .fini = stop);

static void pass(uint64_t ns)
{
	t->now_ns = begun_ns + ns;
	churn_step(t);
}

/* Back to where they came from, n of those that have come; their number. */
static int answer(int n)
{
	uint8_t data[64];
	union address peer;
	socklen_t bytes = sizeof(peer);
	int done = 0;

	for (; done < n && recvfrom(fd, data, sizeof(data), 0, &peer.sa,
				   &bytes) == sizeof(data);
		done++)
		cr_assert(sendto(fd, data, sizeof(data), 0, &peer.sa, bytes) ==
			  sizeof(data));
	return done;
}

static uint16_t port_of(const struct flow *f)
{
	union address a;
	socklen_t bytes = sizeof(a);

	cr_assert(getsockname(f->fd, &a.sa, &bytes) == 0);
	return address_port(&a);
}

/* Turns, until one finds nothing. What was sent in them. */
static uint64_t take_turns(void)
{
	uint64_t before = loop_counts().sent;

	do {
		turn_once(t);
	} while (t->idle == 0);
	return loop_counts().sent - before;
}

Test(churn, has_room_for_what_half_a_second_retires)
{
	cr_assert(churn_room(&config, 1) == 6);
	cr_assert(churn_room(&config, 1000) == 5501);
	config.flow_lifetime_ns = 60000u * (uint64_t)MS;
	cr_assert(churn_room(&config, 1000) == 10);
	config.flow_lifetime_ns = 0;
	cr_assert(churn_room(&config, 1000) == 0);
}

Test(churn, needs_room_of_each_thread)
{
	config.flows = 1001;
	config.threads = 2;
	cr_assert(load_sockets(&config) == 1001 + 2751 + 2756);
}

Test(churn, opens_another_socket_with_another_number)
{
	uint16_t port;

	begin();
	port = port_of(&t->flows[0]);
	pass(LIFETIME - 5 * MS);
	cr_assert(t->flows[0].number == 0);
	pass(LIFETIME + 5 * MS);
	cr_assert(t->flows[0].number == 1);
	cr_assert(port_of(&t->flows[0]) != port);
	cr_assert(loop_counts().renewed == 1);
}

Test(churn, spreads_flows_over_their_lifetime)
{
	config.flows = 10;
	begin();
	for (unsigned i = 1; i <= 20; i++) {
		pass(LIFETIME / 10 * i + MS);
		cr_assert(loop_counts().renewed == i, "%lu at %u",
			loop_counts().renewed, i);
	}
	for (unsigned i = 0; i < 10; i++)
		cr_assert(t->flows[i].number == 20 + i);
}

Test(churn, does_not_catch_up)
{
	config.flows = 3;
	begin();
	pass(100u * (uint64_t)LIFETIME);
	cr_assert(loop_counts().renewed == 3, "each once");
	pass(100u * (uint64_t)LIFETIME + MS);
	cr_assert(loop_counts().renewed == 3);
	pass(100u * (uint64_t)LIFETIME + LIFETIME / 3 + 5 * MS);
	cr_assert(loop_counts().renewed == 4);
}

Test(churn, receives_replies_for_retired_flows)
{
	begin();
	cr_assert(take_turns() == 4);
	pass(LIFETIME + MS);
	cr_assert(t->churn.count == 1);
	cr_assert(answer(4) == 4);
	(void)take_turns();
	cr_assert(loop_counts().answered == 4);
	cr_assert(loop_counts().stale == 0 && loop_counts().reordered == 0);
	cr_assert(t->churn.count == 0, "and is done with it");
}

Test(churn, keeps_no_flow_that_was_answered)
{
	begin();
	cr_assert(take_turns() == 4);
	cr_assert(answer(4) == 4);
	t->phase = PHASE_REST;
	(void)take_turns();
	cr_assert(loop_counts().answered == 4);
	pass(LIFETIME + MS);
	cr_assert(loop_counts().renewed == 1);
	cr_assert(t->churn.count == 0);
}

Test(churn, shares_the_window_with_what_is_still_in_flight)
{
	config.flow_lifetime_ns = 20 * MS;
	begin();
	cr_assert(take_turns() == 4);
	pass(21 * MS);
	cr_assert(loop_counts().sent == 4, "the window is full");
	cr_assert(answer(3) == 3);
	(void)take_turns();
	cr_assert(loop_counts().sent == 7, "%lu", loop_counts().sent);
	/* And with those of two before it. */
	pass(42 * MS);
	cr_assert(t->flows[0].before == 4);
	cr_assert(loop_counts().sent == 7);
	cr_assert(answer(4) == 4);
	(void)take_turns();
	cr_assert(t->flows[0].before == 0);
	cr_assert(loop_counts().sent == 11);
}

Test(churn, has_room_again_under_a_bound_of_all_flows)
{
	config.in_flight = 4;
	begin();
	t->in_flight = 0;
	cr_assert(take_turns() == 4);
	cr_assert(t->in_flight == 4);
	pass(LIFETIME + MS);
	cr_assert(answer(4) == 4);
	(void)take_turns();
	cr_assert(t->in_flight == 4 && loop_counts().sent == 8);
}

/* Of replies that have no number: until they have come, it is not known which
 * time is theirs. */
Test(churn, keeps_the_times_of_what_is_in_flight)
{
	const uint64_t *times;

	config.replies = REPLIES_ANY;
	begin();
	times = t->flows[0].times;
	cr_assert(take_turns() == 4);
	pass(LIFETIME + MS);
	cr_assert(t->flows[0].times && t->flows[0].times != times);
}

Test(churn, needs_room_for_the_timeout_that_is_said)
{
	config.timeout_ns = 1000u * MS;
	cr_assert(churn_room(&config, 1) == 16);
}

Test(churn, waits_according_to_the_round_trip)
{
	begin();
	rtt_note(&t->rtt, 600u * MS);
	cr_assert(take_turns() == 4);
	pass(LIFETIME + MS);
	t->churn.renew_ns = UINT64_MAX;
	pass(LIFETIME + 1050u * MS);
	cr_assert(t->churn.count == 1);
	cr_assert(loop_counts().written_off == 0);
	pass(LIFETIME + 1200u * MS);
	cr_assert(t->churn.count == 0);
}

Test(churn, closes_unanswered_flows_after_half_a_second)
{
	begin();
	rtt_note(&t->rtt, MS);
	cr_assert(take_turns() == 4);
	pass(LIFETIME + MS);
	t->churn.renew_ns = UINT64_MAX;
	pass(LIFETIME + 450u * MS);
	cr_assert(t->churn.count == 1);
	cr_assert(loop_counts().written_off == 4, "not awaited so long");
	cr_assert(t->flows[0].before == 0);
	pass(LIFETIME + 600u * MS);
	cr_assert(t->churn.count == 0);
}

/* Its heir had no room, and hears of nothing that makes it send. */
Test(churn, lets_the_new_flow_send_in_place_of_unanswered_datagrams)
{
	config.window = 1;
	config.timeout_ns = 0;
	begin();
	rtt_note(&t->rtt, MS);
	t->rtt.timeout_ns = 5000u * (uint64_t)MS;
	cr_assert(take_turns() == 1);
	pass(LIFETIME + MS);
	t->churn.renew_ns = UINT64_MAX;
	cr_assert(take_turns() == 0);
	pass(LIFETIME + 600u * MS);
	cr_assert(t->churn.count == 0 && loop_counts().written_off == 0);
	cr_assert(take_turns() == 1);
}

Test(churn, receives_what_is_left_before_it_closes)
{
	begin();
	rtt_note(&t->rtt, MS);
	cr_assert(take_turns() == 4);
	pass(LIFETIME + MS);
	t->churn.renew_ns = UINT64_MAX;
	cr_assert(answer(3) == 3);
	pass(LIFETIME + 600u * MS);
	cr_assert(t->churn.count == 1, "something is unread");
	(void)take_turns();
	cr_assert(loop_counts().answered == 3);
	pass(LIFETIME + 1200u * MS);
	cr_assert(t->churn.count == 0);
}

/* Of one that is retired, and of one that is closed. */
Test(churn, keeps_the_drops_of_closed_sockets)
{
	uint64_t drops;

	config.socket.rcvbuf = 1;
	config.window = 64;
	begin();
	rtt_note(&t->rtt, MS);
	cr_assert(take_turns() == 64);
	cr_assert(answer(64) == 64);
	pass(LIFETIME + MS);
	drops = churn_drops(t);
	cr_assert(drops > 0 && drops < 64);
	t->churn.renew_ns = UINT64_MAX;
	(void)take_turns();
	pass(LIFETIME + 1200u * MS);
	cr_assert(t->churn.count == 0);
	cr_assert(churn_drops(t) == drops);
	cr_assert(loop_counts().answered == 64 - drops);
}

Test(churn, keeps_flows_if_there_is_no_room)
{
	begin();
	for (unsigned i = 1; i <= 20; i++) {
		(void)take_turns();
		t->flows[0].sequence += 1; /* that is never answered */
		pass(LIFETIME * i / 20 + LIFETIME);
		t->churn.renew_ns = t->now_ns;
	}
	cr_assert(t->churn.count == t->churn.room);
	cr_assert(loop_counts().renewed == t->churn.room);
}

/* Moves the server to a port after one that nobody has. */
static void open_server_after_a_free_port(void)
{
	int before = -1;

	while (before < 0) {
		union address a;

		close(fd);
		open_server();
		a = server;
		a.in.sin_port = htons((uint16_t)(address_port(&server) - 1));
		before = socket(AF_INET, SOCK_DGRAM, 0);
		cr_assert(before >= 0);
		if (bind(before, &a.sa, sizeof(a.in))) {
			close(before);
			before = -1;
		}
	}
	close(before);
	config.socket.remote = server;
}

Test(churn, keeps_a_flow_if_its_port_is_taken)
{
	open_server_after_a_free_port();
	config.socket.bind = server;
	config.bind_count = 1;
	config.port_first = (uint16_t)(address_port(&server) - 1);
	config.port_count = 2;
	begin();
	pass(LIFETIME + MS);
	cr_assert(loop_counts().renewed == 0);
	cr_assert(t->flows[0].number == 0);
	/* The one after it is the flow's own still. */
	pass(2 * LIFETIME + MS);
	cr_assert(loop_counts().renewed == 0);
	cr_assert(notices == 1, "said once");
}
