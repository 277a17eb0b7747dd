/* SPDX-License-Identifier: MIT */
/*
 * Finds the readable ones among sockets: few by ppoll(2), many by epoll(7). An
 * epoll is called back by the kernel for each datagram that one of its sockets
 * receives or sends, even while nobody waits; ppoll costs nothing until then.
 */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#define READY_FEW    8
#define READY_EVENTS 256

struct ready {
	int epoll;
	bool made; /* the epoll; else the sockets are few */
	/* Of few sockets: which, and what they are; fd -1: a free place. */
	struct pollfd polled[READY_FEW];
	void *what[READY_FEW];
	/* Found by the last wait, and how many ready_next() has returned. */
	struct epoll_event events[READY_EVENTS];
	uint32_t count, told;
};

/* Zeroed state; few: at most READY_FEW are watched at once. 0 or -errno;
 * ready_fini in either case. */
int ready_init(struct ready *r, bool few);
void ready_fini(struct ready *r);

/* 0 or -errno. */
int ready_watch(struct ready *r, int fd, void *what);

/* If the last wait found it, ready_next() may still return it once. */
void ready_unwatch(struct ready *r, int fd);

/* Waits up to timeout_ns until a socket is readable. Returns how many are, 0
 * also after a signal, or -errno. */
int ready_wait(struct ready *r, uint64_t timeout_ns);

/* The next readable one of the last wait, as passed to ready_watch(); NULL: no
 * more. */
void *ready_next(struct ready *r);
