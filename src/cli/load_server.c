/* SPDX-License-Identifier: MIT */
#include "cli/load_server.h"

#include "cli/load_plan.h"
#include "load/host.h"
#include "net/interface.h"
#include "net/socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The namespace that a segment says its server is in, if its process is there:
 * anybody may write a segment, and a pid may be of another container. Not open
 * where that cannot be seen.
 */
static void open_netns(struct netns *n, const struct reader_about *about)
{
	if (netns_open_pid(n, about->pid) == 0 && n->inode != about->netns)
		netns_close(n);
}

enum look { LOOK_NO, LOOK_UNKNOWN, LOOK_YES };

/* A local route makes an address one's own that no interface has. */
static bool may_bind(const union address *a)
{
	struct socket_config c = {.bind = *a};
	char why[128];
	int fd;

	address_set_port(&c.bind, 0);
	fd = socket_open(&c, NULL, why, sizeof(why));
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* Is that address one of the namespace's own? */
static enum look look_for(const struct netns *n, const union address *a)
{
	struct netns back;
	enum look found = LOOK_UNKNOWN;

	if (!n->open || netns_enter(n, &back))
		return LOOK_UNKNOWN;
	if (interface_has(a))
		found = LOOK_YES;
	else if (!may_bind(a))
		found = LOOK_NO;
	if (netns_leave(&back))
		load_fail(EXIT_SYSTEM, "returning to the network namespace");
	return found;
}

/* A server in another namespace is one to talk to if the address is there; who
 * may not look must believe it. */
static enum look try_server(
	struct netns *n, const struct reader *r, const union address *remote)
{
	open_netns(n, reader_about(r));
	return look_for(n, remote);
}

/* The newest that fits; and before all others one whose namespace is known to
 * have the address, since a wildcard of any other would fit as well. */
static struct reader *choose(struct load_view *v, struct reader_list *list,
	const union address *remote)
{
	enum look best = LOOK_UNKNOWN;
	uint64_t own = netns_own();
	struct reader **at = NULL, *chosen;

	v->apart = !host_owns(remote);
	for (size_t i = 0; i < list->count; i++) {
		struct reader *r = list->readers[i];
		enum look found = LOOK_YES;
		struct netns n = {0};

		if (!reader_serves(r, remote) ||
			(reader_about(r)->netns != own) != v->apart)
			continue;
		if (v->apart)
			found = try_server(&n, r, remote);
		if (found < best) {
			netns_close(&n);
			continue;
		}
		best = found;
		at = &list->readers[i];
		netns_close(&v->netns);
		v->netns = n;
	}
	if (!at)
		return NULL;
	v->has_address = best == LOOK_YES;
	/* It outlives the list. */
	chosen = *at;
	*at = NULL;
	return chosen;
}

int load_view_open(struct load_view *v, const union address *remote)
{
	const struct reader_about *about;
	struct reader_list list;
	int error = reader_list_open(&list);

	*v = (struct load_view){0};
	if (error)
		return error;
	v->reader = choose(v, &list, remote);
	reader_list_close(&list);
	if (!v->reader)
		return 0;
	about = reader_about(v->reader);
	v->values = calloc((size_t)about->worker_count * about->counter_count,
		sizeof(*v->values));
	if (v->values)
		return 0;
	load_view_close(v);
	return -ENOMEM;
}

static uint64_t value(const struct load_view *v, const char *name)
{
	int i = reader_index(v->reader, name);

	return i < 0 ? 0 : reader_sum(v->reader, v->values, (uint32_t)i);
}

static uint64_t least(const struct load_view *v, const char *name)
{
	const struct reader_about *about = reader_about(v->reader);
	int i = reader_index(v->reader, name);
	uint64_t low = UINT64_MAX;

	for (uint32_t w = 0; i >= 0 && w < about->worker_count; w++) {
		uint64_t x = v->values[(size_t)w * about->counter_count +
				       (uint32_t)i];

		if (x < low)
			low = x;
	}
	return i < 0 ? 0 : low;
}

static void add_named(struct ledger_named *list, size_t *count,
	const char *name, uint64_t datagrams)
{
	if (*count == LEDGER_NAMED_MAX)
		return;
	snprintf(list[*count].name, LEDGER_NAME, "%s", name);
	list[(*count)++].datagrams = datagrams;
}

/* Each counter that says what became of a datagram, by its own name, whatever
 * this build knows of it. */
static void read_named(const struct load_view *v, struct ledger_server *s)
{
	const struct reader_about *about = reader_about(v->reader);

	for (uint32_t i = 0; i < about->counter_count; i++) {
		const char *name = reader_counter(v->reader, i)->name;
		uint64_t n = reader_sum(v->reader, v->values, i);

		if (strncmp(name, "refused_", 8) == 0)
			add_named(s->refused, &s->refused_count, name, n);
		else if (strncmp(name, "send_failed_", 12) == 0 ||
			 strcmp(name, "truncated_datagrams") == 0 ||
			 strcmp(name, "reply_lost_datagrams") == 0)
			add_named(s->failed, &s->failed_count, name, n);
	}
}

/* Zeros of a server that does not read them. */
static void read_marks(const struct load_view *v, struct marks_seen *m)
{
	static const char *const ecn[] = {
		"rx_ecn_not_ect", "rx_ecn_ect1", "rx_ecn_ect0", "rx_ecn_ce"};
	char name[32];

	for (unsigned i = 0; i < 4; i++)
		m->ecn[i] = value(v, ecn[i]);
	for (unsigned i = 0; i < 6; i++) {
		snprintf(name, sizeof(name), "rx_dscp_bit_%u", 1u << i);
		m->dscp_bits[i] = value(v, name);
	}
	m->hops = value(v, "rx_ttl_hops");
}

int load_view_read(struct load_view *v, struct load_server *out)
{
	int error;

	*out = (struct load_server){0};
	if (!v->reader)
		return -ENOENT;
	error = reader_snapshot(v->reader, v->values);
	if (error && error != -ESRCH)
		return error;
	out->counters = (struct ledger_server){
		.delivered = value(v, "rx_datagrams"),
		.delivered_bytes = value(v, "rx_bytes"),
		.answered = value(v, "answered_datagrams"),
		.trains = value(v, "rx_trains"),
		.answered_bytes = value(v, "answered_bytes"),
		.absorbed = value(v, "absorbed_datagrams"),
		.socket_drops = value(v, "socket_drops"),
		.rcvbuf = value(v, "socket_rcvbuf_bytes"),
		.gro = value(v, "socket_gro") > 0,
	};
	read_named(v, &out->counters);
	out->cpu_user_ns = value(v, "cpu_user_ns");
	out->cpu_system_ns = value(v, "cpu_system_ns");
	out->batches = value(v, "rx_batches");
	read_marks(v, &out->marks);
	out->published = least(v, "published");
	return error;
}

void load_view_receiver(struct load_view *v, struct load_receiver *out)
{
	/* net.core.rmem_default, as it is where nobody has changed it. */
	*out = (struct load_receiver){.rcvbuf = 212992};
	if (!v->reader || reader_snapshot(v->reader, v->values))
		return;
	out->gro = value(v, "socket_gro") > 0;
	if (least(v, "socket_rcvbuf_bytes"))
		out->rcvbuf = least(v, "socket_rcvbuf_bytes");
}

void load_view_close(struct load_view *v)
{
	reader_close(v->reader);
	netns_close(&v->netns);
	free(v->values);
	*v = (struct load_view){0};
}
