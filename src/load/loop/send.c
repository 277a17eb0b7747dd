/* SPDX-License-Identifier: MIT */
/* A flow's way out: probes are written into prepared trains, and numbers go on
 * only by what the kernel took. */
#include "core/clock.h"
#include "load/loop/thread.h"

#include <errno.h>
#include <string.h>

/* n probes of one size; where the slot does not hold the payload already, that
 * is written too. */
static void write_probes(struct load_thread *t, const struct flow *f,
	uint8_t *out, uint32_t message, uint32_t bytes, uint64_t sequence)
{
	const struct load_message *m = &t->out_messages[message];
	struct probe p = {
		.magic = PROBE_REQUEST,
		.run = t->config->run,
		.flow = f->number,
		.sequence = sequence,
		.sent_ns = m->meant_ns,
	};

	for (uint32_t n = m->segments; n > 0; n--, p.sequence++, out += bytes) {
		if (!t->prefilled)
			memcpy(out,
				content_at(&t->shared->content, f->number,
					p.sequence),
				bytes);
		if (bytes >= PROBE_BYTES && !t->config->payload)
			probe_write(out, bytes, &p);
	}
}

/* Trains of several sizes cannot be told to the socket once for all, nor can
 * the times of departures. */
static void set_control(struct load_thread *t, uint32_t message, uint16_t bytes)
{
	const struct load_message *m = &t->out_messages[message];
	const struct load_config *c = t->config;
	bool mixed = sizes_mixed(&c->sizes);
	uint64_t leave_ns = 0;

	if (!mixed && !c->txtime)
		return;
	if (c->txtime)
		leave_ns = txtime_leave_ns(
				   c->txtime_clock, m->meant_ns, t->now_ns) +
			   t->schedule.ahead_ns;
	txtime_control(&t->out_headers[message].msg_hdr,
		t->out_control[message].bytes,
		mixed && m->segments > 1 ? bytes : 0, leave_ns);
}

static uint32_t least_of(uint32_t a, uint32_t b, uint64_t c)
{
	uint32_t least = a < b ? a : b;

	return least < c ? least : (uint32_t)c;
}

/* Datagrams of an entry: of one size the table has one, without an end. */
static uint32_t entry_of(const struct load_thread *t)
{
	return sizes_mixed(&t->config->sizes) ? t->train : UINT32_MAX;
}

void send_move(const struct load_thread *t, struct load_cursor *c, uint32_t n)
{
	c->left -= n;
	if (c->left > 0)
		return;
	c->unit = (c->unit + 1) % SIZES_TABLE;
	c->left = entry_of(t);
}

/* Fills headers for up to room datagrams; returns their messages. */
static uint32_t prepare(struct load_thread *t, const struct flow *f,
	const struct load_order *order, uint64_t room)
{
	uint32_t most = t->train > 1 ? SEND_TRAINS : SEND_SINGLES, i = 0;
	const uint64_t *time = order->times;
	uint32_t of_time = order->per_time;
	uint64_t sequence = f->sequence;
	struct load_cursor c = t->cursor;

	for (; i < most && room > 0; i++) {
		struct load_unit u = t->shared->units[c.unit];
		uint32_t n = least_of(u.segments, t->train, room);

		if (n > c.left)
			n = c.left;

		if (time && n > of_time)
			n = of_time;
		t->out_messages[i] =
			(struct load_message){n, time ? *time : t->now_ns};
		t->out_iov[i].iov_len = (size_t)n * u.bytes;
		set_control(t, i, u.bytes);
		if (!t->prefilled ||
			(u.bytes >= PROBE_BYTES && !t->config->payload))
			write_probes(t, f, t->out + i * t->out_stride, i,
				u.bytes, sequence);
		send_move(t, &c, n);
		sequence += n;
		room -= n;
		of_time -= time ? n : 0;
		if (time && of_time == 0) {
			of_time = order->per_time;
			time++;
		}
	}
	return i;
}

