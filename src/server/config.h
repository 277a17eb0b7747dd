/* SPDX-License-Identifier: MIT */
/* What a server is to be; only data. */
#pragma once

#include "core/mac.h"
#include "net/affinity.h"
#include "net/busy_poll.h"
#include "net/steer.h"
#include "server/worker.h"

struct server_config {
	const union address *listen; /* each gets a group of workers */
	uint32_t listen_count;
	bool v6_only; /* [::] takes no IPv4 */
	const struct backend_ops *backend;
	const struct service_ops *service;
	/* Of the backend xdp. NULL: by the address; XDP only by the driver, or
	 * only without. */
	const char *device;
	bool xdp_native, xdp_generic;
	uint32_t workers; /* per endpoint */
	/* Workers are pinned to these in turn; NULL: not pinned. */
	const struct cpu_list *cpus;
	/* Which worker of an endpoint gets a datagram; NULL: as the kernel's
	 * hash says, or by flow if the backend connects. by_cpu needs cpus. */
	const struct steer *steer;
	uint32_t batch;
	bool trains, gro;
	/* The most replies of one send, with trains; 0: what every kernel
	 * takes. */
	uint32_t segments_max;
	double burn_ns;       /* wasted on purpose per datagram; 0: none */
	uint32_t burn_rounds; /* the same by rounds of burn_spend() */
	uint64_t spin_ns;     /* workers busy-poll; or SPIN_ALWAYS */
	/* If the backend connects: how many sockets each worker may open for
	 * peers, at least 1, and after what time unused they are closed. */
	uint32_t connected_most;
	uint64_t connected_idle_ns;
	/* Of each train, only the first copy_bytes are received. */
	bool head_only;
	uint32_t copy_bytes;
	/* Replies and trains of at least so many bytes are sent without copying
	 * them; 0: none. Only if backend->zerocopy says that it can. */
	uint32_t zerocopy_from;
	bool marks;              /* count TOS and TTL of what arrives */
	uint64_t rcvbuf, sndbuf; /* bytes; 0: the system's default */
	struct busy_poll busy_poll;
	uint64_t count; /* ends after so many datagrams; 0: no limit */
	const struct cidr *allow;
	size_t allow_count;
	/* For keyed queries; NULL: none are answered. */
	const struct mac_key *key;
	/* Behind a NAT: addresses by which clients with the key reach the
	 * server, besides those it is bound to. */
	const union address *known_as;
	size_t known_as_count;
	const char *counters; /* file, "none", or NULL for the default place */
	worker_observe_fn *observe;
	void *observe_arg;
	/* Called by each worker's thread after it has opened everything, before
	 * it answers; may be NULL. 0; or -errno, and the worker does not
	 * start. */
	int (*settle)(void);
	/* Called at most once per subject, by any thread, with a sentence for a
	 * person. */
	void (*notice)(void *arg, const char *text);
	void *notice_arg;
};
