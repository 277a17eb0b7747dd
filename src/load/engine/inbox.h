/* SPDX-License-Identifier: MIT */
/*
 * The sockets of an engine, and how most engines receive: one batch per call of
 * recvmmsg(2). A few sockets are tried in turn; with more, epoll finds the
 * readable ones. With a single socket the receive itself waits, so that a
 * ping-pong needs no other call. A socket to which replies come one by one is
 * received from by recvmsg(2).
 */
#pragma once

#include "core/lone.h"
#include "core/slots.h"
#include "load/engine/cmsg.h"
#include "load/engine/engine.h"
#include "load/engine/ready.h"

#include <stdbool.h>
#include <sys/socket.h>

struct link {
	int fd; /* -1: free */
	void *owner;
	struct lone lone;
	bool gro;          /* a train may come whole */
	struct link *next; /* in the list of free ones */
};

struct inbox {
	struct link *links, *unused; /* an array of sockets links */
	uint32_t sockets;
	uint32_t turn; /* the next socket to poll */
	struct ready ready;
	struct link *current; /* of the last receive */
	uint32_t receives;    /* of the current turn; 0: the turn is over */
	uint32_t used;        /* headers that the last receive wrote to */
	bool polls; /* no receive waits, so that an error queue wakes it */
	/* Only epoll finds the readable ones, however few: others than sockets
	 * are watched, too (ready), each by a link without a descriptor. */
	bool others;
	struct slots slots;
	struct mmsghdr headers[ENGINE_ARRIVALS];
	struct iovec iov[ENGINE_ARRIVALS];
	struct {
		_Alignas(struct cmsghdr) char bytes[CMSG_RECEIVE_BYTES];
	} control[ENGINE_ARRIVALS];
};

/* Zeroed state, or with polls or others set. 0 or -errno; inbox_fini in either
 * case. */
int inbox_init(struct inbox *b, uint32_t sockets);
void inbox_fini(struct inbox *b);

/* As in struct engine_ops. */
int inbox_add(struct inbox *b, int fd, void *owner, struct link **out);
void inbox_remove(struct inbox *b, struct link *link);
int inbox_recv(
	struct inbox *b, struct engine_arrivals *in, uint64_t timeout_ns);

/* The place of a link among all, from 0. */
static inline uint32_t inbox_index(
	const struct inbox *b, const struct link *link)
{
	return (uint32_t)(link - b->links);
}
