/* SPDX-License-Identifier: MIT */
/*
 * A socket that asks the peer, and judges what it answers; counted in the row
 * that runs. Private to load/stress/.
 */
#pragma once

#include "load/stress/settle.h"

struct talk {
	struct stress_lab *lab;
	int fd;
	union address local;
	uint32_t flow;
	uint64_t asked;          /* datagrams sent, controls left out */
	uint64_t heard;          /* answers that came to this socket */
	uint64_t answered_bytes; /* of right ones */
};

/* To lab->remote, or to another port there; rcvbuf 0: as the run's. 0, or
 * -errno and the row is judged; talk_close() in either case. */
int talk_open(struct talk *t, struct stress_lab *lab, uint32_t flow,
	uint16_t port, uint64_t rcvbuf);
void talk_close(struct talk *t);

/* What a datagram of that flow and number holds, right for that length. */
void talk_fill(struct stress_lab *lab, uint32_t flow, uint64_t sequence,
	uint8_t *out, uint32_t bytes);

/* An answer to a datagram of so many bytes is awaited: asked by other means. */
void talk_expect(struct stress_lab *lab, uint32_t bytes);

/* One datagram, into the digest too. 0 or -errno; ICMP errors that came before
 * it are counted. */
int talk_ask(struct talk *t, uint64_t sequence, uint32_t bytes);

/* Takes what there is; where there is nothing waits so long for it, and a round
 * trip. Returns how many datagrams came. */
uint32_t talk_hear(struct talk *t, uint64_t wait_ns);

/* What is still on its way: until all is answered, or none came for so long;
 * also when the row must end. */
void talk_drain(struct talk *t, uint64_t wait_ns);

/* Until as many answers came as that, none for so long, or the row must end. */
void talk_await(struct talk *t, uint64_t answered, uint64_t wait_ns);

/* An ordinary question behind all that was sent: when it is answered, the rest
 * has been dealt with. False: it is not, though it was repeated. Of a peer that
 * does not answer, its counters must move. */
bool talk_control(struct talk *t);

/* Of a peer that nothing is heard of: does its host refuse each of several
 * questions? */
bool talk_is_refused(struct talk *t);

/* Datagrams that this socket had no room for. */
uint64_t talk_drops(const struct talk *t);

/* A row whose last socket that is, client filled in but for that: waits for
 * what is on its way, and settles. */
void talk_settle(struct talk *t, struct lab_client *client);

/* ICMP errors that lie in the socket: each is taken and counted. */
void talk_reports(struct talk *t);
