/* SPDX-License-Identifier: MIT */
/* What the tests of the contract of engines share: an engine, sockets of it,
 * and a peer, which is the test: over loopback, or, for an engine that needs a
 * device, over that of tests/contract/lab. */
#pragma once

#include "load/engine/engine.h"
#include "net/socket.h"

#include <sys/types.h>

#define ENGINE_SOCKETS 40

extern struct engine engine;
extern int engine_peer, engine_fds[ENGINE_SOCKETS];
extern void *engine_links[ENGINE_SOCKETS];
extern unsigned engine_filled; /* slots so far, each with 'f' */

/* Opens $ENGINE with so many sockets; skips the test where it cannot run. The
 * owners are the sockets' places in engine_fds. */
void engine_begin(uint32_t sockets);
/* The same without any socket but the peer's, and slots that nobody fills;
 * address: the peer's. */
void engine_begin_alone(union address *address);
void engine_end(void);

/* The most bytes of a datagram. */
uint32_t engine_most(void);

int engine_open_socket(const struct socket_config *c, union address *bound);

/* As the engine's operations; but on the way of a device, what was sent may
 * take a moment, so that a receive without a timeout has one. */
uint32_t engine_lend(struct engine_message *m, uint32_t n);
int engine_send(const struct engine_message *m, uint32_t n);
int engine_receive(struct engine_arrivals *in, uint64_t timeout_ns);

/* One datagram of one letter over one socket. */
void engine_say(uint32_t i, char letter, uint32_t bytes);

/* What the peer gets: its bytes, or -1. from: whose it is; NULL: no matter. */
ssize_t engine_hear(uint8_t *data, size_t bytes, union address *from);

/* The same, and sent back to where it came from. */
ssize_t engine_echo(void);

/* Receives what was sent as a train, segments of segment bytes: as one, unless
 * it comes in frames. */
void engine_receive_train(uint32_t bytes, uint32_t segment);
