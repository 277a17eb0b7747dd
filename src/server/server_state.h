/* SPDX-License-Identifier: MIT */
/* A server from inside: for those who run it and look at it. */
#pragma once

#include "core/lines.h"
#include "net/socket.h"
#include "server/budget.h"
#include "server/config.h"
#include "server/publication.h"

#include <pthread.h>

/* A worker thread's state, as other threads see it. */
enum phase { PHASE_STARTING, PHASE_RUNNING, PHASE_ENDED };

struct seat {
	/* Different workers share no cache line. */
	_Alignas(CACHE_LINE) struct worker worker;
	struct worker_config config;
	struct connecting connecting;
	pthread_t thread;
	bool started;
	int fd;
	_Atomic enum phase phase;
	struct server *server;
};

struct server {
	struct server_config config;
	struct socket_obtained *endpoints;
	union address *bound;   /* of endpoints */
	const char *steered_by; /* of steer_attach() */
	void **shares;          /* of endpoints, if the backend has any */
	struct seat *seats;
	uint32_t seat_count;
	struct publication publication;
	const struct counters **counters; /* of each worker */
	struct consent_config consent;
	struct guard guard;
	struct budget budget;
	pthread_mutex_t lock;   /* for changed */
	pthread_cond_t changed; /* a phase */
};
