/* SPDX-License-Identifier: MIT */
/* A flow's way home: every reply is checked, train by train. */
#include "core/clock.h"
#include "load/loop/thread.h"
#include "load/traffic/text.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>

#ifndef UDP_GRO
#define UDP_GRO 104
#endif

/* Batches taken in a row before the flow may send again. */
#define TURNS 4

/* Replies in a row that were meant to leave at one time, and were taken by the
 * server at one where that is of interest: one latency, so many times. */
struct run {
	uint64_t meant_ns, taken;
	const uint8_t *data; /* of the first */
	uint32_t bytes, magic, n;
};

/* What one receive brought, counted once at its end. */
struct tally {
	uint32_t datagrams, first, reordered, late, duplicate, corrupt, stale;
	uint32_t differences, trips;
	uint32_t overdue; /* had been written off */
	uint64_t bytes, gaps, difference_ns, trip_ns;
	struct run run;
};

static uint32_t train_segment(struct msghdr *h)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(h);
	int gro;

	if (!c || c->cmsg_level != IPPROTO_UDP || c->cmsg_type != UDP_GRO)
		return 0;
	memcpy(&gro, CMSG_DATA(c), sizeof(gro));
	return (uint32_t)gro;
}

static void tally_result(struct tally *y, enum verify_result r, uint32_t bytes)
{
	switch (r) {
	case VERIFY_FIRST:
		y->first++;
		y->bytes += bytes;
		break;
	case VERIFY_REORDERED:
		y->first++;
		y->bytes += bytes;
		y->reordered++;
		break;
	case VERIFY_LATE:
		y->first++;
		y->bytes += bytes;
		y->late++;
		break;
	case VERIFY_DUPLICATE:
		y->duplicate++;
		break;
	case VERIFY_UNSENT:
		y->corrupt++;
		break;
	}
}

static void note_one_way(struct load_thread *t, const struct run *run)
{
	struct probe_receive r;

	if (run->magic != PROBE_REPLY ||
		!probe_read_receive(run->data, run->bytes, &r) ||
		r.received_ns < run->meant_ns || r.received_ns > t->now_ns)
		return;
	histogram_record(&t->histograms[LOAD_THERE],
		r.received_ns - run->meant_ns, run->n);
	histogram_record(
		&t->histograms[LOAD_BACK], t->now_ns - r.received_ns, run->n);
}

static void end_run(struct load_thread *t, struct flow *f, struct tally *y)
{
	struct run *run = &y->run;

	if (run->n && run->meant_ns <= t->now_ns) {
		uint64_t trip_ns = t->now_ns - run->meant_ns;

		histogram_record(&t->histograms[LOAD_LATENCY], trip_ns, run->n);
		y->trips++;
		y->trip_ns += trip_ns;
		y->differences += f->jitter.count > 0;
		y->difference_ns += jitter_note(&f->jitter, trip_ns);
		if (t->config->one_clock)
			note_one_way(t, run);
	}
	run->n = 0;
}

/* All that one receive brings came at one time, so that what was sent at one
 * has one latency: a comparison each, and a record for each that differs. */
static inline void note_latency(struct load_thread *t, struct flow *f,
	struct tally *y, const struct probe *p, const uint8_t *data,
	uint32_t bytes)
{
	struct run *run = &y->run;
	uint64_t taken = 0;

	if (t->config->one_clock && bytes >= PROBE_BYTES + sizeof(taken))
		memcpy(&taken, data + PROBE_BYTES, sizeof(taken));
	if (run->n && run->meant_ns == p->sent_ns && run->taken == taken) {
		run->n++;
		return;
	}
	end_run(t, f, y);
	*run = (struct run){p->sent_ns, taken, data, bytes, p->magic, 1};
}

static void check_probe(struct load_thread *t, struct flow *f, struct tally *y,
	const uint8_t *data, uint32_t bytes)
{
	enum verify_result r;
	struct probe p;

	if (!probe_read(data, bytes, &p)) {
		y->corrupt++;
		return;
	}
	if (p.run != t->config->run || p.flow != f->number) {
		y->stale++;
		return;
	}
	if (t->config->verify_full &&
		(bytes > t->config->sizes.most ||
			!content_is_right(
				&t->shared->content, &p, data, bytes))) {
		y->corrupt++;
		return;
	}
	r = verify_note(&f->verify, p.sequence, f->sequence);
	tally_result(y, r, bytes);
	if (r == VERIFY_DUPLICATE || r == VERIFY_UNSENT)
		return;
	y->overdue += p.sequence < f->written_off;
	note_latency(t, f, y, &p, data, bytes);
}

