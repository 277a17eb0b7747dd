/* SPDX-License-Identifier: MIT */
#include "cli/load/peer/peer.h"

#include "cli/load/peer/running.h"

#include <errno.h>

bool load_peer_known(const struct load_options *o, struct load_peer *out)
{
	if (o->view.reader) {
		const struct reader_about *a = reader_about(o->view.reader);

		*out = (struct load_peer){
			.service = a->service,
			.backend = a->backend,
			.version = a->version,
			.config = a->config,
			.workers = a->worker_count,
			.pid = a->pid,
		};
		return true;
	}
	if (o->remote) {
		const struct remote_about *a = remote_about(o->remote);

		*out = (struct load_peer){
			.service = a->service,
			.backend = a->backend,
			.version = a->version,
			.workers = a->workers,
		};
		return true;
	}
	return false;
}

void load_peer_print(FILE *out, const struct load_options *o)
{
	struct load_peer p;

	if (!load_peer_known(o, &p)) {
		fprintf(out, ": a server that cannot be seen from here");
		return;
	}
	fprintf(out, ": %s by %s, %u worker%s", p.service, p.backend, p.workers,
		p.workers == 1 ? "" : "s");
	if (p.pid)
		fprintf(out, ", pid %d", p.pid);
}

/* All sockets of the peer are configured alike. */
void load_peer_receiver(struct load_options *o, struct load_receiver *out)
{
	struct load_server s;

	load_view_receiver(&o->view, out);
	if (o->view.reader || !o->remote ||
		remote_read(o->remote, LOOK_MUST, &s))
		return;
	out->gro = s.counters.gro;
	if (s.counters.rcvbuf && remote_about(o->remote)->workers)
		out->rcvbuf =
			s.counters.rcvbuf / remote_about(o->remote)->workers;
}

/* A segment is faster to read, and never lost on the way. */
static int look_at(
	struct load_options *o, enum load_look look, struct load_server *out)
{
	int error;

	if (!o->view.reader)
		return o->remote ? remote_read(o->remote, look, out) : -ENOENT;
	error = load_view_read(&o->view, out);
	out->runs = error == 0 && look == LOOK_MUST &&
		    running_is_seen(reader_about(o->view.reader));
	if (o->remote) {
		out->queries_sent = remote_sent(o->remote);
		out->queries_lost += (int64_t)out->queries_sent;
	}
	return error;
}

/* Counters come as sums over all sockets. */
static void divide(const struct load_options *o, struct load_server *s)
{
	struct load_peer p;

	if (load_peer_known(o, &p) && p.workers > 0)
		s->counters.segments_max /= p.workers;
}

int load_peer_read(
	struct load_options *o, enum load_look look, struct load_server *out)
{
	int error = look_at(o, look, out);

	if (error == 0 || error == -ESRCH)
		divide(o, out);
	if ((error == 0 || error == -ESRCH) && counted_follow(&o->past, out))
		error = -EPROTO;
	if (error == -EPROTO)
		o->past.wrong = true;
	return error;
}
