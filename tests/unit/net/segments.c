/* SPDX-License-Identifier: MIT */
#include "net/segments.h"

#include "core/train.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

struct kernel {
	uint32_t takes;
	unsigned tried;
};

static int try(void *arg, uint32_t n)
{
	struct kernel *k = arg;

	k->tried++;
	return n > k->takes ? -EINVAL : 0;
}

static uint32_t find(uint32_t takes)
{
	return segments_find(try, &(struct kernel){.takes = takes});
}

Test(segments, are_what_the_kernel_takes)
{
	cr_assert(find(64) == 64);
	cr_assert(find(128) == 128);
	cr_assert(find(256) == 256);
}

Test(segments, are_no_more_than_there_is_room_for)
{
	cr_assert(find(65535) == TRAIN_SEGMENTS_MOST);
}

Test(segments, are_what_every_kernel_takes_if_it_takes_none)
{
	struct kernel none = {0};

	cr_assert(segments_find(try, &none) == TRAIN_SEND_SEGMENTS);
	cr_assert(none.tried == 3);
}

static bool sends(int fd, uint32_t segments)
{
	static const char data[2 * TRAIN_SEGMENTS_MOST];

	return send(fd, data, segments, 0) == (ssize_t)segments;
}

Test(segments, of_this_kernel_are_sent_and_twice_as_many_are_not)
{
	uint32_t n = segments_limit();
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), one = 1;
	struct sockaddr_in6 a = {
		.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
	socklen_t length = sizeof(a);

	cr_assert(n >= TRAIN_SEND_SEGMENTS && n <= TRAIN_SEGMENTS_MOST);
	if (fd < 0 || bind(fd, (void *)&a, length) ||
		getsockname(fd, (void *)&a, &length) ||
		connect(fd, (void *)&a, length))
		cr_skip_test("there is no [::1] here");
	if (setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &one, sizeof(one)))
		cr_skip_test("this kernel sends no trains");
	cr_assert(sends(fd, n), "the other family takes as many");
	cr_assert(!sends(fd, 2 * n) || n == TRAIN_SEGMENTS_MOST);
	close(fd);
}
