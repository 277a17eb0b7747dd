/* SPDX-License-Identifier: MIT */
#include "load/loop/churn.h"

#include "load/loop/thread.h"
#include "load/loop/write_off.h"
#include "net/socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct churn_retired {
	struct flow flow;  /* fd -1: this entry is free */
	uint64_t since_ns; /* when it was retired */
};

uint64_t churn_room(const struct load_config *c, uint32_t flows)
{
	uint64_t rest_ns = CHURN_REST_NS + CHURN_LOOK_NS + c->timeout_ns;

	if (c->flow_lifetime_ns == 0)
		return 0;
	return flows * rest_ns / c->flow_lifetime_ns + 1;
}

static int allocate(struct load_thread *t, uint64_t room)
{
	struct churn *ch = &t->churn;

	if (room > UINT32_MAX)
		return -ENOMEM;
	ch->retired = calloc(room, sizeof(*ch->retired));
	ch->free = calloc(room, sizeof(*ch->free));
	if (t->flows[0].times)
		ch->times = calloc(room, FLOW_TIMES * sizeof(*ch->times));
	if (!ch->retired || !ch->free || (t->flows[0].times && !ch->times))
		return -ENOMEM;
	ch->room = (uint32_t)room;
	for (uint32_t i = 0; i < ch->room; i++) {
		ch->retired[i].flow = (struct flow){
			.fd = -1,
			.times = ch->times ? ch->times + (size_t)i * FLOW_TIMES
					   : NULL,
		};
		/* Hands out the first entries first, so that few are ever
		 * touched. */
		ch->free[i] = ch->room - 1 - i;
	}
	return 0;
}

int churn_init(struct load_thread *t)
{
	struct churn *ch = &t->churn;
	uint64_t room = churn_room(t->config, t->flow_count);

	*ch = (struct churn){0};
	return room ? allocate(t, room) : 0;
}

void churn_fini(struct load_thread *t)
{
	struct churn *ch = &t->churn;

	for (uint32_t i = 0; i < ch->room; i++)
		if (ch->retired[i].flow.fd >= 0)
			close(ch->retired[i].flow.fd);
	free(ch->retired);
	free(ch->free);
	free(ch->times);
	*ch = (struct churn){0};
}

/* The first flow is replaced after one step, not after a whole lifetime: flows
 * are treated as having different ages from the start. */
void churn_begin(struct load_thread *t)
{
	struct churn *ch = &t->churn;
	uint64_t now_ns = t->now_ns;

	if (!ch->retired)
		return;
	for (uint32_t i = 0; i < t->flow_count; i++)
		t->flows[i].before = 0;
	for (uint32_t i = 0; i < ch->room; i++)
		flow_write_off(&ch->retired[i].flow);
	ch->step_ns = t->config->flow_lifetime_ns / t->flow_count + 1;
	ch->renew_ns = now_ns + ch->step_ns +
		       ch->step_ns * t->number / t->config->threads;
	ch->look_ns = now_ns;
	ch->next_ns = now_ns;
}

/* Closes a retired flow, and keeps its socket's drop count. */
static void forget(struct load_thread *t, struct churn_retired *r)
{
	struct churn *ch = &t->churn;
	struct socket_memory m;

	thread_landed(t, &r->flow, flow_in_flight(&r->flow));
	jitter_add(&t->meter.jitter, &r->flow.jitter);
	if (socket_memory(r->flow.fd, &m) == 0)
		ch->drops += m.drops;
	t->engine.ops->remove(t->engine.self, r->flow.link);
	close(r->flow.fd);
	r->flow.fd = -1;
	ch->count--;
	ch->free[ch->room - ch->count - 1] = (uint32_t)(r - ch->retired);
}

struct flow *churn_heard(struct load_thread *t, struct flow *f)
{
	struct flow *heir = f->heir;

	if (flow_is_done(f))
		forget(t, (struct churn_retired *)f);
	return heir;
}

/* The round trip is taken from the user's timeout or from measured replies. */
static uint64_t rest_ns(const struct load_thread *t)
{
	uint64_t way_ns = t->rtt.fixed_ns;

	if (way_ns == 0 && t->rtt.least_ns != UINT64_MAX)
		way_ns = t->rtt.least_ns;
	if (way_ns == 0 && t->config->replies != REPLIES_NONE)
		way_ns = RTT_FIRST_NS;
	return CHURN_REST_NS + way_ns;
}

static bool is_at_rest(
	const struct churn_retired *r, uint64_t now_ns, uint64_t rest_ns)
{
	uint64_t last = r->since_ns > r->flow.progress_ns ? r->since_ns
							  : r->flow.progress_ns;

	return now_ns > last + rest_ns;
}

/* A socket with queued datagrams must not be closed yet. */
static bool has_unread(const struct load_thread *t, const struct flow *f)
{
	const struct engine *e = &t->engine;
	struct socket_memory m;

	return (socket_memory(f->fd, &m) == 0 && m.queued_bytes > 0) ||
	       (e->ops->holds && e->ops->holds(e->self, f->link));
}

