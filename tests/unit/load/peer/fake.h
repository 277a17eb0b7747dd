/* SPDX-License-Identifier: MIT */
/* A fake server with a key, which does what a real one would not: for the tests
 * of remote.c, each a program of its own. */
#pragma once

#include "core/clock.h"
#include "core/query.h"
#include "load/peer/remote.h"
#include "net/socket.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PARTS 3
#define MS    1000000u

/* What it does with what it is asked. */
enum manner {
	ANSWERS,
	IS_SILENT,
	REPEATS_ITSELF, /* with the reply to what it was asked first */
	IS_OF_ANOTHER_KEY,
	ECHOES,
	LOSES_THE_FIRST,     /* of each question's sendings */
	CHANGES_GENERATIONS, /* once, before the last part */
	NAMES_NO_COUNTERS,
	SAYS_NO,
	IS_OLD,       /* and knows no newer questions */
	SAYS_NOTHING, /* of itself, as a newer one does to an older question */
};

static struct {
	int fd;
	pthread_t thread;
	union address address;
	_Atomic enum manner manner;
	_Atomic uint64_t hellos, server;
	uint64_t received, generation, value;
	bool changed;
	uint8_t first[QUERY_BYTES];
	struct query last;
} fake;

static struct mac_key key, other;
static char why[256];

static inline void tell(struct query *q, struct query_room *room)
{
	char name[QUERY_NAME];

	if (q->type == QUERY_HELLO) {
		query_put_text(room, "1.2.3");
		query_put_text(room, "echo");
		query_put_text(room, "fake");
		return;
	}
	if (fake.manner == CHANGES_GENERATIONS && q->part == PARTS - 1 &&
		!fake.changed) {
		fake.changed = true;
		q->generation = 0;
	}
	if (q->generation == 0) {
		fake.generation++;
		fake.value = fake.received;
	}
	q->generation = fake.generation;
	q->published = 17;
	q->parts = PARTS;
	if (fake.manner == NAMES_NO_COUNTERS) {
		query_put_text(room, "Not A Counter");
		return;
	}
	snprintf(name, sizeof(name), "refused_part_%u", q->part);
	query_put_counter(room, name, fake.value);
	if (q->part == 1)
		query_put_counter(room, "query_datagrams", fake.value);
}

static inline void answer(uint8_t *data, struct query q)
{
	struct query_room room;

	q.reply = true;
	q.verdict = fake.manner == SAYS_NO ? QUERY_NO : QUERY_YES;
	q.server = fake.server;
	q.workers = 4;
	query_begin(&room, data);
	tell(&q, &room);
	query_seal(data, &q, &room,
		fake.manner == IS_OF_ANOTHER_KEY ? &other : &key);
}

/* The old version's texts, where that has them. */
static inline void answer_old(uint8_t *data)
{
	static const uint8_t texts[] = "\0\22\5"
				       "0.0.9\4echo\4fake";

	memcpy(data + 6, texts, 2);
	memcpy(data + 64, texts + 2, sizeof(texts) - 3);
	mac_make(data + QUERY_BYTES - MAC_BYTES, &key, data,
		QUERY_BYTES - MAC_BYTES);
}

/* Is it not the same question once more? */
static inline bool is_new(const uint8_t *data)
{
	struct query_body b;
	struct query q;
	bool fresh;

	cr_assert(query_open(data, QUERY_BYTES, &key, &q, &b) == 0);
	cr_assert(!q.reply && q.run == 99 && b.left == 0);
	fresh = memcmp(q.nonce, fake.last.nonce, QUERY_NONCE) != 0;
	fake.last = q;
	fake.hellos += fresh && q.type == QUERY_HELLO;
	return fresh;
}

static inline void *serve(void *arg)
{
	uint8_t data[QUERY_BYTES + 1];
	union address from;
	socklen_t n = sizeof(from);

	while (recvfrom(fake.fd, data, sizeof(data), 0, &from.sa, &n) ==
		QUERY_BYTES) {
		enum manner m = fake.manner;

		if (is_new(data) && m == LOSES_THE_FIRST)
			continue;
		fake.received++;
		if (m == IS_SILENT)
			continue;
		if ((m == IS_OLD || m == SAYS_NOTHING) &&
			fake.last.version != QUERY_OLD_VERSION)
			continue;
		if (m != ECHOES)
			answer(data, fake.last);
		if (m == IS_OLD)
			answer_old(data);
		if (fake.received == 1)
			memcpy(fake.first, data, sizeof(fake.first));
		if (m == REPEATS_ITSELF)
			memcpy(data, fake.first, sizeof(fake.first));
		sendto(fake.fd, data, QUERY_BYTES, 0, &from.sa, n);
		n = sizeof(from);
	}
	return arg;
}

static inline void start(void)
{
	struct socket_config c = {0};
	struct socket_obtained got;

	if (!mac_available())
		cr_skip_test("this build is without libsodium");
	cr_assert(address_parse(&c.bind, "127.0.0.1:0") == 0);
	fake.fd = socket_open(&c, &got, why, sizeof(why));
	cr_assert(fake.fd >= 0, "%s", why);
	fake.address = got.bound;
	fake.server = 55;
	cr_assert(mac_key_read(&key, "the key that both of them have: 1234",
			  36) == 0);
	cr_assert(mac_key_read(&other, "the key that one of them has: 12345",
			  35) == 0);
	cr_assert(pthread_create(&fake.thread, NULL, serve, NULL) == 0);
}

/* Wakes its thread by what is no query; again and again, since a backlog that
 * is full drops it. */
static inline void stop(void)
{
	struct socket_config c = {.remote = fake.address};
	int fd = socket_open(&c, NULL, why, sizeof(why));
	struct timespec until;

	do {
		cr_assert(fd >= 0 && send(fd, "x", 1, 0) == 1);
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec++;
	} while (pthread_timedjoin_np(fake.thread, NULL, &until));
	close(fd);
	close(fake.fd);
}

static inline int try(struct remote **r)
{
	const struct remote_config c = {
		.peer = fake.address, .key = &key, .run = 99};

	return remote_open(r, &c, why, sizeof(why));
}

static inline struct remote *open_remote(void)
{
	struct remote *r;

	cr_assert(try(&r) == 0, "%s", why);
	return r;
}
