/* SPDX-License-Identifier: MIT */
#include "load/asking.h"

#include "core/clock.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

/*
 * A server that is flooded loses questions as it loses the rest: they are sent
 * again soon, and often. But no sooner than the answer can be here.
 */
#define PATIENCE_LEAST_NS 10000000u
#define PATIENCE_MOST_NS  250000000u
#define PATIENCE_RTTS     3

int asking_init(struct asking *a, const struct exchange_config *where,
	const struct mac_key *key, uint32_t run, char *why, size_t why_bytes)
{
	a->key = *key;
	a->run = run;
	pthread_mutex_init(&a->lock, NULL);
	return exchange_init(&a->exchange, where, why, why_bytes);
}

void asking_fini(struct asking *a)
{
	exchange_fini(&a->exchange);
	explicit_bzero(&a->key, sizeof(a->key));
	pthread_mutex_destroy(&a->lock);
}

int question_draw(const struct asking *a, struct question *q,
	enum query_type type, uint16_t part, uint64_t generation)
{
	struct query_room room;

	q->query = (struct query){
		.type = (uint8_t)type,
		.run = a->run,
		.part = part,
		.generation = generation,
	};
	if (getrandom(q->query.nonce, QUERY_NONCE, 0) != QUERY_NONCE)
		return -errno;
	query_begin(&room, q->data);
	query_seal(q->data, &q->query, &room, &a->key);
	return 0;
}

static bool is_answer(const struct asking *a, const struct question *q,
	uint32_t bytes, struct answer *answer)
{
	return query_open(answer->data, bytes, &a->key, &answer->query,
		       &answer->body) == 0 &&
	       answer->query.reply && answer->query.type == q->query.type &&
	       memcmp(answer->query.nonce, q->query.nonce, QUERY_NONCE) == 0;
}

/* What is not the answer is passed over: a late one to another question, or
 * somebody's who has not the key. */
static int wait_for(struct asking *a, const struct question *q,
	uint64_t until_ns, struct answer *answer, char *why, size_t why_bytes)
{
	uint64_t now = clock_ns();

	do {
		struct exchange_answer got;
		int n = exchange_wait(&a->exchange,
			now < until_ns ? until_ns - now : 0, answer->data,
			sizeof(answer->data), &got, why, why_bytes);

		if (n <= 0)
			return n;
		if (is_answer(a, q, got.bytes, answer))
			return 1;
		now = clock_ns();
	} while (now < until_ns);
	return 0;
}

int question_send(struct asking *a, const struct question *q, uint64_t until_ns,
	struct answer *answer, char *why, size_t why_bytes)
{
	uint64_t start;
	int n;

	pthread_mutex_lock(&a->lock);
	start = clock_ns();
	n = exchange_ask(&a->exchange, q->data, QUERY_BYTES, why, why_bytes);
	if (n == 0) {
		a->sent++;
		n = wait_for(a, q, until_ns, answer, why, why_bytes);
	}
	if (n == 1) {
		a->rtt_ns = clock_ns() - start;
		answer->sent = a->sent;
	}
	pthread_mutex_unlock(&a->lock);
	return n;
}

uint64_t asking_patience_ns(struct asking *a)
{
	uint64_t ns;

	pthread_mutex_lock(&a->lock);
	ns = PATIENCE_RTTS * a->rtt_ns;
	pthread_mutex_unlock(&a->lock);
	if (ns < PATIENCE_LEAST_NS)
		return PATIENCE_LEAST_NS;
	return ns < PATIENCE_MOST_NS ? ns : PATIENCE_MOST_NS;
}
