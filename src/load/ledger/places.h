/* SPDX-License-Identifier: MIT */
/*
 * The places on the way where datagrams can be lost, and what the kernel's
 * figures counted at each. Where several figures count the same loss, it
 * becomes one here. Private to the ledger.
 */
#pragma once

#include "load/ledger/account.h"

struct place {
	enum ledger_cause cause;
	uint64_t skbs;
	/* The least datagrams of an skb; 0 if the counter may include other
	 * traffic. */
	uint32_t least;
	/* The most, for each leg; 0 if the place is not on it. */
	uint32_t most[LEDGER_LEGS];
	uint64_t doubtful; /* skbs that may be other traffic even so */
	/* Skbs that do not prove other traffic, since they may be counted
	 * elsewhere too, or be sends of ours that were repeated. */
	uint64_t again;
	bool host; /* the counter is the whole host's */
	/* Not counted, only possible: used only for what nothing else
	 * explains. */
	bool spare;
};

#define PLACES_MAX 48

/* Sorted by cause. */
struct places {
	struct place list[PLACES_MAX];
	size_t count;
};

void places_find(struct places *p, const struct ledger_client *client,
	const struct ledger_server *server, const struct ledger_kernel *kernel);
