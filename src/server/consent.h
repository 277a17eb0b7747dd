/* SPDX-License-Identifier: MIT */
/*
 * Answers clients that have the server's key (core/query.h): consents to be
 * loaded, and reports counters.
 *
 * Queries arrive at the same sockets as the load, by the same path. Each names
 * its source and destination, and gets a no if it arrived from or at another
 * address or port. So a yes comes from the very address and port that would be
 * loaded, and nobody can relay another server's. Behind a NAT, which changes
 * addresses, this server is told its outer address by known_as.
 *
 * Queries are not payload: they are separated before a service sees them, and
 * counted separately. Their answers pass the guard, and leave with the batch's
 * other messages.
 */
#pragma once

#include "core/batch.h"
#include "core/counters.h"
#include "core/mac.h"
#include "server/guard.h"

/* Shared by all workers, which only read it. */
struct consent_config {
	const struct mac_key *key;
	const struct counters **workers; /* the counters of all workers */
	uint32_t worker_count;
	uint64_t server; /* random number of this start */
	const char *version, *service, *backend;
	/* Addresses by which clients reach it, besides those it is bound to. */
	const union address *known_as;
	size_t known_as_count;
};

/*
 * How many queries of a batch have their MAC checked; the rest are dropped and
 * counted. A check and its reply take about 3 us, so that a flood of queries
 * delays other answers by at most 25 us per batch. A client with the key
 * repeats its query every 10 ms: in a batch with 31 other queries it is checked
 * one time in four, and 100 queries in a row are missed once in 10^12 times.
 */
#define CONSENT_CHECKS 8

/* The state of one worker, with the snapshot that it sends part by part. */
struct consent {
	const struct consent_config *config;
	union address bound; /* what the worker's socket is bound to */
	uint32_t turn;       /* the train to check first, if not all can be */
	/* Of the snapshot; differs from other workers'; low half 0: none. */
	uint64_t generation;
	uint64_t sums[COUNTER_COUNT];
	uint64_t published;
};

/* number: the worker's; bound: its socket's address. config NULL: no key. */
void consent_init(struct consent *c, const struct consent_config *config,
	uint32_t number, const union address *bound);

/* Moves trains of queries behind the others, in any order, and leaves
 * batch->count as the number of the others, whose order is kept. Returns the
 * number of trains of queries. */
uint32_t consent_part(struct batch *batch);

/*
 * Answers at most CONSENT_CHECKS queries in the count trains behind those of
 * the batch, and adds these trains to the batch again. Call after the messages
 * of the others have been made.
 */
void consent_answer(struct consent *c, const struct guard *guard,
	struct batch *batch, uint32_t count, struct counters *counters);

/* Counts what the kernel took of the messages from first on, which answer
 * queries. */
void consent_count_sent(
	const struct batch *batch, uint32_t first, struct counters *counters);
