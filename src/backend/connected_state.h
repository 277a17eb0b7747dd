/* SPDX-License-Identifier: MIT */
/*
 * Shared by the files of the backend with connected sockets: connected.c has
 * its table and receives, connected_open.c opens and closes sockets,
 * connected_send.c sends.
 */
#pragma once

#include "backend/backend.h"
#include "backend/intake.h"
#include "backend/outlet.h"
#include "backend/peers.h"
#include "backend/wait.h"
#include "core/lone.h"

#include <sys/epoll.h>

/* Instead of a peer's index: the listener, or a socket of another peer, for
 * which the listener answers. */
#define CONNECTED_LISTENER UINT32_MAX
#define CONNECTED_ASTRAY   (UINT32_MAX - 1)
#define CONNECTED_EVENTS   64 /* of one epoll_wait */
#define CONNECTED_UNREAD   64

struct connected {
	const struct connecting *config;
	int listener; /* the unconnected socket; the caller's */
	int epoll;    /* -1: none */
	int scout;    /* tells whether a peer is reached, and from where */
	bool local;   /* the listener is bound to every address */
	struct counters *counters;
	struct wait wait;
	struct intake intake;
	struct outlet outlet;
	struct lone lone; /* of peers' sockets */
	struct peers peers;
	uint32_t *from; /* of each train: a peer's index, or one of the above */

	struct epoll_event ready[CONNECTED_EVENTS];
	uint32_t ready_next, ready_count;
	uint32_t unread[CONNECTED_UNREAD]; /* parked, to be read before all */
	uint32_t unread_count;
	uint64_t listener_taken; /* trains from the listener */
	uint64_t now_ns;         /* as of the last look */
	bool pausing; /* what it takes to open is short, until a look */

	/* Figures of all peers' sockets, also of those closed. */
	uint32_t drops, queued;
	uint32_t looked; /* the next peer to look at */
};

/* Opens sockets for peers of the batch that came to the listener and were not
 * refused. */
void connected_accept(struct connected *c, const struct batch *b);

/* Reads held sockets from now on: all, or those whose time has come. */
void connected_release(struct connected *c, bool all);

/* Reads back the figures of a peer's socket. */
void connected_account(struct connected *c, uint32_t index);

/* Stops datagrams from coming to a peer's socket, which is then to be read.
 * False if that is not possible now. */
bool connected_park(struct connected *c, uint32_t index);

/* The socket has been read. */
void connected_close(struct connected *c, uint32_t index);

/* backend_ops.send. */
int connected_send(void *self, struct batch *b);
