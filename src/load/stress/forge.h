/* SPDX-License-Identifier: MIT */
/*
 * Datagrams made by hand and sent by a raw socket, on behalf of a socket of
 * ours that takes what is answered. A stress of such is a table of cases.
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
	bool must; /* a standard says so, or what is delivered would be wrong */
	enum forge_family families;
	/* One datagram, in as many packets as it takes. */
	void (*build)(struct forge *f);
	uint32_t number; /* for build */
	uint32_t count;  /* datagrams; 0: FORGE_COUNT */
	/* Where a fragment overlaps what the kernel holds of each in vain: it
	 * is sent at the end, and all of it is let go. 0: nothing is held. */
	uint32_t held_at;
};

#define FORGE_COUNT 64

struct forge {
	struct stress_lab *lab;
	const struct forge_case *now;
	struct packet_path path;
	uint64_t sequence; /* of the datagram that is built */
	/* Without addresses, ports and what follows from them: for the digest,
	 * which is of what a seed says. */
	bool plan;
	int error;         /* -errno of the first packet that was refused */
	uint8_t *packet;   /* PACKET_ROOM */
	uint8_t *datagram; /* the same, for a UDP datagram yet to be cut */
	uint8_t *payload;
};

/* The payload of the datagram that is built: at f->payload, of which so many
 * bytes are sent and the first right ones must come back. */
void forge_payload(struct forge *f, uint32_t bytes, uint32_t right);

/* An IP packet of that protocol, with so many bytes of data in it. */
void forge_packet(struct forge *f, const struct packet_ip *ip,
	const uint8_t *data, uint32_t bytes);

/* An ordinary UDP datagram at f->datagram, with a payload of bytes: its length.
 */
uint32_t forge_udp(struct forge *f, uint32_t bytes);

/* A piece of f->datagram as a fragment, of either version of IP, and of a
 * packet that is UDP's from its start. */
void forge_piece(struct forge *f, uint32_t offset, uint32_t bytes, bool more);

/* The same of another protocol, or header. */
void forge_piece_of(struct forge *f, uint8_t protocol, uint32_t offset,
	uint32_t bytes, bool more);

/* A row for each case that this version of IP has. */
void forge_run(
	struct stress_lab *lab, const struct forge_case *cases, size_t count);

/* Sends what is at data, a packet, to the address that it says. 0 or -errno. */
int forge_send(struct stress_lab *lab, const union address *to,
	const uint8_t *data, uint32_t bytes);
