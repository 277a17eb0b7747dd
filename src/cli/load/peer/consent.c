/* SPDX-License-Identifier: MIT */
#include "cli/load/peer/consent.h"

#include "cli/args/usage.h"
#include "cli/load/fail.h"
#include "cli/print/say.h"
#include "core/clock.h"
#include "net/interface.h"
#include "net/socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A greeting that has not arrived by then went somewhere else. */
#define PATIENCE_NS 2000000000u
#define AGAIN_NS    100000000u
#define STILL_NS    20000000u

void load_go_there(const char *name)
{
	struct netns there, was;
	char why[256];
	int error = netns_open(&there, name, why, sizeof(why));

	if (error == -EINVAL || error == -ENOENT)
		usage_error("netns", "%s", why);
	if (error)
		load_fail(EXIT_SYSTEM, "--netns: %s", why);
	error = netns_enter(&there, &was);
	if (error)
		load_fail(EXIT_SYSTEM, "--netns: entering \"%s\": %s%s", name,
			strerror(-error),
			error == -EPERM ? "; it needs CAP_SYS_ADMIN (sudo)"
					: "");
	netns_close(&was);
	netns_close(&there);
}

/* How many of the datagrams sent to the server it has dealt with. */
static uint64_t dealt_with(struct load_view *v)
{
	struct load_server s;
	uint64_t n;

	if (load_view_read(v, &s))
		return 0;
	n = s.counters.answered + s.counters.absorbed;
	for (size_t i = 0; i < s.counters.refused_count; i++)
		n += s.counters.refused[i].datagrams;
	for (size_t i = 0; i < s.counters.failed_count; i++)
		n += s.counters.failed[i].datagrams;
	return n;
}

/*
 * The addresses of a lab often exist in other networks as well, and the route
 * may lead out of this host, so a test datagram goes first. It may get lost
 * without any report if a device has just come up, and is sent again. Once one
 * has arrived, those still on their way are waited for, so that they do not
 * count for the run. Replies are read here, so that they do not disturb
 * anybody's counters later.
 */
static bool greet(struct load_options *o)
{
	struct socket_config c = {.bind = o->config.socket.bind,
		.remote = o->config.socket.remote};
	uint64_t before = dealt_with(&o->view), last = before;
	uint64_t now = clock_ns(), changed = now, sent = 0, start = now;
	const struct timespec tick = {.tv_nsec = 1000000};
	char why[256];
	int fd = socket_open(&c, NULL, why, sizeof(why));

	if (fd < 0)
		load_fail(EXIT_SYSTEM, "%s", why);
	while (now - start < PATIENCE_NS &&
		(last == before || now - changed < STILL_NS)) {
		uint64_t n;

		if (last == before && now - sent >= AGAIN_NS) {
			(void)!send(fd, "hello", 5, MSG_DONTWAIT);
			sent = now;
		}
		nanosleep(&tick, NULL);
		now = clock_ns();
		n = dealt_with(&o->view);
		if (n != last)
			changed = now;
		last = n;
	}
	close(fd);
	return last > before;
}

void load_require_consent(struct load_options *o, const char *peer)
{
	const struct load_view *v = &o->view;

	o->own = interface_owns(&o->config.socket.remote);
	if (o->own)
		return;
	if (o->peer_consents) {
		say("LOADING ANOTHER HOST, %s, since you say that its owner "
		    "consents",
			peer);
		return;
	}
	if (o->netns && !v->has_address)
		usage_error(NULL,
			"no udpmill server that can be seen on this host "
			"serves %s; start one there, or, for another host, use "
			"--key or --peer-consents",
			peer);
	if (!o->netns)
		usage_error(NULL,
			"%s is not this host, and loading another host without "
			"its owner's consent is an attack; use --key to ask "
			"for consent, or --peer-consents if you have it; to "
			"load another namespace of this host, use --netns NAME",
			peer);
	if (!greet(o))
		load_fail(EXIT_NO_PEER,
			"a datagram to %s did not arrive at the server with "
			"pid %d, which has this address; use --peer-consents "
			"if the owner of the peer consents",
			peer, reader_about(v->reader)->pid);
	o->own = true;
}