static void look(struct load_thread *t)
{
	struct churn *ch = &t->churn;
	uint64_t now_ns = t->now_ns, rest = rest_ns(t);
	uint32_t left = ch->count;

	for (uint32_t i = 0; left > 0 && i < ch->room; i++) {
		struct churn_retired *r = &ch->retired[i];

		if (r->flow.fd < 0)
			continue;
		left--;
		if (t->config->mode == LOAD_WINDOW && write_off(t, &r->flow))
			thread_ask(t, r->flow.heir);
		if (is_at_rest(r, now_ns, rest) && !has_unread(t, &r->flow))
			forget(t, r);
	}
}

/* Opens the socket of next, which will be stored at place. */
static int open_next(struct load_thread *t, struct flow *next,
	struct flow *place, char *why, size_t why_bytes)
{
	const struct engine_ops *ops = t->engine.ops;
	int error;

	*why = '\0';
	next->number = atomic_fetch_add(&t->shared->next_flow, 1);
	next->fd = flow_open(t->config, next->number, NULL, why, why_bytes);
	if (next->fd < 0)
		return next->fd;
	error = t->train > 1 ? flow_take_trains(t->config, next->fd) : 0;
	if (error)
		snprintf(why, why_bytes, "cannot set UDP_SEGMENT: %s",
			strerror(-error));
	if (!error)
		error = ops->add(t->engine.self, next->fd, place, &next->link);
	if (error && !*why)
		snprintf(why, why_bytes, "engine %s: %s", ops->name,
			strerror(-error));
	if (error)
		close(next->fd);
	return error;
}

/* Puts a new flow in the place of the old one, which moves to the retired
 * ones. */
static int renew(
	struct load_thread *t, uint32_t index, char *why, size_t why_bytes)
{
	struct churn *ch = &t->churn;
	uint32_t place = ch->free[ch->room - ch->count - 1];
	struct churn_retired *r = &ch->retired[place];
	struct flow *f = &t->flows[index];
	struct flow next = {
		.before = f->before + flow_in_flight(f),
		.progress_ns = t->now_ns,
		.times = r->flow.times,
		.asks = f->asks,
		.next_asking = f->next_asking,
	};
	int error = open_next(t, &next, f, why, why_bytes);

	if (error)
		return error;
	r->flow = *f;
	r->flow.heir = f;
	r->since_ns = t->now_ns;
	t->engine.ops->own(t->engine.self, r->flow.link, &r->flow);
	ch->count++;
	*f = next;
	if (flow_is_done(&r->flow))
		forget(t, r);
	METER_COUNT(&t->meter, renewed, 1);
	thread_ask(t, f);
	return 0;
}

static void notice(struct load_thread *t, const char *why)
{
	const struct load_hooks *hooks = t->shared->hooks;
	char text[320];

	if (atomic_exchange(&t->shared->renewal_noticed, true) ||
		!hooks->notice)
		return;
	snprintf(text, sizeof(text),
		"a flow keeps its socket, since a new one cannot be opened: %s",
		why);
	hooks->notice(hooks->arg, text);
}

static void notice_room(struct load_thread *t)
{
	const struct load_hooks *hooks = t->shared->hooks;

	if (t->rtt.least_ns < CHURN_LOOK_NS ||
		atomic_exchange(&t->shared->room_noticed, true) ||
		!hooks->notice)
		return;
	hooks->notice(hooks->arg,
		"replies take so long that flows live longer than "
		"--flow-lifetime: replaced flows wait half a second for "
		"replies, longer with a longer --timeout");
}

/* At most one replacement per flow per call; a thread that falls behind does
 * not catch up. */
static void renew_due(struct load_thread *t)
{
	struct churn *ch = &t->churn;
	uint64_t now_ns = t->now_ns;
	char why[256];

	for (uint32_t n = 0; n < t->flow_count && ch->renew_ns <= now_ns; n++) {
		if (ch->count == ch->room) {
			notice_room(t);
			ch->renew_ns = ch->look_ns;
			return;
		}
		if (renew(t, ch->turn, why, sizeof(why)))
			notice(t, why);
		ch->turn = ch->turn + 1 < t->flow_count ? ch->turn + 1 : 0;
		ch->renew_ns += ch->step_ns;
	}
	if (ch->renew_ns <= now_ns)
		ch->renew_ns = now_ns + ch->step_ns;
}

void churn_step(struct load_thread *t)
{
	struct churn *ch = &t->churn;

	if (t->now_ns >= ch->look_ns) {
		ch->look_ns = t->now_ns + CHURN_LOOK_NS;
		look(t);
	}
	renew_due(t);
	ch->next_ns = ch->renew_ns < ch->look_ns ? ch->renew_ns : ch->look_ns;
}

void churn_jitter(const struct load_thread *t, struct load_jitter *sum)
{
	for (uint32_t i = 0; i < t->churn.room; i++)
		if (t->churn.retired[i].flow.fd >= 0)
			jitter_add(sum, &t->churn.retired[i].flow.jitter);
}

uint64_t churn_drops(const struct load_thread *t)
{
	uint64_t sum = t->churn.drops;
	struct socket_memory m;

	for (uint32_t i = 0; i < t->churn.room; i++)
		if (t->churn.retired[i].flow.fd >= 0 &&
			socket_memory(t->churn.retired[i].flow.fd, &m) == 0)
			sum += m.drops;
	return sum;
}
