/* SPDX-License-Identifier: MIT */
#include "net/interface.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* 1, 0 if no interface has it, or -errno. */
static int look_for(const union address *a, char name[IF_NAMESIZE])
{
	struct ifaddrs *all;
	bool found = false;

	if (getifaddrs(&all))
		return -errno;
	for (const struct ifaddrs *i = all; i && !found; i = i->ifa_next) {
		union address own = {0};

		if (!i->ifa_addr)
			continue;
		if (i->ifa_addr->sa_family == AF_INET)
			memcpy(&own.in, i->ifa_addr, sizeof(own.in));
		else if (i->ifa_addr->sa_family == AF_INET6)
			memcpy(&own.in6, i->ifa_addr, sizeof(own.in6));
		else
			continue;
		found = address_same_host(&own, a);
		if (found)
			snprintf(name, IF_NAMESIZE, "%s", i->ifa_name);
	}
	freeifaddrs(all);
	return found;
}

static bool find(const union address *a, char name[IF_NAMESIZE])
{
	return look_for(a, name) > 0;
}

bool interface_lacks(const union address *a)
{
	char name[IF_NAMESIZE];

	return look_for(a, name) == 0;
}

bool interface_has(const union address *a)
{
	char name[IF_NAMESIZE];

	return find(a, name);
}

bool interface_owns(const union address *a)
{
	return address_is_loopback(a) || interface_has(a);
}

bool interface_broadcasts(const union address *a)
{
	union address to = *a;
	int one = 1, fd;
	bool found;

	address_unmap(&to);
	if (to.sa.sa_family != AF_INET)
		return false;
	/* With port 0 the kernel does not check whether it may broadcast. */
	if (address_port(&to) == 0)
		address_set_port(&to, 9);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	/* A prohibit route gives EACCES too, but also with SO_BROADCAST. */
	found = connect(fd, &to.sa, address_length(&to)) && errno == EACCES &&
		setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &one, sizeof(one)) ==
			0 &&
		connect(fd, &to.sa, address_length(&to)) == 0;
	close(fd);
	return found;
}

unsigned interface_index(const union address *a)
{
	char name[IF_NAMESIZE];

	return find(a, name) ? if_nametoindex(name) : 0;
}
