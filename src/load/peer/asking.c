/* SPDX-License-Identifier: MIT */
#include "load/peer/asking.h"

#include "core/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define MS UINT64_C(1000000)

/* At first nothing is known about the path, or whether anybody is there. */
#define BEGIN_AGAIN_NS (40 * MS)
#define BEGIN_SEND_NS  (4000 * MS)
#define BEGIN_WAIT_NS  (5000 * MS)
/* One in so many sendings is repeated in the old version, so that an old server
 * can be recognised and named as the reason. */
#define BEGIN_OLD 10
/*
 * Later, a flooded server loses queries like anything else, so they are
 * repeated soon and often, but not before an answer can have come.
 */
#define AGAIN_NS    (10 * MS)
#define OVERDUE(ns) ((ns) + (ns) / 4 + AGAIN_NS)
/* How often a waiting thread checks whether to give up. */
#define SLICE_NS (20 * MS)

#define SENDINGS 512 /* how many sendings are remembered; a power of two */

struct question {
	struct query query;
	uint32_t sendings;
	uint64_t sent_ns[SENDINGS], sent[SENDINGS];
};

/* When to repeat a query, and for how long. */
struct patience {
	bool begins;
	uint64_t first_ns, again_ns, send_until_ns, until_ns;
};

int asking_init(struct asking *a, const struct asking_config *config, char *why,
	size_t why_bytes)
{
	int error;

	a->key = *config->key;
	a->run = config->run;
	pthread_mutex_init(&a->lock, NULL);
	error = exchange_init(&a->exchange, &config->where, why, why_bytes);
	if (!error)
		error = exchange_connect(&a->exchange, why, why_bytes);
	if (error)
		return error;
	a->from = config->known_as ? *config->known_as : a->exchange.local;
	a->to = a->exchange.peer;
	return 0;
}

void asking_fini(struct asking *a)
{
	exchange_fini(&a->exchange);
	explicit_bzero(&a->key, sizeof(a->key));
	pthread_mutex_destroy(&a->lock);
}

static uint64_t rtt_bounded(const struct asking *a)
{
	uint64_t ns = atomic_load(&a->rtt_ns);

	return ns < ASKING_RTT_MOST_NS ? ns : ASKING_RTT_MOST_NS;
}

uint64_t asking_lapse_ns(const struct asking *a)
{
	return atomic_load(&a->yes_ns) + ASKING_LAPSE_NS + 3 * rtt_bounded(a);
}

static int draw(const struct asking *a, struct question *q,
	enum query_type type, uint16_t part, uint64_t generation)
{
	*q = (struct question){
		.query =
			{
				.type = (uint8_t)type,
				.run = a->run,
				.part = part,
				.generation = generation,
				.from = a->from,
				.to = a->to,
			},
	};
	if (getrandom(q->query.nonce, QUERY_NONCE, 0) != QUERY_NONCE)
		return -errno;
	return 0;
}

static int send_as(struct asking *a, struct query q, uint8_t version, char *why,
	size_t why_bytes)
{
	uint8_t data[QUERY_BYTES];
	struct query_room room;
	int error;

	q.version = version;
	query_begin(&room, data);
	query_seal(data, &q, &room, &a->key);
	error = exchange_ask(&a->exchange, data, QUERY_BYTES, why, why_bytes);
	/* A queue or a neighbour table without room: as if it had been lost on
	 * the way, it is repeated. */
	if (error == -ENOBUFS)
		return 0;
	if (!error)
		atomic_fetch_add(&a->sent, 1);
	return error;
}

static int send_once(
	struct asking *a, struct question *q, char *why, size_t why_bytes)
{
	uint32_t at = q->sendings % SENDINGS;
	int error;

	q->query.sending = q->sendings;
	q->sent_ns[at] = clock_ns();
	error = send_as(a, q->query, QUERY_VERSION, why, why_bytes);
	if (error)
		return error;
	q->sent[at] = atomic_load(&a->sent);
	q->sendings++;
	return 0;
}

static void note_yes(struct asking *a, uint64_t sent_ns)
{
	uint64_t sample = clock_ns() - sent_ns, rtt = atomic_load(&a->rtt_ns);

	atomic_store(&a->rtt_ns, rtt ? rtt - rtt / 4 + sample / 4 : sample);
	if (sent_ns > atomic_load(&a->yes_ns))
		atomic_store(&a->yes_ns, sent_ns);
	atomic_store(&a->yes_sent, atomic_load(&a->sent));
	atomic_store(&a->yes_came, atomic_load(&a->came));
	a->denied = false;
}

/* An old server's answer names no addresses, so that its yes is not trusted. A
 * new server answers an old query with an empty body, which is ignored: it will
 * answer the new queries. */
static int judge_old(const struct answer *answer)
{
	return answer->body.left ? -EPROTONOSUPPORT : 0;
}

/*
 * 1: a yes; 0: no answer to this query, but a late one to another, or from
 * somebody without the key; or -errno. A no counts only at first: anybody can
 * provoke one by sending a copy of a query from elsewhere, and must not be able
 * to end a run that the server consents to.
 */
