/* SPDX-License-Identifier: MIT */
#include "load/loop/settle.h"

#include "load/loop/churn.h"
#include "load/loop/moment.h"
#include "net/qdisc.h"

static uint64_t socket_drops(const struct load *l)
{
	struct socket_memory m;
	uint64_t sum = 0;

	for (uint32_t i = 0; i < l->config.flows; i++)
		if (socket_memory(l->flows[i].fd, &m) == 0)
			sum += m.drops;
	for (uint32_t i = 0; i < l->config.threads; i++)
		sum += churn_drops(&l->threads[i]);
	return sum;
}

void settle_begin(struct settle *s, const struct load *l)
{
	s->drops = socket_drops(l);
	s->sent = load_count_all(l).sent;
	figures_read(&l->near, &s->near);
	figures_read(&l->far, &s->far);
}

bool settle_queued(struct load *l)
{
	struct figures near, far;

	figures_read(&l->near, &near);
	figures_read(&l->far, &far);
	l->queued_near = near.v[FIGURE_QDISC_QUEUED];
	l->queued_far = far.v[FIGURE_QDISC_QUEUED];
	return l->queued_near || l->queued_far;
}

/* A kernel that takes more than others in one send delivers more, too. The
 * server's may be another kernel. */
static uint32_t longest_train(
	const struct load *l, const struct ledger_server *server)
{
	uint32_t own = l->config.segments_max;

	if (server->segments_max > TRAIN_RECEIVE_SEGMENTS)
		return TRAIN_SEGMENTS_MOST;
	return own > TRAIN_RECEIVE_SEGMENTS ? own : TRAIN_RECEIVE_SEGMENTS;
}

/* Are the replies to one train a send of the server, and those to two too many
 * or too long for it to couple them? */
static bool replies_equal(
	const struct load *l, const struct ledger_server *server)
{
	uint64_t most = server->segments_max;

	if (most == 0)
		most = TRAIN_SEND_SEGMENTS;
	if (sizes_mixed(&l->config.sizes) || l->train == 1 || l->train > most)
		return false;
	if (l->train == most)
		return true;
	return l->config.replies == REPLIES_PROBES &&
	       (l->train + 1) * l->config.sizes.most > DATAGRAM_MAX_V4;
}

/* 0: lengths differ, or the reply to a payload is unknown. */
static uint32_t reply_bytes(const struct load *l)
{
	if (sizes_mixed(&l->config.sizes) || l->config.payload)
		return 0;
	return l->config.replies == REPLIES_TEXT ? l->shared.text_bytes
						 : l->config.sizes.most;
}

/* Frames that no device has taken: it is down or gone. */
static uint64_t unsent_frames(const struct load *l)
{
	struct engine_losses losses;
	uint64_t sum = 0;

	for (uint32_t i = 0; i < l->config.threads; i++) {
		const struct engine *e = &l->threads[i].engine;

		if (!e->ops->losses)
			continue;
		e->ops->losses(e->self, &losses);
		sum += losses.unsent;
	}
	return sum;
}

/* Uses the value read before the server's counters, which include what has left
 * the queue since. */
static void set_queued(struct figures *f, uint64_t queued)
{
	if (f->v[FIGURE_QDISC_QUEUED] < queued)
		f->v[FIGURE_QDISC_QUEUED] = queued;
}

void settle_end(
	const struct settle *s, const struct load *l, struct load_result *r)
{
	bool mixed = sizes_mixed(&l->config.sizes);
	uint64_t until = atomic_load(&l->shared.too_big_until);
	const struct ledger_client client = {
		.sent = r->whole.sent,
		.sent_bytes = r->whole.sent_bytes,
		.answered = r->whole.answered,
		.answered_bytes = r->whole.answered_bytes,
		.trains = r->whole.received_trains,
		.bytes = mixed ? 0 : l->config.sizes.most,
		.reply_bytes = reply_bytes(l),
		.train = l->train,
		.partial = r->whole.partial +
			   (l->train > 1 && (mixed || r->trainless)),
		.longest = longest_train(l, &r->server_whole.counters),
		.replies_equal = replies_equal(l, &r->server_whole.counters),
		.socket_drops = socket_drops(l) - s->drops,
		.ring_drops = load_ring_drops(&r->whole),
		.bad_checksums = r->whole.rx_checksum,
		.gro = l->obtained.gro,
		.queries_lost = r->server_whole.queries_lost,
		.nobufs = r->whole.nobufs,
		.joined = l->config.path != NULL,
		.device_drops = r->whole.device_drops,
		.unsent_frames = unsent_frames(l),
		.cut = r->whole.cut,
		.too_big_reports = r->whole.too_big_reports,
		.too_big_most = until > s->sent ? until - s->sent : 0,
	};
	struct ledger_kernel kernel = {
		.one = r->server_seen && !l->config.server_apart,
		.v6 = l->near.scope.v6,
		/* Loopback has no discipline, unless somebody gives it one. */
		.bursts = !l->near.scope.loopback && qdisc_bursts(),
	};
	struct figures now;

	figures_read(&l->near, &now);
	kernel.client = figures_between(&s->near, &now);
	kernel.client_known = true;
	if (l->far.open)
		figures_read(&l->far, &now);
	kernel.server = figures_between(l->far.open ? &s->far : &s->near, &now);
	set_queued(&kernel.client, l->queued_near);
	set_queued(
		&kernel.server, l->far.open ? l->queued_far : l->queued_near);
	kernel.server_known = kernel.one || l->far.open;
	ledger_settle(&r->ledger, &client,
		r->server_seen ? &r->server_whole.counters : NULL, &kernel);
}