/* The same of a replay: datagrams are sent from where they lie. */
static uint32_t prepare_items(
	struct load_thread *t, const struct load_order *order, uint64_t room)
{
	const struct replay *r = t->config->replay;

	for (uint32_t i = 0; i < room; i++) {
		const struct replay_item *item = order->items[i];

		t->out_messages[i] = (struct load_message){
			1, r->unpaced ? t->now_ns
				      : t->shared->start_ns + item->at_ns};
		t->out_iov[i] =
			(struct iovec){r->data + item->offset, item->bytes};
	}
	return (uint32_t)room;
}

static void note_times(const struct load_thread *t, struct flow *f, uint32_t n)
{
	uint64_t sequence = f->sequence;

	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < t->out_messages[i].segments; k++)
			f->times[sequence++ % FLOW_TIMES] =
				t->out_messages[i].meant_ns;
}

/* What the kernel is to time was sent before. */
static uint64_t late_ns(
	const struct load_thread *t, const struct load_message *m)
{
	return t->now_ns > m->meant_ns ? t->now_ns - m->meant_ns : 0;
}

static uint32_t count_taken(struct load_thread *t, struct flow *f, uint32_t n)
{
	uint32_t taken = 0, partial = 0;
	const struct replay *replay = t->config->replay;
	bool paced =
		t->config->mode == LOAD_PACED && !(replay && replay->unpaced);
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct load_message *m = &t->out_messages[i];

		send_move(t, &t->cursor, m->segments);
		taken += m->segments;
		bytes += t->out_iov[i].iov_len;
		partial += m->segments < t->train;
		if (paced)
			histogram_record(&t->histograms[LOAD_LAG],
				late_ns(t, m), m->segments);
	}
	if (f->times)
		note_times(t, f, n);
	if (flow_in_flight(f) == 0)
		f->progress_ns = t->now_ns;
	f->sequence += taken;
	LOAD_COUNT(t, sent, taken);
	LOAD_COUNT(t, sent_bytes, bytes);
	LOAD_COUNT(t, sent_messages, n);
	if (partial)
		LOAD_COUNT(t, partial, partial);
	return taken;
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

/* With a count the run ends with its last send, which took its time. Before it
 * is counted: who has seen the count wants the time. */
static void note_sent(struct load_thread *t)
{
	bool last = t->config->count && atomic_load(&t->shared->budget) <= 0;

	atomic_store_explicit(&t->active_ns, last ? clock_ns() : t->now_ns,
		memory_order_relaxed);
}

/* The kernel has just had no room: is it too early to try again? */
static bool is_held(struct load_thread *t)
{
	t->now_ns = clock_ns();
	if (t->now_ns < t->hold_ns)
		return true;
	t->hold_ns = 0;
	return false;
}

uint32_t flow_send(
	struct load_thread *t, struct flow *f, const struct load_order *order)
{
	uint32_t messages, taken = 0;
	uint64_t room;
	int r;

	t->given_up = 0;
	if (t->hold_ns && is_held(t))
		return 0;
	room = t->error ? 0 : reserve(t, order->room);
	if (room == 0)
		return 0;
	t->now_ns = clock_ns();
	messages = order->items ? prepare_items(t, order, room)
				: prepare(t, f, order, room);
	r = sendmmsg(f->fd, t->out_headers, messages, MSG_DONTWAIT);
	if (r > 0) {
		failures_none(&t->sends);
		note_sent(t);
		taken = count_taken(t, f, (uint32_t)r);
	}
	if (r > 0 && (uint32_t)r < messages) {
		LOAD_COUNT(t, cut, 1);
		/* The call does not say why; a refusal is in the queue. */
		flow_report(t, f, 0);
	}
	if (t->config->count && taken < room)
		atomic_fetch_add(&t->shared->budget, (int64_t)(room - taken));
	if (r < 0)
		flow_send_failed(t, f, errno);
	return taken;
}
