/* SPDX-License-Identifier: MIT */
/* A ping: sends one datagram and waits for its reply, with the time stamps of
 * both. stages.c repeats it. Private to load/. */
#pragma once

#include "core/spin.h"
#include "load/stages/config.h"
#include "load/stages/sample.h"
#include "load/stages/wall.h"
#include "load/traffic/rtt.h"

struct ping {
	const struct stages_config *config;
	int fd;
	bool stamping, hardware;
	bool lost;   /* the last datagram was lost; its reply may still come */
	uint32_t id; /* number of the next stamped datagram */
	uint64_t sequence;
	struct rtt rtt;
	uint64_t wait_ns; /* SO_RCVTIMEO as set */
	uint64_t end_ns;  /* when to stop waiting for the reply */
	struct spin spin;
	struct wall wall;
	uint8_t *out, *in;
	uint64_t nobufs, foreign;
	/* Datagrams answered by an error, usually from ICMP. */
	uint64_t reported;
	uint32_t in_row; /* of reported, since the last reply */
	int error;       /* the last of them */
	struct socket_obtained obtained;
	char why[256];
};

/* 0; or -errno and one line in p->why. ping_fini() in either case. */
int ping_init(struct ping *p, const struct stages_config *config);
void ping_fini(struct ping *p);

/* Switches time stamps on, with hardware also the device's. 0; or -errno and
 * one line in p->why. */
int ping_stamp(struct ping *p, bool hardware);

/*
 * One round trip; blocks. 1: answered: *s has its stamps, and *set tells
 * whether CLOCK_REALTIME was set meanwhile. 0: no reply within the timeout, or
 * a network error came instead, perhaps for an earlier datagram; it is counted,
 * and p->error and p->why tell which. -errno: cannot go on, with one line in
 * p->why.
 */
int ping_once(struct ping *p, struct sample *s, bool *set);
