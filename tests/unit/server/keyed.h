/* SPDX-License-Identifier: MIT */
/* A worker that has a key, what it is asked, and what it answers: for the tests
 * of consent, one program each. */
#pragma once

#include "over_mem.h"

#include "core/query.h"
#include "server/consent.h"

#include <errno.h>
#include <string.h>

#define WORKERS  3
#define MESSAGES 64

static struct counters all[WORKERS]; /* the one that runs is the first */
static const struct counters *pointers[WORKERS] = {&all[0], &all[1], &all[2]};
static struct mac_key key, other;
static struct consent_config shared;
static struct mem_train trains[16];
static size_t train_count;
static size_t fail_at;
static size_t repeat;
static struct {
	uint8_t data[4 * QUERY_BYTES];
	uint32_t bytes;
} sent[MESSAGES];
static size_t sent_count;
static bool with_key;
static bool head_only; /* copies no more than a query */
/* Where the server is, and who asks: as the socket sees it. */
static union address here, there;

static inline void record(void *arg, const struct message *m)
{
	(void)arg;
	cr_assert(sent_count < MESSAGES && m->bytes <= sizeof(sent[0].data));
	sent[sent_count].bytes = 0;
	for (uint32_t i = 0; i < m->iov_count; i++) {
		memcpy(sent[sent_count].data + sent[sent_count].bytes,
			m->iov[i].iov_base, m->iov[i].iov_len);
		sent[sent_count].bytes += (uint32_t)m->iov[i].iov_len;
	}
	sent_count++;
}

static inline void run(const char *service)
{
	struct mem_script script = {
		.trains = trains,
		.train_count = train_count,
		.repeat = repeat,
		.record = record,
		.recv_error = -ENODATA,
		.fail_at = fail_at,
		.fail_error = -EPERM,
	};
	struct worker_config config = over_mem(service, &script, &all[0]);

	config.io.batch = 16;
	config.io.head_only = head_only;
	config.io.slot_bytes = head_only ? QUERY_BYTES : 0;
	config.consent = with_key ? &shared : NULL;
	config.bound = here;
	config.number = 5;
	config.segments_max = TRAIN_SEND_SEGMENTS;
	cr_assert(run_worker(&(struct worker){0}, &config) == -ENODATA);
}

static inline uint64_t count(enum counter_id id)
{
	return counter_get(&all[0], id);
}

static inline void assert_balance(void)
{
	uint64_t queries = count(COUNTER_QUERY_ANSWERED) +
			   count(COUNTER_QUERY_REFUSED_MAC) +
			   count(COUNTER_QUERY_REFUSED_FORM) +
			   count(COUNTER_QUERY_REFUSED_BUSY) +
			   count(COUNTER_QUERY_REFUSED_SOURCE) +
			   count(COUNTER_QUERY_FAILED);

	assert_all_accounted_for(&all[0]);
	cr_assert(count(COUNTER_QUERY_DATAGRAMS) == queries);
}

static inline void set_up(void)
{
	static struct cidr none;

	if (!mac_available())
		cr_skip_test("this build is without libsodium");
	guard_init(&guard, &none, 0);
	cr_assert(mac_key_read(&key, "the key of this server, of 37 letters",
			  37) == 0);
	cr_assert(mac_key_read(&other, "another key, of which it knows nothing",
			  38) == 0);
	shared = (struct consent_config){
		.key = &key,
		.workers = pointers,
		.worker_count = WORKERS,
		.server = 0x1234,
		.version = "9.8.7",
		.service = "echo",
		.backend = "mem",
	};
	with_key = true;
	cr_assert(address_parse(&here, "192.0.2.1:7007") == 0);
	cr_assert(address_parse(&there, "203.0.113.1:40000") == 0);
}

static inline struct mem_train *add(const void *data, uint32_t bytes)
{
	struct mem_train *t = &trains[train_count++];

	*t = (struct mem_train){.data = data, .bytes = bytes};
	t->peer = there;
	return t;
}

static inline void seal(uint8_t *data, struct query q, const struct mac_key *k)
{
	struct query_room room;

	memset(q.nonce, 'n', QUERY_NONCE);
	q.run = 77;
	if (q.from.sa.sa_family == AF_UNSPEC)
		q.from = there;
	if (q.to.sa.sa_family == AF_UNSPEC)
		q.to = here;
	query_begin(&room, data);
	query_seal(data, &q, &room, k);
}

/* A query of its own memory. */
static inline struct mem_train *ask(struct query q)
{
	static uint8_t memory[16][QUERY_BYTES];
	uint8_t *data = memory[train_count];

	seal(data, q, &key);
	return add(data, QUERY_BYTES);
}

static inline struct query read_reply(size_t i, struct query_body *b)
{
	struct query q;

	cr_assert(i < sent_count && sent[i].bytes == QUERY_BYTES);
	cr_assert(query_open(sent[i].data, QUERY_BYTES, &key, &q, b) == 0);
	cr_assert(q.reply && q.run == 77 && q.server == 0x1234);
	for (int k = 0; k < QUERY_NONCE; k++)
		cr_assert(q.nonce[k] == 'n');
	return q;
}
