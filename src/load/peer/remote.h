/* SPDX-License-Identifier: MIT */
/*
 * A remote server that has our key (core/query.h). It is asked for its consent,
 * repeatedly while it is loaded, and for its counters. Queries use a socket of
 * their own, but go to the address and port that are loaded; the server's yes
 * names that address and port as it sees them, so that nobody can relay another
 * server's consent.
 */
#pragma once

#include "core/mac.h"
#include "load/load.h"

struct remote_config {
	union address peer;
	union address bind; /* as for the load, to take the same path; port 0 */
	const char *device; /* NULL: any */
	const struct mac_key *key; /* copied */
	uint32_t run;
	/* This host's address as the server sees it through a NAT, with any
	 * port; NULL: no NAT. */
	const union address *known_as;
};

struct remote_about {
	char version[32], service[16], backend[16];
	uint32_t workers;
};

struct remote;

/*
 * Asks for consent and blocks until there is an answer, 5 s at most. 0; or
 * -errno and a sentence in why: -ETIMEDOUT no answer; -ECONNREFUSED,
 * -EHOSTUNREACH an ICMP error; -EREMCHG the server refuses, since the query did
 * not arrive by the addresses that it names; -EPROTONOSUPPORT the server is too
 * old.
 */
int remote_open(struct remote **out, const struct remote_config *config,
	char *why, size_t why_bytes);

/* What the server said about itself. */
const struct remote_about *remote_about(const struct remote *r);

/*
 * Starts a thread that renews the consent twice a second. If there is no yes
 * for as long as load/peer/asking.h allows, that thread calls lost, once. 0 or
 * -errno.
 */
int remote_keep(struct remote *r, void (*lost)(void *arg), void *arg);

/* Has the consent lapsed? Then no more queries are sent. */
bool remote_is_lost(const struct remote *r);

/* After that, writes a sentence on which answers came. */
void remote_explain_loss(const struct remote *r, char *why, size_t why_bytes);

/* For load_hooks.server; by one thread at a time. 0; -EAGAIN for LOOK_GLANCE;
 * -ETIMEDOUT no answer in time; -ESTALE the server was restarted; -EPROTO
 * impossible counters; or another -errno. */
int remote_read(struct remote *r, enum load_look look, struct load_server *out);

/* Query datagrams sent so far. */
uint64_t remote_sent(const struct remote *r);

/* Ends the thread and frees r. NULL is legal. */
void remote_close(struct remote *r);
