/* SPDX-License-Identifier: MIT */
/* Waits for a row to come to rest, and accounts for its datagrams. Private to
 * load/stress/. */
#pragma once

#include "load/stress/lab.h"

/* Counts of the client that are not in the row. */
struct lab_client {
	uint64_t sent_bytes, answered_bytes;
	uint32_t bytes; /* of each datagram; 0: lengths differ */
	uint64_t socket_drops;
};

/* Waits until the server has finished with the row's datagrams. Receive the
 * last replies after that. */
void lab_rest(struct stress_lab *lab);

/* Accounts for all datagrams of the row, after lab_rest(). The row fails if a
 * loss is unexplained. */
void lab_settle(struct stress_lab *lab, const struct lab_client *client);

/* A server counts an answer after sending it: waits until it has counted all
 * answers from before the row. */
void lab_await_even(struct stress_lab *lab);
