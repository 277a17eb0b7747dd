/* SPDX-License-Identifier: MIT */
#include "load/ledger/places.h"

#include "core/train.h"

#include <assert.h>

#define REQUEST (1u << LEDGER_REQUEST)
#define SERVER  (1u << LEDGER_SERVER)
#define REPLY   (1u << LEDGER_REPLY)

/* No skb in a socket's queue is charged with less. */
#define SKB_BYTES_LEAST 512
/* Skbs that wait for a neighbour's address: net.ipv4.neigh.*.unres_qlen_bytes,
 * as it is where nobody has changed it. */
#define NEIGHBOUR_QUEUE (212992 / SKB_BYTES_LEAST)

/* One of the two namespaces, or the one that is both. */
struct end {
	const struct figures *f; /* NULL: not known */
	unsigned in, out;        /* legs that end and begin there */
	/* Datagrams of an skb that arrives: least and most at a socket. */
	uint32_t least, most;
	uint64_t backlog; /* what its devices dropped, and the backlog did */
};

struct ends {
	struct end client, server;
	bool one;
	uint32_t most[LEDGER_LEGS]; /* datagrams of an skb on its way */
	/* The client's sends that were dropped and repeated, and those of which
	 * that may be so. */
	uint64_t nobufs, cut;
	/* A discipline may have taken each of those apart: datagrams. */
	uint64_t nobufs_most, cut_most;
};

