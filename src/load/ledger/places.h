/* SPDX-License-Identifier: MIT */
/*
 * Where datagrams can be lost, and what was counted there: the kernel's
 * figures read as places on the way. Several figures may count one loss, and
 * here it becomes one. Private to the ledger.
 */
#pragma once

#include "load/ledger/account.h"

struct place {
	enum ledger_cause cause;
	uint64_t skbs;
	/* Datagrams of an skb: at least; 0 where the counter is not ours alone,
	 */
	uint32_t least;
	/* and at most, of each leg; 0 where it does not lie on that. */
	uint32_t most[LEDGER_LEGS];
	uint64_t doubtful; /* skbs that may be others' nevertheless */
	/* Skbs that say nothing of others: they may be counted elsewhere too,
	 * or be sends of ours that were repeated. */
	uint64_t again;
	bool host; /* the counter is the whole host's */
	/* Not counted, only possible: it explains what nothing else does. */
	bool spare;
};

#define PLACES_MAX 40

/* In the order of their causes. */
struct places {
	struct place list[PLACES_MAX];
	size_t count;
};

void places_find(struct places *p, const struct ledger_client *client,
	const struct ledger_server *server, const struct ledger_kernel *kernel);
