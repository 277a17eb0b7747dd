/* SPDX-License-Identifier: MIT */
#include "load/ledger/places.h"

#include "load/ledger/ends.h"

#include <assert.h>

/* The least that an skb in a socket's queue is charged with. */
#define SKB_BYTES_LEAST 512
/* The most skbs that wait for a neighbour's address, by the default of
 * net.ipv4.neigh.*.unres_qlen_bytes. */
#define NEIGHBOUR_QUEUE (212992 / SKB_BYTES_LEAST)

static void add(struct places *p, const struct place *place)
{
	if (!place->skbs)
		return;
	assert(p->count < PLACES_MAX);
	p->list[p->count++] = *place;
}

/* Adds a counter that may include other traffic. */
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

static const struct end lone_frames = {.least = 1, .most = 1};

/*
 * Drops of our own sockets. SK_MEMINFO_DROPS counts all of them. Those not in
 * UdpRcvbufErrors had a bad checksum, which we never send, or were dropped for
 * lack of memory, which UdpMemErrors or (Linux 6.18) nothing else counts. Up to
 * others of the skbs may not have been datagrams of the run.
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
	/* None if bad checksums can account for the whole rest. */
	place.cause = LEDGER_MEMORY;
	place.skbs = beyond(rest, bad);
	add(p, &place);
}

/* Datagrams that AF_XDP's sockets did not take: more than were lost are at
 * least in part somebody else's, such as frames that are forged. Those with a
 * wrong checksum, which we never send, were damaged on the way. */
static void add_frames(struct places *p, enum ledger_leg leg,
	enum ledger_cause cause, uint64_t frames, uint64_t lost)
{
	add_socket(p, &lone_frames, leg, cause, frames,
		frames > lost ? frames : 0);
}

static void add_rings(struct places *p, const struct ledger_client *client,
	const struct ledger_server *server)
{
	uint64_t requests = client->sent - server->delivered;
	uint64_t replies = server->answered - client->answered;

	add_frames(p, LEDGER_REQUEST, LEDGER_SERVER_RING, server->ring_drops,
		requests);
	add_frames(p, LEDGER_REQUEST, LEDGER_CHECKSUM, server->bad_checksums,
		beyond(requests, server->ring_drops));
	add_frames(p, LEDGER_REPLY, LEDGER_CLIENT_RING, client->ring_drops,
		replies);
	add_frames(p, LEDGER_REPLY, LEDGER_CHECKSUM, client->bad_checksums,
		beyond(replies, client->ring_drops));
}

/* A silent server: other drops of the namespace's sockets may be its own, and
 * its queue may be full. */
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
 * From one device to the other. A device that hands over to a backlog (veth)
 * counts the backlog's drops as its own, and so does the receiving device. A
 * drop that a device or queueing discipline reports to the sender at once
 * becomes ENOBUFS; the client repeats such sends, so that nothing is lost.
 * Where a list in front of the discipline may be what refused them, that may be
 * any number of them, and all that was counted may be a loss. Disciplines and
 * devices serve both ways, since what arrives may be sent on within the
 * namespace (ifb, bridge).
 */
static void add_crossing(struct places *p, const struct ends *e,
	const struct end *from, const struct end *to)
{
	bool clients = from->out & REQUEST;
	uint64_t nobufs = clients ? e->nobufs : 0, cut = clients ? e->cut : 0;
	uint64_t known = e->bursts ? 0 : nobufs, perhaps = nobufs - known;
	uint64_t backlog = to->backlog, device = 0, qdisc = 0;
	uint64_t frames = clients ? e->frames : 0;

	if (from->f) {
		device = from->f->v[FIGURE_TX_DROPPED] +
			 from->f->v[FIGURE_TX_ERRORS];
		qdisc = from->f->v[FIGURE_QDISC_DROPS];
	}
	add_theirs(p, e, REQUEST | REPLY, LEDGER_QDISC,
		beyond(qdisc, beyond(known, device)),
		clients ? e->cut_most + e->nobufs_most - known : 0);
	add_theirs(p, e, REQUEST | REPLY, LEDGER_DEVICE,
		beyond(device, beyond(known, qdisc)),
		cut + perhaps + backlog + frames);
	add_theirs(p, e, to->in, LEDGER_BACKLOG,
		beyond(backlog, beyond(known, qdisc)), cut + perhaps);
	if (to->f)
		add_theirs(p, e, to->in, LEDGER_DEVICE,
			to->f->v[FIGURE_RX_DROPPED] - backlog +
				to->f->v[FIGURE_RX_ERRORS],
			device + frames + to->rings);
}

