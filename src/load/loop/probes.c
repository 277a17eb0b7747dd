/* SPDX-License-Identifier: MIT */
#include "load/loop/probes.h"

#include "core/probe.h"
#include "load/loop/thread.h"
#include "load/loop/txtime.h"

#include <string.h>

/* Datagrams of an entry. With one size only, the table is one endless entry. */
static uint32_t entry_of(const struct load_thread *t)
{
	return sizes_mixed(&t->config->sizes) ? t->train : UINT32_MAX;
}

static void move(const struct load_thread *t, struct cursor *c, uint32_t n)
{
	c->left -= n;
	if (c->left > 0)
		return;
	c->unit = (c->unit + 1) % SIZES_TABLE;
	c->left = entry_of(t);
}

static void move_round(struct load_thread *t, uint32_t datagrams)
{
	struct probes *w = &t->probes;

	w->item += datagrams;
	if (w->item >= t->config->replay->count)
		w->item %= t->config->replay->count;
}

void probes_move(struct load_thread *t, uint32_t datagrams)
{
	if (t->config->replay)
		move_round(t, datagrams);
	else
		move(t, &t->probes.cursor, datagrams);
}

void probes_shorten_trains(struct load_thread *t)
{
	t->probes.cursor.left = entry_of(t);
}

size_t probes_longest(const struct load_thread *t)
{
	size_t longest = 0;

	for (uint32_t i = 0; i < SIZES_TABLE; i++) {
		const struct load_unit *u = &t->shared->units[i];
		size_t bytes = (size_t)u->bytes * u->segments;

		if (bytes > longest)
			longest = bytes;
	}
	return longest;
}

/* Threads begin at different places of a replay that goes round. */
static size_t first_item(const struct load_thread *t)
{
	const struct load_config *c = t->config;

	return c->replay ? c->replay->count * t->flows[0].number / c->flows : 0;
}

/* With one size and only headers checked, payloads are written before the run,
 * and only headers during it. */
void probes_init(struct load_thread *t)
{
	t->probes.cursor = (struct cursor){.left = entry_of(t)};
	t->probes.item = first_item(t);
	t->probes.prefilled = !sizes_mixed(&t->config->sizes) &&
			      !t->config->verify_full && !t->config->replay;
}

/* Fills every slot with a whole train: after trains are given up, single
 * datagrams use all of the slots. */
void probes_fill(void *arg, uint8_t *slot)
{
	const struct load_thread *t = arg;
	uint32_t bytes = t->config->sizes.most;
	const uint8_t *data = t->config->payload ? t->config->payload
						 : t->shared->content.data;

	for (uint32_t i = 0; t->probes.prefilled && i < t->train; i++)
		memcpy(slot + (size_t)i * bytes, data, bytes);
}

static bool has_header(const struct load_thread *t, uint32_t bytes)
{
	return bytes >= PROBE_BYTES && !t->config->payload;
}

/* Writes the message's probes, all of one size, and their payload unless the
 * slot is prefilled. */
static void write_probes(struct load_thread *t, const struct flow *f,
	uint32_t message, uint32_t bytes, uint64_t sequence)
{
	const struct probes *w = &t->probes;
	uint8_t *out = w->messages[message].data;
	uint32_t n = w->messages[message].segments;
	const struct probe first = {
		.magic = PROBE_REQUEST,
		.run = t->config->run,
		.flow = f->number,
		.sequence = sequence,
		.sent_ns = w->meant_ns[message],
	};

	for (uint32_t i = 0; !w->prefilled && i < n; i++)
		memcpy(out + (size_t)i * bytes,
			content_at(
				&t->shared->content, f->number, sequence + i),
			bytes);
	if (has_header(t, bytes))
		probe_write_train(out, bytes, n, &first);
}

/* Segment sizes of mixed trains and departure times go with each message. */
static void say_how(struct load_thread *t, struct engine_message *m,
	uint16_t bytes, uint64_t meant_ns)
{
	const struct load_config *c = t->config;

	m->segment_bytes = 0;
	if (m->segments > 1 && sizes_mixed(&c->sizes))
		m->segment_bytes = bytes;
	m->leave_ns = 0;
	if (c->socket.txtime)
		m->leave_ns = txtime_leave_ns(c->socket.txtime_clock, meant_ns,
				      t->now_ns) +
			      t->departures.ahead_ns;
}

static uint32_t least_of(uint32_t a, uint32_t b, uint64_t c)
{
	uint32_t least = a < b ? a : b;

	return least < c ? least : (uint32_t)c;
}

