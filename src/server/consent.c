/* SPDX-License-Identifier: MIT */
#include "server/consent.h"

#include "core/couple.h"
#include "core/query.h"

#include <string.h>

void consent_init(struct consent *c, const struct consent_config *config,
	uint32_t number, const union address *bound)
{
	*c = (struct consent){.config = config,
		.bound = *bound,
		.generation = (uint64_t)number << 32};
}

/* The first segment tells what the train is, since a client sends nothing else
 * from a socket for queries. A truncated train is left to be counted as
 * truncated; what was not copied is no query. */
static bool is_query(const struct train *t)
{
	return t->segment_bytes == QUERY_BYTES && !t->truncated &&
	       t->copied >= QUERY_BYTES && query_is(t->data, t->segment_bytes);
}

uint32_t consent_part(struct batch *b)
{
	uint32_t kept = 0, all = b->count;

	for (uint32_t i = 0; i < all; i++) {
		struct train t;

		if (is_query(&b->trains[i]))
			continue;
		if (kept < i) {
			t = b->trains[kept];
			b->trains[kept] = b->trains[i];
			b->trains[i] = t;
		}
		kept++;
	}
	b->count = kept;
	return all - kept;
}

static void take_snapshot(struct consent *c)
{
	const struct consent_config *config = c->config;

	memset(c->sums, 0, sizeof(c->sums));
	c->published = UINT64_MAX;
	for (uint32_t w = 0; w < config->worker_count; w++) {
		const struct counters *from = config->workers[w];
		uint64_t published = counter_get(from, COUNTER_PUBLISHED);

		for (enum counter_id id = 0; id < COUNTER_COUNT; id++)
			c->sums[id] += counter_get(from, id);
		if (published < c->published)
			c->published = published;
	}
	/* The low half is never 0, and never equals another worker's. */
	c->generation =
		c->generation >> 32 << 32 | (uint32_t)(c->generation + 1);
	if ((uint32_t)c->generation == 0)
		c->generation++;
}

/* Writes one part. Returns the number of parts. */
static uint16_t put_part(
	const struct consent *c, uint16_t part, struct query_room *room)
{
	const uint32_t all = room->left;
	uint32_t left = all;
	uint16_t at = 0;

	for (enum counter_id id = 0; id < COUNTER_COUNT; id++) {
		const char *name = counter_table[id].name;
		uint32_t need = (uint32_t)strlen(name) + 1 + sizeof(uint64_t);

		if (need > left) {
			at++;
			left = all;
		}
		left -= need;
		if (at == part)
			(void)query_put_counter(room, name, c->sums[id]);
	}
	return at + 1;
}

static bool tell_hello(const struct consent *c, struct query_room *room)
{
	const struct consent_config *config = c->config;

	return query_put_text(room, config->version) &&
	       query_put_text(room, config->service) &&
	       query_put_text(room, config->backend);
}

/*
 * A query for an old generation is answered with the current one, with which
 * the client goes on. If it started a new one, two clients that ask in turn
 * would never get all parts.
 */
static bool tell_snapshot(
	struct consent *c, struct query *q, struct query_room *room)
{
	if (q->generation == 0 || (uint32_t)c->generation == 0)
		take_snapshot(c);
	q->generation = c->generation;
	q->published = c->published;
	q->parts = put_part(c, q->part, room);
	return q->part < q->parts;
}

/* A socket bound to all addresses delivers each datagram's destination; one
 * bound to a single address need not. */
static union address arrived_at(const struct consent *c, const struct train *t)
{
	union address a = c->bound;

	if (t->local.family == AF_INET)
		a = (union address){
			.in = {.sin_family = AF_INET, .sin_addr = t->local.v4}};
	else if (t->local.family == AF_INET6)
		a = (union address){.in6 = {.sin6_family = AF_INET6,
					    .sin6_addr = t->local.v6}};
	address_set_port(&a, address_port(&c->bound));
	return a;
}

static bool is_known_as(
	const struct consent_config *config, const union address *to)
{
	for (size_t i = 0; i < config->known_as_count; i++)
		if (query_address_fits(to, &config->known_as[i]))
			return true;
	return false;
}

/* Nobody can be reached by port 0. */
static uint8_t judge(const struct consent *c, const struct query *q,
	const union address *from, const union address *to)
{
	bool good = query_address_fits(&q->from, from) &&
		    address_port(&q->to) != 0 &&
		    (query_address_fits(&q->to, to) ||
			    is_known_as(c->config, &q->to));

	return good ? QUERY_YES : QUERY_NO;
}

