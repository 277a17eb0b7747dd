/* SPDX-License-Identifier: MIT */
/* What can be seen of a server: server.h includes this. */
#pragma once

#include "backend/backend.h"
#include "net/socket.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct server;

/* The endpoints as bound: listen_count of them. */
const struct socket_obtained *server_endpoints(const struct server *s);

/* What decides which worker gets a datagram, as of steer_attach(). */
const char *server_steered_by(const struct server *s);

/* What the backend obtained for an endpoint; nothing if its workers share
 * nothing. */
void server_facts(const struct server *s, uint32_t endpoint,
	backend_fact_fn *each, void *arg);

/* The path of the segment; NULL: there is none. */
const char *server_segment(const struct server *s);

/* Has every worker ended, by order or by a failure? */
bool server_ended(const struct server *s);

/* The workers' counters: index is endpoint x workers + worker. */
const struct counters *server_counters(const struct server *s, uint32_t index);
uint32_t server_worker_count(const struct server *s);

/* The -errno of the first worker that has failed, with one line in why, which
 * may be NULL; 0: none. */
int server_error(const struct server *s, char *why, size_t why_bytes);
