/* SPDX-License-Identifier: MIT */
/*
 * A packet train: one or more datagrams of one size from one peer, back to back
 * in one buffer; the last may be shorter. A lone datagram, even of zero bytes,
 * is a train of one.
 *
 * A train is what UDP GRO hands to recvmsg (udp(7), UDP_GRO, Linux 5.0) and
 * what UDP GSO takes from sendmsg (UDP_SEGMENT, Linux 4.18).
 */
#pragma once

#include "core/address.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The most segments of one GSO send: what every kernel takes; what kernels take
 * since Linux 6.9 (commit 1382e3b6a350); and what there is room for, should a
 * later one take more. net/segments.h finds what this kernel takes. A receiver
 * must expect the most that a local sender may send.
 */
#define TRAIN_SEND_SEGMENTS    64
#define TRAIN_RECEIVE_SEGMENTS 128
#define TRAIN_SEGMENTS_MOST    512

/* Largest UDP payload: IPv4 65535 - 20 - 8, IPv6 65535 - 8. */
#define DATAGRAM_MAX_V4 65507
#define DATAGRAM_MAX_V6 65527

/* Bytes that are always writable at train.data, whatever arrived, so that a
 * service can write its reply there (512 replies of 24 bytes fit). A lone
 * datagram may lie in a frame of a device, and then has room for at least 1024
 * bytes. */
#define TRAIN_ROOM 65535

/*
 * Where a datagram arrived, from IP_PKTINFO or IPV6_PKTINFO (ip(7), ipv6(7)).
 * family is AF_UNSPEC if the socket is bound to one address, which makes it
 * unnecessary.
 */
struct local_address {
	sa_family_t family;
	bool group; /* arrived at a multicast or broadcast address */
	uint32_t interface;
	union {
		struct in_addr v4;
		struct in6_addr v6;
	};
};

/* What to do with a train: set by service and guard, read by couple(). */
enum verdict {
	VERDICT_ABSORB, /* taken and not answered; the initial value */
	VERDICT_ANSWER, /* reply_* are valid */
	VERDICT_REFUSE, /* not answered, by a rule; refusal says which */
};

struct train {
	uint8_t *data;             /* first byte of the first segment */
	const union address *peer; /* in the backend's memory */
	uint32_t bytes;            /* of all segments, as received */
	uint32_t copied;           /* of these, from the first on, at data */
	uint32_t segment_bytes;    /* of each but the last; == bytes for one */
	uint32_t segments;         /* >= 1 */
	bool truncated;            /* it did not fit the buffers */
	/* From the IP header, if the socket asks for them: DSCP and ECN, and
	 * the TTL or hop limit on arrival; 0: not known. */
	uint8_t tos, ttl;

	uint8_t verdict; /* enum verdict */
	/*
	 * How many of the segments a service refused by a rule, and the counter
	 * that says why (enum counter_id). A service may refuse some segments
	 * of a train and answer the others. If it has several reasons, all
	 * count under the last one. The guard counts its own refusals itself
	 * and leaves refused as it is.
	 */
	uint8_t refusal;
	uint16_t refused;

	/* The answer, always in place at data. */
	uint32_t reply_bytes;
	uint32_t reply_segment_bytes;
	uint32_t reply_segments;

	struct local_address local;
};

/* Could a train of n segments have been refused with that error (-errno) for
 * being of more than every kernel takes? */
static inline bool train_has_too_many(uint32_t n, int error)
{
	return error == -EINVAL && n > TRAIN_SEND_SEGMENTS;
}

/* Sets bytes, segment_bytes, segments and copied (all), without a division for
 * a lone datagram, as most trains are. segment_bytes 0 or >= bytes: one
 * segment. */
static inline void train_shape(
	struct train *t, uint32_t bytes, uint32_t segment_bytes)
{
	t->bytes = t->copied = bytes;
	if (segment_bytes == 0 || segment_bytes >= bytes) {
		t->segment_bytes = bytes;
		t->segments = 1;
	} else {
		t->segment_bytes = segment_bytes;
		t->segments = (bytes + segment_bytes - 1) / segment_bytes;
	}
}

/* Only the first room bytes, less than all, were copied. wanted: as they were
 * meant to be; otherwise the train did not fit. */
static inline void train_cut(struct train *t, uint32_t room, bool wanted)
{
	t->copied = room;
	if (wanted)
		return;
	t->truncated = true;
	t->bytes = room;
}

/* Refuses the whole train; counter says why. */
static inline void train_refuse(struct train *t, uint8_t counter)
{
	t->verdict = VERDICT_REFUSE;
	t->refusal = counter;
	t->refused = (uint16_t)t->segments;
}
