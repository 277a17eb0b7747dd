/* SPDX-License-Identifier: MIT */
#include "load/counted.h"

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

/* Zeros of a server that does not read them. */
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

void counted_read(
	struct load_server *out, const struct counted *list, size_t count)
{
	const struct counters_of c = {list, count};

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
				.rcvbuf = value(&c, "socket_rcvbuf_bytes"),
				.gro = value(&c, "socket_gro") > 0,
			},
		.cpu_user_ns = value(&c, "cpu_user_ns"),
		.cpu_system_ns = value(&c, "cpu_system_ns"),
		.batches = value(&c, "rx_batches"),
		.queries_lost = -(int64_t)value(&c, "query_datagrams"),
	};
	read_named(&c, &out->counters);
	read_marks(&c, &out->marks);
}
