/* SPDX-License-Identifier: MIT */
/*
 * A socket that sends datagrams to the peer and judges its answers; counts them
 * in the current row. Private to load/stress/.
 */
#pragma once

#include "load/stress/settle.h"

struct talk {
	struct stress_lab *lab;
	int fd;
	union address local;
	uint32_t flow;
	uint64_t asked;          /* datagrams sent, without controls */
	uint64_t heard;          /* right answers to this socket */
	uint64_t answered_bytes; /* of right answers */
};

/* Opens a socket to lab->remote, or to another port there if port is not 0;
 * rcvbuf 0: as in the run's configuration. 0; or -errno, and the row is judged.
 * talk_close() in either case. */
int talk_open(struct talk *t, struct stress_lab *lab, uint32_t flow,
	uint16_t port, uint64_t rcvbuf);
void talk_close(struct talk *t);

/* Writes the content of the datagram of that flow, number and length. */
void talk_fill(struct stress_lab *lab, uint32_t flow, uint64_t sequence,
	uint8_t *out, uint32_t bytes);

/* Notes that an answer to a datagram of so many bytes is expected. */
void talk_expect(struct stress_lab *lab, uint32_t bytes);

/* Sends one datagram and adds it to the digest. 0 or -errno; counts ICMP errors
 * for earlier datagrams. */
int talk_ask(struct talk *t, uint64_t sequence, uint32_t bytes);

/* Receives what is there; if nothing is, waits up to wait_ns and a round trip.
 * Returns the number of datagrams. */
uint32_t talk_hear(struct talk *t, uint64_t wait_ns);

/* Receives until everything is answered, or nothing has come for wait_ns; also
 * after the row must end. */
void talk_drain(struct talk *t, uint64_t wait_ns);

/* Receives until the row has so many answers, nothing has come for wait_ns, or
 * the row must end. */
void talk_await(struct talk *t, uint64_t answered, uint64_t wait_ns);

/* Sends an ordinary datagram, a control, behind everything else: once it is
 * answered, the rest has been handled. If the peer does not answer, its
 * counters must change instead. False if neither happens after several
 * tries. */
bool talk_control(struct talk *t);

/* For a silent peer: does its host refuse each of several datagrams? */
bool talk_is_refused(struct talk *t);

/* Datagrams dropped by this socket. */
uint64_t talk_drops(const struct talk *t);

/* With the last socket of a row: waits for what is under way, adds this
 * socket's counts to client, and settles the row. */
void talk_settle(struct talk *t, struct lab_client *client);

/* Takes the ICMP errors queued in the socket and counts them. */
void talk_reports(struct talk *t);
