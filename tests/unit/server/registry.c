/* SPDX-License-Identifier: MIT */
/*
 * What the registry knows of servers: told at init, and read from segments.
 * Other servers may run on this host, so what must not be known has a port
 * below the ephemeral range.
 */
#include "server/registry.h"

#include "export/writer.h"

#include <criterion/criterion.h>
#include <ifaddrs.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct registry registry;

static union address parse(const char *text)
{
	union address a;

	cr_assert(address_parse(&a, text) == 0, "%s", text);
	return a;
}

static bool knows(const char *text)
{
	union address a = parse(text);

	return registry_is_server(&registry, &a);
}

static void init_with(const char *own)
{
	union address a = own ? parse(own) : (union address){0};

	cr_assert(registry_init(&registry, own ? &a : NULL, own != NULL) == 0);
}

static struct writer *open_segment(const char *endpoint)
{
	union address a = parse(endpoint);
	struct writer_config config = {
		.version = "0",
		.service = "echo",
		.backend = "mem",
		.config = "{}",
		.endpoints = &a,
		.endpoint_count = 1,
		.workers = 1,
	};
	struct writer *w;
	char why[256];

	cr_assert(writer_open(&w, &config, why, sizeof(why)) == 0, "%s", why);
	return w;
}

static void tear_down(void)
{
	registry_fini(&registry);
}

TestSuite(registry, .fini = tear_down);

Test(registry, knows_where_this_server_listens)
{
	static const struct {
		const char *own, *source;
		bool known;
	} cases[] = {
		{"127.0.0.1:2001", "127.0.0.1:2001", true},
		{"127.0.0.1:2001", "[::ffff:127.0.0.1]:2001", true},
		{"127.0.0.1:2001", "127.0.0.1:2002", false},
		{"127.0.0.1:2001", "203.0.113.9:2001", false},
		/* at any address of this host */
		{"0.0.0.0:2001", "127.0.0.1:2001", true},
		{"0.0.0.0:2001", "127.1.2.3:2001", true},
		{"[::]:2001", "127.0.0.1:2001", true},
		{"[::]:2001", "[::1]:2001", true},
		{"[::]:2001", "203.0.113.9:2001", false},
		{"[::]:2001", "[2001:db8::9]:2001", false},
		/* at an address that no interface has */
		{"203.0.113.9:2001", "203.0.113.9:2001", true},
		{"203.0.113.9:2001", "[::ffff:203.0.113.9]:2001", true},
		{"[::ffff:203.0.113.9]:2001", "203.0.113.9:2001", true},
		{"203.0.113.9:2001", "203.0.113.8:2001", false},
		{"[2001:db8::9]:2001", "[2001:db8::9]:2001", true},
		{"[2001:db8::9]:2001", "[2001:db8::8]:2001", false},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		init_with(cases[i].own);
		cr_assert(knows(cases[i].source) == cases[i].known, "%s at %s",
			cases[i].source, cases[i].own);
		registry_fini(&registry);
	}
	init_with(NULL);
}

/* "" where the host has loopback only. */
static void first_address(char text[ADDRESS_TEXT], uint16_t port)
{
	struct ifaddrs *all;

	text[0] = '\0';
	cr_assert(getifaddrs(&all) == 0);
	for (const struct ifaddrs *i = all; i && !text[0]; i = i->ifa_next) {
		union address a = {0};

		if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET)
			continue;
		memcpy(&a.in, i->ifa_addr, sizeof(a.in));
		address_set_port(&a, port);
		if (!address_is_loopback(&a))
			address_format(&a, text);
	}
	freeifaddrs(all);
}

Test(registry, knows_every_address_of_this_host)
{
	char text[ADDRESS_TEXT];

	init_with("0.0.0.0:2001");
	first_address(text, 2001);
	if (!text[0])
		cr_skip("this host has no address but loopback");
	cr_assert(knows(text), "%s", text);
	first_address(text, 2002);
	cr_assert(!knows(text), "%s", text);
}

Test(registry, knows_a_server_by_its_segment_while_it_runs)
{
	struct writer *w;

	init_with(NULL);
	w = open_segment("127.0.0.1:2003");
	registry_look(&registry);
	cr_assert(!knows("127.0.0.1:2003"), "is not ready");
	writer_ready(w);
	cr_assert(!knows("127.0.0.1:2003"), "was not looked at");
	registry_look(&registry);
	cr_assert(knows("127.0.0.1:2003"));
	cr_assert(knows("[::1]:2003"));
	cr_assert(!knows("127.0.0.1:2004"));
	writer_close(w);
	cr_assert(knows("127.0.0.1:2003"), "was forgotten without a look");
	registry_look(&registry);
	cr_assert(!knows("127.0.0.1:2003"));
}

Test(registry, keeps_this_server_when_it_looks)
{
	init_with("127.0.0.1:2001");
	for (int i = 0; i < 3; i++)
		registry_look(&registry);
	cr_assert(knows("127.0.0.1:2001"));
}

/* With another number for this namespace, all segments are of others. */
Test(registry, of_other_namespaces_knows_the_very_address_only)
{
	static const struct {
		const char *endpoint, *source;
		bool known;
	} cases[] = {
		{"203.0.113.9:2005", "203.0.113.9:2005", true},
		{"203.0.113.9:2005", "203.0.113.9:2006", false},
		{"203.0.113.9:2005", "203.0.113.8:2005", false},
		/* not our loopback, and not our addresses */
		{"127.0.0.1:2005", "127.0.0.1:2005", false},
		{"[::1]:2005", "[::1]:2005", false},
		{"0.0.0.0:2005", "127.0.0.1:2005", false},
	};

	init_with(NULL);
	registry.netns++;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct writer *w = open_segment(cases[i].endpoint);

		writer_ready(w);
		registry_look(&registry);
		cr_assert(knows(cases[i].source) == cases[i].known, "%s at %s",
			cases[i].source, cases[i].endpoint);
		writer_close(w);
	}
}

static _Atomic bool stop;
static _Atomic unsigned wrong, asked;

static void *ask(void *arg)
{
	(void)arg;
	while (!atomic_load(&stop)) {
		if (!knows("127.0.0.1:2001") || knows("127.0.0.1:2002"))
			atomic_fetch_add(&wrong, 1);
		atomic_fetch_add(&asked, 1);
	}
	return NULL;
}

Test(registry, never_forgets_in_the_middle_of_a_look)
{
	pthread_t threads[2];

	init_with("127.0.0.1:2001");
	for (size_t i = 0; i < COUNT(threads); i++)
		cr_assert(pthread_create(&threads[i], NULL, ask, NULL) == 0);
	for (int i = 0; i < 200 || atomic_load(&asked) < 1000; i++)
		registry_look(&registry);
	atomic_store(&stop, true);
	for (size_t i = 0; i < COUNT(threads); i++)
		pthread_join(threads[i], NULL);
	cr_assert(wrong == 0, "%u of %u", wrong, asked);
}
