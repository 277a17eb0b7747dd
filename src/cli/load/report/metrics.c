/* SPDX-License-Identifier: MIT */
#include "cli/load/report/metrics.h"

#include "cli/args/metrics.h"
#include "cli/load/names.h"
#include "cli/load/report/frames.h"
#include "cli/process/privilege.h"
#include "core/clock.h"
#include "metrics/kernel.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

/* What the last interval said. */
struct told {
	bool lost_known, server_seen;
	uint64_t lost;
	struct ledger_server server;
};

struct load_metrics {
	struct metrics_listener listener;
	struct metrics_endpoint *endpoint;
	const struct load_options *options;
	const struct load *load;
	uint64_t started_ns;  /* CLOCK_REALTIME */
	pthread_mutex_t lock; /* for told */
	struct told told;
};

/* A field of struct load_counts. */
#define FIELD(name) offsetof(struct load_counts, name)

static uint64_t field(const struct load_counts *c, size_t at)
{
	return *(const uint64_t *)((const char *)c + at);
}

#define COUNTER(name, unit, help)                                              \
	{                                                                      \
		"udpmill_load_" name, METRICS_COUNTER, unit, help              \
	}

static const struct {
	struct metrics_family family;
	size_t field;
} plain[] = {
	{COUNTER("sent_datagrams", "datagrams",
		 "datagrams that the kernel took"),
		FIELD(sent)},
	{COUNTER("sent_bytes", "bytes", "payload bytes of these"),
		FIELD(sent_bytes)},
	{COUNTER("sent_messages", "messages",
		 "sends of these; one carries a train"),
		FIELD(sent_messages)},
	{COUNTER("answered_datagrams", "datagrams",
		 "replies that came, each counted once"),
		FIELD(answered)},
	{COUNTER("answered_bytes", "bytes", "payload bytes of these"),
		FIELD(answered_bytes)},
	{COUNTER("received_trains", "trains", "trains in which replies came"),
		FIELD(received_trains)},
	{COUNTER("due_datagrams", "datagrams",
		 "datagrams that were to leave by now, with --rate"),
		FIELD(due)},
	{COUNTER("renewed_flows", "flows",
		 "flows that were replaced, with --flow-lifetime"),
		FIELD(renewed)},
};

/* Of one family: the value of its label, and the field. */
struct part {
	const char *value;
	size_t field;
};

static const struct metrics_family replies = COUNTER("odd_replies", "replies",
	"replies that are not counted as answers, or came out of order");
static const struct part replies_parts[] = {
	{"duplicate", FIELD(duplicate)},
	{"reordered", FIELD(reordered)},
	{"late", FIELD(late)},
	{"corrupt", FIELD(corrupt)},
	{"stale", FIELD(stale)},
	{"after_written_off", FIELD(came_late)},
	{NULL, 0},
};

static const struct metrics_family sends = COUNTER("send_incidents",
	"incidents", "sends that the kernel took in part, refused or delayed");
static const struct part sends_parts[] = {
	{"buffer_full", FIELD(blocked)},
	{"nobufs", FIELD(nobufs)},
	{"partial", FIELD(partial)},
	{"device_drops", FIELD(device_drops)},
	{"cut", FIELD(cut)},
	{"too_long", FIELD(too_big)},
	{"error", FIELD(send_errors)},
	{NULL, 0},
};

static const struct metrics_family frames = COUNTER("frame_incidents",
	"incidents",
	"with --engine xdp: frames that were lost, and replies that came by "
	"the stack");

static void write_kind(struct metrics_text *t, const char *kind, uint64_t value)
{
	struct metrics_labels l = {0};

	metrics_label(&l, "kind", kind);
	metrics_value(t, &l, value);
}

static void write_parts(struct metrics_text *t, const struct metrics_family *f,
	const struct part *parts, const struct load_counts *c)
{
	metrics_begin(t, f);
	for (; parts->value; parts++)
		write_kind(t, parts->value, field(c, parts->field));
}

static void write_frames(struct metrics_text *t, const struct load_counts *c)
{
	const char *name;

	metrics_begin(t, &frames);
	for (size_t i = 0; (name = load_frames_name(i)); i++)
		write_kind(t, name, load_frames_value(c, i));
}

static void write_cause(
	struct metrics_text *t, const char *cause, uint64_t value)
{
	struct metrics_labels l = {0};

	metrics_label(&l, "cause", cause);
	metrics_value(t, &l, value);
}

static void write_named(
	struct metrics_text *t, const struct ledger_named *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		write_cause(t, list[i].name, list[i].datagrams);
}

/* What was lost, and which causes are known before the ledger is settled. */
static void write_losses(struct metrics_text *t, const struct told *told,
	const struct load_counts *c)
{
	static const struct metrics_family lost = COUNTER("lost_datagrams",
		"datagrams",
		"datagrams without a reply, as of the last interval; no fewer "
		"were lost");
	static const struct metrics_family causes = COUNTER("losses", "losses",
		"losses whose cause is known so far; a train may count once");

	if (told->lost_known) {
		metrics_begin(t, &lost);
		metrics_value(t, NULL, told->lost);
	}
	metrics_begin(t, &causes);
	write_cause(t, "nobody_listened", c->refused);
	write_cause(t, "too_big", c->too_big_reports);
	write_cause(t, "corrupt", c->corrupt);
	write_cause(t, "client_ring", load_ring_drops(c));
	if (!told->server_seen)
		return;
	write_cause(t, "server_socket", told->server.socket_drops);
	write_cause(t, "server_ring", told->server.ring_drops);
	write_named(t, told->server.refused, told->server.refused_count);
	write_named(t, told->server.failed, told->server.failed_count);
}

