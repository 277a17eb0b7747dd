/* SPDX-License-Identifier: MIT */
/*
 * The ledger: sent = answered + absorbed + dropped + refused + unexplained, in
 * datagrams. Pure arithmetic on counters read elsewhere.
 *
 * The unit is the difficulty. The kernel counts socket buffers (skbs), and a
 * GRO train it drops is one. Where all trains of a run are equal, n drops of
 * trains of k are n x k datagrams, exactly. Where they are not, n drops are
 * between n and n x k, and the ledger says so: what was missed is explained as
 * far as it lies between, and what lies outside is unexplained.
 *
 * What was missed is known to the datagram on each leg. What sockets of ours
 * count explains it first, all of it ours. Counters of a namespace or of the
 * host may count what others lost: they explain as much of the rest as they
 * can, in the order of enum ledger_cause, and never have to.
 */
#pragma once

#include "load/ledger/account.h"

#include <stdbool.h>
#include <stdint.h>

/* server NULL: it cannot be seen, and the ledger stops at the client. */
void ledger_settle(struct ledger *l, const struct ledger_client *client,
	const struct ledger_server *server, const struct ledger_kernel *kernel);

/* Bytes of what a cause has dropped on a leg. False where datagrams differ, and
 * more than one cause had part in it. */
bool ledger_dropped_bytes(const struct ledger *l, enum ledger_leg leg,
	enum ledger_cause cause, uint64_t *bytes);

/* Does the run hold what it claims? True also where nothing can be known. */
bool ledger_balances(const struct ledger *l);

/* end - start, counter by counter; names and states are end's. */
void ledger_server_difference(struct ledger_server *out,
	const struct ledger_server *start, const struct ledger_server *end);
