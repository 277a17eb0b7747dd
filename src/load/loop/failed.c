/* SPDX-License-Identifier: MIT */
/* What becomes of a send that failed, and of what ICMP has reported: it is
 * counted, and repeated where that may help. */
#include "load/engine/errqueue.h"
#include "load/loop/thread.h"

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
	t->cursor.left = sizes_mixed(&t->config->sizes) ? 1 : UINT32_MAX;
	LOAD_COUNT(t, partial, 1);
	LOAD_COUNT(t, trains_refused, 1);
}

/* Where replies drive many flows, a flow that sends nothing for a while would
 * hear of nothing that makes it send again; nor does it try over and over. */
static void hold(struct load_thread *t)
{
	if (t->config->mode == LOAD_WINDOW && t->flow_count > SCAN_FLOWS)
		return;
	t->hold_ns = t->now_ns + HOLD_NS;
}

/* All that have left by now may have died where the reported one did: routers
 * need not report each. */
static void note_too_big(struct load_thread *t, uint32_t reports)
{
	struct load_shared *s = t->shared;
	struct load_counts sum = {0};

	LOAD_COUNT(t, too_big_reports, reports);
	for (uint32_t i = 0; i < t->config->threads; i++)
		thread_counts(&s->threads[i], &sum);
	if (sum.sent > atomic_load(&s->too_big_until))
		atomic_store(&s->too_big_until, sum.sent);
}

/* Counts what ICMP has reported; false: it has reported nothing. */
static bool read_reports(
	struct load_thread *t, const struct flow *f, struct errqueue *q)
{
	errqueue_read(f->fd, q);
	if (q->too_big)
		note_too_big(t, q->too_big);
	return q->too_big || q->refused || q->other;
}

/* True: the error was a report's, and says nothing of the call that failed.
 * What was reported will not be answered, and is not waited for as if it might.
 */
static bool was_reported(struct load_thread *t, struct flow *f, int error)
{
	struct errqueue q;
	bool any = read_reports(t, f, &q);

	/* What the call said is in the queue as well, where that had room. */
	if (error == ECONNREFUSED && !q.refused)
		q.refused = 1;
	if (q.refused || q.too_big)
		f->refused = true;
	if (q.refused)
		LOAD_COUNT(t, refused, q.refused);
	if (q.other)
		LOAD_COUNT(t, send_errors, q.other);
	return any || error == ECONNREFUSED;
}

void flow_report(struct load_thread *t, struct flow *f, int error)
{
	if (!was_reported(t, f, error) && error)
		LOAD_COUNT(t, send_errors, 1);
}

/* This one cannot be sent here; the next may. Nothing else is sent in its
 * place. Where all are like it there is no hurry. */
static void give_up_datagram(struct load_thread *t, int error)
{
	send_move(t, &t->cursor, 1);
	t->given_up = 1;
	if (error == EMSGSIZE)
		LOAD_COUNT(t, too_big, 1);
	else
		LOAD_COUNT(t, send_errors, 1);
	if (!sizes_mixed(&t->config->sizes) && !t->config->replay &&
		t->config->mode != LOAD_PACED)
		hold(t);
}

/* Of mixed sizes it was no train that failed, but a datagram that is too long
 * for one; of one size the socket makes a train of each send. */
static bool is_lone(const struct load_thread *t)
{
	return sizes_mixed(&t->config->sizes) &&
	       t->out_messages[0].segments == 1;
}

/* EINVAL and EMSGSIZE: a segment exceeds the path's MTU; EIO: IPsec on the way,
 * or a device that cannot make checksums (before Linux 6.11). */
void flow_send_failed(struct load_thread *t, struct flow *f, int error)
{
	switch (error) {
	case EAGAIN:
		LOAD_COUNT(t, blocked, 1);
		if (t->config->mode == LOAD_PACED)
			hold(t);
		return;
	case ENOBUFS:
		LOAD_COUNT(t, nobufs, 1);
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
		LOAD_COUNT(t, send_errors, 1);
		thread_failed(t, &t->sends, "sendmmsg", error);
	}
}
