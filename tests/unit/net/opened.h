/* SPDX-License-Identifier: MIT */
/* Opened sockets and their options: for the tests of net/socket, one program
 * each. */
#pragma once

#include "net/socket.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <sys/socket.h>

static char why[256];

static inline union address parsed(const char *text)
{
	union address a;

	cr_assert(address_parse(&a, text) == 0);
	return a;
}

static inline int opened(
	const struct socket_config *c, struct socket_obtained *got)
{
	int fd = socket_open(c, got, why, sizeof(why));

	if (fd == -EAFNOSUPPORT || fd == -EADDRNOTAVAIL)
		cr_skip("no IPv6 here: %s", why);
	cr_assert(fd >= 0, "%s", why);
	return fd;
}

static inline int option(int fd, int level, int name)
{
	int value = -1;
	socklen_t n = sizeof(value);

	cr_assert(getsockopt(fd, level, name, &value, &n) == 0);
	return value;
}
