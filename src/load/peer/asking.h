/* SPDX-License-Identifier: MIT */
/*
 * Sends queries to a server that has our key, one at a time, for any thread:
 * the lower half of remote.c. Private to load/.
 *
 * Only one query is under way at a time: an answer cannot reach the wrong
 * caller, and the number sent can be compared with the number that the server
 * received. Any yes renews the server's consent, whatever was asked, so that a
 * caller that waits for its turn loses nothing.
 */
#pragma once

#include "core/query.h"
#include "net/exchange.h"

#include <pthread.h>
#include <stdatomic.h>

/* A yes is valid for this long plus three round trips, since each answer takes
 * one. A round trip counts as at most a second, or somebody who delays
 * datagrams could prolong a consent at will. */
#define ASKING_LAPSE_NS    2000000000u
#define ASKING_RTT_MOST_NS 1000000000u

struct asking {
	struct mac_key key;
	uint32_t run;
	/* The addresses that queries name: see struct query. */
	union address from, to;
	pthread_mutex_t lock; /* guards what follows, but for the atomics */
	struct exchange exchange;
	/* The last answer was no; the addresses that it had seen:. */
	bool denied;
	union address seen_from, seen_to;
	/* Of the last yes: when its query was sent, and the values of sent and
	 * came at that time. yes_ns 0: none yet. */
	_Atomic uint64_t yes_ns, yes_sent, yes_came;
	_Atomic uint64_t rtt_ns;     /* smoothed; 0: no answer yet */
	_Atomic uint64_t sent, came; /* datagrams of any kind */
	_Atomic bool lapses; /* give up a query when the last yes lapses */
	_Atomic bool end;    /* give up a query at once */
};

struct asking_config {
	struct exchange_config where;
	const struct mac_key *key; /* copied */
	uint32_t run;
	/* This side's address as the server sees it; NULL: the socket's own.
	 * Port 0: any. */
	const union address *known_as;
};

struct answer {
	struct query query;
	struct query_body body; /* in data */
	/* Datagrams sent up to and including the one answered. */
	uint64_t sent;
	uint8_t data[QUERY_BYTES + 1];
};

/* 0; or -errno and a sentence in why. */
int asking_init(struct asking *a, const struct asking_config *config, char *why,
	size_t why_bytes);

/* Legal on zeroed state. */
void asking_fini(struct asking *a);

/*
 * Asks for the first yes: sends a query a hundred times in 4 s, and waits 1 s
 * more. On a path that loses 60 % in each direction all of them fail once in
 * 10^7 times (0.84^100). 1: yes; 0: no answer; or -errno and, unless it is one
 * of these, a sentence in why: -EREMCHG the answer is no (asking.denied),
 * -EPROTONOSUPPORT the server is an older version, whose yes does not name
 * addresses.
 */
int asking_begin(
	struct asking *a, struct answer *answer, char *why, size_t why_bytes);

/*
 * Sends a query, and repeats it every 10 ms once its answer is overdue: with 60
 * % loss in each direction and round trips of up to a second, renewing a yes
 * fails once in 10^7 times. Errors are retried. 1: yes; 0: none until until_ns,
 * or until the last yes lapsed or a->end was set; or -errno.
 */
int asking_ask(struct asking *a, enum query_type type, uint16_t part,
	uint64_t generation, uint64_t until_ns, struct answer *answer);

/* Asks for consent until the last yes lapses, unless another thread's query
 * gets a yes first. Returns as asking_ask(). */
int asking_renew(struct asking *a, struct answer *answer);

/* When the last yes lapses, by CLOCK_MONOTONIC. */
uint64_t asking_lapse_ns(const struct asking *a);

/*
 * Each writes a sentence: why asking_begin() got a no; why it got no answer;
 * and what came between the last yes and its lapse. Only when nobody is asking.
 */
void asking_explain_no(const struct asking *a, char *why, size_t why_bytes);
void asking_explain_silence(
	const struct asking *a, char *why, size_t why_bytes);
void asking_explain_loss(const struct asking *a, char *why, size_t why_bytes);
