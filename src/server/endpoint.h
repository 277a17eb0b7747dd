/* SPDX-License-Identifier: MIT */
/* The sockets of one address that a server listens at: a group, steered. */
#pragma once

#include "net/socket.h"
#include "server/config.h"

struct endpoint {
	int *fds;             /* one for each worker */
	unsigned short *cpus; /* of the workers, if they are pinned */
	struct socket_obtained *got;
	const char *steered_by; /* of steer_attach() */
	void *share;            /* of backend_ops.share */
};

/* Opens the sockets of config->listen[index]. The caller has set all but
 * steered_by and share, closes fds, and unshares. 0; or -errno, one line in
 * why, and nothing is open. */
int endpoint_open(struct endpoint *e, const struct server_config *config,
	uint32_t index, char *why, size_t why_bytes);

/* How a worker of an endpoint, bound there, opens sockets for its peers. */
struct connecting endpoint_connecting(const struct server_config *config,
	uint32_t index, const union address *bound);

/* What an endpoint's socket and the configuration say to a backend: all but
 * what differs by worker. */
struct backend_config endpoint_io(
	const struct server_config *config, const struct socket_obtained *got);
