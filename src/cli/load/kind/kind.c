/* SPDX-License-Identifier: MIT */
#include "cli/load/kind/kind.h"

#include "cli/args/ready_fd.h"
#include "cli/load/fail.h"
#include "cli/load/peer/key.h"
#include "cli/load/peer/peer.h"
#include "cli/print/say.h"
#include "cli/process/interrupt.h"
#include "cli/process/privilege.h"
#include "cli/process/streams.h"
#include "net/affinity.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int pin(const struct load_config *c, char *why, size_t why_bytes)
{
	int error = c->cpus ? affinity_pin(c->cpus->cpu[0]) : 0;

	if (error)
		snprintf(why, why_bytes, "pinning to CPU %u: %s",
			c->cpus->cpu[0], strerror(-error));
	return error;
}

static int prepare(const struct load_kind *kind, struct load_job *job,
	char *why, size_t why_bytes)
{
	int error = 0;

	job->state = calloc(1, kind->state_bytes);
	if (!job->state) {
		snprintf(why, why_bytes, "no memory");
		return -ENOMEM;
	}
	if (kind->one_thread)
		error = pin(&job->options->config, why, why_bytes);
	if (!error && kind->open)
		error = kind->open(job, why, why_bytes);
	if (!error)
		error = privilege_drop(kind->keep(job), why, why_bytes);
	if (!error)
		error = load_key_keep(
			job->options, kind->stop, job->state, why, why_bytes);
	return error;
}

/* Everything is open, and the peer has consented. */
static int say_ready(const struct load_options *o, char *why, size_t why_bytes)
{
	char peer[ADDRESS_TEXT], text[ADDRESS_TEXT + METRICS_URL + 2];
	int error;

	snprintf(text, sizeof(text), "%s%s%s",
		address_format(&o->config.socket.remote, peer),
		o->metrics_url ? "\n" : "",
		o->metrics_url ? o->metrics_url : "");
	error = o->ready_fd ? ready_fd_say(o->ready_fd, text) : 0;
	if (error)
		snprintf(why, why_bytes, "--ready-fd: %d: %s", o->ready_fd,
			strerror(-error));
	return error;
}

static int report(const struct load_kind *kind, struct load_job *job)
{
	int error = kind->print(job);

	if (!error)
		return kind->judge(job);
	streams_tell(error);
	return EXIT_SYSTEM;
}

int load_kind_run(const struct load_kind *kind, struct load_job *job)
{
	struct load_options *o = job->options;
	char why[512];
	int code, error = prepare(kind, job, why, sizeof(why));

	if (!error) {
		/* Who knows that it runs may end it. */
		interrupt_catch(kind->stop, job->state);
		error = say_ready(o, why, sizeof(why));
		if (!error)
			error = kind->run(job, why, sizeof(why));
		interrupt_release();
	}
	code = error ? load_fail_tell(error, why) : report(kind, job);
	if (load_key_lapsed(o) && !job->refused)
		code = EXIT_CLAIM;
	/* Its thread calls stop(). */
	remote_close(o->remote);
	o->remote = NULL;
	if (job->state && kind->close)
		kind->close(job);
	free(job->state);
	return code;
}

static int server(void *job, enum load_look look, struct load_server *out)
{
	return load_peer_read(((struct load_job *)job)->options, look, out);
}

int (*load_kind_server(const struct load_job *job))(
	void *job, enum load_look look, struct load_server *out)
{
	return job->options->view.reader || job->options->remote ? server
								 : NULL;
}

void load_kind_notice(void *job, const char *text)
{
	(void)job;
	say("%s", text);
}
