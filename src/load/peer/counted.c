/* SPDX-License-Identifier: MIT */
#include "load/peer/counted.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct counters_of {
	const struct counted *list;
	size_t count;
};

static uint64_t value(const struct counters_of *c, const char *name)
{
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->list[i].name, name) == 0)
			return c->list[i].value;
	return 0;
}

static void add_named(
	struct ledger_named *list, size_t *count, const struct counted *counter)
{
	if (*count == LEDGER_NAMED_MAX)
		return;
	snprintf(list[*count].name, LEDGER_NAME, "%s", counter->name);
	list[(*count)++].datagrams = counter->value;
}

static void read_named(const struct counters_of *c, struct ledger_server *s)
{
	for (size_t i = 0; i < c->count; i++) {
		const char *name = c->list[i].name;

		if (strncmp(name, "refused_", 8) == 0)
			add_named(s->refused, &s->refused_count, &c->list[i]);
		else if (strncmp(name, "send_failed_", 12) == 0 ||
			 strcmp(name, "truncated_datagrams") == 0 ||
			 strcmp(name, "reply_lost_datagrams") == 0)
			add_named(s->failed, &s->failed_count, &c->list[i]);
	}
}

/* All zero if the server does not read marks. */
static void read_marks(const struct counters_of *c, struct marks_seen *m)
{
	static const char *const ecn[] = {
		"rx_ecn_not_ect", "rx_ecn_ect1", "rx_ecn_ect0", "rx_ecn_ce"};
	char name[32];

	for (unsigned i = 0; i < 4; i++)
		m->ecn[i] = value(c, ecn[i]);
	for (unsigned i = 0; i < 6; i++) {
		snprintf(name, sizeof(name), "rx_dscp_bit_%u", 1u << i);
		m->dscp_bits[i] = value(c, name);
	}
	m->hops = value(c, "rx_ttl_hops");
}

static bool ends_with(const char *name, const char *tail)
{
	size_t n = strlen(name), m = strlen(tail);

	return n >= m && strcmp(name + n - m, tail) == 0;
}

static uint64_t most_of(const char *name)
{
	if (ends_with(name, "_bytes") || ends_with(name, "_ns") ||
		ends_with(name, "_hops"))
		return COUNTED_MOST_UNITS;
	return COUNTED_MOST;
}

int counted_read(
	struct load_server *out, const struct counted *list, size_t count)
{
	const struct counters_of c = {list, count};

	for (size_t i = 0; i < count; i++)
		if (list[i].value > most_of(list[i].name))
			return -EPROTO;
	*out = (struct load_server){
		.counters =
			{
				.delivered = value(&c, "rx_datagrams"),
				.delivered_bytes = value(&c, "rx_bytes"),
				.answered = value(&c, "answered_datagrams"),
				.answered_bytes = value(&c, "answered_bytes"),
				.trains = value(&c, "rx_trains"),
				.absorbed = value(&c, "absorbed_datagrams"),
				.socket_drops = value(&c, "socket_drops"),
				.ring_drops = value(&c, "xdp_rx_dropped") +
					      value(&c, "xdp_rx_ring_full"),
				.bad_checksums =
					value(&c, "xdp_checksum_errors"),
				.rcvbuf = value(&c, "socket_rcvbuf_bytes"),
				.gro = value(&c, "socket_gro") > 0,
				.segments_max =
					value(&c, "socket_segments_max"),
			},
		.cpu_user_ns = value(&c, "cpu_user_ns"),
		.cpu_system_ns = value(&c, "cpu_system_ns"),
		.batches = value(&c, "rx_batches"),
		.queries_lost = -(int64_t)value(&c, "query_datagrams"),
	};
	read_named(&c, &out->counters);
	read_marks(&c, &out->marks);
	return 0;
}

/* Are names and order the same, and has no counter gone down? */
static bool named_follow(const struct ledger_named *before, size_t before_count,
	const struct ledger_named *now, size_t now_count)
{
	if (now_count != before_count)
		return false;
	for (size_t i = 0; i < now_count; i++)
		if (strcmp(before[i].name, now[i].name) != 0 ||
			now[i].datagrams < before[i].datagrams)
			return false;
	return true;
}

static bool marks_follow(const struct marks_seen *a, const struct marks_seen *b)
{
	bool follow = b->hops >= a->hops;

	for (unsigned i = 0; i < 4; i++)
		follow = follow && b->ecn[i] >= a->ecn[i];
	for (unsigned i = 0; i < 6; i++)
		follow = follow && b->dscp_bits[i] >= a->dscp_bits[i];
	return follow;
}

static bool follows(const struct load_server *a, const struct load_server *b)
{
	const struct ledger_server *x = &a->counters, *y = &b->counters;

	return y->delivered >= x->delivered &&
	       y->delivered_bytes >= x->delivered_bytes &&
	       y->trains >= x->trains && y->answered >= x->answered &&
	       y->answered_bytes >= x->answered_bytes &&
	       y->absorbed >= x->absorbed &&
	       y->socket_drops >= x->socket_drops &&
	       y->ring_drops >= x->ring_drops &&
	       y->bad_checksums >= x->bad_checksums &&
	       b->cpu_user_ns >= a->cpu_user_ns &&
	       b->cpu_system_ns >= a->cpu_system_ns &&
	       b->batches >= a->batches && marks_follow(&a->marks, &b->marks) &&
	       named_follow(x->refused, x->refused_count, y->refused,
		       y->refused_count) &&
	       named_follow(
		       x->failed, x->failed_count, y->failed, y->failed_count);
}

int counted_follow(struct counted_past *past, const struct load_server *now)
{
	if (past->any && !follows(&past->last, now))
		return -EPROTO;
	past->any = true;
	past->last = *now;
	return 0;
}
