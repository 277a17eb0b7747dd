/* SPDX-License-Identifier: MIT */
/* What a list in front of a queueing discipline makes of a ledger (Linux 6.19):
 * refused sends that no counter of drops includes, and drops of sends that
 * succeeded. */
#include "load/ledger/ledger.h"

#include <criterion/criterion.h>

struct burst_case {
	const char *what;
	bool bursts;
	uint64_t delivered, nobufs, qdisc, device;
	uint64_t lost_at_qdisc, lost_at_device;
	int64_t unexplained;
	unsigned shared; /* causes */
};

#define SENT 1000

/* One by one, into a sink in another namespace. */
static const struct burst_case cases[] = {
	{"refused by the list alone: nothing is lost", true, SENT, 40, 0, 0, 0,
		0, 0, 0},
	{"refused by the discipline alone: nothing is lost", true, SENT, 40, 40,
		0, 0, 0, 0, 0},
	{"refused by the list, and lost in the discipline", true, SENT - 30, 40,
		30, 0, 30, 0, 0, 0},
	{"refused by both, and lost in the discipline", true, SENT - 30, 40, 50,
		0, 30, 0, 0, 0},
	{"before, each refused send was a drop of the discipline", false,
		SENT - 30, 40, 50, 0, 10, 0, 20, 0},
	{"refused by the list, and lost at the device", true, SENT - 7, 40, 0,
		7, 0, 7, 0, 0},
	{"more is lost than anything counted", true, SENT - 60, 40, 50, 0, 50,
		0, 10, 0},
	{"more was dropped than could have been ours", true, SENT - 10, 40, 70,
		0, 10, 0, 0, 1u << LEDGER_QDISC},
};

static void settle(struct ledger *l, const struct burst_case *c)
{
	const struct ledger_client client = {
		.sent = SENT, .train = 1, .nobufs = c->nobufs};
	const struct ledger_server server = {
		.delivered = c->delivered, .absorbed = c->delivered};
	struct ledger_kernel kernel = {.client_known = true,
		.server_known = true,
		.bursts = c->bursts};

	kernel.client.v[FIGURE_QDISC_DROPS] = c->qdisc;
	kernel.client.v[FIGURE_TX_DROPPED] = c->device;
	kernel.client.v[FIGURE_SNDBUF_ERRORS] = c->nobufs;
	kernel.client.v[FIGURE_OUT_DISCARDS] = c->nobufs;
	ledger_settle(l, &client, &server, &kernel);
}

Test(places_bursts, are_losses_as_far_as_they_are_counted)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct burst_case *c = &cases[i];
		struct ledger l;

		settle(&l, c);
		cr_assert(l.dropped[LEDGER_QDISC].leg[LEDGER_REQUEST] ==
				  c->lost_at_qdisc,
			"%s: %lu", c->what,
			l.dropped[LEDGER_QDISC].leg[LEDGER_REQUEST]);
		cr_assert(l.dropped[LEDGER_DEVICE].leg[LEDGER_REQUEST] ==
				  c->lost_at_device,
			"%s", c->what);
		cr_assert(l.unexplained == c->unexplained, "%s: %ld", c->what,
			l.unexplained);
		for (size_t k = 0; k < LEDGER_CAUSES; k++)
			cr_assert(l.dropped[k].shared == (c->shared >> k & 1),
				"%s: %s", c->what, l.dropped[k].cause);
	}
}

/* A server does not ask for errors: its send succeeds, and only UDP counts
 * it. */
Test(places_bursts, of_replies_are_in_the_send_queue)
{
	const struct ledger_client client = {
		.sent = SENT, .answered = SENT - 25, .train = 1};
	const struct ledger_server server = {
		.delivered = SENT, .answered = SENT};
	struct ledger_kernel kernel = {
		.client_known = true, .server_known = true, .bursts = true};
	struct ledger l;

	kernel.server.v[FIGURE_SNDBUF_ERRORS] = 25;
	kernel.server.v[FIGURE_OUT_DISCARDS] = 25;
	ledger_settle(&l, &client, &server, &kernel);
	cr_assert(l.dropped[LEDGER_SEND_QUEUE].leg[LEDGER_REPLY] == 25);
	cr_assert(l.unexplained == 0);
}
