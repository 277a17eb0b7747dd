/* SPDX-License-Identifier: MIT */
#include "load/engine/cmsg.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>

static struct cmsghdr *add(struct msghdr *h, struct cmsghdr *at, int level,
	int type, const void *data, size_t bytes)
{
	at->cmsg_level = level;
	at->cmsg_type = type;
	at->cmsg_len = CMSG_LEN(bytes);
	memcpy(CMSG_DATA(at), data, bytes);
	h->msg_controllen += CMSG_SPACE(bytes);
	return (struct cmsghdr *)((char *)at + CMSG_SPACE(bytes));
}

void cmsg_write(
	struct msghdr *h, void *room, uint16_t segment, uint64_t leave_ns)
{
	struct cmsghdr *at = room;

	h->msg_controllen = 0;
	if (segment)
		at = add(h, at, IPPROTO_UDP, UDP_SEGMENT, &segment,
			sizeof(segment));
	if (leave_ns)
		(void)add(h, at, SOL_SOCKET, SCM_TXTIME, &leave_ns,
			sizeof(leave_ns));
	h->msg_control = h->msg_controllen ? room : NULL;
}

uint32_t cmsg_segment(struct msghdr *h)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(h);
	int gro;

	if (!c || c->cmsg_level != IPPROTO_UDP || c->cmsg_type != UDP_GRO)
		return 0;
	memcpy(&gro, CMSG_DATA(c), sizeof(gro));
	return (uint32_t)gro;
}
