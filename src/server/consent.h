/* SPDX-License-Identifier: MIT */
/*
 * What a server that has a key says to who has it too (core/query.h): that it
 * consents to be loaded, and what it has counted.
 *
 * Queries come by the sockets that the load comes by, by the very way. Each
 * says from where to where it is sent, and is told no where it arrived from or
 * at another address or port: so a yes is the word of the very address and port
 * that whoever asks would load, and nobody can relay it for another. Where a
 * NAT changes addresses, whoever is behind it says so: this server by known_as.
 *
 * Queries are no payload: they are put apart before a service sees them, and
 * counted apart. Their answers pass the guard, and leave with the batch's other
 * messages.
 */
#pragma once

#include "core/batch.h"
#include "core/counters.h"
#include "core/mac.h"
#include "server/guard.h"

/* One for all workers, who only read it. */
struct consent_config {
	const struct mac_key *key;
	const struct counters **workers; /* all of the server's */
	uint32_t worker_count;
	uint64_t server; /* drawn when it started */
	const char *version, *service, *backend;
	/* Addresses that clients reach it by, besides those it is bound to. */
	const union address *known_as;
	size_t known_as_count;
};

/*
 * So many queries of a batch have their MAC checked; the rest are dropped and
 * counted. A check and its reply take some 3 us, so a flood of queries delays
 * the batch's other answers by 25 us at most. Whoever has the key asks again
 * every 10 ms: a lone query in a batch of 32 of them is checked one time in
 * four, and 100 in a row are not once in 10^12 times.
 */
#define CONSENT_CHECKS 8

/* One worker's: what it counted up for the snapshot it tells part by part. */
struct consent {
	const struct consent_config *config;
	union address bound; /* what the worker's socket is bound to */
	uint32_t turn;       /* which train is checked first, if not all are */
	uint64_t generation; /* unlike any other worker's; low half 0: none */
	uint64_t sums[COUNTER_COUNT];
	uint64_t published;
};

/* number: the worker's; bound: its socket's own address. config NULL: there is
 * no key. */
void consent_init(struct consent *c, const struct consent_config *config,
	uint32_t number, const union address *bound);

/* Moves the queries to the end, in any order; the rest keeps its own, and
 * batch->count is only of it. Returns how many trains of queries there are. */
uint32_t consent_part(struct batch *batch);

/*
 * Answers CONSENT_CHECKS queries at most, of count trains behind those of the
 * batch, whose messages have been made, and takes them into the batch again.
 */
void consent_answer(struct consent *c, const struct guard *guard,
	struct batch *batch, uint32_t count, struct counters *counters);

/* What the kernel took of the messages from first on, which are ours. */
void consent_count_sent(
	const struct batch *batch, uint32_t first, struct counters *counters);
