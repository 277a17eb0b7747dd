/* SPDX-License-Identifier: MIT */
/* Failed sends and reported ICMP errors: each is counted, and the send is
 * repeated where that may help. */
#include "load/loop/failed.h"

#include "load/loop/halt.h"
#include "load/loop/probes.h"
#include "net/socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>

/* Pause after the kernel had no room for a send: long enough that retries cost
 * little, short enough that no queue runs empty. */
#define HOLD_NS 200000u

/* The longest train to try after a refusal. The kernel may have refused the
 * number of segments, but not if it is the path that they are too long for. */
static uint32_t shorter(const struct load_thread *t, uint32_t mtu, int error)
{
	uint32_t segments = t->probes.messages[0].segments;

	if (mtu && t->config->sizes.most > load_payload_max(t->config, mtu))
		return 1;
	return train_has_too_many(segments, -error) ? TRAIN_SEND_SEGMENTS : 1;
}

static void note_refused(
	struct load_thread *t, uint32_t mtu, uint32_t next, int error)
{
	struct load_shared *s = t->shared;
	_Atomic bool *noticed = next > 1 ? &s->shortened : &s->noticed;
	char text[200], why[40], then[40] = "sending single datagrams";

	snprintf(why, sizeof(why), ", the path's MTU is %u", mtu);
	if (next > 1)
		snprintf(then, sizeof(then), "sending trains of %u", next);
	snprintf(text, sizeof(text),
		"trains of %u x %u bytes were refused (%s%s): %s from now on",
		t->train, t->config->sizes.most, strerror(error),
		mtu ? why : "", then);
	if (!atomic_exchange(noticed, true) && s->hooks->notice)
		s->hooks->notice(s->hooks->arg, text);
}

/* Sends shorter trains, or single datagrams, from here on. */
static void shorten_trains(
	struct load_thread *t, const struct flow *f, int error)
{
	uint32_t mtu = socket_mtu(f->fd), next = shorter(t, mtu, error);
	int off = 0;

	note_refused(t, mtu, next, error);
	for (uint32_t i = 0; next == 1 && i < t->flow_count; i++)
		(void)setsockopt(t->flows[i].fd, IPPROTO_UDP, UDP_SEGMENT, &off,
			sizeof(off));
	t->train = next;
	probes_shorten_trains(t);
	METER_COUNT(&t->meter, partial, 1);
	METER_COUNT(&t->meter, trains_refused, 1);
}

static void hold(struct load_thread *t, uint64_t ns)
{
	t->hold_ns = t->now_ns + ns;
}

/* Any datagram sent so far may have been dropped where the reported one was,
 * since routers need not report every drop. */
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

/* Counts reported ICMP errors. False if there were none. */
static bool read_reports(
	struct load_thread *t, const struct flow *f, struct engine_reports *q)
{
	t->engine.ops->reports(t->engine.self, f->link, q);
	if (q->too_big)
		note_too_big(t, q->too_big);
	return q->too_big || q->refused || q->other;
}

/* True: error was a queued ICMP error, and says nothing about the call that
 * returned it. Reported datagrams will not be answered, so that the flow need
 * not wait the full timeout for them. */
static bool was_reported(struct load_thread *t, struct flow *f, int error)
{
	struct engine_reports q;
	bool any = read_reports(t, f, &q);

	/* The call's error is in the queue too, unless that was full. */
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

/* Skips a datagram that cannot be sent; nothing is sent in its place. If all
 * others are like it, there is no hurry to try the next. */
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
		hold(t, ENGINE_IDLE_NS);
}

/* With mixed sizes, a message of one segment is a lone datagram that is too
 * long for a train. With one size, the socket makes every send a train. */
static bool is_lone(const struct load_thread *t)
{
	return sizes_mixed(&t->config->sizes) &&
	       t->probes.messages[0].segments == 1;
}

/* EINVAL and EMSGSIZE: a segment exceeds the path's MTU. EIO: IPsec, or a
 * device that cannot compute checksums (before Linux 6.11). */
void failed_send(struct load_thread *t, struct flow *f, int error)
{
	switch (error) {
	case EAGAIN:
		METER_COUNT(&t->meter, blocked, 1);
		if (t->config->mode == LOAD_PACED)
			hold(t, HOLD_NS);
		return;
	case ENOBUFS:
		METER_COUNT(&t->meter, nobufs, 1);
		hold(t, HOLD_NS);
		return;
	case EINTR:
		/* No error of the send, until there are too many in a row. */
		thread_failed(t, &t->sends, t->engine.ops->send_call, error);
		return;
	}
	if (was_reported(t, f, error))
		return;
	switch (error) {
	case EINVAL:
	case EIO:
	case EMSGSIZE:
		if (t->train > 1 && !is_lone(t))
			shorten_trains(t, f, error);
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
