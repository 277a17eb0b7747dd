/* SPDX-License-Identifier: MIT */
#include "load/loop/churn.h"

#include "core/clock.h"
#include "load/loop/thread.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS 64

struct churn_retired {
	struct flow flow;  /* fd -1: the place is free */
	uint64_t since_ns; /* it was retired then */
	uint32_t heir;     /* index of the flow that has its place */
};

uint64_t churn_room(const struct load_config *c, uint32_t flows)
{
	uint64_t rest_ns = CHURN_REST_NS + CHURN_LOOK_NS + c->timeout_ns;

	if (c->flow_lifetime_ns == 0)
		return 0;
	return flows * rest_ns / c->flow_lifetime_ns + 1;
}

uint64_t load_sockets(const struct load_config *c)
{
	uint64_t n = c->flows;

	for (uint32_t i = 0; i < c->threads; i++)
		n += churn_room(c, load_thread_flows(c, i));
	return n;
}

uint64_t load_descriptors(const struct load_config *c)
{
	return load_sockets(c) + 2ull * c->threads + 32;
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
		/* The first are taken first, so that few are ever touched. */
		ch->free[i] = ch->room - 1 - i;
	}
	return 0;
}

static int watch(int epoll, int fd, uint32_t index)
{
	struct epoll_event e = {.events = EPOLLIN, .data.u32 = index};

	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e) ? -errno : 0;
}

int churn_init(struct load_thread *t)
{
	struct churn *ch = &t->churn;
	uint64_t room = churn_room(t->config, t->flow_count);
	int error;

	*ch = (struct churn){.epoll = -1};
	if (room == 0)
		return 0;
	error = allocate(t, room);
	if (error)
		return error;
	ch->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (ch->epoll < 0)
		return -errno;
	return watch(t->epoll, ch->epoll, t->flow_count);
}

void churn_fini(struct load_thread *t)
{
	struct churn *ch = &t->churn;

	for (uint32_t i = 0; i < ch->room; i++)
		if (ch->retired[i].flow.fd >= 0)
			close(ch->retired[i].flow.fd);
	if (ch->retired && ch->epoll >= 0)
		close(ch->epoll);
	free(ch->retired);
	free(ch->free);
	free(ch->times);
	*ch = (struct churn){.epoll = -1};
}

/* The first follows when a whole lifetime is over only where there is one flow:
 * from the start on they are of different ages. */
void churn_begin(struct load_thread *t)
{
	struct churn *ch = &t->churn;
	uint64_t now_ns = clock_ns();

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

/* What its socket has dropped must not go with it. */
static void close_socket(struct load_thread *t, const struct flow *f)
{
	struct socket_memory m;

	if (socket_memory(f->fd, &m) == 0)
		t->churn.drops += m.drops;
	close(f->fd);
}

static void forget(struct load_thread *t, uint32_t place)
{
	struct churn *ch = &t->churn;

	jitter_add(&t->jitter, &ch->retired[place].flow.jitter);
	close_socket(t, &ch->retired[place].flow);
	ch->retired[place].flow.fd = -1;
	ch->count--;
	ch->free[ch->room - ch->count - 1] = place;
}

/* So many of a retired flow's are in flight no more. */
static void settle(struct load_thread *t, struct churn_retired *r, uint64_t n)
{
	t->in_flight -= n;
	t->flows[r->heir].before -= n;
}

static uint32_t hear(struct load_thread *t, uint32_t place)
{
	struct churn_retired *r = &t->churn.retired[place];
	struct flow *heir = &t->flows[r->heir];
	uint64_t before = flow_in_flight(&r->flow);
	uint32_t n = flow_receive(t, &r->flow);

	settle(t, r, before - flow_in_flight(&r->flow));
	if (flow_is_done(&r->flow))
		forget(t, place);
	return n + thread_answer(t, heir);
}

uint32_t churn_receive(struct load_thread *t)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(t->churn.epoll, events, EVENTS, 0);
	uint32_t done = 0;

	if (n < 0 && errno != EINTR)
		thread_halt(t, "epoll_wait", errno);
	for (int i = 0; i < n; i++)
		done += hear(t, events[i].data.u32);
	return done;
}

/* How long the way is, is what the user says, or what others' replies took. */
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
		if (t->config->mode == LOAD_WINDOW)
			settle(t, r, thread_write_off(t, &r->flow));
		if (!is_at_rest(r, now_ns, rest))
			continue;
		/* What came last is taken before it is closed. */
		(void)hear(t, i);
		if (r->flow.fd < 0 || !is_at_rest(r, now_ns, rest))
			continue;
		settle(t, r, flow_in_flight(&r->flow));
		forget(t, i);
	}
}

static int open_next(
	struct load_thread *t, struct flow *next, char *why, size_t why_bytes)
{
	int error;

	next->number = atomic_fetch_add(&t->shared->next_flow, 1);
	next->fd = flow_open(t->config, next->number, NULL, why, why_bytes);
	if (next->fd < 0)
		return next->fd;
	error = t->train > 1 ? flow_take_trains(t->config, next->fd) : 0;
	if (!error)
		return 0;
	snprintf(why, why_bytes, "setting UDP_SEGMENT: %s", strerror(-error));
	close(next->fd);
	return error;
}

static int swap_watches(struct load_thread *t, uint32_t index, int next,
	uint32_t place, char *why, size_t why_bytes)
{
	int old = t->flows[index].fd;
	int error = watch(t->epoll, next, index);

	if (!error)
		error = watch(t->churn.epoll, old, place);
	if (!error && epoll_ctl(t->epoll, EPOLL_CTL_DEL, old, NULL))
		error = -errno;
	if (error)
		snprintf(why, why_bytes, "epoll: %s", strerror(-error));
	return error;
}

/* The flow's place is taken by a new one, and it takes a free one of those that
 * are retired. */
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
	};
	int error = open_next(t, &next, why, why_bytes);

	if (error)
		return error;
	error = swap_watches(t, index, next.fd, place, why, why_bytes);
	if (error) {
		close(next.fd);
		return error;
	}
	r->flow = *f;
	r->since_ns = t->now_ns;
	r->heir = index;
	ch->count++;
	*f = next;
	if (flow_is_done(&r->flow))
		forget(t, place);
	LOAD_COUNT(t, renewed, 1);
	(void)thread_answer(t, f);
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
		"a flow keeps its socket, for it cannot have another: %s", why);
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
		"--flow-lifetime says: there are sockets for waiting half a "
		"second; --timeout TIME makes room to wait longer");
}

/* Each flow once at most. Who cannot keep up has older flows, and not more of
 * them at once later. */
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
