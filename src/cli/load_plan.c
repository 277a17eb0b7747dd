/* SPDX-License-Identifier: MIT */
#include "cli/load_plan.h"

#include "cli/verb.h"
#include "core/probe.h"
#include "core/train.h"
#include "load/host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* In flight of a flow where nothing is said: enough that neither side waits
 * for the other, and little enough to fit any receive buffer. */
#define WINDOW_TRAINS  8
#define WINDOW_SINGLES 64

/* As usage_error() prints it, when parsing is over. */
#define FAIL(code, ...)                                                        \
	do {                                                                   \
		fprintf(stderr, "udpmill load: " __VA_ARGS__);                 \
		fputc('\n', stderr);                                           \
		exit(code);                                                    \
	} while (0)

static void require_consent(const struct load_options *o, const char *peer)
{
	if (host_owns(&o->config.remote))
		return;
	if (!o->peer_consents)
		FAIL(EXIT_USAGE,
			"%s is not this host: who loads another host without "
			"its owner's word attacks it; --peer-consents gives "
			"that word",
			peer);
	fprintf(stderr,
		"udpmill load: LOADING ANOTHER HOST, %s, on your word that its "
		"owner consents\n",
		peer);
}

/* What is sent where, and what will come back, as far as the server says. */
static void adapt_to_server(struct load_parsing *p)
{
	struct load_config *c = &p->o->config;
	const char *service = p->o->view.reader
				      ? reader_about(p->o->view.reader)->service
				      : "";

	if (p->flood || (strcmp(service, "discard") == 0 && !c->window))
		c->mode = LOAD_FLOOD;
	if (!p->expect_said && strcmp(service, "length") == 0)
		c->replies = REPLIES_TEXT;
	if (c->length < PROBE_BYTES && c->replies == REPLIES_PROBES)
		c->replies = REPLIES_ANY;
	if (!p->gro_said)
		c->gro = c->train > 1;
}

static uint32_t fitting_train(const struct load_config *c)
{
	uint32_t n = c->length ? DATAGRAM_MAX_V4 / c->length : 1;

	return n < c->train ? (n ? n : 1) : c->train;
}

static void set_window(struct load_config *c)
{
	uint32_t train = fitting_train(c);

	if (c->mode == LOAD_FLOOD)
		c->window = 0;
	else if (!c->window)
		c->window = train > 1 ? WINDOW_TRAINS * train : WINDOW_SINGLES;
	/* A window that is less than a train would never open. */
	else if (c->window < train)
		c->train = c->window;
	else
		c->window -= c->window % train;
}

static void check_sizes(const struct load_config *c)
{
	bool v6 = c->remote.sa.sa_family == AF_INET6;
	uint32_t most = v6 ? DATAGRAM_MAX_V6 : DATAGRAM_MAX_V4;

	if (c->length > most)
		FAIL(EXIT_USAGE,
			"--length: %u bytes do not fit a datagram; "
			"%u do on %s",
			c->length, most, v6 ? "IPv6" : "IPv4");
	if (c->threads > c->flows)
		FAIL(EXIT_USAGE,
			"--threads: %u threads share %u flows; --flows must "
			"be at least as many",
			c->threads, c->flows);
}

void load_plan(struct load_parsing *p)
{
	struct load_options *o = p->o;
	struct load_config *c = &o->config;
	char why[256];

	check_sizes(c);
	require_consent(o, p->peer);
	if (p->cpus) {
		if (affinity_parse(&o->cpus, p->cpus, why, sizeof(why)))
			FAIL(EXIT_USAGE, "--cpus: %s", why);
		c->cpus = &o->cpus;
	}
	while (c->run == 0)
		if (getrandom(&c->run, sizeof(c->run), 0) < 0)
			FAIL(EXIT_SYSTEM, "getrandom: %s", strerror(errno));
	if (load_view_open(&o->view, &c->remote))
		FAIL(EXIT_SYSTEM, "no memory");
	adapt_to_server(p);
	set_window(c);
}
