/* SPDX-License-Identifier: MIT */
#include "net/address_watch.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

/* Of one call; the next one reads on. */
#define MESSAGES_MOST 1000

int address_watch_open(void)
{
	const struct sockaddr_nl groups = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
		NETLINK_ROUTE);
	int error;

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&groups, sizeof(groups)) == 0)
		return fd;
	error = -errno;
	close(fd);
	return error;
}

bool address_watch_changed(int fd)
{
	char byte;
	unsigned n = 0;

	/* What changed is not in the message alone: it is looked up. ENOBUFS:
	 * some could not be kept. */
	while (n < MESSAGES_MOST &&
		(recv(fd, &byte, sizeof(byte), 0) >= 0 || errno == ENOBUFS))
		n++;
	return n > 0;
}
