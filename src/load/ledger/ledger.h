/* SPDX-License-Identifier: MIT */
/*
 * The ledger: sent = answered + absorbed + dropped + refused + unexplained, in
 * datagrams. Pure arithmetic on counters read elsewhere.
 *
 * The unit is the difficulty. The kernel counts socket buffers (skbs), and a
 * GRO train it drops is one. If all trains of a run are equal, n drops of
 * trains of k are exactly n x k datagrams. If not, n drops are between n and n
 * x k datagrams, and the ledger says so: what is missing is explained as far as
 * it lies within these bounds, and the rest is unexplained.
 *
 * What is missing on each leg is known exactly. The drops of our own sockets,
 * all of them ours, explain it first. Counters of a namespace or of the host
 * may include losses of other traffic: they may explain the rest, in the order
 * of enum ledger_cause, but need not all be used.
 */
#pragma once

#include "load/ledger/account.h"

#include <stdbool.h>
#include <stdint.h>

/* Computes the ledger. server NULL: its counters are not seen, and the ledger
 * only covers the client. */
void ledger_settle(struct ledger *l, const struct ledger_client *client,
	const struct ledger_server *server, const struct ledger_kernel *kernel);

/* Bytes that a cause has dropped on a leg. False if they cannot be told, since
 * datagrams differ in length and several causes dropped some. */
bool ledger_dropped_bytes(const struct ledger *l, enum ledger_leg leg,
	enum ledger_cause cause, uint64_t *bytes);

/* Is every datagram and byte explained? True also if nothing can be known. */
bool ledger_balances(const struct ledger *l);

/* Sets out to end - start, counter by counter, with names and states of end. */
void ledger_server_difference(struct ledger_server *out,
	const struct ledger_server *start, const struct ledger_server *end);