static int judge(struct asking *a, const struct question *q, uint32_t bytes,
	bool begins, struct answer *answer)
{
	struct query *got = &answer->query;
	uint32_t at;

	if (query_open(answer->data, bytes, &a->key, got, &answer->body) ||
		!got->reply || got->type != q->query.type ||
		memcmp(got->nonce, q->query.nonce, QUERY_NONCE) != 0)
		return 0;
	if (got->version != QUERY_VERSION)
		return begins ? judge_old(answer) : 0;
	if (got->sending >= q->sendings ||
		q->sendings - got->sending > SENDINGS)
		return 0;
	if (got->verdict != QUERY_YES) {
		a->denied = true;
		a->seen_from = got->from;
		a->seen_to = got->to;
		return begins ? -EREMCHG : 0;
	}
	at = got->sending % SENDINGS;
	answer->sent = q->sent[at];
	note_yes(a, q->sent_ns[at]);
	return 1;
}

/* Receives until an answer comes or until_ns. 1, 0 or -errno, as judge(). */
static int take(struct asking *a, const struct question *q, bool begins,
	uint64_t until_ns, struct answer *answer, char *why, size_t why_bytes)
{
	for (;;) {
		uint64_t now = clock_ns();
		struct exchange_answer got;
		int n = exchange_wait(&a->exchange,
			now < until_ns ? until_ns - now : 0, answer->data,
			sizeof(answer->data), &got, why, why_bytes);

		if (n <= 0)
			return n;
		atomic_fetch_add(&a->came, 1);
		n = judge(a, q, got.bytes, begins, answer);
		if (n || now >= until_ns)
			return n;
	}
}

static bool is_over(
	const struct asking *a, const struct patience *p, uint64_t now)
{
	return now >= p->until_ns || atomic_load(&a->end) ||
	       (atomic_load(&a->lapses) && now >= asking_lapse_ns(a));
}

static void nap(uint64_t ns)
{
	struct timespec t = {.tv_nsec = (long)ns};

	(void)nanosleep(&t, NULL);
}

/* Sends what is due. Errors are returned only at first; later a path that is
 * down for a moment is no reason to give up. */
static int send_due(struct asking *a, struct question *q,
	const struct patience *p, char *why, size_t why_bytes)
{
	int error = send_once(a, q, why, why_bytes);

	if (!error && p->begins && q->sendings % BEGIN_OLD == 0)
		error = send_as(a, q->query, QUERY_OLD_VERSION, why, why_bytes);
	return p->begins ? error : 0;
}

static int ask(struct asking *a, struct question *q, const struct patience *p,
	struct answer *answer, char *why, size_t why_bytes)
{
	uint64_t due_ns = 0, wait_ns = p->first_ns;

	for (;;) {
		uint64_t now = clock_ns(), until = now + SLICE_NS;
		int n = 0;

		if (is_over(a, p, now))
			return 0;
		if (now >= due_ns && now < p->send_until_ns) {
			n = send_due(a, q, p, why, why_bytes);
			due_ns = now + wait_ns;
			wait_ns = p->again_ns;
		}
		if (n < 0)
			return n;
		if (due_ns > now && due_ns < until)
			until = due_ns;
		n = take(a, q, p->begins, until, answer, why, why_bytes);
		if (n == 1 || (n < 0 && p->begins))
			return n;
		if (n < 0)
			nap(AGAIN_NS);
	}
}

int asking_begin(
	struct asking *a, struct answer *answer, char *why, size_t why_bytes)
{
	uint64_t now = clock_ns();
	const struct patience p = {
		.begins = true,
		.first_ns = BEGIN_AGAIN_NS,
		.again_ns = BEGIN_AGAIN_NS,
		.send_until_ns = now + BEGIN_SEND_NS,
		.until_ns = now + BEGIN_WAIT_NS,
	};
	struct question q;
	int n = draw(a, &q, QUERY_HELLO, 0, 0);

	if (n) {
		snprintf(why, why_bytes, "getrandom: %s", strerror(-n));
		return n;
	}
	pthread_mutex_lock(&a->lock);
	n = ask(a, &q, &p, answer, why, why_bytes);
	pthread_mutex_unlock(&a->lock);
	return n;
}

/* With a->lock held. */
static int ask_until(struct asking *a, struct question *q, uint64_t until_ns,
	struct answer *answer)
{
	const struct patience p = {
		.first_ns = OVERDUE(atomic_load(&a->rtt_ns)),
		.again_ns = AGAIN_NS,
		.send_until_ns = until_ns,
		.until_ns = until_ns,
	};
	char why[256];

	return ask(a, q, &p, answer, why, sizeof(why));
}

int asking_ask(struct asking *a, enum query_type type, uint16_t part,
	uint64_t generation, uint64_t until_ns, struct answer *answer)
{
	struct question q;
	int n = draw(a, &q, type, part, generation);

	if (n)
		return n;
	pthread_mutex_lock(&a->lock);
	n = ask_until(a, &q, until_ns, answer);
	pthread_mutex_unlock(&a->lock);
	return n;
}

int asking_renew(struct asking *a, struct answer *answer)
{
	uint64_t yes_ns = atomic_load(&a->yes_ns);
	struct question q;
	int n = draw(a, &q, QUERY_HELLO, 0, 0);

	if (n)
		return n;
	pthread_mutex_lock(&a->lock);
	n = atomic_load(&a->yes_ns) != yes_ns;
	if (!n)
		n = ask_until(a, &q, asking_lapse_ns(a), answer);
	pthread_mutex_unlock(&a->lock);
	return n;
}
