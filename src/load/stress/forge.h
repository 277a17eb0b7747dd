/* SPDX-License-Identifier: MIT */
/*
 * Forged datagrams, sent through a raw socket on behalf of an ordinary socket,
 * which receives the answers. A stress that uses them is a table of cases.
 * Private to load/stress/.
 */
#pragma once

#include "load/stress/lab.h"
#include "load/stress/packet.h"

enum forge_fate { FORGE_DELIVERED, FORGE_DROPPED };

enum forge_family { FORGE_V4 = 1, FORGE_V6 = 2, FORGE_BOTH = 3 };

struct forge;

struct forge_case {
	const char *name, *rule;
	enum forge_fate fate;
	/* Another fate is a failure: a standard forbids it, or wrong data would
	 * be delivered. */
	bool must;
	enum forge_family families;
	/* Sends one datagram, in as many packets as it takes. */
	void (*build)(struct forge *f);
	uint32_t number; /* a parameter of build */
	uint32_t count;  /* datagrams; 0: FORGE_COUNT */
	/* If the kernel keeps fragments of an incomplete datagram: an offset
	 * within them, where a fragment sent at the end overlaps, so that the
	 * kernel frees them. 0: none are kept. */
	uint32_t held_at;
};

#define FORGE_COUNT 64

struct forge {
	struct stress_lab *lab;
	const struct forge_case *now;
	struct packet_path path;
	uint64_t sequence; /* of the datagram being built */
	/* Building for the digest, which covers what follows from the seed:
	 * addresses and ports are left out, and nothing is sent. */
	bool plan;
	int error; /* -errno of the first packet that the kernel refused */
	uint8_t *packet; /* PACKET_ROOM */
	uint8_t *
		datagram; /* PACKET_ROOM, for a UDP datagram before it is cut */
	uint8_t *payload;
};

/* Fills f->payload with bytes bytes, of which the first right bytes are
 * expected back. */
void forge_payload(struct forge *f, uint32_t bytes, uint32_t right);

/* Sends an IP packet with that header and data. */
void forge_packet(struct forge *f, const struct packet_ip *ip,
	const uint8_t *data, uint32_t bytes);

/* Makes an ordinary UDP datagram with a payload of bytes at f->datagram.
 * Returns its length. */
uint32_t forge_udp(struct forge *f, uint32_t bytes);

/* Sends a piece of f->datagram as a fragment, with UDP as the protocol. */
void forge_piece(struct forge *f, uint32_t offset, uint32_t bytes, bool more);

/* The same with another protocol or extension header. */
void forge_piece_of(struct forge *f, uint8_t protocol, uint32_t offset,
	uint32_t bytes, bool more);

/* Runs the cases for this version of IP, each as a row. */
void forge_run(
	struct stress_lab *lab, const struct forge_case *cases, size_t count);

/* Sends the IP packet at data; to: its destination. 0 or -errno. */
int forge_send(struct stress_lab *lab, const union address *to,
	const uint8_t *data, uint32_t bytes);
