/* SPDX-License-Identifier: MIT */
/* Opens and closes the generator with its flows and threads. */
#include "core/failures.h"
#include "load/engine/registry.h"
#include "load/loop/churn.h"
#include "load/loop/engine_choice.h"
#include "load/loop/generator.h"
#include "load/loop/path.h"
#include "load/loop/thread_init.h"
#include "load/traffic/text.h"
#include "net/socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

uint32_t load_payload_max(const struct load_config *c, uint32_t mtu)
{
	uint32_t headers = c->socket.remote.sa.sa_family == AF_INET6 ? 48 : 28;

	return mtu > headers ? mtu - headers : 0;
}

/* The longest segment of a train on this path, since segments are not
 * fragmented. 0: no trains. */
static uint32_t longest_segment(const struct load *l, int fd)
{
	uint32_t mtu = socket_mtu(fd);

	if (l->config.train <= 1)
		return 0;
	return mtu ? load_payload_max(&l->config, mtu) : UINT16_MAX;
}

/* Plans how many datagrams of each size go into one send. */
static void plan_units(struct load *l, uint32_t segment_max)
{
	l->train = 1;
	for (uint32_t i = 0; i < SIZES_TABLE; i++) {
		uint32_t bytes = l->config.sizes.table[i], n = 1;

		if (bytes > 0 && bytes <= segment_max)
			n = DATAGRAM_MAX_V4 / bytes;
		if (n > l->config.train)
			n = l->config.train;
		if (n > l->train)
			l->train = n;
		l->shared.units[i] = (struct load_unit){
			(uint16_t)bytes, n ? (uint16_t)n : 1};
	}
}

static int open_flow(
	struct load *l, struct flow *f, char *why, size_t why_bytes)
{
	f->fd = flow_open(&l->config, f->number, &l->obtained, why, why_bytes);
	if (f->fd < 0)
		return f->fd;
	if (f->number == 0)
		plan_units(l, longest_segment(l, f->fd));
	if (l->train > 1 && flow_take_trains(&l->config, f->fd))
		plan_units(l, 0);
	return 0;
}

uint64_t load_sockets(const struct load_config *c)
{
	uint64_t n = c->flows;

	for (uint32_t i = 0; i < c->threads; i++)
		n += churn_room(c, load_flows_of(c->flows, c->threads, i));
	return n;
}

uint64_t load_descriptors(const struct load_config *c)
{
	/* None that is chosen for want of a choice needs more than one. */
	uint64_t own = c->engine ? c->engine->descriptors : 1;

	return load_sockets(c) + own * c->threads + 32;
}

/* Raises the limit on descriptors, as far as the hard limit allows. */
static void raise_limit(uint64_t wanted)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) || r.rlim_cur > wanted)
		return;
	r.rlim_cur = wanted < r.rlim_max ? wanted : r.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &r);
}

static int open_flows(struct load *l, char *why, size_t why_bytes)
{
	int error = 0;

	raise_limit(load_descriptors(&l->config));
	for (uint32_t i = 0; i < l->config.flows; i++)
		l->flows[i] = (struct flow){
			.fd = -1,
			.number = i,
			.times = l->times ? l->times + (size_t)i * FLOW_TIMES
					  : NULL,
		};
	for (uint32_t i = 0; !error && i < l->config.flows; i++)
		error = open_flow(l, &l->flows[i], why, why_bytes);
	return error;
}

/* A thread's share of the limit, by its number of flows; at least a train. */
static uint64_t in_flight_of(const struct load *l, uint32_t flow_count)
{
	uint64_t n =
		(uint64_t)l->config.in_flight * flow_count / l->config.flows;

	if (l->config.in_flight == 0)
		return 0;
	return n < l->train ? l->train : n;
}

static int open_share(struct load *l, char *why, size_t why_bytes)
{
	const struct load_config *c = &l->config;
	const struct engine_share_config share = {
		.path = c->path,
		.peer = &c->socket.remote,
		.threads = c->threads,
		.busy_poll_us = c->socket.busy_poll.us,
		.native = c->xdp_native,
		.generic = c->xdp_generic,
	};

	if (!c->engine->share)
		return 0;
	return c->engine->share(
		&l->shared.engine_share, &share, why, why_bytes);
}

static int open_threads(struct load *l, char *why, size_t why_bytes)
{
	uint32_t n = l->config.threads, first = 0;

	l->shared.threads = l->threads;
	for (uint32_t i = 0; i < n; i++) {
		struct load_thread *t = &l->threads[i];
		int error;

		t->flows = &l->flows[first];
		t->flow_count = load_flows_of(l->config.flows, n, i);
		t->number = i;
		t->train = l->train_planned = l->train;
		t->in_flight_max = in_flight_of(l, t->flow_count);
		first += t->flow_count;
		error = thread_init(t, &l->shared);
		if (error) {
			snprintf(why, why_bytes,
				"cannot set up thread %u: %s%s", i,
				strerror(-error), failure_advice(-error));
			return error;
		}
	}
	return 0;
}

