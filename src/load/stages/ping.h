/* SPDX-License-Identifier: MIT */
/* One datagram sent and its reply awaited, with the stamps of both: what
 * stages.c does again and again. Private to load/. */
#pragma once

#include "load/stages/config.h"
#include "load/stages/sample.h"
#include "load/stages/wall.h"
#include "load/traffic/rtt.h"

struct ping {
	const struct stages_config *config;
	int fd;
	bool stamping, hardware;
	bool lost;   /* the last one was: its reply may come yet */
	uint32_t id; /* of the next datagram that is stamped */
	uint64_t sequence;
	struct rtt rtt;
	uint64_t wait_ns; /* a receive waits so long */
	uint64_t end_ns;  /* it is not waited longer */
	struct wall wall;
	uint8_t *out, *in;
	uint64_t nobufs, foreign;
	uint64_t reported; /* answered by an error, most often of ICMP */
	uint32_t in_row;   /* of those, since the last reply */
	int error;         /* the last of them */
	struct socket_obtained obtained;
	char why[256];
};

/* 0; or -errno and one line in p->why. ping_fini() in either case. */
int ping_init(struct ping *p, const struct stages_config *config);
void ping_fini(struct ping *p);

/* From now on datagrams are stamped, by the device too where it does. 0; or
 * -errno and one line in p->why. */
int ping_stamp(struct ping *p, bool hardware);

/*
 * One round trip. 1: it was answered, and *s has what is known of it; set: the
 * clock was set meanwhile. 0: it was not in time, which follows the round
 * trips that are seen, or an error of the network
 * came instead, which is counted, is in p->error, and has its line in p->why;
 * it may be of an earlier one. -errno: it cannot go on, and one line in p->why.
 */
int ping_once(struct ping *p, struct sample *s, bool *set);
