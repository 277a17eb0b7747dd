/* SPDX-License-Identifier: MIT */
/*
 * A server: endpoints, their workers and the counter segment. All functions are
 * called by one thread, which calls server_tick() about twenty times a second
 * (SERVER_TICK_MS) while the server runs.
 */
#pragma once

#include "net/socket.h"
#include "server/config.h"
#include "server/server_look.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SERVER_TICK_MS 50

struct server;

/* Binds the sockets, but answers nothing yet. 0; or -errno, one line in why,
 * and nothing is left behind. What config points to must outlive the server. */
int server_open(struct server **out, const struct server_config *config,
	char *why, size_t why_bytes);

/*
 * Starts the workers, and returns after each has made its first receive, so
 * that a server that cannot receive is not reported as ready. config_json: all
 * effective options, for readers of the segment. 0; or -errno and one line in
 * why. Call server_close() in either case.
 */
int server_start(
	struct server *s, const char *config_json, char *why, size_t why_bytes);

void server_tick(struct server *s);

/* order: ORDER_DRAIN or ORDER_STOP. Does not wait: poll server_ended(). */
void server_order(struct server *s, enum worker_order order);

/* Stops the workers and frees everything. NULL is legal. */
void server_close(struct server *s);
