/* SPDX-License-Identifier: MIT */
/*
 * A server: endpoints, their workers and the counter segment. All functions are
 * called by one thread, which calls server_tick() about twenty times a second
 * (SERVER_TICK_MS) while the server runs.
 */
#pragma once

#include "core/address.h"
#include "core/mac.h"
#include "net/affinity.h"
#include "net/socket.h"
#include "server/worker.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SERVER_TICK_MS 50

struct server_config {
	const union address *listen; /* each gets a group of workers */
	uint32_t listen_count;
	bool v6_only; /* [::] takes no IPv4 */
	const struct backend_ops *backend;
	const struct service_ops *service;
	uint32_t workers; /* per endpoint */
	/* Workers are pinned to these in turn; NULL: not pinned. */
	const struct cpu_list *cpus;
	uint32_t batch;
	bool trains, gro;
	/* The most replies of one send, with trains; 0: what every kernel
	 * takes. */
	uint32_t segments_max;
	double burn_ns;          /* wasted on purpose per datagram; 0: none */
	uint32_t burn_rounds;    /* the same by rounds of burn_spend() */
	uint64_t spin_ns;        /* workers busy-poll; or SPIN_ALWAYS */
	bool marks;              /* count TOS and TTL of what arrives */
	uint64_t rcvbuf, sndbuf; /* bytes; 0: the system's default */
	uint32_t busy_poll_us;   /* SO_BUSY_POLL; 0: the system's default */
	uint64_t count;          /* ends after so many datagrams; 0: no limit */
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

struct server;

/* Binds the sockets, but answers nothing yet. 0; or -errno, one line in why,
 * and nothing is left behind. What config points to must outlive the server. */
int server_open(struct server **out, const struct server_config *config,
	char *why, size_t why_bytes);

/* The endpoints as bound: listen_count of them. */
const struct socket_obtained *server_endpoints(const struct server *s);

/*
 * Starts the workers, and returns after each has made its first receive, so
 * that a server that cannot receive is not reported as ready. config_json: all
 * effective options, for readers of the segment. 0; or -errno and one line in
 * why. Call server_close() in either case.
 */
int server_start(
	struct server *s, const char *config_json, char *why, size_t why_bytes);

/* The path of the segment; NULL: there is none. */
const char *server_segment(const struct server *s);

void server_tick(struct server *s);

/* Has every worker ended, by order or by a failure? */
bool server_ended(const struct server *s);

/* order: ORDER_DRAIN or ORDER_STOP. Does not wait: poll server_ended(). */
void server_order(struct server *s, enum worker_order order);

/* The workers' counters: index is endpoint x workers + worker. */
const struct counters *server_counters(const struct server *s, uint32_t index);
uint32_t server_worker_count(const struct server *s);

/* The -errno of the first worker that has failed, with one line in why, which
 * may be NULL; 0: none. */
int server_error(const struct server *s, char *why, size_t why_bytes);

/* Stops the workers and frees everything. NULL is legal. */
void server_close(struct server *s);