static int allocate(struct load *l)
{
	const struct load_config *c = &l->config;
	size_t bytes = c->threads * sizeof(*l->threads);

	l->flows = calloc(c->flows, sizeof(*l->flows));
	for (uint32_t i = 0; l->flows && i < c->flows; i++)
		l->flows[i].fd = -1;
	l->threads = aligned_alloc(64, bytes);
	if (!l->flows || !l->threads)
		return -ENOMEM;
	memset(l->threads, 0, bytes);
	if (c->replies == REPLIES_TEXT || c->replies == REPLIES_ANY) {
		l->times = calloc(c->flows, FLOW_TIMES * sizeof(*l->times));
		if (!l->times)
			return -ENOMEM;
	}
	return content_init(
		&l->shared.content, c->content, c->run, c->sizes.most);
}

/* Smaller buffers than asked for may cause drops: say so. */
static void note_buffers(const struct load *l)
{
	const struct socket_obtained *got = &l->obtained;
	char text[240];

	if (!l->hooks.notice || !(got->rcvbuf_capped || got->sndbuf_capped))
		return;
	snprintf(text, sizeof(text),
		"asked for socket buffers of %llu bytes to receive and %llu to "
		"send, got %u and %u; raise sysctl net.core.rmem_max and "
		"net.core.wmem_max",
		(unsigned long long)l->config.socket.rcvbuf,
		(unsigned long long)l->config.socket.sndbuf, got->rcvbuf / 2,
		got->sndbuf / 2);
	l->hooks.notice(l->hooks.arg, text);
}

static void note_busy_poll(const struct load *l)
{
	char text[160];

	if (l->hooks.notice &&
		busy_poll_lacks(&l->config.socket.busy_poll,
			&l->obtained.busy_poll, text, sizeof(text)))
		l->hooks.notice(l->hooks.arg, text);
}

/* Why trains are shorter than asked for. */
static const char *reason_for_less(const struct load *l)
{
	const struct load_config *c = &l->config;
	uint32_t mtu = socket_mtu(l->flows[0].fd);

	if (l->train == c->train && l->train == c->segments_max)
		return "this kernel takes no more in one send";
	if (l->train == c->train)
		return "no more may be sent at once";
	if (mtu && c->sizes.least > load_payload_max(c, mtu))
		return "datagrams longer than the path's MTU cannot be in a "
		       "train";
	if (l->train > 1 || c->sizes.least > DATAGRAM_MAX_V4 / 2)
		return "one send holds no more datagrams of that length";
	return "the kernel does not take trains";
}

static void note_train(const struct load *l)
{
	char text[200], got[24];

	if (!l->hooks.notice || l->train >= l->config.train_asked)
		return;
	snprintf(got, sizeof(got), "%u", l->train);
	snprintf(text, sizeof(text), "--train %u becomes %s: %s",
		l->config.train_asked, l->train > 1 ? got : "off",
		reason_for_less(l));
	l->hooks.notice(l->hooks.arg, text);
}

static uint64_t longest_ns(const struct load_config *c)
{
	uint64_t ns = c->omit_ns + c->time_ns, all = ns;

	if (c->replay && c->mode == LOAD_PACED)
		all = replay_duration_ns(c->replay);
	return all < ns ? all : ns;
}

static int choose_engine(struct load *l, char *why, size_t why_bytes)
{
	const struct load_config *c = &l->config;
	int error;

	if (!c->engine) {
		l->config.engine = engine_auto(engine_needs(c));
		return 0;
	}
	error = load_engine_suits(c, why, why_bytes);
	return error ? error : engine_probe(c->engine, why, why_bytes);
}

int load_open(struct load **out, const struct load_config *config,
	const struct load_hooks *hooks, char *why, size_t why_bytes)
{
	struct load *l = calloc(1, sizeof(*l));
	int error;

	snprintf(why, why_bytes, "no memory for %u flows", config->flows);
	if (!l)
		return -ENOMEM;
	l->config = *config;
	l->hooks = *hooks;
	l->longest_ns = longest_ns(config);
	l->shared = (struct load_shared){
		.config = &l->config,
		.hooks = &l->hooks,
		.budget = (int64_t)config->count,
		.next_flow = config->flows,
	};
	l->shared.text_bytes = (uint32_t)snprintf(l->shared.text,
		sizeof(l->shared.text), TEXT_LENGTH, config->sizes.most);
	error = choose_engine(l, why, why_bytes);
	if (!error)
		error = allocate(l);
	if (!error)
		error = open_flows(l, why, why_bytes);
	if (!error)
		error = open_share(l, why, why_bytes);
	if (!error)
		error = open_threads(l, why, why_bytes);
	if (!error)
		path_begin(l);
	if (!error)
		error = figures_open_both(&l->near, &l->far,
			&config->socket.remote, config->server_netns, why,
			why_bytes);
	if (error) {
		load_close(l);
		return error;
	}
	note_buffers(l);
	note_busy_poll(l);
	note_train(l);
	*out = l;
	return 0;
}

void load_set_pace(struct load *l, const struct pace_plan *plan)
{
	l->config.pace = *plan;
}

void load_close(struct load *l)
{
	if (!l)
		return;
	for (uint32_t i = 0; l->threads && i < l->config.threads; i++)
		thread_fini(&l->threads[i]);
	if (l->shared.engine_share)
		l->config.engine->unshare(l->shared.engine_share);
	for (uint32_t i = 0; l->flows && i < l->config.flows; i++)
		if (l->flows[i].fd >= 0)
			close(l->flows[i].fd);
	figures_close(&l->near);
	figures_close(&l->far);
	free(l->threads);
	free(l->flows);
	free(l->times);
	content_fini(&l->shared.content);
	free(l);
}
