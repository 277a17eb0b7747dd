/* SPDX-License-Identifier: MIT */
#include "load/loop/drive.h"

#include "core/clock.h"
#include "load/loop/path.h"

#include <errno.h>

/* A closed loop without any reply for this long is given up; with a timeout set
 * by the user, after two of those, but not before PATIENCE_LEAST_NS. */
#define PATIENCE_NS       5000000000u
#define PATIENCE_LEAST_NS 1000000000u

/* How often the progress of a run is looked at if it is counted. */
#define LONG_TICK_NS 500000000u

/* A step that ends sooner than this is waited for so long. */
#define NAP_NS 1000000u

/* Refused from the start on: then intervals are not worth reporting. */
static bool is_nobody(const struct load *l)
{
	return presence_is_refused(&l->presence) && !l->presence.lived;
}

static uint64_t patience_ns(const struct load *l)
{
	uint64_t ns = 2 * l->config.timeout_ns;

	if (ns == 0)
		return PATIENCE_NS;
	return ns < PATIENCE_LEAST_NS ? PATIENCE_LEAST_NS : ns;
}

/* Is the peer absent? If so the run ends early. */
static bool is_absent(struct load *l, const struct moment *begin,
	uint64_t elapsed_ns, const struct load_server *server)
{
	struct load_counts c = load_count_all(l);

	load_look_for_peer(l, begin, &c, server);
	l->silent = l->config.mode == LOAD_WINDOW && !l->hooks.server &&
		    !l->presence.lived && elapsed_ns > patience_ns(l) &&
		    c.sent > begin->counts.sent && !c.too_big;
	return l->silent || presence_is_over(&l->presence);
}

/* Has everything been sent: a whole count, its windows, or a capture? */
static bool spent(const struct load *l, const struct moment *begin)
{
	if (replay_spent(&l->shared) || atomic_load(&l->shared.windows_counted))
		return true;
	return l->config.count &&
	       load_count_all(l).sent - begin->counts.sent >= l->config.count;
}

/* Sets the end to when the last datagram left or came, not to when that was
 * noticed. */
static void end_exactly(
	const struct load *l, const struct moment *from, struct moment *to)
{
	uint64_t last_ns = 0;

	for (uint32_t i = 0; i < l->config.threads; i++) {
		uint64_t at_ns = atomic_load(&l->threads[i].meter.active_ns);

		if (at_ns > last_ns)
			last_ns = at_ns;
	}
	if (last_ns > from->at_ns && last_ns < to->at_ns)
		to->at_ns = last_ns;
}

/* server: as of now; NULL: it is not seen. */
static void tell(struct intervals *told, const struct load *l, bool omitted,
	const struct moment *begin, const struct load_server *server)
{
	const struct load_server *seen = NULL;
	struct load_server since;

	if (is_nobody(l))
		return;
	if (server && !begin->server_error) {
		since = load_server_between(&begin->server, server);
		seen = &since;
	}
	intervals_tell(told, l, omitted, seen);
}

/* Sleeps for a tick, or until a step is over; but not for less than its report
 * can be timed. */
static uint64_t sleep_until(uint64_t now_ns, uint64_t tick_ns, uint64_t step_ns)
{
	uint64_t left_ns = step_ns > now_ns ? step_ns - now_ns : 0;

	if (left_ns < NAP_NS)
		left_ns = NAP_NS;
	load_sleep(left_ns < tick_ns ? left_ns : tick_ns);
	return clock_ns();
}

void drive(struct load *l, struct intervals *told, const struct moment *begin,
	struct moment *from, struct moment *to)
{
	const struct load_config *c = &l->config;
	struct load_server server = {0};
	const struct load_server *seen = NULL;
	bool omitted = c->omit_ns > 0, gone = false;
	uint64_t start, now, step_ns;
	/* What this thread does in a window is counted, too. */
	uint64_t tick_ns = c->count_window ? LONG_TICK_NS : LOAD_TICK_NS;

	intervals_start(told);
	start = now = told->start_ns;
	step_ns = intervals_tell_step(told, l, now, false);
	*from = *begin;
	while (!gone && !spent(l, begin) && !atomic_load(&l->interrupted) &&
		!atomic_load(&l->shared.halted) &&
		now - start < c->omit_ns + c->time_ns) {
		int error;

		now = sleep_until(now, tick_ns, step_ns);
		error = load_look_at_server(l, LOOK_GLANCE, &server);
		seen = error ? NULL : &server;
		gone = error == -ESRCH || path_is_lost(l, now);
		if (is_absent(l, begin, now - start, &server))
			gone = true;
		intervals_look(told, l);
		step_ns = intervals_tell_step(told, l, now, false);
		if (omitted && now - start >= c->omit_ns) {
			tell(told, l, true, begin, seen);
			omitted = false;
			atomic_store(&l->shared.measured, true);
			load_set_phase(l, PHASE_WINDOW);
			moment_take(l, LOOK_MAY, from);
		} else if (now - told->told.at_ns >= c->interval_ns) {
			tell(told, l, omitted, begin, seen);
		}
	}
	/* A short rest is no interval, unless it is all there was. */
	if (told->told.at_ns <= told->start_ns ||
		clock_ns() - told->told.at_ns > c->interval_ns / 10)
		tell(told, l, omitted, begin, seen);
	(void)intervals_tell_step(told, l, clock_ns(), true);
	if (!spent(l, begin)) {
		moment_take(l, LOOK_MAY, to);
		return;
	}
	/* Give the replies to the last datagrams time to come. */
	load_sleep(LOAD_TICK_NS);
	moment_take(l, LOOK_MAY, to);
	end_exactly(l, from, to);
}
