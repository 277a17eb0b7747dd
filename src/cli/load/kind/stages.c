/* SPDX-License-Identifier: MIT */
/* `udpmill load --stages`: one datagram at a time. */
#include "cli/load/report/stages.h"
#include "cli/args/usage.h"
#include "cli/load/kind/kinds.h"
#include "cli/load/report/live_begin.h"
#include "cli/load/report/loss.h"
#include "cli/print/block.h"
#include "cli/print/say.h"
#include "cli/print/style.h"
#include "cli/process/exit.h"
#include "cli/process/privilege.h"

#include <stdio.h>

struct split {
	atomic_bool interrupted;
	struct stages_result result;
	bool screen;
	struct live live;
	unsigned part;            /* shown last, */
	struct histogram latency; /* and its latency by then */
};

static void stop(void *state)
{
	block_end();
	atomic_store(&((struct split *)state)->interrupted, true);
}

static int begin(struct load_job *job, char *why, size_t why_bytes)
{
	const struct load_config *c = &job->options->config;

	(void)why;
	(void)why_bytes;
	if (sizes_mixed(&c->sizes))
		usage_clash(
			"stages", "--stages needs datagrams of one --length");
	if (c->replies == REPLIES_NONE)
		usage_clash("stages", "--stages waits for each reply, but this "
				      "peer does not reply");
	return 0;
}

static uint64_t keep(const struct load_job *job)
{
	(void)job;
	return privilege_sockets();
}

static void progress(void *arg, const struct stages_progress *p)
{
	struct split *s = arg;
	const struct histogram *all =
		p->part < 2 ? &p->so_far->plain : &p->so_far->stamped;
	struct histogram since;

	if (p->part != s->part)
		histogram_init(&s->latency);
	histogram_since(&since, all, &s->latency);
	s->part = p->part;
	s->latency = *all;
	load_live_stages(&s->live, p, &since);
	live_show(&s->live);
}

static int run(struct load_job *job, char *why, size_t why_bytes)
{
	const struct load_config *c = &job->options->config;
	struct split *s = job->state;
	struct stages_config config = {
		.socket = c->socket,
		.length = c->sizes.most,
		.content = c->content,
		.replies = c->replies,
		.spin_ns = c->spin_ns,
		.shared_clock = job->options->view.reader,
		.timeout_ns = c->timeout_ns,
		.omit_ns = c->omit_ns,
		.time_ns = c->time_ns,
		.count = c->count,
		.run = c->run,
		.arg = s,
		.interval_ns = c->interval_ns,
		.interrupted = &s->interrupted,
	};

	s->screen = !job->options->quiet && block_possible(stderr);
	load_live_begin(&s->live, job->options);
	if (s->screen)
		config.progress = progress;
	config.socket.gro = false;
	if (c->port_first)
		address_set_port(&config.socket.bind, c->port_first);
	return stages_run(&config, &s->result, why, why_bytes);
}

static int print(struct load_job *job)
{
	const struct load_options *o = job->options;
	struct split *s = job->state;
	const struct stages_result *r = &s->result;

	if (!r->interrupted)
		s->live.left_s = 0;
	if (s->screen)
		live_end(&s->live);
	if (o->json)
		return stages_print_json(stdout, o, r);
	stages_print_text(stdout, o, r, style_on(stdout));
	return 0;
}

/* A run that split nothing has not done what it was asked to do. */
static int judge(struct load_job *job)
{
	const struct stages_result *r = &((struct split *)job->state)->result;
	const struct load_loss loss = {true, r->sent, r->lost};

	if (!load_loss_is_borne(job->options, &loss))
		return EXIT_CLAIM;
	if (r->gone) {
		say("gave up after failing for a second: %s", r->gone_why);
		return (int)exit_of(r->gone);
	}
	if (r->whole || r->interrupted)
		return EXIT_OK;
	if (!r->sampled) {
		say("no probe with time stamps was answered");
		return EXIT_NO_PEER;
	}
	say("none of %llu round trips could be split: %s",
		(unsigned long long)r->sampled,
		r->incomplete ? "time stamps are missing"
			      : "the clock was set or went back");
	return EXIT_SYSTEM;
}

const struct load_kind load_kind_stages = {
	.one_thread = true,
	.state_bytes = sizeof(struct split),
	.open = begin,
	.keep = keep,
	.stop = stop,
	.run = run,
	.print = print,
	.judge = judge,
};
