/* SPDX-License-Identifier: MIT */
/* Which of many sockets have something to be read (epoll(7)). */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#define READY_EVENTS 256

struct ready {
	int epoll;
	bool made;
	/* As of the last wait, and how many of them have been told. */
	struct epoll_event events[READY_EVENTS];
	uint32_t count, told;
};

/* Zeroed state. 0 or -errno; ready_fini in either case. */
int ready_init(struct ready *r);
void ready_fini(struct ready *r);

/* 0 or -errno. */
int ready_watch(struct ready *r, int fd, void *what);

/* What was watched for it may still be told once, if a wait has found it. */
void ready_unwatch(struct ready *r, int fd);

/* Waits for the first up to timeout_ns: how many have something; 0 also where a
 * signal came; or -errno. */
int ready_wait(struct ready *r, uint64_t timeout_ns);

/* One that had something, each once a wait; NULL: all have been told. */
void *ready_next(struct ready *r);