/* The answer, yes or no, names the addresses by which the query came. */
static bool tell(struct consent *c, const struct train *t, struct query *q,
	struct query_room *room)
{
	const union address to = arrived_at(c, t);

	q->verdict = judge(c, q, t->peer, &to);
	q->from = *t->peer;
	q->to = to;
	if (q->verdict == QUERY_NO)
		return true;
	return q->type == QUERY_HELLO ? tell_hello(c, room)
				      : tell_snapshot(c, q, room);
}

/* Answers one query of t, at data, writing to out, which may equal data. 0; or
 * the counter that says why there is no answer. */
static enum counter_id answer(struct consent *c, const struct train *t,
	const uint8_t *data, uint8_t *out, struct counters *counters)
{
	struct query_room room;
	struct query_body body;
	struct query q;

	if (query_open(data, QUERY_BYTES, c->config->key, &q, &body))
		return COUNTER_QUERY_REFUSED_MAC;
	q.reply = true;
	q.server = c->config->server;
	q.workers = c->config->worker_count;
	query_begin(&room, out);
	if (q.version == QUERY_VERSION && !tell(c, t, &q, &room))
		return COUNTER_QUERY_REFUSED_FORM;
	if (q.verdict == QUERY_NO)
		counter_add(counters, COUNTER_QUERY_DENIED, 1);
	query_seal(out, &q, &room, c->config->key);
	return 0;
}

/* Checks the segments that can be queries, as long as *checks allows. With
 * --copy header, only the first of a train is there. */
static uint32_t answer_each(struct consent *c, struct train *t,
	uint32_t *checks, struct counters *counters)
{
	uint32_t answered = 0;

	for (uint32_t at = 0; at < t->bytes; at += QUERY_BYTES) {
		uint32_t left = t->bytes - at;
		uint32_t bytes = left < QUERY_BYTES ? left : QUERY_BYTES;
		enum counter_id why;

		if (at + bytes > t->copied) {
			why = COUNTER_QUERY_REFUSED_BUSY;
		} else if (!query_may_ask(t->data + at, bytes)) {
			why = COUNTER_QUERY_REFUSED_FORM;
		} else if (*checks == 0) {
			why = COUNTER_QUERY_REFUSED_BUSY;
		} else {
			--*checks;
			why = answer(c, t, t->data + at,
				t->data + answered * QUERY_BYTES, counters);
		}
		if (why)
			counter_add(counters, why, 1);
		else
			answered++;
	}
	return answered;
}

static void answer_train(struct consent *c, const struct guard *guard,
	struct train *t, uint32_t *checks, struct counters *counters)
{
	uint32_t answered;

	t->verdict = VERDICT_REFUSE;
	t->reply_bytes = 0;
	counter_add(counters, COUNTER_QUERY_DATAGRAMS, t->segments);
	if (guard_judge(guard, t, false)) {
		counter_add(
			counters, COUNTER_QUERY_REFUSED_SOURCE, t->segments);
		return;
	}
	answered = answer_each(c, t, checks, counters);
	if (!answered)
		return;
	t->verdict = VERDICT_ANSWER;
	t->reply_bytes = answered * QUERY_BYTES;
	t->reply_segment_bytes = QUERY_BYTES;
	t->reply_segments = answered;
}

/*
 * A train of many queries leaves some checks to other trains, and the trains
 * take turns in coming first.
 */
static void answer_all(struct consent *c, const struct guard *guard,
	struct train *trains, uint32_t count, struct counters *counters)
{
	uint32_t at = c->turn++ % count, left = CONSENT_CHECKS;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t behind = count - i - 1;
		uint32_t most = left > behind ? left - behind : left > 0;
		uint32_t checks = most;

		answer_train(c, guard, &trains[at], &checks, counters);
		at = at + 1 < count ? at + 1 : 0;
		left -= most - checks;
	}
}

void consent_answer(struct consent *c, const struct guard *guard,
	struct batch *b, uint32_t count, struct counters *counters)
{
	uint32_t first = b->count, lost;

	b->count += count;
	answer_all(c, guard, &b->trains[first], count, counters);
	lost = couple_more(b, first, 1);
	if (lost)
		counter_add(counters, COUNTER_QUERY_FAILED, lost);
}

void consent_count_sent(
	const struct batch *b, uint32_t first, struct counters *counters)
{
	uint32_t sent = 0, failed = 0;

	for (uint32_t i = first; i < b->message_count; i++) {
		sent += b->messages[i].sent_segments;
		failed +=
			b->messages[i].segments - b->messages[i].sent_segments;
	}
	counter_add(counters, COUNTER_QUERY_ANSWERED, sent);
	counter_add(counters, COUNTER_QUERY_FAILED, failed);
}