/* Of one size the text is known; of many, it must be the text for one. */
static bool text_is_right(
	const struct load_thread *t, const uint8_t *data, uint32_t bytes)
{
	const struct load_shared *s = t->shared;
	const struct sizes *sizes = &t->config->sizes;
	uint32_t n;

	if (!sizes_mixed(sizes))
		return bytes == s->text_bytes &&
		       memcmp(data, s->text, bytes) == 0;
	return text_read_length(data, bytes, &n) && n >= sizes->least &&
	       n <= sizes->most;
}

/* Replies without a number: each is taken for the next one's. */
static void check_text(struct load_thread *t, struct flow *f, struct tally *y,
	const uint8_t *data, uint32_t bytes)
{
	if (!text_is_right(t, data, bytes))
		y->corrupt++;
	else
		tally_result(y,
			verify_note(&f->verify, f->verify.next, f->sequence),
			bytes);
}

static void check_any(struct load_thread *t, struct flow *f, struct tally *y,
	const uint8_t *data, uint32_t bytes)
{
	const struct load_config *c = t->config;

	(void)data;
	if (!c->payload && !c->replay &&
		(bytes < c->sizes.least || bytes > c->sizes.most))
		y->corrupt++;
	else
		tally_result(y,
			verify_note(&f->verify, f->verify.next, f->sequence),
			bytes);
}

typedef void check_fn(struct load_thread *, struct flow *, struct tally *,
	const uint8_t *, uint32_t);

/* Segment by segment; inlined for each check, since a call through a pointer
 * for each datagram would be a tenth of all its cost. */
static inline __attribute__((always_inline)) void walk(check_fn *check,
	struct load_thread *t, struct flow *f, struct tally *y,
	const uint8_t *data, uint32_t left, uint32_t segment)
{
	do {
		uint32_t one = left < segment ? left : segment;

		check(t, f, y, data, one);
		y->datagrams++;
		data += one;
		left -= one;
	} while (left > 0);
}

typedef void walk_fn(struct load_thread *, struct flow *, struct tally *,
	const uint8_t *, uint32_t, uint32_t);

static void walk_probes(struct load_thread *t, struct flow *f, struct tally *y,
	const uint8_t *data, uint32_t left, uint32_t segment)
{
	walk(check_probe, t, f, y, data, left, segment);
}

static void walk_texts(struct load_thread *t, struct flow *f, struct tally *y,
	const uint8_t *data, uint32_t left, uint32_t segment)
{
	walk(check_text, t, f, y, data, left, segment);
}

static void walk_any(struct load_thread *t, struct flow *f, struct tally *y,
	const uint8_t *data, uint32_t left, uint32_t segment)
{
	walk(check_any, t, f, y, data, left, segment);
}

static walk_fn *const walks[] = {
	[REPLIES_PROBES] = walk_probes,
	[REPLIES_TEXT] = walk_texts,
	[REPLIES_ANY] = walk_any,
	[REPLIES_NONE] = walk_any,
};

/* Replies without a number are taken for the next one's, which holds where none
 * is missing: who tells of it looks at that. next: as before this train, of
 * which n are no surplus. */
static void note_in_order(struct load_thread *t, struct flow *f,
	struct tally *y, uint64_t next, uint32_t n)
{
	struct run *run = &y->run;

	for (next += f->skipped; n > 0 && next < f->sequence; n--, next++) {
		uint64_t meant_ns = f->times[next % FLOW_TIMES];

		if (f->sequence - next > FLOW_TIMES)
			continue;
		if (run->n && run->meant_ns == meant_ns) {
			run->n++;
			continue;
		}
		end_run(t, f, y);
		*run = (struct run){.meant_ns = meant_ns, .n = 1};
	}
}

static void check_train(
	struct load_thread *t, struct flow *f, struct tally *y, uint32_t index)
{
	const uint8_t *data = t->in_iov[index].iov_base;
	uint32_t bytes = t->in_headers[index].msg_len;
	uint32_t segment = train_segment(&t->in_headers[index].msg_hdr);
	uint32_t before = y->first, overtaken = y->reordered + y->late;
	uint64_t next = f->verify.next;

