/* SPDX-License-Identifier: MIT */
#include "net/interface.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

static bool find(const union address *a, char name[IF_NAMESIZE])
{
	struct ifaddrs *all;
	bool found = false;

	if (getifaddrs(&all))
		return false;
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

bool interface_has(const union address *a)
{
	char name[IF_NAMESIZE];

	return find(a, name);
}

unsigned interface_index(const union address *a)
{
	char name[IF_NAMESIZE];

	return find(a, name) ? if_nametoindex(name) : 0;
}
