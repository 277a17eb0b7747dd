/* SPDX-License-Identifier: MIT */
/* Receives replies and checks every one, train by train. */
#include "load/loop/receive.h"

#include "core/clock.h"
#include "load/loop/churn.h"
#include "load/loop/failed.h"
#include "load/loop/halt.h"
#include "load/loop/latency.h"
#include "load/traffic/text.h"

#include <string.h>

static void tally_unexpected(
	struct tally *y, enum verify_result r, uint32_t bytes)
{
	switch (r) {
	case VERIFY_FIRST:
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

static inline void tally_result(
	struct tally *y, enum verify_result r, uint32_t bytes)
{
	if (r != VERIFY_FIRST) {
		tally_unexpected(y, r, bytes);
		return;
	}
	y->first++;
	y->bytes += bytes;
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
	latency_of_probe(t, f, y, &p, data, bytes);
}

/* With one size there is one right text; with mixed sizes, one for each. */
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

/* Replies without a number: each is taken as the reply to the next probe. */
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

/* Checks what follows a datagram of a train at once, as far as it can. Returns
 * its bytes. */
typedef uint32_t run_fn(struct load_thread *, struct flow *, struct tally *,
	const uint8_t *, uint32_t left, uint32_t segment);

/* Inlined for each check: a call through a pointer per datagram would be a
 * tenth of a datagram's whole cost. run: NULL: each datagram is checked. */
static inline __attribute__((always_inline)) void walk(check_fn *check,
	run_fn *run, struct load_thread *t, struct flow *f, struct tally *y,
	const struct engine_arrivals *in)
{
	for (uint32_t i = 0; i < in->count; i++) {
		const struct engine_arrival *a = &in->at[i];
		const uint8_t *data = a->data;
		uint32_t left = a->bytes;

		do {
			uint32_t one = left < a->segment_bytes
					       ? left
					       : a->segment_bytes;

			check(t, f, y, data, one);
			y->datagrams++;
			data += one;
			left -= one;
			if (!run || left == 0)
				continue;
			one = run(t, f, y, data, left, a->segment_bytes);
			data += one;
			left -= one;
		} while (left > 0);
	}
}

typedef void walk_fn(struct load_thread *, struct flow *, struct tally *,
	const struct engine_arrivals *);

/*
 * Checks replies at data as check_probe() does, as long as they follow one
 * another and left together, as nearly all of a train do; such are counted
 * once. Returns their bytes.
 */
static uint32_t check_run(struct load_thread *t, struct flow *f,
	struct tally *y, const uint8_t *data, uint32_t left, uint32_t segment)
{
	uint64_t unanswered = f->sequence - f->verify.next;
	struct probe p = {
		.run = t->config->run,
		.flow = f->number,
		.sequence = f->verify.next,
		.sent_ns = y->run.meant_ns,
	};
	uint32_t n;

	/* With one clock, each has a time of its own at the server. */
	if (y->run.n == 0 || t->config->one_clock || t->config->verify_full ||
		p.sequence < f->written_off || segment < PROBE_BYTES ||
		left < segment)
		return 0;
	p.magic = probe_get32(data);
	if (p.magic != PROBE_REQUEST && p.magic != PROBE_REPLY)
		return 0;
	/* A lone one must not cost a division. */
	n = left < 2 * segment ? 1 : left / segment;
	n = probe_match_train(
		data, segment, n < unanswered ? n : (uint32_t)unanswered, &p);
	f->verify.next += n;
	y->run.n += n;
	y->datagrams += n;
	y->first += n;
	y->bytes += (uint64_t)n * segment;
	return n * segment;
}

static void walk_probes(struct load_thread *t, struct flow *f, struct tally *y,
	const struct engine_arrivals *in)
{
	walk(check_probe, check_run, t, f, y, in);
}

static void walk_texts(struct load_thread *t, struct flow *f, struct tally *y,
	const struct engine_arrivals *in)
{
	walk(check_text, NULL, t, f, y, in);
}

static void walk_any(struct load_thread *t, struct flow *f, struct tally *y,
	const struct engine_arrivals *in)
{
	walk(check_any, NULL, t, f, y, in);
}

static walk_fn *const walks[] = {
	[REPLIES_PROBES] = walk_probes,
	[REPLIES_TEXT] = walk_texts,
	[REPLIES_ANY] = walk_any,
	[REPLIES_NONE] = walk_any,
};

static void check_arrivals(struct load_thread *t, struct flow *f,
	struct tally *y, const struct engine_arrivals *in)
{
	uint64_t next = f->verify.next;

	walks[t->config->replies](t, f, y, in);
	/* Numbers that the highest one has skipped, and that did not come. */
	y->gaps = f->verify.next - next - (y->first - y->reordered - y->late);
	if (f->times)
		latency_in_order(t, f, y, next, y->first);
}

static void count(struct load_thread *t, const struct tally *y, uint32_t trains)
{
	METER_COUNT(&t->meter, answered, y->first);
	METER_COUNT(&t->meter, answered_bytes, y->bytes);
	METER_COUNT(&t->meter, received_trains, trains);
	METER_COUNT(&t->meter, differences, y->differences);
	METER_COUNT(&t->meter, difference_ns, y->difference_ns);
	METER_COUNT(&t->meter, trips, y->trips);
	METER_COUNT(&t->meter, trip_ns, y->trip_ns);
	if (y->overdue)
		METER_COUNT(&t->meter, came_late, y->overdue);
	if (y->first == y->datagrams && !y->reordered && !y->late && !y->gaps)
		return;
	METER_COUNT(&t->meter, gaps, y->gaps);
	METER_COUNT(&t->meter, reordered, y->reordered);
	METER_COUNT(&t->meter, late, y->late);
	METER_COUNT(&t->meter, duplicate, y->duplicate);
	METER_COUNT(&t->meter, corrupt, y->corrupt);
	METER_COUNT(&t->meter, stale, y->stale);
}

/* Replies without a number came that were written off: fewer were lost. */
static void mind_the_late(struct flow *f, struct tally *y)
{
	uint64_t done = f->verify.next + f->skipped;

	if (done <= f->sequence)
		return;
	f->skipped -= done - f->sequence;
	y->overdue += (uint32_t)(done - f->sequence);
}

/* Checks the arrivals of one receive. Returns the number of datagrams. */
static uint32_t check(
	struct load_thread *t, struct flow *f, const struct engine_arrivals *in)
{
	struct tally y;

	tally_begin(&y);
	t->now_ns = clock_ns();
	f->progress_ns = t->now_ns;
	f->refused = false;
	atomic_store_explicit(
		&t->meter.active_ns, t->now_ns, memory_order_relaxed);
	check_arrivals(t, f, &y, in);
	latency_round_trip(t, f, &y.run);
	latency_end_run(t, f, &y);
	if (f->skipped && f->times)
		mind_the_late(f, &y);
	count(t, &y, in->count);
	return y.datagrams;
}

static void take(
	struct load_thread *t, struct flow *f, const struct engine_arrivals *in)
{
	uint64_t before = flow_in_flight(f);
	uint32_t n = check(t, f, in);

	t->owed -= n < t->owed ? n : t->owed;
	thread_landed(t, f, before - flow_in_flight(f));
}

static void note_failure(struct load_thread *t, struct flow *f, int error)
{
	if (f)
		failed_receive(t, f, error);
	else
		thread_halt(t, t->engine.ops->wait_call, error);
}

/* A spinning thread needs the time only to notice lost replies: reading it once
 * in a while is enough. */
static void note_nothing(struct load_thread *t, uint64_t timeout_ns)
{
	if (timeout_ns > 0 || t->idle % 1024 == 0)
		t->now_ns = clock_ns();
	t->idle++;
	t->owed = 0;
}

struct flow *receive_next(struct load_thread *t, uint64_t timeout_ns)
{
	const struct engine_ops *ops = t->engine.ops;
	struct flow *heard = NULL;
	struct engine_arrivals in;

	t->unheard = 0;
	do {
		int n = ops->recv(t->engine.self, &in, timeout_ns);

		if (n < 0)
			note_failure(t, in.owner, -n);
		else
			failures_none(&t->receives);
		if (n <= 0)
			break;
		heard = in.owner;
		take(t, heard, &in);
	} while (in.more && !t->error);
	if (heard)
		t->idle = 0;
	else
		note_nothing(t, timeout_ns);
	return heard && heard->heir ? churn_heard(t, heard) : heard;
}
