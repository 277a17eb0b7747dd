/* SPDX-License-Identifier: MIT */
/*
 * A server: endpoints, their workers, the counter segment. All functions by one
 * thread, which calls server_tick() about twenty times a second while the
 * server runs.
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
	const union address *listen; /* a group of workers each */
	uint32_t listen_count;
	bool v6_only; /* [::] takes no IPv4 */
	const struct backend_ops *backend;
	const struct service_ops *service;
	uint32_t workers;            /* for each endpoint */
	const struct cpu_list *cpus; /* pinned to, in turn; NULL: not pinned */
	uint32_t batch;
	bool trains, gro;
	double burn_ns;          /* wasted for each datagram */
	bool spin;               /* workers never wait for datagrams */
	bool marks;              /* TOS and TTL of what arrives are counted */
	uint64_t rcvbuf, sndbuf; /* bytes; 0: the system's default */
	uint32_t busy_poll_us;   /* SO_BUSY_POLL; 0: the system's default */
	uint64_t count;          /* ends after so many datagrams; 0: no bound */
	const struct cidr *allow;
	size_t allow_count;
	const struct mac_key *key; /* who has it is answered; NULL: nobody */
	/* Behind a NAT: addresses that those who have it reach the server by,
	 * besides those it is bound to. */
	const union address *known_as;
	size_t known_as_count;
	const char *counters; /* file, "none", or NULL for the default place */
	worker_observe_fn *observe;
	void *observe_arg;
	/* By each worker's thread when it has opened everything, before it
	 * answers; NULL: nothing. 0, or -errno, and it does not start. */
	int (*settle)(void);
	/* Once for each thing, from any thread, in words for a person. */
	void (*notice)(void *arg, const char *text);
	void *notice_arg;
};

struct server;

/* Sockets are bound, nothing is answered yet. 0; or -errno, one line in why,
 * and nothing is left. What config points to must outlive the server. */
int server_open(struct server **out, const struct server_config *config,
	char *why, size_t why_bytes);

/* As bound, listen_count of them. */
const struct socket_obtained *server_endpoints(const struct server *s);

/*
 * Workers start, and each has made its first receive on return, so that a
 * server that cannot receive is not taken for a ready one. config_json is every
 * effective option, for the segment's readers. 0; or -errno and one line in
 * why, and server_close is to be called in either case.
 */
int server_start(
	struct server *s, const char *config_json, char *why, size_t why_bytes);

/* The segment's file, NULL where there is none. */
const char *server_segment(const struct server *s);

void server_tick(struct server *s);

/* Has every worker ended, because it was ordered to, or failed? */
bool server_ended(const struct server *s);

/* ORDER_DRAIN, ORDER_STOP. Async: wait for server_ended(). */
void server_order(struct server *s, enum worker_order order);

/* The workers' counters: index is endpoint x workers + worker. */
const struct counters *server_counters(const struct server *s, uint32_t index);
uint32_t server_worker_count(const struct server *s);

/* First -errno of a worker that has ended by a failure, and one line in why,
 * which may be NULL; 0. */
int server_error(const struct server *s, char *why, size_t why_bytes);

/* Stops what runs, and leaves nothing. NULL is legal. */
void server_close(struct server *s);
