/* SPDX-License-Identifier: MIT */
#include "load/remote.h"

#include "core/clock.h"
#include "load/asking.h"
#include "load/counted.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first question waits this long, and each further one twice as long as
 * the one before: 3 s in all. */
#define FIRST_WAIT_NS 100000000u
#define FIRST_TRIES   5
/* A yes is good for so long before it is asked for again. */
#define PERIOD_NS 500000000u
/* Between two sendings: whoever else wants to ask gets the word. */
#define PAUSE_NS 2000000u
/* What the counters may take, where the run waits for them and where not. */
#define MUST_NS 2000000000u
#define MAY_NS  100000000u

#define COUNTERS_MAX 1024

struct remote {
	struct asking asking;
	struct remote_about about;
	uint64_t server; /* the one that said yes first */
	char peer[ADDRESS_TEXT];
	/* remote_read()'s: names, and the list that points to them. */
	char names[COUNTERS_MAX][QUERY_NAME];
	struct counted list[COUNTERS_MAX];

	pthread_t keeper;
	bool keeping;
	void (*lost)(void *arg);
	void *arg;
	_Atomic bool is_lost;
	pthread_mutex_t lock; /* for end */
	pthread_cond_t ended;
	bool end;
};

static void nap(uint64_t ns)
{
	struct timespec t = {
		.tv_sec = (time_t)(ns / 1000000000u),
		.tv_nsec = (long)(ns % 1000000000u),
	};

	(void)nanosleep(&t, NULL);
}

static int read_about(struct remote *r, struct answer *a)
{
	struct remote_about *about = &r->about;

	if (!query_take_text(
		    &a->body, about->version, sizeof(about->version)) ||
		!query_take_text(
			&a->body, about->service, sizeof(about->service)) ||
		!query_take_text(
			&a->body, about->backend, sizeof(about->backend)))
		return -EPROTO;
	if (a->query.workers == 0)
		return -EPROTO;
	about->workers = a->query.workers;
	r->server = a->query.server;
	return 0;
}

/* 1 answered, 0 silence, or -errno. */
static int ask_first(struct remote *r, struct answer *a, char *why, size_t n)
{
	uint64_t wait_ns = FIRST_WAIT_NS;
	struct question hello;
	int got = question_draw(&r->asking, &hello, QUERY_HELLO, 0, 0);

	if (got)
		snprintf(why, n, "getrandom: %s", strerror(-got));
	for (int i = 0; got == 0 && i < FIRST_TRIES; i++, wait_ns *= 2)
		got = question_send(
			&r->asking, &hello, clock_ns() + wait_ns, a, why, n);
	if (got < 0 && got != -ECONNREFUSED && r->asking.exchange.icmp)
		return -EHOSTUNREACH;
	return got;
}

/* By a clock that nobody sets. */
static void init_end(struct remote *r)
{
	pthread_condattr_t a;

	pthread_condattr_init(&a);
	pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
	pthread_cond_init(&r->ended, &a);
	pthread_condattr_destroy(&a);
	pthread_mutex_init(&r->lock, NULL);
}

int remote_open(struct remote **out, const struct remote_config *config,
	char *why, size_t why_bytes)
{
	struct exchange_config where = {
		.peer = config->peer,
		.bind = config->bind,
		.device = config->device,
	};
	struct remote *r = calloc(1, sizeof(*r));
	struct answer a;
	int error;

	if (!r) {
		snprintf(why, why_bytes, "no memory");
		return -ENOMEM;
	}
	address_set_port(&where.bind, 0);
	init_end(r);
	address_format(&config->peer, r->peer);
	error = asking_init(
		&r->asking, &where, config->key, config->run, why, why_bytes);
	if (!error)
		error = ask_first(r, &a, why, why_bytes);
	if (error == 0) {
		error = -ETIMEDOUT;
		snprintf(why, why_bytes, "%s says no yes", r->peer);
	} else if (error == 1) {
		error = read_about(r, &a);
		if (error)
			snprintf(why, why_bytes, "%s does not say who it is",
				r->peer);
	}
	if (error) {
		remote_close(r);
		return error;
	}
	*out = r;
	return 0;
}

const struct remote_about *remote_about(const struct remote *r)
{
	return &r->about;
}

/* True: it is over. */
static bool wait_ended(struct remote *r, uint64_t ns)
{
	struct timespec until;
	bool end;

	clock_gettime(CLOCK_MONOTONIC, &until);
	ns += (uint64_t)until.tv_nsec;
	until.tv_sec += (time_t)(ns / 1000000000u);
	until.tv_nsec = (long)(ns % 1000000000u);
	pthread_mutex_lock(&r->lock);
	while (!r->end && pthread_cond_timedwait(&r->ended, &r->lock, &until) !=
				  ETIMEDOUT)
		;
	end = r->end;
	pthread_mutex_unlock(&r->lock);
	return end;
}

