/* SPDX-License-Identifier: MIT */
/* The ledger with a path that is too narrow, and with counters that our own
 * datagrams raised more than once: nothing is blamed on other traffic. */
#include "load/ledger/ledger.h"

#include <criterion/criterion.h>

struct path_case {
	const char *what;
	struct ledger_client client;
	struct ledger_server server;
	struct ledger_kernel kernel;
	int64_t unexplained;
	bool exact;
	uint64_t request[LEDGER_CAUSES], reply[LEDGER_CAUSES];
};

#define CLIENT(s, a) .client = {.sent = (s), .answered = (a), .train = 1}
#define SERVER(d, a) .server = {.delivered = (d), .answered = (a)}
/* Two namespaces, of which both can be read. */
#define TWO .client_known = true, .server_known = true

/* clang-format off */
static const struct path_case cases[] = {
	{"fragments that a router has made of fragments are not others'",
		.client = {.sent = 100, .answered = 100, .train = 1,
			.bytes = 2000, .reply_bytes = 2000},
		SERVER(100, 100),
		.kernel = {TWO,
			.client = {{[FIGURE_FRAG_OKS] = 100,
				[FIGURE_FRAG_CREATES] = 200}},
			.server = {{[FIGURE_REASM_REQDS] = 300,
				[FIGURE_REASM_OKS] = 100}}},
		.exact = true},
	{"a router reports what is too big for it",
		CLIENT(100, 98), SERVER(98, 98),
		.client.too_big_reports = 2, .client.too_big_most = 40,
		.kernel = {TWO},
		.exact = true,
		.request = {[LEDGER_TOO_BIG] = 2}},
	{"and a train that came to it whole is one",
		.client = {.sent = 6400, .answered = 6272, .train = 64,
			.too_big_reports = 2, .too_big_most = 640},
		SERVER(6272, 6272),
		.kernel = {TWO},
		.exact = true,
		.request = {[LEDGER_TOO_BIG] = 128}},
	{"and need not report each, but no more than had been sent",
		CLIENT(100, 50), SERVER(50, 50),
		.client.too_big_reports = 2, .client.too_big_most = 40,
		.kernel = {TWO},
		.unexplained = 10,
		.request = {[LEDGER_TOO_BIG] = 40}},
	{"where another place explains it, no more than the reported",
		CLIENT(100, 90), SERVER(90, 90),
		.client.too_big_reports = 2, .client.too_big_most = 40,
		.kernel = {TWO, .client = {{[FIGURE_QDISC_DROPS] = 8}}},
		.exact = true,
		.request = {[LEDGER_TOO_BIG] = 2, [LEDGER_QDISC] = 8}},
	{"of what was too big a fragment arrived, which is not others'",
		CLIENT(100, 99), SERVER(99, 99),
		.client.too_big_reports = 1, .client.too_big_most = 1,
		.kernel = {TWO, .server = {{[FIGURE_REASM_REQDS] = 199,
			[FIGURE_REASM_OKS] = 99}}},
		.exact = true,
		.request = {[LEDGER_TOO_BIG] = 1}},
	{"a reply was too big, and the server's kernel was told",
		CLIENT(100, 99), SERVER(100, 100),
		.kernel = {TWO, .server = {{[FIGURE_ICMP_TOO_BIG] = 1}}},
		.reply = {[LEDGER_TOO_BIG] = 1}},
	{"a discipline that takes refused trains apart counts segments",
		.client = {.sent = 640, .answered = 640, .train = 64,
			.nobufs = 5},
		.server = {.delivered = 640, .answered = 640},
		.kernel = {TWO,
			.client = {{[FIGURE_QDISC_DROPS] = 320}}},
		.exact = true},
};
/* clang-format on */

/* Replies may be coupled where requests are not: that is none of these. */
Test(too_big, or_dropped_is_no_more_than_its_own_way_holds)
{
	const struct ledger_client client = {
		.sent = 100, .answered = 84, .train = 1};
	const struct ledger_server server = {.delivered = 84, .answered = 84};
	const struct ledger_kernel kernel = {
		TWO, .client = {{[FIGURE_QDISC_DROPS] = 16}}};
	struct ledger l;

	ledger_settle(&l, &client, &server, &kernel);
	cr_assert(l.dropped[LEDGER_QDISC].datagrams == 16);
	cr_assert(l.dropped[LEDGER_QDISC].high == 16);
}

Test(too_big, is_told_from_what_is_lost_elsewhere)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct path_case *c = &cases[i];
		struct ledger l;

		ledger_settle(&l, &c->client, &c->server, &c->kernel);
		for (size_t k = 0; k < LEDGER_CAUSES; k++) {
			const struct ledger_drop *d = &l.dropped[k];

			cr_assert(d->leg[LEDGER_REQUEST] == c->request[k],
				"%s: %s of requests: %lu", c->what, d->cause,
				d->leg[LEDGER_REQUEST]);
			cr_assert(d->leg[LEDGER_REPLY] == c->reply[k],
				"%s: %s of replies: %lu", c->what, d->cause,
				d->leg[LEDGER_REPLY]);
			cr_assert(!d->shared, "%s: %s", c->what, d->cause);
		}
		cr_assert(l.unexplained == c->unexplained, "%s: %ld", c->what,
			l.unexplained);
		cr_assert(
			l.exact == c->exact, "%s: exact %d", c->what, l.exact);
	}
}
