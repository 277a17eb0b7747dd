/* SPDX-License-Identifier: MIT */
/* A flow's way out: probes are written into prepared trains, and numbers go on
 * only by what the kernel took. */
#include "core/clock.h"
#include "load/thread.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

static void write_probes(struct load_thread *t, const struct flow *f,
	uint8_t *out, uint64_t sequence, uint32_t n)
{
	struct probe p = {
		.magic = PROBE_REQUEST,
		.run = t->config->run,
		.flow = f->number,
		.sequence = sequence,
		.sent_ns = t->now_ns,
	};

	for (; n > 0; n--, p.sequence++, out += t->config->length)
		probe_write(out, t->config->length, &p);
}

/* Fills headers for up to room datagrams; returns their messages. */
static uint32_t prepare(
	struct load_thread *t, const struct flow *f, uint64_t room)
{
	uint32_t most = t->train > 1 ? SEND_TRAINS : SEND_SINGLES;
	uint32_t length = t->config->length, i = 0;
	uint64_t sequence = f->sequence;

	for (; i < most && room > 0; i++) {
		uint32_t n = room < t->train ? (uint32_t)room : t->train;
		uint8_t *out = t->out + i * t->out_stride;

		if (length >= PROBE_BYTES)
			write_probes(t, f, out, sequence, n);
		t->out_iov[i].iov_len = (size_t)n * length;
		sequence += n;
		room -= n;
	}
	return i;
}

static uint32_t segments_of(const struct load_thread *t, uint32_t message)
{
	uint32_t length = t->config->length;

	if (t->train == 1)
		return 1;
	return (uint32_t)t->out_iov[message].iov_len / length;
}

static uint32_t count_taken(struct load_thread *t, struct flow *f, uint32_t n)
{
	uint32_t taken = 0, partial = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t segments = segments_of(t, i);

		taken += segments;
		partial += segments < t->train;
	}
	if (flow_in_flight(f) == 0)
		f->progress_ns = t->now_ns;
	f->sequence += taken;
	LOAD_COUNT(t, sent, taken);
	LOAD_COUNT(t, sent_bytes, (uint64_t)taken * t->config->length);
	LOAD_COUNT(t, sent_messages, n);
	if (partial)
		LOAD_COUNT(t, partial, partial);
	return taken;
}

/* From here on datagrams go one by one; what was sent so far were trains. */
static void give_up_trains(struct load_thread *t, int error)
{
	const struct load_hooks *hooks = t->shared->hooks;
	char text[160];
	int off = 0;

	snprintf(text, sizeof(text),
		"trains of %u x %u bytes were refused (%s): sending one by one",
		t->train, t->config->length, strerror(error));
	if (!atomic_exchange(&t->shared->noticed, true) && hooks->notice)
		hooks->notice(hooks->arg, text);
	for (uint32_t i = 0; i < t->flow_count; i++)
		(void)setsockopt(t->flows[i].fd, IPPROTO_UDP, UDP_SEGMENT, &off,
			sizeof(off));
	t->train = 1;
	LOAD_COUNT(t, partial, 1);
}

/* EINVAL and EMSGSIZE: a segment exceeds the path's MTU; EIO: a device that
 * cannot make checksums (before Linux 6.11). */
static void send_failed(struct load_thread *t, struct flow *f, int error)
{
	switch (error) {
	case EAGAIN:
		LOAD_COUNT(t, blocked, 1);
		return;
	case ENOBUFS:
		LOAD_COUNT(t, nobufs, 1);
		return;
	case EINTR:
		return;
	case EINVAL:
	case EIO:
	case EMSGSIZE:
		if (t->train > 1) {
			give_up_trains(t, error);
			return;
		}
		break;
	}
	flow_report(t, f, error);
}

/* With a count, what is to be sent is taken from it first. */
static uint64_t reserve(struct load_thread *t, uint64_t room)
{
	uint32_t most = t->train > 1 ? SEND_TRAINS * t->train : SEND_SINGLES;
	int64_t had;

	if (room > most)
		room = most;
	if (!t->config->count)
		return room;
	had = atomic_fetch_sub(&t->shared->budget, (int64_t)room);
	if (had >= (int64_t)room)
		return room;
	had = had > 0 ? had : 0;
	atomic_fetch_add(&t->shared->budget, (int64_t)room - had);
	return (uint64_t)had;
}

uint32_t flow_send(struct load_thread *t, struct flow *f, uint64_t room)
{
	uint32_t messages, taken = 0;
	int r;

	room = reserve(t, room);
	if (room == 0)
		return 0;
	t->now_ns = clock_ns();
	messages = prepare(t, f, room);
	r = sendmmsg(f->fd, t->out_headers, messages, MSG_DONTWAIT);
	if (r > 0)
		taken = count_taken(t, f, (uint32_t)r);
	if (t->config->count && taken < room)
		atomic_fetch_add(&t->shared->budget, (int64_t)(room - taken));
	if (r < 0)
		send_failed(t, f, errno);
	return taken;
}

void flow_report(struct load_thread *t, struct flow *f, int error)
{
	char control[256];

	if (error == ECONNREFUSED)
		LOAD_COUNT(t, refused, 1);
	else
		LOAD_COUNT(t, send_errors, 1);
	for (int i = 0; i < 64; i++) {
		struct msghdr h = {
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};

		if (recvmsg(f->fd, &h, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			return;
	}
}
