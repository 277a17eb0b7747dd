/* SPDX-License-Identifier: MIT */
/* What the kernel's figures make of a ledger: each case has the figures of a
 * real run, made small, or of a loss that cannot be made at will. */
#include "load/ledger/ledger.h"

#include <criterion/criterion.h>

#define CAUSE(cause) (1u << LEDGER_##cause)

struct place_case {
	const char *what;
	struct ledger_client client;
	struct ledger_server server;
	struct ledger_kernel kernel;
	int64_t unexplained;
	bool exact;
	unsigned shared; /* causes */
	uint64_t request[LEDGER_CAUSES], at_server[LEDGER_CAUSES],
		reply[LEDGER_CAUSES];
};

#define CLIENT(s, a) .client = {.sent = (s), .answered = (a), .train = 1}
#define SERVER(d, a) .server = {.delivered = (d), .answered = (a)}
/* Two namespaces, of which both can be read. */
#define TWO .client_known = true, .server_known = true
#define ONE .client_known = true, .server_known = true, .one = true
/* Both namespaces' figures are those of the one. */
#define LOOPBACK(...)                                                          \
	.kernel = {ONE, .client = {{__VA_ARGS__}}, .server = {{__VA_ARGS__}}}

/* clang-format off */
static const struct place_case cases[] = {
	{"a backlog on loopback drops trains, of requests",
		.client = {.sent = 6400, .train = 64},
		.server = {.delivered = 5120, .absorbed = 5120},
		LOOPBACK([FIGURE_BACKLOG] = 20, [FIGURE_RX_DROPPED] = 20),
		.exact = true,
		.request = {[LEDGER_BACKLOG] = 1280}},
	{"and of replies what is left of it; they may have been coupled",
		CLIENT(100, 60), SERVER(80, 80),
		LOOPBACK([FIGURE_BACKLOG] = 40, [FIGURE_RX_DROPPED] = 40),
		.request = {[LEDGER_BACKLOG] = 20},
		.reply = {[LEDGER_BACKLOG] = 20}},
	{"one figure does not explain two losses",
		.client = {.sent = 6400, .answered = 3200, .train = 64,
			.replies_equal = true},
		SERVER(5120, 5120),
		LOOPBACK([FIGURE_BACKLOG] = 40, [FIGURE_RX_DROPPED] = 40),
		.unexplained = 640,
		.request = {[LEDGER_BACKLOG] = 1280},
		.reply = {[LEDGER_BACKLOG] = 1280}},
	{"the host's backlog is no other namespace's device",
		CLIENT(100, 100), SERVER(100, 100),
		.kernel = {TWO, .client = {{[FIGURE_BACKLOG] = 9}}},
		.exact = true},
	{"of a namespace that cannot be read, the host's backlog may be it",
		CLIENT(100, 0),
		.server = {.delivered = 91, .absorbed = 91},
		.kernel = {.client_known = true,
			.client = {{[FIGURE_BACKLOG] = 9}}},
		.exact = true,
		.request = {[LEDGER_BACKLOG] = 9}},
	{"what was dropped on arrival and by no backlog was the device's",
		CLIENT(100, 0),
		.server = {.delivered = 88, .absorbed = 88},
		.kernel = {TWO, .client = {{[FIGURE_BACKLOG] = 5}},
			.server = {{[FIGURE_RX_DROPPED] = 9,
				[FIGURE_RX_ERRORS] = 3}}},
		.exact = true,
		.request = {[LEDGER_BACKLOG] = 5, [LEDGER_DEVICE] = 7}},
	{"sends that were refused were repeated, and nothing is lost by them",
		.client = {.sent = 640, .answered = 640, .train = 64,
			.nobufs = 50},
		.server = {.delivered = 640, .answered = 640},
		.kernel = {TWO,
			.client = {{[FIGURE_QDISC_DROPS] = 50,
				[FIGURE_SNDBUF_ERRORS] = 50,
				[FIGURE_OUT_DISCARDS] = 50}}},
		.exact = true},
	{"and explain nothing",
		.client = {.sent = 640, .answered = 576, .train = 64,
			.nobufs = 50},
		.server = {.delivered = 576, .answered = 576},
		.kernel = {TWO,
			.client = {{[FIGURE_QDISC_DROPS] = 50,
				[FIGURE_SNDBUF_ERRORS] = 50,
				[FIGURE_OUT_DISCARDS] = 50}}},
		.unexplained = 64, .exact = true},
	{"of which some were not told one by one",
		.client = {.sent = 640, .answered = 640, .train = 1,
			.nobufs = 45, .cut = 5},
		.server = {.delivered = 640, .answered = 640},
		.kernel = {TWO, .client = {{[FIGURE_QDISC_DROPS] = 50}}},
		.exact = true},
	{"a backlog behind a veth refuses, and is counted three times",
		.client = {.sent = 640, .answered = 640, .train = 64,
			.nobufs = 7},
		.server = {.delivered = 640, .answered = 640},
		.kernel = {TWO,
			.client = {{[FIGURE_BACKLOG] = 7,
				[FIGURE_TX_DROPPED] = 7}},
			.server = {{[FIGURE_RX_DROPPED] = 7}}},
		.exact = true},
	{"a veth whose other end is down counts at both ends",
		.client = {.sent = 640, .answered = 640, .train = 64,
			.nobufs = 7},
		.server = {.delivered = 640, .answered = 640},
		.kernel = {TWO, .client = {{[FIGURE_TX_DROPPED] = 7}},
			.server = {{[FIGURE_RX_DROPPED] = 7}}},
		.exact = true},
	{"behind a qdisc it loses, and is named once",
		.client = {.sent = 640, .answered = 192, .train = 64},
		.server = {.delivered = 192, .answered = 192},
		.kernel = {TWO,
			.client = {{[FIGURE_BACKLOG] = 7,
				[FIGURE_TX_DROPPED] = 7}},
			.server = {{[FIGURE_RX_DROPPED] = 7}}},
		.exact = true,
		.request = {[LEDGER_BACKLOG] = 448}},
	{"a qdisc drops replies, and the server is not told",
		.client = {.sent = 6400, .answered = 640, .train = 64,
			.replies_equal = true},
		.server = {.delivered = 6400, .answered = 6400},
		.kernel = {TWO,
			.server = {{[FIGURE_QDISC_DROPS] = 90,
				[FIGURE_SNDBUF_ERRORS] = 90,
				[FIGURE_OUT_DISCARDS] = 90}}},
		.exact = true,
		.reply = {[LEDGER_QDISC] = 5760}},
	{"a qdisc in the server's namespace may drop requests (ifb)",
		.client = {.sent = 100, .train = 1},
		.server = {.delivered = 90, .absorbed = 90},
		.kernel = {TWO, .server = {{[FIGURE_QDISC_DROPS] = 10}}},
		.exact = true,
		.request = {[LEDGER_QDISC] = 10}},
	{"and then replies with what is left of it",
		CLIENT(100, 0), SERVER(90, 90),
		.kernel = {TWO, .server = {{[FIGURE_QDISC_DROPS] = 11}}},
		.unexplained = 26,
		.request = {[LEDGER_QDISC] = 10},
		.reply = {[LEDGER_QDISC] = 64}},
	{"nor by whom where no qdisc says it",
		CLIENT(100, 90), SERVER(100, 100),
		.kernel = {TWO, .server = {{[FIGURE_SNDBUF_ERRORS] = 10}}},
		.reply = {[LEDGER_SEND_QUEUE] = 10}},
	{"a filter of the server's counts both ways",
		CLIENT(100, 80), SERVER(90, 90),
		.kernel = {TWO, .server = {{[FIGURE_FILTER_DROPS] = 20}}},
		.request = {[LEDGER_QDISC] = 10},
		.reply = {[LEDGER_QDISC] = 10}},
	{"a queue that has not been let go of yet",
		CLIENT(100, 0),
		.server = {.delivered = 60, .absorbed = 60},
		.kernel = {TWO, .client = {{[FIGURE_QDISC_QUEUED] = 40}}},
		.exact = true,
		.request = {[LEDGER_QUEUED] = 40}},
	{"fragments that were not all there, two of each",
		.client = {.sent = 100, .train = 1, .bytes = 2000},
		.server = {.delivered = 75, .absorbed = 75},
		.kernel = {TWO,
			.client = {{[FIGURE_FRAG_OKS] = 100,
				[FIGURE_FRAG_CREATES] = 200}},
			.server = {{[FIGURE_REASM_REQDS] = 175,
				[FIGURE_REASM_OKS] = 75}}},
		.exact = true,
		.request = {[LEDGER_REASSEMBLY] = 25}},
	{"seven of each",
		.client = {.sent = 100, .train = 1, .bytes = 9000},
		.server = {.delivered = 75, .absorbed = 75},
		.kernel = {TWO,
			.client = {{[FIGURE_FRAG_OKS] = 100,
				[FIGURE_FRAG_CREATES] = 700}},
			.server = {{[FIGURE_REASM_REQDS] = 675,
				[FIGURE_REASM_OKS] = 75}}},
		.request = {[LEDGER_REASSEMBLY] = 25}},
	{"others' fragments",
		CLIENT(100, 100), SERVER(100, 100),
		LOOPBACK([FIGURE_REASM_REQDS] = 60, [FIGURE_REASM_OKS] = 10),
		.exact = true, .shared = CAUSE(REASSEMBLY)},
	{"fragments of an earlier run are given up in this one",
		CLIENT(100, 90), SERVER(90, 90),
		.kernel = {TWO, .server = {{[FIGURE_REASM_FAILS] = 50}}},
		.unexplained = 10, .exact = true},
	{"nobody listens any more",
		.client = {.sent = 6400, .train = 64},
		.server = {.delivered = 640, .absorbed = 640},
		.kernel = {TWO, .server = {{[FIGURE_NO_PORTS] = 90}}},
		.exact = true,
		.request = {[LEDGER_NO_PORT] = 5760}},
	{"what is nearer to a socket explains first",
		CLIENT(100, 0),
		.server = {.delivered = 90, .absorbed = 90, .socket_drops = 1},
		.kernel = {TWO,
			.client = {{[FIGURE_BACKLOG] = 6,
				[FIGURE_QDISC_DROPS] = 20}},
			.server = {{[FIGURE_NO_PORTS] = 2,
				[FIGURE_RX_DROPPED] = 6,
				[FIGURE_RCVBUF_ERRORS] = 1,
				[FIGURE_IN_DISCARDS] = 30}}},
		.shared = CAUSE(QDISC) | CAUSE(IP),
		.request = {[LEDGER_SERVER_SOCKET] = 1, [LEDGER_NO_PORT] = 2,
			[LEDGER_BACKLOG] = 6, [LEDGER_QDISC] = 1}},
	{"IP did not take it",
		CLIENT(100, 0),
		.server = {.delivered = 79, .absorbed = 79},
		.kernel = {TWO, .server = {{[FIGURE_IN_HDR_ERRORS] = 1,
			[FIGURE_IN_ADDR_ERRORS] = 2,
			[FIGURE_IN_DISCARDS] = 3,
			[FIGURE_IN_NO_ROUTES] = 4,
			[FIGURE_IN_TRUNCATED] = 5,
			[FIGURE_IN_REVERSE_PATH] = 6}}},
		.exact = true,
		.request = {[LEDGER_IP] = 21}},
	{"no neighbour answered",
		CLIENT(100, 0),
		.server = {.delivered = 97, .absorbed = 97},
		.kernel = {TWO, .client = {{[FIGURE_NEIGHBOUR_DISCARDS] = 3}}},
		.exact = true,
		.shared = CAUSE(NEIGHBOUR),
		.request = {[LEDGER_NEIGHBOUR] = 3}},
	{"a neighbour that was forgotten took some with it",
		CLIENT(1000, 0),
		.server = {.delivered = 800, .absorbed = 800},
		.kernel = {TWO, .client = {{[FIGURE_NEIGHBOUR_DISCARDS] = 3,
			[FIGURE_NEIGHBOUR_DESTROYS] = 1}}},
		.shared = CAUSE(NEIGHBOUR),
		.request = {[LEDGER_NEIGHBOUR] = 200}},
	{"but not any number",
		CLIENT(1000, 0),
		.server = {.delivered = 100, .absorbed = 100},
		.kernel = {TWO, .client = {{[FIGURE_NEIGHBOUR_FAILED] = 1}}},
		.unexplained = 484,
		.shared = CAUSE(NEIGHBOUR),
		.request = {[LEDGER_NEIGHBOUR] = 416}},
	{"strangers' bad checksums, found before any socket",
		CLIENT(100, 100), SERVER(100, 100),
		.kernel = {TWO, .server = {{[FIGURE_CSUM_ERRORS] = 500}}},
		.exact = true, .shared = CAUSE(CHECKSUM)},
	{"and found at the server's socket are none of ours either",
		CLIENT(100, 100),
		.server = {.delivered = 100, .answered = 100,
			.socket_drops = 500},
		.kernel = {TWO, .server = {{[FIGURE_CSUM_ERRORS] = 500}}},
		.exact = true, .shared = CAUSE(CHECKSUM)},
	{"among drops for a full buffer",
		CLIENT(100, 0),
		.server = {.delivered = 90, .absorbed = 90,
			.socket_drops = 510},
		.kernel = {TWO, .server = {{[FIGURE_CSUM_ERRORS] = 500,
			[FIGURE_RCVBUF_ERRORS] = 10}}},
		.exact = true, .shared = CAUSE(CHECKSUM),
		.request = {[LEDGER_SERVER_SOCKET] = 10}},
	{"in one namespace it may be either socket that found them",
		CLIENT(100, 80), .client.socket_drops = 20,
		.server = {.delivered = 100, .answered = 100,
			.socket_drops = 5},
		.kernel = {ONE, .server = {{[FIGURE_CSUM_ERRORS] = 5,
				[FIGURE_RCVBUF_ERRORS] = 20}},
			.client = {{[FIGURE_CSUM_ERRORS] = 5,
				[FIGURE_RCVBUF_ERRORS] = 20}}},
		.exact = true, .shared = CAUSE(CHECKSUM),
		.reply = {[LEDGER_CLIENT_SOCKET] = 20}},
	{"a checksum of ours went bad on a wire",
		CLIENT(100, 0),
		.server = {.delivered = 98, .absorbed = 98,
			.socket_drops = 2},
		.kernel = {TWO, .server = {{[FIGURE_CSUM_ERRORS] = 2}}},
		.exact = true,
		.request = {[LEDGER_CHECKSUM] = 2}},
	{"a socket drops for want of memory",
		.client = {.sent = 6400, .train = 64},
		.server = {.delivered = 5120, .absorbed = 5120, .trains = 80,
			.gro = true, .socket_drops = 20},
		.kernel = {TWO, .server = {{[FIGURE_RCVBUF_ERRORS] = 15,
			[FIGURE_MEM_ERRORS] = 5}}},
		.exact = true,
		.request = {[LEDGER_SERVER_SOCKET] = 960,
			[LEDGER_MEMORY] = 320}},
	{"also where the kernel counts that nowhere else",
		CLIENT(100, 80),
		.server = {.delivered = 100, .answered = 100},
		.client.socket_drops = 20,
		.kernel = {TWO, .client = {{[FIGURE_RCVBUF_ERRORS] = 12}}},
		.exact = true,
		.reply = {[LEDGER_CLIENT_SOCKET] = 12, [LEDGER_MEMORY] = 8}},
	{"trains that a device has cut anew are not what was sent",
		.client = {.sent = 6400, .train = 64},
		.server = {.delivered = 6000, .absorbed = 6000, .trains = 90,
			.gro = true, .socket_drops = 10},
		.kernel = {TWO, .server = {{[FIGURE_RCVBUF_ERRORS] = 10}}},
		.request = {[LEDGER_SERVER_SOCKET] = 400}},
	{"nor are datagrams that it has merged",
		.client = {.sent = 6120, .train = 1},
		.server = {.delivered = 5120, .absorbed = 5120, .trains = 80,
			.gro = true, .socket_drops = 10},
		.kernel = {TWO, .server = {{[FIGURE_RCVBUF_ERRORS] = 10}}},
		.request = {[LEDGER_SERVER_SOCKET] = 1000}},
	{"a server that was killed in mid-batch",
		CLIENT(100, 70),
		.server = {.delivered = 80, .answered = 72, .silent = true,
			.rcvbuf = 512 * 100},
		.kernel = {TWO, .server = {{[FIGURE_NO_PORTS] = 5,
			[FIGURE_RCVBUF_ERRORS] = 3}}},
		.unexplained = 2,
		.request = {[LEDGER_SERVER_SOCKET] = 3, [LEDGER_NO_PORT] = 5,
			[LEDGER_UNREAD] = 12},
		.at_server = {[LEDGER_UNREAD] = 8}},
	{"and had sent more replies than it had counted",
		CLIENT(100, 75),
		.server = {.delivered = 80, .answered = 70, .silent = true,
			.rcvbuf = 512 * 100},
		.kernel = {TWO},
		.request = {[LEDGER_UNREAD] = 20},
		.at_server = {[LEDGER_UNREAD] = 5}},
	{"whose queue does not hold everything that is missing",
		CLIENT(100, 0),
		.server = {.delivered = 10, .absorbed = 10, .silent = true,
			.rcvbuf = 512 * 30},
		.kernel = {TWO},
		.unexplained = 60,
		.request = {[LEDGER_UNREAD] = 30}},
	{"a server that runs is not excused",
		CLIENT(100, 70),
		.server = {.delivered = 80, .answered = 70,
			.rcvbuf = 512 * 100},
		.kernel = {TWO, .server = {{[FIGURE_RCVBUF_ERRORS] = 3}}},
		.unexplained = 30, .exact = true},
};
/* clang-format on */

