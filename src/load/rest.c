/* SPDX-License-Identifier: MIT */
#include "load/rest.h"

#include "core/clock.h"
#include "load/settle.h"

#include <errno.h>

/* What is in flight has come to rest when nothing moved for so long, ... */
#define STILL_NS 100000000u
/* ... or, where something is missing that may be on a way that is not seen, for
 * so long, ... */
#define FAR_STILL_NS 1000000000u
/* ... and is waited for so long at most. */
#define REST_NS 5000000000u

static bool moved(const struct moment *a, const struct moment *b)
{
	const struct ledger_server *x = &a->server.counters;
	const struct ledger_server *y = &b->server.counters;

	return a->counts.answered != b->counts.answered ||
	       a->counts.sent != b->counts.sent ||
	       x->delivered != y->delivered || x->answered != y->answered ||
	       x->absorbed != y->absorbed || x->socket_drops != y->socket_drops;
}

static bool missing(const struct moment *start, const struct moment *now)
{
	const struct ledger_server *x = &start->server.counters;
	const struct ledger_server *y = &now->server.counters;
	uint64_t sent = now->counts.sent - start->counts.sent;
	uint64_t answered = now->counts.answered - start->counts.answered;

	if (now->server_error)
		return answered < sent;
	return y->delivered - x->delivered < sent ||
	       answered < y->answered - x->answered;
}

/* Is there somebody who may answer yet, or have something on its way to him,
 * whose kernel's queues are not ours to look into? */
static bool is_far(const struct load *l, const struct moment *now)
{
	if (now->server_error)
		return now->server_error != -ESRCH &&
		       l->config.replies != REPLIES_NONE;
	return now->server.asked;
}

static uint64_t still_ns_of(const struct load *l, const struct moment *from,
	const struct moment *now)
{
	return is_far(l, now) && missing(from, now) ? FAR_STILL_NS : STILL_NS;
}

bool rest_wait(struct load *l, const struct moment *from, struct moment *end)
{
	uint64_t start = clock_ns(), still_ns = start, published = 0;
	struct moment last;
	bool renewed = false;

	moment_take(l, LOOK_MUST, &last);
	published = last.server.published;
	for (;;) {
		uint64_t now;

		load_sleep_tick();
		moment_take(l, LOOK_MUST, end);
		now = end->at_ns;
		if (moved(&last, end)) {
			still_ns = now;
			published = end->server.published;
		}
		last = *end;
		renewed = end->server_error ||
			  end->server.published >= published + 2;
		if (now - start > REST_NS)
			return renewed;
		if (renewed && now - still_ns >= still_ns_of(l, from, end) &&
			!(missing(from, end) && settle_queued(l)))
			return true;
	}
}
