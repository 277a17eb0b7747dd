/* SPDX-License-Identifier: MIT */
/* Following the addresses with a filter that cannot be told, since its map is
 * no descriptor. */
#include "backend/xdp_state.h"

#include <criterion/criterion.h>
#include <sys/socket.h>
#include <unistd.h>

static struct xdp_queue queue;
static struct xdp_share share;
static int kernel; /* the other end of the watch */

static void begin(void)
{
	int pair[2];

	cr_assert(
		socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair) == 0);
	share.watch = pair[0];
	kernel = pair[1];
	share.queues.filter.sockets = -1;
	share.queues.queue = &queue;
	share.queues.count = 1;
	share.address_count = 1;
}

static void end(void)
{
	close(share.watch);
	close(kernel);
}

static void addresses_change(const char *served)
{
	cr_assert(address_parse(&share.address[0], served) == 0);
	cr_assert(write(kernel, "x", 1) == 1);
}

TestSuite(xdp_share, .init = begin, .fini = end);

Test(xdp_share, does_nothing_while_nothing_changes)
{
	cr_assert(xdp_share_follow(&share) == 0);
	addresses_change("127.0.0.1:7");
	cr_assert(xdp_share_follow(&share) == 0);
}

Test(xdp_share, tells_that_the_filter_cannot_be_told)
{
	addresses_change("192.0.2.1:7");
	cr_assert(xdp_share_follow(&share) < 0);
	cr_assert(!share.away);
}

Test(xdp_share, tells_the_filter_again_without_another_change)
{
	addresses_change("192.0.2.1:7");
	cr_assert(xdp_share_follow(&share) < 0);
	cr_assert(xdp_share_follow(&share) < 0);
}

/* Some queues may have been told, so that the old state is no excuse. */
Test(xdp_share, tells_the_filter_though_all_is_as_it_was)
{
	addresses_change("192.0.2.1:7");
	cr_assert(xdp_share_follow(&share) < 0);
	addresses_change("127.0.0.1:7");
	cr_assert(xdp_share_follow(&share) < 0);
}
