/* SPDX-License-Identifier: MIT */
/* A flow's socket: opened at the start, and later for each flow that replaces
 * another. */
#include "load/loop/flow.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>

/* Flows take the addresses in turn, with the next port in each round, and the
 * first port again after the last. */
static union address source_of(const struct load_config *c, uint32_t number)
{
	union address a = c->socket.bind;
	uint32_t n = c->bind_count ? c->bind_count : 1;
	uint32_t port = number / n;

	address_add(&a, number % n);
	if (c->port_count)
		port %= c->port_count;
	if (c->port_first)
		address_set_port(&a, (uint16_t)(c->port_first + port));
	return a;
}

int flow_open(const struct load_config *c, uint32_t number,
	struct socket_obtained *got, char *why, size_t why_bytes)
{
	struct socket_config socket = c->socket;

	socket.bind = source_of(c, number);
	socket.errors = true;
	return socket_open(&socket, got, why, why_bytes);
}

int flow_take_trains(const struct load_config *c, int fd)
{
	int size = (int)c->sizes.most;

	if (sizes_mixed(&c->sizes))
		return 0;
	return setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size))
		       ? -errno
		       : 0;
}
