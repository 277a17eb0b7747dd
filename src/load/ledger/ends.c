/* SPDX-License-Identifier: MIT */
#include "load/ledger/ends.h"

#include "core/train.h"

/* A device that does GRO itself (veth with NAPI, and most others) may join
 * datagrams into other trains than were sent. If the trains that arrived differ
 * from those sent, so may those that were dropped. */
static void set_trains(struct ends *e, struct end *end, enum ledger_leg leg,
	bool gro, bool equal, uint32_t train, uint64_t datagrams,
	uint64_t trains)
{
	bool cut = gro && trains &&
		   (equal ? datagrams != trains * train
			  : datagrams > trains * train);

	e->most[leg] = cut ? e->longest : train;
	end->least = gro && equal && !cut ? train : 1;
	end->most = gro ? e->most[leg] : 1;
}

/* Device drops are taken for the backlog's, as far as that counted any. If
 * devices cannot be read, all of the host's may be this end's. */
static uint64_t backlog_of(const struct end *end, const struct ledger_kernel *k)
{
	uint64_t host = k->client.v[FIGURE_BACKLOG];

	return end->f ? least_of(host, end->f->v[FIGURE_RX_DROPPED]) : host;
}

void ends_find(struct ends *e, const struct ledger_client *c,
	const struct ledger_server *s, const struct ledger_kernel *k)
{
	bool equal = c->replies_equal && !c->partial;
	uint32_t longest = c->longest ? c->longest : TRAIN_RECEIVE_SEGMENTS;
	bool joins = s->segments_max > TRAIN_SEND_SEGMENTS;
	uint32_t reply = joins ? longest : TRAIN_SEND_SEGMENTS;

	*e = (struct ends){
		.client = {.in = REPLY, .out = REQUEST},
		.server = {.in = REQUEST, .out = REPLY},
		.one = k->one,
		.longest = longest,
		.most[LEDGER_SERVER] = longest,
		.nobufs = c->nobufs,
		.cut = c->cut,
		.frames = c->device_drops,
		.nobufs_most = c->nobufs * c->train,
		.cut_most = c->cut * c->train,
		.bursts = k->bursts,
	};
	if (k->client_known)
		e->client.f = &k->client;
	if (k->server_known)
		e->server.f = &k->server;
	set_trains(e, &e->server, LEDGER_REQUEST, s->gro, !c->partial, c->train,
		s->delivered, s->trains);
	/* Those that its socket drops need not be like those that it takes. */
	if (c->joined && s->gro) {
		e->server.least = 1;
		e->server.most = longest;
	}
	set_trains(e, &e->client, LEDGER_REPLY, c->gro, equal,
		equal ? c->train : reply, c->answered, c->trains);
	e->client.backlog = backlog_of(&e->client, k);
	e->server.backlog = backlog_of(&e->server, k);
	e->client.rings = c->ring_drops;
	e->server.rings = s->ring_drops;
}
