/* SPDX-License-Identifier: MIT */
/* Frames that were handed to a device, past sockets. */
#include "load/ledger/ledger.h"

#include <criterion/criterion.h>

static struct ledger l;
static struct ledger_kernel kernel = {
	.client_known = true, .server_known = true};

Test(places_frames, that_the_device_drops_are_ours_and_counted_once)
{
	const struct ledger_client client = {
		.sent = 100, .answered = 93, .train = 1, .device_drops = 7};
	const struct ledger_server server = {.delivered = 93, .answered = 93};

	kernel.client.v[FIGURE_TX_DROPPED] = 7;
	kernel.server.v[FIGURE_RX_DROPPED] = 7;
	ledger_settle(&l, &client, &server, &kernel);
	cr_assert(l.unexplained == 0 && l.exact);
	cr_assert(l.dropped[LEDGER_TRANSMIT].datagrams == 7);
	cr_assert(l.dropped[LEDGER_TRANSMIT].low == 7);
	cr_assert(l.dropped[LEDGER_DEVICE].datagrams == 0);
	cr_assert(!l.dropped[LEDGER_DEVICE].shared);
}

Test(places_frames, that_were_dropped_cannot_have_arrived)
{
	const struct ledger_client client = {
		.sent = 100, .answered = 99, .train = 1, .device_drops = 2};
	const struct ledger_server server = {.delivered = 99, .answered = 99};

	ledger_settle(&l, &client, &server, &kernel);
	cr_assert(l.unexplained == -1);
	cr_assert(!ledger_balances(&l));
}

Test(places_frames, may_be_joined_before_a_socket_drops_them)
{
	const struct ledger_server server = {.delivered = 90,
		.answered = 90,
		.trains = 90,
		.gro = true,
		.socket_drops = 4};
	struct ledger_client client = {.sent = 100,
		.answered = 90,
		.train = 1,
		.gro = true,
		.joined = true};

	kernel.server.v[FIGURE_RCVBUF_ERRORS] = 4;
	ledger_settle(&l, &client, &server, &kernel);
	cr_assert(l.unexplained == 0 && !l.exact);
	cr_assert(l.dropped[LEDGER_SERVER_SOCKET].datagrams == 10);
	client.joined = false;
	ledger_settle(&l, &client, &server, &kernel);
	cr_assert(l.unexplained == 6);
}

Test(places_frames, that_found_no_room_in_our_ring_are_replies)
{
	const struct ledger_client client = {.sent = 100,
		.answered = 80,
		.train = 1,
		.ring_drops = 17,
		.bad_checksums = 3};
	const struct ledger_server server = {.delivered = 100, .answered = 100};

	/* A veth counts them, too, in native mode. */
	kernel.client.v[FIGURE_RX_DROPPED] = 17;
	ledger_settle(&l, &client, &server, &kernel);
	cr_assert(l.unexplained == 0 && l.exact);
	cr_assert(l.dropped[LEDGER_CLIENT_RING].leg[LEDGER_REPLY] == 17);
	cr_assert(l.dropped[LEDGER_CHECKSUM].leg[LEDGER_REPLY] == 3);
	cr_assert(l.dropped[LEDGER_DEVICE].datagrams == 0);
	cr_assert(!l.dropped[LEDGER_DEVICE].shared);
}

Test(places_frames, whose_checksums_are_wrong_may_be_forged)
{
	const struct ledger_client client = {
		.sent = 100, .answered = 95, .train = 1, .bad_checksums = 1551};
	const struct ledger_server server = {
		.delivered = 98, .answered = 98, .bad_checksums = 700};

	ledger_settle(&l, &client, &server, &kernel);
	cr_assert(l.unexplained == 0 && !l.exact);
	cr_assert(l.dropped[LEDGER_CHECKSUM].leg[LEDGER_REQUEST] == 2);
	cr_assert(l.dropped[LEDGER_CHECKSUM].leg[LEDGER_REPLY] == 3);
}

Test(places_frames, that_found_no_room_may_be_forged)
{
	const struct ledger_client client = {
		.sent = 100, .answered = 95, .train = 1, .ring_drops = 4};
	const struct ledger_server server = {.delivered = 98,
		.answered = 98,
		.ring_drops = 1551,
		.bad_checksums = 700};

	ledger_settle(&l, &client, &server, &kernel);
	cr_assert(l.unexplained == 0 && !l.exact && ledger_balances(&l));
	cr_assert(l.dropped[LEDGER_SERVER_RING].leg[LEDGER_REQUEST] == 2);
	cr_assert(l.dropped[LEDGER_SERVER_RING].low == 0);
	cr_assert(l.dropped[LEDGER_CLIENT_RING].leg[LEDGER_REPLY] == 3);
	cr_assert(l.dropped[LEDGER_CHECKSUM].datagrams == 0);
}

Test(places_frames, that_came_to_another_station_may_be_ours)
{
	const struct ledger_client client = {.sent = 100, .train = 1};
	struct ledger_server server = {.delivered = 70, .absorbed = 70};
	struct ledger_kernel wire = kernel;

	wire.server.v[FIGURE_RX_OTHERHOST] = 30;
	ledger_settle(&l, &client, &server, &wire);
	cr_assert(l.unexplained == 0 && l.exact);
	cr_assert(l.dropped[LEDGER_OTHERHOST].leg[LEDGER_REQUEST] == 30);
	cr_assert(!l.dropped[LEDGER_OTHERHOST].shared);
	server.delivered = server.absorbed = 99;
	ledger_settle(&l, &client, &server, &wire);
	cr_assert(l.unexplained == 0);
	cr_assert(l.dropped[LEDGER_OTHERHOST].datagrams == 1);
	cr_assert(l.dropped[LEDGER_OTHERHOST].shared);
}

Test(places_frames, that_were_not_sent_in_the_end_are_still_queued)
{
	const struct ledger_client client = {
		.sent = 100, .answered = 91, .train = 1, .unsent_frames = 9};
	const struct ledger_server server = {.delivered = 91, .answered = 91};

	kernel.client.v[FIGURE_QDISC_QUEUED] = 4; /* others' */
	ledger_settle(&l, &client, &server, &kernel);
	cr_assert(l.unexplained == 0);
	cr_assert(l.dropped[LEDGER_QUEUED].datagrams == 9);
}
