/* SPDX-License-Identifier: MIT */
#include "load/loop/thread_init.h"

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

int thread_init(struct load_thread *t, struct load_shared *shared)
{
	const struct load_config *c = shared->config;
	struct engine_config engine = {
		.sockets =
			t->flow_count + (uint32_t)churn_room(c, t->flow_count),
		.fill = probes_fill,
		.fill_arg = t,
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
