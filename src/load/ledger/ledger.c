/* SPDX-License-Identifier: MIT */
#include "load/ledger/ledger.h"

#include "load/ledger/places.h"

#include <string.h>

/* How much of what is missing a place's skbs explain. */
struct pool {
	const struct place *place;
	uint64_t low, high;
	uint64_t used[LEDGER_LEGS]; /* datagrams */
	uint64_t left;              /* skbs */
};

struct pools {
	struct places places;
	struct pool list[PLACES_MAX];
};

static const struct {
	const char *name;
	bool two_ways;
} causes[LEDGER_CAUSES] = {
	[LEDGER_SERVER_SOCKET] = {"server_socket", false},
	[LEDGER_SERVER_RING] = {"server_ring", false},
	[LEDGER_CLIENT_SOCKET] = {"client_socket", false},
	[LEDGER_CLIENT_RING] = {"client_ring", false},
	[LEDGER_TRANSMIT] = {"transmit", false},
	[LEDGER_TOO_BIG] = {"too_big", true},
	[LEDGER_MEMORY] = {"memory", true},
	[LEDGER_NO_PORT] = {"no_port", true},
	[LEDGER_QUEUED] = {"still_queued", true},
	[LEDGER_BACKLOG] = {"backlog", true},
	[LEDGER_QDISC] = {"qdisc", true},
	[LEDGER_DEVICE] = {"device", true},
	[LEDGER_SEND_QUEUE] = {"send_queue", false},
	[LEDGER_REASSEMBLY] = {"reassembly", true},
	[LEDGER_IP] = {"ip", true},
	[LEDGER_OTHERHOST] = {"otherhost", true},
	[LEDGER_NEIGHBOUR] = {"neighbour", true},
	[LEDGER_CHECKSUM] = {"checksum", true},
	[LEDGER_UNREAD] = {"unread", true},
};

static uint64_t sum(const struct ledger_named *n, size_t count)
{
	uint64_t total = 0;

	for (size_t i = 0; i < count; i++)
		total += n[i].datagrams;
	return total;
}

static uint64_t used(const struct pool *p)
{
	uint64_t total = 0;

	for (size_t i = 0; i < LEDGER_LEGS; i++)
		total += p->used[i];
	return total;
}

static void fill(struct pools *pools)
{
	for (size_t i = 0; i < pools->places.count; i++) {
		const struct place *p = &pools->places.list[i];
		uint32_t most = 0;

		for (size_t leg = 0; leg < LEDGER_LEGS; leg++)
			if (p->most[leg] > most)
				most = p->most[leg];
		pools->list[i] = (struct pool){
			.place = p,
			.low = (p->skbs - p->doubtful) * p->least,
			.high = p->skbs * most,
			.left = p->skbs,
		};
	}
}

/* Takes up to n datagrams from the place, as many as it has left beyond its
 * low, which explain() has taken already. */
static uint64_t take(struct pool *p, enum ledger_leg leg, uint64_t n)
{
	uint64_t most = p->place->most[leg];
	uint64_t room = p->low ? p->high - p->low : p->left * most;

	if (n > room)
		n = room;
	p->used[leg] += n;
	if (n && !p->low)
		p->left -= (n + most - 1) / most;
	return n;
}

/* Exact if the counter leaves no range, or if all losses are explained with the
 * place used up to its maximum. */
static bool is_exact(const struct pool *p, bool all_explained)
{
	if (p->low == p->high || !used(p))
		return true;
	if (!all_explained)
		return false;
	if (p->low)
		return used(p) == p->high;
	for (size_t leg = 0; leg < LEDGER_LEGS; leg++)
		if (p->used[leg] && p->used[leg] % p->place->most[leg])
			return false;
	return p->left == 0;
}

/*
 * Gives each place its part of what is missing on a leg: first its low, then up
 * to its high until nothing is left. Returns what is left; negative: the excess
 * of the lows over what is missing.
 */
static int64_t explain(
	struct pools *pools, enum ledger_leg leg, uint64_t missed)
{
	int64_t left = (int64_t)missed;
	size_t n = pools->places.count;

	for (size_t i = 0; i < n; i++) {
		struct pool *p = &pools->list[i];

		/* Counts only our own drops, which are all on one leg. */
		if (!p->place->most[leg] || !p->low)
			continue;
		p->used[leg] = p->low;
		left -= (int64_t)p->low;
	}
	for (size_t i = 0; i < n && left > 0; i++) {
		struct pool *p = &pools->list[i];

		if (p->place->most[leg])
			left -= (int64_t)take(p, leg, (uint64_t)left);
	}
	return left;
}