static uint32_t lend(struct load_thread *t, uint64_t room)
{
	uint32_t most = t->train > 1 ? PROBES_TRAINS : ENGINE_MESSAGES;

	return t->engine.ops->lend(t->engine.self, t->probes.messages,
		room < most ? (uint32_t)room : most);
}

/* Probes of one size that leave now, into slots that hold their payload: most
 * of what is ever sent, and the shortest way for a lone one. */
static uint32_t write_equal(
	struct load_thread *t, const struct order *o, uint64_t room)
{
	struct probes *w = &t->probes;
	const struct load_unit u = t->shared->units[0];
	uint32_t each = u.segments < t->train ? u.segments : t->train;
	uint32_t most = lend(t, room), i = 0;
	struct probe p = {
		.magic = PROBE_REQUEST,
		.run = t->config->run,
		.flow = o->flow->number,
		.sequence = o->flow->sequence,
		.sent_ns = t->now_ns,
	};

	for (; i < most && room > 0; i++) {
		struct engine_message *m = &w->messages[i];
		uint32_t n = room < each ? (uint32_t)room : each;

		*m = (struct engine_message){
			o->flow->link, m->data, n * u.bytes, (uint16_t)n, 0, 0};
		w->meant_ns[i] = p.sent_ns;
		if (n == 1)
			probe_write(m->data, u.bytes, &p);
		else
			probe_write_train(m->data, u.bytes, n, &p);
		p.sequence += n;
		room -= n;
	}
	return i;
}

static bool is_equal(const struct load_thread *t, const struct order *o)
{
	return t->probes.prefilled && !o->times && !t->config->socket.txtime &&
	       has_header(t, t->config->sizes.most);
}

static uint32_t write_plan(
	struct load_thread *t, const struct order *o, uint64_t room)
{
	struct probes *w = &t->probes;
	uint32_t most = lend(t, room), i = 0;
	const uint64_t *time = o->times;
	uint32_t of_time = o->per_time;
	uint64_t sequence = o->flow->sequence;
	struct cursor c = w->cursor;

	for (; i < most && room > 0; i++) {
		struct engine_message *m = &w->messages[i];
		struct load_unit u = t->shared->units[c.unit];
		uint32_t n = least_of(u.segments, t->train, room);

		if (n > c.left)
			n = c.left;
		if (time && n > of_time)
			n = of_time;
		w->meant_ns[i] = time ? *time : t->now_ns;
		m->link = o->flow->link;
		m->segments = (uint16_t)n;
		m->bytes = n * u.bytes;
		say_how(t, m, u.bytes, w->meant_ns[i]);
		if (!w->prefilled || has_header(t, u.bytes))
			write_probes(t, o->flow, i, u.bytes, sequence);
		move(t, &c, n);
		sequence += n;
		room -= n;
		of_time -= time ? n : 0;
		if (time && of_time == 0) {
			of_time = o->per_time;
			time++;
		}
	}
	return i;
}

/* A replay's datagrams are sent from where they are in memory. */
static struct engine_message message_of(const struct replay *r,
	const struct replay_item *item, const struct flow *f)
{
	return (struct engine_message){
		.link = f->link,
		.data = r->data + item->offset,
		.bytes = item->bytes,
		.segments = 1,
	};
}

static uint32_t write_items(
	struct load_thread *t, const struct order *o, uint64_t room)
{
	const struct replay *r = t->config->replay;
	struct probes *w = &t->probes;

	for (uint32_t i = 0; i < room; i++) {
		const struct replay_item *item = o->items[i];

		w->meant_ns[i] = r->unpaced ? t->now_ns
					    : t->shared->start_ns + item->at_ns;
		w->messages[i] = message_of(r, item, o->flow);
	}
	return (uint32_t)room;
}

static uint32_t write_round(
	struct load_thread *t, const struct order *o, uint64_t room)
{
	const struct replay *r = t->config->replay;
	struct probes *w = &t->probes;
	size_t item = w->item;

	for (uint32_t i = 0; i < room; i++) {
		w->meant_ns[i] = t->now_ns;
		w->messages[i] = message_of(r, &r->items[item], o->flow);
		if (++item == r->count)
			item = 0;
	}
	return (uint32_t)room;
}

uint32_t probes_write(
	struct load_thread *t, const struct order *order, uint64_t room)
{
	if (is_equal(t, order))
		return write_equal(t, order, room);
	if (order->items)
		return write_items(t, order, room);
	if (t->config->replay)
		return write_round(t, order, room);
	return write_plan(t, order, room);
}
