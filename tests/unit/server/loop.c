/* SPDX-License-Identifier: MIT */
/*
 * Servers set against each other by one forged datagram, as in CVE-2024-2169:
 * after one answer there is silence, whatever they serve and wherever they are.
 * Uses the service and guard of each without a network; tests/e2e/loops.py has
 * the network.
 */
#include "core/probe.h"
#include "core/reply_ttl.h"
#include "server/guard.h"
#include "service/registry.h"

#include <criterion/criterion.h>
#include <string.h>

/* As good as for ever. */
#define BOUNCES_MOST 100
#define TEXT         "a forged datagram, of forty bytes in all"
#define SIDES_MOST   3

struct end {
	struct service service;
	struct guard guard;
	union address address;
	struct counters counters;
};

static const char *const services[] = {"length", "echo", "reflect", "discard"};
#define SERVICES (sizeof(services) / sizeof(services[0]))

static struct cidr everybody[2];
static struct end ends[SIDES_MOST];
static uint8_t data[TRAIN_ROOM];

static void open_end(struct end *e, const char *service, const char *address)
{
	static const struct service_config config = {0};

	memset(e, 0, sizeof(*e));
	cr_assert(address_parse(&e->address, address) == 0);
	cr_assert(
		service_open(&e->service, service_find(service), &config) == 0);
	/* --allow takes back every rule that it can. */
	guard_init(&e->guard, everybody, 2);
}

/* What lies in data goes to the first, as if it came from the last, and each
 * answer to the next. hops: routers on the way. The number of answers. */
static unsigned bounce(unsigned sides, uint32_t bytes, uint8_t hops)
{
	unsigned n = 0;
	uint8_t ttl = 64;

	for (; n < BOUNCES_MOST; n++) {
		struct end *at = &ends[n % sides];
		struct train t = {
			.data = data,
			.peer = &ends[(n + sides - 1) % sides].address,
			.ttl = ttl,
		};
		struct batch b = {.trains = &t, .count = 1, .capacity = 1};

		train_shape(&t, bytes, 0);
		at->service.ops->handle(at->service.self, &b);
		guard_check(&at->guard, at->service.ops, &b, &at->counters);
		if (t.verdict != VERDICT_ANSWER)
			break;
		bytes = t.reply_bytes;
		ttl = REPLY_TTL - hops;
	}
	return n;
}

/* The first answer is to who may be a client; there is no second one. */
static void assert_silent(const char *const names[], unsigned sides,
	const char *const addresses[], bool probe, uint8_t hops)
{
	struct probe p = {.magic = PROBE_REQUEST, .run = 1};
	unsigned n;

	memcpy(data, TEXT, sizeof(TEXT) - 1);
	if (probe)
		probe_write(data, sizeof(TEXT) - 1, &p);
	for (unsigned i = 0; i < sides; i++)
		open_end(&ends[i], names[i], addresses[i]);
	n = bounce(sides, sizeof(TEXT) - 1, hops);
	for (unsigned i = 0; i < sides; i++)
		service_close(&ends[i].service);
	cr_assert(n <= 1, "%s at %s and %s at %s: %u answers", names[0],
		addresses[0], names[sides - 1], addresses[sides - 1], n);
}

static void set_up(void)
{
	cr_assert(cidr_parse(&everybody[0], "0.0.0.0/0") == 0);
	cr_assert(cidr_parse(&everybody[1], "::/0") == 0);
}

TestSuite(loop, .init = set_up);

Test(loop, of_any_two_services_ends_after_one_answer)
{
	static const char *const places[][2] = {
		{"127.0.0.1:41000", "127.0.0.1:41001"},
		{"127.0.0.1:41000", "127.0.0.1:41000"},
		{"[::1]:41000", "[::ffff:127.0.0.1]:41001"},
		{"203.0.113.1:40000", "203.0.113.2:40000"},
		{"203.0.113.1:2000", "203.0.113.2:2000"},
		{"[2001:db8::1]:40000", "[2001:db8::1]:40000"},
	};

	for (size_t a = 0; a < SERVICES; a++)
		for (size_t b = 0; b < SERVICES; b++)
			for (size_t i = 0;
				i < sizeof(places) / sizeof(places[0]); i++) {
				const char *names[] = {
					services[a], services[b]};

				assert_silent(names, 2, places[i], false, 0);
				assert_silent(names, 2, places[i], true, 30);
			}
}

Test(loop, of_any_three_services_ends_after_one_answer)
{
	static const char *const places[] = {
		"203.0.113.1:40000", "[2001:db8::1]:40000", "127.0.0.1:40000"};

	for (size_t i = 0; i < SERVICES * SERVICES * SERVICES; i++) {
		const char *names[] = {services[i % SERVICES],
			services[i / SERVICES % SERVICES],
			services[i / SERVICES / SERVICES]};

		assert_silent(names, 3, places, i % 2, i % 63);
	}
}
