/* SPDX-License-Identifier: MIT */
/* Packets to other stations, as this namespace counts them. */
#include "net/otherhost.h"

#include "net/qdisc.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <unistd.h>

Test(otherhost, that_can_be_read_never_goes_back)
{
	uint64_t first = 1, second = 0;
	int fd = qdisc_open();

	cr_assert(fd >= 0);
	cr_assert(otherhost_read(fd, &first) == 0);
	cr_assert(otherhost_read(fd, &second) == 0);
	cr_assert(second >= first);
	close(fd);
}

Test(otherhost, that_cannot_be_read_is_an_error_and_zero)
{
	uint64_t packets = 1;

	cr_assert(otherhost_read(-1, &packets) == -EBADF);
	cr_assert(packets == 0);
}