	if (segment == 0 || segment > bytes)
		segment = bytes;
	walks[t->config->replies](t, f, y, data, bytes, segment);
	/* What the highest number went up by, and did not come. */
	overtaken = y->reordered + y->late - overtaken;
	y->gaps += f->verify.next - next - (y->first - before - overtaken);
	if (f->times)
		note_in_order(t, f, y, next, y->first - before);
}

static void count(struct load_thread *t, const struct tally *y, int trains)
{
	LOAD_COUNT(t, answered, y->first);
	LOAD_COUNT(t, answered_bytes, y->bytes);
	LOAD_COUNT(t, received_trains, (uint64_t)trains);
	LOAD_COUNT(t, differences, y->differences);
	LOAD_COUNT(t, difference_ns, y->difference_ns);
	LOAD_COUNT(t, trips, y->trips);
	LOAD_COUNT(t, trip_ns, y->trip_ns);
	if (y->overdue)
		LOAD_COUNT(t, came_late, y->overdue);
	if (y->first == y->datagrams && !y->reordered && !y->late && !y->gaps)
		return;
	LOAD_COUNT(t, gaps, y->gaps);
	LOAD_COUNT(t, reordered, y->reordered);
	LOAD_COUNT(t, late, y->late);
	LOAD_COUNT(t, duplicate, y->duplicate);
	LOAD_COUNT(t, corrupt, y->corrupt);
	LOAD_COUNT(t, stale, y->stale);
}

static int receive_batch(struct load_thread *t, struct flow *f, int flags)
{
	for (uint32_t i = 0; i < RECEIVE_MAX; i++)
		t->in_headers[i].msg_hdr.msg_controllen =
			sizeof(t->in_control[i].bytes);
	return recvmmsg(f->fd, t->in_headers, RECEIVE_MAX, flags, NULL);
}

/* A reply came that was not awaited any more: one less was lost. */
static void mind_the_late(struct flow *f, struct tally *y)
{
	uint64_t done = f->verify.next + f->skipped;

	if (done <= f->sequence)
		return;
	f->skipped -= done - f->sequence;
	y->overdue += (uint32_t)(done - f->sequence);
}

/* One round trip for all that came at once. A reply without a number that comes
 * soon after some were given up may be one of theirs, and tells nothing. */
static void note_round_trip(
	struct load_thread *t, const struct flow *f, const struct run *run)
{
	struct rtt *r = &t->rtt;

	if (run->n == 0 || run->meant_ns > t->now_ns ||
		(f->times && f->skipped &&
			run->meant_ns < f->written_off_ns + r->timeout_ns))
		return;
	rtt_note(r, t->now_ns - run->meant_ns);
	atomic_store_explicit(
		&t->timeout_ns, r->timeout_ns, memory_order_relaxed);
	atomic_store_explicit(
		&t->least_rtt_ns, r->least_ns, memory_order_relaxed);
}

static void receive_failed(struct load_thread *t, struct flow *f, int error)
{
	flow_report(t, f, error);
	thread_failed(t, &t->receives, "recvmmsg", error);
}

static uint32_t receive(struct load_thread *t, struct flow *f, int flags)
{
	uint32_t total = 0;

	for (int turn = 0; turn < TURNS && !t->error; turn++) {
		struct tally y = {0};
		int n = receive_batch(t, f, flags);

		if (n < 0 && errno != EAGAIN && errno != EINTR)
			receive_failed(t, f, errno);
		else
			failures_none(&t->receives);
		if (n <= 0)
			break;
		t->now_ns = clock_ns();
		f->progress_ns = t->now_ns;
		f->refused = false;
		atomic_store_explicit(
			&t->active_ns, t->now_ns, memory_order_relaxed);
		for (int i = 0; i < n; i++)
			check_train(t, f, &y, (uint32_t)i);
		note_round_trip(t, f, &y.run);
		end_run(t, f, &y);
		if (f->skipped && f->times)
			mind_the_late(f, &y);
		count(t, &y, n);
		total += y.datagrams;
		if (n < RECEIVE_MAX)
			break;
		flags = MSG_DONTWAIT;
	}
	return total;
}

uint32_t flow_receive(struct load_thread *t, struct flow *f)
{
	return receive(t, f, MSG_DONTWAIT);
}

uint32_t flow_await(struct load_thread *t, struct flow *f)
{
	return receive(t, f, MSG_WAITFORONE);
}
