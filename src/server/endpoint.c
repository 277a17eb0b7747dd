/* SPDX-License-Identifier: MIT */
#include "server/endpoint.h"

#include "core/reply_ttl.h"
#include "net/group.h"
#include "net/interface.h"
#include "net/steering.h"
#include "net/steers.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static struct socket_config plan(const struct server_config *c, uint32_t index)
{
	return (struct socket_config){
		.bind = c->listen[index],
		.gro = c->gro && c->backend->gro,
		/*
		 * A socket bound to one address of this host can only reply
		 * from it, and gets nothing sent to a group. Otherwise the
		 * guard must know the destination.
		 */
		.local = !interface_has(&c->listen[index]),
		.tos_read = c->marks,
		/* Anything that answers, queries included, must recognise
		 * replies. */
		.ttl_read = c->marks || c->key || !c->service->silent,
		.ttl = REPLY_TTL,
		.dual = !c->v6_only && address_is_any(&c->listen[index]),
		.rcvbuf = c->rcvbuf,
		.sndbuf = c->sndbuf,
		.busy_poll = c->busy_poll,
	};
}

static int share(struct endpoint *e, const struct server_config *c, bool dual,
	char *why, size_t why_bytes)
{
	const struct backend_share_config config = {
		.bound = &e->got->bound,
		.dual = dual,
		.device = c->device,
		.native = c->xdp_native,
		.generic = c->xdp_generic,
		.workers = c->workers,
		.busy_poll_us = c->busy_poll.us,
	};

	if (!c->backend->share)
		return 0;
	return c->backend->share(&e->share, &config, why, why_bytes);
}

static const struct steer *steer_of(const struct server_config *c)
{
	if (c->steer)
		return c->steer;
	return c->backend->connects ? &steer_flow : &steer_hash;
}

/* The order of the group's sockets stays as it is while the server runs: they
 * are closed only after all workers have ended. */
int endpoint_open(struct endpoint *e, const struct server_config *config,
	uint32_t index, char *why, size_t why_bytes)
{
	const struct steer *steer = steer_of(config);
	struct socket_config sc = plan(config, index);
	uint32_t n = config->workers;
	int error;

	if (steer->by_cpu && !config->cpus) {
		snprintf(why, why_bytes,
			"--steer %s needs workers that are pinned; give --cpus",
			steer->name);
		return -EINVAL;
	}
	sc.reuseport = config->backend->connects;
	error = group_open(&sc, n, e->fds, e->got, why, why_bytes);
	if (error)
		return error;
	error = (config->backend->connects ? steer_growing : steer_attach)(
		steer, e->fds, e->cpus, n, &e->steered_by, why, why_bytes);
	if (!error)
		error = share(e, config, sc.dual, why, why_bytes);
	if (!error && e->share && n > 1)
		e->steered_by = "queue";
	for (uint32_t i = 0; error && i < n; i++)
		close(e->fds[i]);
	return error;
}

struct connecting endpoint_connecting(const struct server_config *config,
	uint32_t index, const union address *bound)
{
	struct connecting c = {
		.socket = plan(config, index),
		.most = config->connected_most,
		.idle_ns = config->connected_idle_ns,
	};

	c.socket.bind = *bound;
	c.socket.reuseport = true;
	return c;
}

struct backend_config endpoint_io(
	const struct server_config *config, const struct socket_obtained *got)
{
	return (struct backend_config){
		.fd = -1,
		.family = got->bound.sa.sa_family,
		.batch = config->batch,
		.gro = got->gro,
		.local = got->local,
		.tos = got->tos_read,
		.ttl = got->ttl_read,
		.busy_poll = got->busy_poll,
		.slot_bytes = config->copy_bytes,
		.head_only = config->head_only,
		.zerocopy_from = config->zerocopy_from,
		.notice = config->notice,
		.notice_arg = config->notice_arg,
	};
}
