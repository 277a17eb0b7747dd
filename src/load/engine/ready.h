/* SPDX-License-Identifier: MIT */
/* Finds the readable ones among many sockets (epoll(7)). */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#define READY_EVENTS 256

struct ready {
	int epoll;
	bool made;
	/* Of the last wait, and how many of them ready_next() has returned. */
	struct epoll_event events[READY_EVENTS];
	uint32_t count, told;
};

/* Zeroed state. 0 or -errno; ready_fini in either case. */
int ready_init(struct ready *r);
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
