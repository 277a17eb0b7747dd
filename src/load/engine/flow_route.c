/* SPDX-License-Identifier: MIT */
#include "load/engine/flow_route.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

int flow_route(struct frame_route *r, const struct engine_path *path, int fd)
{
	socklen_t from = sizeof(r->from), to = sizeof(r->to);
	int tos = 0, ttl = 0;
	socklen_t tos_bytes = sizeof(tos), ttl_bytes = sizeof(ttl);
	bool v6;

	*r = (struct frame_route){0};
	if (getsockname(fd, &r->from.sa, &from) ||
		getpeername(fd, &r->to.sa, &to))
		return -errno;
	address_unmap(&r->from);
	address_unmap(&r->to);
	v6 = r->to.sa.sa_family == AF_INET6;
	if (v6 ? getsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &tos, &tos_bytes) ||
				getsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS,
					&ttl, &ttl_bytes)
	       : getsockopt(fd, IPPROTO_IP, IP_TOS, &tos, &tos_bytes) ||
				getsockopt(fd, IPPROTO_IP, IP_TTL, &ttl,
					&ttl_bytes))
		return -errno;
	r->tos = (uint8_t)tos;
	r->ttl = (uint8_t)ttl;
	memcpy(r->mac_from, path->mac_from, sizeof(r->mac_from));
	memcpy(r->mac_to, path->mac_to, sizeof(r->mac_to));
	return 0;
}
