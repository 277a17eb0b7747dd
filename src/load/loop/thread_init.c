/* SPDX-License-Identifier: MIT */
#include "load/loop/thread_init.h"

#include "core/probe.h"
#include "load/loop/churn.h"
#include "load/loop/launch.h"
#include "load/loop/probes.h"
#include "load/loop/registry.h"

static int add_flows(struct load_thread *t)
{
	int error = 0;

	for (uint32_t i = 0; !error && i < t->flow_count; i++)
		error = t->engine.ops->add(t->engine.self, t->flows[i].fd,
			&t->flows[i], &t->flows[i].link);
	return error;
}

/* About how many messages wait for replies at once; 0: any number. */
static uint32_t waiting(const struct load_thread *t)
{
	const struct load_config *c = t->config;
	uint64_t datagrams = (uint64_t)c->window * t->flow_count;

	if (c->mode != LOAD_WINDOW)
		return 0;
	if (t->in_flight_max && t->in_flight_max < datagrams)
		datagrams = t->in_flight_max;
	datagrams /= t->train;
	return datagrams < UINT32_MAX ? (uint32_t)datagrams : UINT32_MAX;
}

static bool is_answered(void *arg, void *owner, uint64_t first, uint32_t n)
{
	const struct load_thread *t = arg;
	const struct flow *f = owner;

	return t->config->replies == REPLIES_PROBES &&
	       verify_has_all(&f->verify, first, n);
}

int thread_init(struct load_thread *t, struct load_shared *shared)
{
	const struct load_config *c = shared->config;
	struct engine_config engine = {
		.share = shared->engine_share,
		.thread = t->number,
		.sockets =
			t->flow_count + (uint32_t)churn_room(c, t->flow_count),
		.fill = probes_fill,
		.fill_arg = t,
		.answered = is_answered,
		.answered_arg = t,
		.zerocopy_from = c->zerocopy_from,
		.script = c->engine_script,
		.path = c->path,
		.run = c->run,
	};
	int error;

	t->shared = shared;
	t->config = c;
	t->mode = mode_of(c);
	spin_init(&t->spin, c->spin_ns);
	rtt_init(&t->rtt, c->timeout_ns);
	atomic_store(&t->meter.timeout_ns, t->rtt.timeout_ns);
	atomic_store(&t->meter.least_rtt_ns, t->rtt.least_ns);
	/* Not fatal even at the first call: a firewall may refuse only some of
	 * the flows. */
	t->receives.worked = t->sends.worked = true;
	probes_init(t);
	engine.slot_bytes = probes_longest(t);
	engine.changes = t->probes.prefilled ? PROBE_BYTES : 0;
	engine.waiting = waiting(t);
	error = engine_open(&t->engine, c->engine, &engine);
	if (!error)
		error = add_flows(t);
	if (!error && launch_does(t))
		error = launch_begin(t);
	return error ? error : churn_init(t);
}

void thread_fini(struct load_thread *t)
{
	churn_fini(t);
	engine_close(&t->engine);
}