static void check_legs(const struct place_case *c, const struct ledger *l)
{
	for (size_t i = 0; i < LEDGER_CAUSES; i++) {
		const struct ledger_drop *d = &l->dropped[i];

		cr_assert(d->leg[LEDGER_REQUEST] == c->request[i],
			"%s: %s of requests: %lu", c->what, d->cause,
			d->leg[LEDGER_REQUEST]);
		cr_assert(d->leg[LEDGER_SERVER] == c->at_server[i],
			"%s: %s at the server: %lu", c->what, d->cause,
			d->leg[LEDGER_SERVER]);
		cr_assert(d->leg[LEDGER_REPLY] == c->reply[i],
			"%s: %s of replies: %lu", c->what, d->cause,
			d->leg[LEDGER_REPLY]);
		cr_assert(d->shared == (c->shared >> i & 1), "%s: %s", c->what,
			d->cause);
	}
}

Test(places, are_named_as_expected)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct place_case *c = &cases[i];
		struct ledger l;

		ledger_settle(&l, &c->client, &c->server, &c->kernel);
		check_legs(c, &l);
		cr_assert(l.unexplained == c->unexplained, "%s: %ld", c->what,
			l.unexplained);
		cr_assert(
			l.exact == c->exact, "%s: exact %d", c->what, l.exact);
		cr_assert(!l.shared, "%s", c->what);
	}
}

/* On each leg, sent = arrived + dropped + unexplained. */
Test(places, add_up_on_each_leg)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct place_case *c = &cases[i];
		struct ledger l;

		ledger_settle(&l, &c->client, &c->server, &c->kernel);
		for (enum ledger_leg leg = 0; leg < LEDGER_LEGS; leg++) {
			const struct ledger_way *w = &l.way[leg];
			int64_t sum = (int64_t)w->arrived + w->unexplained;

			for (size_t k = 0; k < LEDGER_CAUSES; k++)
				sum += (int64_t)l.dropped[k].leg[leg];
			cr_assert(sum == (int64_t)w->sent, "%s: leg %d",
				c->what, (int)leg);
		}
	}
}