static uint64_t least_of(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t beyond(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static void add(struct places *p, const struct place *place)
{
	if (!place->skbs)
		return;
	assert(p->count < PLACES_MAX);
	p->list[p->count++] = *place;
}

/* A counter that is not ours alone. */
static void add_theirs(struct places *p, const struct ends *e, unsigned legs,
	enum ledger_cause cause, uint64_t skbs, uint64_t again)
{
	struct place place = {
		.cause = cause, .skbs = skbs, .again = least_of(again, skbs)};

	for (enum ledger_leg i = 0; i < LEDGER_LEGS; i++)
		if (legs & 1u << i)
			place.most[i] = e->most[i];
	add(p, &place);
}

/*
 * What sockets of ours have dropped. SK_MEMINFO_DROPS holds all of it; what of
 * it UdpRcvbufErrors does not hold was a bad checksum, which nobody sends on a
 * path of ours, or for want of memory, counted in UdpMemErrors or (Linux 6.18)
 * nowhere else. So many of the skbs may have been something else than
 * datagrams of a run: others.
 */
static void add_socket(struct places *p, const struct end *end,
	enum ledger_leg leg, enum ledger_cause cause, uint64_t drops,
	uint64_t others)
{
	const struct figures *f = end->f;
	uint64_t full = f ? least_of(drops, f->v[FIGURE_RCVBUF_ERRORS]) : drops;
	uint64_t rest = drops - full;
	uint64_t bad = f ? f->v[FIGURE_CSUM_ERRORS] : 0;
	struct place place = {
		.cause = cause,
		.skbs = full,
		.least = end->least,
		.doubtful = least_of(beyond(bad, rest) + others, full),
	};

	place.most[leg] = end->most;
	add(p, &place);
	/* Where the checksums are more than the rest, there is none of it. */
	place.cause = LEDGER_MEMORY;
	place.skbs = beyond(rest, bad);
	add(p, &place);
}

/* A server that has not looked since: what else the namespace's sockets
 * dropped may be its own, and its queue may be full. */
static void add_silence(
	struct places *p, const struct ends *e, const struct ledger_server *s)
{
	const struct figures *f = e->server.f;
	uint64_t room = s->rcvbuf / SKB_BYTES_LEAST, more = 0;

	if (f)
		more = beyond(f->v[FIGURE_RCVBUF_ERRORS], s->socket_drops);
	add_theirs(p, e, REQUEST, LEDGER_SERVER_SOCKET, more, more);
	add_theirs(p, e, REQUEST | SERVER, LEDGER_UNREAD, room, room);
}

/*
 * From device to device. One that hands over to a backlog (veth) counts what
 * that drops as its own, and so does the one that receives; what a device or a
 * queueing discipline says at once to a sender becomes ENOBUFS. The client
 * repeats those sends, so that none is lost by that. Disciplines and devices
 * are not on one way only: what arrives may be sent on within the namespace
 * (ifb, bridge).
 */
static void add_crossing(struct places *p, const struct ends *e,
	const struct end *from, const struct end *to)
{
	bool clients = from->out & REQUEST;
	uint64_t nobufs = clients ? e->nobufs : 0, cut = clients ? e->cut : 0;
	uint64_t backlog = to->backlog, device = 0, qdisc = 0;

	if (from->f) {
		device = from->f->v[FIGURE_TX_DROPPED] +
			 from->f->v[FIGURE_TX_ERRORS];
		qdisc = from->f->v[FIGURE_QDISC_DROPS];
	}
	add_theirs(p, e, REQUEST | REPLY, LEDGER_QDISC,
		beyond(qdisc, beyond(nobufs, device)),
		clients ? e->cut_most + e->nobufs_most - nobufs : 0);
	add_theirs(p, e, REQUEST | REPLY, LEDGER_DEVICE,
		beyond(device, beyond(nobufs, qdisc)), cut + backlog);
	add_theirs(p, e, to->in, LEDGER_BACKLOG,
		beyond(backlog, beyond(nobufs, qdisc)), cut);
	if (to->f)
		add_theirs(p, e, to->in, LEDGER_DEVICE,
			to->f->v[FIGURE_RX_DROPPED] - backlog +
				to->f->v[FIGURE_RX_ERRORS],
			device);
}

/* What else is lost on leaving. A server is not told that the queue has dropped
 * its send, and UdpSndbufErrors counts it. */
static void add_departure(
	struct places *p, const struct ends *e, const struct end *end)
{
	bool clients = end->out & REQUEST;
	uint64_t nobufs = clients ? e->nobufs : 0, cut = clients ? e->cut : 0;
	uint64_t unsaid, discards;

	if (!end->f)
		return;
	/* Some of it may have left meanwhile, and is not others' for that. */
	add_theirs(p, e, REQUEST | REPLY, LEDGER_QUEUED,
		end->f->v[FIGURE_QDISC_QUEUED], end->f->v[FIGURE_QDISC_QUEUED]);
	/* A clsact filters both ways with one counter. */
	add_theirs(p, e, REQUEST | REPLY, LEDGER_QDISC,
		end->f->v[FIGURE_FILTER_DROPS], nobufs + cut);
	if (!(end->out & REPLY))
		return;
	unsaid = beyond(end->f->v[FIGURE_SNDBUF_ERRORS], nobufs);
	discards = beyond(end->f->v[FIGURE_OUT_DISCARDS], nobufs);
	add_theirs(p, e, REPLY, LEDGER_SEND_QUEUE, unsaid, unsaid);
	add_theirs(p, e, REPLY, LEDGER_IP, discards, discards);
}

/* Where a host takes it in. */
static void add_arrival(
	struct places *p, const struct ends *e, const struct end *end)
{
	static const enum figure ip[] = {
		FIGURE_IN_HDR_ERRORS,
		FIGURE_IN_ADDR_ERRORS,
		FIGURE_IN_DISCARDS,
		FIGURE_IN_NO_ROUTES,
		FIGURE_IN_TRUNCATED,
		FIGURE_IN_REVERSE_PATH,
	};
	uint64_t refused = 0;

	if (!end->f)
		return;
	for (size_t i = 0; i < sizeof(ip) / sizeof(ip[0]); i++)
		refused += end->f->v[ip[i]];
	add_theirs(p, e, end->in, LEDGER_IP, refused, 0);
	add_theirs(
		p, e, end->in, LEDGER_NO_PORT, end->f->v[FIGURE_NO_PORTS], 0);
	add_theirs(p, e, end->in, LEDGER_CHECKSUM,
		end->f->v[FIGURE_CSUM_ERRORS], 0);
}

/*
 * Fragments that arrived, and are in no datagram: each may be the only one of
 * its datagram that did. (Those that are given up, IpReasmFails, are older
 * than the run: half a minute.) Of how many fragments a datagram is, the
 * sender's counters say where all are equal; else it is two at least. Trains
 * are not fragmented. A router may have made more fragments of a datagram than
 * its sender did, so that those of another host say nothing of others.
 */
static void add_reassembly(struct places *p, const struct ends *e,
	const struct end *from, const struct end *to, bool equal)
{
	uint64_t each = 2, fragments, made = 0, of = 0;
	struct place place = {.cause = LEDGER_REASSEMBLY};

	if (!to->f)
		return;
	if (equal && from->f) {
		made = from->f->v[FIGURE_FRAG_CREATES];
		of = from->f->v[FIGURE_FRAG_OKS];
	}
	if (of && made % of == 0 && made / of > 2)
		each = made / of;
	fragments = beyond(to->f->v[FIGURE_REASM_REQDS],
		each * to->f->v[FIGURE_REASM_OKS]);
	place.skbs = fragments;
	place.again = e->one ? fragments - fragments / (each - 1) : fragments;
	for (enum ledger_leg i = 0; i < LEDGER_LEGS; i++)
		place.most[i] = to->in >> i & 1;
	add(p, &place);
}

/* A device that does GRO itself (veth with NAPI, most others) takes trains
 * apart and makes others of them. Where those that arrived are not as they were
 * sent, what was dropped need not have been either. */
static void set_trains(struct ends *e, struct end *end, enum ledger_leg leg,
	bool gro, bool equal, uint32_t train, uint64_t datagrams,
	uint64_t trains)
{
	bool cut = gro && trains &&
		   (equal ? datagrams != trains * train
			  : datagrams > trains * train);

	e->most[leg] = cut ? TRAIN_RECEIVE_SEGMENTS : train;
	end->least = gro && equal && !cut ? train : 1;
	end->most = gro ? e->most[leg] : 1;
}

/* A device's drop is the backlog's if that counted one; where devices cannot be
 * read, all of the host's may be this end's. */
static uint64_t backlog_of(const struct end *end, const struct ledger_kernel *k)
{
	uint64_t host = k->client.v[FIGURE_BACKLOG];

	return end->f ? least_of(host, end->f->v[FIGURE_RX_DROPPED]) : host;
}

static void find_ends(struct ends *e, const struct ledger_client *c,
	const struct ledger_server *s, const struct ledger_kernel *k)
{
	bool equal = c->replies_equal && !c->partial;

	*e = (struct ends){
		.client = {.in = REPLY, .out = REQUEST},
		.server = {.in = REQUEST, .out = REPLY},
		.one = k->one,
		.most[LEDGER_SERVER] = TRAIN_RECEIVE_SEGMENTS,
		.nobufs = c->nobufs,
		.cut = c->cut,
		.nobufs_most = c->nobufs * c->train,
		.cut_most = c->cut * c->train,
	};
	if (k->client_known)
		e->client.f = &k->client;
	if (k->server_known)
		e->server.f = &k->server;
	set_trains(e, &e->server, LEDGER_REQUEST, s->gro, !c->partial, c->train,
		s->delivered, s->trains);
	set_trains(e, &e->client, LEDGER_REPLY, c->gro, equal,
		equal ? c->train : TRAIN_SEND_SEGMENTS, c->answered, c->trains);
	e->client.backlog = backlog_of(&e->client, k);
	e->server.backlog = backlog_of(&e->server, k);
}

/* An entry that fails or is destroyed takes with it what waits there, and no
 * counter tells how much; as much as may wait there at most. */
static void add_neighbours(
	struct places *p, const struct ends *e, const struct figures *host)
{
	uint64_t unsaid = (host->v[FIGURE_NEIGHBOUR_FAILED] +
				  host->v[FIGURE_NEIGHBOUR_DESTROYS]) *
			  NEIGHBOUR_QUEUE;

	struct place place = {
		.cause = LEDGER_NEIGHBOUR,
		.skbs = host->v[FIGURE_NEIGHBOUR_DISCARDS] + unsaid,
		.again = unsaid,
		.host = true,
	};

	place.most[LEDGER_REQUEST] = e->most[LEDGER_REQUEST];
	place.most[LEDGER_REPLY] = e->most[LEDGER_REPLY];
	add(p, &place);
}

/*
 * A router had no room for it, and reported that by ICMP: of requests to our
 * sockets. A report is of a datagram, or of a train that came to the router
 * whole; and since a router need not report each, as many as had been sent by
 * then may have died with it. A server's kernel counts the reports of replies.
 */
static void add_too_big(
	struct places *p, const struct ends *e, const struct ledger_client *c)
{
	const struct figures *f = e->server.f;
	struct place place = {
		.cause = LEDGER_TOO_BIG,
		.skbs = c->too_big_reports,
		.again = c->too_big_reports,
	};

	place.most[LEDGER_REQUEST] = e->most[LEDGER_REQUEST];
	add(p, &place);
	if (f && !e->one)
		add_theirs(p, e, REPLY, LEDGER_TOO_BIG,
			f->v[FIGURE_ICMP_TOO_BIG], f->v[FIGURE_ICMP_TOO_BIG]);
	if (!c->too_big_reports)
		return;
	place.skbs = beyond(c->too_big_most, c->too_big_reports);
	place.again = place.skbs;
	place.most[LEDGER_REQUEST] = 1;
	place.spare = true;
	add(p, &place);
}

/* Those that are only possible are the last. */
static unsigned rank(const struct place *p)
{
	return p->spare ? LEDGER_CAUSES : p->cause;
}

static void sort(struct places *p)
{
	for (size_t i = 1; i < p->count; i++) {
		struct place one = p->list[i];
		size_t k = i;

		for (; k > 0 && rank(&p->list[k - 1]) > rank(&one); k--)
			p->list[k] = p->list[k - 1];
		p->list[k] = one;
	}
}

static void add_between(struct places *p, const struct ends *e,
	const struct end *from, const struct end *to, bool equal)
{
	add_crossing(p, e, from, to);
	add_departure(p, e, from);
	add_arrival(p, e, to);
	add_reassembly(p, e, from, to, equal);
}

void places_find(struct places *p, const struct ledger_client *client,
	const struct ledger_server *server, const struct ledger_kernel *kernel)
{
	struct ends e;

	p->count = 0;
	find_ends(&e, client, server, kernel);
	add_socket(p, &e.server, LEDGER_REQUEST, LEDGER_SERVER_SOCKET,
		server->socket_drops,
		client->queries_lost > 0 ? (uint64_t)client->queries_lost : 0);
	add_socket(p, &e.client, LEDGER_REPLY, LEDGER_CLIENT_SOCKET,
		client->socket_drops, 0);
	if (server->silent)
		add_silence(p, &e, server);
	if (e.one) {
		/* Its counters do not tell one way from the other. */
		e.client.in = e.client.out = REQUEST | REPLY;
		add_between(p, &e, &e.client, &e.client,
			client->bytes && client->reply_bytes);
	} else {
		add_between(p, &e, &e.client, &e.server, client->bytes > 0);
		add_between(
			p, &e, &e.server, &e.client, client->reply_bytes > 0);
	}
	add_neighbours(p, &e, &kernel->client);
	add_too_big(p, &e, client);
	sort(p);
}
