/* SPDX-License-Identifier: MIT */
/* Control messages of sends, as the kernel reads them. */
#include "load/engine/cmsg.h"

#include <criterion/criterion.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>

struct said {
	uint16_t segment;
	uint64_t leave_ns;
	int count;
};

static struct said read_control(struct msghdr *h)
{
	struct said s = {0};

	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c;
		c = CMSG_NXTHDR(h, c), s.count++) {
		if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_SEGMENT)
			memcpy(&s.segment, CMSG_DATA(c), sizeof(s.segment));
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TXTIME)
			memcpy(&s.leave_ns, CMSG_DATA(c), sizeof(s.leave_ns));
	}
	return s;
}

static struct said written(uint16_t segment, uint64_t leave_ns)
{
	static _Alignas(struct cmsghdr) char room[CMSG_SEND_BYTES];
	struct msghdr h = {.msg_control = room, .msg_controllen = 1};

	cmsg_write(&h, room, segment, leave_ns);
	cr_assert(!h.msg_control == !h.msg_controllen);
	cr_assert(h.msg_controllen <= sizeof(room));
	return read_control(&h);
}

Test(cmsg, says_segment_and_time_side_by_side)
{
	struct said s = written(1400, 123456789012345);

	cr_assert(s.count == 2 && s.segment == 1400 &&
		  s.leave_ns == 123456789012345);
	s = written(0, 5);
	cr_assert(s.count == 1 && s.leave_ns == 5);
	s = written(64, 0);
	cr_assert(s.count == 1 && s.segment == 64);
	cr_assert(written(0, 0).count == 0);
}
