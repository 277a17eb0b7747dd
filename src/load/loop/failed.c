/* SPDX-License-Identifier: MIT */
/* What becomes of a send that failed, and of what ICMP has reported: it is
 * counted, and repeated where that may help. */
#include "load/loop/failed.h"

#include "load/loop/halt.h"
#include "load/loop/probes.h"
#include "net/socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

/* So long nothing is sent after the kernel had no room for a send: long enough
 * that trying costs little, short enough that no queue runs dry meanwhile. */
#define HOLD_NS 200000u

/* From here on datagrams go one by one; what was sent so far were trains. */
static void give_up_trains(
	struct load_thread *t, const struct flow *f, int error)
{
	const struct load_hooks *hooks = t->shared->hooks;
	uint32_t mtu = socket_mtu(f->fd);
	char text[200], why[40];
	int off = 0;

	snprintf(why, sizeof(why), ", the path's MTU is %u", mtu);
	snprintf(text, sizeof(text),
		"trains of %u x %u bytes were refused (%s%s): sending one by "
		"one",
		t->train, t->config->sizes.most, strerror(error),
		mtu ? why : "");
	if (!atomic_exchange(&t->shared->noticed, true) && hooks->notice)
		hooks->notice(hooks->arg, text);
	for (uint32_t i = 0; i < t->flow_count; i++)
		(void)setsockopt(t->flows[i].fd, IPPROTO_UDP, UDP_SEGMENT, &off,
			sizeof(off));
	t->train = 1;
	probes_give_up_trains(t);
	METER_COUNT(&t->meter, partial, 1);
	METER_COUNT(&t->meter, trains_refused, 1);
}

static void hold(struct load_thread *t)
{
	t->hold_ns = t->now_ns + HOLD_NS;
}

/* All that have left by now may have died where the reported one did: routers
 * need not report each. */
static void note_too_big(struct load_thread *t, uint32_t reports)
{
	struct load_shared *s = t->shared;
	struct load_counts sum = {0};

	METER_COUNT(&t->meter, too_big_reports, reports);
	for (uint32_t i = 0; i < t->config->threads; i++)
		meter_sum(&s->threads[i].meter, &sum);
	if (sum.sent > atomic_load(&s->too_big_until))
		atomic_store(&s->too_big_until, sum.sent);
}

/* Counts what ICMP has reported; false: it has reported nothing. */
static bool read_reports(
	struct load_thread *t, const struct flow *f, struct engine_reports *q)
{
	t->engine.ops->reports(t->engine.self, f->link, q);
	if (q->too_big)
		note_too_big(t, q->too_big);
	return q->too_big || q->refused || q->other;
}

/* True: the error was a report's, and says nothing of the call that failed.
 * What was reported will not be answered, and is not waited for as if it might.
 */
static bool was_reported(struct load_thread *t, struct flow *f, int error)
{
	struct engine_reports q;
	bool any = read_reports(t, f, &q);

	/* What the call said is in the queue as well, where that had room. */
	if (error == ECONNREFUSED && !q.refused)
		q.refused = 1;
	if (q.refused || q.too_big)
		f->refused = true;
	if (q.refused)
		METER_COUNT(&t->meter, refused, q.refused);
	if (q.other)
		METER_COUNT(&t->meter, send_errors, q.other);
	return any || error == ECONNREFUSED;
}

void failed_report(struct load_thread *t, struct flow *f, int error)
{
	if (!was_reported(t, f, error) && error)
		METER_COUNT(&t->meter, send_errors, 1);
}

/* This one cannot be sent here; the next may. Nothing else is sent in its
 * place. Where all are like it there is no hurry. */
static void give_up_datagram(struct load_thread *t, int error)
{
	probes_move(t, 1);
	t->given_up = 1;
	if (error == EMSGSIZE)
		METER_COUNT(&t->meter, too_big, 1);
	else
		METER_COUNT(&t->meter, send_errors, 1);
	if (!sizes_mixed(&t->config->sizes) && !t->config->replay &&
		t->config->mode != LOAD_PACED)
		hold(t);
}

/* Of mixed sizes it was no train that failed, but a datagram that is too long
 * for one; of one size the socket makes a train of each send. */
static bool is_lone(const struct load_thread *t)
{
	return sizes_mixed(&t->config->sizes) &&
	       t->probes.messages[0].segments == 1;
}

/* EINVAL and EMSGSIZE: a segment exceeds the path's MTU; EIO: IPsec on the way,
 * or a device that cannot make checksums (before Linux 6.11). */
void failed_send(struct load_thread *t, struct flow *f, int error)
{
	switch (error) {
	case EAGAIN:
		METER_COUNT(&t->meter, blocked, 1);
		if (t->config->mode == LOAD_PACED)
			hold(t);
		return;
	case ENOBUFS:
		METER_COUNT(&t->meter, nobufs, 1);
		hold(t);
		return;
	case EINTR:
		return;
	}
	if (was_reported(t, f, error))
		return;
	switch (error) {
	case EINVAL:
	case EIO:
	case EMSGSIZE:
		if (t->train > 1 && !is_lone(t))
			give_up_trains(t, f, error);
		else
			give_up_datagram(t, error);
		return;
	default:
		METER_COUNT(&t->meter, send_errors, 1);
		thread_failed(t, &t->sends, t->engine.ops->send_call, error);
	}
}

void failed_receive(struct load_thread *t, struct flow *f, int error)
{
	failed_report(t, f, error);
	thread_failed(t, &t->receives, t->engine.ops->recv_call, error);
}
