/* SPDX-License-Identifier: MIT */
/*
 * Two servers set at each other by one forged datagram, as in CVE-2024-2169:
 * they fall silent, whatever they serve, but for the last case. Service and
 * guard of both, without a network between. The addresses off loopback are such
 * as no host has (RFC 5737): at one of its own, the host this runs on would see
 * a server.
 */
#include "core/probe.h"
#include "server/guard.h"

#include <criterion/criterion.h>
#include <string.h>

/* More than any pair needs to fall silent, and as good as for ever. */
#define BOUNCES_MOST 100
#define TEXT         "a forged datagram, of forty bytes in all"

struct side {
	const char *service, *listen;
};

static const struct cidr no_one;

struct end {
	struct service service;
	struct guard guard;
	union address address;
	struct counters counters;
};

static struct end ends[2];
static uint8_t data[TRAIN_ROOM];

/* known: does each know of the other, as on one host? */
static void open_ends(const struct side sides[2], bool known)
{
	static const struct service_config config = {0};
	union address both[2];

	for (int i = 0; i < 2; i++)
		cr_assert(address_parse(&both[i], sides[i].listen) == 0);
	for (int i = 0; i < 2; i++) {
		struct end *e = &ends[i];

		memset(e, 0, sizeof(*e));
		e->address = both[i];
		cr_assert(
			service_open(&e->service,
				service_find(sides[i].service), &config) == 0);
		cr_assert(guard_init(&e->guard, &no_one, 0,
				  known ? both : &both[i], known ? 2 : 1) == 0);
	}
}

static void close_ends(void)
{
	for (int i = 0; i < 2; i++) {
		service_close(&ends[i].service);
		guard_fini(&ends[i].guard);
	}
}

/* What lies in data goes to ends[0], as if it came from ends[1]. The number of
 * answers until there is none. */
static unsigned bounce(uint32_t bytes)
{
	unsigned n = 0;

	for (; n < BOUNCES_MOST; n++) {
		struct end *at = &ends[n % 2];
		struct train t = {
			.data = data, .peer = &ends[(n + 1) % 2].address};
		struct batch b = {.trains = &t, .count = 1, .capacity = 1};

		train_shape(&t, bytes, 0);
		at->service.ops->handle(at->service.self, &b);
		guard_check(&at->guard, at->service.ops, &b, &at->counters);
		if (t.verdict != VERDICT_ANSWER)
			break;
		bytes = t.reply_bytes;
	}
	return n;
}

struct loop_case {
	struct side sides[2];
	bool known;
	unsigned bounces;
};

static void run(const struct loop_case *c, bool probe)
{
	struct probe p = {.magic = PROBE_REQUEST, .run = 1};
	unsigned n;

	memcpy(data, TEXT, sizeof(TEXT) - 1);
	if (probe)
		probe_write(data, sizeof(TEXT) - 1, &p);
	open_ends(c->sides, c->known);
	n = bounce(sizeof(TEXT) - 1);
	close_ends();
	cr_assert(n == c->bounces, "%s at %s and %s at %s: %u answers",
		c->sides[0].service, c->sides[0].listen, c->sides[1].service,
		c->sides[1].listen, n);
}

Test(loop, of_two_servers_on_one_host_never_begins)
{
	static const char *const services[] = {"length", "echo", "reflect"};

	for (int a = 0; a < 3; a++)
		for (int b = 0; b < 3; b++) {
			struct loop_case c = {
				{{services[a], "127.0.0.1:41000"},
					{services[b], "127.0.0.1:41001"}},
				true, 0};

			run(&c, false);
			run(&c, true);
		}
}

Test(loop, of_two_echo_services_at_ports_for_servers_never_begins)
{
	static const struct loop_case cases[] = {
		{{{"echo", "203.0.113.1:7"}, {"echo", "203.0.113.2:7"}}, false,
			0},
		{{{"echo", "203.0.113.1:1060"}, {"echo", "203.0.113.2:1060"}},
			false, 0},
		{{{"echo", "203.0.113.1:2000"}, {"echo", "203.0.113.2:2000"}},
			false, 0},
		{{{"echo", "[::ffff:203.0.113.1]:2000"},
			 {"echo", "[::ffff:203.0.113.2]:2000"}},
			false, 0},
		/* One of them answers, to a port that may be a client's. */
		{{{"echo", "203.0.113.1:2000"}, {"echo", "203.0.113.2:40000"}},
			false, 1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		run(&cases[i], false);
}

/* At ports that may be clients', on hosts that know nothing of each other. */
Test(loop, with_length_ends_at_its_own_text)
{
	static const struct loop_case cases[] = {
		{{{"length", "203.0.113.1:40000"},
			 {"length", "203.0.113.2:40000"}},
			false, 1},
		{{{"length", "203.0.113.1:40000"},
			 {"echo", "203.0.113.2:40000"}},
			false, 2},
		{{{"echo", "203.0.113.1:40000"},
			 {"length", "203.0.113.2:40000"}},
			false, 3},
		{{{"length", "203.0.113.1:40000"},
			 {"discard", "203.0.113.2:40000"}},
			false, 1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		run(&cases[i], false);
}

Test(loop, with_reflect_ends_at_its_reply)
{
	static const struct loop_case cases[] = {
		{{{"reflect", "203.0.113.1:40000"},
			 {"reflect", "203.0.113.2:40000"}},
			false, 1},
		{{{"reflect", "203.0.113.1:40000"},
			 {"echo", "203.0.113.2:40000"}},
			false, 2},
		{{{"echo", "203.0.113.1:40000"},
			 {"reflect", "203.0.113.2:40000"}},
			false, 3},
		{{{"reflect", "203.0.113.1:40000"},
			 {"length", "203.0.113.2:40000"}},
			false, 2},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		run(&cases[i], true);
}

/* The one gap, which udpmill-serve(1) tells of: a port of the ephemeral range
 * is a client's as far as another host can tell. Close it, and say so there. */
Test(loop, of_two_echo_services_at_ports_for_clients_is_not_seen)
{
	static const struct loop_case c = {
		{{"echo", "203.0.113.1:40000"}, {"echo", "203.0.113.2:40000"}},
		false, BOUNCES_MOST};

	run(&c, false);
}
