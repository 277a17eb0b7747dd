/* SPDX-License-Identifier: MIT */
/*
 * Control messages (cmsg(3)) of received trains and sent messages, for all
 * backends that use msghdr.
 */
#pragma once

#include "backend/backend.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* Room for a number (UDP_GRO, UDP_SEGMENT) and a packet info. */
#define CONTROL_BYTES                                                          \
	(CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct in6_pktinfo)))

/* Rounds up to whole cache lines. */
#define CONTROL_LINES(bytes) (((bytes) + 63) / 64 * 64)

/* The largest result of control_room(): with TOS and TTL in addition. */
#define CONTROL_ROOM_MOST                                                      \
	CONTROL_LINES(CONTROL_BYTES + 2 * CMSG_SPACE(sizeof(int)))

/* Bytes of the control messages that a socket with this configuration delivers
 * with a datagram; 0: none. */
size_t control_room(const struct backend_config *config);

/*
 * Reads the control messages of a received datagram: sets t->local, t->tos and
 * t->ttl, those that did not come as in control_none(). Returns the segment
 * size (UDP_GRO), 0 for a lone datagram. Ignores truncated control messages.
 */
uint32_t control_read(const void *control, size_t bytes, struct train *t);

/* For a train that came without control messages. */
static inline void control_none(struct train *t)
{
	t->local.family = AF_UNSPEC;
	t->local.group = false;
	t->tos = t->ttl = 0;
}

/* Reads the TTL if it came alone, as with most lone datagrams to a socket of
 * one IPv4 address. False if control_read() has to be called. */
static inline bool control_read_ttl(
	const void *control, size_t bytes, struct train *t)
{
	const struct cmsghdr *c = control;
	int ttl;

	if (bytes != CMSG_SPACE(sizeof(ttl)) || c->cmsg_type != IP_TTL ||
		c->cmsg_level != IPPROTO_IP ||
		c->cmsg_len != CMSG_LEN(sizeof(ttl)))
		return false;
	memcpy(&ttl, CMSG_DATA(c), sizeof(ttl));
	control_none(t);
	t->ttl = (uint8_t)ttl;
	return true;
}

/* As control_read(), with a short way for those two cases. */
static inline uint32_t control_take(
	const void *control, size_t bytes, struct train *t)
{
	if (bytes == 0)
		control_none(t);
	else if (!control_read_ttl(control, bytes, t))
		return control_read(control, bytes, t);
	return 0;
}

/* Writes the control message that makes m a train, if it is one; otherwise as
 * control_write(). */
size_t control_write_train(void *control, const struct message *m);

/*
 * Writes the control messages that m needs to control, which has CONTROL_BYTES
 * and the alignment of struct cmsghdr. Returns their length, 0 if none are
 * needed.
 */
size_t control_write(void *control, const struct message *m);
