/* SPDX-License-Identifier: MIT */
#include "net/interface.h"

#include <ifaddrs.h>
#include <string.h>

bool interface_has(const union address *a)
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
	}
	freeifaddrs(all);
	return found;
}
