/* SPDX-License-Identifier: MIT */
#include "load/engine/control.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef SCM_TXTIME
#define SCM_TXTIME 61
#endif

/* For the way from here to the discipline. */
#define SPARE_NS 200000u
#define READINGS 8

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

void txtime_control(
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

static uint64_t read_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Of some readings the one with the least between. */
uint64_t txtime_ahead_ns(clockid_t clock)
{
	uint64_t best = UINT64_MAX, ahead = 0;

	if (clock == CLOCK_MONOTONIC)
		return 0;
	for (int i = 0; i < READINGS; i++) {
		uint64_t before = read_ns(CLOCK_MONOTONIC);
		uint64_t there = read_ns(clock);
		uint64_t gap = read_ns(CLOCK_MONOTONIC) - before;

		if (gap >= best)
			continue;
		best = gap;
		ahead = there - before - gap / 2;
	}
	return ahead;
}

uint64_t txtime_leave_ns(clockid_t clock, uint64_t meant_ns, uint64_t now_ns)
{
	if (clock == CLOCK_MONOTONIC || meant_ns > now_ns + SPARE_NS)
		return meant_ns;
	return now_ns + SPARE_NS;
}
