/* SPDX-License-Identifier: MIT */
/*
 * A spinning ping-pong, as short as system calls make it: each side tries to
 * receive until something is there, and sends at once. Both sides are bare, so
 * that a server and a generator together can be compared with them. Nothing is
 * checked: no TTL, no content, no clock.
 */
#include "floor.h"

#include <arpa/inet.h>
#include <errno.h>

#define PING_BYTES 64
/* The client tries so often before it takes its datagram for lost. */
#define PATIENCE 10000000

static char data[FLOOR_SLOT];

int floor_spin(struct floor *f)
{
	struct sockaddr_in peer;

	while (!floor_stop) {
		socklen_t length = sizeof(peer);
		ssize_t n = recvfrom(f->fd, data, sizeof(data), MSG_DONTWAIT,
			(struct sockaddr *)&peer, &length);

		if (n < 0)
			continue;
		f->datagrams++;
		if (f->echo && sendto(f->fd, data, (size_t)n, MSG_DONTWAIT,
				       (struct sockaddr *)&peer, length) < 0)
			return -errno;
	}
	f->trains_received = f->batches = f->datagrams;
	return 0;
}

/* The client is connected, as a generator's sockets are. */
int floor_ping(struct floor *f)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET,
		.sin_port = htons(f->port),
		.sin_addr = {htonl(INADDR_LOOPBACK)},
	};

	if (connect(f->fd, (struct sockaddr *)&a, sizeof(a)))
		return -errno;
	while (!floor_stop) {
		long tries = 0;

		if (sendto(f->fd, data, PING_BYTES, MSG_DONTWAIT, NULL, 0) < 0)
			return -errno;
		while (recvfrom(f->fd, data, sizeof(data), MSG_DONTWAIT, NULL,
			       NULL) < 0)
			if (floor_stop || ++tries == PATIENCE)
				break;
		f->datagrams += tries < PATIENCE && !floor_stop;
	}
	f->trains_received = f->batches = f->datagrams;
	return 0;
}
