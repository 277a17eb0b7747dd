/* SPDX-License-Identifier: MIT */
/* tests/e2e/ledger.py shows with real drops that they are counted where they
 * happen. */
#include "net/qdisc.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

Test(qdisc, can_be_read_repeatedly)
{
	struct qdisc_counts counts;
	int fd = qdisc_open();

	cr_assert(fd >= 0);
	for (int i = 0; i < 100; i++) {
		cr_assert(qdisc_read(fd, i % 2, &counts) == 0);
		cr_assert(!(i % 2) || counts.queued == 0);
	}
	close(fd);
}

Test(qdisc, that_cannot_be_read_is_an_error_and_zero)
{
	struct qdisc_counts counts = {1, 2, 3};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	cr_assert(qdisc_read(fd, true, &counts) == -EDESTADDRREQ);
	cr_assert(!counts.drops && !counts.filtered && !counts.queued);
	close(fd);
	cr_assert(qdisc_read(-1, true, &counts) == -EBADF);
}

/* Loopback has no discipline unless somebody gave it one. */
Test(qdisc, that_paces_is_looked_for_on_one_device)
{
	int fd = qdisc_open(), found;

	cr_assert(fd >= 0);
	found = qdisc_pacer(fd, if_nametoindex("lo"));
	cr_assert(found >= QDISC_NO_PACER && found <= QDISC_ETF);
	cr_assert(qdisc_pacer(fd, 0x7fffffff) == QDISC_NO_PACER);
	close(fd);
	cr_assert(qdisc_pacer(-1, 1) == -EBADF);
}

Test(qdisc, has_a_list_in_front_of_it_since_6_19)
{
	static const char *const without[] = {
		"6.18.44-amd64", "6.1.0-47-cloud-amd64", "5.19.0", "", "next"};
	static const char *const with[] = {
		"6.19.0-rc6", "6.20", "7.0.4+deb13-cloud-amd64", "10.1"};

	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++)
		cr_assert(!qdisc_bursts_in(without[i]), "%s", without[i]);
	for (size_t i = 0; i < sizeof(with) / sizeof(with[0]); i++)
		cr_assert(qdisc_bursts_in(with[i]), "%s", with[i]);
}
