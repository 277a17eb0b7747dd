/* SPDX-License-Identifier: MIT */
/* When a row is at rest, and where its datagrams are. Private to load/stress/.
 */
#pragma once

#include "load/stress/lab.h"

/* What the client knows beyond the row: drops at its own sockets. */
struct lab_client {
	uint64_t sent_bytes, answered_bytes;
	uint32_t bytes; /* of each datagram; 0: they differ */
	uint64_t socket_drops;
};

/* Waits until the server does nothing for the row any more. What its last
 * replies became is to be looked at after that. */
void lab_rest(struct stress_lab *lab);

/* Accounts for all datagrams of the row, after lab_rest(): a loss that nothing
 * explains is its failure. */
void lab_settle(struct stress_lab *lab, const struct lab_client *client);

/* A server counts an answer after it has sent it: waits for that, of the last
 * answer before a row. */
void lab_await_even(struct stress_lab *lab);
