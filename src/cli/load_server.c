/* SPDX-License-Identifier: MIT */
#include "cli/load_server.h"

#include "load/host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static uint64_t own_netns(void)
{
	struct stat st;

	return stat("/proc/self/ns/net", &st) == 0 ? st.st_ino : 0;
}

/* The newest that fits, one of our own namespace before all others. */
static struct reader *choose(
	struct reader_list *list, const union address *remote)
{
	bool own_host = host_owns(remote);
	uint64_t netns = own_netns();
	struct reader *best = NULL;
	size_t at = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct reader *r = list->readers[i];
		bool near = reader_about(r)->netns == netns;

		if (!reader_serves(r, remote) || near != own_host)
			continue;
		best = r;
		at = i;
	}
	/* It outlives the list. */
	if (best)
		list->readers[at] = NULL;
	return best;
}

int load_view_open(struct load_view *v, const union address *remote)
{
	const struct reader_about *about;
	struct reader_list list;
	int error = reader_list_open(&list);

	*v = (struct load_view){0};
	if (error)
		return error;
	v->reader = choose(&list, remote);
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
	if (error)
		return error;
	out->counters = (struct ledger_server){
		.delivered = value(v, "rx_datagrams"),
		.delivered_bytes = value(v, "rx_bytes"),
		.answered = value(v, "answered_datagrams"),
		.absorbed = value(v, "absorbed_datagrams"),
		.socket_drops = value(v, "socket_drops"),
		.gro = value(v, "socket_gro") > 0,
	};
	read_named(v, &out->counters);
	out->cpu_user_ns = value(v, "cpu_user_ns");
	out->cpu_system_ns = value(v, "cpu_system_ns");
	out->trains = value(v, "rx_trains");
	out->batches = value(v, "rx_batches");
	read_marks(v, &out->marks);
	out->published = least(v, "published");
	return 0;
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
	free(v->values);
	*v = (struct load_view){0};
}
