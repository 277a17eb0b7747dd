/* SPDX-License-Identifier: MIT */
/* What the tests of the contract of engines share: an engine, sockets of it,
 * and a peer over loopback, which is the test. */
#pragma once

#include "load/engine/engine.h"

#include <sys/types.h>

#define ENGINE_SOCKETS 40

extern struct engine engine;
extern int engine_peer, engine_fds[ENGINE_SOCKETS];
extern void *engine_links[ENGINE_SOCKETS];
extern unsigned engine_filled; /* slots so far, each with 'f' */

/* Opens $ENGINE with so many sockets; skips the test where it cannot run. The
 * owners are the sockets' places in engine_fds. */
void engine_begin(uint32_t sockets);
void engine_end(void);

/* As the engine's operations. */
uint32_t engine_lend(struct engine_message *m, uint32_t n);
int engine_send(const struct engine_message *m, uint32_t n);
int engine_receive(struct engine_arrivals *in, uint64_t timeout_ns);

/* One datagram of one letter over one socket. */
void engine_say(uint32_t i, char letter, uint32_t bytes);

/* What the peer has got, sent back to where it came from: its bytes, or -1. */
ssize_t engine_echo(void);
