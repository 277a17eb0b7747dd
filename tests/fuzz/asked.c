/* SPDX-License-Identifier: MIT */
/*
 * Any batch that may be sent to a server with a key: each query is counted
 * once, only queries sealed with the key are answered, and no answer is longer
 * than its query. An input is one train after another: two bytes say what is
 * done to it, and the following ones overwrite its beginning.
 */
#include "core/query.h"
#include "fuzz.h"
#include "server/consent.h"

#include <string.h>

#define TRAINS   6
#define SEGMENTS 4
#define HEAD     104

const struct fuzz_sample fuzz_samples[] = {
	SAMPLE("\1\1"),
	SAMPLE("\3\1\1\1\1\2\1\3"),
	SAMPLE("\1\x41umlC\2\2\0\0"
	       "0123456789abcdef"),
	SAMPLE("\0\3umlC\2\1\0\0"),
	{NULL, 0},
};

static struct mac_key key;
static struct guard guard;
static struct counters counters;
static const struct counters *all[] = {&counters};
static struct consent_config config = {
	.key = &key,
	.workers = all,
	.worker_count = 1,
	.server = 5,
	.version = "1",
	.service = "echo",
	.backend = "none",
};
static struct consent consent;
static struct batch batch;
static union address here, there;
static uint8_t memory[TRAINS][SEGMENTS * QUERY_BYTES];

static void set_up(void)
{
	static const struct cidr none;

	CHECK(mac_key_read(&key, "a secret that is long enough, yes", 33) == 0);
	guard_init(&guard, &none, 0);
	CHECK(batch_init(&batch, TRAINS) == 0);
	CHECK(address_parse(&here, "192.0.2.1:7007") == 0);
	CHECK(address_parse(&there, "198.51.100.1:40000") == 0);
	config.known_as = &there;
	config.known_as_count = 1;
	consent_init(&consent, &config, 3, &here);
}

/* how: its segments, sealed or not, how much is missing at its end. */
static size_t make_train(struct train *t, uint8_t *at, const uint8_t *data,
	size_t bytes, uint8_t how, uint8_t length)
{
	struct query q = {
		.type = 1 + (how >> 4 & 1), .from = there, .to = here};
	uint32_t segments = 1 + (how & 3), missing = how >> 5;
	size_t used = 0;

	for (uint32_t i = 0; i < segments; i++) {
		uint8_t *one = at + i * QUERY_BYTES;
		size_t n = bytes - used < length ? bytes - used : length;
		struct query_room room;

		query_begin(&room, one);
		query_seal(one, &q, &room, &key);
		if (n > HEAD)
			n = HEAD;
		memcpy(one, data + used, n);
		used += n;
		if (how & 4)
			mac_make(one + QUERY_BYTES - MAC_BYTES, &key, one,
				QUERY_BYTES - MAC_BYTES);
	}
	*t = (struct train){.data = at, .peer = &there, .ttl = 64};
	train_shape(t, segments * QUERY_BYTES - missing, QUERY_BYTES);
	t->truncated = (how & 8) != 0;
	return used;
}

static void make_batch(const uint8_t *data, size_t bytes)
{
	batch.count = batch.message_count = batch.piece_count = 0;
	while (batch.count < TRAINS && bytes >= 2) {
		size_t used = make_train(&batch.trains[batch.count],
			memory[batch.count], data + 2, bytes - 2, data[0],
			data[1]);

		batch.count++;
		data += 2 + used;
		bytes -= 2 + used;
	}
}

static void check_messages(void)
{
	for (uint32_t i = 0; i < batch.message_count; i++) {
		struct message *m = &batch.messages[i];
		struct query_body b;
		struct query q;

		CHECK(m->segments == 1 && m->bytes == QUERY_BYTES);
		CHECK(query_open(m->iov[0].iov_base, QUERY_BYTES, &key, &q,
			      &b) == 0);
		CHECK(q.reply);
		CHECK(q.version == QUERY_OLD_VERSION ||
			q.verdict == QUERY_YES || q.verdict == QUERY_NO);
		CHECK(q.verdict == QUERY_YES || b.left == 0);
		m->sent_segments = 1;
	}
}

static void check_counters(const uint64_t before[COUNTER_COUNT], uint32_t asked)
{
	uint64_t d[COUNTER_COUNT];

	for (enum counter_id id = 0; id < COUNTER_COUNT; id++)
		d[id] = counter_get(&counters, id) - before[id];
	CHECK(d[COUNTER_QUERY_DATAGRAMS] == asked);
	CHECK(d[COUNTER_QUERY_DATAGRAMS] ==
		d[COUNTER_QUERY_ANSWERED] + d[COUNTER_QUERY_REFUSED_MAC] +
			d[COUNTER_QUERY_REFUSED_BUSY] +
			d[COUNTER_QUERY_REFUSED_FORM] +
			d[COUNTER_QUERY_REFUSED_SOURCE] +
			d[COUNTER_QUERY_FAILED]);
	CHECK(d[COUNTER_QUERY_ANSWERED] + d[COUNTER_QUERY_REFUSED_MAC] <=
		CONSENT_CHECKS);
	CHECK(d[COUNTER_QUERY_DENIED] <= d[COUNTER_QUERY_ANSWERED]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	uint64_t before[COUNTER_COUNT];
	uint32_t queries, kept, asked = 0;

	if (!mac_available())
		return 0;
	if (!batch.capacity)
		set_up();
	for (enum counter_id id = 0; id < COUNTER_COUNT; id++)
		before[id] = counter_get(&counters, id);
	make_batch(data, bytes);
	queries = consent_part(&batch);
	kept = batch.count;
	for (uint32_t i = 0; i < queries; i++)
		asked += batch.trains[kept + i].segments;
	if (queries)
		consent_answer(&consent, &guard, &batch, queries, &counters);
	check_messages();
	consent_count_sent(&batch, 0, &counters);
	check_counters(before, asked);
	return 0;
}
