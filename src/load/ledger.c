/* SPDX-License-Identifier: MIT */
#include "load/ledger.h"

#include "core/train.h"

#include <string.h>

/* A leg of the way: requests out, or replies home. */
struct leg {
	uint64_t missed;
	struct ledger_drop *cause[2];
	size_t causes;
};

static uint64_t sum(const struct ledger_named *n, size_t count)
{
	uint64_t total = 0;

	for (size_t i = 0; i < count; i++)
		total += n[i].datagrams;
	return total;
}

static void set_drop(struct ledger_drop *d, const char *cause, uint64_t skbs,
	uint32_t least, uint32_t most)
{
	*d = (struct ledger_drop){
		.cause = cause,
		.skbs = skbs,
		.low = skbs * least,
		.high = skbs * most,
	};
}

/*
 * Gives each cause its part of what was missed: at least its low, then up to
 * its high as long as something is left. Returns what is left, or, negative,
 * what the causes' lows exceed the missed by.
 */
static int64_t explain(struct leg *leg)
{
	int64_t left = (int64_t)leg->missed;

	for (size_t i = 0; i < leg->causes; i++) {
		leg->cause[i]->datagrams += leg->cause[i]->low;
		left -= (int64_t)leg->cause[i]->low;
	}
	for (size_t i = 0; i < leg->causes && left > 0; i++) {
		struct ledger_drop *d = leg->cause[i];
		int64_t room = (int64_t)(d->high - d->datagrams);
		int64_t part = left < room ? left : room;

		d->datagrams += (uint64_t)part;
		left -= part;
	}
	return left;
}

/* A send is one skb until something takes it apart: a socket without GRO does,
 * right before its queue. */
static void set_drops(struct ledger *l, const struct ledger_client *c,
	const struct ledger_server *s)
{
	uint32_t least = c->partial ? 1 : c->train;
	bool equal = c->replies_equal && !c->partial;

	set_drop(&l->dropped[LEDGER_SERVER_SOCKET], "server_socket",
		s->socket_drops, s->gro ? least : 1, s->gro ? c->train : 1);
	set_drop(&l->dropped[LEDGER_CLIENT_SOCKET], "client_socket",
		c->socket_drops, c->gro && equal ? c->train : 1,
		!c->gro ? 1
		: equal ? c->train
			: TRAIN_SEND_SEGMENTS);
	set_drop(&l->dropped[LEDGER_BACKLOG], "backlog", c->backlog_drops, 0,
		TRAIN_SEND_SEGMENTS);
}

static bool drops_exact(const struct ledger *l)
{
	for (size_t i = 0; i < LEDGER_CAUSES; i++)
		if (l->dropped[i].low != l->dropped[i].high)
			return false;
	return true;
}

static void settle_seen(struct ledger *l, const struct ledger_client *c,
	const struct ledger_server *s)
{
	struct leg out = {
		.cause = {&l->dropped[LEDGER_SERVER_SOCKET],
			&l->dropped[LEDGER_BACKLOG]},
		.causes = 2,
	};
	struct leg home = {
		.cause = {&l->dropped[LEDGER_CLIENT_SOCKET],
			&l->dropped[LEDGER_BACKLOG]},
		.causes = 2,
	};
	uint64_t taken;

	memcpy(l->refused, s->refused, sizeof(l->refused));
	memcpy(l->failed, s->failed, sizeof(l->failed));
	l->refused_count = s->refused_count;
	l->failed_count = s->failed_count;
	l->absorbed = s->absorbed;
	l->delivered = s->delivered;
	if (s->delivered > c->sent || c->answered > s->answered) {
		/* What of the server's is ours cannot be told any more. */
		l->shared = true;
		l->unexplained = 0;
		return;
	}
	set_drops(l, c, s);
	out.missed = c->sent - s->delivered;
	home.missed = s->answered - c->answered;
	taken = s->answered + s->absorbed + sum(s->refused, s->refused_count) +
		sum(s->failed, s->failed_count);
	l->unexplained = explain(&out) + explain(&home) +
			 ((int64_t)s->delivered - (int64_t)taken);
	l->exact = drops_exact(l);
}

void ledger_settle(struct ledger *l, const struct ledger_client *client,
	const struct ledger_server *server)
{
	*l = (struct ledger){
		.sent = client->sent,
		.answered = client->answered,
		.server_seen = server != NULL,
	};
	if (server)
		settle_seen(l, client, server);
	else
		l->unexplained =
			(int64_t)client->sent - (int64_t)client->answered;
}

bool ledger_balances(const struct ledger *l)
{
	return !l->server_seen || l->shared || l->unexplained == 0;
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
		.answered = end->answered - start->answered,
		.absorbed = end->absorbed - start->absorbed,
		.socket_drops = end->socket_drops - start->socket_drops,
		.gro = end->gro,
	};
	difference(out->refused, &out->refused_count, start->refused,
		end->refused, end->refused_count);
	difference(out->failed, &out->failed_count, start->failed, end->failed,
		end->failed_count);
}