/* Other losses on departure. The kernel does not tell a server that the queue
 * dropped its send, but counts it in UdpSndbufErrors. */
static void add_departure(
	struct places *p, const struct ends *e, const struct end *end)
{
	bool clients = end->out & REQUEST;
	uint64_t nobufs = clients ? e->nobufs : 0, cut = clients ? e->cut : 0;
	uint64_t unsaid, discards;

	if (!end->f)
		return;
	/* Some of these may have left meanwhile, which does not make them other
	 * traffic. */
	add_theirs(p, e, REQUEST | REPLY, LEDGER_QUEUED,
		end->f->v[FIGURE_QDISC_QUEUED], end->f->v[FIGURE_QDISC_QUEUED]);
	/* A clsact counts both ways in one counter. */
	add_theirs(p, e, REQUEST | REPLY, LEDGER_QDISC,
		end->f->v[FIGURE_FILTER_DROPS], nobufs + cut);
	if (!(end->out & REPLY))
		return;
	unsaid = beyond(end->f->v[FIGURE_SNDBUF_ERRORS], nobufs);
	discards = beyond(end->f->v[FIGURE_OUT_DISCARDS], nobufs);
	add_theirs(p, e, REPLY, LEDGER_SEND_QUEUE, unsaid, unsaid);
	add_theirs(p, e, REPLY, LEDGER_IP, discards, discards);
}

/* Losses on arrival at a host. */
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
	/* Not passed on to whom it was for: somebody else's on the same wire,
	 * or ours, sent to where this host was before. */
	add_theirs(p, e, end->in, LEDGER_OTHERHOST,
		end->f->v[FIGURE_RX_OTHERHOST], 0);
	add_theirs(
		p, e, end->in, LEDGER_NO_PORT, end->f->v[FIGURE_NO_PORTS], 0);
	add_theirs(p, e, end->in, LEDGER_CHECKSUM,
		end->f->v[FIGURE_CSUM_ERRORS], 0);
}

/*
 * Fragments that arrived but became part of no datagram: each may be the only
 * one of its datagram that arrived. (IpReasmFails counts fragments given up
 * after half a minute, which are older than the run.) If all datagrams are
 * equal, the sender's counters tell how many fragments make one; else it is at
 * least two. Trains are not fragmented. A router may cut a datagram further
 * than its sender did, so that fragments from another host do not prove other
 * traffic.
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

/* A neighbour entry that fails or is destroyed drops what waits in its queue,
 * which no counter shows: at most a full queue. */
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
 * Datagrams too big for a router's next link. ICMP reports on requests reach
 * our sockets; those on replies are only counted by the server's kernel. A
 * report stands for a datagram, or for a train that reached the router whole;
 * and since a router need not report every drop, any datagram sent by then may
 * have been dropped as well.
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

/* Places that are only possible come last. */
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
	ends_find(&e, client, server, kernel);
	add_socket(p, &e.server, LEDGER_REQUEST, LEDGER_SERVER_SOCKET,
		server->socket_drops,
		client->queries_lost > 0 ? (uint64_t)client->queries_lost : 0);
	add_socket(p, &e.client, LEDGER_REPLY, LEDGER_CLIENT_SOCKET,
		client->socket_drops, 0);
	add_rings(p, client, server);
	add_socket(p, &lone_frames, LEDGER_REQUEST, LEDGER_TRANSMIT,
		client->device_drops, 0);
	add_socket(p, &lone_frames, LEDGER_REQUEST, LEDGER_QUEUED,
		client->unsent_frames, 0);
	if (server->silent)
		add_silence(p, &e, server);
	if (e.one) {
		/* One set of counters does not distinguish the two ways. */
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
