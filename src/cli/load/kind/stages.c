/* SPDX-License-Identifier: MIT */
/* `udpmill load --stages`: one datagram at a time. */
#include "cli/load/report/stages.h"
#include "cli/args/usage.h"
#include "cli/load/kind/kinds.h"
#include "cli/load/report/loss.h"
#include "cli/print/say.h"
#include "cli/print/style.h"
#include "cli/process/exit.h"
#include "cli/process/privilege.h"
#include "cli/process/streams.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct split {
	atomic_bool interrupted;
	struct stages_result result;
};

static void stop(void *state)
{
	atomic_store(&((struct split *)state)->interrupted, true);
}

static int begin(struct load_job *job, char *why, size_t why_bytes)
{
	const struct load_config *c = &job->options->config;

	if (sizes_mixed(&c->sizes))
		usage_clash(
			"stages", "--stages needs datagrams of one --length");
	if (c->replies == REPLIES_NONE)
		usage_clash("stages", "--stages waits for each reply, but this "
				      "peer does not reply");
	job->state = calloc(1, sizeof(struct split));
	if (job->state)
		return 0;
	snprintf(why, why_bytes, "no memory");
	return -ENOMEM;
}

static uint64_t keep(const struct load_job *job)
{
	(void)job;
	return privilege_sockets();
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
		.spin = c->spin,
		.shared_clock = job->options->view.reader,
		.timeout_ns = c->timeout_ns,
		.omit_ns = c->omit_ns,
		.time_ns = c->time_ns,
		.count = c->count,
		.run = c->run,
		.interrupted = &s->interrupted,
	};

	config.socket.gro = false;
	if (c->port_first)
		address_set_port(&config.socket.bind, c->port_first);
	return stages_run(&config, &s->result, why, why_bytes);
}

/* A run that split nothing has not done what it was asked to do. */
static int judge(const struct stages_result *r)
{
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

static int report(struct load_job *job)
{
	const struct load_options *o = job->options;
	const struct stages_result *r = &((struct split *)job->state)->result;
	const struct load_loss loss = {true, r->sent, r->lost};
	int error = 0;

	if (!o->json)
		stages_print_text(stdout, o, r, style_on(stdout));
	else
		error = stages_print_json(stdout, o, r);
	if (error) {
		streams_tell(error);
		return EXIT_SYSTEM;
	}
	return load_loss_is_borne(o, &loss) ? judge(r) : EXIT_CLAIM;
}

static void end(struct load_job *job)
{
	free(job->state);
}

const struct load_kind load_kind_stages = {
	.one_thread = true,
	.open = begin,
	.keep = keep,
	.stop = stop,
	.run = run,
	.report = report,
	.close = end,
};