static void write_latency(struct metrics_text *t, const struct histogram *h)
{
	static const struct metrics_family family = {
		"udpmill_load_latency_seconds", METRICS_HISTOGRAM, "seconds",
		"round trips, from the planned departure to the reply, with "
		"the warm-up"};
	static const double bounds[] = {1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4,
		1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
		5, 10};
	enum { BOUNDS = sizeof(bounds) / sizeof(bounds[0]) };
	struct metrics_bucket buckets[BOUNDS + 1];
	uint64_t n, value, upto = 0, all = 0;
	uint32_t step = 0;
	double sum = 0;

	while ((n = histogram_next(h, &step, &value)) > 0) {
		sum += (double)n * (double)value;
		all += n;
	}
	for (int i = 0; i < BOUNDS; i++) {
		uint64_t ns = (uint64_t)(bounds[i] * 1e9);

		n = histogram_count_upto(h, ns);
		buckets[i] = (struct metrics_bucket){bounds[i], n - upto};
		upto = n;
	}
	buckets[BOUNDS] = (struct metrics_bucket){HUGE_VAL, all - upto};
	metrics_begin(t, &family);
	metrics_histogram(t, NULL, buckets, BOUNDS + 1, sum / 1e9);
}

static void write_about(struct metrics_text *t, const struct load_metrics *m)
{
	static const struct metrics_family info = {"udpmill_load", METRICS_INFO,
		NULL, "what this run is; the value is 1"};
	static const struct metrics_family start = {
		"udpmill_load_start_time_seconds", METRICS_GAUGE, "seconds",
		"when the run began, in seconds since 1970"};
	const struct load_config *c = &m->options->config;
	struct metrics_labels l = {0};
	char peer[ADDRESS_TEXT];

	metrics_label(&l, "version", UDPMILL_VERSION);
	metrics_label(&l, "peer", address_format(&c->socket.remote, peer));
	metrics_label(&l, "mode", load_mode_names[c->mode]);
	metrics_label_number(&l, "flows", c->flows);
	metrics_label_number(&l, "seed", c->run);
	metrics_begin(t, &info);
	metrics_value(t, &l, 1);
	metrics_begin(t, &start);
	metrics_seconds(t, NULL, m->started_ns);
}

/* A copy, so that the thread that drives the run never waits for one that
 * yields to all others while it writes. */
static struct told last_told(struct load_metrics *m)
{
	struct told told;

	pthread_mutex_lock(&m->lock);
	told = m->told;
	pthread_mutex_unlock(&m->lock);
	return told;
}

static int write_metrics(void *arg, struct metrics_text *t)
{
	struct load_metrics *m = arg;
	const struct told told = last_told(m);
	struct load_counts c;
	struct histogram latency;

	load_peek(m->load, &c, &latency);
	write_about(t, m);
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		metrics_begin(t, &plain[i].family);
		metrics_value(t, NULL, field(&c, plain[i].field));
	}
	write_parts(t, &replies, replies_parts, &c);
	write_parts(t, &sends, sends_parts, &c);
	if (m->options->config.engine && m->options->config.engine->losses)
		write_frames(t, &c);
	write_losses(t, &told, &c);
	write_latency(t, &latency);
	metrics_kernel_write(t);
	return 0;
}

int load_metrics_bind(struct load_metrics **out, struct load_options *o,
	char *why, size_t why_bytes)
{
	struct load_metrics *m;
	char reason[400] = "no memory";

	*out = NULL;
	if (!metrics_place_said(&o->metrics))
		return 0;
	m = calloc(1, sizeof(*m));
	if (m && metrics_listener_open(&m->listener, &o->metrics, reason,
			 sizeof(reason)) == 0) {
		m->options = o;
		m->started_ns = clock_wall_ns();
		pthread_mutex_init(&m->lock, NULL);
		o->metrics_url = m->listener.url;
		*out = m;
		return 0;
	}
	free(m);
	snprintf(why, why_bytes, "--metrics: %s", reason);
	return -EBUSY;
}

static int settle(void)
{
	char why[128];

	return privilege_drop(0, why, sizeof(why));
}

int load_metrics_start(struct load_metrics *m, const struct load *load,
	char *why, size_t why_bytes)
{
	struct metrics_endpoint_config config = {
		.write = write_metrics,
		.settle = settle,
		.arg = m,
	};
	char reason[400];
	int error;

	if (!m)
		return 0;
	m->load = load;
	config.fd = m->listener.fd;
	error = metrics_endpoint_open(
		&m->endpoint, &config, reason, sizeof(reason));
	if (error)
		snprintf(why, why_bytes, "--metrics: %s", reason);
	return error;
}

/* A count never falls, although a reply may still come for what was taken for
 * lost. */
void load_metrics_note(struct load_metrics *m, const struct load_interval *i)
{
	if (!m)
		return;
	pthread_mutex_lock(&m->lock);
	m->told.lost_known = i->lost_known;
	if (i->lost_so_far > m->told.lost)
		m->told.lost = i->lost_so_far;
	m->told.server_seen = i->server != NULL;
	if (i->server)
		m->told.server = i->server->counters;
	pthread_mutex_unlock(&m->lock);
}

void load_metrics_close(struct load_metrics *m)
{
	if (!m)
		return;
	metrics_endpoint_close(m->endpoint);
	metrics_listener_close(&m->listener);
	pthread_mutex_destroy(&m->lock);
	free(m);
}