/* The most datagrams, considering only the legs that it was used on, if any. */
static uint64_t high_of(const struct pool *p)
{
	uint32_t most = 0;

	for (size_t leg = 0; leg < LEDGER_LEGS; leg++)
		if (p->used[leg] && p->place->most[leg] > most)
			most = p->place->most[leg];
	return most && !p->low ? p->place->skbs * most : p->high;
}

/* Sums up the places of each cause. */
static void set_drops(struct ledger *l, const struct pools *pools)
{
	uint64_t others[LEDGER_CAUSES] = {0};

	for (size_t i = 0; i < pools->places.count; i++) {
		const struct pool *p = &pools->list[i];
		struct ledger_drop *d = &l->dropped[p->place->cause];

		if (p->place->spare && !used(p))
			continue;
		d->skbs += p->place->skbs;
		d->low += p->low;
		d->high += high_of(p);
		d->host |= p->place->host;
		for (size_t leg = 0; leg < LEDGER_LEGS; leg++)
			d->leg[leg] += p->used[leg];
		d->datagrams += used(p);
		if (!p->place->least)
			others[p->place->cause] +=
				p->place->skbs - p->place->again;
		if (!is_exact(p, l->unexplained == 0))
			l->exact = false;
	}
	for (size_t i = 0; i < LEDGER_CAUSES; i++)
		l->dropped[i].shared =
			others[i] > l->dropped[i].datagrams ||
			(l->dropped[i].host && l->dropped[i].datagrams);
}

static void set_ways(struct ledger *l, const struct ledger_client *c,
	const struct ledger_server *s)
{
	l->way[LEDGER_REQUEST] = (struct ledger_way){
		.sent = c->sent,
		.arrived = s->delivered,
		.sent_bytes = c->sent_bytes,
		.arrived_bytes = s->delivered_bytes,
		.bytes = c->bytes,
	};
	l->way[LEDGER_SERVER] = (struct ledger_way){
		.sent = s->delivered,
		.arrived = s->answered + s->absorbed +
			   sum(s->refused, s->refused_count) +
			   sum(s->failed, s->failed_count),
	};
	l->way[LEDGER_REPLY] = (struct ledger_way){
		.sent = s->answered,
		.arrived = c->answered,
		.sent_bytes = s->answered_bytes,
		.arrived_bytes = c->reply_bytes ? c->answered * c->reply_bytes
						: c->answered_bytes,
		.bytes = c->reply_bytes,
	};
}

bool ledger_dropped_bytes(const struct ledger *l, enum ledger_leg leg,
	enum ledger_cause cause, uint64_t *bytes)
{
	const struct ledger_way *w = &l->way[leg];
	uint64_t n = l->dropped[cause].leg[leg];

	*bytes = n * w->bytes;
	if (n == 0 || w->bytes)
		return true;
	/* Known only if this cause explains all that is missing. */
	*bytes = w->sent_bytes - w->arrived_bytes;
	return n == w->sent - w->arrived;
}

/* Not for the server's own leg, whose requests and replies differ in length. */
static void set_bytes(struct ledger *l, enum ledger_leg leg)
{
	struct ledger_way *w = &l->way[leg];
	uint64_t left = w->sent_bytes - w->arrived_bytes;

	w->bytes_known = true;
	for (enum ledger_cause i = 0; i < LEDGER_CAUSES; i++) {
		uint64_t bytes;

		if (!ledger_dropped_bytes(l, leg, i, &bytes))
			w->bytes_known = false;
		left -= bytes;
	}
	/* If lengths differ, bytes of duplicate replies may have been
	 * counted. */
	if (w->bytes == 0 && left)
		w->bytes_known = false;
	if (w->bytes_known)
		w->unexplained_bytes = (int64_t)left;
}

/*
 * A train that a device takes apart may be refused (ENOBUFS) when some of it
 * has already left. The client repeats all of it, so that more datagrams may be
 * found than were sent.
 */
static void forgive_repeats(struct ledger *l, const struct ledger_client *c)
{
	struct ledger_way *w = &l->way[LEDGER_REQUEST];
	uint64_t most = (c->nobufs + c->cut) * (c->train - 1);

	if (w->unexplained >= 0 || (uint64_t)-w->unexplained > most)
		return;
	l->repeated = (uint64_t)-w->unexplained;
	l->unexplained += (int64_t)l->repeated;
	w->unexplained = 0;
	l->exact = false;
}

