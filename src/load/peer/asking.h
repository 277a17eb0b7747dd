/* SPDX-License-Identifier: MIT */
/*
 * Questions to a server that has our key, one at a time, whoever asks them: the
 * lower half of remote.c. Private to load/.
 *
 * While one is on its way no other is: so no answer reaches whoever did not ask
 * for it, and what was sent and what the server received can be compared. Any
 * yes renews the server's consent, whatever the question was, so that whoever
 * waits for his turn loses nothing.
 */
#pragma once

#include "core/query.h"
#include "net/exchange.h"

#include <pthread.h>
#include <stdatomic.h>

/* A yes is good for so long, and three round trips, since a question takes one
 * to be answered; of at most a second each, or whoever holds datagrams back
 * could stretch a consent at will. */
#define ASKING_LAPSE_NS    2000000000u
#define ASKING_RTT_MOST_NS 1000000000u

struct asking {
	struct mac_key key;
	uint32_t run;
	/* What a query says of itself: see struct query. */
	union address from, to;
	pthread_mutex_t lock; /* for what follows */
	struct exchange exchange;
	bool denied; /* the last answer was no, to what arrived as ... */
	union address seen_from, seen_to;
	/* Of the last yes: when its question was sent, and what had been sent
	 * and had come back by then. 0: there was none. */
	_Atomic uint64_t yes_ns, yes_sent, yes_came;
	_Atomic uint64_t rtt_ns;     /* smoothed; 0: nothing was answered yet */
	_Atomic uint64_t sent, came; /* datagrams, whatever they were */
	_Atomic bool lapses; /* a question is given up when the yes lapses */
	_Atomic bool end;    /* ... or at once */
};

struct asking_config {
	struct exchange_config where;
	const struct mac_key *key; /* copied */
	uint32_t run;
	/* Of this side, as the server sees it, where that is not the socket's
	 * own address; NULL: it is. Port 0: any. */
	const union address *known_as;
};

struct answer {
	struct query query;
	struct query_body body; /* in data */
	/* Datagrams that were sent up to and with the one that is answered. */
	uint64_t sent;
	uint8_t data[QUERY_BYTES + 1];
};

/* 0; or -errno and a sentence in why. */
int asking_init(struct asking *a, const struct asking_config *config, char *why,
	size_t why_bytes);

/* Legal on zeroed state. */
void asking_fini(struct asking *a);

/*
 * For the first yes: sends a hundred times in 4 s, and waits 1 s more. Where a
 * path loses 60 of 100 datagrams in each direction, one of these sendings is
 * answered but for once in 10^7 times (0.84^100). 1 answered; 0 not; or -errno
 * and a sentence in why: -EREMCHG the answer is no (asking.denied), and
 * -EPROTONOSUPPORT it is an older version's, which is not bound to addresses.
 */
int asking_begin(
	struct asking *a, struct answer *answer, char *why, size_t why_bytes);

/*
 * Sends a question once, and again when its answer is overdue, every 10 ms:
 * where 60 of 100 are lost in each direction, and by round trips of up to a
 * second, a yes is renewed but for once in 10^7 times. What fails is tried
 * again. 1 answered by yes; 0 not by until_ns, or the last yes has lapsed, or
 * it is the end; -errno.
 */
int asking_ask(struct asking *a, enum query_type type, uint16_t part,
	uint64_t generation, uint64_t until_ns, struct answer *answer);

/* Asks for its consent, unless somebody else's question is answered by yes
 * before the turn comes. As asking_ask(), until the last yes lapses. */
int asking_renew(struct asking *a, struct answer *answer);

/* When the last yes lapses. */
uint64_t asking_lapse_ns(const struct asking *a);

/*
 * Sentences. Why asking_begin() got a no; why it got nothing; and what came
 * between the last yes and its lapse, when nobody asks any more.
 */
void asking_explain_no(const struct asking *a, char *why, size_t why_bytes);
void asking_explain_silence(
	const struct asking *a, char *why, size_t why_bytes);
void asking_explain_loss(const struct asking *a, char *why, size_t why_bytes);