/* One yes more. 1; 0 it is over, -ETIMEDOUT the last one is too old. */
static int renew(struct remote *r, uint64_t yes_ns)
{
	struct question hello;
	struct answer a;
	char why[128];

	if (question_draw(&r->asking, &hello, QUERY_HELLO, 0, 0))
		return -ETIMEDOUT;
	for (;;) {
		uint64_t wait_ns = asking_patience_ns(&r->asking);
		int n = question_send(&r->asking, &hello, clock_ns() + wait_ns,
			&a, why, sizeof(why));

		if (n == 1)
			return 1;
		if (clock_ns() - yes_ns >= REMOTE_LAPSE_NS)
			return -ETIMEDOUT;
		/* What failed did so at once. */
		if (wait_ended(r, n < 0 ? wait_ns : PAUSE_NS))
			return 0;
	}
}

static void *keep(void *arg)
{
	struct remote *r = arg;
	int n = 1;

	while (n == 1) {
		uint64_t yes_ns = clock_ns();

		if (wait_ended(r, PERIOD_NS))
			break;
		n = renew(r, yes_ns);
	}
	if (n == -ETIMEDOUT) {
		atomic_store(&r->is_lost, true);
		r->lost(r->arg);
	}
	return NULL;
}

int remote_keep(struct remote *r, void (*lost)(void *arg), void *arg)
{
	int error;

	r->lost = lost;
	r->arg = arg;
	error = pthread_create(&r->keeper, NULL, keep, r);
	r->keeping = !error;
	return -error;
}

bool remote_is_lost(const struct remote *r)
{
	return atomic_load(&r->is_lost);
}

/* A snapshot that is being put together. */
struct gathering {
	uint64_t generation, published, sent;
	uint16_t next, parts;
	uint32_t count;
};

/*
 * The parts are asked for in their order. One of another generation means that
 * somebody else has asked meanwhile: what there is of the old one is given up,
 * and the new one asked for from its beginning.
 */
static int add_part(struct remote *r, struct gathering *g, struct answer *a)
{
	const struct query *q = &a->query;
	uint64_t value;

	if (q->server != r->server)
		return -ESTALE;
	if (q->part != g->next || q->part >= q->parts)
		return -EPROTO;
	if (g->next > 0 && q->generation != g->generation) {
		*g = (struct gathering){.generation = q->generation};
		return 0;
	}
	if (g->next == 0)
		*g = (struct gathering){.generation = q->generation,
			.published = q->published,
			.sent = a->sent,
			.parts = q->parts};
	while (g->count < COUNTERS_MAX &&
		query_take_counter(&a->body, r->names[g->count], &value)) {
		r->list[g->count] = (struct counted){r->names[g->count], value};
		g->count++;
	}
	g->next++;
	return a->body.left ? -EPROTO : 0;
}

/* The next part that is wanted: 1, 0 not in time, or -errno. */
static int ask_part(struct remote *r, const struct gathering *g,
	uint64_t until_ns, struct answer *a)
{
	struct question part;
	char why[128];
	int n = question_draw(
		&r->asking, &part, QUERY_SNAPSHOT, g->next, g->generation);

	if (n)
		return n;
	while (clock_ns() < until_ns && !remote_is_lost(r)) {
		uint64_t wait_ns = asking_patience_ns(&r->asking);

		n = question_send(&r->asking, &part, clock_ns() + wait_ns, a,
			why, sizeof(why));
		if (n == 1)
			return 1;
		nap(n < 0 ? wait_ns : PAUSE_NS);
	}
	return 0;
}

int remote_read(struct remote *r, enum load_look look, struct load_server *out)
{
	uint64_t until_ns = clock_ns() +
			    (look == LOOK_MUST ? MUST_NS : MAY_NS) +
			    asking_patience_ns(&r->asking);
	struct gathering g = {0};
	struct answer a;
	int error;

	if (look == LOOK_GLANCE)
		return -EAGAIN;
	do {
		int n = ask_part(r, &g, until_ns, &a);

		if (n != 1)
			return n ? n : -ETIMEDOUT;
		n = add_part(r, &g, &a);
		if (n)
			return n;
	} while (g.next == 0 || g.next < g.parts);
	error = counted_read(out, r->list, g.count);
	if (error)
		return error;
	out->published = g.published;
	out->asked = true;
	out->queries_lost += (int64_t)g.sent;
	return 0;
}

uint64_t remote_sent(struct remote *r)
{
	uint64_t n;

	pthread_mutex_lock(&r->asking.lock);
	n = r->asking.sent;
	pthread_mutex_unlock(&r->asking.lock);
	return n;
}

void remote_close(struct remote *r)
{
	if (!r)
		return;
	pthread_mutex_lock(&r->lock);
	r->end = true;
	pthread_cond_signal(&r->ended);
	pthread_mutex_unlock(&r->lock);
	if (r->keeping)
		pthread_join(r->keeper, NULL);
	asking_fini(&r->asking);
	pthread_cond_destroy(&r->ended);
	pthread_mutex_destroy(&r->lock);
	free(r);
}