static void settle_seen(struct ledger *l, const struct ledger_client *c,
	struct ledger_server *s)
{
	struct pools pools;

	/* It ended after it had sent replies that it had not counted yet. */
	if (s->silent && s->answered < c->answered) {
		s->answered_bytes +=
			(c->answered - s->answered) * c->reply_bytes;
		s->answered = c->answered;
	}
	memcpy(l->refused, s->refused, sizeof(l->refused));
	memcpy(l->failed, s->failed, sizeof(l->failed));
	l->refused_count = s->refused_count;
	l->failed_count = s->failed_count;
	l->absorbed = s->absorbed;
	l->delivered = s->delivered;
	l->server_silent = s->silent;
	set_ways(l, c, s);
	if (s->delivered > c->sent || c->answered > s->answered) {
		/* Which of the server's counts are ours can no longer be
		 * told. */
		l->shared = true;
		return;
	}
	places_find(&pools.places, c, s, &l->kernel);
	fill(&pools);
	l->exact = true;
	for (enum ledger_leg leg = 0; leg < LEDGER_LEGS; leg++) {
		struct ledger_way *w = &l->way[leg];

		/* Negative: more came out of this leg than went in. */
		if (w->arrived > w->sent)
			w->unexplained = -(int64_t)(w->arrived - w->sent);
		else
			w->unexplained =
				explain(&pools, leg, w->sent - w->arrived);
		l->unexplained += w->unexplained;
	}
	forgive_repeats(l, c);
	set_drops(l, &pools);
	set_bytes(l, LEDGER_REQUEST);
	set_bytes(l, LEDGER_REPLY);
	if (l->repeated && c->bytes)
		l->way[LEDGER_REQUEST].unexplained_bytes =
			(int64_t)((uint64_t)l->way[LEDGER_REQUEST]
					  .unexplained_bytes +
				  l->repeated * c->bytes);
}

void ledger_settle(struct ledger *l, const struct ledger_client *client,
	const struct ledger_server *server, const struct ledger_kernel *kernel)
{
	*l = (struct ledger){
		.sent = client->sent,
		.answered = client->answered,
		.server_seen = server != NULL,
		.kernel = *kernel,
	};
	for (size_t i = 0; i < LEDGER_CAUSES; i++) {
		l->dropped[i].cause = causes[i].name;
		l->dropped[i].two_ways = causes[i].two_ways;
	}
	if (server) {
		struct ledger_server s = *server;

		settle_seen(l, client, &s);
	} else {
		l->unexplained =
			(int64_t)client->sent - (int64_t)client->answered;
	}
}

bool ledger_balances(const struct ledger *l)
{
	if (!l->server_seen || l->shared)
		return true;
	/* A killed server may have counted datagrams but not yet their
	 * bytes. */
	if (!l->server_silent &&
		(l->way[LEDGER_REQUEST].unexplained_bytes ||
			l->way[LEDGER_REPLY].unexplained_bytes))
		return false;
	/* A shortage on one leg must not cancel an excess on another. */
	for (enum ledger_leg leg = 0; leg < LEDGER_LEGS; leg++)
		if (l->way[leg].unexplained)
			return false;
	return l->unexplained == 0;
}

static void difference(struct ledger_named *out, size_t *out_count,
	const struct ledger_named *start, const struct ledger_named *end,
	size_t count)
{
	*out_count = count;
	for (size_t i = 0; i < count; i++) {
		out[i] = end[i];
		out[i].datagrams -= start[i].datagrams;
	}
}

void ledger_server_difference(struct ledger_server *out,
	const struct ledger_server *start, const struct ledger_server *end)
{
	*out = (struct ledger_server){
		.delivered = end->delivered - start->delivered,
		.delivered_bytes =
			end->delivered_bytes - start->delivered_bytes,
		.trains = end->trains - start->trains,
		.answered = end->answered - start->answered,
		.answered_bytes = end->answered_bytes - start->answered_bytes,
		.absorbed = end->absorbed - start->absorbed,
		.socket_drops = end->socket_drops - start->socket_drops,
		.ring_drops = end->ring_drops - start->ring_drops,
		.bad_checksums = end->bad_checksums - start->bad_checksums,
		.rcvbuf = end->rcvbuf,
		.gro = end->gro,
		.segments_max = end->segments_max,
		.silent = end->silent,
	};
	difference(out->refused, &out->refused_count, start->refused,
		end->refused, end->refused_count);
	difference(out->failed, &out->failed_count, start->failed, end->failed,
		end->failed_count);
}
