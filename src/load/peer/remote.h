/* SPDX-License-Identifier: MIT */
/*
 * A server that cannot be seen, and has the same key as we (core/query.h):
 * asked whether it consents to be loaded, over and over while it is, and what
 * it has counted. Over a socket that carries no load, to the very address and
 * port that do; and its yes is one to that address and port, as it sees them,
 * so that nobody can bring another server's.
 */
#pragma once

#include "core/mac.h"
#include "load/load.h"

struct remote_config {
	union address peer;
	union address bind;        /* as the load's, for the same way; port 0 */
	const char *device;        /* NULL: any */
	const struct mac_key *key; /* copied */
	uint32_t run;
	/* Behind a NAT: this host's address as the server sees it, and any
	 * port; NULL: there is none. */
	const union address *known_as;
};

struct remote_about {
	char version[32], service[16], backend[16];
	uint32_t workers;
};

struct remote;

/*
 * Asks until the server says yes, or has had the time for it. 0; or -errno and
 * a sentence in why: -ETIMEDOUT nobody says yes; -ECONNREFUSED, -EHOSTUNREACH
 * the network says that it cannot; -EREMCHG the server says no, since it is not
 * asked by the addresses that the question names; -EPROTONOSUPPORT it is older.
 */
int remote_open(struct remote **out, const struct remote_config *config,
	char *why, size_t why_bytes);

/* As it said of itself. */
const struct remote_about *remote_about(const struct remote *r);

/*
 * From now on a thread asks again, twice a second. Where no question has been
 * answered by yes for as long as load/peer/asking.h says, lost is called, once,
 * by that thread. 0 or -errno.
 */
int remote_keep(struct remote *r, void (*lost)(void *arg), void *arg);

/* Was it? Then nothing is asked any more. */
bool remote_is_lost(const struct remote *r);

/* Then a sentence says what of its answers came. */
void remote_explain_loss(const struct remote *r, char *why, size_t why_bytes);

/* load_hooks.server, by one thread. -EAGAIN for a glance; -ETIMEDOUT no answer
 * in time; -ESTALE the server has been started anew; -EPROTO it says what
 * cannot be. */
int remote_read(struct remote *r, enum load_look look, struct load_server *out);

/* Datagrams that it has been asked with so far. */
uint64_t remote_sent(const struct remote *r);

/* Ends the thread. NULL is legal. */
void remote_close(struct remote *r);
