/* SPDX-License-Identifier: MIT */
/* Questions to a server that has our key, one at a time, whoever asks them:
 * the lower half of remote.c. Private to load/. */
#pragma once

#include "core/query.h"
#include "net/exchange.h"

#include <pthread.h>
#include <stdatomic.h>

struct asking {
	struct mac_key key;
	uint32_t run;
	/* For what follows: while it is held no other question is on its way,
	 * so that what was sent and what the server received can be compared.
	 */
	pthread_mutex_t lock;
	struct exchange exchange;
	uint64_t sent;   /* datagrams */
	uint64_t rtt_ns; /* of the last answer; 0: none came */
};

struct question {
	struct query query;
	uint8_t data[QUERY_BYTES];
};

struct answer {
	struct query query;
	struct query_body body; /* in data */
	uint64_t sent;          /* datagrams, up to and with this question */
	uint8_t data[QUERY_BYTES + 1];
};

/* config->key and run are read. 0; or -errno and a sentence in why. */
int asking_init(struct asking *a, const struct exchange_config *where,
	const struct mac_key *key, uint32_t run, char *why, size_t why_bytes);

/* Legal on zeroed state. */
void asking_fini(struct asking *a);

/* A question with a nonce of its own. 0 or -errno. */
int question_draw(const struct asking *a, struct question *q,
	enum query_type type, uint16_t part, uint64_t generation);

/*
 * Sends it once, and waits for the answer to it, or to an earlier sending of
 * the same. 1 answered; 0 not by until_ns; -errno and a sentence in why.
 */
int question_send(struct asking *a, const struct question *q, uint64_t until_ns,
	struct answer *answer, char *why, size_t why_bytes);

/* How long to wait before the same question is sent again. */
uint64_t asking_patience_ns(struct asking *a);
