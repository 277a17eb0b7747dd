/* SPDX-License-Identifier: MIT */
/*
 * The floor: the cost of a server that makes the system calls and does nothing
 * else. It counts no errors, has no rules and is not meant to serve anybody;
 * "udpmill perf run -p ladder" measures how far udpmill is above it. IPv4 only.
 *
 * Like udpmill serve, it asks the kernel for the TTL of datagrams that it
 * answers, and sends with the TTL by which servers recognise replies. But it
 * ignores the received TTL and answers everything, so it listens on loopback
 * only.
 */
#pragma once

#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* The defaults of udpmill serve, so that the two can be compared. */
#define FLOOR_BATCH      32
#define FLOOR_SLOT       65600 /* an odd number of cache lines */
#define FLOOR_BYTES_MAX  65507
#define FLOOR_SEGMENTS   64
#define FLOOR_CONTROL    (2 * CMSG_SPACE(sizeof(int))) /* UDP_GRO, TTL */
#define FLOOR_TIMEOUT_MS 100
#define FLOOR_PIECES_MAX FLOOR_BATCH

struct floor {
	int fd;
	bool echo;
	bool trains; /* UDP_GRO is on, and replies are coupled */
	bool spin;   /* never sleep, and ask for no TTL */
	uint16_t port;
	uint64_t datagrams, trains_received, batches;
};

extern volatile sig_atomic_t floor_stop;

/* Each serves until floor_stop is set. 0 or -errno. */
int floor_recvfrom(struct floor *f);
int floor_mmsg(struct floor *f);
int floor_uring(struct floor *f);
int floor_spin(struct floor *f); /* floor_recvfrom, with spin */
int floor_ping(struct floor *f);

/* One message: pieces of the same size for the same peer. */
struct floor_reply {
	struct sockaddr_in *peer;
	struct iovec iov[FLOOR_PIECES_MAX];
	uint32_t pieces, bytes, segment_bytes;
	_Alignas(struct cmsghdr) char control[FLOOR_CONTROL];
};

static inline uint32_t floor_segments(uint32_t bytes, uint32_t segment_bytes)
{
	return segment_bytes && segment_bytes < bytes
		       ? (bytes + segment_bytes - 1) / segment_bytes
		       : 1;
}

/* Room for the control messages of a received datagram. */
static inline size_t floor_control(const struct floor *f)
{
	return f->trains || f->echo ? FLOOR_CONTROL : 0;
}

/* Bytes of a segment, from UDP_GRO's control message, which is the first one; 0
 * if there is none. */
static inline uint32_t floor_segment_bytes(struct msghdr *h)
{
	struct cmsghdr *c = h->msg_controllen ? CMSG_FIRSTHDR(h) : NULL;
	int n = 0;

	if (c && c->cmsg_level == IPPROTO_UDP)
		memcpy(&n, CMSG_DATA(c), sizeof(n));
	return (uint32_t)n;
}

/* Adds a reply to the last message if it fits, else to a new one. Returns the
 * number of messages. */
uint32_t floor_couple(const struct floor *f, struct floor_reply *r, uint32_t n,
	struct sockaddr_in *peer, void *data, uint32_t bytes,
	uint32_t segment_bytes);

/* Fills in the header of a reply, with UDP_SEGMENT if it is a train. */
void floor_header(struct msghdr *h, struct floor_reply *r);
