/* SPDX-License-Identifier: MIT */
#include "load/peer/remote.h"

#include "core/clock.h"
#include "load/peer/asking.h"
#include "load/peer/counted.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How long after a yes the next is asked for. */
#define PERIOD_NS 500000000u
#define PAUSE_NS  20000000u
/* How long reading the counters may take if the run waits for them (MUST) or
 * goes on (MAY), plus so many round trips: they come in several parts, one
 * after another. */
#define MUST_NS   2000000000u
#define MAY_NS    100000000u
#define MUST_RTTS 10
#define MAY_RTTS  6

#define COUNTERS_MAX 1024

struct remote {
	struct asking asking;
	struct remote_about about;
	uint64_t server; /* identity of the server that gave the first yes */
	char peer[ADDRESS_TEXT];
	/* Used by remote_read(): names, and the list that points to them. */
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

/* Waits by CLOCK_MONOTONIC, which nobody can set. */
static void init_end(struct remote *r)
{
	pthread_condattr_t a;

	pthread_condattr_init(&a);
	pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
	pthread_cond_init(&r->ended, &a);
	pthread_condattr_destroy(&a);
	pthread_mutex_init(&r->lock, NULL);
}

/* 0, or -errno and a sentence in why. */
static int ask_first(struct remote *r, char *why, size_t why_bytes)
{
	struct answer a;
	int n = asking_begin(&r->asking, &a, why, why_bytes);

	if (n == 1) {
		n = read_about(r, &a);
		if (n)
			snprintf(why, why_bytes,
				"%s consents, but its answer is malformed",
				r->peer);
		return n;
	}
	if (n == 0) {
		asking_explain_silence(&r->asking, why, why_bytes);
		return -ETIMEDOUT;
	}
	if (n == -EREMCHG)
		asking_explain_no(&r->asking, why, why_bytes);
	else if (n == -EPROTONOSUPPORT)
		snprintf(why, why_bytes,
			"%s did not consent: it has the key, but runs an older "
			"udpmill, whose consent names no address; run this "
			"version there",
			r->peer);
	else if (n != -ECONNREFUSED && r->asking.exchange.icmp)
		return -EHOSTUNREACH;
	return n;
}

int remote_open(struct remote **out, const struct remote_config *config,
	char *why, size_t why_bytes)
{
	struct asking_config asking = {
		.where =
			{
				.peer = config->peer,
				.bind = config->bind,
				.device = config->device,
			},
		.key = config->key,
		.run = config->run,
		.known_as = config->known_as,
	};
	struct remote *r = calloc(1, sizeof(*r));
	int error;

	if (!r) {
		snprintf(why, why_bytes, "no memory");
		return -ENOMEM;
	}
	address_set_port(&asking.where.bind, 0);
	init_end(r);
	address_format(&config->peer, r->peer);
	error = asking_init(&r->asking, &asking, why, why_bytes);
	if (!error)
		error = ask_first(r, why, why_bytes);
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

/* True if the end was requested. */
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

/* Waits until the last yes is old enough to ask again, and at least a moment,
 * so that a thread that reads the counters gets its turn. True if the end was
 * requested. */
static bool wait_period(struct remote *r)
{
	uint64_t wait_ns = PAUSE_NS;

	for (;;) {
		uint64_t due, now;

		if (wait_ended(r, wait_ns))
			return true;
		due = atomic_load(&r->asking.yes_ns) + PERIOD_NS;
		now = clock_ns();
		if (now >= due)
			return false;
		wait_ns = due - now;
	}
}

static void *keep(void *arg)
{
	struct remote *r = arg;
	struct answer a;

	while (!wait_period(r)) {
		(void)asking_renew(&r->asking, &a);
		if (atomic_load(&r->asking.end))
			break;
		if (clock_ns() >= asking_lapse_ns(&r->asking)) {
			atomic_store(&r->is_lost, true);
			r->lost(r->arg);
			break;
		}
	}
	return NULL;
}

int remote_keep(struct remote *r, void (*lost)(void *arg), void *arg)
{
	int error;

	r->lost = lost;
	r->arg = arg;
	/* Time spent before this call must not count against the server. */
	atomic_store(&r->asking.yes_ns, clock_ns());
	atomic_store(&r->asking.lapses, true);
	error = pthread_create(&r->keeper, NULL, keep, r);
	r->keeping = !error;
	return -error;
}

bool remote_is_lost(const struct remote *r)
{
	return atomic_load(&r->is_lost);
}

/* A snapshot being assembled. */
struct gathering {
	uint64_t generation, published, sent;
	uint16_t next, parts;
	uint32_t count;
};

/*
 * Parts are requested in order. A part of another generation means that
 * somebody else has queried meanwhile: the old snapshot is dropped, and the new
 * one requested from its first part.
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

/* Requests the next part: 1, 0 not in time, or -errno. */
static int ask_part(struct remote *r, const struct gathering *g,
	uint64_t until_ns, struct answer *a)
{
	if (remote_is_lost(r))
		return 0;
	return asking_ask(&r->asking, QUERY_SNAPSHOT, g->next, g->generation,
		until_ns, a);
}

int remote_read(struct remote *r, enum load_look look, struct load_server *out)
{
	uint64_t rtt_ns = atomic_load(&r->asking.rtt_ns);
	uint64_t until_ns =
		clock_ns() + (look == LOOK_MUST ? MUST_NS + MUST_RTTS * rtt_ns
						: MAY_NS + MAY_RTTS * rtt_ns);
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
	out->queries_sent = g.sent;
	return 0;
}

uint64_t remote_sent(const struct remote *r)
{
	return atomic_load(&r->asking.sent);
}

/* Only after the thread has ended. */
void remote_explain_loss(const struct remote *r, char *why, size_t why_bytes)
{
	asking_explain_loss(&r->asking, why, why_bytes);
}

void remote_close(struct remote *r)
{
	if (!r)
		return;
	atomic_store(&r->asking.end, true);
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
