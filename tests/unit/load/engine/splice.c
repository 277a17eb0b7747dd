/* SPDX-License-Identifier: MIT */
/* What the engine splice has sent stays as it was sent until it is read,
 * however late that is. Over loopback; the test is the peer. */
#include "load/engine/engine.h"
#include "load/engine/registry.h"
#include "net/socket.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Several times as many as there are slots, but few enough for the buffer. */
#define SENDS 2000
#define BYTES 100

static struct engine engine;
static int peer = -1, fd = -1;
static void *socket_link;
static bool answers; /* what the engine is told */
static uint64_t asked;

static bool answered(void *arg, void *owner, uint64_t first, uint32_t n)
{
	(void)arg;
	cr_assert(owner == &fd && n == 1 && first < SENDS);
	asked++;
	return answers;
}

static int open_socket(const struct socket_config *c, union address *bound)
{
	struct socket_obtained got;
	char why[256];
	int s = socket_open(c, &got, why, sizeof(why));

	cr_assert(s >= 0, "%s", why);
	if (bound)
		*bound = got.bound;
	return s;
}

static void begin(void)
{
	const struct engine_ops *ops = engine_find("splice");
	const struct engine_config config = {
		.sockets = 1, .slot_bytes = BYTES, .answered = answered};
	struct socket_config c = {
		.bind.in = {.sin_family = AF_INET,
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK)},
		.nonblock = true,
		.rcvbuf = 4 << 20,
	};
	char why[256];

	if (ops->probe(why, sizeof(why)))
		cr_skip_test("%s", why);
	peer = open_socket(&c, &c.remote);
	c.bind.in.sin_family = AF_UNSPEC;
	fd = open_socket(&c, NULL);
	cr_assert(engine_open(&engine, ops, &config) == 0);
	cr_assert(engine.ops->add(engine.self, fd, &fd, &socket_link) == 0);
}

static void end(void)
{
	engine_close(&engine);
	close(fd);
	close(peer);
}

TestSuite(splice, .init = begin, .fini = end);

static void say(uint32_t number)
{
	struct engine_message m = {
		.link = socket_link, .bytes = BYTES, .segments = 1};

	cr_assert(engine.ops->lend(engine.self, &m, 1) == 1);
	memset(m.data, 0, BYTES);
	memcpy(m.data, &number, sizeof(number));
	memcpy(m.data + BYTES - sizeof(number), &number, sizeof(number));
	cr_assert(engine.ops->send(engine.self, &m, 1) == 1);
}

/* The numbers that arrive, and how many are not those that were sent. */
static uint32_t read_all(uint32_t *wrong)
{
	uint8_t data[BYTES];
	uint32_t n = 0, first, last;

	for (*wrong = 0; recv(peer, data, sizeof(data), 0) == BYTES; n++) {
		memcpy(&first, data, sizeof(first));
		memcpy(&last, data + BYTES - sizeof(last), sizeof(last));
		*wrong += first != n || last != n;
	}
	return n;
}

static uint64_t renewed(void)
{
	struct engine_copies c;

	engine.ops->copies(engine.self, &c);
	return c.renewed;
}

Test(splice, changes_nothing_that_is_not_read)
{
	uint32_t wrong;

	for (uint32_t i = 0; i < SENDS; i++)
		say(i);
	cr_assert(asked > SENDS / 2, "slots were not used again");
	cr_assert(renewed() == asked);
	cr_assert(read_all(&wrong) > SENDS / 2);
	cr_assert(wrong == 0, "%u", wrong);
}

/* That it would show, and why a reply has to be the proof: here the engine is
 * told what is not true. */
Test(splice, uses_pages_again_once_all_is_answered)
{
	uint32_t wrong;

	answers = true;
	for (uint32_t i = 0; i < SENDS; i++)
		say(i);
	cr_assert(renewed() == 0);
	cr_assert(read_all(&wrong) > SENDS / 2);
	cr_assert(wrong > SENDS / 4, "%u", wrong);
}

Test(splice, does_not_ask_about_a_socket_that_is_gone)
{
	answers = true;
	for (uint32_t i = 0; i < 10; i++)
		say(i);
	engine.ops->remove(engine.self, socket_link);
	cr_assert(engine.ops->add(engine.self, fd, &fd, &socket_link) == 0);
	for (uint32_t i = 0; i < SENDS; i++)
		say(i);
	cr_assert(renewed() == 10);
}

static int suits(const char *to, bool numbered, char *why, size_t why_bytes)
{
	union address a = {0}, any = {0};
	const struct engine_traffic t = {&a, &any, numbered};

	a.in.sin_family = AF_INET;
	a.in.sin_port = htons(9);
	cr_assert(inet_pton(AF_INET, to, &a.in.sin_addr) == 1);
	return engine.ops->suits(&t, why, why_bytes);
}

Test(splice, refuses_replies_that_prove_nothing)
{
	char why[256];

	cr_assert(suits("127.0.0.1", false, why, sizeof(why)) < 0);
	cr_assert(strstr(why, "echo"), "%s", why);
}

Test(splice, refuses_a_path_off_this_host)
{
	char why[256];

	cr_assert(suits("198.51.100.1", true, why, sizeof(why)) < 0);
	cr_assert(strstr(why, "loopback"), "%s", why);
}
