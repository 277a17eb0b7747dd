/* SPDX-License-Identifier: MIT */
/*
 * Where the udpmill servers of this host listen. A datagram that comes from
 * such a place is another server's reply, and answering it would be a loop.
 *
 * The counter segments are the registry. One thread looks at them about once a
 * second; any thread may ask. A question costs one load and a test of a bit;
 * only a port that some server uses is looked at more closely, under a lock.
 */
#pragma once

#include "core/address.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct registry_addresses {
	union address *list;
	size_t count, room;
};

struct registry {
	_Atomic uint64_t ports[65536 / 64]; /* bit set: some server's */
	uint64_t netns;
	struct registry_addresses own;
	pthread_mutex_t lock; /* for what follows */
	/* Hosts of this network namespace, and where servers listen in it. */
	struct registry_addresses hosts;
	struct registry_addresses near;
	/* Where servers of other namespaces listen, as seen from outside. */
	struct registry_addresses far;
};

/* own: where this server itself listens; copied. 0 or -errno; the first look
 * is taken. */
int registry_init(
	struct registry *r, const union address *own, size_t own_count);

/* By one thread at a time. Without memory the last look stays. */
void registry_look(struct registry *r);

/* Slow way of registry_is_server(). */
bool registry_knows(struct registry *r, const union address *source);

void registry_fini(struct registry *r);

/* Is source where a udpmill server of this host listens? */
static inline bool registry_is_server(
	struct registry *r, const union address *source)
{
	uint16_t port = address_port(source);
	uint64_t word = atomic_load_explicit(
		&r->ports[port / 64], memory_order_relaxed);

	return word >> port % 64 & 1 && registry_knows(r, source);
}
